import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import { type Staffed, staffed, type TestPerson } from '../../test/people.ts'
import type { Assignment, Request, RequestEvent, RequestRow } from './contract.ts'

let desk: TestDesk
let people: Staffed
beforeAll(async () => { desk = await openDesk(); people = await staffed(desk) })
afterAll(() => desk.close())

const MINUTE = 60_000
let count = 0
interface Opened { id: string; number: number; stage: string; holder: { id: string; name: string } | null }
async function open(body: object = {}): Promise<Opened> {
  const { status, body: request } = await desk.call<Opened>('POST', '/api/requests', { token: people.intake.token, headers: { 'idempotency-key': `s${++count}` },
    body: { subject: '想改資費', text: '請問如何更改方案', customer: { name: '林先生', email: `s${count}@example.com` }, ...body } })
  expect(status).toBe(201)
  return request
}
const holderOf = (request: Opened): TestPerson => people.agents.concat(people.lead).find((agent) => agent.id === request.holder!.id)!
const other = (person: TestPerson): TestPerson => people.agents.find((agent) => agent.id !== person.id)!
const at = <T = Request>(person: TestPerson, request: { id: string }, method: string, path = '', body?: unknown) => desk.call<T>(method, `/api/requests/${request.id}${path}`, { token: person.token, body })
const fault = (code: string) => ({ fault: { code } })
async function begun(body: object = {}): Promise<{ request: Opened; agent: TestPerson }> {
  const request = await open(body)
  const agent = holderOf(request)
  expect((await at(agent, request, 'PUT', '/assignment/acceptance')).body).toMatchObject({ stage: 'execute' })
  return { request, agent }
}

test('4.1-b the explanation says which rule chose the priority; a correction is kept with both values', async () => {
  const request = await open({ text: '我要投訴，網路又斷了' })
  const agent = holderOf(request)
  const view = await at(agent, request, 'GET')
  expect(view.body.priority).toBe('urgent')
  expect(view.body.explanation[0]).toMatchObject({ because: [expect.objectContaining({ found: expect.anything() })] })
  expect((await at(agent, request, 'PATCH', '', { priority: 'normal', reason: '客戶已恢復', version: view.body.version })).body).toMatchObject({ priority: 'normal' })
  expect((await at(agent, request, 'PATCH', '', { priority: 'urgent', version: view.body.version })).body).toMatchObject(fault('requests.changed-meanwhile'))
  const events = await at<{ rows: RequestEvent[] }>(agent, request, 'GET', '/events')
  expect(events.body.rows.find((event) => event.type === 'request.corrected')!.data).toMatchObject({ before: { priority: 'urgent' }, after: { priority: 'normal' } })
})

test('4.1-c who first received it stays answerable until somebody else has accepted it', async () => {
  const { request, agent } = await begun()
  const colleague = other(agent)
  expect((await at(agent, request, 'PUT', '/assignment', { agentId: colleague.id, reason: '需要你的專長' })).body).toMatchObject({ holder: { id: agent.id }, answerable: { id: agent.id }, offer: { to: { id: colleague.id }, how: 'hand-over' } })
  expect((await at(colleague, request, 'PUT', '/assignment/refusal', { reason: '手上太滿' })).body).toMatchObject({ holder: { id: agent.id }, answerable: { id: agent.id }, offer: null })
  await at(agent, request, 'PUT', '/assignment', { agentId: colleague.id })
  expect((await at(colleague, request, 'PUT', '/assignment/acceptance')).body).toMatchObject({ holder: { id: colleague.id }, answerable: { id: colleague.id }, firstResponder: { id: agent.id }, offer: null })
})

test('4.1-f what is declined goes to the next person, and every decision keeps candidates, scores and reason', async () => {
  const request = await open()
  const agent = holderOf(request)
  const declined = await at(agent, request, 'PUT', '/assignment/refusal', { reason: '不熟悉' })
  expect(declined.body.holder!.id).not.toBe(agent.id)
  const decisions = (await at<{ rows: Assignment[] }>(people.lead, request, 'GET', '/assignments')).body.rows
  expect(decisions).toMatchObject([{ state: 'declined', agent: { id: agent.id } }, { state: 'offered', how: 'rule', agent: { id: declined.body.holder!.id } }])
  expect(decisions[1]!.candidates.find((one) => one.agentId === agent.id)).toMatchObject({ excludedBecause: ['declined'] })
  expect(decisions[0]!.candidates.every((one) => one.score >= 0 && one.score <= 1)).toBe(true)
})

test('4.1-f what nobody accepts in time is taken back and offered to somebody else', async () => {
  const request = await open()
  const agent = holderOf(request)
  await desk.pass(16 * MINUTE)
  const view = await at(people.lead, request, 'GET')
  expect(view.body.offer?.to.id ?? null).not.toBe(agent.id)
  const events = await at<{ rows: RequestEvent[] }>(people.lead, request, 'GET', '/events')
  expect(events.body.rows.map((event) => event.type)).toContain('request.taken-back')
})

test('4.2-b a reply can be taken back for ten seconds and becomes the draft again', async () => {
  const { request, agent } = await begun()
  const written = await at<{ id: string }>(agent, request, 'POST', '/messages', { kind: 'reply', text: '寫錯了' })
  expect((await at(agent, request, 'DELETE', `/messages/${written.body.id}`)).body).toMatchObject({ text: '寫錯了' })
  expect((await at(agent, request, 'GET', '/drafts')).body).toMatchObject({ mine: { reply: '寫錯了' } })
  await desk.pass(11_000)
  expect((await at(agent, request, 'GET')).body).toMatchObject({ firstResponse: { metAt: null } })
  const again = await at<{ id: string }>(agent, request, 'POST', '/messages', { kind: 'reply', text: '您好' })
  await desk.pass(12_000)
  expect((await at(agent, request, 'DELETE', `/messages/${again.body.id}`)).body).toMatchObject(fault('requests.already-sent'))
  expect((await at(agent, request, 'GET')).body.firstResponse.metAt).not.toBeNull()
})

