import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPerson, createToken } from '../../staff/index.ts'
import { run } from '../../../platform/context.ts'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { type Staffed, staffed } from '../../../test/people.ts'
import type { ChannelRecord, ChannelState } from './contract.ts'

let desk: TestDesk
let people: Staffed
let director: string
beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  director = await run(desk.app, {}, async (ctx) => (await createToken(ctx, { name: 'director', personId: (await createPerson(ctx, { name: '周總監', login: 'director@example.com', role: 'director', locale: 'zh-Hant', zone: 'Asia/Taipei' })).id })).token)
})
afterAll(() => desk?.close())

interface Refusal { fault: { code: string; fields: { path: string; code: string }[] } }
const call = <T>(method: string, path: string, body?: unknown, token = director) => desk.call<T>(method, path, { token, body })
const states = async (): Promise<Record<string, ChannelState>> => Object.fromEntries((await call<{ rows: ChannelState[] }>('GET', '/api/channel-records')).body.rows.map((row) => [row.channel, row]))
const history = async (channel: string): Promise<ChannelRecord[]> => (await call<{ rows: ChannelRecord[] }>('GET', `/api/channel-records/${channel}`)).body.rows
const gaps = async (): Promise<{ kind: string; channel?: string }[]> => (await call<{ rows: { kind: string; channel?: string }[] }>('GET', '/api/standards/gaps')).body.rows.filter((row) => row.channel !== undefined)
const record = { tier: 'core', flow: '接聽後當場建單', responseMinutes: 10, targets: [{ metric: 'satisfied-share', target: 0.85 }], cost: 95.5, currency: 'TWD', reason: '年度檢討' }
const set = <T = ChannelRecord>(channel: string, body: object, token?: string) => call<T>('PUT', `/api/channel-records/${channel}`, body, token)
const at = (ms: number): string => new Date(desk.clock.now().getTime() + ms).toISOString()
const DAY = 86_400_000

test('3.1-b a new installation has a tier, a flow, a limit and targets for every channel; what it costs nobody knows yet, and that is listed', async () => {
  const all = await states()
  expect(Object.keys(all)).toEqual(['email', 'chat', 'portal', 'phone', 'outlet', 'api'])
  for (const { record: held } of Object.values(all)) expect(held).toMatchObject({ number: 1, cost: null, currency: null, setBy: null, isEffective: true, responseMinutes: expect.any(Number) })
  expect(new Set(Object.values(all).map((one) => one.record!.tier))).toEqual(new Set(['core', 'auxiliary', 'supplementary']))
  expect(await gaps()).toEqual(Object.keys(all).map((channel) => ({ kind: 'channel-no-cost', channel, serviceId: null, clause: null, reviewOn: null })))
})

test('3.1-b a record is set anew with its price, by whom and why; the old one stays for what has been', async () => {
  await desk.pass(DAY)
  const made = await set('phone', { ...record, after: 1 })
  expect(made).toMatchObject({ status: 200, body: { number: 2, tier: 'core', cost: 95.5, currency: 'TWD', setBy: { name: '周總監' }, reason: '年度檢討', isEffective: true } })
  expect((await history('phone')).map((row) => [row.number, row.cost, row.isEffective])).toEqual([[2, 95.5, true], [1, null, false]])
  const [event] = await desk.app.pool<{ data: { before: object; after: object; reason: string } }[]>`select data from platform.event where type = 'standard.channel-set' order by seq desc limit 1`
  expect(event!.data).toMatchObject({ channel: 'phone', number: 2, reason: '年度檢討', before: { cost: null }, after: { cost: 95.5, currency: 'TWD' } })
  expect((await gaps()).map((one) => one.channel)).not.toContain('phone')
})

test('3.1-b a record may wait for its day, and of two from the same moment the later holds', async () => {
  await set('chat', { ...record, tier: 'core', after: 1, effectiveAt: at(DAY) })
  await set('chat', { ...record, tier: 'supplementary', after: 2, effectiveAt: at(DAY) })
  expect((await states()).chat).toMatchObject({ record: { number: 1 }, coming: [{ number: 3 }, { number: 2 }], latest: 3 })
  await desk.pass(DAY)
  expect((await states()).chat).toMatchObject({ record: { number: 3, tier: 'supplementary' }, coming: [] })
})

test('3.1-b what makes no sense is refused with its place, and nothing is overwritten or changed for the past', async () => {
  const refused = async (channel: string, change: object, token?: string) => { const { status, body } = await set<Refusal>(channel, { ...record, after: 1, ...change }, token); return [status, body.fault.code, body.fault.fields?.[0]?.code] }
  expect(await refused('phone', {})).toEqual([409, 'standards.changed-meanwhile', undefined])
  expect(await refused('email', { effectiveAt: at(-1) })).toEqual([422, 'standards.effective-past', 'standards.effective-past'])
  expect(await refused('email', { currency: 'USD' })).toEqual([409, 'standards.channel.other-currency', 'standards.channel.other-currency'])
  expect(await refused('email', { currency: null })).toEqual([422, 'input.invalid', 'standards.channel.currency-needed'])
  expect(await refused('email', { currency: 'XQQ' })).toEqual([422, 'input.invalid', 'standards.channel.currency-unknown'])
  expect(await refused('email', { targets: [{ metric: 'satisfied-share', target: 1.2 }] })).toEqual([422, 'input.invalid', 'standards.channel.target-beyond'])
  expect(await refused('email', { targets: [record.targets[0], record.targets[0]] })).toEqual([422, 'input.invalid', 'standards.channel.target-twice'])
  expect((await refused('email', { reason: ' ' }))[0]).toBe(422)
  expect((await set<Refusal>('fax', { ...record, after: 0 })).status).toBeGreaterThanOrEqual(400)
  // Who may approve standards sets channels; others read.
  expect((await refused('email', {}, people.lead.token))[0]).toBe(403)
  expect((await call('GET', '/api/channel-records', undefined, people.lead.token)).status).toBe(200)
  expect((await states()).email).toMatchObject({ latest: 1 })
})

test('3.1-b of two who set the same record at once one is told, and the same call again does nothing twice', async () => {
  const both = await Promise.all([1, 2].map((nr) => set<Refusal>('portal', { ...record, cost: nr, after: 1 })))
  expect(both.map((one) => one.status).sort()).toEqual([200, 409])
  const again = () => desk.call<ChannelRecord>('PUT', '/api/channel-records/api', { token: director, body: { ...record, after: 1 }, headers: { 'idempotency-key': 'channel-api-2' } })
  expect([(await again()).body.number, (await again()).body.number]).toEqual([2, 2])
  expect(await history('api')).toHaveLength(2)
})

test('3.1-b a channel without a record is a gap, and its first one may hold for what has been', async () => {
  await desk.app.pool`delete from standards.channel where channel = 'outlet'`
  expect(await gaps()).toEqual(expect.arrayContaining([{ kind: 'no-channel-record', channel: 'outlet', serviceId: null, clause: null, reviewOn: null }]))
  expect(await set('outlet', { ...record, responseMinutes: null, after: 0, effectiveAt: at(-90 * DAY) })).toMatchObject({ status: 200, body: { number: 1, isEffective: true } })
  expect(await gaps()).toEqual(expect.arrayContaining([{ kind: 'channel-no-limit', channel: 'outlet', serviceId: null, clause: null, reviewOn: null }]))
})
