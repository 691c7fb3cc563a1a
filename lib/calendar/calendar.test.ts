import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { expect, test } from 'vitest'
import { always24x7, compileCalendar, holidayExceptions, holidayPacks, publishedYears, type regions, unpublishedYears, type Interval, type WorkingHours } from './index.ts'

const hour = 3_600_000
const nine: Interval[] = [{ from: '09:00', to: '12:00' }, { from: '13:00', to: '18:00' }]

function office(zone: string, exceptions: WorkingHours['exceptions'] = []): WorkingHours {
  return { zone, week: { 1: nine, 2: nine, 3: nine, 4: nine, 5: nine, 6: [], 7: [] }, exceptions }
}
function at(text: string, zone = 'Asia/Taipei'): number {
  return Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds
}

test('1.2-b eight business hours pass lunch, night and weekend', () => {
  const calendar = compileCalendar(office('Asia/Taipei'))
  expect(calendar.addBusinessMs(at('2026-11-27T16:00'), 8 * hour)).toBe(at('2026-11-30T16:00'))
  expect(calendar.addBusinessMs(at('2026-11-28T10:00'), hour)).toBe(at('2026-11-30T10:00'))
  expect(calendar.addBusinessMs(at('2026-11-27T17:00'), hour)).toBe(at('2026-11-27T18:00'))
  expect(calendar.addBusinessMs(at('2026-11-28T10:00'), 0)).toBe(at('2026-11-28T10:00'))
  expect(calendar.businessMsBetween(at('2026-11-27T16:00'), at('2026-11-30T16:00'))).toBe(8 * hour)
  expect(calendar.businessMsBetween(at('2026-11-30T16:00'), at('2026-11-27T16:00'))).toBe(-8 * hour)
  expect([calendar.isOpen(at('2026-11-27T12:00')), calendar.isOpen(at('2026-11-27T13:00'))]).toEqual([false, true])
  expect(calendar.nextOpen(at('2026-11-27T18:00'))).toBe(at('2026-11-30T09:00'))
  expect([calendar.closesAt(at('2026-11-27T10:00')), calendar.closesAt(at('2026-11-28T10:00'))]).toEqual([at('2026-11-27T12:00'), undefined])
})

test('1.2-b a make-up workday counts and a public holiday does not, and the deadline says so', () => {
  const calendar = compileCalendar(office('Asia/Shanghai', holidayExceptions(holidayPacks.CN, nine, 'zh-Hans')))
  const start = at('2026-02-13T16:00', 'Asia/Shanghai')
  const explained = calendar.explain(start, 12 * hour)
  expect(explained.dueAt).toBe(at('2026-02-24T11:00', 'Asia/Shanghai'))
  expect(explained.counted.map((one) => one.ms / hour)).toEqual([2, 3, 5, 2])
  expect(explained.exceptions[0]).toMatchObject({ date: '2026-02-14', source: expect.stringContaining('国务院') as string, name: '调休上班（春节）', openMs: 8 * hour })
  expect(explained.exceptions.filter((one) => one.openMs === 0)).toHaveLength(9)
})

test('a night shift belongs to the day it begins on', () => {
  const night: Interval[] = [{ from: '22:00', to: '06:00' }]
  const calendar = compileCalendar({
    zone: 'Asia/Taipei', week: { 1: night, 2: night, 3: [], 4: [], 5: night, 6: [], 7: [] }, exceptions: [{ date: '2026-11-24', open: [], name: '停電' }],
  })
  expect(calendar.isOpen(at('2026-11-24T05:59'))).toBe(true)
  expect(calendar.isOpen(at('2026-11-24T23:00'))).toBe(false)
  expect(calendar.isOpen(at('2026-11-28T05:00'))).toBe(true)
})

