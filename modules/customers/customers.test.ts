import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import { type Staffed, staffed } from '../../test/people.ts'
import { run } from '../../platform/context.ts'
import { Fault } from '../../platform/fault.ts'
import { customers as contract, type Customer } from './contract.ts'
import { type CustomerClaim, findCustomers, findEmail, findOrCreateCustomer, personalFields, recordIdsOf, tierOf, verifyIdentity } from './index.ts'

let desk: TestDesk
let people: Staffed
beforeAll(async () => { desk = await openDesk(); people = await staffed(desk) })
afterAll(() => desk?.close())

interface Refusal { fault: { code: string; args: Record<string, string>; fields: { path: string; code: string }[] } }
const claim = (what: Partial<CustomerClaim>) => run(desk.app, {}, (ctx) => findOrCreateCustomer(ctx, { verified: true, channel: 'email', ...what }))
const call = <T = Customer>(method: string, path: string, body?: unknown, token = people.lead.token) => desk.call<T>(method, path, { token, body })
const view = async (id: string): Promise<Customer> => (await call('GET', `/api/customers/${id}`)).body
const find = async (search: string): Promise<string[]> => (await call<{ rows: { id: string }[] }>('GET', `/api/customers?search=${encodeURIComponent(search)}`)).body.rows.map((row) => row.id)
const countOf = async (table: string): Promise<number> => (await desk.app.pool<{ n: number }[]>`select count(*)::int as n from ${desk.app.pool(table)}`)[0]!.n

test('7.1-a fifty messages from one address at the same moment make one customer', async () => {
  const before = await countOf('customers.customer')
  const ids = new Set<string>()
  for (const verified of [true, false]) {
    const found = await Promise.all(Array.from({ length: 50 }, (_, n) => claim({ name: `林怡君 ${n}`, email: n % 2 ? 'Race@Example.com' : 'race@example.com', phone: '+886 912 000 111', verified })))
    expect(new Set(found.map((one) => one.id)).size).toBe(1)
    expect(found.filter((one) => one.isNew)).toHaveLength(1)
    ids.add(found[0]!.id)
  }
  expect(await countOf('customers.customer')).toBe(before + 2)
  expect(await desk.app.pool`select 1 from platform.event where type = 'customer.created' and subject = any(${[...ids]}::uuid[])`).toHaveLength(2)
  expect(await desk.app.pool`select 1 from platform.data_key where id = any(${[...ids]}::uuid[])`).toHaveLength(2)
})

test('7.1-a different addresses of one claim in a race still meet in one customer', async () => {
  const found = await Promise.all(Array.from({ length: 30 }, (_, n) =>
    claim(n % 3 === 0 ? { external: 'crm-77', email: 'race2@example.com' } : n % 3 === 1 ? { email: 'race2@example.com' } : { external: 'crm-77' })))
  const records = new Set(found.map((one) => one.id))
  // Who comes with one address only may be first; whoever names both joins them or leaves the evidence.
  for (const id of records) if (records.size > 1) expect((await view(id)).suggestions.length).toBeGreaterThan(0)
  expect(records.size).toBeLessThanOrEqual(2)
})

test('7.1-a an unverified claim never reaches the proven customer of that address', async () => {
  const proven = await claim({ name: '陳建宏', email: 'chen@example.com' })
  const stranger = await claim({ name: 'Mallory', email: ' CHEN@example.com', verified: false })
  expect(stranger.id).not.toBe(proven.id)
  expect(stranger.isVerified).toBe(false)
  expect((await claim({ email: 'chen@example.com', verified: false })).id).toBe(stranger.id)
  expect((await claim({ email: 'chen@example.com' })).id).toBe(proven.id)
  expect((await view(proven.id)).suggestions).toMatchObject([{ id: stranger.id, isVerified: false, because: [{ kind: 'email', value: 'chen@example.com' }] }])
})

