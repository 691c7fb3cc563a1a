/** A year of the demonstration company on the virtual clock: what was missed is what its history alone says, and every place that shows a figure shows the same one. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { holidayPacks } from '../../lib/calendar/holidays/index.ts'
import { aggregateOf, dimensionsOf, isOfTime, metricKeys, metrics } from '../../lib/metrics/index.ts'
import type { Board } from '../../modules/insight/contract.ts'
import type { Behinds, Figures } from '../../modules/insight/metrics/contract.ts'
import { type Hours, recompute, type Told, type Written } from '../../modules/requests/truth/recompute.ts'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import { makeDemo } from './index.ts'

const DAYS = 365
const REQUESTS = 600
// Friday 2026-03-20, 10:00 in Taipei: the year holds a lunar new year and days that were made up for.
const END = '2026-03-20T02:00:00.000Z'
const YEAR = 'from=2025-03-21&to=2026-03-20'
const TWO_DAYS = 'from=2026-03-16&to=2026-03-17'

let desk: TestDesk
let token: string
beforeAll(async () => {
  desk = await openDesk({ start: END })
  const people = await makeDemo(desk.app, desk.databaseUrl, { days: DAYS, requests: REQUESTS, seed: 11 }, () => {})
  token = people.find((one) => one.role === 'administrator')!.token!
  await desk.settle()
}, 240_000)
afterAll(() => desk?.close())

const get = async <T>(path: string): Promise<T> => { const { status, body } = await desk.call<T>('GET', path, { token }); expect(`${path} ${status}`).toBe(`${path} 200`); return body }
const all = <T extends object>(rows: PromiseLike<readonly T[]>): Promise<T[]> => Promise.resolve(rows).then((found) => [...found])

/** The hours of each calendar with the island's holidays as they were published, by date. */
async function hoursByCalendar(): Promise<Map<string, Hours>> {
  const rows = await all(desk.app.pool<{ id: string; hours: { week: Hours }; holidays: string }[]>`select c.id, v.hours, v.holidays from staff.calendar c join staff.calendar_version v on v.calendar_id = c.id and v.version = c.version`)
  const days = Object.values(holidayPacks.TW.years).flatMap((year) => year.days)
  return new Map(rows.map(({ id, hours, holidays }) => [id, { ...hours.week, ...(holidays === 'TW' ? Object.fromEntries(days.map(({ date, kind }) => [date, kind === 'closed' ? [] : hours.week['1']!])) : {}) }]))
}

test('1.2-b 4.3-b a year replayed: every breach is the one its history tells, at its true time, noted within a minute', async () => {
  const { pool } = desk.app
  const [events, versions, services, calendars] = await Promise.all([
    all(pool<Told[]>`select seq, type, subject, at, data from platform.event order by seq`),
    all(pool<Written[]>`select id, service_id, effective_at, content->'clauses' as clauses, content->'pausesOn' as pauses_on from standards.version where state = 'approved' order by number desc`),
    all(pool<{ id: string; calendarId: string }[]>`select s.id, coalesce(s.calendar_id, t.calendar_id, (select id from staff.calendar where is_default)) as calendar_id from standards.service s left join staff.team t on t.id = s.team_id`),
    hoursByCalendar(),
  ])
  const expected = recompute({ events, versions, calendars, looks: [{ afterSeq: events.at(-1)!.seq, at: Date.parse(END) }], calendarOf: (service) => services.find((one) => one.id === service)!.calendarId })
  const words = (one: { request: string; kind: string; run: number; dueAt: number }) => `${one.request} ${one.kind} ${one.run} ${new Date(one.dueAt).toISOString()}`
  const kept = await all(pool<{ request: string; kind: string; run: number; dueAt: string; late: number }[]>`
    select request_id as request, kind, run, breached_at as due_at, extract(epoch from noted_at - breached_at)::float8 as late from requests.clock where breached_at is not null`)
  expect(kept.map((one) => words({ ...one, dueAt: Date.parse(one.dueAt) })).sort()).toEqual(expected.map(words).sort())
  expect(kept.length).toBeGreaterThan(100)
  expect(kept.filter((one) => one.late < 0 || one.late > 60)).toEqual([])
  // What repeats itself stands for its next time; nothing else is due, set aside or unread.
  expect(await all(pool`select queue, key, run_at, error from platform.job where failed_at is not null or (key is distinct from 'schedule' and run_at <= ${END})`)).toEqual([])
  expect(await all(pool`select 1 from platform.event_failure`)).toEqual([])
  expect(await all(pool`select 1 from requests.clock where wake_at <= ${END}`)).toEqual([])
}, 60_000)

