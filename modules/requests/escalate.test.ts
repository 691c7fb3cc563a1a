import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import { type Staffed, staffed, type TestPerson } from '../../test/people.ts'
import { run } from '../../platform/context.ts'
import { addService, type Clause, type Content, foundStandard, type Step } from '../standards/index.ts'
import { createPerson, createToken } from '../staff/index.ts'
import type { ClockStory, Request } from './contract.ts'
import { sweepDue } from './sweep.ts'

let desk: TestDesk
let people: Staffed
let director: TestPerson
beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  director = await run(desk.app, {}, async (ctx) => {
    const { id } = await createPerson(ctx, { name: '周總監', login: 'director@example.com', role: 'director', locale: 'zh-Hant', zone: 'Asia/Taipei' })
    return { id, name: '周總監', token: (await createToken(ctx, { name: 'test', personId: id })).token }
  })
})
afterAll(() => desk.close())

const MINUTE = 60_000
const anyCase = { priorities: [], tiers: [], channels: [], stages: [] }
const step = (key: string, measure: Step['measure'], offsetMinutes: number, does: Step['does'], more: Partial<Step> = {}): Step => ({ key, measure, offsetMinutes, time: 'business', level: 'L1', when: anyCase, does, to: 'lead', personId: null, role: null, teamId: null, ...more })
const clause = (measure: Clause['measure'], target: number, when: Clause['when'] = {}): Clause => ({ key: [measure, ...Object.values(when)].join('-').slice(0, 50), words: '', measure, target, when, ownerId: null, dimension: 'delivery' })
let count = 0
async function begun(content: Partial<Content>, more: object = {}): Promise<{ id: string; serviceId: string; openedAt: number }> {
  const nr = ++count
  const serviceId = await run(desk.app, {}, async (ctx) => {
    const { id } = await addService(ctx, { key: `s${nr}`, name: { 'zh-Hant': '服務', 'zh-Hans': '服务', en: 'Service' }, description: '', teamId: people.teamId, calendarId: null, verification: 'rule', closeAfterHours: 72, reopenDays: 7, acceptMinutes: 600, skills: [], types: [], isActive: true })
    await foundStandard(ctx, id, { clauses: [clause('resolution', 120)], steps: [], pausesOn: ['customer'], duties: '', rules: '', appraisal: '', ownerId: null, reviewOn: null, ...content })
    return id
  })
  const { body, status } = await desk.call<{ id: string }>('POST', '/api/requests', { token: people.intake.token, headers: { 'idempotency-key': `e${nr}` }, body: { subject: '斷線', text: '無法上網', serviceId, priority: 'normal', customer: { name: '林先生', email: `e${nr}@example.com` }, ...more } })
  expect(status).toBe(201)
  await desk.call('PUT', `/api/requests/${body.id}/holder`, { token: people.agents[0]!.token })
  return { id: body.id, serviceId, openedAt: desk.clock.now().getTime() }
}
const clocksOf = async (id: string): Promise<ClockStory[]> => (await desk.call<{ clocks: ClockStory[] }>('GET', `/api/requests/${id}/clocks`, { token: people.admin.token })).body.clocks
const viewOf = async (id: string): Promise<Request> => (await desk.call<Request>('GET', `/api/requests/${id}`, { token: people.admin.token })).body
interface Notice { id: string; kind: string; requestId: string; level: string | null; needsConfirmation: boolean; confirmedAt: string | null }
const noticesOf = async (person: TestPerson, id: string): Promise<Notice[]> => (await desk.call<{ rows: Notice[] }>('GET', '/api/notices', { token: person.token })).body.rows.filter((one) => one.requestId === id)
const takenOf = async (id: string): Promise<[string, string][]> => (await desk.app.pool<{ step: string; outcome: string }[]>`select step, outcome from requests.escalation where request_id = ${id} order by due_at`).map((row) => [row.step, row.outcome])

