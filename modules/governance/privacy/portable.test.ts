/** What a person takes along from one installation and brings to another. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { type Staffed, staffed } from '../../../test/people.ts'
import { settleAll } from '../../channels/mail/testing/peers.ts'
import type { Customer } from '../../customers/contract.ts'
import { type Brought, PortablePerson, type PersonRequest } from './contract.ts'

interface House { desk: TestDesk; people: Staffed }
let old: House
let fresh: House
beforeAll(async () => {
  const open = async (): Promise<House> => { const desk = await openDesk(); return { desk, people: await staffed(desk) } }
  old = await open()
  fresh = await open()
}, 120_000)
afterAll(async () => { await old?.desk.close(); await fresh?.desk.close() })

const as = <T>({ desk, people }: House, method: string, path: string, body?: unknown, token = people.admin.token) => desk.call<T & { fault?: { code: string } }>(method, path, { token, body })
const good = async <T>(...call: Parameters<typeof as>): Promise<T> => {
  const answer = await as<T>(...call)
  expect(answer.status, `${call[1]} ${call[2]} ${JSON.stringify(answer.body)}`).toBeLessThan(300)
  return answer.body
}

async function takeAlong(house: House, customerId: string): Promise<PortablePerson> {
  let request = await good<PersonRequest>(house, 'POST', '/api/person-requests', { customerId, kind: 'move', law: 'pipl', wish: '請讓我帶走我的資料' })
  request = await good<PersonRequest>(house, 'PUT', `/api/person-requests/${request.id}/verification`, { how: 'document', version: request.version })
  request = await good<PersonRequest>(house, 'PUT', `/api/person-requests/${request.id}/grant`, { version: request.version })
  const made = await good<{ name: string; text: string }>(house, 'POST', `/api/person-requests/${request.id}/copies`, { format: 'json' })
  expect(made.name).toBe(`portable-person-${request.number}.json`)
  await good(house, 'PUT', `/api/person-requests/${request.id}/completion`, { outcome: '已交付', version: request.version })
  return PortablePerson.parse(JSON.parse(made.text))
}
const bring = (document: unknown, token?: string) => as<{ customerId: string; conversations: number; isNew: boolean }>(fresh, 'POST', '/api/portable-people', document, token)
const without = ({ madeAt: _, ...rest }: PortablePerson) => rest

let customerId = ''
let document: PortablePerson
let broughtId = ''

test('P11 45.3 what is taken along is documented, holds what the person provided and was answered, and nothing colleagues said among themselves', async () => {
  customerId = (await good<Customer>(old, 'POST', '/api/customers', { name: '陳美玲', email: 'meiling@customer.example', phone: '0955-123-987', company: '美玲商行', region: '高雄', language: 'zh-Hant', tier: 'gold', note: '常常抱怨' })).id
  const { body: asked } = await old.desk.call<{ id: string; holder: { id: string } }>('POST', '/api/requests', { token: old.people.intake.token, headers: { 'idempotency-key': 'portable-1' }, body: { subject: '帳單金額不對', text: '三月多收了兩百元。\n附上帳單。', channel: 'api', customer: { email: 'meiling@customer.example' } } })
  const holder = [...old.people.agents, old.people.lead].find((one) => one.id === asked.holder.id)!
  await good(old, 'PUT', `/api/requests/${asked.id}/assignment/acceptance`, undefined, holder.token)
  const upload = async (name: string, words: string): Promise<string> => {
    const form = new FormData()
    form.set('file', new Blob([words], { type: 'text/plain' }), name)
    return (await (await fetch(`${old.desk.url}/api/attachments`, { method: 'POST', headers: { authorization: `Bearer ${holder.token}` }, body: form })).json() as { id: string }).id
  }
  await good(old, 'POST', `/api/requests/${asked.id}/messages`, { kind: 'note', text: '別理她', attachmentIds: [await upload('內部.txt', '內部評語')] }, holder.token)
  await good(old, 'POST', `/api/requests/${asked.id}/messages`, { kind: 'reply', text: '已為您更正。', attachmentIds: [await upload('更正後帳單.txt', '應繳 300 元')] }, holder.token)
  await settleAll(old.desk, 11_000)
  const portal = await good<{ token: string; number: number }>(old, 'POST', '/api/portal/requests', { key: crypto.randomUUID(), visitor: 'c'.repeat(32), name: '陳美玲', email: 'meiling@customer.example', subject: '謝謝', text: '收到了', locale: 'zh-Hant' })
  const [second] = await old.desk.app.pool<{ id: string; customerId: string }[]>`select id, customer_id from requests.request where number = ${portal.number}`
  if (second!.customerId !== customerId) await good(old, 'PUT', `/api/customers/${customerId}/merges/${second!.customerId}`, { reason: '同一個人' })
  await good(old, 'PUT', `/api/requests/${second!.id}/submission`, { result: '不客氣' })
  await settleAll(old.desk, 11_000)
  await good(old, 'PUT', `/api/portal/requests/${portal.token}/rating`, { score: 5, reasons: [], comment: '很快' })

  document = await takeAlong(old, customerId)
  expect(document.person).toEqual({ name: '陳美玲', language: 'zh-Hant', region: '高雄', company: '美玲商行', addresses: [{ kind: 'email', value: 'meiling@customer.example' }, { kind: 'phone', value: '0955-123-987' }] })
  expect(document.conversations.map((one) => [one.subject, one.channel, one.rating?.score ?? null])).toEqual([['帳單金額不對', 'api', null], ['謝謝', 'portal', 5]])
  expect(document.conversations[0]!.messages.map(({ from, text }) => [from, text])).toEqual([['person', '三月多收了兩百元。\n附上帳單。'], ['house', '已為您更正。']])
  const [file] = document.conversations[0]!.messages[1]!.files
  expect([file!.name, Buffer.from(file!.bytes!, 'base64').toString()]).toEqual(['更正後帳單.txt', '應繳 300 元'])
  const whole = JSON.stringify(document)
  for (const word of ['常常抱怨', 'gold', '別理她', '內部', Buffer.from('內部評語').toString('base64')]) expect(whole).not.toContain(word)
  // Its schema stands in the API's contract.
  const openapi = await (await fetch(`${fresh.desk.url}/openapi.json`)).text()
  expect(openapi).toContain('loopdesk.portable-person/1')
})

test('P11 45.3 taken in by a fresh installation and taken along again it says the same; the same document again is the same record', async () => {
  const { status, body } = await bring(document)
  expect([status, body.isNew, body.conversations]).toEqual([201, true, 2])
  broughtId = body.customerId
  expect(without(await takeAlong(fresh, broughtId))).toEqual(without(document))
  // A later copy of the same is the same.
  expect((await bring({ ...document, madeAt: '2026-12-01T00:00:00.000Z' })).body).toEqual({ customerId: broughtId, conversations: 2, isNew: false })

  const record = await good<Customer>(fresh, 'GET', `/api/customers/${broughtId}`)
  expect(record).toMatchObject({ name: '陳美玲', tier: 'standard', note: null, isVerified: false, identities: [{ verifiedAt: null, isLeading: false }, { verifiedAt: null, isLeading: false }] })
  const shown = await good<{ rows: Brought[]; count: number }>(fresh, 'GET', `/api/customers/${broughtId}/brought`)
  expect([shown.count, shown.rows.map((row) => row.subject)]).toEqual([2, ['謝謝', '帳單金額不對']])
  const { id, hasBytes } = shown.rows[1]!.messages[1]!.files[0]!
  expect(hasBytes).toBe(true)
  const file = await fetch(`${fresh.desk.url}/api/customers/${broughtId}/brought-files/${id}`, { headers: { authorization: `Bearer ${fresh.people.admin.token}` } })
  expect([await file.text(), file.headers.get('content-type'), file.headers.get('content-disposition')?.startsWith('attachment')]).toEqual(['應繳 300 元', 'application/octet-stream', true])
  // Nothing of it is a request here, and no figure counts it.
  expect((await good<{ rows: unknown[] }>(fresh, 'GET', '/api/requests')).rows).toEqual([])
  const [event] = await fresh.desk.app.pool<{ data: unknown }[]>`select data from platform.event where type = 'privacy.person-brought' and subject = ${broughtId}`
  expect(event!.data).toEqual({ conversations: 2, files: 1 })
})

test('P11 a mail from an address that was only brought finds nobody’s history; who has nothing to do with the customer sees none of it', async () => {
  const { body } = await fresh.desk.call<{ id: string }>('POST', '/api/requests', { token: fresh.people.intake.token, headers: { 'idempotency-key': 'portable-2' }, body: { subject: '你好', text: '我是陳美玲', channel: 'api', customer: { email: 'meiling@customer.example' } } })
  const [asker] = await fresh.desk.app.pool<{ customerId: string }[]>`select customer_id from requests.request where id = ${body.id}`
  expect(asker!.customerId).not.toBe(broughtId)
  expect((await as(fresh, 'GET', `/api/customers/${broughtId}/brought`, undefined, fresh.people.outsider.token)).status).toBe(404)
  const { rows } = await good<{ rows: Brought[] }>(fresh, 'GET', `/api/customers/${broughtId}/brought`)
  expect((await as(fresh, 'GET', `/api/customers/${broughtId}/brought-files/${rows[1]!.messages[1]!.files[0]!.id}`, undefined, fresh.people.outsider.token)).status).toBe(404)
  expect((await as(fresh, 'GET', `/api/customers/${asker!.customerId}/brought-files/${rows[1]!.messages[1]!.files[0]!.id}`)).status).toBe(404)
  expect((await bring(document, fresh.people.lead.token)).status).toBe(403)
})

test('P11 a document that is not one is refused with the place of the fault, and nothing of it is kept', async () => {
  const counts = async () => (await fresh.desk.app.pool`select (select count(*) from customers.customer)::int as customers, (select count(*) from governance.brought)::int as conversations, (select count(*) from platform.file)::int as files`)[0]
  const before = await counts()
  const other = { ...document, person: { ...document.person, name: '林志明' } }
  const refused = async (what: unknown) => { const { status, body } = await bring(what); return `${status} ${body.fault?.code}` }
  expect(await refused({ ...other, format: 'loopdesk.personal-copy/1' })).toBe('422 input.invalid')
  expect(await refused({ ...other, extra: 1 })).toBe('422 input.invalid')
  expect(await refused({ ...other, person: { ...other.person, addresses: [{ kind: 'email', value: 'no address' }] } })).toBe('422 customers.identity-unreadable')
  const cut = structuredClone(other)
  cut.conversations[0]!.messages[1]!.files[0]!.bytes = 'AAAA'
  expect(await refused(cut)).toBe('422 governance.privacy.brought-unreadable')
  cut.conversations[0]!.messages[1]!.files[0]!.bytes = '***'
  expect(await refused(cut)).toBe('422 input.invalid')
  expect(await counts()).toEqual(before)
})

test('P13 an erasure takes what was brought along with it, words and files', async () => {
  let request = await good<PersonRequest>(fresh, 'POST', '/api/person-requests', { customerId: broughtId, kind: 'erase', law: 'pipl', wish: '請刪除' })
  request = await good<PersonRequest>(fresh, 'PUT', `/api/person-requests/${request.id}/verification`, { how: 'document', version: request.version })
  await good(fresh, 'PUT', `/api/person-requests/${request.id}/grant`, { version: request.version })
  await settleAll(fresh.desk, 1_000)
  const [left] = await fresh.desk.app.pool`select (select count(*) from governance.brought)::int as conversations, (select count(*) from governance.brought_file)::int as files, (select count(*) from governance.brought_document)::int as documents, (select count(*) from platform.file)::int as bytes`
  expect(left).toEqual({ conversations: 0, files: 0, documents: 0, bytes: 0 })
})
