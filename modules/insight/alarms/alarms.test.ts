import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../../lib/id/index.ts'
import { run } from '../../../platform/context.ts'
import { joinDesk, openDesk, type TestDesk } from '../../../test/harness.ts'
import { staffed, type Staffed, type TestPerson } from '../../../test/people.ts'
import { mailboxFor, openPorts, type SmtpPeer, startSmtp } from '../../channels/mail/testing/peers.ts'
import { measure } from '../metrics/measure.ts'
import type { Card, MetricAlarm, NewRule, Rule } from './contract.ts'

// Monday 2026-03-02, 10:00 in Taipei.
let desk: TestDesk
let people: Staffed
let smtp: SmtpPeer
let customerId = ''
const as = <T>(who: TestPerson, method: string, path: string, body?: unknown) => desk.call<T>(method, path, { token: who.token, ...(body === undefined ? {} : { body }) })
const codeOf = ({ status, body }: { status: number; body: unknown }) => `${status} ${(body as { fault?: { code: string } }).fault?.code ?? ''}`
const given = (change: Partial<NewRule> = {}): NewRule => ({ name: '新增過多', metric: 'volume', filters: {}, each: null, bucket: 'day', condition: 'above', bound: 4, least: 1, ackMinutes: 30, isPaused: false, nextId: null, ...change })
const add = async (who: TestPerson, change: Partial<NewRule> = {}): Promise<Rule> => { const answer = await as<Rule>(who, 'POST', '/api/alarm-rules', given(change)); expect(answer.status, JSON.stringify(answer.body)).toBe(201); return answer.body }
const alarms = async (rule: Rule, who = people.admin) => (await as<{ rows: MetricAlarm[] }>(who, 'GET', '/api/metric-alarms?state=all')).body.rows.filter((row) => row.rule.id === rule.id)
const MINUTE = 60_000
const HOUR = 60 * MINUTE

async function put(rows: { teamId: string; at: string; channel?: string }[]): Promise<void> {
  const ids: string[] = []
  for (const { teamId, at, channel = 'email' } of rows) {
    ids.push(newId())
    await desk.app.pool`insert into requests.request (id, subject, stage, stage_since, priority, channel, language, customer_id, team_id, opened_by_kind, opened_at, last_message_at)
      values (${ids.at(-1)!}, '斷線', 'accept', ${at}, 'normal', ${channel}, 'zh-Hant', ${customerId}, ${teamId}, 'customer', ${at}, ${at})`
  }
  await run(desk.app, {}, (ctx) => measure(ctx, ids))
}

beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  smtp = await startSmtp()
  await openPorts(desk, [smtp.port])
  await mailboxFor(desk, smtp.port, { acknowledges: false })
  customerId = newId()
  await desk.app.pool`insert into customers.customer (id, name, created_at) values (${customerId}, 'x', ${desk.clock.now()})`
  await put([...Array.from({ length: 3 }, () => ({ teamId: people.teamId, at: '2026-03-02T01:00:00Z' })), ...Array.from({ length: 2 }, () => ({ teamId: people.otherTeamId, at: '2026-03-02T01:30:00Z', channel: 'chat' }))])
  await desk.settle()
})
afterAll(async () => { await desk.close(); await smtp.stop() })