test('4.1-d L1, L2, L3 and management are reached one after the other, each once, and who is called confirms', async () => {
  const { id } = await begun({ steps: [
    step('l1', 'resolution', -30, 'notify', { to: 'holder' }), step('l2', 'resolution', 0, 'notify', { level: 'L2' }), step('l3', 'resolution', 30, 'call', { level: 'L3', to: 'duty-lead' }),
    step('top', 'resolution', 60, 'alarm', { level: 'management', to: 'role', role: 'director', time: 'wall' }),
  ] })
  await desk.pass(89 * MINUTE)
  expect(await takenOf(id)).toEqual([])
  await desk.pass(MINUTE)
  expect(await noticesOf(people.agents[0]!, id)).toMatchObject([{ kind: 'escalation-notify', level: 'L1', needsConfirmation: false }])
  await desk.pass(30 * MINUTE)
  expect(await noticesOf(people.lead, id)).toMatchObject([{ kind: 'escalation-notify', level: 'L2' }])
  expect((await viewOf(id)).resolution.breachedAt).toBe((await viewOf(id)).resolution.dueAt)
  await desk.pass(60 * MINUTE)
  expect(await takenOf(id)).toEqual([['l1', 'taken'], ['l2', 'taken'], ['l3', 'taken'], ['top', 'taken']])
  const [alarm] = await noticesOf(director, id)
  expect(alarm).toMatchObject({ kind: 'escalation-alarm', level: 'management', needsConfirmation: true, confirmedAt: null })
  expect((await desk.call('PUT', `/api/notices/${alarm!.id}/confirmation`, { token: people.lead.token })).status).toBe(404)
  for (let twice = 0; twice < 2; twice++) expect((await desk.call('PUT', `/api/notices/${alarm!.id}/confirmation`, { token: director.token })).status).toBe(204)
  expect((await noticesOf(director, id))[0]!.confirmedAt).not.toBeNull()
  const told = await desk.app.pool<{ type: string; n: number }[]>`select type, count(*)::int as n from platform.event where subject = ${id} and type like 'request.escalat%' group by type order by type`
  expect(told).toMatchObject([{ type: 'request.escalated', n: 4 }, { type: 'request.escalation-confirmed', n: 1 }])
})

test('4.1-d two sweepers at once take each step once', async () => {
  const ids = []
  for (let n = 0; n < 4; n++) ids.push((await begun({ steps: [step('l1', 'resolution', -30, 'notify'), step('l2', 'resolution', -20, 'call', { to: 'lead' })] })).id)
  desk.clock.advance(110 * MINUTE)
  await Promise.all([sweepDue(desk.app), sweepDue(desk.app), sweepDue(desk.app)])
  for (const id of ids) {
    expect(await takenOf(id)).toEqual([['l1', 'taken'], ['l2', 'taken']])
    expect((await noticesOf(people.lead, id)).map((one) => one.kind).sort()).toEqual(['escalation-call', 'escalation-notify'])
  }
})

test('4.1-d a step holds for its cases only; the priority is raised by one and the clocks follow; a warning after the fact is passed over', async () => {
  const { id, openedAt } = await begun({ clauses: [clause('resolution', 240), clause('resolution', 150, { priority: 'urgent' })], steps: [
    step('gold', 'resolution', -200, 'notify', { when: { ...anyCase, tiers: ['gold'] } }), step('raise', 'resolution', -120, 'raise'), step('late', 'resolution', -5, 'notify'),
  ] })
  await desk.pass(120 * MINUTE)
  expect(await takenOf(id)).toEqual([['gold', 'requests.step.not-met'], ['raise', 'taken']])
  const view = await viewOf(id)
  expect(view.priority).toBe('urgent')
  expect(Date.parse(view.resolution.dueAt!)).toBe(openedAt + 150 * MINUTE)
  // Nobody swept for an hour.
  await desk.pass(60 * MINUTE)
  expect((await takenOf(id)).at(-1)).toEqual(['late', 'requests.step.too-late'])
  expect((await viewOf(id)).resolution.breachedAt).toBe(new Date(openedAt + 150 * MINUTE).toISOString())
})

test('4.1-d what nobody moves is given to another team, by the ordinary allocation; what the two teams agreed on is timed', async () => {
  desk.clock.set(Date.parse('2026-03-03T01:00:00Z'))
  const { id } = await begun({ clauses: [clause('resolution', 120), clause('hand-over', 30, { fromTeam: people.teamId, toTeam: people.otherTeamId })], steps: [step('l2', 'resolution', -60, 'reassign', { level: 'L2', to: null, teamId: people.otherTeamId })] })
  await desk.pass(60 * MINUTE)
  const view = await viewOf(id)
  expect(view).toMatchObject({ team: { id: people.otherTeamId }, offer: { to: { id: people.outsider.id } } })
  const handOver = (await clocksOf(id)).find((clock) => clock.kind === 'hand-over')!
  expect(handOver).toMatchObject({ state: 'running', targetMinutes: 30 })
  await desk.pass(20 * MINUTE)
  await desk.call('PUT', `/api/requests/${id}/assignment/acceptance`, { token: people.outsider.token })
  expect((await clocksOf(id)).find((clock) => clock.kind === 'hand-over')).toMatchObject({ state: 'met', breachedAt: null })
})