test('daylight saving: the short night is short, the long one long, a skipped opening is the skip', () => {
  const all: Interval[] = [{ from: '00:00', to: '24:00' }]
  const early: Interval[] = [{ from: '02:30', to: '06:00' }]
  const zone = 'America/New_York'
  const sundays = (seven: Interval[]) => compileCalendar({ zone, week: { 1: [], 2: [], 3: [], 4: [], 5: [], 6: [], 7: seven }, exceptions: [] })
  const day = (date: string) => [at(`${date}T00:00`, zone), at(`${date}T23:59:59`, zone) + 1000] as const
  expect(sundays(all).businessMsBetween(...day('2026-03-08'))).toBe(23 * hour)
  expect(sundays(all).businessMsBetween(...day('2026-11-01'))).toBe(25 * hour)
  expect(sundays(early).businessMsBetween(...day('2026-03-08'))).toBe(3 * hour)
  expect(sundays(early).nextOpen(at('2026-03-08T00:00', zone))).toBe(at('2026-03-08T03:00', zone))
})

test('around the clock is plain time; broken hours are refused', () => {
  const calendar = compileCalendar(always24x7)
  expect(calendar.addBusinessMs(5, 7)).toBe(12)
  expect(calendar.explain(5, 7).counted).toEqual([{ from: 5, to: 12, ms: 7 }])
  const broken: Partial<WorkingHours>[] = [
    { zone: 'Mars/Olympus' }, { week: { 1: [], 2: [], 3: [], 4: [], 5: [], 6: [], 7: [] } }, { exceptions: [{ date: '2026-02-30', open: [] }] },
    { week: { ...office('UTC').week, 1: [{ from: '9:00', to: '18:00' }] } }, { week: { ...office('UTC').week, 1: [{ from: '09:00', to: '24:30' }] } },
  ]
  for (const part of broken) expect(() => compileCalendar({ ...office('UTC'), ...part })).toThrow(RangeError)
  expect(() => compileCalendar(office('UTC')).addBusinessMs(Number.NaN, 5)).toThrow(RangeError)
  expect(() => compileCalendar(office('UTC')).addBusinessMs(9e15, 5)).toThrow(RangeError)
})

test('1.2-b why this deadline: what counted, and what was skipped and for what reason', () => {
  const calendar = compileCalendar(office('Asia/Taipei', [{ date: '2026-12-01', open: [], name: '盤點' }]))
  const steps = calendar.explain(at('2026-11-27T17:00'), 4 * hour).steps
  expect(steps.map((one) => [one.ms / hour, one.isCounted ? 'counted' : one.why])).toEqual([
    [1, 'counted'], [6, 'outside-hours'], [48, 'day-off'], [9, 'outside-hours'], [3, 'counted'],
  ])
  expect(calendar.explain(at('2026-11-30T16:00'), 4 * hour).steps.find((one) => !one.isCounted && one.why === 'exception')).toMatchObject({ date: '2026-12-01', name: '盤點', ms: 24 * hour })
  const night: Interval[] = [{ from: '22:00', to: '06:00' }]
  const shift = compileCalendar({ zone: 'Asia/Taipei', week: { 1: night, 2: night, 3: night, 4: night, 5: night, 6: [], 7: [] }, exceptions: [{ date: '2026-12-01', open: [], name: '停電' }] })
  // The shift that would have begun on the 1st is missing on the 2nd before six: the 1st is why.
  expect(shift.steps(at('2026-12-01T23:00'), at('2026-12-02T05:00'))).toMatchObject([{ isCounted: false, why: 'exception', date: '2026-12-01', ms: 6 * hour }])
  expect(shift.steps(5, 5)).toEqual([])
})

test('1.2-b a deadline in a year nobody has published is known for one', () => {
  const calendar = compileCalendar(office('Asia/Taipei'), (year) => year <= 2026)
  expect(calendar.unknownYears(at('2026-12-31T10:00'), at('2026-12-31T23:59'))).toEqual([])
  expect(calendar.unknownYears(at('2026-12-31T10:00'), at('2028-01-01T00:00'))).toEqual([2027, 2028])
  expect(compileCalendar({ ...always24x7, zone: 'Asia/Taipei' }, (year) => year <= 2026).unknownYears(at('2026-12-31T23:00'), at('2027-01-01T01:00'))).toEqual([2027])
})

