import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Actor } from '../../platform/access/index.ts'
import { reading, run } from '../../platform/context.ts'
import { newId } from '../../lib/id/index.ts'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import { addMember, createPerson, createTeam, createToken } from '../staff/index.ts'
import { seedStandards } from '../standards/index.ts'
import { boardQueries } from './board/figures.ts'
import { scopeOf } from './board/scope.ts'
import type { Board, Today } from './contract.ts'
import { figures } from './store.ts'

// Monday 2026-03-02, 10:00 in Taipei; the day there began at 16:00 UTC of the day before.
let desk: TestDesk
let customerId = ''
const people: Record<'head' | 'agent', { id: string; token: string }> = { head: { id: '', token: '' }, agent: { id: '', token: '' } }
const teams: Record<'first' | 'second', string> = { first: '', second: '' }

interface Row { teamId: string; stage?: string; openedAt: string; holderId?: string; firstAt?: string; isFirstLate?: boolean; closedAt?: string; score?: number; dueAt?: string }
const put = (row: Row) => desk.app.pool`
  with put as (insert into requests.request (id, subject, stage, stage_since, priority, channel, language, customer_id, team_id, holder_id, opened_by_kind, opened_at, first_response_at, closed_at, score, scored_at, next_due_at, last_message_at)
  values (${newId()}, '寬頻斷線', ${row.stage ?? 'accept'}, ${row.openedAt}, 'normal', 'email', 'zh-Hant', ${customerId}, ${row.teamId}, ${row.holderId ?? null}, 'customer', ${row.openedAt}, ${row.firstAt ?? null},
    ${row.closedAt ?? null}, ${row.score ?? null}, ${row.score ? row.closedAt! : null}, ${row.dueAt ?? null}, ${row.openedAt}) returning id)
  insert into requests.clock (id, request_id, kind, run, version_id, clause, target_ms, calendar_version, state, started_at, used_ms, due_at, breached_at, noted_at, ended_at)
  select uuidv7(), put.id, 'first-response', 1, (select id from standards.version limit 1), 'x', 1, 0, 'met', ${row.openedAt}::timestamptz, 1, ${row.firstAt ?? null}::timestamptz, ${row.firstAt ?? null}::timestamptz, ${row.firstAt ?? null}::timestamptz, ${row.firstAt ?? null}::timestamptz
  from put where ${row.isFirstLate ?? false}`

beforeAll(async () => {
  desk = await openDesk()
  await run(desk.app, {}, async (ctx) => {
    await seedStandards(ctx)
    teams.first = (await createTeam(ctx, { name: '一線' })).id
    teams.second = (await createTeam(ctx, { name: '二線' })).id
    for (const [name, role] of [['head', 'administrator'], ['agent', 'agent']] as const) {
      const person = await createPerson(ctx, { name, login: `${name}@example.com`, role, zone: 'Asia/Taipei' })
      people[name] = { id: person.id, token: (await createToken(ctx, { name, personId: person.id })).token }
    }
    await addMember(ctx, teams.first, people.agent.id)
    customerId = newId()
    await ctx.db`insert into customers.customer (id, name, created_at) values (${customerId}, '陳美玲', ${ctx.now})`
  })
  const holderId = people.agent.id
  await put({ teamId: teams.first, openedAt: '2026-03-01T15:30:00Z', stage: 'execute', holderId, firstAt: '2026-03-01T16:30:00Z', dueAt: '2026-03-02T01:00:00Z' })
  await put({ teamId: teams.first, openedAt: '2026-03-01T16:30:00Z', stage: 'closed', firstAt: '2026-03-01T16:50:00Z', closedAt: '2026-03-02T01:00:00Z', score: 4 })
  await put({ teamId: teams.second, openedAt: '2026-03-02T01:00:00Z', stage: 'verify', firstAt: '2026-03-02T01:40:00Z', isFirstLate: true })
  await put({ teamId: teams.second, openedAt: '2026-02-23T01:00:00Z', stage: 'accept' })
  await put({ teamId: teams.first, openedAt: '2026-02-23T03:00:00Z', stage: 'closed', closedAt: '2026-02-23T04:00:00Z', score: 1 })
})
afterAll(() => desk?.close())

const today = async (token: string, query = '') => (await desk.call<Today>('GET', `/api/today${query}`, { token })).body

test('the day begins at midnight where the person lives, and is compared with the same weekday up to the same hour', async () => {
  expect(await today(people.head.token)).toMatchObject({
    dayStartAt: '2026-03-01T16:00:00.000Z', zone: 'Asia/Taipei',
    opened: { count: 2, early: 1 }, closed: { count: 1, early: 0 },
    firstResponses: { count: 3, inTime: 2, medianMinutes: 40 }, rating: { count: 1, mean: 4 },
  })
})