test('1.2-b every answer the customer waits for is timed anew, and the clock of a reopened request begins again', async () => {
  desk.clock.set(Date.parse('2026-03-04T01:00:00Z'))
  const { id } = await begun({ clauses: [clause('first-response', 60), clause('next-response', 45), clause('resolution', 240)] })
  const reply = async () => { await desk.call('POST', `/api/requests/${id}/messages`, { token: people.agents[0]!.token, body: { kind: 'reply', text: '您好' } }); await desk.pass(11_000) }
  await reply()
  const states = async () => Object.fromEntries((await clocksOf(id)).map((clock) => [`${clock.kind} ${clock.run}`, clock.state]))
  expect(await states()).toEqual({ 'first-response 1': 'met', 'resolution 1': 'running' })
  await desk.call('PUT', `/api/requests/${id}/submission`, { token: people.agents[0]!.token, body: { result: '已處理' } })
  expect(await states()).toMatchObject({ 'resolution 1': 'met' })
  await desk.call('PUT', `/api/requests/${id}/closure`, { token: people.agents[0]!.token, body: { reason: '完成' } })
  await desk.call('DELETE', `/api/requests/${id}/closure`, { token: people.agents[0]!.token })
  expect(await states()).toMatchObject({ 'resolution 1': 'met', 'resolution 2': 'running' })
})

test('1.2-b an answer that comes late is a breach although nobody had looked', async () => {
  const { id, openedAt } = await begun({ clauses: [clause('first-response', 60)] })
  desk.clock.advance(61 * MINUTE)
  const { body } = await desk.call<{ id: string }>('POST', `/api/requests/${id}/messages`, { token: people.agents[0]!.token, body: { kind: 'reply', text: '您好' } })
  await desk.app.pool`delete from platform.job where queue = 'requests.sweep'`
  await desk.pass(11_000)
  expect(body.id).toEqual(expect.any(String))
  expect((await viewOf(id)).firstResponse).toMatchObject({ metAt: expect.any(String), breachedAt: new Date(openedAt + 60 * MINUTE).toISOString() })
})

test('4.1-d a step whose hour passed while the clock stood is taken by the look that lets it go on', async () => {
  desk.clock.set(Date.parse('2026-03-05T01:00:00Z'))
  const { id, openedAt } = await begun({ clauses: [clause('resolution', 60)], steps: [step('after', 'resolution', 30, 'notify', { time: 'wall' })] })
  await desk.pass(65 * MINUTE)
  expect((await desk.call('PUT', `/api/requests/${id}/waiting`, { token: people.agents[0]!.token, body: { for: 'customer', until: new Date(openedAt + 120 * MINUTE).toISOString() } })).status).toBe(200)
  await desk.pass(40 * MINUTE)
  expect(await takenOf(id)).toEqual([])
  desk.clock.set(openedAt + 121 * MINUTE)
  await sweepDue(desk.app)
  expect((await viewOf(id)).stage).toBe('execute')
  expect(await takenOf(id)).toEqual([['after', 'taken']])
})

test('1.2-b a clock that a correction left nothing while it stood is missed as it goes on', async () => {
  desk.clock.set(Date.parse('2026-03-06T01:00:00Z'))
  const { id, openedAt } = await begun({ clauses: [clause('resolution', 240), clause('resolution', 60, { priority: 'urgent' })] })
  const as = (method: string, path: string, body?: unknown) => desk.call(method, `/api/requests/${id}${path}`, { token: people.agents[0]!.token, ...(body ? { body } : {}) })
  await desk.pass(120 * MINUTE)
  expect((await as('PUT', '/waiting', { for: 'customer' })).status).toBe(200)
  expect((await as('PATCH', '', { priority: 'urgent', version: (await viewOf(id)).version })).status).toBe(200)
  expect((await viewOf(id)).resolution.breachedAt).toBeNull()
  await desk.pass(30 * MINUTE)
  expect((await as('DELETE', '/waiting')).status).toBe(200)
  expect((await viewOf(id)).resolution.breachedAt).toBe(new Date(openedAt + 150 * MINUTE).toISOString())
  expect((await desk.app.pool`select 1 from platform.event where subject = ${id} and type = 'request.resolution-breached'`).length).toBe(1)
})