test('7.1-a a stranger who names a victim’s number does not receive the victim’s messages', async () => {
  const mallory = await claim({ email: 'mallory@example.com', phone: '+886911222333', verified: false })
  const victim = await claim({ phone: '+886911222333', verified: false })
  expect(victim.id).not.toBe(mallory.id)
  expect(await run(desk.app, {}, (ctx) => findEmail(ctx, victim.id))).toBeNull()
})

test('7.1-a an unverified claim does not follow a merge into a proven customer', async () => {
  const proven = await claim({ name: '王小明', email: 'wang@example.com' })
  const contact = await claim({ email: 'wang.private@example.com', verified: false })
  await call('PUT', `/api/customers/${proven.id}/merges/${contact.id}`, { reason: '本人來電確認' })
  expect((await claim({ email: 'wang.private@example.com', verified: false })).id).toBe(contact.id)
  const other = await claim({ email: 'a1@example.com', verified: false })
  const same = await claim({ email: 'a2@example.com', verified: false })
  await call('PUT', `/api/customers/${other.id}/merges/${same.id}`, { reason: 'same person' })
  expect((await claim({ email: 'a2@example.com', verified: false })).id).toBe(other.id)
})

test('7.1-a two people behind one switchboard stay two; a number alone finds its customer', async () => {
  const first = await claim({ name: '甲', email: 'a@firm.example', phone: '+886223456789' })
  const second = await claim({ name: '乙', email: 'b@firm.example', phone: '+886223456789' })
  expect(second.id).not.toBe(first.id)
  expect((await view(second.id)).identities).toMatchObject([{ kind: 'email', isLeading: true }, { kind: 'phone', isLeading: false, verifiedAt: null }])
  expect((await view(second.id)).suggestions).toMatchObject([{ id: first.id, because: [{ kind: 'phone' }] }])
  expect((await claim({ phone: '(+886) 2-2345-6789' })).id).toBe(first.id)
  const caller = await claim({ phone: '0966 000 123', name: '來電者' })
  const known = await claim({ phone: '0966-000-123', email: 'caller@example.com' })
  expect(known.id).toBe(caller.id)
  expect((await claim({ email: 'caller@example.com' })).id).toBe(caller.id)
  expect(await find('caller@example.com')).toEqual([caller.id])
})

test('4.1-a a claim without any address is a new customer each time; a contact gets its name with its next message', async () => {
  const one = await claim({ name: '路人' })
  expect((await claim({ name: '路人' })).id).not.toBe(one.id)
  const silent = await claim({ email: 'silent@example.com', verified: false })
  expect(silent.name).toBe('silent@example.com')
  expect(await claim({ email: 'silent@example.com', name: '周安', verified: false })).toMatchObject({ id: silent.id, name: '周安', isNew: false })
  expect(await find('周安')).toEqual([silent.id])
  expect((await run(desk.app, {}, (ctx) => findCustomers(ctx, [one.id, silent.id, one.id]))).size).toBe(2)
})

test('3.1-a a request opened for a customer chosen by id goes to the record that is shown', async () => {
  const [kept, other] = await Promise.all([claim({ name: '主檔', email: 'k1@example.com' }), claim({ email: 'k2@example.com' })])
  await call('PUT', `/api/customers/${kept.id}/merges/${other.id}`, { reason: '同一人' })
  const opened = await call<{ customerId: string }>('POST', '/api/requests', { subject: '來電', text: '查詢帳單', channel: 'phone', customer: { id: other.id } })
  expect(opened).toMatchObject({ status: 201, body: { customerId: kept.id } })
  const unknown = await call<Refusal>('POST', '/api/requests', { subject: '來電', text: '查詢帳單', customer: { id: '01900000-0000-7000-8000-00000000dead' } })
  expect(unknown).toMatchObject({ status: 404, body: { fault: { code: 'customers.not-found' } } })
})

