import { afterAll, beforeAll, expect, test } from 'vitest'
import { insertMail } from '../channels/mail/store.ts'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import { type Staffed, staffed, type TestPerson } from '../../test/people.ts'
import { newId } from '../../lib/id/index.ts'
import { createPerson, createToken, setPresence } from '../staff/index.ts'
import { findOrCreateCustomer } from './index.ts'
import { run } from '../../platform/context.ts'
import type { Customer, CustomerRow, Revelation } from './contract.ts'

let desk: TestDesk
let people: Staffed
let director: { token: string }
const who: Record<'served' | 'unserved', string> = { served: '', unserved: '' }
const request: { id: string; holder: TestPerson; colleague: TestPerson } = { id: '', holder: null as never, colleague: null as never }
const PLAIN = ['chen.meiling@example.com', '0912-345-678', 'CRM-2026-77', '住院中，請勿在晚上來電']

beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  director = await run(desk.app, {}, async (ctx) => createToken(ctx, { name: 'test', personId: (await createPerson(ctx, { name: 'director', login: 'director@example.com', role: 'director' })).id }))
  // Requests go to the agents.
  await run(desk.app, {}, (ctx) => setPresence(ctx, people.lead.id, 'offline'))
  const details = { name: '陳美玲', email: PLAIN[0], phone: PLAIN[1], external: PLAIN[2], note: PLAIN[3], company: '大安書店', region: '臺北市' }
  const made = await desk.call<Customer>('POST', '/api/customers', { token: people.admin.token, body: details })
  who.served = made.body.id
  who.unserved = (await desk.call<Customer>('POST', '/api/customers', { token: people.admin.token, body: { name: '黃志偉', email: 'huang.zhiwei@example.com', phone: '0933-444-555', note: '老客戶' } })).body.id
  const opened = await desk.call<{ id: string; holder: { id: string } }>('POST', '/api/requests', { token: people.intake.token, body: { subject: '帳單', text: '請查帳單', customer: { email: PLAIN[0] } } })
  request.id = opened.body.id
  request.holder = people.agents.find((agent) => agent.id === opened.body.holder.id)!
  request.colleague = people.agents.find((agent) => agent.id !== opened.body.holder.id)!
})
afterAll(() => desk?.close())

const view = async (id: string, token: string): Promise<Customer> => (await desk.call<Customer>('GET', `/api/customers/${id}`, { token })).body
const find = async (search: string, token: string): Promise<CustomerRow[]> => (await desk.call<{ rows: CustomerRow[] }>('GET', `/api/customers?search=${encodeURIComponent(search)}`, { token })).body.rows
const reveal = <T = Revelation>(id: string, token: string, body: unknown = { fields: ['phone', 'note'], reason: '客戶來電更正電話' }) => desk.call<T>('POST', `/api/customers/${id}/revelations`, { token, body })

test('7.1-a P08 D07 whoever has no request of the customer sees every personal field covered', async () => {
  const shown = await view(who.unserved, request.holder.token)
  expect(shown).toMatchObject({ name: '黃＊＊', note: '***' })
  expect(shown.identities.map((one) => one.shown).sort()).toEqual(['09**-***-555', 'h***@example.com'])
  expect(shown.masked.sort()).toEqual(['email', 'name', 'note', 'phone'])
  const rows = (await desk.call<{ rows: CustomerRow[] }>('GET', '/api/customers', { token: people.outsider.token })).body.rows
  expect(rows.find((row) => row.id === who.served)).toMatchObject({ name: '陳＊＊', company: '大＊＊', region: '***', contact: 'C***' })
  for (const token of [people.outsider.token, request.holder.token]) expect(JSON.stringify(await view(who.unserved, token))).not.toMatch(/huang\.zhiwei|444-?555/)
})

test('7.1-a C29 who has the request in hand sees all, the team reads the name, leads see all by their role', async () => {
  const inHand = await view(who.served, request.holder.token)
  expect(inHand.masked).toEqual([])
  for (const value of PLAIN) expect(JSON.stringify(inHand)).toContain(value)
  const beside = await view(who.served, request.colleague.token)
  expect(beside).toMatchObject({ name: '陳美玲', company: '大安書店', region: '臺北市', note: '***' })
  expect(beside.masked.sort()).toEqual(['email', 'external', 'note', 'phone'])
  expect(await view(who.served, people.outsider.token)).toMatchObject({ name: '陳＊＊', company: '大＊＊' })
  expect((await view(who.unserved, people.lead.token)).masked).toEqual([])
  expect((await view(who.unserved, people.admin.token)).masked).toEqual([])
  expect((await view(who.served, director.token)).masked.sort()).toEqual(['email', 'external', 'note', 'phone'])
})

