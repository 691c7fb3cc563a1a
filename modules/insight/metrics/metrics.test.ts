import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../../lib/id/index.ts'
import { run } from '../../../platform/context.ts'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { staffed, type Staffed } from '../../../test/people.ts'
import { aggregateOf, dimensionsOf, metricKeys, metrics, type MetricKey } from '../../../lib/metrics/index.ts'
import { setPresence } from '../../staff/index.ts'
import type { Today } from '../contract.ts'
import type { Behinds, Figures } from './contract.ts'
import { measure, measureNew } from './measure.ts'

// Monday 2026-03-02, 10:00 in Taipei; open 09:00 to 18:00.
let desk: TestDesk
let people: Staffed
beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
})
afterAll(() => desk?.close())

const HOUR = 3_600_000
const get = async <T>(path: string, token = people.admin.token): Promise<T> => {
  const { status, body } = await desk.call<T>('GET', path, { token })
  expect({ path, status, body: status === 200 ? null : body }).toEqual({ path, status: 200, body: null })
  return body
}
const figures = (query: string, token?: string) => get<Figures>(`/api/reports/figures?${query}`, token)
const march = 'from=2026-03-02&to=2026-03-08'

test('4.3-b working times are the clocks’ own: nights, weekends and the time a customer is asked do not count', async () => {
  const { body: request } = await desk.call<{ id: string; holder: { id: string } | null }>('POST', '/api/requests', { token: people.intake.token, body: { subject: '寬頻斷線', text: '早上開始', channel: 'api', customer: { name: '王', email: 'w@example.com' } } })
  const { token } = [...people.agents, people.lead].find((one) => one.id === request.holder!.id)!
  const act = async (method: string, path: string, body?: unknown) => { const { status, body: answer } = await desk.call(method, `/api/requests/${request.id}/${path}`, { token, body }); expect(status, `${path} ${JSON.stringify(answer)}`).toBeLessThan(300) }
  await desk.pass(HOUR / 6)
  await act('PUT', 'assignment/acceptance')
  await desk.pass((HOUR * 5) / 6 - 10_000)
  await act('POST', 'messages', { kind: 'reply', text: '請問燈號？' })
  await desk.pass(10_000) // 11:00, and the reply leaves
  await act('PUT', 'waiting', { for: 'customer', reason: '等燈號' })
  await desk.pass(3 * HOUR) // 14:00
  await act('DELETE', 'waiting')
  await desk.pass(24 * HOUR) // 14:00 the next day: 4 working hours of the one, 5 of the other
  await act('PUT', 'submission', { result: '已修復' })
  // Nobody has measured yet: the first who asks does.
  const minutes = async (metric: MetricKey) => (await figures(`metric=${metric}&${march}`)).total.value
  expect(await minutes('acceptance-time')).toBe(10)
  expect(await minutes('first-response-time')).toBeCloseTo(60, 0)
  expect(await minutes('resolution-time')).toBeCloseTo(60 + 9 * 60, 0)
  expect(await minutes('handling-time')).toBeCloseTo(50 + 9 * 60, 0)
  expect(await minutes('volume')).toBe(1)
  expect((await figures(`metric=volume&${march}`)).rows).toHaveLength(7)
}, 30_000)

