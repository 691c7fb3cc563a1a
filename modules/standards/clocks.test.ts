import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileCalendar, type Interval } from '../../lib/calendar/index.ts'
import { dueTimes, explainDue, pauseClock, resumeClock } from './clocks.ts'

const day: Interval[] = [{ from: '09:00', to: '12:00' }, { from: '13:00', to: '18:00' }]
const calendar = compileCalendar({ zone: 'Asia/Taipei', week: { 1: day, 2: day, 3: day, 4: day, 5: day, 6: [], 7: [] }, exceptions: [{ date: '2026-02-27', open: [], name: '和平紀念日補假' }] })
const taipei = (text: string): number => Date.parse(`${text}+08:00`)
const targets = { service: (id: string | null) => (id === 's' ? { targets: [{ priority: 'normal' as const, firstResponseMinutes: 60, resolutionMinutes: 480 }] } : undefined) }

test('1.2-a due times count open hours only', () => {
  expect(dueTimes(targets, 's', 'normal', taipei('2026-03-02T11:30:00'), calendar)).toEqual({ firstResponseDueAt: '2026-03-02T05:30:00.000Z', resolutionDueAt: '2026-03-03T03:30:00.000Z' })
  expect(dueTimes(targets, 's', 'urgent', 0, calendar)).toEqual({ firstResponseDueAt: null, resolutionDueAt: null })
  expect(dueTimes(targets, null, 'normal', 0, calendar)).toEqual({ firstResponseDueAt: null, resolutionDueAt: null })
})

test('1.2-a the explanation names the hours counted and the holiday between', () => {
  const found = explainDue(targets, 's', 'normal', taipei('2026-02-26T17:00:00'), calendar)!
  expect(new Date(found.resolution.dueAt).toISOString()).toBe('2026-03-02T09:00:00.000Z')
  expect(found.resolution.counted.map((one) => one.ms / 3_600_000)).toEqual([1, 3, 4])
  expect(found.resolution.exceptions).toMatchObject([{ date: '2026-02-27', name: '和平紀念日補假', openMs: 0 }])
})

test('1.2-a a paused clock goes on with what was left', () => {
  const due = new Date(taipei('2026-03-02T16:00:00')).toISOString()
  const left = pauseClock(due, taipei('2026-03-02T11:00:00'), calendar)
  expect(left).toBe(4 * 3_600_000)
  expect(resumeClock(left, taipei('2026-03-06T17:00:00'), calendar)).toBe(new Date(taipei('2026-03-09T12:00:00')).toISOString())
  expect(resumeClock(0, taipei('2026-03-07T10:00:00'), calendar)).toBe(new Date(taipei('2026-03-07T10:00:00')).toISOString())
})

test('1.2-a what was late at the pause stays exactly as late', () => {
  const due = new Date(taipei('2026-03-01T12:00:00')).toISOString()
  const left = pauseClock(due, taipei('2026-03-01T13:00:00'), calendar)
  expect(left).toBe(-3_600_000)
  expect(resumeClock(left, taipei('2026-03-08T20:00:00'), calendar)).toBe(new Date(taipei('2026-03-08T19:00:00')).toISOString())
})

test('1.2-a resuming at once changes nothing; a pause never shortens a clock', () => {
  const from = taipei('2026-01-01T00:00:00')
  fc.assert(fc.property(fc.integer({ min: 0, max: 120 * 86_400_000 }), fc.integer({ min: 1, max: 6000 }), fc.integer({ min: 0, max: 20 * 86_400_000 }), fc.integer({ min: 0, max: 20 * 86_400_000 }), (offset, minutes, worked, pause) => {
    const start = from + offset
    const due = calendar.addBusinessMs(start, minutes * 60_000)
    const pausedAt = Math.min(start + worked, due)
    const left = pauseClock(new Date(due).toISOString(), pausedAt, calendar)
    const atOnce = Date.parse(resumeClock(left, pausedAt, calendar))
    const later = Date.parse(resumeClock(left, pausedAt + pause, calendar))
    expect(calendar.businessMsBetween(pausedAt, atOnce)).toBe(left)
    if (left > 0) expect(atOnce).toBe(due)
    expect(later).toBeGreaterThanOrEqual(Math.min(due, pausedAt + pause))
    expect(calendar.businessMsBetween(pausedAt + pause, later)).toBe(left)
  }))
})
