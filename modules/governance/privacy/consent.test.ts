/** Consent: each purpose by itself, under the words shown, withdrawn as easily as given. */
import { createHash } from 'node:crypto'
import { isSealed } from '../../../platform/crypto/envelope.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reading } from '../../../platform/context.ts'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { type Staffed, staffed } from '../../../test/people.ts'
import type { Customer } from '../../customers/contract.ts'
import { agreeing } from './consent.ts'
import type { ConsentRow, NoticeRow, OwnConsent, Purpose } from './contract.ts'

type Answer<R> = { rows: R[]; fault?: { code: string } }
let desk: TestDesk
let people: Staffed
let customerId = ''
beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  customerId = (await call<Customer>('POST', '/api/customers', { name: '陳美玲', email: 'mei@example.com' })).body.id
})
afterAll(() => desk?.close())

const call = <T>(method: string, path: string, body?: unknown, token = people.admin.token) => desk.call<T>(method, path, { token, body })
const words = (text: string) => ({ 'zh-Hant': `${text}（繁）`, 'zh-Hans': `${text}（简）`, en: `${text} (en)` })
const publish = async (purpose: Purpose, text: string) => (await call<Answer<NoticeRow>>('POST', '/api/consent-notices', { purpose, words: words(text) })).body.rows.find((row) => row.purpose === purpose)!
const consents = async (id = customerId) => (await call<Answer<ConsentRow>>('GET', `/api/customers/${id}/consents`)).body.rows
const give = (purpose: Purpose, noticeId: string, id = customerId) => call<Answer<ConsentRow>>('PUT', `/api/customers/${id}/consents/${purpose}`, { noticeId, channel: 'phone', evidence: '錄音 2026-03-02 10:05' })
const stateOf = async (purpose: Purpose, id = customerId) => (await consents(id)).find((row) => row.purpose === purpose)?.state
const agree = (purpose: Purpose) => agreeing(reading(desk.app, {}), [customerId], purpose)

test('7.3-c P01 13 14 17 consent is kept with the version and hash of the words, time, way and evidence', async () => {
  const notice = await publish('marketing', '寄送優惠訊息')
  expect(notice).toMatchObject({ version: 1, valid: 0, sha256: createHash('sha256').update(JSON.stringify(['寄送優惠訊息（繁）', '寄送優惠訊息（简）', '寄送優惠訊息 (en)'])).digest('hex') })
  expect(await agree('marketing')).toEqual(new Set())
  expect((await give('marketing', notice.id)).body.rows).toMatchObject([{ purpose: 'marketing', state: 'valid', givenVersion: 1, givenAt: '2026-03-02T02:00:00.000Z', channel: 'phone', evidence: '錄音 2026-03-02 10:05' }])
  // C25 What a colleague wrote of the person lies sealed under the person's key.
  const [kept] = await desk.app.pool<{ evidence: string }[]>`select evidence from governance.consent where customer_id = ${customerId}`
  expect([isSealed(kept!.evidence), kept!.evidence.includes('錄音')]).toEqual([true, false])
  expect(await agree('marketing')).toEqual(new Set([customerId]))
  const [event] = await desk.app.pool<{ subject: string; data: unknown }[]>`select subject, data from platform.event where type = 'privacy.consent-given'`
  expect(event).toEqual({ subject: customerId, data: { purpose: 'marketing', version: 1, channel: 'phone' } })
  // The same again is the same.
  await Promise.all([give('marketing', notice.id), give('marketing', notice.id)])
  expect((await desk.app.pool`select 1 from governance.consent`).length).toBe(1)
})

test('P03 23 25 29 39 one tick unlocks one purpose', async () => {
  await publish('third-party', '提供給物流公司')
  await publish('cross-border', '傳輸到境外')
  expect((await consents()).map((row) => [row.purpose, row.state])).toEqual([['marketing', 'valid'], ['third-party', 'none'], ['cross-border', 'none']])
  for (const purpose of ['third-party', 'cross-border', 'sensitive'] as const) expect(await agree(purpose)).toEqual(new Set())
  expect((await give('third-party', (await consents()).find((row) => row.purpose === 'marketing')!.noticeId)).body.fault?.code).toBe('governance.privacy.notice-old')
  expect((await give('sensitive', (await consents())[0]!.noticeId)).body.fault?.code).toBe('governance.privacy.no-notice')
})