test('7.1-a proving an address moves a contact over, unless somebody else has proven it', async () => {
  const contact = await claim({ email: 'prove@example.com', verified: false })
  await run(desk.app, {}, (ctx) => verifyIdentity(ctx, contact.id, 'email', 'Prove@Example.com'))
  await run(desk.app, {}, (ctx) => verifyIdentity(ctx, contact.id, 'email', 'prove@example.com'))
  expect(await claim({ email: 'prove@example.com' })).toMatchObject({ id: contact.id, isNew: false, isVerified: true })
  const late = await claim({ email: 'prove@example.com', verified: false })
  const identity = (await view(late.id)).identities[0]!
  const refused = await call<Refusal>('PUT', `/api/customers/${late.id}/identities/${identity.id}/verification`)
  expect(refused).toMatchObject({ status: 409, body: { fault: { code: 'customers.identity-taken', args: { customerId: contact.id } } } })
  const racers = await Promise.all([claim({ email: 'r1@example.com' }), claim({ email: 'r2@example.com' })])
  const outcomes = await Promise.allSettled(racers.map((one) => run(desk.app, {}, (ctx) => verifyIdentity(ctx, one.id, 'phone', '+886955000111'))))
  expect(outcomes.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
  expect(outcomes.find((one) => one.status === 'rejected')?.reason).toBeInstanceOf(Fault)
})

test('7.1-a a merge is made by a person, shown with its reason, and taken back exactly', async () => {
  const [a, b, c] = await Promise.all(['m1', 'm2', 'm3'].map((name) => claim({ name, email: `${name}@example.com` })))
  expect((await call('PUT', `/api/customers/${b!.id}/merges/${c!.id}`, { reason: '同一家公司同一人' })).status).toBe(200)
  const merged = await call('PUT', `/api/customers/${a!.id}/merges/${b!.id}`, { reason: '電話確認為同一人' })
  expect(merged.body.recordIds).toEqual([a!.id, b!.id, c!.id].sort())
  expect(merged.body.merges).toMatchObject([{ otherId: b!.id, reason: '電話確認為同一人', byId: people.lead.id }])
  expect(merged.body.identities.map((one) => one.shown).sort()).toEqual(['m1@example.com', 'm2@example.com', 'm3@example.com'])
  for (const name of ['m1', 'm2', 'm3']) expect((await claim({ email: `${name}@example.com` })).id).toBe(a!.id)
  expect(await find('m3@example.com')).toEqual([a!.id])
  expect((await call<Refusal>('PUT', `/api/customers/${c!.id}/merges/${a!.id}`, { reason: 'x' })).body.fault.code).toBe('customers.merged-already')
  expect((await call<Refusal>('PATCH', `/api/customers/${b!.id}`, { name: 'y', version: 3 })).body.fault.code).toBe('customers.merged-away')
  expect((await call('DELETE', `/api/customers/${a!.id}/merges/${b!.id}`)).body.recordIds).toEqual([a!.id])
  expect((await claim({ email: 'm3@example.com' })).id).toBe(b!.id)
  expect(await run(desk.app, {}, (ctx) => recordIdsOf(ctx, c!.id))).toEqual([b!.id, c!.id].sort())
  await call('DELETE', `/api/customers/${b!.id}/merges/${c!.id}`)
  expect((await claim({ email: 'm3@example.com' })).id).toBe(c!.id)
  expect((await call<Refusal>('DELETE', `/api/customers/${b!.id}/merges/${c!.id}`)).body.fault.code).toBe('customers.not-merged')
  const events = await desk.app.pool<{ type: string }[]>`select type from platform.event where subject in (${a!.id}, ${b!.id}) and type like 'customer.%merged' order by seq`
  expect(events.map((event) => event.type)).toEqual(['customer.merged', 'customer.merged', 'customer.unmerged', 'customer.unmerged'])
})

test('7.1-a twenty people merge the same two records at once: one merge, the others are told', async () => {
  const [a, b] = await Promise.all([claim({ email: 'p1@example.com' }), claim({ email: 'p2@example.com' })])
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => n % 2
    ? call('PUT', `/api/customers/${a.id}/merges/${b.id}`, { reason: 'same' }) : call('PUT', `/api/customers/${b.id}/merges/${a.id}`, { reason: 'same' })))
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1)
  expect(answers.filter((answer) => answer.status === 409)).toHaveLength(19)
})

