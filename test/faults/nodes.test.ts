/** Several processes of one installation: what one did, the others know. */
import { expect, onTestFinished, test } from 'vitest'
import { type Emitted, listen } from './stream.ts'
import { joinDesk, openDesk, type TestDesk } from '../harness.ts'
import { staffed } from '../people.ts'
import { createSignInLink } from '../../modules/staff/index.ts'
import { run } from '../../platform/context.ts'

async function twoNodes(second: Parameters<typeof joinDesk>[1] = {}): Promise<{ a: TestDesk; b: TestDesk; people: Awaited<ReturnType<typeof staffed>> }> {
  const a = await openDesk()
  onTestFinished(() => a.close())
  const people = await staffed(a)
  const b = await joinDesk(a, second)
  onTestFinished(() => b.close())
  return { a, b, people }
}

const request = { subject: '寬頻斷線', text: '從早上開始斷線', channel: 'api', customer: { name: '陳美玲', email: 'mei@example.com' } }
const soon = async (is: () => boolean | Promise<boolean>, ms = 5_000): Promise<number> => {
  const began = performance.now()
  while (!(await is())) {
    if (performance.now() - began > ms) throw new Error(`not within ${ms} ms`)
    await new Promise((wake) => setTimeout(wake, 10))
  }
  return performance.now() - began
}

/** A session cookie, by a single-use link. */
async function signIn(desk: TestDesk, personId: string): Promise<string> {
  const path = await run(desk.app, {}, (ctx) => createSignInLink(ctx, personId))
  const answer = await desk.call('POST', '/api/session/link', { body: { token: path.split(/[#/=]/).at(-1) } })
  expect(answer.status).toBe(200)
  return answer.headers.get('set-cookie')!.split(';')[0]!
}

test('7.1-c F20 a page that is live on one node hears what another did', async () => {
  const { a, b, people } = await twoNodes()
  const page = await listen(b.url, { authorization: `Bearer ${people.lead.token}` })
  onTestFinished(() => page.close())
  const { status, body } = await a.call<{ id: string }>('POST', '/api/requests', { token: people.intake.token, body: request })
  expect(status).toBe(201)
  const isOf = ({ event, data }: Emitted): boolean => event === 'event' && data.type === 'request.accepted' && data.subject === body.id
  await soon(() => page.got.some(isOf))
  expect(page.got.filter(isOf)).toHaveLength(1)
})

test('C08 a session that is ended on one node ends on the others within five seconds, its live page too', async () => {
  const { a, b, people } = await twoNodes()
  const [agent] = people.agents
  const cookies = [await signIn(a, agent!.id), await signIn(a, agent!.id)]
  const page = await listen(b.url, { cookie: cookies[0]! })
  const other = await listen(b.url, { cookie: cookies[1]! })
  onTestFinished(() => { page.close(); other.close() })
  expect((await b.call('GET', '/api/me', { cookie: cookies[0]! })).status).toBe(200)
  const sessions = await a.call<{ rows: { id: string; isCurrent: boolean }[] }>('GET', '/api/me/sessions', { cookie: cookies[0]! })
  const mine = sessions.body.rows.find((row) => row.isCurrent)!
  expect((await a.call('DELETE', `/api/me/sessions/${mine.id}`, { cookie: cookies[1]! })).status).toBeLessThan(300)
  await soon(async () => (await b.call('GET', '/api/me', { cookie: cookies[0]! })).status === 401)
  await soon(() => page.isEnded())
  expect(other.isEnded()).toBe(false)
  expect((await b.call('GET', '/api/me', { cookie: cookies[1]! })).status).toBe(200)
})

test('C08 a person who is disabled on one node has no call and no live page left on another', async () => {
  const { a, b, people } = await twoNodes()
  const [agent] = people.agents
  const page = await listen(b.url, { authorization: `Bearer ${agent!.token}` })
  onTestFinished(() => page.close())
  const { body: person } = await a.call<{ version: number }>('GET', `/api/people/${agent!.id}`, { token: people.admin.token })
  expect((await a.call('PUT', `/api/people/${agent!.id}/disabled`, { token: people.admin.token, body: { disabled: true, version: person.version } })).status).toBe(200)
  await soon(async () => (await b.call('GET', '/api/requests', { token: agent!.token })).status === 401)
  await soon(() => page.isEnded())
})

test('C10 a live page shows no other team’s news once its reader has left that team on another node', async () => {
  const { a, b, people } = await twoNodes()
  const [agent] = people.agents
  const page = await listen(b.url, { authorization: `Bearer ${agent!.token}` })
  onTestFinished(() => page.close())
  expect((await a.call('DELETE', `/api/teams/${people.teamId}/members/${agent!.id}`, { token: people.admin.token })).status).toBeLessThan(300)
  await new Promise((wake) => setTimeout(wake, 600))
  const { body } = await a.call<{ id: string }>('POST', '/api/requests', { token: people.intake.token, body: request })
  await new Promise((wake) => setTimeout(wake, 600))
  expect(page.got.filter(({ data }) => data.subject === body.id)).toEqual([])
})

test('7.1-c one process serves, another works: the first runs no job, the second answers for its health only', async () => {
  const { a, b, people } = await twoNodes({ serve: false, health: true, work: true })
  const { body } = await a.call<{ id: string }>('POST', '/api/requests', { token: people.intake.token, body: request })
  await a.call('PUT', `/api/requests/${body.id}/holder`, { token: people.lead.token })
  const reply = await a.call<{ id: string }>('POST', `/api/requests/${body.id}/messages`, { token: people.lead.token, body: { kind: 'reply', text: '您好' } })
  expect(reply.status).toBe(201)
  a.clock.advance(11_000)
  await soon(async () => (await a.app.pool<{ state: string }[]>`select state from requests.message where id = ${reply.body.id}`)[0]!.state === 'sent', 10_000)
  expect((await b.call('GET', '/readyz')).status).toBe(200)
  expect((await b.call('GET', '/api/requests', { token: people.lead.token })).status).toBe(404)
  expect((await b.call('GET', '/openapi.json')).status).toBe(404)
  const metrics = await fetch(`${b.url}/metrics`).then((answer) => answer.text())
  expect(metrics).toMatch(/^loopdesk_jobs_due 0$/m)
  expect(metrics).toMatch(/^loopdesk_jobs_running \d+$/m)
  expect(metrics).toMatch(/^process_cpu_seconds_total /m)
})

test('F06 a process that is told to stop answers what was asked and ends its live pages', async () => {
  const { a, b, people } = await twoNodes()
  const page = await listen(b.url, { authorization: `Bearer ${people.lead.token}` })
  const { body } = await a.call<{ id: string }>('POST', '/api/requests', { token: people.intake.token, body: request })
  // Somebody else's lock keeps the answer waiting for a moment.
  const holder = a.app.pool.begin(async (db) => { await db`select 1 from requests.request where id = ${body.id} for update`; await new Promise((wake) => setTimeout(wake, 700)) })
  await new Promise((wake) => setTimeout(wake, 100))
  const slow = b.call('PUT', `/api/requests/${body.id}/holder`, { token: people.lead.token })
  await new Promise((wake) => setTimeout(wake, 100))
  const began = performance.now()
  const closing = b.close()
  expect((await slow).status).toBe(200)
  await closing
  await holder
  expect(page.isEnded()).toBe(true)
  expect(performance.now() - began).toBeLessThan(5_000)
  await expect(fetch(`${b.url}/livez`)).rejects.toThrow()
})