/** A crowd with everything at random, by a fixed seed. */
async function crowd(size: number): Promise<void> {
  const at = fc.integer({ min: 0, max: 6 * 24 * 60 }).map((minute) => new Date(Date.UTC(2026, 2, 1, 16) + minute * 60_000).toISOString())
  const later = (from: string, minutes: number | null): string | null => (minutes === null ? null : new Date(Date.parse(from) + minutes * 60_000).toISOString())
  const wait = fc.option(fc.integer({ min: 1, max: 4000 }), { freq: 4 })
  const one = fc.record({ at, first: wait, resolution: wait, closed: wait, score: fc.option(fc.integer({ min: 1, max: 5 })), late: fc.boolean(), reopened: fc.integer({ min: 0, max: 2 }), failed: fc.integer({ min: 0, max: 1 }),
    team: fc.constantFrom(people.teamId, people.otherTeamId, null), holder: fc.constantFrom(people.agents[0]!.id, people.agents[1]!.id, null), channel: fc.constantFrom('email', 'chat', 'portal'), priority: fc.constantFrom('urgent', 'normal', 'routine'), type: fc.constantFrom('complaint', 'billing', null) })
  const ids: string[] = []
  await run(desk.app, {}, async (ctx) => {
    const customerId = newId()
    await ctx.db`insert into customers.customer (id, name, created_at) values (${customerId}, '陳美玲', ${ctx.now})`
    for (const row of fc.sample(one, { numRuns: size, seed: 7 })) {
      const id = newId()
      ids.push(id)
      const closedAt = later(row.at, row.closed)
      await ctx.db`
        insert into requests.request (id, subject, stage, stage_since, priority, type, channel, language, customer_id, team_id, holder_id, opened_by_kind, opened_at, first_response_at, resolution_at, closed_at, score, scored_at, reopened, failed_verifications, last_message_at)
        values (${id}, '查詢', ${closedAt ? 'closed' : 'execute'}, ${row.at}, ${row.priority}, ${row.type}, ${row.channel}, 'zh-Hant', ${customerId}, ${row.team}, ${row.holder}, 'customer', ${row.at}, ${later(row.at, row.first)},
          ${later(row.at, row.resolution)}, ${closedAt}, ${row.score}, ${row.score ? later(row.at, row.closed ?? 5000) : null}, ${row.reopened}, ${row.failed}, ${row.at})`
      const firstAt = later(row.at, row.first)
      if (row.late && firstAt) await ctx.db`
        insert into requests.clock (id, request_id, kind, run, version_id, clause, target_ms, calendar_version, state, started_at, used_ms, due_at, breached_at, noted_at, ended_at)
        values (${newId()}, ${id}, 'first-response', 1, (select id from standards.version limit 1), 'x', 1, 0, 'met', ${row.at}, 1, ${firstAt}, ${firstAt}, ${firstAt}, ${firstAt})`
    }
    await measure(ctx, ids)
  })
}

async function behind(query: string, token?: string): Promise<Behinds['rows']> {
  const rows: Behinds['rows'] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Behinds = await get<Behinds>(`/api/reports/requests?${query}&limit=200${cursor ? `&cursor=${cursor}` : ''}`, token)
    rows.push(...page.rows)
    cursor = page.next
  }
  return rows
}
const near = (a: number | null, b: number | null): boolean => (a === null || b === null ? a === b : Math.abs(a - b) < 1e-6 * Math.max(1, Math.abs(b)))

test('4.3-b 1.3-a every figure of every metric by every dimension is what the requests behind it make, and the export says the same', async () => {
  await crowd(300)
  await run(desk.app, {}, (ctx) => setPresence(ctx, people.agents[0]!.id, 'online', { until: null }))
  await desk.pass(7 * 24 * HOUR)
  const wrong: string[] = []
  for (const metric of metricKeys) for (const by of dimensionsOf(metric)) {
    const query = `metric=${metric}&by=${by}&bucket=day&${march}`
    const shown = await figures(query)
    const { body: csv } = { body: await (await fetch(`${desk.url}/api/reports/figures.csv?${query}`, { headers: { authorization: `Bearer ${people.admin.token}` } })).text() }
    const lines = csv.slice(1).trim().split('\r\n').slice(1)
    if (lines.length !== shown.rows.length + 1) wrong.push(`${query}: ${lines.length} lines`)
    for (const [nr, row] of shown.rows.entries()) {
      // The first, an inner and the last: every one of them would take minutes.
      if (nr !== 0 && nr !== 2 && nr !== shown.rows.length - 1) continue
      const rows = await behind(`${query}&key=${encodeURIComponent(row.id)}`)
      const value = aggregateOf(metrics[metric].aggregate, rows.map((one) => one.value))
      if (rows.length !== row.count || !near(value, row.value)) wrong.push(`${query} ${row.id}: shown ${row.value} of ${row.count}, behind it ${value} of ${rows.length}`)
      if (!near(Number(lines[nr]!.split(',')[2] === '' ? NaN : lines[nr]!.split(',')[2]), row.value ?? NaN) && row.value !== null) wrong.push(`${query} ${row.id}: exported ${lines[nr]}`)
    }
    const all = await behind(query)
    if (!near(aggregateOf(metrics[metric].aggregate, all.map((one) => one.value)), shown.total.value)) wrong.push(`${query}: total ${shown.total.value}`)
  }
  expect(wrong).toEqual([])
}, 120_000)