test('7.1-a suggestions carry their evidence and end when somebody says they differ', async () => {
  const one = (await call('POST', '/api/customers', { name: '黃志偉', company: '大安書店', phone: '+886 933 444 555', tier: 'gold' })).body
  const two = await claim({ name: '黃志偉', phone: '0933-444-555' })
  await call('PATCH', `/api/customers/${two.id}`, { company: '大安書店', version: 1 })
  expect((await view(one.id)).suggestions).toMatchObject([{ id: two.id, because: [{ kind: 'name-company' }, { kind: 'phone-alike', value: '0933-444-555' }] }])
  await call('PUT', `/api/customers/${two.id}/distinctions/${one.id}`)
  expect((await view(one.id)).suggestions).toEqual([])
  expect((await view(two.id)).suggestions).toEqual([])
})

test('7.1-a a customer is found by name in either script, company, address or number as it is dialled', async () => {
  const made = (await call('POST', '/api/customers', { name: '張雅婷', company: '聯華電信', email: 'ya.ting@lianhua.example', phone: '+886 988 777 666', external: 'LH-2026-001', note: '偏好下午聯絡', language: 'zh-Hant' })).body
  for (const words of ['張雅', '张雅婷', '联华电信', 'ya.ting@lianhua.example', 'lianhua', '0988-777-666', '+886988777666', '988777', 'LH-2026-001']) expect(await find(words), words).toContain(made.id)
  await call('PATCH', `/api/customers/${made.id}`, { name: '張雅淳', version: 1 })
  expect(await find('張雅婷')).not.toContain(made.id)
  expect(await find('雅淳')).toContain(made.id)
  expect(await find('!!!')).toEqual([])
})

test('7.1-a of fifty edits on the same version one holds', async () => {
  const one = (await call('POST', '/api/customers', { name: 'Edit' })).body
  const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => call('PATCH', `/api/customers/${one.id}`, { note: `第 ${n} 次`, version: 1 })))
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1)
  expect(answers.filter((answer) => answer.status === 409)).toHaveLength(49)
  const [event] = await desk.app.pool<{ data: Record<string, unknown> }[]>`select data from platform.event where subject = ${one.id} and type = 'customer.changed'`
  expect(event!.data).toEqual({ fields: ['note'], before: {}, after: {} })
})

test('7.1-a every field has class and purpose; a field without purpose is refused', async () => {
  const { body } = await call<{ rows: { field: string; purpose: string }[] }>('GET', '/api/customer-fields')
  expect(body.rows).toHaveLength(personalFields.length)
  const given = new Set([...Object.keys(contract.create.body.shape), ...Object.keys(contract.change.body.shape)].filter((field) => field !== 'version'))
  for (const field of given) expect(body.rows.map((row) => row.field), field).toContain(field)
  const refused = await call<Refusal>('POST', '/api/customers', { name: '某人', birthday: '1990-01-01' })
  expect(refused).toMatchObject({ status: 422, body: { fault: { fields: [{ path: 'birthday', code: 'input.unknown-field' }] } } })
  expect((await call('POST', '/api/customers', { name: '某人', idNumber: 'A123456789' })).status).toBe(422)
})

test('7.1-a pages follow each other without gap or repetition while customers arrive', async () => {
  const seen: string[] = []
  let cursor: string | null = null
  do {
    const { body }: { body: { rows: { id: string }[]; next: string | null } } = await call('GET', `/api/customers?limit=7${cursor ? `&cursor=${cursor}` : ''}`)
    seen.push(...body.rows.map((row) => row.id))
    cursor = body.next
    await claim({ name: 'meanwhile' })
  } while (cursor)
  expect(new Set(seen).size).toBe(seen.length)
  expect([...seen].sort().reverse()).toEqual(seen)
  expect((await call('GET', '/api/customers?cursor=nonsense')).status).toBe(422)
})

