/** How customers are kept: nothing of them is readable in the rows, and nobody notices but whoever reads the rows. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import { staffed, type Staffed } from '../../test/people.ts'
import { run } from '../../platform/context.ts'
import type { Customer } from './contract.ts'
import { findOrCreateCustomer, forgetKey } from './index.ts'

let desk: TestDesk
let people: Staffed
beforeAll(async () => { desk = await openDesk(); people = await staffed(desk) })
afterAll(() => desk?.close())

const call = <T = Customer>(method: string, path: string, body?: unknown) => desk.call<T>(method, path, { token: people.lead.token, body })
const find = async (search: string): Promise<string[]> => (await call<{ rows: { id: string }[] }>('GET', `/api/customers?search=${encodeURIComponent(search)}`)).body.rows.map((row) => row.id)
const whole = { name: '歐陽金雀', email: 'canary.bird@example.com', phone: '+886 912 345 678', external: 'CRM-KANARIENVOGEL-47110815', company: '金絲雀有限公司', region: '花蓮縣', note: '身分證 A123456789' }
const contents = async (): Promise<string> => {
  const rows = await desk.app.pool<{ text: string }[]>`
    select t::text as text from customers.customer t union all select t::text from customers.identity t union all select t::text from customers.merge t
    union all select t::text from platform.event t union all select t::text from platform.idempotency t`
  return rows.map((row) => row.text).join('\n')
}

test('7.3-a C25 7.2-a no row of a customer shows a name, an address, a number or a note', async () => {
  const { body } = await call('POST', '/api/customers', whole)
  expect(body).toMatchObject({ name: whole.name, company: whole.company, region: whole.region, note: whole.note })
  await call('PATCH', `/api/customers/${body.id}`, { company: '金絲雀股份有限公司', version: body.version })
  const contact = await run(desk.app, {}, (ctx) => findOrCreateCustomer(ctx, { name: '歐陽金鵲', email: 'canary.other@example.com', phone: '0912345678', verified: true, channel: 'email' }))
  await run(desk.app, {}, (ctx) => findOrCreateCustomer(ctx, { email: 'canary.other@example.com', external: 'CRM-WELLENSITTICH-47120815', verified: true, channel: 'email' }))
  expect((await call('GET', `/api/customers/${contact.id}`)).body.identities.map((one) => one.shown).sort()).toEqual(['0912345678', 'CRM-WELLENSITTICH-47120815', 'canary.other@example.com'])
  await call('PUT', `/api/customers/${body.id}/merges/${contact.id}`, { reason: '同一人' })
  const text = await contents()
  for (const word of ['金雀', '金鵲', 'canary', '912345678', 'kanarienvogel', 'KANARIENVOGEL', 'wellensittich', 'WELLENSITTICH', '金絲雀', 'A123456789']) expect(text, word).not.toContain(word)
})

test('C24 a name moved to another customer’s row is found, not shown', async () => {
  const [one, other] = [(await call('POST', '/api/customers', { name: '甲' })).body.id, (await call('POST', '/api/customers', { name: '乙' })).body.id]
  await desk.app.pool`update customers.customer set name = (select name from customers.customer where id = ${one}) where id = ${other}`
  const moved = await call<{ fault: { code: string } }>('GET', `/api/customers/${other}`)
  expect(moved).toMatchObject({ status: 500, body: { fault: { code: 'platform.sealed-changed' } } })
})

test('P13 with the key gone nothing of the customer is left to read or to find, in every record folded together', async () => {
  const kept = (await call('POST', '/api/customers', { name: '周要忘記', email: 'forget.me@example.com' })).body
  const other = (await call('POST', '/api/customers', { name: '周要忘', phone: '+886 933 000 333', note: '住址' })).body
  await call('PUT', `/api/customers/${kept.id}/merges/${other.id}`, { reason: '同一人' })
  const [sealed] = await desk.app.pool<{ name: string }[]>`select name from customers.customer where id = ${other.id}`
  await run(desk.app, {}, (ctx) => forgetKey(ctx, other.id))
  await run(desk.app, {}, (ctx) => forgetKey(ctx, other.id))
  for (const search of ['周要', 'forget.me@example.com', '0933000333']) expect(await find(search), search).toEqual([])
  for (const { id } of [kept, other]) expect((await call('GET', `/api/customers/${id}`)).body).toMatchObject({ name: '', note: null, identities: [] })
  // A copy of the row from before says nothing either.
  expect(desk.app.vault.open('customers.customer/name', other.id, sealed!.name)).toBe('—')
  expect(await desk.app.pool`select 1 from platform.data_key where id in (${kept.id}, ${other.id}) and wrapped is null`).toHaveLength(2)
  expect(await desk.app.pool`select 1 from platform.event where type = 'customer.key-destroyed' and subject in (${kept.id}, ${other.id})`).toHaveLength(2)
  expect((await run(desk.app, {}, (ctx) => findOrCreateCustomer(ctx, { email: 'forget.me@example.com', verified: true, channel: 'email' }))).isNew).toBe(true)
})
