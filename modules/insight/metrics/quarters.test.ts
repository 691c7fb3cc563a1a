import fc from 'fast-check'
import { expect, test } from 'vitest'
import { changedFrom, type Held, inHandOf, merged, NEVER, QUARTER_MS, quartersOf, shared, type Span } from './quarters.ts'

const spans = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 90 })).map(([from, long]): Span => [from * 10_000, (from + long) * 10_000]), { maxLength: 12 })
const isIn = (all: readonly Span[], at: number): boolean => all.some(([from, until]) => from <= at && at < until)
const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)

test('4.3-b occupied time is what lies in both, counted once however many requests are in hand, whatever the order', () => {
  fc.assert(fc.property(spans, spans, (present, inHand) => {
    const both = shared(merged(present), merged(inHand))
    for (let at = 5_000; at < 5_000_000; at += 10_000) expect(isIn(both, at)).toBe(isIn(present, at) && isIn(inHand, at))
    const quarters = quartersOf(present, inHand)
    expect(sum(quarters.map((one) => one.presentMs))).toBe(sum(merged(present).map(([from, until]) => until - from)))
    expect(sum(quarters.map((one) => one.occupiedMs))).toBe(sum(both.map(([from, until]) => until - from)))
    for (const { start, presentMs, occupiedMs } of quarters) {
      expect(start % QUARTER_MS).toBe(0)
      expect(occupiedMs).toBeLessThanOrEqual(presentMs)
      expect(presentMs).toBeLessThanOrEqual(QUARTER_MS)
      expect(presentMs).toBeGreaterThan(0)
    }
    expect(quartersOf([...present].reverse(), [...inHand].reverse())).toEqual(quarters)
  }))
})

const at = (minute: number): string => new Date(minute * 60_000).toISOString()
const min = (minute: number): number => minute * 60_000

test('4.3-b a request is in hand while it is one’s own and neither waits, is handed in nor closed; a hand-over ends it for the one and begins it for the other', () => {
  const holders: Held[] = [{ personId: 'a', from: min(0), until: min(50) }, { personId: 'b', from: min(50), until: NEVER }]
  expect(inHandOf(holders, [
    { type: 'request.waiting', at: at(10) }, { type: 'request.resumed', at: at(20) }, { type: 'request.waiting', at: at(40) }, { type: 'request.resumed', at: at(60) },
    { type: 'request.submitted', at: at(70) }, { type: 'request.closed', at: at(80) }, { type: 'request.reopened', at: at(90) },
  ])).toEqual([
    { personId: 'a', from: min(0), until: min(10) }, { personId: 'a', from: min(20), until: min(40) }, { personId: 'b', from: min(60), until: min(70) }, { personId: 'b', from: min(90), until: NEVER },
  ])
  expect(inHandOf(holders.slice(1), [{ type: 'request.submitted', at: at(70) }])).toEqual([{ personId: 'b', from: min(50), until: min(70) }])
})

test('4.3-b what is told differently begins where the two differ, and nowhere when they are alike', () => {
  const open: Held = { personId: 'a', from: min(0), until: NEVER }
  expect(changedFrom([open], [{ ...open }]).size).toBe(0)
  expect(changedFrom([open], [{ ...open, until: min(30) }])).toEqual(new Map([['a', min(30)]]))
  expect(changedFrom([open], [{ ...open, until: min(30) }, { personId: 'b', from: min(30), until: NEVER }])).toEqual(new Map([['a', min(30)], ['b', min(30)]]))
  expect(changedFrom([open], [])).toEqual(new Map([['a', 0]]))
})