test('1.3-c a rule counts with the rights of its owner: what one does not see raises nothing for one', async () => {
  const [ofAdmin, ofLead] = [await add(people.admin), await add(people.lead)]
  expect(codeOf(await as(people.agents[0]!, 'GET', '/api/metric-alarms'))).toBe('403 access.denied')
  const second = await joinDesk(desk)
  desk.clock.advance(MINUTE + 1000)
  await Promise.all([desk.settle(), second.settle()])
  await second.close()
  await desk.settle()
  expect(await alarms(ofAdmin)).toMatchObject([{ value: 5, count: 5, upper: 4, key: '', bucketStart: '2026-03-01T16:00:00.000Z', owner: { name: 'admin' }, acknowledgedAt: null }])
  expect(await alarms(ofLead)).toEqual([])
  expect((await as<{ rows: MetricAlarm[] }>(people.lead, 'GET', '/api/metric-alarms')).body.rows).toEqual([])
  // Alarms about attacks are another list, for other eyes.
  expect((await as<{ rows: unknown[]; open: number }>(people.admin, 'GET', '/api/alarms')).body).toMatchObject({ rows: [], open: 0 })
  expect(smtp.got.map((one) => [one.to[0], /新增工單為 5，超過上限 4/.test(one.mail.text ?? '')])).toEqual([['admin@example.com', true]])
  await as(people.admin, 'PUT', `/api/metric-alarms/${(await alarms(ofAdmin))[0]!.id}/acknowledgement`, { note: '已知悉' })
  await as(people.admin, 'DELETE', `/api/alarm-rules/${ofAdmin.id}`)
  await as(people.lead, 'DELETE', `/api/alarm-rules/${ofLead.id}`)
})

test('1.3-c an alarm counts on while it is open, passes to the next when nobody sees it in time, and is judged afterwards', async () => {
  const rule = await add(people.lead, { bound: 2, nextId: people.admin.id })
  smtp.got.length = 0
  await desk.pass(2 * MINUTE)
  const [raised] = await alarms(rule, people.lead)
  expect(raised).toMatchObject({ value: 3, owner: { name: 'lead' }, passedOnAt: null })
  expect(codeOf(await as(people.lead, 'PUT', `/api/metric-alarms/${raised!.id}/verdict`, { verdict: 'useful', outcome: '有用' }))).toBe('409 governance.alarm-unseen')
  await put([{ teamId: people.teamId, at: '2026-03-02T02:10:00Z' }])
  await desk.pass(16 * MINUTE)
  expect(await alarms(rule)).toMatchObject([{ id: raised!.id, value: 4 }])
  await desk.pass(20 * MINUTE)
  await desk.settle()
  const [late] = await alarms(rule)
  expect(late).toMatchObject({ owner: { name: 'admin' }, passedOnAt: expect.any(String) })
  expect(smtp.got.map((one) => one.to[0])).toEqual(['lead@example.com', 'admin@example.com'])
  await desk.pass(HOUR)
  expect((await alarms(rule))[0]!.passedOnAt).toBe(late!.passedOnAt)
  // Given to a colleague it is told to them as well.
  expect((await as<MetricAlarm>(people.admin, 'PUT', `/api/metric-alarms/${raised!.id}/owner`, { personId: people.lead.id })).body).toMatchObject({ owner: { name: 'lead' } })
  await desk.settle()
  expect(smtp.got.map((one) => one.to[0])).toEqual(['lead@example.com', 'admin@example.com', 'lead@example.com'])
  expect((await as<MetricAlarm>(people.lead, 'PUT', `/api/metric-alarms/${raised!.id}/acknowledgement`, { note: '機房施工' })).body).toMatchObject({ acknowledgedBy: 'lead', note: '機房施工' })
  expect(codeOf(await as(people.admin, 'PUT', `/api/metric-alarms/${raised!.id}/acknowledgement`, { note: 'x' }))).toBe('409 governance.alarm-done')
  // Seen: this day raises it no more; the next one does.
  await desk.pass(HOUR)
  expect(await alarms(rule)).toHaveLength(1)
  expect((await as<MetricAlarm>(people.lead, 'PUT', `/api/metric-alarms/${raised!.id}/verdict`, { verdict: 'false', outcome: '是預定的施工' })).body).toMatchObject({ verdict: 'false', outcome: '是預定的施工' })
  await put(Array.from({ length: 3 }, () => ({ teamId: people.teamId, at: '2026-03-02T17:00:00Z' })))
  await desk.pass(14 * HOUR)
  const [again] = await alarms(rule)
  expect(again).toMatchObject({ value: 3, bucketStart: '2026-03-02T16:00:00.000Z' })
  await as(people.lead, 'PUT', `/api/metric-alarms/${again!.id}/acknowledgement`, { note: '已加派人手' })
  await as(people.lead, 'PUT', `/api/metric-alarms/${again!.id}/verdict`, { verdict: 'useful', outcome: '加派後恢復' })
  const card = (await as<{ rows: Card[] }>(people.lead, 'GET', '/api/metric-alarms/report-card')).body.rows
  expect(card).toMatchObject([{ rule: { id: rule.id }, raised: 2, acknowledged: 2, inTime: expect.any(Number), useful: 1, false: 1, open: 0 }])
  expect(card[0]!.inTime).toBeLessThan(2)
  await as(people.lead, 'DELETE', `/api/alarm-rules/${rule.id}`)
})