test('3.1-d 4.3-b when a customer came back, and what they had said before, is the same in whatever order it was measured, and when requests close, reopen and go', async () => {
  const { pool } = desk.app
  const odd = () => pool`
    select f.id, f.back_at, n.back_at as true_back from insight.fact f cross join lateral (select min(n.opened_at) as back_at from insight.fact n where n.customer_id = f.customer_id and n.opened_at > f.closed_at) n where f.back_at is distinct from n.back_at`
  const oddRatings = () => pool`
    select f.id from insight.fact f left join (select id, lag(id) over w as before, lag(score) over w as score from insight.fact where score is not null window w as (partition by customer_id order by scored_at, id)) n on n.id = f.id
    where f.rated_before is distinct from n.before or f.score_before is distinct from n.score`
  const again = (ids: readonly string[]) => run(desk.app, {}, (ctx) => measure(ctx, ids))
  const ids = (await pool<{ id: string }[]>`select id from requests.request where customer_id = (select customer_id from insight.fact group by customer_id order by count(*) desc limit 1) order by md5(id::text)`).map((row) => row.id)
  expect((await pool`select 1 from insight.fact where back_at is not null`).length).toBeGreaterThan(50)
  expect((await pool`select 1 from insight.fact where score_before <= 2 and score >= 4`).length).toBeGreaterThan(10)
  expect([...await odd(), ...await oddRatings()]).toHaveLength(0)
  await pool`delete from insight.fact where id = any(${ids})`
  for (let at = 0; at < ids.length; at += 37) { await again(ids.slice(at, at + 37)); expect([...await odd(), ...await oddRatings()]).toHaveLength(0) }
  await pool`update requests.request set closed_at = null, stage = 'execute' where id = any(${ids.slice(0, 10)})`
  await pool`update requests.request set closed_at = opened_at + interval '1 minute', stage = 'closed' where id = any(${ids.slice(10, 20)})`
  await pool`update requests.request set score = 6 - score, scored_at = scored_at - interval '1 day' where id = any(${ids.slice(0, 15)}) and score is not null`
  await again(ids.slice(0, 20))
  expect([...await odd(), ...await oddRatings()]).toHaveLength(0)
  await pool`delete from requests.request where id = any(${ids.slice(20, 60)})`
  await again(ids.slice(20, 60))
  expect(await pool`select 1 from insight.fact where id = any(${ids.slice(20, 60)})`).toHaveLength(0)
  expect([...await odd(), ...await oddRatings()]).toHaveLength(0)
})

test('4.3-b improvement is who had given a low score and now gives a high one; first ratings and content customers say nothing', async () => {
  const rated = await behind(`metric=rating&${march}&from=2026-02-01&to=2026-04-30`.replace(`${march}&`, ''))
  const improved = await behind('metric=improvement-rate&from=2026-02-01&to=2026-04-30')
  const scores = [...rated].sort((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id))
  // One customer had them all.
  const expected = scores.flatMap((row, nr) => nr > 0 && scores[nr - 1]!.value <= 2 ? [[row.id, row.value >= 4 ? 1 : 0]] : [])
  expect(expected.length).toBeGreaterThan(20)
  expect(new Map(improved.map((row) => [row.id, row.value]))).toEqual(new Map(expected as [string, number][]))
})

test('1.3-a a lead counts what a lead may see, and narrowing opens nothing more', async () => {
  const all = await figures(`metric=volume&by=team&${march}`)
  const own = await figures(`metric=volume&by=team&${march}`, people.lead.token)
  const ours = all.rows.find((row) => row.id === people.teamId)!
  expect(own.rows.filter((row) => row.id === people.teamId)).toMatchObject([{ count: ours.count, label: '一線' }])
  expect(own.total.count).toBeLessThan(all.total.count)
  expect((await figures(`metric=volume&teamId=${people.otherTeamId}&${march}`, people.agents[0]!.token)).total.count).toBe(
    (await behind(`metric=volume&teamId=${people.otherTeamId}&${march}`, people.agents[0]!.token)).length)
})

test('4.3-b periods are days where the person lives; an earlier period stands beside; impossible ones are refused', async () => {
  const compared = await figures(`metric=volume&by=time&bucket=day&from=2026-03-05&to=2026-03-08&compare=previous`)
  const before = await figures(`metric=volume&by=time&bucket=day&from=2026-03-01&to=2026-03-04`)
  expect(compared.from).toBe('2026-03-04T16:00:00.000Z')
  expect(compared.rows.map((row) => row.before)).toEqual(before.rows.map((row) => row.value))
  expect(compared.total.before).toBe(before.total.value)
  const refused = async (query: string) => (await desk.call<{ fault: { code: string } }>('GET', `/api/reports/figures?metric=volume&${query}`, { token: people.admin.token })).body.fault?.code
  expect(await refused('from=2026-03-08&to=2026-03-01')).toBe('insight.period-backwards')
  expect(await refused('from=2020-01-01&to=2026-03-01')).toBe('insight.period-too-long')
  expect(await refused('from=2026-01-01&to=2026-03-01&bucket=hour')).toBe('insight.period-too-long')
  expect(await refused('from=2026-13-01&to=2026-03-01')).toBe('input.invalid')
})

