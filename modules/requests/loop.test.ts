import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import { type Staffed, staffed } from '../../test/people.ts'

let desk: TestDesk
let people: Staffed
beforeAll(async () => { desk = await openDesk(); people = await staffed(desk) })
afterAll(() => desk.close())

const open = (key: string, body: object = {}) => desk.call<{ id: string; number: number; stage: string; holder: { id: string } | null }>('POST', '/api/requests', {
  token: people.intake.token, headers: { 'idempotency-key': key }, body: { subject: '寬頻斷線', text: '從早上開始斷線，請協助', channel: 'api', customer: { name: '陳美玲', email: `${key}@example.com` }, ...body },
})

test('4.1-a the same key again answers the same request', async () => {
  const first = await open('k1')
  expect(first.status).toBe(201)
  const again = await open('k1')
  expect(again.status).toBe(201)
  expect(again.body.id).toBe(first.body.id)
  expect((await open('k1', { subject: '別的事' })).body).toMatchObject({ fault: { code: 'input.idempotency-reused' } })
})

test('4.2-b a request travels from acceptance to the closed loop, every stage with person and time', async () => {
  const { body: request } = await open('loop')
  const holder = people.agents.find((agent) => agent.id === request.holder!.id)!
  expect(request.stage).toBe('assign')
  const at = (method: string, path: string, body?: unknown, token = holder.token) => desk.call<Record<string, never>>(method, `/api/requests/${request.id}${path}`, { token, body })
  expect((await at('PUT', '/assignment/acceptance')).body).toMatchObject({ stage: 'execute', holder: { id: holder.id } })
  expect((await at('POST', '/messages', { kind: 'reply', text: '您好，正在檢測。' })).body).toMatchObject({ state: 'held' })
  await desk.pass(11_000)
  const messages = await at('GET', '/messages')
  expect(messages.body).toMatchObject({ rows: [{ kind: 'customer' }, { kind: 'reply', state: 'sent' }] })
  expect((await at('PUT', '/submission', { result: '已恢復' })).body).toMatchObject({ stage: 'feedback', firstResponse: { breachedAt: null } })
  await desk.pass(73 * 3_600_000)
  expect((await at('GET', '')).body).toMatchObject({ stage: 'closed', closedWhy: 'requests.closed-silence' })
  const events = await at('GET', '/events')
  expect((events.body as unknown as { rows: { type: string }[] }).rows.map((event) => event.type)).toEqual(expect.arrayContaining([
    'request.accepted', 'request.recognised', 'request.assigned', 'request.assignment-accepted', 'request.reply-held', 'request.replied', 'request.submitted', 'request.verified', 'request.result-sent', 'request.answered', 'request.closed']))
  const assignments = await at('GET', '/assignments')
  expect(assignments.body).toMatchObject({ rows: [{ how: 'rule', state: 'ended', agent: { id: holder.id }, candidates: expect.arrayContaining([expect.objectContaining({ agentId: holder.id })]) }] })
})