test('1.3-c outside the limits of its own variation a day stands out once it is over; each row of a dimension has its own alarm', async () => {
  const today = new Date(desk.clock.now().getTime() + 8 * HOUR).toISOString().slice(0, 10)
  const daysAgo = (days: number) => new Date(Date.parse(`${today}T04:00:00Z`) - days * 24 * HOUR).toISOString()
  const calm = Array.from({ length: 24 }, (_, nr) => nr + 4).flatMap((days) => Array.from({ length: 4 + (days % 2) }, () => ({ teamId: people.teamId, at: daysAgo(days), channel: 'phone' })))
  await put([...calm, ...Array.from({ length: 40 }, () => ({ teamId: people.teamId, at: daysAgo(1), channel: 'phone' })), ...Array.from({ length: 5 }, () => ({ teamId: people.teamId, at: daysAgo(0), channel: 'chat' }))])
  const control = await add(people.admin, { condition: 'control', bound: null, filters: { channel: 'phone' } })
  const each = await add(people.admin, { each: 'channel', bound: 4 })
  const quiet = await add(people.admin, { each: 'channel', bound: 4, isPaused: true })
  await desk.pass(2 * MINUTE)
  const [hit] = await alarms(control)
  expect(hit).toMatchObject({ value: 40, signal: 'beyond', condition: 'control' })
  expect(hit!.upper!).toBeLessThan(40)
  expect((await alarms(each)).map((one) => [one.key, one.value])).toEqual([['chat', 5]])
  expect(await alarms(quiet)).toEqual([])
})

test('1.3-c rules that make no sense are refused, and a rule whose owner has left stands still and says so', async () => {
  for (const odd of [{ condition: 'control' }, { bound: null }, { condition: 'control', bound: null, each: 'team' }, { bucket: 'hour', each: 'team' }, { metric: 'luck' }]) expect((await as(people.lead, 'POST', '/api/alarm-rules', { ...given(), ...odd })).status).toBe(422)
  expect(codeOf(await as(people.intake, 'POST', '/api/alarm-rules', given()))).toBe('403 access.denied')
  const rule = await add(people.lead, { bound: 0 })
  const changed = await as<Rule>(people.lead, 'PUT', `/api/alarm-rules/${rule.id}`, { ...given({ bound: 1 }), version: 1 })
  expect(changed.body).toMatchObject({ bound: 1, version: 2 })
  expect(codeOf(await as(people.lead, 'PUT', `/api/alarm-rules/${rule.id}`, { ...given(), version: 1 }))).toBe('409 insight.alarm.changed-meanwhile')
  await desk.app.pool`update staff.person set disabled_at = ${desk.clock.now()} where id = ${people.lead.id}`
  await desk.pass(HOUR)
  expect(await alarms(rule)).toEqual([])
  expect((await as<{ rows: Rule[] }>(people.admin, 'GET', '/api/alarm-rules')).body.rows.find((one) => one.id === rule.id)).toMatchObject({ isAsleep: true })
})