test('1.3-a 4.3-b a year replayed: report, parts, rows behind it, export and board tell the same', async () => {
  const wrong: string[] = []
  for (const metric of metricKeys) {
    const { aggregate, at } = metrics[metric]
    // A year of everybody's quarters of an hour would be read for minutes.
    const over = isOfTime(metric) ? TWO_DAYS : YEAR
    const told = await get<Figures>(`/api/reports/figures?metric=${metric}&by=time&bucket=month&${over}`)
    if (aggregate === 'count' && at !== 'end' && told.rows.reduce((sum, row) => sum + row.value!, 0) !== told.total.value) wrong.push(`${metric}: the months make ${told.rows.map((row) => row.value).join(' + ')}, not ${told.total.value}`)
    for (const by of (['team', 'channel', 'priority', 'tier'] as const).filter((one) => dimensionsOf(metric).includes(one))) {
      const { total, rows } = await get<Figures>(`/api/reports/figures?metric=${metric}&by=${by}&${over}`)
      if (total.value !== told.total.value || rows.reduce((sum, row) => sum + row.count, 0) !== told.total.count) wrong.push(`${metric} by ${by}: ${JSON.stringify(total)}, not ${JSON.stringify(told.total)}`)
    }
    const behind: Behinds['rows'] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Behinds = await get(`/api/reports/requests?metric=${metric}&limit=200&${over}${cursor && `&cursor=${cursor}`}`)
      behind.push(...page.rows)
      cursor = page.next
    }
    const made = aggregateOf(aggregate, behind.map((one) => one.value))
    if (behind.length !== told.total.count || (made === null) !== (told.total.value === null) || Math.abs((made ?? 0) - (told.total.value ?? 0)) > 1e-6 * Math.max(1, Math.abs(made ?? 0))) wrong.push(`${metric}: shown ${told.total.value} of ${told.total.count}, behind it ${made} of ${behind.length}`)
    const csv = await (await fetch(`${desk.url}/api/reports/figures.csv?metric=${metric}&by=time&bucket=month&${over}`, { headers: { authorization: `Bearer ${token}` } })).text()
    if (csv.trim().split(/\r?\n/).at(-1)!.split(',').slice(2, 4).join() !== `${told.total.value ?? ''},${told.total.count}`) wrong.push(`${metric}: exported ${csv.trim().split(/\r?\n/).at(-1)}`)
  }
  expect(wrong).toEqual([])

  const [truth] = await desk.app.pool<{ all: number; closed: number; open: number; answered: number; late: number }[]>`
    select count(*)::int as all, (count(*) filter (where stage = 'closed'))::int as closed, (count(*) filter (where stage <> 'closed'))::int as open, (count(*) filter (where first_response_at is not null))::int as answered,
      (count(*) filter (where first_response_at is not null and exists (select 1 from requests.clock k where k.request_id = r.id and k.kind = 'first-response' and k.breached_at is not null)))::int as late from requests.request r`
  const total = async (metric: string) => (await get<Figures>(`/api/reports/figures?metric=${metric}&by=team&${YEAR}`)).total.value
  expect([await total('volume'), await total('closed'), await total('backlog')]).toEqual([truth!.all, truth!.closed, truth!.open])
  expect(truth!.all).toBeGreaterThanOrEqual(REQUESTS)
  expect(await total('first-response-in-time')).toBeCloseTo(1 - truth!.late / truth!.answered, 9)

  const [board, today] = [await get<Board>('/api/today/board'), await get<Figures>('/api/reports/figures?metric=volume&by=team&from=2026-03-20&to=2026-03-20')]
  const [feedback] = await desk.app.pool<{ count: number }[]>`select count(*)::int as count from requests.request where stage = 'feedback'`
  expect(board.columns.reduce((sum, one) => sum + one.count, 0) + feedback!.count).toBe(truth!.open)
  expect(board.opened.count).toBe(today.total.value)
}, 120_000)
