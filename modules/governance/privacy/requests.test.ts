/** A person's request about their own data, from the wish to the answer, against the law's clock. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { type Staffed, staffed } from '../../../test/people.ts'
import type { Customer } from '../../customers/contract.ts'
import type { OwnRequest, PersonRequest, PersonRequestRow, Scope } from './contract.ts'

const DAY = 86_400_000
let desk: TestDesk
let people: Staffed
beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
})
afterAll(() => desk?.close())

type Answer = PersonRequest & { fault?: { code: string } }
const call = <T = Answer>(method: string, path: string, body?: unknown, token = people.admin.token, headers: Record<string, string> = {}) => desk.call<T>(method, path, { token, body, headers })
let nr = 0
const customer = async (): Promise<string> => (await call<Customer>('POST', '/api/customers', { name: '陳美玲', email: `person${++nr}@example.com` })).body.id
const open = async (kind: string, law = 'tw-pdpa', customerId?: string) => (await call('POST', '/api/person-requests', { customerId: customerId ?? await customer(), kind, law, wish: '請提供我的資料' })).body
const put = async (request: PersonRequest, act: string, body: Record<string, unknown> = {}) => call('PUT', `/api/person-requests/${request.id}/${act}`, { ...body, version: request.version })
const eventsOf = async (id: string) => (await desk.app.pool<{ type: string }[]>`select type from platform.event where subject = ${id} and type like 'privacy.%' order by xid, seq`).map((event) => event.type)

test('7.3-c P14 50 a request has its due time by its law, needs the identity, and is answered', async () => {
  const request = await open('see')
  expect(request).toMatchObject({ stage: 'received', dueAt: '2026-03-17T10:00:00.000Z', customer: { name: '陳美玲' }, actions: { verify: null, grant: 'governance.privacy.identity-first', complete: 'governance.privacy.not-now' } })
  expect((await put(request, 'grant')).body.fault?.code).toBe('governance.privacy.identity-first')
  const verified = (await put(request, 'verification', { how: 'called-back' })).body
  expect(verified.verification).toMatchObject({ how: 'called-back', by: 'admin' })
  expect((await put(request, 'grant')).body.fault?.code).toBe('governance.privacy.changed-meanwhile')
  const granted = (await put(verified, 'grant')).body
  const done = (await put(granted, 'completion', { outcome: '已當面交付' })).body
  expect(done).toMatchObject({ stage: 'done', outcome: '已當面交付', breachedAt: null })
  expect((await put(done, 'refusal', { ground: 'unfounded', reason: 'x' })).status).toBe(409)
  expect(await eventsOf(request.id)).toEqual(['privacy.request-opened', 'privacy.request-verified', 'privacy.request-granted', 'privacy.request-done'])
})

test('P14 one open request of a kind and person: the same again, also at once, is told', async () => {
  const about = await customer()
  const answers = await Promise.all(Array.from({ length: 5 }, () => call('POST', '/api/person-requests', { customerId: about, kind: 'copy', wish: '副本' })))
  expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409, 409])
  expect(answers.find((answer) => answer.status === 409)!.body.fault?.code).toBe('governance.privacy.open-already')
  expect((await open('correct', 'pipl', about)).stage).toBe('received')
  const key = { 'idempotency-key': 'the-same' }
  const body = { customerId: await customer(), kind: 'stop', wish: '請停止' }
  const [first, second] = [await call('POST', '/api/person-requests', body, people.admin.token, key), await call('POST', '/api/person-requests', body, people.admin.token, key)]
  expect(second.body.id).toBe(first.body.id)
})

test('P14 a refusal has a ground and words for the person', async () => {
  const request = await open('erase')
  expect((await put(request, 'refusal', { reason: '依法保存' })).status).toBe(422)
  const refused = (await put(request, 'refusal', { ground: 'legal-duty', reason: '帳務資料依法保存五年' })).body
  expect(refused).toMatchObject({ stage: 'refused', decision: { ground: 'legal-duty', reason: '帳務資料依法保存五年', by: 'admin' } })
  const [event] = await desk.app.pool<{ data: unknown }[]>`select data from platform.event where type = 'privacy.request-refused' and subject = ${request.id}`
  expect(JSON.stringify(event)).not.toContain('五年')
})

test('P14 the time is extended once, where the law allows it', async () => {
  const request = await open('see')
  const extended = (await put(request, 'extension', { reason: '資料分散在多個系統' })).body
  expect(extended).toMatchObject({ dueAt: '2026-04-01T10:00:00.000Z', extensionReason: '資料分散在多個系統' })
  expect((await put(extended, 'extension', { reason: '再一次' })).body.fault?.code).toBe('governance.privacy.extended-already')
  expect((await put(await open('see', 'pipl'), 'extension', { reason: 'x' })).body.fault?.code).toBe('governance.privacy.no-extension')
})

test('P13 nobody is erased while a request of theirs is open', async () => {
  const opened = await call<{ id: string; customerId: string }>('POST', '/api/requests', { subject: '寬頻', text: '斷線', customer: { name: '周安', email: 'zhou@example.com' } }, people.intake.token)
  const verified = (await put(await open('erase', 'gdpr', opened.body.customerId), 'verification', { how: 'document' })).body
  expect((await put(verified, 'grant')).body.fault).toMatchObject({ code: 'governance.privacy.requests-open', args: { count: 1 } })
  expect((await call<Scope>('GET', `/api/person-requests/${verified.id}/scope`)).body).toMatchObject({ openRequests: 1 })
})

test('P13 a hold that comes between the decision and the deed opens the decision again', async () => {
  const about = await customer()
  const verified = (await put(await open('erase', 'gdpr', about), 'verification', { how: 'document' })).body
  const granted = (await put(verified, 'grant')).body
  await call('PUT', `/api/customers/${about}/hold`, { reason: '調查中' })
  await desk.settle()
  expect((await call('GET', `/api/person-requests/${granted.id}`)).body).toMatchObject({ stage: 'verified', decision: null, customer: { name: '陳美玲' } })
  await call('PUT', `/api/customers/${about}/hold/end`, { reason: '結束' })
  await put((await call('GET', `/api/person-requests/${granted.id}`)).body, 'grant')
  await desk.settle()
  expect((await call('GET', `/api/person-requests/${granted.id}`)).body).toMatchObject({ stage: 'done', customer: { name: '' } })
  expect(await eventsOf(granted.id)).toEqual(['privacy.request-opened', 'privacy.request-verified', 'privacy.request-granted', 'privacy.request-returned', 'privacy.request-granted', 'privacy.request-done'])
})

test('P14 a reminder comes before the time is over, and a breach is on record after it, each once', async () => {
  const request = await open('see')
  await desk.pass(9 * DAY)
  expect((await call('GET', `/api/person-requests/${request.id}`)).body).toMatchObject({ remindedAt: null })
  await desk.pass(2 * DAY)
  expect((await call('GET', `/api/person-requests/${request.id}`)).body).toMatchObject({ remindedAt: expect.any(String), breachedAt: null })
  await desk.pass(5 * DAY)
  await desk.pass(DAY)
  const late = (await call('GET', `/api/person-requests/${request.id}`)).body
  expect(late.breachedAt).not.toBeNull()
  expect(await eventsOf(request.id)).toEqual(['privacy.request-opened', 'privacy.request-reminded', 'privacy.request-breached'])
  const rows = (await call<{ rows: PersonRequestRow[] }>('GET', '/api/person-requests')).body.rows
  expect(rows.map((row) => row.dueAt)).toEqual(rows.map((row) => row.dueAt).toSorted())
  expect(rows.some((row) => row.id === request.id && row.breachedAt !== null)).toBe(true)
})

test('P14 lists go on page by page, open ones and ended ones', async () => {
  for (const view of ['open', 'ended']) {
    const whole = (await call<{ rows: PersonRequestRow[] }>('GET', `/api/person-requests?view=${view}`)).body.rows.map((row) => row.id)
    const seen: string[] = []
    for (let cursor = ''; ;) {
      const page = (await call<{ rows: PersonRequestRow[]; next: string | null }>('GET', `/api/person-requests?view=${view}&limit=2${cursor && `&cursor=${cursor}`}`)).body
      seen.push(...page.rows.map((row) => row.id))
      if (!page.next) break
      cursor = page.next
    }
    expect(seen).toEqual(whole)
  }
  expect((await call('GET', '/api/person-requests?cursor=x')).status).toBe(422)
})

test('P14 the customer asks by the link of a request, and sees only what came that way', async () => {
  const asked = (await desk.call<{ number: number; token: string }>('POST', '/api/portal/requests', { body: { key: 'portal-privacy-key', visitor: 'c'.repeat(32), name: '林小姐', email: 'lin@example.com', subject: '查詢', text: '請協助', locale: 'zh-Hant' } })).body
  const path = `/api/portal/requests/${asked.token}/person-requests`
  const wish = { kind: 'copy', wish: '請給我一份' }
  const answers = await Promise.all([1, 2, 3].map(() => desk.call<OwnRequest>('POST', path, { body: wish })))
  expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201])
  expect(new Set(answers.map((answer) => answer.body.number)).size).toBe(1)
  const [stored] = await desk.app.pool<{ id: string; customerId: string; via: string; openedByKind: string }[]>`select id, customer_id, via, opened_by_kind from governance.person_request where number = ${answers[0]!.body.number}`
  expect(stored).toMatchObject({ via: 'portal', openedByKind: 'customer' })
  await open('erase', 'tw-pdpa', stored!.customerId)
  expect((await desk.call<{ rows: OwnRequest[] }>('GET', path)).body.rows.map((row) => row.kind)).toEqual(['copy'])
  expect((await desk.call('POST', path.replace(/.{43}(?=\/person)/, 'a'.repeat(43)), { body: wish })).status).toBe(404)
  expect((await desk.call('POST', path, { body: { kind: 'copy', wish: 'x', law: 'gdpr' } })).status).toBe(422)
  // A link proves one request, not who is asking: the copy is made by the officer alone.
  expect((await desk.call('POST', `/api/person-requests/${stored!.id}/copies`, { body: { format: 'json' } })).status).toBe(401)
})

test('P14 only who may handle privacy requests handles them', async () => {
  const request = await open('see')
  for (const token of [people.lead.token, people.agents[0]!.token, people.intake.token]) {
    expect((await call('GET', '/api/person-requests', undefined, token)).status).toBe(403)
    expect((await call('PUT', `/api/person-requests/${request.id}/verification`, { how: 'document', version: 1 }, token)).status).toBe(403)
    expect((await call('POST', `/api/person-requests/${request.id}/copies`, { format: 'json' }, token)).status).toBe(403)
  }
})

test('P14 the company’s law and the reminder are settings', async () => {
  expect((await call('PUT', '/api/privacy-settings', { law: 'pipl', remindDays: 7 })).body).toEqual({ law: 'pipl', remindDays: 7, officer: '', auditedOn: null })
  expect((await call('POST', '/api/person-requests', { customerId: await customer(), kind: 'see', wish: '查閱' })).body.law).toBe('pipl')
  expect((await call('PUT', '/api/privacy-settings', { law: 'lgpd', remindDays: 7 })).status).toBe(422)
})