test('P02 15 16 withdrawing is one call, effective at once, and the service goes on', async () => {
  const withdrawn = await call<Answer<ConsentRow>>('DELETE', `/api/customers/${customerId}/consents/marketing`)
  expect(withdrawn.status).toBe(200)
  expect(await agree('marketing')).toEqual(new Set())
  expect(await stateOf('marketing')).toBe('withdrawn')
  await call('DELETE', `/api/customers/${customerId}/consents/marketing`)
  expect((await desk.app.pool`select 1 from platform.event where type = 'privacy.consent-withdrawn'`).length).toBe(1)
  expect((await call('POST', '/api/requests', { subject: '寬頻', text: '斷線', customer: { name: '陳美玲', email: 'mei@example.com' } }, people.intake.token)).status).toBe(201)
})

test('P01 new words make older consents count no more until the person is asked again', async () => {
  const first = (await consents()).find((row) => row.purpose === 'marketing')!
  await give('marketing', first.noticeId)
  const same = await publish('marketing', '寄送優惠訊息')
  expect(same).toMatchObject({ version: 1, valid: 1 })
  const second = await publish('marketing', '寄送優惠訊息與調查')
  expect(second).toMatchObject({ version: 2, valid: 0, outdated: 1 })
  expect(await stateOf('marketing')).toBe('outdated')
  expect(await agree('marketing')).toEqual(new Set())
  expect((await give('marketing', first.noticeId)).body.fault?.code).toBe('governance.privacy.notice-old')
  await give('marketing', second.id)
  expect(await agree('marketing')).toEqual(new Set([customerId]))
  const kept = await desk.app.pool<{ version: number; isActive: boolean }[]>`select n.version, c.withdrawn_at is null as is_active from governance.consent c join governance.consent_notice n on n.id = c.notice_id where n.purpose = 'marketing' order by c.id`
  expect(kept).toEqual([{ version: 1, isActive: false }, { version: 1, isActive: false }, { version: 2, isActive: true }])
})

test('P02 on the customer’s own page giving and withdrawing are one call each', async () => {
  const asked = (await desk.call<{ number: number; token: string }>('POST', '/api/portal/requests', { body: { key: 'consent-portal-key', visitor: 'e'.repeat(32), name: '林小姐', email: 'lin@example.com', subject: '查詢', text: '請協助', locale: 'zh-Hant' } })).body
  const path = `/api/portal/requests/${asked.token}/consents`
  const own = async () => (await desk.call<Answer<OwnConsent>>('GET', path)).body.rows
  expect((await own()).map((row) => row.isGiven)).toEqual([false, false, false])
  const marketing = (await own()).find((row) => row.purpose === 'marketing')!
  expect(marketing.words['zh-Hant']).toBe('寄送優惠訊息與調查（繁）')
  const given = await desk.call<Answer<OwnConsent>>('PUT', `${path}/marketing`, { body: { noticeId: marketing.noticeId } })
  expect(given.body.rows.find((row) => row.purpose === 'marketing')).toMatchObject({ isGiven: true, version: 2 })
  const [kept] = await desk.app.pool<{ evidence: string }[]>`select channel, evidence, by_kind from governance.consent order by id desc limit 1`
  expect(kept).toMatchObject({ channel: 'portal', byKind: 'customer' })
  expect(isSealed(kept!.evidence)).toBe(true)
  expect((await desk.call<Answer<OwnConsent>>('DELETE', `${path}/marketing`)).body.rows.find((row) => row.purpose === 'marketing')!.isGiven).toBe(false)
  expect((await desk.call('PUT', `${path.replace(asked.token, 'a'.repeat(43))}/marketing`, { body: { noticeId: marketing.noticeId } })).status).toBe(404)
})

