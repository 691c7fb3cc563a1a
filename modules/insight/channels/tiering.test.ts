import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bounds, type Counted, scoreOf, tierOf, weights } from './tiering.ts'

const usual = { contacts: 2, hands: 1.2, handlingMinutes: 60 }
const even: Counted = { volume: 500, all: 2_000, channels: 4, customers: 400, returned: 100, resolved: 480, ...usual }

test('3.1-b an even share, a quarter back and usual work earn half of each weight', () => {
  const score = scoreOf(even, usual)!
  expect(score.parts.volume).toBeCloseTo(weights.volume / 2, 9)
  expect(score.parts.stickiness).toBeCloseTo(weights.stickiness / 2, 9)
  expect(score.parts.complexity).toBeCloseTo(weights.complexity / 2, 9)
  expect(score).toMatchObject({ tier: 'auxiliary', lowest: 'auxiliary', highest: 'auxiliary' })
  expect(score.score).toBeCloseTo(0.5, 9)
})

test('3.1-b much, sticky and hard is core; little and fleeting is supplementary', () => {
  expect(scoreOf({ ...even, volume: 1_100, returned: 220, contacts: 4, handlingMinutes: 120 }, usual)).toMatchObject({ tier: 'core', lowest: 'core' })
  expect(scoreOf({ ...even, volume: 40, customers: 38, returned: 1, resolved: 36, contacts: 1, hands: 1, handlingMinutes: 20 }, usual)).toMatchObject({ tier: 'supplementary', highest: 'supplementary' })
})

test('3.1-b too few say nothing, and what could be either is not sure', () => {
  expect(scoreOf({ ...even, volume: 40, all: 99 }, usual)).toBeNull()
  expect(scoreOf({ ...even, volume: 30, all: 120, customers: 12, returned: 4, resolved: 20 }, usual)).toMatchObject({ complexity: null, lowest: 'supplementary', highest: 'core' })
  expect(scoreOf({ volume: 0, all: 2_000, channels: 4, customers: 0, returned: 0, resolved: 0, contacts: null, hands: null, handlingMinutes: null }, usual)).toBeNull()
})

test('3.1-b the score lies between its ends and its parts never earn more than their weights', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(fc.property(fc.integer({ min: 100, max: 50_000 }), share, share, share, fc.integer({ min: 1, max: 6 }), fc.double({ min: 0, max: 10, noNaN: true }), (all, part, used, back, channels, work) => {
    const volume = Math.max(1, Math.round(all * part))
    const customers = Math.round(volume * used)
    const score = scoreOf({ volume, all, channels, customers, returned: Math.round(customers * back), resolved: volume, contacts: work, hands: work, handlingMinutes: work }, usual)!
    expect(score.low).toBeLessThanOrEqual(score.score + 1e-9)
    expect(score.high).toBeGreaterThanOrEqual(score.score - 1e-9)
    for (const name of ['volume', 'stickiness', 'complexity'] as const) expect(score.parts[name]).toBeLessThanOrEqual(weights[name] + 1e-9)
    expect(tierOf(score.score)).toBe(score.tier)
  }))
  expect([bounds.core, bounds.auxiliary].map(tierOf)).toEqual(['core', 'auxiliary'])
})
