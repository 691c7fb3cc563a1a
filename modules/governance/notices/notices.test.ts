/** Internal notices over HTTP: who is reached, who confirms, who is told when somebody does not. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { type Staffed, staffed, type TestPerson } from '../../../test/people.ts'
import { disablePerson } from '../../staff/index.ts'
import { run } from '../../../platform/context.ts'
import type { MyNotice, NoticeReport, SentNotice } from './contract.ts'

let desk: TestDesk
let people: Staffed
beforeAll(async () => { desk = await openDesk(); people = await staffed(desk) })
afterAll(() => desk.close())

const HOUR = 3_600_000
const soon = (ms = HOUR) => new Date(desk.clock.now().getTime() + ms).toISOString()
type Refused = { fault: { code: string } }
const send = (by: TestPerson, body: Record<string, unknown>) => desk.call<NoticeReport & Refused>('POST', '/api/internal-notices', { token: by.token, body: { title: '系統維護', text: '今晚十點停機兩小時，請先把草稿存好。', dueAt: soon(), ...body } })
interface Mine { rows: MyNotice[]; escalated: { notice: { id: string; name: string }; person: { id: string; name: string } }[] }
const mine = async (who: TestPerson, state = 'open') => (await desk.call<Mine>('GET', `/api/internal-notices/mine?state=${state}`, { token: who.token })).body
const step = (who: TestPerson, id: string, what: 'delivery' | 'reading' | 'confirmation') => desk.call<Refused>('PUT', `/api/internal-notices/${id}/${what}`, { token: who.token })
const report = async (who: TestPerson, id: string) => (await desk.call<NoticeReport>('GET', `/api/internal-notices/${id}`, { token: who.token })).body

test('7.2-b a notice reaches people, teams and roles once each, and each step has its time', async () => {
  const roles = (await desk.call<{ rows: { id: string; key: string }[] }>('GET', '/api/roles', { token: people.admin.token })).body.rows
  const sent = await send(people.admin, { personIds: [people.agents[0]!.id], teamIds: [people.teamId], roleIds: [roles.find((role) => role.key === 'agent')!.id] })
  expect(sent.status).toBe(201)
  expect(sent.body).toMatchObject({ recipients: 4, delivered: 0, read: 0, confirmed: 0, by: { name: 'admin' } })
  const [lin, wang] = people.agents as [TestPerson, TestPerson]
  expect((await mine(lin)).rows).toMatchObject([{ id: sent.body.id, title: '系統維護', deliveredAt: null, isLate: false }])
  await step(lin, sent.body.id, 'delivery')
  desk.clock.advance(1000)
  await step(lin, sent.body.id, 'reading')
  desk.clock.advance(1000)
  for (let nr = 0; nr < 3; nr++) expect((await step(lin, sent.body.id, 'confirmation')).status).toBe(200)
  expect((await step(wang, sent.body.id, 'confirmation')).status).toBe(200)
  const { receipts, ...rest } = await report(people.admin, sent.body.id)
  expect(rest).toMatchObject({ delivered: 2, read: 2, confirmed: 2 })
  expect(receipts.find((one) => one.person.id === lin.id)).toMatchObject({ deliveredAt: '2026-03-02T02:00:00.000Z', readAt: '2026-03-02T02:00:01.000Z', confirmedAt: '2026-03-02T02:00:02.000Z' })
  expect((await mine(lin)).rows).toEqual([])
  expect((await mine(lin, 'confirmed')).rows).toHaveLength(1)
  const events = await desk.app.pool<{ type: string; count: number }[]>`select type, count(*)::int as count from platform.event where subject = ${sent.body.id} group by type order by type`
  expect([...events]).toEqual([{ type: 'notice.confirmed', count: 2 }, { type: 'notice.delivered', count: 1 }, { type: 'notice.read', count: 1 }, { type: 'notice.sent', count: 1 }])
})

test('7.2-b who has not confirmed is reminded at half time, and told to the lead when it is due', async () => {
  const { body: sent } = await send(people.lead, { teamIds: [people.teamId] })
  const [lin, wang] = people.agents as [TestPerson, TestPerson]
  await step(lin, sent.id, 'confirmation')
  await desk.pass(31 * 60_000)
  expect((await report(people.lead, sent.id)).receipts.map((one) => [one.person.name, one.remindedAt !== null, one.escalatedAt !== null])).toEqual([['wang', true, false], ['lin', false, false]])
  await desk.pass(30 * 60_000)
  expect((await report(people.lead, sent.id)).receipts[0]).toMatchObject({ person: { id: wang.id }, escalatedTo: { id: people.lead.id } })
  expect((await mine(people.lead)).escalated).toMatchObject([{ notice: { id: sent.id }, person: { name: 'wang' } }])
  expect((await mine(wang)).rows.find((row) => row.id === sent.id)).toMatchObject({ isLate: true })
  await step(wang, sent.id, 'confirmation')
  expect((await mine(people.lead)).escalated).toEqual([])
  await desk.pass(24 * HOUR)
  expect(await desk.app.pool`select from platform.event where subject = ${sent.id} and type in ('notice.reminded', 'notice.escalated')`).toHaveLength(2)
})

test('7.2-b a hand-over carries the open requests of who goes, each with what the next one may see', async () => {
  const opened = await desk.call<{ id: string; number: number; holder: { id: string } }>('POST', '/api/requests', { token: people.intake.token, body: { subject: '寬頻斷線', text: '急', customer: { email: 'ho@example.com' } } })
  const goes = [...people.agents, people.lead].find((one) => one.id === opened.body.holder.id)!
  await desk.call('PUT', `/api/requests/${opened.body.id}/assignment/acceptance`, { token: goes.token })
  const comes = people.agents.find((one) => one.id !== goes.id)!
  const hand = (body: object) => desk.call<NoticeReport & Refused>('POST', '/api/hand-overs', { token: goes.token, body: { title: '早班交接', text: '陳小姐下午會再來電', dueAt: soon(), ...body } })
  const sent = await hand({ personIds: [comes.id] })
  expect(sent.body).toMatchObject({ kind: 'hand-over', recipients: 1, requests: [{ id: opened.body.id, number: opened.body.number, subject: '寬頻斷線', holder: { id: goes.id } }] })
  expect((await mine(comes)).rows[0]).toMatchObject({ kind: 'hand-over', requests: [{ subject: '寬頻斷線' }] })
  expect((await hand({ personIds: [comes.id], requestIds: ['01890000-0000-7000-8000-000000000000'] })).body.fault.code).toBe('governance.hand-over-unknown')
  // Moved away meanwhile, so that the next one sees no more than the number.
  await desk.app.pool`update requests.request set team_id = ${people.otherTeamId}, holder_id = null, answerable_id = null where id = ${opened.body.id}`
  await desk.app.pool`delete from requests.notice where request_id = ${opened.body.id}`
  expect((await mine(comes)).rows[0]!.requests).toMatchObject([{ number: opened.body.number, subject: null }])
})

test('7.2-b nobody is addressed beyond the own teams, read by strangers, or confirmed for', async () => {
  expect((await send(people.lead, { personIds: [people.outsider.id] })).body.fault.code).toBe('governance.notice-beyond')
  expect((await send(people.agents[0]!, { teamIds: [people.teamId] })).status).toBe(403)
  expect((await send(people.admin, { personIds: [people.admin.id] })).body.fault.code).toBe('governance.notice-nobody')
  expect((await send(people.admin, { personIds: ['01890000-0000-7000-8000-000000000000'] })).body.fault.code).toBe('staff.unknown-reference')
  expect((await send(people.admin, { teamIds: [people.teamId], dueAt: soon(-1000) })).body.fault.code).toBe('governance.notice-due-past')
  const { body: sent } = await send(people.lead, { personIds: [people.agents[0]!.id] })
  for (const who of [people.outsider, people.agents[1]!]) {
    expect((await desk.call('GET', `/api/internal-notices/${sent.id}`, { token: who.token })).status).toBe(404)
    expect((await step(who, sent.id, 'confirmation')).status).toBe(404)
    expect((await desk.call('DELETE', `/api/internal-notices/${sent.id}`, { token: who.token })).status).toBe(404)
  }
  const list = async (who: TestPerson) => (await desk.call<{ rows: SentNotice[] }>('GET', '/api/internal-notices', { token: who.token })).body.rows
  expect((await list(people.lead)).every((row) => row.by.id === people.lead.id)).toBe(true)
  expect(new Set((await list(people.admin)).map((row) => row.by.id)).size).toBeGreaterThan(1)
  expect(await list(people.outsider)).toEqual([])
})

test('7.2-b a withdrawn notice asks nobody any more, and neither does one of somebody who left', async () => {
  const { body: gone } = await send(people.lead, { personIds: [people.agents[0]!.id] })
  expect((await desk.call('DELETE', `/api/internal-notices/${gone.id}`, { token: people.lead.token })).status).toBe(204)
  expect((await step(people.agents[0]!, gone.id, 'confirmation')).body.fault.code).toBe('governance.notice-withdrawn')
  expect((await mine(people.agents[0]!)).rows.filter((row) => row.id === gone.id)).toEqual([])
  const { body: left } = await send(people.admin, { personIds: [people.outsider.id] })
  await run(desk.app, {}, (ctx) => disablePerson(ctx, people.outsider.id, { disabled: true }))
  await desk.pass(2 * HOUR)
  expect(await desk.app.pool`select from platform.event where subject = any(${[gone.id, left.id]}::uuid[]) and type in ('notice.reminded', 'notice.escalated')`).toHaveLength(1)
  expect((await report(people.admin, left.id)).receipts[0]!.escalatedAt).toBeNull()
})
