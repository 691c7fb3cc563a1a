/** What goes by itself when its time is over, on a clock that is moved by years. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../../lib/id/index.ts'
import { sealEvents } from '../../../platform/audit/seal.ts'
import { verifyEvents } from '../../../platform/audit/verify.ts'
import { opened } from '../../../platform/crypto/vault.ts'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { type Staffed, staffed } from '../../../test/people.ts'
import type { Category, RetentionDue, RetentionRow, RetentionRun } from './contract.ts'

const DAY = 86_400_000
type View = { rows: RetentionRow[]; runs: RetentionRun[]; fault?: { code: string } }
let desk: TestDesk
let people: Staffed
beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
})
afterAll(() => desk?.close())

const call = <T = View>(method: string, path: string, body?: unknown, token = people.admin.token) => desk.call<T>(method, path, { token, body })
const view = async () => (await call('GET', '/api/retention')).body
const set = async (category: Category, days: number | null) => call('PUT', `/api/retention/${category}`, { days, version: (await view()).rows.find((row) => row.category === category)!.version })
const preview = async (category: Category, days: number) => (await call<RetentionDue>('GET', `/api/retention/${category}?days=${days}`)).body
async function ask(name: string, close = true): Promise<{ id: string; customerId: string }> {
  const { body } = await call<{ id: string; customerId: string }>('POST', '/api/requests', { subject: `${name}的主旨`, text: `${name}的內容`, customer: { name, email: `${name}@example.com` } }, people.intake.token)
  if (close) await call('PUT', `/api/requests/${body.id}/closure`, { reason: `${name}撤回` })
  return body
}
const reader = () => ({ app: desk.app, db: desk.app.pool })
const subjectOf = async (id: string) => (await opened(reader(), desk.app.pool<{ id: string; subject: string }[]>`select id, subject from requests.request where id = ${id}`, { subject: ['requests.request/subject', 'id'] }))[0]!.subject
const nameOf = async (id: string) => (await opened(reader(), desk.app.pool<{ id: string; name: string }[]>`select id, name from customers.customer where id = ${id}`, { name: ['customers.customer/name', 'id'] }))[0]!.name

test('P05 19 nothing goes until the company says how long it keeps; a change waits a day', async () => {
  const old = await ask('anna')
  await desk.pass(400 * DAY)
  expect(await subjectOf(old.id)).toBe('anna的主旨')
  expect((await view()).rows.map((row) => row.days)).toEqual([null, null, null])
  expect(await preview('request', 365)).toMatchObject({ due: 1, held: 0 })
  expect(await preview('request', 500)).toEqual({ due: 0, held: 0, oldest: null })
  const { rows } = (await set('request', 365)).body
  expect(rows.find((row) => row.category === 'request')).toMatchObject({ days: 365, due: 1, effectiveAt: '2027-04-07T02:00:00.000Z' })
  await desk.pass(DAY / 2)
  expect(await subjectOf(old.id)).toBe('anna的主旨')
  await desk.pass(DAY)
  expect(await subjectOf(old.id)).toBe('（已刪除）')
  // The person is still a customer; only the words of the old request are gone.
  expect(await nameOf(old.customerId)).toBe('anna')
  const { runs } = await view()
  expect(runs).toMatchObject([{ category: 'request', days: 365, count: 1, held: 0, report: { 'requests.request': 1, 'requests.message': 1 } }])
  expect((await desk.app.pool<{ data: unknown }[]>`select data from platform.event where type = 'privacy.retention-run'`).map((event) => event.data)).toEqual([{ category: 'request', days: 365, count: 1, held: 0 }])
  await desk.pass(2 * DAY)
  expect((await view()).runs).toHaveLength(1)
})

test('P05 a hold and an open request of the person keep what is due, and are counted', async () => {
  const [held, asking, plain] = [await ask('bella'), await ask('carla'), await ask('dora')]
  await call('PUT', `/api/customers/${held.customerId}/hold`, { reason: '訴訟中' })
  await desk.pass(360 * DAY)
  const wish = await call<{ id: string; version: number }>('POST', '/api/person-requests', { customerId: asking.customerId, kind: 'see', wish: '查詢' })
  await desk.pass(10 * DAY)
  expect([await subjectOf(held.id), await subjectOf(asking.id), await subjectOf(plain.id)]).toEqual(['bella的主旨', 'carla的主旨', '（已刪除）'])
  expect((await view()).runs[0]).toMatchObject({ count: 1, held: 2 })
  await call('PUT', `/api/customers/${held.customerId}/hold/end`, { reason: '判決確定' })
  await call('PUT', `/api/person-requests/${wish.body.id}/refusal`, { ground: 'nothing-kept', reason: '沒有', version: (await call<{ version: number }>('GET', `/api/person-requests/${wish.body.id}`)).body.version })
  await desk.pass(DAY)
  expect([await subjectOf(held.id), await subjectOf(asking.id)]).toEqual(['（已刪除）', '（已刪除）'])
})

test('P05 customers nobody has dealt with go whole; who has an open request stays', async () => {
  const [gone, open] = [await ask('emma'), await ask('frida', false)]
  await set('customer', 100)
  await desk.pass(99 * DAY)
  expect([await nameOf(gone.customerId), await nameOf(open.customerId)]).toEqual(['emma', 'frida'])
  await desk.pass(3 * DAY)
  expect([await nameOf(gone.customerId), await nameOf(open.customerId)]).toEqual(['', 'frida'])
  const [left] = await desk.app.pool<{ count: number }[]>`select count(*)::int as count from platform.event where data::text like '%emma%'`
  expect(left!.count).toBe(0)
  const runs = (await view()).runs.filter((row) => row.category === 'customer')
  await desk.pass(2 * DAY)
  expect((await view()).runs.filter((row) => row.category === 'customer')).toEqual(runs)
  await set('customer', null)
})

test('P05 mails that belong to no request lose address, subject and raw form', async () => {
  await desk.app.pool`insert into channels.mailbox (id, name, address, created_at) values (${newId()}, 'box', 'desk@example.com', ${desk.clock.now()})`
  await desk.app.pool`insert into channels.mail (id, mailbox_id, direction, verdict, address, subject, at) select ${newId()}, id, 'in', 'quarantined', 'gina@example.com', '合約', ${desk.clock.now()} from channels.mailbox`
  await set('mail', 30)
  await desk.pass(29 * DAY)
  const mails = () => opened(reader(), desk.app.pool<{ id: string; address: string; subject: string; verdict: string }[]>`select id, address, subject, verdict from channels.mail`, { address: ['channels.mail/address', 'id'], subject: ['channels.mail/subject', 'id'] })
  expect(await mails()).toMatchObject([{ address: 'gina@example.com' }])
  await desk.pass(2 * DAY)
  expect(await mails()).toMatchObject([{ address: '', subject: '', verdict: 'quarantined' }])
})

test('P05 the chain verifies after all of it, and only who may edit changes the schedule', async () => {
  await sealEvents(desk.app)
  const verdict = await verifyEvents(desk.app)
  expect(verdict.damage).toBeNull()
  expect((await call('PUT', '/api/retention/request', { days: 29, version: 1 })).status).toBe(422)
  expect((await call('PUT', '/api/retention/request', { days: 100, version: 99 })).body.fault?.code).toBe('governance.privacy.changed-meanwhile')
  expect((await call('PUT', '/api/retention/nothing', { days: 100, version: 1 })).status).toBe(404)
  expect((await call('PUT', '/api/retention/request', { days: 100, version: 2 }, people.lead.token)).status).toBe(403)
})
