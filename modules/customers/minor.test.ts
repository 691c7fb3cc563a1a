/** Customers under fourteen: covered more strictly, and nothing that needs consent without the guardian's. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import { type Staffed, staffed } from '../../test/people.ts'
import type { Customer, CustomerRow } from './contract.ts'

let desk: TestDesk
let people: Staffed
beforeAll(async () => {
  desk = await openDesk({ work: true })
  people = await staffed(desk)
})
afterAll(() => desk?.close())

type Answer<T> = T & { fault?: { code: string } }
const call = <T = Customer>(method: string, path: string, body?: unknown, token = people.admin.token) => desk.call<Answer<T>>(method, path, { token, body })
let nr = 0
const child = async (birthYear: number | null = null, name = '安安妮') => {
  const { id } = (await call('POST', '/api/customers', { name, email: `child${++nr}@example.com` })).body
  expect((await call('PUT', `/api/customers/${id}/minority`, { birthYear })).status).toBe(200)
  return id
}
const guardian = { name: '高監護', relation: 'parent', channel: 'paper', evidence: '同意書 7' }
const inExport = async (purpose: string) => {
  const asked = await call<{ id: string }>('POST', '/api/exports', { purpose, columns: ['tier'], filter: {}, reason: '檢查' })
  return asked.status === 201 ? (await call<{ rows: number }>('POST', `/api/exports/${asked.body.id}/downloads`)).body.rows : 0
}

test('P04 28 31 a child’s record is covered even for who may see everybody, and open to who works for it', async () => {
  const { body: made } = await desk.call<{ id: string }>('POST', '/api/requests', { token: people.intake.token, headers: { 'idempotency-key': 'child' }, body: { subject: '查詢', text: 'x', customer: { name: '林小寶', email: 'bao@example.com' } } })
  const [holder, colleague] = [people.agents[0]!, people.agents[1]!]
  expect((await call('PUT', `/api/requests/${made.id}/holder`, undefined, holder.token)).status).toBe(200)
  const [row] = await desk.app.pool<{ customerId: string }[]>`select customer_id from requests.request where id = ${made.id}`
  const id = row!.customerId
  expect((await call('GET', `/api/customers/${id}`)).body).toMatchObject({ name: '林小寶', minor: null })
  await call('PUT', `/api/customers/${id}/minority`, { birthYear: 2016 })
  const seen = (await call('GET', `/api/customers/${id}`)).body
  expect(seen.minor).toMatchObject({ birthYear: 2016, guardian: null })
  expect(JSON.stringify(seen)).not.toMatch(/林小寶|bao@/)
  expect(seen.masked).toEqual(expect.arrayContaining(['name', 'email']))
  const listed = (await call<{ rows: CustomerRow[] }>('GET', '/api/customers')).body.rows.find((one) => one.id === id)!
  expect(JSON.stringify(listed)).not.toMatch(/林小寶|bao@/)
  expect((await call('GET', `/api/customers/${id}`, undefined, holder.token)).body.name).toBe('林小寶')
  expect((await call('GET', `/api/customers/${id}`, undefined, colleague.token)).body.name).not.toBe('林小寶')
  // With a reason it can be looked at, which is on record.
  expect((await call<{ values: { name: string } }>('POST', `/api/customers/${id}/revelations`, { fields: ['name'], reason: '家長來電' })).body.values.name).toBe('林小寶')
})

test('P04 31 without the guardian’s consent a child is in no export and no marketing, whatever they said themselves', async () => {
  const before = await inExport('service')
  const id = await child()
  expect(await inExport('service')).toBe(before)
  const notices = (await call<{ rows: { id: string; purpose: string }[] }>('POST', '/api/consent-notices', { purpose: 'marketing', words: { 'zh-Hant': '優惠', 'zh-Hans': '优惠', en: 'Offers' } })).body.rows
  await call('PUT', `/api/customers/${id}/consents/marketing`, { noticeId: notices[0]!.id, channel: 'phone', evidence: '錄音 3' })
  expect(await inExport('marketing')).toBe(0)
  const agreed = (await call('PUT', `/api/customers/${id}/guardian`, guardian)).body
  expect(agreed.minor?.guardian).toMatchObject({ relation: 'parent', channel: 'paper' })
  expect(await inExport('marketing')).toBe(1)
  expect(await inExport('service')).toBe(before + 1)
  await call('DELETE', `/api/customers/${id}/guardian`)
  expect(await inExport('marketing')).toBe(0)
})

test('P04 a year of birth ends the mark by itself, a wrong one is refused, and the mark can be taken off', async () => {
  expect((await call('PUT', `/api/customers/${await child()}/minority`, { birthYear: 2000 })).body.fault?.code).toBe('customers.not-a-minor')
  const id = await child(2012)
  desk.clock.advance(366 * 86_400_000)
  expect((await call('GET', `/api/customers/${id}`)).body.minor).toBeNull()
  const other = await child()
  expect((await call('DELETE', `/api/customers/${other}/minority`)).body.minor).toBeNull()
  expect((await call('PUT', `/api/customers/${other}/guardian`, guardian)).body.fault?.code).toBe('customers.not-marked')
})

test('P04 the guardian’s words are sealed, stand in the person’s copy, follow a merge, and go with the person', async () => {
  const id = await child(null, '陳童童')
  await call('PUT', `/api/customers/${id}/guardian`, guardian)
  const [row] = await desk.app.pool<{ guardian: string; evidence: string }[]>`select guardian, consent_evidence as evidence from customers.minor where customer_id = ${id}`
  expect(`${row!.guardian}${row!.evidence}`).not.toMatch(/高監護|同意書/)
  const kept = (await call('POST', '/api/customers', { name: '陳童童', email: 'kept@example.com' })).body.id
  await call('PUT', `/api/customers/${kept}/merges/${id}`, { reason: '同一人' })
  expect((await call('GET', `/api/customers/${kept}`)).body.minor?.guardian).toMatchObject({ relation: 'parent' })

  const put = async (request: { id: string; version: number }, act: string, body: object = {}) => (await call<{ id: string; version: number }>('PUT', `/api/person-requests/${request.id}/${act}`, { ...body, version: request.version })).body
  const open = async (kind: string) => (await call<{ id: string; version: number }>('POST', '/api/person-requests', { customerId: kept, kind, wish: '請處理' })).body
  const copy = await put(await put(await open('copy'), 'verification', { how: 'document' }), 'grant')
  const { text } = (await call<{ text: string }>('POST', `/api/person-requests/${copy.id}/copies`, { format: 'json' })).body
  expect(text).toContain('高監護')
  await put(copy, 'completion', { outcome: '已交付' })
  await put(await put(await open('erase'), 'verification', { how: 'document' }), 'grant')
  await desk.pass(1000)
  expect(await desk.app.pool`select 1 from customers.minor where customer_id = any(${[id, kept]}::uuid[])`).toHaveLength(0)
})