test('P02 a granted wish to stop withdraws everything that rests on consent; an erasure leaves no evidence', async () => {
  const request = (await call<{ id: string }>('POST', '/api/person-requests', { customerId, kind: 'stop', wish: '請停止' })).body
  await call('PUT', `/api/person-requests/${request.id}/verification`, { how: 'called-back', version: 1 })
  expect(await stateOf('marketing')).toBe('valid')
  await call('PUT', `/api/person-requests/${request.id}/grant`, { version: 2 })
  expect(await stateOf('marketing')).toBe('withdrawn')
  const other = (await call<Customer>('POST', '/api/customers', { name: '周安', email: 'zhou@example.com' })).body.id
  await give('marketing', (await consents(other)).find((row) => row.purpose === 'marketing')!.noticeId, other)
  const erase = (await call<{ id: string }>('POST', '/api/person-requests', { customerId: other, kind: 'erase', wish: '請刪除' })).body
  await call('PUT', `/api/person-requests/${erase.id}/verification`, { how: 'called-back', version: 1 })
  await call('PUT', `/api/person-requests/${erase.id}/grant`, { version: 2 })
  await desk.settle()
  const [kept] = await desk.app.pool`select evidence, withdrawn_channel from governance.consent where customer_id = ${other}`
  expect(kept).toEqual({ evidence: '', withdrawnChannel: 'erasure' })
})

test('P01 who may edit customers records consent; only the officer publishes words', async () => {
  const agent = people.agents[0]!.token
  const noticeId = (await consents()).find((row) => row.purpose === 'marketing')!.noticeId
  expect((await call('PUT', `/api/customers/${customerId}/consents/marketing`, { noticeId, channel: 'phone', evidence: '錄音' }, agent)).status).toBe(200)
  expect((await call('PUT', `/api/customers/${customerId}/consents/marketing`, { noticeId, channel: 'portal', evidence: '錄音' }, agent)).status).toBe(422)
  expect((await call('POST', '/api/consent-notices', { purpose: 'research', words: words('x') }, agent)).status).toBe(403)
  expect((await call('GET', `/api/customers/${customerId}/consents`, undefined, people.intake.token)).status).toBe(403)
  // Who sees none of their requests does not see what they agreed to, and records nothing.
  for (const [method, path, body] of [['GET', '', undefined], ['PUT', '/marketing', { noticeId, channel: 'phone', evidence: '錄音' }], ['DELETE', '/marketing', undefined]] as const) expect((await call(method, `/api/customers/${customerId}/consents${path}`, body, people.outsider.token)).status, method).toBe(404)
})

test('P07 24 one click ends marketing and profiling, by the link and for an agent, and exports for marketing keep to it', async () => {
  const asked = await desk.call<{ token: string; number: number }>('POST', '/api/portal/requests', { body: { key: 'optout-0123456789', visitor: 'ab'.repeat(16), name: '高小姐', email: 'gao-out@example.com', subject: '查詢', text: '請協助', locale: 'zh-Hant' } })
  const [row] = await desk.app.pool<{ id: string }[]>`select customer_id as id from requests.request where number = ${asked.body.number}`
  const { id } = row!
  const notices = { marketing: await publish('marketing', '寄送優惠'), profiling: await publish('profiling', '分析喜好') }
  const both = async (): Promise<boolean[]> => Promise.all((['marketing', 'profiling'] as const).map(async (purpose) => (await agreeing(reading(desk.app, {}), [id], purpose)).has(id)))
  const exported = () => call<{ rows: number; fault?: { code: string } }>('POST', '/api/exports', { purpose: 'marketing', columns: ['since'], filter: {}, reason: '寄型錄' })
  for (const out of [() => desk.call<Answer<OwnConsent>>('PUT', `/api/portal/requests/${asked.body.token}/opt-out`), () => call<Answer<ConsentRow>>('PUT', `/api/customers/${id}/opt-out`)]) {
    for (const purpose of ['marketing', 'profiling'] as const) await give(purpose, notices[purpose].id, id)
    expect([await both(), (await exported()).status]).toEqual([[true, true], 201])
    expect((await out()).status).toBe(200)
    expect(await both()).toEqual([false, false])
    expect((await exported()).body.fault?.code).toBe('governance.privacy.export-empty')
    // Twice is once.
    await out()
  }
  const [kept] = await desk.app.pool<{ count: number; ways: string[] }[]>`select count(*)::int as count, array_agg(distinct withdrawn_channel order by withdrawn_channel) as ways from governance.consent where customer_id = ${id} and withdrawn_at is not null`
  expect(kept).toEqual({ count: 4, ways: ['portal', 'staff'] })
  expect(await desk.app.pool`select 1 from platform.event where subject = ${id} and type = 'privacy.consent-withdrawn'`).toHaveLength(4)
})