const time = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30, 59)).map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`)
const day = fc.array(fc.record({ from: time, to: time }), { maxLength: 3 })
const date = fc.integer({ min: 0, max: 364 }).map((n) => new Date(Date.UTC(2026, 0, 1) + n * 24 * hour).toISOString().slice(0, 10))
const anyHours: fc.Arbitrary<WorkingHours> = fc.record({
  zone: fc.constantFrom('Asia/Taipei', 'Asia/Shanghai', 'America/New_York', 'Australia/Lord_Howe'),
  week: fc.record({ 1: day, 2: day, 3: day, 4: day, 5: fc.constant(nine), 6: day, 7: day }),
  exceptions: fc.array(fc.record({ date, open: day }), { maxLength: 5 }),
})
const instant = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 11, 31) })
const duration = fc.integer({ min: 1, max: 400 * hour })

/** Open milliseconds computed the slow way: every interval of every day turned into instants by Temporal. */
function slowOpen(hours: WorkingHours, a: number, b: number): number {
  const resolve = (day: Temporal.PlainDate, text: string, later: boolean) => {
    const plain = (text === '24:00' || later ? day.add({ days: 1 }) : day).toPlainDateTime(text === '24:00' ? '00:00' : text)
    const found = plain.toZonedDateTime(hours.zone, { disambiguation: 'earlier' })
    if (found.toPlainDateTime().equals(plain)) return found.epochMilliseconds
    return found.getTimeZoneTransition('next')!.epochMilliseconds
  }
  const marks: [number, number][] = []
  const last = Temporal.Instant.fromEpochMilliseconds(b).toZonedDateTimeISO(hours.zone).toPlainDate()
  let date = Temporal.Instant.fromEpochMilliseconds(a).toZonedDateTimeISO(hours.zone).toPlainDate().subtract({ days: 2 })
  for (; Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) {
    const exception = hours.exceptions.findLast((one) => one.date === date.toString())
    for (const one of exception?.open ?? hours.week[date.dayOfWeek as 1]) {
      const from = Math.max(resolve(date, one.from, false), a)
      const to = Math.min(resolve(date, one.to, one.to <= one.from), b)
      if (from < to) marks.push([from, to])
    }
  }
  let open = 0
  let reached = a
  for (const [from, to] of marks.sort((x, y) => x[0] - y[0])) {
    open += Math.max(0, to - Math.max(from, reached))
    reached = Math.max(reached, to)
  }
  return open
}

test('the table agrees with Temporal day by day', () => {
  fc.assert(fc.property(anyHours, instant, fc.integer({ min: 0, max: 20 * 24 * hour }), (hours, a, length) => {
    expect(compileCalendar(hours).businessMsBetween(a, a + length)).toBe(slowOpen(hours, a, a + length))
  }), { numRuns: 60 })
})

test('adding and measuring agree, deadlines are monotone, a pause moves them by the open time it took', () => {
  fc.assert(fc.property(anyHours, instant, instant, duration, duration, (hours, s, other, d, e) => {
    const calendar = compileCalendar(hours)
    const due = calendar.addBusinessMs(s, d)
    expect(calendar.businessMsBetween(s, due)).toBe(d)
    expect(calendar.businessMsBetween(s, due - 1)).toBe(d - 1)
    expect(calendar.addBusinessMs(due, e)).toBe(calendar.addBusinessMs(s, d + e))
    const [first, second] = s < other ? [s, other] : [other, s]
    expect(calendar.addBusinessMs(first, d)).toBeLessThanOrEqual(calendar.addBusinessMs(second, d))
    const used = calendar.businessMsBetween(first, second)
    if (used < d) expect(calendar.addBusinessMs(second, d - used)).toBe(calendar.addBusinessMs(first, d))
    const explained = calendar.explain(s, d)
    expect(explained.dueAt).toBe(due)
    expect(explained.counted.reduce((sum, one) => sum + one.ms, 0)).toBe(d)
    expect(explained.counted.every((one) => calendar.isOpen(one.from) && calendar.isOpen(one.to - 1))).toBe(true)
    const { steps } = explained
    expect(steps.filter((one) => one.isCounted).reduce((sum, one) => sum + one.ms, 0)).toBe(d)
    expect(steps.reduce((reached, one) => (expect(one.from).toBe(reached), expect(one.ms).toBe(one.to - one.from), expect(one.ms).toBeGreaterThan(0), one.to), s)).toBe(due)
    expect(steps.every((one) => one.isCounted || calendar.businessMsBetween(one.from, one.to) === 0)).toBe(true)
    const opens = calendar.nextOpen(s)
    expect(calendar.isOpen(opens)).toBe(true)
    expect(calendar.businessMsBetween(s, opens)).toBe(0)
  }), { numRuns: 60 })
})

test('a deadline does not depend on what was asked before', () => {
  const hours = office('Australia/Lord_Howe')
  const warm = compileCalendar(hours)
  for (const year of [2031, 1999, 2026, 2040]) warm.isOpen(Date.UTC(year, 5, 1))
  fc.assert(fc.property(instant, duration, (s, d) => {
    expect(warm.addBusinessMs(s, d * 30)).toBe(compileCalendar(hours).addBusinessMs(s, d * 30))
  }), { numRuns: 20 })
})

test('the holiday packs add up to what the authorities counted', () => {
  const daysOff = (region: (typeof regions)[number], year: number) => {
    const kinds = new Map(holidayPacks[region].years[year]!.days.map((one) => [one.date, one.kind]))
    let off = 0
    for (let day = Date.UTC(year, 0, 1); day < Date.UTC(year + 1, 0, 1); day += 24 * hour) {
      const kind = kinds.get(new Date(day).toISOString().slice(0, 10))
      const weekend = [0, 6].includes(new Date(day).getUTCDay())
      if (kind === 'worked') expect([day, weekend]).toEqual([day, true])
      if (kind ? kind === 'closed' : weekend) off++
    }
    return off
  }
  // 120 days in the 2026 table of the Executive Yuan; 115 in that of 2025, three more by its revision and Labour Day
  expect(daysOff('TW', 2026)).toBe(120)
  expect(daysOff('TW', 2025)).toBe(115 + 3 + 1)
  // A swap moves days and makes none: 13 statutory days, less those on a weekend, plus 104 weekend days, plus days in lieu
  const closed = (year: number) => holidayPacks.CN.years[year]!.days.filter((one) => one.kind === 'closed').length
  expect([closed(2025), closed(2026)]).toEqual([1 + 8 + 3 + 5 + 3 + 8, 3 + 9 + 3 + 5 + 3 + 3 + 7])
  // Hong Kong: 17 general holidays a year beside Sundays; Singapore: 11, polling day and the Mondays in lieu on top; Macao: 20, and their days in lieu
  const count = (region: (typeof regions)[number], year: number) => holidayPacks[region].years[year]!.days.length
  expect([count('HK', 2025), count('HK', 2026)]).toEqual([17, 17])
  expect([count('SG', 2025), count('SG', 2026), count('SG', 2027)]).toEqual([12, 11 + 3, 11 + 1])
  expect([count('MO', 2025), count('MO', 2026)]).toEqual([20 + 5, 20 + 6])
  for (const one of Object.values(holidayPacks.HK.years).flatMap((year) => year.days)) expect([one.date, new Date(one.date).getUTCDay()]).not.toEqual([one.date, 0])
  for (const pack of Object.values(holidayPacks))
    for (const [year, { days, source }] of Object.entries(pack.years)) {
      expect(source).not.toBe('')
      expect(new Set(days.map((one) => one.date)).size).toBe(days.length)
      for (const one of days) expect(one.date.slice(0, 4)).toBe(year)
      for (const one of days) expect(Object.values(one.names).every((text) => text.length > 1)).toBe(true)
    }
})

test('a year that is not published is said', () => {
  expect(unpublishedYears(holidayPacks.CN, 2025, 2028)).toEqual([2027, 2028])
  expect(unpublishedYears(holidayPacks.TW, 2026, 2028)).toEqual([2028])
  expect([unpublishedYears(holidayPacks.HK, 2026, 2027), unpublishedYears(holidayPacks.MO, 2026, 2027), unpublishedYears(holidayPacks.SG, 2026, 2028)]).toEqual([[2027], [2027], [2028]])
  expect(publishedYears(holidayPacks.TW)).toEqual([2025, 2026, 2027])
})