test('a team sees its own figures only, and asking for another team opens nothing more', async () => {
  const own = await today(people.agent.token)
  expect(own).toMatchObject({ opened: { count: 1 }, firstResponses: { count: 2, inTime: 2 }, mine: { held: 1, overdue: 1, dueSoon: 0 } })
  expect(own.stages.find((one) => one.stage === 'verify')?.count).toBe(0)
  expect(await today(people.agent.token, `?teamId=${teams.second}`)).toMatchObject({ opened: { count: 0, early: 0 }, firstResponses: { count: 0, medianMinutes: null } })
  expect(await today(people.head.token, `?teamId=${teams.second}`)).toMatchObject({ opened: { count: 1, early: 1 } })
})

test('columns tell how many lie where since when, and the oldest by name', async () => {
  const { body: { columns: rows } } = await desk.call<Board>('GET', '/api/today/board', { token: people.head.token })
  expect(rows.map(({ id, count, ages }) => [id, count, ...ages])).toEqual([['waiting', 1, 0, 0, 0, 1], ['in-hand', 1, 0, 0, 1, 0], ['others', 0, 0, 0, 0, 0], ['verify', 1, 0, 1, 0, 0]])
  expect(rows[1]!.oldest).toMatchObject([{ subject: '寬頻斷線', customerName: '陳美玲', holder: { name: 'agent' } }])
})

test('loads: what a person holds of what they may, with the one due first', async () => {
  const rows = (await desk.call<Board>('GET', '/api/today/board', { token: people.agent.token })).body.people!
  expect(rows.map((row) => row.name)).toEqual(['agent'])
  expect(rows[0]).toMatchObject({ overdue: 1, current: { subject: '寬頻斷線' } })
  expect(rows[0]!.channels.find((one) => one.channel === 'email')).toEqual({ channel: 'email', inHand: 1, capacity: 8 })
})

/** Every scan of a plan as "Index Scan request". A bitmap scan names its table at the heap. */
function scansOf(plan: unknown): string[] {
  if (Array.isArray(plan)) return plan.flatMap(scansOf)
  if (plan === null || typeof plan !== 'object') return []
  const node = plan as Record<string, unknown>
  return [...(node['Relation Name'] ? [`${String(node['Node Type'])} ${String(node['Relation Name'])}`] : []), ...Object.values(node).flatMap(scansOf)]
}

test('with 100,000 requests no figure reads the whole table', async () => {
  await desk.app.pool`
    insert into requests.request (id, subject, stage, stage_since, priority, channel, language, customer_id, team_id, opened_by_kind, opened_at, first_response_at, resolution_at, closed_at, score, scored_at, last_message_at)
    select gen_random_uuid(), '舊案', case when n % 50 = 0 then 'execute' else 'closed' end, at, 'normal', 'email', 'zh-Hant', ${customerId}, case when n % 2 = 0 then ${teams.first}::uuid else ${teams.second}::uuid end, 'customer',
      at, at + interval '1 hour', at + interval '1 day', case when n % 50 = 0 then null else at + interval '3 days' end, 5, at + interval '3 days', at
    from (select n, timestamptz '2026-03-02' - n * interval '3 minutes' as at from generate_series(1, 100000) n) r`
  await desk.app.pool`analyze requests.request`
  const actor = (scope: Actor['scope']): Actor => ({ kind: 'agent', id: people.agent.id, name: 'agent', permissions: new Set(['requests.read']), scope, teamIds: [teams.first] })
  for (const scope of ['all', 'team'] as const) {
    const ctx = reading(desk.app, { actor: actor(scope) })
    const { seen } = scopeOf(ctx, undefined)
    const asked = { ...figures(ctx, new Date('2026-03-01T16:00:00Z'), seen), ...boardQueries(ctx, seen) }
    for (const [name, query] of Object.entries(asked)) {
      const [plan] = await ctx.db<{ 'QUERY PLAN': unknown }[]>`explain (format json) ${query as never}`
      const scans = scansOf(plan!['QUERY PLAN']).filter((scan) => scan.endsWith(' request'))
      expect(scans.length, `${scope} ${name}`).toBeGreaterThan(0)
      expect(scans, `${scope} ${name}`).not.toContain('Seq Scan request')
    }
  }
  const began = performance.now()
  await today(people.head.token)
  expect(performance.now() - began).toBeLessThan(1_000)
})
