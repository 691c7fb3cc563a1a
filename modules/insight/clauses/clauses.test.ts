import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../../lib/id/index.ts'
import { run } from '../../../platform/context.ts'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { staffed, type Staffed, type TestPerson } from '../../../test/people.ts'
import { createPerson, createToken } from '../../staff/index.ts'
import type { Service } from '../../standards/contract.ts'
import type { Version } from '../../standards/versions/contract.ts'
import type { Figures } from '../metrics/contract.ts'
import { measure } from '../metrics/measure.ts'
import type { ClauseFigure, Decided } from './contract.ts'
import { decidedIn } from './kept.ts'

// Monday 2026-03-02, 10:00 in Taipei; the last four weeks began on 2026-02-03 there.
let desk: TestDesk
let people: Staffed
let service: Service
let customerId: string
const as = async <T>(who: TestPerson, method: string, path: string, body?: unknown): Promise<T> => {
  const answer = await desk.call<T>(method, path, { token: who.token, ...(body === undefined ? {} : { body }) })
  expect(`${path} ${answer.status} ${answer.status < 300 ? '' : JSON.stringify(answer.body)}`).toMatch(/ 20\d /)
  return answer.body
}
const kept = async (who: TestPerson = people.admin): Promise<Record<string, ClauseFigure>> =>
  Object.fromEntries((await as<{ rows: ClauseFigure[] }>(who, 'GET', `/api/services/${service.id}/kept`)).rows.map((row) => [row.key, row]))

interface Row { teamId?: string; priority?: string; channel?: string; closedAt?: string; reopened?: number; score?: number; clocks?: { clause?: string; state: string; breachedAt?: string; endedAt?: string }[] }
async function put(rows: Row[]): Promise<string[]> {
  const ids: string[] = []
  for (const { teamId = people.teamId, priority = 'normal', channel = 'email', closedAt, reopened = 0, score, clocks = [] } of rows) {
    const id = newId()
    ids.push(id)
    await desk.app.pool`insert into requests.request (id, subject, stage, stage_since, priority, channel, language, customer_id, team_id, service_id, standard_id, opened_by_kind, opened_at, closed_at, reopened, score, scored_at, last_message_at)
      values (${id}, '斷線', ${closedAt ? 'closed' : 'execute'}, '2026-02-01T00:00:00Z', ${priority}, ${channel}, 'zh-Hant', ${customerId}, ${teamId}, ${service.id}, ${service.standard!.id}, 'customer', '2026-02-01T00:00:00Z', ${closedAt ?? null}, ${reopened}, ${score ?? null}, ${score ? closedAt! : null}, '2026-02-01T00:00:00Z')`
    for (const [run, { clause = 'first-response-normal', state, breachedAt, endedAt }] of clocks.entries()) await desk.app.pool`
      insert into requests.clock (id, request_id, kind, run, version_id, clause, target_ms, calendar_version, state, started_at, used_ms, due_at, breached_at, noted_at, ended_at)
      values (uuidv7(), ${id}, 'first-response', ${run}, ${service.standard!.id}, ${clause}, 3600000, 0, ${state}, '2026-02-01T00:00:00Z', 1, ${breachedAt ?? null}, ${breachedAt ?? null}, ${breachedAt ?? null}, ${endedAt ?? null})`
  }
  await run(desk.app, {}, (ctx) => measure(ctx, ids))
  return ids
}

beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  customerId = newId()
  await desk.app.pool`insert into customers.customer (id, name, created_at) values (${customerId}, '王大明', ${desk.clock.now()})`
  service = (await as<{ rows: Service[] }>(people.admin, 'GET', '/api/services')).rows[0]!
})
afterAll(() => desk?.close())

