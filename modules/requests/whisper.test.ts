/** A lead beside the conversation: a whisper to whoever holds it, and whom the rules would give it to. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import { type Staffed, staffed, type TestPerson } from '../../test/people.ts'
import { run } from '../../platform/context.ts'
import { setPresence } from '../staff/index.ts'
import type { Message, Request } from './contract.ts'

let desk: TestDesk
let people: Staffed
beforeAll(async () => { desk = await openDesk(); people = await staffed(desk) })
afterAll(() => desk?.close())

type Answer<T> = T & { fault?: { code: string } }
const key = () => crypto.randomUUID().replaceAll('-', '')
/** From the portal, so that there is somebody outside who must not see it. */
async function asked() {
  const { token, number } = (await desk.call<{ token: string; number: number }>('POST', '/api/portal/requests', { body: { key: key(), visitor: key(), name: '陳美玲', email: `${key().slice(0, 8)}@example.com`, subject: '寬頻斷線', text: '從早上開始', locale: 'zh-Hant' } })).body
  const [row] = await desk.app.pool<{ id: string; holderId: string }[]>`select id, holder_id from requests.request where number = ${number}`
  const everybody = [...people.agents, people.lead]
  const holder = everybody.find((one) => one.id === row!.holderId)!
  const beside = people.agents.find((one) => one.id !== row!.holderId)!
  const at = <T>(who: TestPerson, method: string, path = '', body?: unknown, headers?: Record<string, string>) => desk.call<Answer<T>>(method, `/api/requests/${row!.id}${path}`, { token: who.token, body, ...(headers ? { headers } : {}) })
  return { id: row!.id, token, holder, beside, at }
}
/** Held by an agent, never by the lead who whispers. */
async function heldByAgent() {
  for (;;) { const one = await asked(); if (one.holder !== people.lead) return one }
}
const whisper = (to: string, text = '先查機房公告') => ({ text, to })

test('1.3-a a whisper is a note to its holder: told to them, seen by colleagues, by neither customer nor program', async () => {
  const one = await heldByAgent()
  const { status, body } = await one.at<Message>(people.lead, 'POST', '/whispers', whisper(one.holder.id))
  expect([status, body.kind, body.to]).toEqual([201, 'note', { id: one.holder.id, name: one.holder.name }])
  const heard = await desk.call<{ rows: { kind: string; requestId: string }[] }>('GET', '/api/notices', { token: one.holder.token })
  expect(heard.body.rows.filter((row) => row.requestId === one.id && row.kind === 'whispered')).toHaveLength(1)
  expect((await desk.call<{ rows: { requestId: string; kind: string }[] }>('GET', '/api/notices', { token: one.beside.token })).body.rows.filter((row) => row.kind === 'whispered')).toEqual([])
  const [event] = await desk.app.pool<{ data: unknown }[]>`select data from platform.event where subject = ${one.id} and type = 'request.noted'`
  expect(event!.data).toMatchObject({ to: one.holder.id, message: body.id })
  for (const who of [one.holder, one.beside]) expect((await one.at<{ rows: Message[] }>(who, 'GET', '/messages')).body.rows.find((row) => row.id === body.id)).toMatchObject({ to: { id: one.holder.id }, body: '先查機房公告' })
  expect(JSON.stringify((await desk.call('GET', `/api/portal/requests/${one.token}`)).body)).not.toContain('機房公告')
  await desk.app.pool`update requests.request set opened_by_kind = 'client', opened_by_id = ${people.intake.id} where id = ${one.id}`
  const program = await one.at<{ rows: Message[] }>(people.intake, 'GET', '/messages')
  expect([program.status, JSON.stringify(program.body).includes('機房公告')]).toEqual([200, false])
})

test('1.3-a only who leads whispers, only to whoever holds it now, and twice the same is once', async () => {
  const one = await heldByAgent()
  expect((await one.at<Request>(people.lead, 'GET')).body.actions.whisper).toBeNull()
  expect((await one.at<Request>(one.beside, 'GET')).body.actions.whisper).toBe('requests.may-not-whisper')
  const refused = await one.at(one.beside, 'POST', '/whispers', whisper(one.holder.id))
  expect([refused.status, refused.body.fault?.code]).toEqual([403, 'requests.may-not-whisper'])
  const other = await one.at(people.lead, 'POST', '/whispers', whisper(one.beside.id))
  expect([other.status, other.body.fault?.code]).toEqual([409, 'requests.not-its-holder'])
  const again = { 'idempotency-key': key() }
  const ids = [await one.at<Message>(people.lead, 'POST', '/whispers', whisper(one.holder.id), again), await one.at<Message>(people.lead, 'POST', '/whispers', whisper(one.holder.id), again)].map(({ body }) => body.id)
  expect(ids[0]).toBe(ids[1])
  expect(await desk.app.pool`select 1 from requests.message where request_id = ${one.id} and to_id is not null`).toHaveLength(1)
  expect((await one.at(people.lead, 'PUT', '/holder')).status).toBe(200)
  expect((await one.at(people.lead, 'POST', '/whispers', whisper(one.holder.id))).body.fault?.code).toBe('requests.already-yours')
  await desk.app.pool`update requests.assignment set state = 'ended' where request_id = ${one.id}`
  await desk.app.pool`update requests.request set holder_id = null, stage = 'accept' where id = ${one.id}`
  expect((await one.at(people.lead, 'POST', '/whispers', whisper(one.holder.id))).body.fault?.code).toBe('requests.nobody-holds')
})

interface Candidates { reason: string; ruleVersion: string | null; candidates: { agentId: string; score: number; excludedBecause: string[]; open?: number; capacity?: number }[] }
test('1.3-a who could hold it: the team as the rules rank it, with the reasons of those left out, and nothing is stored', async () => {
  const one = await heldByAgent()
  const present = (presence: 'online' | 'offline') => run(desk.app, {}, (ctx) => setPresence(ctx, one.beside.id, presence, { until: null }))
  await present('offline')
  const before = await desk.app.pool`select count(*) from requests.assignment`
  const { status, body } = await one.at<Candidates>(people.lead, 'GET', '/candidates')
  expect([status, body.candidates.length]).toEqual([200, 3])
  expect(body.candidates.find((row) => row.agentId === one.beside.id)!.excludedBecause).toContain('absent')
  expect(body.candidates[0]!.excludedBecause).toEqual([])
  expect(await desk.app.pool`select count(*) from requests.assignment`).toEqual(before)
  expect((await one.at(people.outsider, 'GET', '/candidates')).status).toBe(404)
  await present('online')
})
