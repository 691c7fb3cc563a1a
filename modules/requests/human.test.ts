/** A person instead of rules: asked for by the customer or an agent, and kept to. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import { type Staffed, staffed } from '../../test/people.ts'
import { whyHolder } from './outside.ts'

interface Seen { id: string; stage: string; verification: string; closeAfter: string | null; closedWhy: string | null; humanAsked: { at: string; by: string } | null; actions: Record<string, string | null>; fault?: { code: string } }
interface Followed { humanAskedAt: string | null; holderName: string | null; why: { how: string; reason: string; ruleVersion: string | null; factors: string[]; of: number } | null; fault?: { code: string } }
let desk: TestDesk
let people: Staffed
beforeAll(async () => { desk = await openDesk(); people = await staffed(desk) })
afterAll(() => desk.close())

// Whole weeks, so that it is the same hour of the same working day.
const WEEK = 168 * 3_600_000
const key = () => crypto.randomUUID().replaceAll('-', '')
const ask = async (email = `${key().slice(0, 8)}@example.com`) => {
  const { token, number } = (await desk.call<{ token: string; number: number }>('POST', '/api/portal/requests', { body: { key: key(), visitor: key(), name: '陳美玲', email, subject: '寬頻斷線', text: '從早上開始無法連線', locale: 'zh-Hant' } })).body
  const [row] = await desk.app.pool<{ id: string; holderId: string }[]>`update requests.request set verification = 'rule' where number = ${number} returning id, holder_id`
  const holder = [...people.agents, people.lead].find((one) => one.id === row!.holderId)!
  return { token, id: row!.id, at: <T = Seen>(method: string, path = '', body?: unknown, by: { token: string } = holder) => desk.call<T>(method, `/api/requests/${row!.id}${path}`, { token: by.token, body }), holder }
}
const byLink = (token: string, path = '', method = 'PUT', body?: unknown) => desk.call<Followed>(method, `/api/portal/requests/${token}${path}`, { body })
const notices = async (personId: string, requestId: string) => (await desk.app.pool<{ kind: string }[]>`select kind from requests.notice where person_id = ${personId} and request_id = ${requestId} order by at, kind`).map((row) => row.kind)

test('P07 24 asked for by its customer, a request is verified and closed by a person and by no rule', async () => {
  const one = await ask()
  const asked = await byLink(one.token, '/human')
  expect([asked.status, asked.body.humanAskedAt]).toEqual([200, desk.app.clock.now().toISOString()])
  await byLink(one.token, '/human')
  expect(await desk.app.pool`select 1 from platform.event where subject = ${one.id} and type = 'request.human-asked'`).toHaveLength(1)
  expect(await notices(one.holder.id, one.id)).toContain('human-asked')
  expect((await one.at('GET')).body).toMatchObject({ humanAsked: { by: 'customer' }, verification: 'person', actions: { askHuman: 'requests.human-asked-already' } })

  await one.at('PUT', '/assignment/acceptance')
  expect((await one.at('PUT', '/submission', { result: '已恢復' })).body.stage).toBe('verify')
  expect((await one.at('PUT', '/verification', { verdict: 'passed' }, people.admin)).body.stage).toBe('feedback')
  await desk.pass(WEEK)
  expect((await one.at('GET')).body).toMatchObject({ stage: 'feedback', closeAfter: null })
  expect(await notices(one.holder.id, one.id)).toContain('silence-over')
  await desk.pass(WEEK)
  expect(await desk.app.pool`select 1 from platform.event where subject = ${one.id} and type = 'request.silence-over'`).toHaveLength(1)
  expect((await one.at('PUT', '/closure', { reason: '客戶未再來電' })).body).toMatchObject({ stage: 'closed', closedWhy: '客戶未再來電' })
  expect((await byLink((await closedOne()).token, '/human')).body.fault?.code).toBe('requests.closed')
})

/** Another one, without the wish: verified by rule and closed by silence as ever. */
async function closedOne() {
  const one = await ask()
  await one.at('PUT', '/assignment/acceptance')
  expect((await one.at('PUT', '/submission', { result: '已恢復' })).body.stage).toBe('feedback')
  await desk.pass(WEEK)
  expect((await one.at('GET')).body).toMatchObject({ stage: 'closed', closedWhy: 'requests.closed-silence', humanAsked: null })
  return one
}

