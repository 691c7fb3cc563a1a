/** Verdict, rating and recovery over HTTP. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { opened } from '../../platform/crypto/vault.ts'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import { staffed, type Staffed } from '../../test/people.ts'
import { compareCatalogues } from '../../lib/text/index.ts'
import { rateLink } from '../channels/index.ts'
import type { RatingView } from './contract.ts'
import en from './text/en.json' with { type: 'json' }
import hans from './text/zh-Hans.json' with { type: 'json' }
import hant from './text/zh-Hant.json' with { type: 'json' }

let desk: TestDesk
let people: Staffed
beforeAll(async () => { desk = await openDesk(); people = await staffed(desk) })
afterAll(() => desk.close())

const hex = () => crypto.randomUUID().replaceAll('-', '')
const tokenOf = (id: string) => [...people.agents, people.lead].find((person) => person.id === id)!.token
interface Row { id: string; holderId: string; number: number; customerId: string; stage: string; score: number | null }
const byNumber = async (number: number) => (await desk.app.pool<Row[]>`select id, holder_id, number, customer_id, stage, score from requests.request where number = ${number}`)[0]!
const rate = (token: string, body: unknown) => desk.call<RatingView & { fault: { code: string } }>('PUT', `/api/portal/requests/${token}/rating`, { body })

/** A portal request that was answered and handed in. */
async function answered(): Promise<Row & { token: string }> {
  const { body } = await desk.call<{ number: number; token: string }>('POST', '/api/portal/requests', { body: { key: hex(), visitor: hex(), name: '陳美玲', email: `${hex()}@example.com`, subject: '寬頻斷線', text: '第三次了', locale: 'zh-Hant' } })
  const { id, holderId } = await byNumber(body.number)
  await desk.call('POST', `/api/requests/${id}/messages`, { token: tokenOf(holderId), body: { kind: 'reply', text: '處理中' } })
  await desk.pass(10_000)
  const submitted = await desk.call('PUT', `/api/requests/${id}/submission`, { token: tokenOf(holderId), body: { result: '已更換數據機' } })
  expect(submitted.status).toBe(200)
  await desk.settle()
  return { ...(await byNumber(body.number)), token: body.token }
}
const recoveriesOf = (id: string) => opened({ app: desk.app, db: desk.app.pool }, desk.app.pool<{ id: string; holderId: string | null; customerId: string; lastSnippet: string; priority: string }[]>`select id, holder_id, customer_id, last_snippet, priority from requests.request where linked_from = ${id} and link_kind = 'recovery'`, { lastSnippet: ['requests.request/last_snippet', 'id'] })

test('5.2-a one tap rates the answer, and rating closes the request', async () => {
  const request = await answered()
  expect((await desk.call<RatingView>('GET', `/api/portal/requests/${request.token}/rating`)).body).toMatchObject({ mayScore: true, score: null, isFinal: false })
  expect((await byNumber(request.number)).score).toBeNull()
  expect((await rate(request.token, { score: 5 })).body).toMatchObject({ score: 5 })
  expect(await byNumber(request.number)).toMatchObject({ stage: 'closed', score: 5 })
  expect((await rate(request.token, { score: 5, reasons: ['quick', 'solved'], comment: '謝謝' })).body).toMatchObject({ reasons: ['quick', 'solved'], comment: '謝謝' })
  expect((await rate(request.token, { score: 6 })).status).toBe(422)
  const seen = await desk.call<{ rating: { score: number; comment: string } }>('GET', `/api/requests/${request.id}/rating`, { token: people.lead.token })
  expect(seen.body.rating).toMatchObject({ score: 5, comment: '謝謝' })
  const scored = await desk.app.pool`select count(*)::int as count from platform.event where type = 'request.scored' and subject = ${request.id}`
  expect(scored[0]).toEqual({ count: 1 })
})