test('facts are measured once by however many ask, and go with their request', async () => {
  const { body } = await desk.call<{ id: string }>('POST', '/api/requests', { token: people.intake.token, body: { subject: '=1+1', text: '新的', channel: 'api', customer: { name: '李', email: 'li@example.com' } } })
  await Promise.all(Array.from({ length: 5 }, () => measureNew(desk.app)))
  // Nothing is read past a transaction that is open anywhere on the server, a neighbour's test among them.
  await expect.poll(async () => { await figures(`metric=volume&${march}`); return desk.app.pool`select id from insight.fact where id = ${body.id}` }).toHaveLength(1)
  await desk.app.pool`update requests.request set channel = 'gone' where id = ${body.id}`
  await run(desk.app, {}, (ctx) => measure(ctx, [body.id]))
  expect(await desk.app.pool`select channel from insight.fact where id = ${body.id}`).toEqual([{ channel: 'gone' }])
  await run(desk.app, {}, (ctx) => measure(ctx, [body.id, newId()]))
})

test('4.3-b the start page and the reports tell the same of the same day', async () => {
  desk.clock.advance(Date.parse('2026-03-12T09:00:00Z') - desk.clock.now().getTime())
  await run(desk.app, {}, async (ctx) => {
    await ctx.db`update requests.request set first_response_at = '2026-03-12T01:00:00Z', resolution_at = '2026-03-12T02:00:00Z', scored_at = '2026-03-12T03:00:00Z', closed_at = '2026-03-12T03:00:00Z' where number % 3 = 0 and score is not null`
    await measure(ctx, (await ctx.db<{ id: string }[]>`select id from requests.request`).map((row) => row.id))
  })
  const { body: today } = await desk.call<Today>('GET', '/api/today', { token: people.admin.token })
  const told = async (metric: MetricKey) => (await figures(`metric=${metric}&from=2026-03-12&to=2026-03-12`)).total
  expect(today.firstResponses.count).toBeGreaterThan(5)
  expect((await told('volume')).value).toBe(today.opened.count)
  expect((await told('closed')).value).toBe(today.closed.count)
  expect((await told('first-response-wait')).value).toBeCloseTo(today.firstResponses.medianMinutes!, 6)
  expect((await told('first-response-in-time')).value).toBeCloseTo(today.firstResponses.inTime / today.firstResponses.count, 9)
  expect((await told('resolution-in-time')).value).toBeCloseTo(today.resolutions.inTime / today.resolutions.count, 9)
  expect((await told('rating')).value).toBeCloseTo(today.rating.mean!, 9)
})

test('4.3-b the first report of an installation counts what is there, also for two who ask at once', async () => {
  const fresh = await openDesk()
  try {
    const { admin, intake } = await staffed(fresh)
    await fresh.call('POST', '/api/requests', { token: intake.token, body: { subject: '查詢', text: '請協助', channel: 'api', customer: { name: '王', email: 'first@example.com' } } })
    // Nothing is read past a transaction that is open anywhere on the server, a neighbour's test among them.
    await expect.poll(async () => (await Promise.all([1, 2].map(() => fresh.call<Figures>('GET', `/api/reports/figures?metric=volume&${march}`, { token: admin.token })))).map(({ body }) => body.total.value)).toEqual([1, 1])
  } finally {
    await fresh.close()
  }
})