test('7.1-a C29 when the request is closed the addresses are covered again', async () => {
  const opened = await desk.call<{ id: string; holder: { id: string } }>('POST', '/api/requests', { token: people.intake.token, body: { subject: '一次', text: '請協助', customer: { name: '周安', email: 'zhou.an@example.com' } } })
  const holder = people.agents.find((agent) => agent.id === opened.body.holder.id)!
  const { customerId } = (opened.body as unknown as { customerId: string })
  await desk.call('PUT', `/api/requests/${opened.body.id}/assignment/acceptance`, { token: holder.token })
  expect((await view(customerId, holder.token)).masked).toEqual([])
  expect((await desk.call('PUT', `/api/requests/${opened.body.id}/closure`, { token: holder.token, body: { reason: '重複' } })).status).toBe(200)
  expect((await view(customerId, holder.token)).masked).toEqual(['email'])
})

test('7.1-a P08 a look needs a reason, is told as an event without what it showed, and shows nothing afterwards', async () => {
  for (const body of [{ fields: ['phone'] }, { fields: ['phone'], reason: ' ' }, { fields: [], reason: 'x' }, { fields: ['tier'], reason: 'x' }]) expect((await reveal(who.unserved, people.outsider.token, body)).status).toBe(422)
  const { status, body } = await reveal(who.unserved, people.outsider.token)
  expect(status).toBe(201)
  expect(body.values).toEqual({ note: '老客戶' })
  expect(body.identities.map((one) => one.shown)).toEqual(['0933-444-555'])
  const [event] = await desk.app.pool<{ actorId: string; subject: string; data: unknown }[]>`select actor_id, subject, data from platform.event where type = 'customers.field-revealed' order by seq desc limit 1`
  expect(event).toEqual({ actorId: people.outsider.id, subject: who.unserved, data: { fields: ['note', 'phone'], reason: '客戶來電更正電話' } })
  expect((await view(who.unserved, people.outsider.token)).masked).toContain('phone')
  const kept = await desk.app.pool<{ count: number }[]>`select count(*)::int as count from platform.idempotency where response::text like '%0933-444-555%'`
  expect(kept[0]!.count).toBe(0)
})

test('7.1-a the same look with an Idempotency-Key leaves no answer behind', async () => {
  await desk.call('POST', `/api/customers/${who.unserved}/revelations`, { token: people.outsider.token, headers: { 'idempotency-key': newId() }, body: { fields: ['email'], reason: '核對' } })
  const [row] = await desk.app.pool<{ count: number }[]>`select count(*)::int as count from platform.idempotency where response::text like '%huang.zhiwei%' and actor like ${`%${people.outsider.id}`}`
  expect(row!.count).toBe(0)
})

test('7.1-a P08 looks are limited by day and person, also for those that come at once', async () => {
  expect((await desk.call('PUT', '/api/revelation-limit', { token: people.lead.token, body: { perDay: 5 } })).status).toBe(403)
  expect((await desk.call('PUT', '/api/revelation-limit', { token: people.admin.token, body: { perDay: 5 } })).status).toBe(200)
  const answers = await Promise.all(Array.from({ length: 12 }, () => reveal<{ fault?: { code: string; args: unknown } }>(who.unserved, request.colleague.token)))
  expect(answers.filter((answer) => answer.status === 201)).toHaveLength(5)
  const refused = answers.filter((answer) => answer.status === 429)
  expect(refused).toHaveLength(7)
  expect(refused[0]!.body.fault).toMatchObject({ code: 'customers.revelations-spent', args: { limit: 5 } })
  expect((await reveal(who.served, request.holder.token)).status).toBe(201)
  desk.clock.advance(25 * 3_600_000)
  expect((await reveal(who.unserved, request.colleague.token)).status).toBe(201)
  await desk.call('PUT', '/api/revelation-limit', { token: people.admin.token, body: { perDay: 100 } })
})

test('D15 no search by parts tells what is covered; the whole of it finds', async () => {
  for (const part of ['huang', 'huang.zhi', 'huang.zhiwei@exam', 'example.com', '0933', '0933-444', '44455', '黃', '黃志', 'zhiwei']) expect(await find(part, people.outsider.token), part).toEqual([])
  for (const whole of ['huang.zhiwei@example.com', 'HUANG.zhiwei@example.com', '0933-444-555', '+886 933 444 555', '黃志偉']) expect((await find(whole, people.outsider.token)).map((row) => row.id), whole).toEqual([who.unserved])
  expect((await find('CRM-2026-77', people.outsider.token)).map((row) => row.name)).toEqual(['陳＊＊'])
  expect((await find('chen.mei', request.holder.token)).map((row) => row.id)).toEqual([who.served])
  expect((await find('huang.zhi', people.lead.token)).map((row) => row.id)).toEqual([who.unserved])
})

test('D15 a search for requests finds by a whole address, never by its beginnings', async () => {
  const hits = async (search: string, token = request.colleague.token) => (await desk.call<{ rows: { id: string }[] }>('GET', `/api/requests?view=all&search=${encodeURIComponent(search)}`, { token })).body.rows.map((row) => row.id)
  for (const part of ['chen.mei', 'chen.meiling', 'meiling', 'chen.meiling@exam']) expect(await hits(part), part).toEqual([])
  expect(await hits('Chen.Meiling@example.com')).toEqual([request.id])
  expect(await hits('陳美玲')).toEqual([request.id])
})