test('1.2-b the clocks stand still while the customer is asked and go on with what was left', async () => {
  const { request, agent } = await begun()
  const before = (await at(agent, request, 'GET')).body.resolution.dueAt!
  const waiting = await at(agent, request, 'PUT', '/waiting', { for: 'customer', reason: '等照片' })
  expect(waiting.body).toMatchObject({ stage: 'track', waitingFor: 'customer', resolution: { dueAt: null }, nextDueAt: null })
  await desk.pass(30 * MINUTE)
  const resumed = await at(agent, request, 'DELETE', '/waiting')
  expect(Date.parse(resumed.body.resolution.dueAt!) - Date.parse(before)).toBe(30 * MINUTE)
})

test('4.2-b failed verification goes back with its reason and is counted; nobody verifies their own work', async () => {
  const [service] = (await desk.call<{ rows: { id: string; version: number }[] }>('GET', '/api/services', { token: people.admin.token })).body.rows
  await desk.call('PATCH', `/api/services/${service!.id}`, { token: people.admin.token, body: { verification: 'person', version: service!.version } })
  const { request, agent } = await begun()
  const judge = agent.id === people.lead.id ? people.admin : people.lead
  expect((await at(agent, request, 'PUT', '/submission', { result: '已完成' })).body).toMatchObject({ stage: 'verify' })
  expect((await at(agent, request, 'PUT', '/verification', { verdict: 'passed' })).status).toBeGreaterThanOrEqual(403)
  expect((await at(judge, request, 'PUT', '/verification', { verdict: 'failed' })).body).toMatchObject(fault('requests.reason-needed'))
  expect((await at(judge, request, 'PUT', '/verification', { verdict: 'failed', reason: '沒有附測速' })).body).toMatchObject({ stage: 'execute', failedVerifications: 1 })
  await at(agent, request, 'PUT', '/submission', { result: '已完成，測速如附' })
  expect((await at(judge, request, 'PUT', '/verification', { verdict: 'passed' })).body).toMatchObject({ stage: 'feedback' })
  expect((await at<{ rows: unknown[] }>(judge, request, 'GET', '/verifications')).body.rows).toMatchObject([{ verdict: 'failed', reason: '沒有附測速' }, { verdict: 'passed' }])
})

test('4.3-a a request that misses its time is listed as overdue with the moment it was due', async () => {
  const { request, agent } = await begun()
  await desk.pass(70 * MINUTE)
  const view = await at(agent, request, 'GET')
  expect(view.body.firstResponse).toMatchObject({ breachedAt: view.body.firstResponse.dueAt })
  const list = await desk.call<{ rows: RequestRow[] }>('GET', '/api/requests?view=overdue', { token: people.lead.token })
  expect(list.body.rows.find((row) => row.id === request.id)).toMatchObject({ isLate: true })
})

test('7.2-a another team neither sees nor touches a request, in lists, search, counts or by id', async () => {
  const { request } = await begun({ subject: '獨角獸專案資費' })
  for (const path of ['', '/messages', '/events', '/assignments', '/tasks', '/drafts']) expect((await at(people.outsider, request, 'GET', path)).status).toBe(404)
  expect((await at(people.outsider, request, 'PUT', '/holder')).status).toBe(404)
  expect((await at(people.outsider, request, 'POST', '/messages', { kind: 'note', text: 'x' })).status).toBe(404)
  const rows = (person: TestPerson, query: string) => desk.call<{ rows: RequestRow[] }>('GET', `/api/requests?${query}`, { token: person.token }).then((answer) => answer.body.rows)
  expect(await rows(people.outsider, `search=${encodeURIComponent('獨角')}`)).toEqual([])
  expect(await rows(people.outsider, `search=${request.number}`)).toEqual([])
  expect(await rows(people.outsider, `teamId=${people.teamId}`)).toEqual([])
  expect((await rows(people.lead, `search=${encodeURIComponent('独角')}`)).map((row) => row.id)).toEqual([request.id])
  const counts = await desk.call<{ views: Record<string, number>; teams: { id: string }[] }>('GET', '/api/requests/counts', { token: people.outsider.token })
  expect(counts.body.views.open).toBe(0)
  expect(counts.body.teams.map((team) => team.id)).toEqual([people.otherTeamId])
})

test('4.1-e two arrivals at once never take the last free place together', async () => {
  const solo = await openDesk()
  try {
    const team = await staffed(solo)
    await solo.app.pool`update staff.person set capacity = '{"api": 2}' where id = any(${[...team.agents, team.lead].map((one) => one.id)}::uuid[])`
    await new Promise((wake) => setTimeout(wake, 2100))
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => solo.call<Opened>('POST', '/api/requests', { token: team.intake.token, headers: { 'idempotency-key': `p${n}` }, body: { subject: 's', text: 't', customer: { email: `p${n}@example.com` } } })))
    expect(answers.every((answer) => answer.status === 201)).toBe(true)
    const held = answers.filter((answer) => answer.body.holder)
    expect(held.length).toBe(6)
    const [row] = await solo.app.pool<{ most: number }[]>`select max(n)::int as most from (select count(*) as n from requests.request where holder_id is not null group by holder_id) one`
    expect(row!.most).toBe(2)
  } finally { await solo.close() }
})