test('4.3-b occupancy is the share of the time at the desk with a request in hand, within working hours, as it happened and again when the history is told anew', async () => {
  const fresh = await openDesk()
  try {
    const { admin, lead, intake, agents, teamId } = await staffed(fresh)
    // Monday 10:00 in Taipei; open until 18:00.
    const at = async (id: string, presence: 'online' | 'away') => run(fresh.app, {}, (ctx) => setPresence(ctx, id, presence, { until: null }))
    const asked = async <T>(path: string, token = admin.token) => (await fresh.call<T>('GET', path, { token })).body
    const occupancy = async (query: string, token?: string) => asked<Figures>(`/api/reports/figures?metric=occupancy&from=2026-03-02&to=2026-03-03${query}`, token)
    for (const one of [...agents, lead]) await at(one.id, 'away')
    await fresh.pass(HOUR)
    const { body: request } = await fresh.call<{ id: string }>('POST', '/api/requests', { token: intake.token, body: { subject: '寬頻斷線', text: '早上開始', channel: 'api', customer: { name: '王', email: 'occ@example.com' } } })
    const act = async (token: string, method: string, path: string, body?: unknown) => { const { status, body: answer } = await fresh.call(method, `/api/requests/${request.id}/${path}`, { token, body }); expect(status, `${path} ${JSON.stringify(answer)}`).toBeLessThan(300) }
    const [one, other] = [agents[0]!, agents[1]!]
    const before = (await occupancy('&by=person')).rows.length
    await at(one.id, 'online') // 11:00
    await fresh.pass(HOUR) // 12:00
    await act(one.token, 'PUT', 'holder')
    await fresh.pass(HOUR / 2) // 12:30
    await act(one.token, 'PUT', 'waiting', { for: 'customer', reason: '等燈號' })
    const row = async (token?: string) => (await occupancy('&by=person', token)).rows.find((found) => found.id === one.id)
    // Two quarters of six: read while it goes on, and the one that runs as far as it has come.
    expect(await row()).toMatchObject({ value: 2 / 6, count: 6 })
    await fresh.pass(HOUR / 2) // 13:00
    await act(one.token, 'DELETE', 'waiting')
    await fresh.pass(24 * HOUR) // the next day 13:00: in hand from 13:00 to 18:00 and from 09:00 to 13:00
    await at(one.id, 'away')
    await at(other.id, 'online')
    await fresh.pass(HOUR)
    const whole = await row()
    expect(whole).toMatchObject({ value: (2 + 20 + 16) / (8 + 20 + 16), count: 44 })
    expect((await occupancy('&by=person')).rows.length).toBe(before + 2)
    expect((await occupancy('&by=team')).rows.find((found) => found.id === teamId)).toMatchObject({ label: '一線', count: 48 })
    expect((await occupancy(`&by=time&bucket=hour&personId=${one.id}`)).rows.filter((found) => found.count > 0).length).toBe(7 + 4)
    // Nobody's time but one's own, one's team's for a lead, none for a program.
    expect((await occupancy('&by=person', one.token)).rows.every((found) => [one.id, other.id].includes(found.id))).toBe(true)
    expect((await row(lead.token))!.count).toBe(44)
    expect((await occupancy('&by=person', intake.token)).rows ?? []).toEqual([])
    // Thrown away and made anew from the history it is the same.
    await fresh.app.pool`truncate insight.quarter, insight.in_hand, insight.desk_time, insight.reckoned`
    await fresh.app.pool`update platform.cursor set xid = '0', seq = 0 where listener = 'insight.facts'`
    expect(await row()).toEqual(whole)
    // The quarters behind it, page by page, make the figure.
    const quarters: Behinds['rows'] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Behinds = await asked<Behinds>(`/api/reports/requests?metric=occupancy&by=person&key=${one.id}&from=2026-03-02&to=2026-03-03&limit=10${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`)
      quarters.push(...page.rows)
      cursor = page.next
    }
    expect(new Set(quarters.map((found) => found.id)).size).toBe(44)
    expect(quarters.reduce((all, found) => all + found.value, 0) / 44).toBeCloseTo(whole!.value!, 9)
    for (const odd of ['by=channel', 'by=time&channel=email', 'by=team&priority=urgent'])
      expect(await asked(`/api/reports/figures?metric=occupancy&from=2026-03-02&to=2026-03-03&${odd}`)).toMatchObject({ fault: { code: 'insight.not-of-time' } })
    // Whoever comes back after weeks has in hand what they take up then.
    await fresh.pass(20 * 24 * HOUR) // Monday 2026-03-23, 14:00
    await at(one.id, 'online')
    const { body: later } = await fresh.call<{ id: string }>('POST', '/api/requests', { token: intake.token, body: { subject: '帳單', text: '多了一筆', channel: 'api', customer: { name: '李', email: 'later@example.com' } } })
    await fresh.app.pool`update requests.assignment set ended_at = ${fresh.clock.now()}, state = 'ended' where request_id = ${request.id} and state = 'accepted'`
    await run(fresh.app, {}, (ctx) => measure(ctx, [request.id]))
    expect((await fresh.call('PUT', `/api/requests/${later.id}/holder`, { token: one.token })).status).toBe(200)
    await fresh.pass(HOUR)
    expect((await asked<Figures>(`/api/reports/figures?metric=occupancy&by=person&from=2026-03-23&to=2026-03-23`)).rows.find((found) => found.id === one.id)).toMatchObject({ value: 1, count: 4 })
    // A request that is gone was in nobody's hands.
    await fresh.app.pool`delete from requests.request where id = ${request.id}`
    await run(fresh.app, {}, (ctx) => measure(ctx, [request.id]))
    expect(await row()).toMatchObject({ value: 0, count: 44 })
  } finally {
    await fresh.close()
  }
}, 60_000)