test('1.2-c 4.3-b of a deadline the share kept is counted from its clocks: each once, when it was met or the moment it passed', async () => {
  const ids = await put([
    { clocks: [{ state: 'met', endedAt: '2026-02-10T02:00:00Z' }] }, { clocks: [{ state: 'met', endedAt: '2026-02-11T02:00:00Z' }] },
    // Missed and met later counts where it was missed; missed and still open counts too.
    { clocks: [{ state: 'met', breachedAt: '2026-02-12T02:00:00Z', endedAt: '2026-02-13T02:00:00Z' }] }, { clocks: [{ state: 'breached', breachedAt: '2026-02-20T02:00:00Z' }] },
    // Neither: cancelled, running, before the four weeks, another team's.
    { clocks: [{ state: 'cancelled', endedAt: '2026-02-10T02:00:00Z' }] }, { clocks: [{ state: 'running' }] }, { clocks: [{ state: 'met', endedAt: '2026-01-20T02:00:00Z' }] },
    { teamId: people.otherTeamId, clocks: [{ state: 'breached', breachedAt: '2026-02-20T02:00:00Z' }] },
  ])
  expect((await kept(people.lead))['first-response-normal']).toEqual({ key: 'first-response-normal', value: 0.5, count: 4, isMet: null })
  expect((await kept())['first-response-normal']).toMatchObject({ value: 2 / 5, count: 5 })
  expect((await kept())['resolution-urgent']).toEqual({ key: 'resolution-urgent', value: null, count: 0, isMet: null })
  const behind = (who: TestPerson, query: string) => as<{ rows: Decided[]; next: string | null }>(who, 'GET', `/api/services/${service.id}/kept/first-response-normal/deadlines?${query}`)
  expect((await behind(people.lead, 'missed=true')).rows.map((row) => row.requestId)).toEqual([ids[3], ids[2]])
  const pages = [await behind(people.lead, 'limit=3')]
  pages.push(await behind(people.lead, `limit=3&cursor=${pages[0]!.next}`))
  expect(pages.flatMap((page) => page.rows.map((row) => row.requestId))).toEqual(ids.slice(0, 4).reverse())
  expect(pages[1]!.next).toBeNull()
})

test('1.2-c 4.3-b a rate stands beside its target by the same figure as its report, for the case it is promised for', async () => {
  const [draft] = [await as<Version>(people.admin, 'POST', `/api/services/${service.id}/standards`, { content: { ...service.standard!.content, clauses: [...service.standard!.content.clauses,
    { key: 'reopen', words: '', measure: 'reopen-rate', target: 0.3, when: {}, ownerId: null, dimension: 'quality-control' },
    { key: 'rating-chat', words: '', measure: 'rating', target: 4.5, when: { channel: 'chat' }, ownerId: null, dimension: 'quality-control' },
    { key: 'words', words: '有禮貌', measure: null, target: null, when: {}, ownerId: null, dimension: 'communication' }] } })]
  await as(people.admin, 'PUT', `/api/standards/${draft!.id}/proposal`, { reason: '重開與評分' })
  const director = (await run(desk.app, {}, async (ctx) => { const { id } = await createPerson(ctx, { name: 'director', login: 'director@example.com', role: 'director', zone: 'Asia/Taipei' }); return { id, name: 'director', token: (await createToken(ctx, { name: 'd', personId: id })).token } }))
  await as(director, 'PUT', `/api/standards/${draft!.id}/approval`, {})
  await put([{ closedAt: '2026-02-20T02:00:00Z', reopened: 1, score: 2 }, { closedAt: '2026-02-20T03:00:00Z', score: 5, channel: 'chat' }, { closedAt: '2026-02-21T03:00:00Z', score: 4, channel: 'chat' }, { closedAt: '2026-01-10T03:00:00Z', reopened: 1 }])
  const rows = await kept()
  expect(rows['reopen']).toEqual({ key: 'reopen', value: 1 / 3, count: 3, isMet: false })
  expect(rows['rating-chat']).toEqual({ key: 'rating-chat', value: 4.5, count: 2, isMet: true })
  expect(rows['words']).toBeUndefined()
  const told = async (query: string) => (await as<Figures>(people.admin, 'GET', `/api/reports/figures?from=2026-02-01&to=2026-03-02&serviceId=${service.id}&${query}`)).total
  expect(await told('metric=reopen-rate')).toMatchObject({ value: rows['reopen']!.value, count: 3 })
  expect(await told('metric=rating&channel=chat')).toMatchObject({ value: 4.5, count: 2 })
  // A new version keeps the deadlines of the one before, by the name of the clause.
  expect(rows['first-response-normal']).toMatchObject({ count: 5 })
  const unknown = await desk.call<{ fault: { code: string } }>('GET', `/api/services/${newId()}/kept`, { token: people.admin.token })
  expect([unknown.status, unknown.body.fault.code]).toEqual([404, 'standards.service.not-found'])
})

test('1.2-c what was decided in the period is read by its index', async () => {
  await run(desk.app, {}, async (ctx) => {
    await ctx.db`set local enable_seqscan = off`
    const [plan] = await ctx.db<{ 'QUERY PLAN': unknown }[]>`explain (format json) select 1 from requests.clock k where ${decidedIn(ctx, new Date('2026-02-01'), new Date('2026-03-01'))}`
    expect(JSON.stringify(plan)).toContain('clock_decided')
  })
})