test('3.1-b a record that was folded into another is served by the tier of that one', async () => {
  const kept = (await call('POST', '/api/customers', { name: '鄭國棟', email: 'tier.kept@example.com', tier: 'gold' })).body
  const other = (await call('POST', '/api/customers', { name: '鄭國棟', phone: '+886 922 000 777' })).body
  const tier = (id: string) => tierOf({ db: desk.app.pool }, id)
  expect([await tier(kept.id), await tier(other.id)]).toEqual(['gold', 'standard'])
  expect((await call('PUT', `/api/customers/${kept.id}/merges/${other.id}`, { reason: '同一人' })).status).toBe(200)
  expect(await tier(other.id)).toBe('gold')
  await expect(tier(crypto.randomUUID())).rejects.toMatchObject({ code: 'customers.not-found' })
})

test('7.1-a a company names its own tiers; a tier somebody holds stays', async () => {
  const admin = people.admin.token
  const { body } = await call<{ rows: { key: string; name: null }[]; version: number }>('GET', '/api/customer-tiers')
  expect(body.rows.map((tier) => tier.key)).toEqual(['standard', 'silver', 'gold', 'platinum'])
  const vip = { key: 'vip', name: { 'zh-Hant': '貴賓', 'zh-Hans': '贵宾', en: 'VIP' } }
  expect((await call('PUT', '/api/customer-tiers', { rows: body.rows, version: 1 })).status).toBe(403)
  expect((await call('PUT', '/api/customer-tiers', { rows: [...body.rows, vip], version: 1 }, admin)).status).toBe(200)
  const made = await call('POST', '/api/customers', { name: '貴賓', tier: 'vip' })
  expect(made).toMatchObject({ status: 201, body: { tier: 'vip' } })
  expect((await call<Refusal>('POST', '/api/customers', { name: 'x', tier: 'unknown' })).body.fault.code).toBe('customers.tier-unknown')
  expect((await call<Refusal>('PUT', '/api/customer-tiers', { rows: body.rows, version: 2 }, admin)).body.fault).toMatchObject({ code: 'customers.tier-in-use', args: { key: 'vip' } })
  expect((await call<Refusal>('PUT', '/api/customer-tiers', { rows: [vip], version: 2 }, admin)).body.fault).toMatchObject({ code: 'customers.tier-in-use', args: { key: 'standard' } })
  expect((await call<Refusal>('PUT', '/api/customer-tiers', { rows: body.rows, version: 1 }, admin)).body.fault.code).toBe('customers.changed-meanwhile')
})

test('7.2-a who may only open requests does not read customers', async () => {
  expect((await call('GET', '/api/customers', undefined, people.intake.token)).status).toBe(403)
  expect((await call('POST', '/api/customers', { name: 'x' }, people.intake.token)).status).toBe(403)
  expect((await desk.call('GET', '/api/customers')).status).toBe(401)
})

test('addresses are taken as they are written and refused when they are none', async () => {
  const one = (await call('POST', '/api/customers', { name: 'Addresses' })).body
  expect((await call('POST', `/api/customers/${one.id}/identities`, { kind: 'phone', value: '０９１２－３４５－６７８', isVerified: true })).body.identities).toMatchObject([{ shown: '０９１２－３４５－６７８' }])
  expect((await claim({ phone: '0912 345 678' })).id).toBe(one.id)
  for (const [kind, value] of [['phone', 'call me'], ['email', 'not an address'], ['phone', '()']] as const) {
    expect((await call<Refusal>('POST', `/api/customers/${one.id}/identities`, { kind, value })).body.fault.code).toBe('customers.identity-unreadable')
  }
  const again = await call<Refusal>('POST', '/api/customers', { name: 'Twice', phone: '0912-345-678' })
  expect(again).toMatchObject({ status: 409, body: { fault: { code: 'customers.identity-taken', args: { customerId: one.id, name: 'Addresses' } } } })
  const identity = (await view(one.id)).identities[0]!
  expect((await call('DELETE', `/api/customers/${one.id}/identities/${identity.id}`)).body.identities).toEqual([])
  expect((await claim({ phone: '0912 345 678' })).id).not.toBe(one.id)
})