test('D15 refusals name nobody the asker may not see', async () => {
  const taken = await desk.call<{ fault: { code: string; args: { name: string } } }>('POST', '/api/customers', { token: people.outsider.token, body: { name: '某人', phone: '0933 444 555' } })
  expect(taken.body.fault).toMatchObject({ code: 'customers.identity-taken', args: { name: '黃＊＊' } })
  const contact = await run(desk.app, {}, (ctx) => findOrCreateCustomer(ctx, { email: 'huang.zhiwei@example.com', verified: false, channel: 'portal' }))
  const claimed = await view(contact.id, people.outsider.token)
  expect(claimed).toMatchObject({ name: 'h***@example.com' })
  expect(claimed.suggestions).toMatchObject([{ id: who.unserved, name: '黃＊＊', because: [{ kind: 'email', value: 'h***@example.com' }] }])
})

test('D06 records are joined, and addresses vouched for, by those only who work for every one of them', async () => {
  const contact = await run(desk.app, {}, (ctx) => findOrCreateCustomer(ctx, { email: 'somebody.else@example.com', verified: false, channel: 'portal' }))
  const identity = (await view(contact.id, people.lead.token)).identities[0]!.id
  const by = (token: string, method: string, path: string) => desk.call<{ fault: { code: string; args: object } }>(method, `/api/customers${path}`, { token, ...(method === 'PUT' && path.includes('merges') ? { body: { reason: '同一人' } } : {}) })
  for (const [method, path] of [['PUT', `/${who.served}/merges/${who.unserved}`], ['PUT', `/${who.unserved}/merges/${who.served}`], ['PUT', `/${contact.id}/identities/${identity}/verification`], ['DELETE', `/${contact.id}/identities/${identity}`]] as const) {
    expect(await by(request.holder.token, method, path)).toMatchObject({ status: 403, body: { fault: { code: path.includes('merges') ? 'customers.not-both-yours' : 'customers.not-related', args: {} } } })
  }
  expect((await by(people.lead.token, 'PUT', `/${contact.id}/identities/${identity}/verification`)).status).toBe(200)
})

test('a cover that comes back does not overwrite what it covers', async () => {
  const { version } = await view(who.unserved, people.outsider.token)
  const refused = await desk.call<{ fault: { fields: { path: string; code: string }[] } }>('PATCH', `/api/customers/${who.unserved}`, { token: people.outsider.token, body: { name: '黃＊＊', tier: 'gold', version } })
  expect(refused).toMatchObject({ status: 422, body: { fault: { fields: [{ path: 'name', code: 'customers.value-masked' }] } } })
  expect((await desk.call<Customer>('PATCH', `/api/customers/${who.unserved}`, { token: people.outsider.token, body: { tier: 'gold', version } })).body).toMatchObject({ tier: 'gold', name: '黃＊＊' })
  expect((await view(who.unserved, people.lead.token)).name).toBe('黃志偉')
})

test('P08 who is only known by an address is not named by it on lists, messages and history', async () => {
  const opened = await desk.call<{ id: string; holder: { id: string } }>('POST', '/api/portal/requests', { body: { key: newId(), visitor: 'a'.repeat(32), name: 'nameless.person@example.com', email: 'nameless.person@example.com', subject: '查詢', text: '請協助', locale: 'zh-Hant' } })
  expect(opened.status).toBe(201)
  const [row] = await desk.app.pool<{ id: string; holderId: string }[]>`select id, holder_id from requests.request order by id desc limit 1`
  const holder = people.agents.find((agent) => agent.id === row!.holderId)!
  const beside = people.agents.find((agent) => agent.id !== row!.holderId)!
  for (const path of ['/api/requests?view=all', `/api/requests/${row!.id}`, `/api/requests/${row!.id}/messages`, `/api/requests/${row!.id}/events`, '/api/today/board']) {
    const asked = async (token: string) => JSON.stringify((await desk.call('GET', path, { token })).body)
    expect(await asked(beside.token), path).not.toContain('nameless.person@')
    if (!/events|board/.test(path)) expect(await asked(holder.token), path).toContain('nameless.person@')
  }
})

test('P08 the log of mails shows addresses covered to who may not see them all, and finds them whole', async () => {
  const mailboxId = newId()
  await desk.app.pool`insert into channels.mailbox (id, name, address, created_at) values (${mailboxId}, 'box', 'desk@example.com', now())`
  await run(desk.app, {}, async (ctx) => insertMail(ctx, { mailboxId, direction: 'in', headerId: null, verdict: 'quarantined', address: 'lu.wei@example.com', subject: '合約', size: 9 }))
  const mails = async (token: string, search = '') => (await desk.call<{ rows: { address: string }[] }>('GET', `/api/mails${search && `?search=${search}`}`, { token })).body.rows.map((row) => row.address)
  expect(await mails(director.token)).toEqual(['l***@example.com'])
  expect(await mails(director.token, 'lu.w')).toEqual([])
  expect(await mails(director.token, 'lu.wei@example.com')).toEqual(['l***@example.com'])
  expect(await mails(people.lead.token, 'lu.w')).toEqual(['lu.wei@example.com'])
})
