/** The rule of who sees a request, as our own statements ask it and as the database keeps it when they forget. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Actor, Scope } from '../../platform/access/index.ts'
import { type Ctx, reading } from '../../platform/context.ts'
import { openPool } from '../../platform/database/index.ts'
import { findBackstop, openViewer, VIEWER } from '../../platform/database/viewer.ts'
import { newId } from '../../lib/id/index.ts'
import { seeded } from '../../apps/demo/random.ts'
import { openDesk, type TestDesk } from '../harness.ts'
import { staffed, type Staffed } from '../people.ts'
import { visible } from '../../modules/requests/index.ts'

let desk: TestDesk
let people: Staffed
beforeAll(async () => { desk = await openDesk(); people = await staffed(desk) })
afterAll(() => desk.close())

const REGIONS = ['TW-N', 'TW-S', "O'Higgins, {\"x\"}"]
const ids = async (db: Ctx['db'], condition: ReturnType<typeof visible>): Promise<string[]> => (await db<{ id: string }[]>`select r.id from requests.request r where ${condition} order by r.id`).map((row) => row.id)

test('7.3-a D02 over random requests, teams and scopes the policies show what the condition shows, neither more nor less', async () => {
  const { next: random, pick: one } = seeded(20260302)
  const { pool } = desk.app
  const persons = (await pool<{ id: string }[]>`select id from staff.person`).map((row) => row.id)
  const teams = (await pool<{ id: string }[]>`select id from staff.team`).map((row) => row.id)
  const programs = [people.intake.id, newId()]
  const customers = Array.from({ length: 30 }, newId)
  for (const [nr, id] of customers.entries()) {
    await pool`insert into customers.customer (id, name, region, merged_into, created_at) values (${id}, 'x', ${one([null, ...REGIONS])}, ${nr > 5 && random() < 0.3 ? customers[nr % 5]! : null}, now())`
  }
  for (let nr = 0; nr < 300; nr++) {
    const id = newId()
    await pool`insert into requests.request (id, subject, stage, stage_since, priority, channel, language, customer_id, team_id, holder_id, answerable_id, opened_by_kind, opened_by_id, opened_at, last_message_at)
      values (${id}, 's', ${one(['accept', 'execute', 'closed'])}, now(), 'normal', 'api', 'en', ${one(customers)}, ${one([null, ...teams])}, ${one([null, null, ...persons])}, ${one([null, null, ...persons])}, 'client', ${one([null, ...programs, ...persons])}, now(), now())`
    if (random() < 0.2) await pool`insert into requests.notice (id, person_id, request_id, kind, at) values (${newId()}, ${one(persons)}, ${id}, 'mention', now())`
    if (random() < 0.3) await pool`insert into requests.assignment (id, request_id, agent_id, how, state, by_kind, reason, offered_at) values (${newId()}, ${id}, ${one(persons)}, 'rule', ${one(['offered', 'declined', 'ended'])}, 'system', 'x', now())`
  }
  const some = <T>(all: readonly T[]): T[] => all.filter(() => random() < 0.4)
  let shown = 0
  for (let nr = 0; nr < 120; nr++) {
    const kind = one(['agent', 'agent', 'client'] as const)
    const actor: Actor = { kind, id: kind === 'client' ? one(programs) : one(persons), name: 'x', permissions: new Set(['requests.read']), scope: one(['own', 'team', 'region'] satisfies Scope[]), teamIds: some(teams), regions: some(REGIONS) }
    const behind = reading(desk.app, { actor }).db
    expect(behind).not.toBe(pool)
    const asked = await ids(pool, visible({ actor, db: pool }))
    const kept = await ids(behind, behind`true`)
    expect(kept, JSON.stringify(actor)).toEqual(asked)
    shown += kept.length
  }
  expect(shown).toBeGreaterThan(1_000)
})

const SPOKEN = ['requests.message', 'requests.task', 'requests.verification', 'requests.attachment', 'requests.draft', 'requests.seen', 'quality.rating', 'insight.fact', 'platform.event'] as const

test('7.3-a D02 D03 a statement that forgets the rule shows nothing of another team, in no table that tells of requests', async () => {
  const { body: made } = await desk.call<{ id: string }>('POST', '/api/requests', { token: people.intake.token, body: { subject: '旋轉木馬', text: '請協助', customer: { name: '陳美玲', email: 'hidden@customer.example' } } })
  const as = (path: string, method = 'GET', body?: unknown) => desk.call<{ id: string }>(method, `/api/requests/${made.id}${path}`, { token: people.admin.token, body })
  await as('/tasks', 'POST', { title: '回電' })
  await as('/messages', 'POST', { kind: 'note', text: '看過了' })
  await as('/drafts', 'PUT', { kind: 'reply', text: '草稿' })
  await as('/seen', 'PUT')
  const { pool } = desk.app
  const [file] = await pool<{ id: string }[]>`insert into platform.file (id, size, bytes, at) values (${newId()}, 1, 'x', now()) returning id`
  await pool`insert into requests.attachment (id, request_id, file_id, name, content_type, size, owner, created_at) values (${newId()}, ${made.id}, ${file!.id}, 'x', 'x', 1, 'x', now())`
  await pool`insert into requests.verification (id, request_id, how, result, submitted_at) values (${newId()}, ${made.id}, 'person', 'x', now())`
  await pool`insert into quality.rating (request_id, score, reasons, channel, at, changed_at) values (${made.id}, 3, '{}', 'api', now(), now())`
  await desk.settle()
  await pool`insert into insight.fact (id, number, customer_id, team_id, channel, priority, tier, opened_at, first_response_late, resolution_late, transfers, reopened, failed_verifications, asked)
    select id, number, customer_id, team_id, channel, priority, 'standard', opened_at, false, false, 0, 0, 0, 0 from requests.request where id = ${made.id} on conflict do nothing`
  const count = async (db: Ctx['db'], table: string): Promise<number> => {
    const column = table === 'platform.event' ? 'subject' : table === 'insight.fact' || table === 'requests.request' ? 'id' : 'request_id'
    return (await db<{ count: number }[]>`select count(*)::int as count from ${db.unsafe(table)} where ${db.unsafe(column)} = ${made.id}`)[0]!.count
  }
  const stranger: Actor = { kind: 'agent', id: people.outsider.id, name: 'x', permissions: new Set(['requests.read']), scope: 'team', teamIds: [people.otherTeamId] }
  const colleague: Actor = { ...stranger, id: people.lead.id, teamIds: [people.teamId] }
  for (const table of ['requests.request', ...SPOKEN]) {
    const there = await count(pool, table)
    expect(there, table).toBeGreaterThan(0)
    expect(await count(reading(desk.app, { actor: stranger }).db, table), table).toBe(0)
    expect(await count(reading(desk.app, { actor: colleague }).db, table), table).toBe(there)
  }
})

test('7.3-a D02 who is not named is shown nothing, and one reader’s name never stays for the next', async () => {
  const bare = openPool(desk.databaseUrl, { max: 1, parameters: { role: VIEWER } })
  onTestFinished(() => bare.end())
  expect(await ids(bare, bare`true`)).toEqual([])
  const actor: Actor = { kind: 'agent', id: people.lead.id, name: 'x', permissions: new Set(['requests.read']), scope: 'team', teamIds: [people.teamId] }
  const nobody: Actor = { ...actor, id: people.outsider.id, scope: 'own', teamIds: [] }
  const seen = (await ids(desk.app.pool, visible({ actor, db: desk.app.pool }))).length
  expect(seen).toBeGreaterThan(0)
  // More readers than connections, in turns, some of whose statements fail.
  const rounds = await Promise.all(Array.from({ length: 120 }, async (_, nr) => {
    const { db } = reading(desk.app, { actor: nr % 2 ? actor : nobody })
    if (nr % 5 === 0) await db`select 1 / ${0}::int`.catch(() => undefined)
    return (await ids(db, db`true`)).length
  }))
  const few = (await ids(desk.app.pool, visible({ actor: nobody, db: desk.app.pool }))).length
  expect(rounds).toEqual(rounds.map((_, nr) => (nr % 2 ? seen : few)))
})

test('7.3-a a reader can change nothing', async () => {
  const { db } = reading(desk.app, { actor: { kind: 'agent', id: people.outsider.id, name: 'x', permissions: new Set(), scope: 'own', teamIds: [] } })
  for (const statement of ['delete from requests.request', "update staff.person set name = 'x'", 'create table requests.mine (id int)', 'alter table requests.request disable row level security']) {
    await expect(db.unsafe(statement), statement).rejects.toMatchObject({ code: '42501' })
  }
  expect(await findBackstop(desk.app.pool)).toMatchObject({ missing: null })
})

test('a statement that fails takes no other along, and a reader whose name is not taken is told nothing', async () => {
  const actor: Actor = { kind: 'agent', id: people.outsider.id, name: 'x', permissions: new Set(), scope: 'own', teamIds: [] }
  const { db } = reading(desk.app, { actor })
  const answers = await Promise.allSettled([db`select 1 / ${0}::int`, db`select ${1}::int as one`])
  expect(answers.map((answer) => answer.status)).toEqual(['rejected', 'fulfilled'])
  for (let nr = 0; nr < 12; nr++) {
    const wrong = reading(desk.app, { actor: { ...actor, id: 'nobody', scope: 'team', teamIds: ['no team'] } }).db
    const read = await Promise.allSettled([wrong`select id from requests.request`, wrong`select ${nr}::int as one`])
    expect(read.map((answer) => answer.status)).toEqual(['rejected', 'rejected'])
    expect((await db<{ one: number }[]>`select ${nr}::int as one`)[0]!.one).toBe(nr)
  }
})

test('7.3-a a database user who may not become the role runs without the policies, and is told what is missing', async () => {
  const { pool } = desk.app
  const name = `plain_${newId().slice(-12)}`
  await pool.unsafe(`create role ${name} login; grant pg_read_all_data to ${name}`)
  const plain = openPool(desk.databaseUrl.replace('loopdesk@', `${name}@`), { max: 1 })
  onTestFinished(async () => { await plain.end(); await pool.unsafe(`drop role ${name}`) })
  expect(await findBackstop(plain)).toMatchObject({ missing: 'set' })
  expect(await openViewer(plain, desk.databaseUrl, 1)).toEqual({ viewer: null, missing: 'set' })
  // Whoever is neither owner nor viewer sees what the grants say, as before.
  expect((await plain<{ count: number }[]>`select count(*)::int as count from requests.request`)[0]!.count).toBe((await pool<{ count: number }[]>`select count(*)::int as count from requests.request`)[0]!.count)
})

/** Tables with a request's id and no policy, each with its reason. */
const OPEN: Readonly<Record<string, string>> = {
  'channels.chat_session': 'a conversation is found by the token its visitor holds; colleagues read it as messages',
  'customers.stay': 'which request brought a customer into a stage: its id alone, and to those only who may see one of the customer’s requests',
  'governance.canary': 'told to who plants them alone, whose scope is everything',
  'governance.handed_request': 'a hand-over names requests that its reader may not see; the statement shows only their numbers then',
  'requests.assignment': 'the policy on requests asks it who was offered what; it says nothing of a customer',
  'requests.search': 'digests without words; a policy would keep its index from being used, and what is found is joined with requests',
}

test('7.3-a D02 every table that hangs on a request has its policy, or a reason written here', async () => {
  const { pool } = desk.app
  const hanging = (await pool<{ name: string }[]>`select table_schema || '.' || table_name as name from information_schema.columns where column_name = 'request_id' and table_schema !~ '^(pg_|information_schema)' order by 1`).map((row) => row.name)
  const { tables } = await findBackstop(pool)
  expect(hanging.filter((name) => !tables.includes(name))).toEqual(Object.keys(OPEN).sort())
})