test('P07 24 an agent asks for the customer; another service does not bring the rule back, and a follow-up keeps the wish', async () => {
  const one = await ask()
  expect((await one.at('PUT', '/human')).body).toMatchObject({ humanAsked: { by: 'agent' }, verification: 'person' })
  const { id: _id, isDefault: _default, version: _version, standard: _standard, ...general } = (await desk.call<{ rows: Record<string, unknown>[] }>('GET', '/api/services', { token: people.admin.token })).body.rows[0]!
  const created = await desk.call<{ id: string }>('POST', '/api/services', { token: people.admin.token, body: { ...general, key: 'router', verification: 'rule' } })
  expect(created.status, JSON.stringify(created.body)).toBe(201)
  const { body } = await one.at<Seen & { version: number }>('GET')
  const corrected = await one.at('PATCH', '', { serviceId: created.body.id, version: body.version })
  expect([corrected.status, corrected.body.verification]).toEqual([200, 'person'])
  await one.at('PUT', '/closure', { reason: '重複' }, people.lead)
  await desk.pass(4 * WEEK)
  const sent = await desk.call<{ number: number; isFollowUp: boolean }>('POST', `/api/portal/requests/${one.token}/messages`, { body: { key: key(), text: '又斷線了' } })
  expect(sent.body.isFollowUp).toBe(true)
  const [next] = await desk.app.pool`select human_asked_by, verification from requests.request where number = ${sent.body.number}`
  expect(next).toEqual({ humanAskedBy: 'agent', verification: 'person' })
  expect((await desk.call('PUT', `/api/requests/${one.id}/human`, { token: people.intake.token })).status).toBe(403)
})

test('P07 24 why this person stands on the customer’s page, with what counted and the version, and no colleague’s words', async () => {
  const one = await ask()
  const { body } = await byLink(one.token, '', 'GET')
  expect(body.why).toMatchObject({ how: 'rule', of: people.agents.length + 1, ruleVersion: '1-30-10-20-15-10-5-10' })
  expect((await one.at<{ rows: { how: string; ruleVersion: string | null; candidates: unknown[] }[] }>('GET', '/assignments')).body.rows).toMatchObject([{ how: 'rule', ruleVersion: '1-30-10-20-15-10-5-10' }])
  const other = people.agents.find((agent) => agent.id !== one.holder.id)!
  await one.at('PUT', '/assignment', { agentId: other.id, reason: '客戶脾氣不好' }, people.lead)
  const after = await byLink(one.token, '', 'GET')
  expect(after.body.why).toMatchObject({ how: 'manual', reason: '', ruleVersion: null })
  expect(JSON.stringify(after.body)).not.toContain('脾氣')
})

test('P07 24 what counted is only what set the person apart from others who could have had it', () => {
  const one = (agentId: string, parts: Record<string, number>, excludedBecause: string[] = []) => ({ agentId, parts, excludedBecause })
  const candidates = [one('a', { skill: 1, history: 0.5, load: 0.2 }), one('b', { skill: 1, history: 0, load: 0.6 }), one('c', { skill: 0, history: 0, load: 0 }, ['off-hours'])]
  expect(whyHolder('a', { how: 'rule', reason: 'routing.best-score', ruleVersion: '1', candidates })).toEqual({ how: 'rule', reason: 'best-score', ruleVersion: '1', factors: ['history'], of: 3 })
  expect(whyHolder('a', { how: 'hand-over', reason: '太難纏', ruleVersion: null, candidates: [] })).toEqual({ how: 'hand-over', reason: '', ruleVersion: null, factors: [], of: 0 })
})

test('P07 24 in the chat the visitor asks with the link of their request', async () => {
  const { token } = (await desk.call<{ token: string }>('POST', '/api/chat/sessions', { body: { locale: 'zh-Hant' } })).body
  const said = await desk.call<{ follow: string }>('POST', '/api/chat/messages', { headers: { 'x-chat': token }, body: { clientKey: key(), text: '您好，帳單看不懂' } })
  expect((await byLink(said.body.follow, '/human')).body.humanAskedAt).not.toBeNull()
})