test('5.2-a a low rating opens one recovery request for the lead, however often and quickly it is given', async () => {
  const request = await answered()
  await Promise.all([rate(request.token, { score: 1 }), rate(request.token, { score: 1 }), rate(request.token, { score: 1 })])
  await desk.settle()
  await rate(request.token, { score: 2 })
  await desk.settle()
  const recoveries = await recoveriesOf(request.id)
  expect(recoveries).toMatchObject([{ holderId: people.lead.id, customerId: request.customerId, priority: 'urgent' }])
  expect(recoveries[0]!.lastSnippet).toContain('1 分')
  await rate(request.token, { score: 2, comment: '沒有人回電話' })
  const messages = await desk.call<{ rows: { body: string; kind: string }[] }>('GET', `/api/requests/${recoveries[0]!.id}/messages`, { token: people.lead.token })
  expect(messages.body.rows.at(-1)).toMatchObject({ body: '沒有人回電話', kind: 'customer' })
  const notices = await desk.call<{ rows: { requestId: string }[] }>('GET', '/api/notices', { token: people.lead.token })
  expect(notices.body.rows.map((row) => row.requestId)).toContain(recoveries[0]!.id)
  const seen = await desk.call<{ rating: { recovery: { id: string } } }>('GET', `/api/requests/${request.id}/rating`, { token: people.lead.token })
  expect(seen.body.rating.recovery.id).toBe(recoveries[0]!.id)
})

test('5.2-a what is not answered yet can not be rated, and a reopened request is not rated by an old link', async () => {
  const { body } = await desk.call<{ number: number; token: string }>('POST', '/api/portal/requests', { body: { key: hex(), visitor: hex(), name: 'A', email: 'a@example.com', subject: 'x', text: 'y', locale: 'en' } })
  expect((await rate(body.token, { score: 1 })).body.fault.code).toBe('quality.not-answered')
  expect(rateLink(desk.app, (await byNumber(body.number)).id, 4)).toBe(`${desk.url}/rate/${body.token}?score=4`)
})

test('4.3-a the customer who is asked says whether it is solved; a no goes back with its reason', async () => {
  const services = await desk.call<{ rows: { id: string; version: number }[] }>('GET', '/api/services', { token: people.admin.token })
  const service = services.body.rows[0]!
  expect((await desk.call('PATCH', `/api/services/${service.id}`, { token: people.admin.token, body: { verification: 'customer', version: service.version } })).status).toBe(200)
  const request = await answered()
  const verdict = (given: unknown) => desk.call<{ asksYou: boolean; step: string; fault: { code: string } }>('POST', `/api/portal/requests/${request.token}/verdict`, { body: given })
  expect(request.stage).toBe('verify')
  expect((await verdict({ isSolved: false })).body.fault.code).toBe('channels.chat.reason-needed')
  expect((await verdict({ isSolved: false, reason: '還是斷線' })).body).toMatchObject({ asksYou: false, step: 'working' })
  expect((await desk.call('PUT', `/api/requests/${request.id}/submission`, { token: tokenOf(request.holderId), body: { result: '換了線路' } })).status).toBe(200)
  expect((await verdict({ isSolved: true })).body).toMatchObject({ asksYou: false, step: 'answered' })
  expect((await verdict({ isSolved: true })).body.fault.code).toBe('requests.not-verifying')
  await desk.call('PATCH', `/api/services/${service.id}`, { token: people.admin.token, body: { verification: 'rule', version: service.version + 1 } })
})

// Last: thirty days later nobody is at work any more.
test('5.2-a a rating can be changed while the request can be reopened, not after', async () => {
  const request = await answered()
  expect((await rate(request.token, { score: 4 })).status).toBe(200)
  expect((await rate(request.token, { score: 3 })).body.score).toBe(3)
  await desk.pass(30 * 86_400_000)
  expect((await rate(request.token, { score: 3 })).status).toBe(200)
  expect((await rate(request.token, { score: 1 })).body.fault.code).toBe('quality.rating-final')
})

test('7.2-a every text exists in the three languages with the same arguments', () => {
  for (const other of [hans, hant]) expect(compareCatalogues(en, other)).toEqual({ missing: [], extra: [], differentArguments: [], malformed: [] })
})
