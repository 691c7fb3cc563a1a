import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../../lib/id/index.ts'
import { run } from '../../../platform/context.ts'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { staffed, type Staffed, type TestPerson } from '../../../test/people.ts'
import { addMember, createPerson, createTeam, createToken } from '../../staff/index.ts'
import { type Board, workStateOf } from '../contract.ts'
import { young } from '../young.ts'

// Monday 2026-03-02, 10:00 in Taipei.
let desk: TestDesk
let people: Staffed
let customerId: string
const as = <T>(who: { token: string }, path: string) => desk.call<T>('GET', path, { token: who.token })
/** A second later, so that what was put meanwhile is counted. */
const boardOf = async (who: { token: string }, query = ''): Promise<Board> => {
  desk.clock.advance(1_500)
  const { status, body } = await as<Board>(who, `/api/today/board${query}`)
  expect(status).toBe(200)
  return body
}

interface Row { at: string; teamId?: string; stage?: string; dueAt?: string; holderId?: string; channel?: string; subject?: string }
async function put({ at, teamId = people.teamId, stage = 'accept', dueAt, holderId, channel = 'email', subject = '寬頻斷線' }: Row): Promise<string> {
  const id = newId()
  await desk.app.pool`insert into requests.request (id, subject, stage, stage_since, priority, channel, language, customer_id, team_id, holder_id, opened_by_kind, opened_at, next_due_at, last_message_at)
    values (${id}, ${subject}, ${stage}, ${at}, 'normal', ${channel}, 'zh-Hant', ${customerId}, ${teamId}, ${holderId ?? null}, 'customer', ${at}, ${dueAt ?? null}, ${at})`
  return id
}
const leadOf = async (teamId: string, name: string): Promise<TestPerson> => run(desk.app, {}, async (ctx) => {
  const { id } = await createPerson(ctx, { name, login: `${name}@example.com`, role: 'lead', zone: 'Asia/Taipei' })
  await addMember(ctx, teamId, id)
  return { id, name, token: (await createToken(ctx, { name, personId: id })).token }
})

beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  customerId = newId()
  await desk.app.pool`insert into customers.customer (id, name, created_at) values (${customerId}, 'nameless.person@example.com', ${desk.clock.now()})`
})
afterAll(() => desk?.close())

test('1.3-a the board of a team: what waits since when, what is late, what is due next and soonest first, with its holder', async () => {
  const team = await run(desk.app, {}, (ctx) => createTeam(ctx, { name: '看板隊', memberIds: [people.lead.id] }))
  const on = { teamId: team.id }
  await put({ ...on, at: '2026-03-02T01:00:00Z', dueAt: '2026-03-02T01:30:00Z' })
  const offered = await put({ ...on, at: '2026-03-02T00:10:00Z', dueAt: '2026-03-02T06:00:00Z' })
  await desk.app.pool`insert into requests.assignment (id, request_id, team_id, agent_id, how, state, by_kind, reason, candidates, offered_at, accept_due_at) values (${newId()}, ${offered}, ${team.id}, ${people.agents[0]!.id}, 'rule', 'offered', 'system', '', '[]', ${desk.clock.now()}, '2026-03-02T06:00:00Z')`
  const soonest = await put({ ...on, at: '2026-03-02T01:40:00Z', stage: 'execute', dueAt: '2026-03-02T02:40:00Z', holderId: people.agents[0]!.id })
  await put({ ...on, at: '2026-03-01T01:00:00Z', stage: 'track' })
  const board = await boardOf(people.lead, `?teamId=${team.id}`)
  expect(board.columns.map((one) => one.count)).toEqual([2, 1, 1, 0])
  expect(board.waitingSince).toBe('2026-03-02T00:10:00.000Z')
  expect([board.overdue, board.dueSoon]).toEqual([1, 1])
  expect(board.ahead.map((one) => one.dueAt)).toEqual(['2026-03-02T02:40:00.000Z', '2026-03-02T06:00:00.000Z'])
  expect(board.ahead.map((one) => one.kind)).toEqual([null, 'offer'])
  expect(board.ahead[0]).toMatchObject({ id: soonest, holder: { id: people.agents[0]!.id } })
  expect(board.ageMs).toBeGreaterThanOrEqual(0)
  expect(board.alarms).toBe(0)
})

