/** How requests are kept: no row shows what was said, a search finds it all the same, and with the key it is gone. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import { staffed, type Staffed } from '../../test/people.ts'
import { newId } from '../../lib/id/index.ts'
import { run } from '../../platform/context.ts'
import { verifyEvents } from '../../platform/audit/verify.ts'
import { forgetKey } from '../customers/index.ts'

let desk: TestDesk
let people: Staffed
beforeAll(async () => { desk = await openDesk(); people = await staffed(desk) })
afterAll(() => desk?.close())

interface Opened { id: string; number: number; customerId: string; holder: { id: string } | null }
const open = async (what: object) => (await desk.call<Opened>('POST', '/api/requests', { token: people.intake.token, headers: { 'idempotency-key': newId() }, body: what })).body
const holderOf = (request: Opened) => [...people.agents, people.lead].find((one) => one.id === request.holder?.id) ?? people.lead
const find = async (search: string, token = people.admin.token): Promise<number[]> => (await desk.call<{ rows: { number: number }[] }>('GET', `/api/requests?view=all&search=${encodeURIComponent(search)}`, { token })).body.rows.map((row) => row.number)
const contents = async (): Promise<string> => {
  const tables = await desk.app.pool<{ name: string }[]>`select schemaname || '.' || tablename as name from pg_tables where schemaname in ('requests', 'customers', 'platform') and tablename not in ('migration', 'file')`
  const parts = await Promise.all(tables.map(async ({ name }) => (await desk.app.pool<{ text: string }[]>`select t::text as text from ${desk.app.pool(name)} t`).map((row) => row.text).join('\n')))
  return parts.join('\n')
}

test('C25 from the first word to the rating no row shows what was said, by whom, or in which words', async () => {
  const request = await open({ subject: '翡翠玉鐲碎裂', text: '寄來的鐲子碎成三段，請退錢。 Serial ZX-778899', customer: { name: '司徒翡翠', email: 'jade@example.com', phone: '+886 955 123 321' } })
  const holder = holderOf(request)
  const at = (method: string, path: string, body: unknown, token = holder.token) => desk.call<{ id: string; version: number }>(method, `/api/requests/${request.id}${path}`, { token, body })
  expect((await at('PUT', '/drafts', { kind: 'note', text: '先查翡翠庫存' })).status).toBe(204)
  await at('POST', '/messages', { kind: 'note', text: '翡翠鑑定書在倉庫' })
  await at('PUT', '/drafts', { kind: 'reply', text: '翡翠草稿' })
  const task = (await at('POST', '/tasks', { title: '打電話給司徒翡翠' })).body
  await at('PATCH', `/tasks/${task.id}`, { title: '再打給司徒翡翠', isDone: true, version: task.version })
  await at('POST', '/messages', { kind: 'reply', text: '翡翠已經補寄。' })
  await desk.pass(11_000)
  expect((await at('PUT', '/submission', { result: '補寄翡翠一只' })).status).toBe(200)
  await desk.settle()
  const text = await contents()
  for (const word of ['翡翠', '碎成', '司徒', '鑑定', '補寄', 'jade@', 'jade', '955123321', 'zx-77', '草稿']) expect(text, word).not.toContain(word)
  for (const search of ['翡翠', '碎裂', '司徒', 'ser', 'zx-778899', 'jade@example.com', '0955123321', '補寄', String(request.number)]) expect(await find(search), search).toEqual([request.number])
  for (const search of ['玉翡', 'erial', 'jade@exam', '095512']) expect(await find(search), search).toEqual([])
  // Notes are found by colleagues alone.
  expect(await find('鑑定書')).toEqual([request.number])
  expect(await find('鑑定書', people.intake.token)).toEqual([])
  const seen = await desk.call<{ subject: string; customer: { name: string } }>('GET', `/api/requests/${request.id}`, { token: people.lead.token })
  expect(seen.body).toMatchObject({ subject: '翡翠玉鐲碎裂', customer: { name: '司徒翡翠' } })
})

test('C24 a message moved to another request, or changed by a sign, is found', async () => {
  const [one, other] = [await open({ subject: '甲', text: '甲的話', customer: { email: 'one@example.com' } }), await open({ subject: '乙', text: '乙的話', customer: { email: 'one@example.com' } })]
  await desk.app.pool`update requests.message set body = (select body from requests.message where request_id = ${one.id}) where request_id = ${other.id}`
  await desk.app.pool`update requests.request set subject = left(subject, -2) || case right(subject, 2) when 'AA' then 'BB' else 'AA' end where id = ${one.id}`
  for (const path of [`${other.id}/messages`, one.id]) expect((await desk.call('GET', `/api/requests/${path}`, { token: people.lead.token })).body, path).toMatchObject({ fault: { code: 'platform.sealed-changed' } })
  await desk.app.pool`delete from requests.request where id in (${one.id}, ${other.id})`
})

test('P13 with the key gone numbers and times stay, the words do not, and the chain of events holds', async () => {
  const request = await open({ subject: '瑪瑙戒指', text: '戒圍不合', customer: { name: '端木瑪瑙', email: 'agate@example.com' } })
  const kept = await open({ subject: '瑪瑙', text: '別人的', customer: { email: 'other@example.com' } })
  const holder = holderOf(request)
  expect(await find('瑪瑙')).toEqual([kept.number, request.number])
  await run(desk.app, {}, (ctx) => forgetKey(ctx, request.customerId))
  expect(await find('瑪瑙')).toEqual([kept.number])
  expect(await find(String(request.number))).toEqual([request.number])
  const view = (await desk.call<{ number: number; subject: string; openedAt: string; customer: { name: string } }>('GET', `/api/requests/${request.id}`, { token: people.lead.token })).body
  expect(view).toMatchObject({ number: request.number, subject: '—', customer: { name: '' } })
  expect((await desk.call<{ rows: { body: string }[] }>('GET', `/api/requests/${request.id}/messages`, { token: people.lead.token })).body.rows.map((row) => row.body)).toEqual(['—'])
  expect((await desk.call('POST', `/api/requests/${request.id}/messages`, { token: holder.token, body: { kind: 'note', text: '補記' } })).body).toMatchObject({ fault: { code: 'platform.key-destroyed' } })
  expect((await desk.call('PUT', `/api/requests/${request.id}/closure`, { token: people.lead.token, body: { reason: '已刪除' } })).status).toBe(200)
  expect((await verifyEvents(desk.app)).damage).toBeNull()
})