test('1.3-a people stand by state: with room, full, away, offline; full is whoever has no place left in any channel', async () => {
  const [lin, wang] = people.agents
  await desk.app.pool`update staff.person set capacity = '{"email": 1}' where id = ${lin!.id}`
  await desk.app.pool`update staff.person set presence = 'away' where id = ${wang!.id}`
  await put({ at: '2026-03-02T01:00:00Z', stage: 'execute', holderId: lin!.id })
  const shown = (await boardOf(people.lead)).people!
  expect(Object.fromEntries(shown.map((one) => [one.name, workStateOf(one)]))).toEqual({ lin: 'full', wang: 'away', lead: 'free' })
  expect(shown.find((one) => one.id === lin!.id)).toMatchObject({ channels: [{ channel: 'email', capacity: 1 }], current: { subject: '寬頻斷線' } })
  await desk.app.pool`update staff.person set presence = 'online' where id = ${wang!.id}`
})

test('1.3-a leads of one team share a count and nobody else sees into it; names are each viewer’s own', async () => {
  const [second, third] = [await leadOf(people.teamId, 'second'), await leadOf(people.teamId, 'third')]
  const other = await leadOf(people.otherTeamId, 'other')
  await put({ at: '2026-03-01T00:00:00Z', teamId: people.otherTeamId, subject: '別隊的事' })
  const [first, again, beside] = await Promise.all([boardOf(third), boardOf(second), boardOf(other)])
  expect({ ...again, ageMs: 0 }).toEqual({ ...first, ageMs: 0 })
  expect(JSON.stringify(first)).not.toContain('別隊的事')
  expect(beside.columns[0]).toMatchObject({ count: 1, oldest: [{ subject: '別隊的事' }] })
  expect(JSON.stringify(beside)).not.toContain('寬頻斷線')
  // Asking for a team that is not one's own opens nothing; who sees everything counts the same for it as its lead.
  expect((await boardOf(other, `?teamId=${people.teamId}`)).columns.map((one) => one.count)).toEqual([0, 0, 0, 0])
  const [lead, whole, beneath] = await Promise.all([boardOf(third), boardOf(people.admin, `?teamId=${people.teamId}`), boardOf(people.agents[1]!)])
  expect(whole.columns.map((one) => one.count)).toEqual(lead.columns.map((one) => one.count))
  // An address instead of a name is covered for who may not see them all, in the same count.
  expect(JSON.stringify(lead)).toContain('nameless.person@example.com')
  expect(beneath.columns.map((one) => one.count)).toEqual(lead.columns.map((one) => one.count))
  expect(JSON.stringify(beneath)).not.toContain('nameless.person@')
  // Programs are no leads: they are told of what they opened, and of nobody.
  expect(await boardOf(people.intake)).toMatchObject({ people: null, alarms: null, ahead: [], overdue: 0, opened: { count: 0 } })
})

test('1.3-a figures many look at are counted once, again when they are old, and not kept when they failed', async () => {
  let counted = 0
  const ask = (ms: number) => young(desk.app, 'x', ms, async () => ++counted).value
  expect(await Promise.all([ask(60_000), ask(60_000), ask(60_000)])).toEqual([1, 1, 1])
  expect(await ask(-1)).toBe(2)
  desk.clock.advance(61_000)
  expect(await ask(60_000)).toBe(3)
  await expect(young(desk.app, 'y', 60_000, () => Promise.reject(new Error('away'))).value).rejects.toThrow('away')
  expect(await young(desk.app, 'y', 60_000, async () => 'back').value).toBe('back')
})
