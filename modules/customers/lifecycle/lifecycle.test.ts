import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { staffed, type Staffed, type TestPerson } from '../../../test/people.ts'
import { run } from '../../../platform/context.ts'
import type { CustomerRow } from '../contract.ts'
import { findOrCreateCustomer } from '../index.ts'
import type { Line, LifecycleReport, NewStage, Stage, Stages } from './contract.ts'
import { followStages, type Heard, watchStages } from './stay.ts'

// Monday 2026-03-02, 10:00 in Taipei.
const DAY = 86_400_000
let desk: TestDesk
let people: Staffed
const as = <T>(who: TestPerson, method: string, path: string, body?: unknown) => desk.call<T>(method, path, { token: who.token, ...(body === undefined ? {} : { body }) })
const codeOf = ({ status, body }: { status: number; body: unknown }) => `${status} ${(body as { fault?: { code: string } }).fault?.code ?? ''}`
const stagesNow = async (): Promise<Stages> => (await as<Stages>(people.admin, 'GET', '/api/customer-stages')).body
const sent = ({ key: _, ...stage }: Stage): NewStage => stage
const setStages = async (change: (stage: Stage) => Partial<NewStage>) => { const { rows, version } = await stagesNow(); return as<Stages>(people.admin, 'PUT', '/api/customer-stages', { version, rows: rows.map((row) => ({ ...sent(row), ...change(row) })) }) }
const ids = async (): Promise<Record<string, string>> => Object.fromEntries((await stagesNow()).rows.map((row) => [row.key, row.id]))
interface Asked { id: string; customerId: string; number: number }
let count = 0
const ask = async (email: string, more: Record<string, unknown> = {}): Promise<Asked> => {
  const { status, body } = await as<Asked>(people.intake, 'POST', '/api/requests', { subject: `詢問 ${++count}`, text: '請協助', channel: 'api', customer: { name: email.split('@')[0]!, email }, ...more })
  expect(status).toBe(201)
  await desk.settle()
  return body
}
const close = async ({ id }: Asked): Promise<void> => {
  expect((await as(people.admin, 'PUT', `/api/requests/${id}/closure`, { reason: '已處理' })).status).toBeLessThan(300)
  await desk.settle()
}
const line = async (customerId: string, who = people.admin): Promise<Line> => (await as<Line>(who, 'GET', `/api/customers/${customerId}/stages`)).body
const way = async (customerId: string): Promise<string[]> => {
  const { stages, rows } = await line(customerId)
  return rows.map((row) => `${stages.find((one) => one.id === row.stageId)!.key} ${row.cause}${row.leftAt ? '' : ' now'}${row.stalledAt ? ' stalled' : ''}`)
}

beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
})
afterAll(() => desk?.close())

test('1.2-d the first accepted request is the first contact, its closing begins the after-care, and each move is an event', async () => {
  const request = await ask('one@example.com')
  expect(await way(request.customerId)).toEqual(['first-contact accepted now'])
  await desk.pass(2 * DAY)
  await close(request)
  expect(await way(request.customerId)).toEqual(['after-care closed now', 'first-contact accepted'])
  const { rows, stages } = await line(request.customerId)
  expect([rows[1]!.days, rows[1]!.expectedDays, rows[0]!.requestId]).toEqual([2, null, request.id])
  expect(rows[0]!.enteredAt).toBe(rows[1]!.leftAt)
  expect(stages.map((one) => one.key)).toEqual(['first-contact', 'delivery', 'after-care', 'ended'])
  // A further request changes nothing, and heard again neither.
  await ask('one@example.com')
  await desk.app.pool`update platform.cursor set xid = '0', seq = 0 where listener = 'customers'`
  await desk.settle()
  expect(await way(request.customerId)).toEqual(['after-care closed now', 'first-contact accepted'])
  const events = await desk.app.pool<{ type: string; data: { stage: string; from: string | null; cause: string } }[]>`select type, data from platform.event where subject = ${request.customerId} and type like 'customer.stage%' order by seq`
  const of = await ids()
  expect(events.map(({ data }) => [data.from, data.stage, data.cause])).toEqual([[null, of['first-contact'], 'accepted'], [of['first-contact'], of['after-care'], 'closed']])
})

test('1.2-d a service named for delivery begins it, and only its closing ends it; the stage carries that service’s standards', async () => {
  const [service] = (await as<{ rows: { id: string }[] }>(people.admin, 'GET', '/api/services')).body.rows
  const made = await as<{ id: string }>(people.admin, 'POST', '/api/services', { key: 'install', name: { 'zh-Hant': '安裝', 'zh-Hans': '安装', en: 'Installation' }, description: '', teamId: people.teamId, calendarId: null, verification: 'rule', closeAfterHours: 72, reopenDays: 7, acceptMinutes: 15, skills: [], types: [], isActive: true })
  expect((await setStages((row) => (row.key === 'delivery' ? { begins: 'accepted', serviceIds: [made.body.id] } : {}))).status).toBe(200)
  expect(codeOf(await setStages((row) => (row.key === 'delivery' ? { serviceIds: ['0198f0c2-0000-7000-8000-000000000000'] } : {})))).toBe('422 standards.service-unknown')
  const first = await ask('two@example.com')
  const installation = await ask('two@example.com', { serviceId: made.body.id })
  expect(await way(first.customerId)).toEqual(['delivery accepted now', 'first-contact accepted'])
  await close(first)
  expect((await way(first.customerId))[0]).toBe('delivery accepted now')
  await close(installation)
  expect(await way(first.customerId)).toEqual(['after-care closed now', 'delivery accepted', 'first-contact accepted'])
  expect((await line(first.customerId)).stages.find((one) => one.key === 'delivery')!.serviceIds).toEqual([made.body.id])
  expect(service).toBeDefined()
})

test('1.2-d whoever stays too long has stalled since that moment, whenever it is noticed; who answers for them is told once, webhooks too', async () => {
  const hook = await as<{ id: string }>(people.admin, 'POST', '/api/webhooks', { url: 'https://hooks.example.com/a', types: ['customer.stage-entered', 'customer.stage-stalled'] })
  expect(hook.status).toBe(201)
  const request = await ask('three@example.com')
  const since = desk.app.clock.now().getTime()
  const [row] = await desk.app.pool<{ answerableId: string }[]>`select answerable_id from requests.request where id = ${request.id}`
  desk.clock.advance(16 * DAY)
  await watchStages(desk.app)
  await watchStages(desk.app)
  await desk.settle()
  expect(await way(request.customerId)).toEqual(['first-contact accepted now stalled'])
  const stay = (await line(request.customerId)).rows[0]!
  expect([stay.stalledAt, stay.expectedDays]).toEqual([new Date(since + 14 * DAY).toISOString(), 14])
  const notices = await desk.app.pool`select 1 from requests.notice where person_id = ${row!.answerableId} and request_id = ${request.id} and kind = 'customer-stalled'`
  expect(notices).toHaveLength(1)
  const told = (await as<{ rows: { type: string; payload: { data: { id: string; stage: { key: string } } } }[] }>(people.admin, 'GET', `/api/webhooks/${hook.body.id}/deliveries`)).body.rows.filter((one) => one.payload.data.id === request.customerId)
  expect(told.map((one) => [one.type, one.payload.data.stage.key]).sort()).toEqual([['customer.stage-entered', 'first-contact'], ['customer.stage-stalled', 'first-contact']])
  const { rows } = (await as<{ rows: CustomerRow[] }>(people.admin, 'GET', `/api/customers?stalled=true&stage=${(await ids())['first-contact']}`)).body
  expect(rows.map((one) => [one.id, one.stage?.stalledAt])).toEqual([[request.customerId, stay.stalledAt]])
  // Gone on, the stay stays marked, and the next one is not.
  await close(request)
  expect(await way(request.customerId)).toEqual(['after-care closed now', 'first-contact accepted stalled'])
})

test('1.2-d a limit that is set anew counts from then on: nobody was late by one that was not there', async () => {
  const request = await ask('four@example.com')
  const of = await ids()
  desk.clock.advance(10 * DAY)
  const set = desk.app.clock.now().toISOString()
  expect((await setStages((row) => (row.key === 'first-contact' ? { stallDays: 5 } : {}))).status).toBe(200)
  desk.clock.advance(1000)
  await watchStages(desk.app)
  const stay = (await line(request.customerId)).rows[0]!
  expect([stay.stageId, stay.stalledAt, stay.expectedDays]).toEqual([of['first-contact'], set, 5])
  await setStages((row) => (row.key === 'first-contact' ? { stallDays: 14 } : {}))
  await close(request)
})

test('1.2-d a limit that passed while nothing watched was passed: leaving late is noted with the moment it was late', async () => {
  const request = await ask('nine@example.com')
  const since = desk.app.clock.now().getTime()
  desk.clock.advance(20 * DAY)
  await as(people.admin, 'PUT', `/api/requests/${request.id}/closure`, { reason: '已處理' })
  await desk.settle()
  expect((await way(request.customerId)).at(-1)).toBe('first-contact accepted stalled')
  expect((await line(request.customerId)).rows.at(-1)!.stalledAt).toBe(new Date(since + 14 * DAY).toISOString())
})

test('1.2-d silence ends it at the moment the days had passed, and who asks again begins anew', async () => {
  const request = await ask('five@example.com')
  await close(request)
  const closedAt = desk.app.clock.now().getTime()
  expect((await setStages((row) => (row.key === 'ended' ? { quietDays: 30 } : {}))).status).toBe(200)
  desk.clock.advance(20 * DAY)
  // A word of theirs is a contact.
  await ask('five@example.com')
  const wroteAt = desk.app.clock.now().getTime()
  desk.clock.advance(29 * DAY)
  await watchStages(desk.app)
  expect((await way(request.customerId))[0]).toBe('after-care closed now')
  desk.clock.advance(3 * DAY)
  await watchStages(desk.app)
  expect((await way(request.customerId))[0]).toBe('ended quiet now')
  expect(wroteAt).toBeGreaterThan(closedAt)
  expect((await line(request.customerId)).rows[0]!.enteredAt).toBe(new Date(wroteAt + 30 * DAY).toISOString())
  await ask('five@example.com')
  expect((await way(request.customerId))[0]).toBe('first-contact accepted now')
})

test('1.2-d by hand with a reason, for who works with the customer; the reason is sealed, covered to others and told to nobody else', async () => {
  const request = await ask('six@example.com')
  const of = await ids()
  const [now] = (await line(request.customerId)).rows
  const path = `/api/customers/${request.customerId}/stage`
  const to = (stageId: string, more: Record<string, unknown> = {}) => ({ stageId, stayId: now!.id, reason: '已簽約，請王經理安排', ...more })
  expect(codeOf(await as(people.outsider, 'PUT', path, to(of.delivery!)))).toBe('403 customers.not-related')
  expect(codeOf(await as(people.lead, 'PUT', path, to(of.delivery!, { stayId: null })))).toBe('409 customers.lifecycle.moved-meanwhile')
  expect(codeOf(await as(people.lead, 'PUT', path, to(of['first-contact']!)))).toBe('409 customers.lifecycle.there-already')
  expect(codeOf(await as(people.lead, 'PUT', path, to('0198f0c2-0000-7000-8000-000000000000')))).toBe('422 customers.lifecycle.unknown-stage')
  expect(codeOf(await as(people.lead, 'PUT', path, to(of.delivery!, { reason: ' ' })))).toBe('422 input.invalid')
  const moved = await as<Line>(people.lead, 'PUT', path, to(of.delivery!))
  expect([moved.status, moved.body.rows[0]]).toMatchObject([200, { stageId: of.delivery, cause: 'hand', reason: '已簽約，請王經理安排', by: { name: 'lead' } }])
  expect((await line(request.customerId, people.outsider)).rows[0]).toMatchObject({ stageId: of.delivery, reason: null, isCovered: true })
  const dump = JSON.stringify([await desk.app.pool`select s::text as row from customers.stay s`, await desk.app.pool`select data from platform.event where type like 'customer.stage%'`])
  expect(dump).not.toContain('王經理')
})

test('1.2-d folded together two records have one life; taken apart each goes on where it stood', async () => {
  const [kept, other] = [await ask('seven@example.com'), await ask('eight@example.com')]
  await close(other)
  const admin = people.admin
  expect((await as(admin, 'PUT', `/api/customers/${kept.customerId}/merges/${other.customerId}`, { reason: '同一人' })).status).toBe(200)
  expect(await way(kept.customerId)).toEqual(expect.arrayContaining(['first-contact accepted now', 'after-care closed']))
  await ask('eight@example.com')
  expect((await desk.app.pool`select 1 from customers.stay where customer_id = ${other.customerId} and left_at is null`)).toHaveLength(0)
  expect((await as(admin, 'DELETE', `/api/customers/${kept.customerId}/merges/${other.customerId}`)).status).toBe(200)
  expect((await way(kept.customerId))[0]).toBe('first-contact accepted now')
  expect((await way(other.customerId))[0]).toBe('after-care unmerged now')
})

test('1.2-d stages are set all at once: named in three languages, none removed that somebody is in, two who change them see each other', async () => {
  const { rows, version } = await stagesNow()
  const put = (next: unknown[], at = version) => as<Stages>(people.admin, 'PUT', '/api/customer-stages', { rows: next, version: at })
  const all = rows.map(sent)
  expect(codeOf(await as(people.agents[0]!, 'PUT', '/api/customer-stages', { rows: all, version }))).toBe('403 access.denied')
  expect(codeOf(await put(all, version + 1))).toBe('409 customers.changed-meanwhile')
  const added = { ...all[1]!, id: '0198f0c2-0000-7000-8000-0000000000aa', fromIds: [] }
  expect(codeOf(await put([...all, added]))).toBe('422 customers.lifecycle.unnamed')
  expect(codeOf(await put([...all, all[0]!]))).toBe('422 customers.lifecycle.twice')
  expect(codeOf(await put(all.map((one) => ({ ...one, fromIds: [added.id] }))))).toBe('422 customers.lifecycle.unknown-stage')
  expect(codeOf(await put(all.map((one) => ({ ...one, quietDays: 3 }))))).toBe('422 customers.lifecycle.odd-rule')
  expect(codeOf(await put(all.slice(1).map((one) => ({ ...one, fromIds: [] }))))).toBe('409 customers.lifecycle.in-use')
  const named = { ...added, name: { 'zh-Hant': '試用', 'zh-Hans': '试用', en: 'Trial' }, begins: 'hand', serviceIds: [] }
  const saved = await put([all[0]!, named, ...all.slice(1)])
  expect(saved.body.rows.map((one) => one.key ?? one.name!.en)).toEqual(['first-contact', 'Trial', 'delivery', 'after-care', 'ended'])
  expect((await put([all[0]!, ...all.slice(1)], saved.body.version)).body.rows).toHaveLength(4)
})

test('1.2-d many happenings heard in one go make the same lives as heard one by one, and whoever is quicker is followed', async () => {
  await setStages((stage) => (stage.key === 'first-contact' ? { stallDays: 1 } : {}))
  const customer = (name: string) => run(desk.app, {}, async (ctx) => (await findOrCreateCustomer(ctx, { email: `${name}@example.com`, verified: false, channel: 'portal' })).id)
  const start = desk.app.clock.now().getTime()
  await desk.pass(7 * DAY)
  const story = (customerId: string): Heard[] => ([['accepted', 0], ['customer-wrote', 2], ['closed', 72], ['closed', 73], ['accepted', 96], ['customer-wrote', 120], ['closed', 144]] as const)
    .map(([what, hours]) => ({ type: `request.${what}`, subject: crypto.randomUUID(), at: new Date(start + hours * 3_600_000).toISOString(), data: { customer: customerId, service: null } }))
  const [inOneGo, oneByOne] = [await Promise.all(['go1', 'go2', 'go3'].map(customer)), await Promise.all(['by1', 'by2', 'by3'].map(customer))]
  const woven = (ids: readonly string[]) => story('').flatMap((_, nr) => ids.map((id) => story(id)[nr]!))
  await run(desk.app, {}, (ctx) => followStages(ctx, woven(inOneGo)))
  for (const event of woven(oneByOne)) await run(desk.app, {}, (ctx) => followStages(ctx, [event]))
  const life = (id: string) => desk.app.pool`select stage_id, entered_at, cause, last_contact_at, left_at, left_cause, stalled_at, stall_days from customers.stay where customer_id = ${id} order by entered_at`
  const told = (id: string) => desk.app.pool`select type, data - 'request' as data from platform.event where subject = ${id} and type like 'customer.stage%' order by data ->> 'at', type`
  const lives = await Promise.all(inOneGo.map(life))
  expect(lives[0]!.map((one) => [one.cause, one.stalledAt && Date.parse(String(one.stalledAt)) - start])).toEqual([['accepted', DAY], ['closed', null]])
  for (const [nr, id] of oneByOne.entries()) {
    expect(lives[nr]).toEqual(await life(id))
    expect((await told(inOneGo[nr]!)).map((one) => one.type)).toEqual((await told(id)).map((one) => one.type))
  }
  // Two processes at the same moment: the second waits for the first, then goes on from where that left them.
  const [both, mine] = [await customer('both'), await customer('mine')]
  let second: Promise<void> | undefined
  await run(desk.app, {}, async (ctx) => {
    await followStages(ctx, story(both).slice(0, 1))
    second = run(desk.app, {}, (other) => followStages(other, [story(both)[0]!, story(mine)[0]!, story(both)[2]!]))
    await new Promise((wake) => setTimeout(wake, 300))
  })
  await second
  expect([await way(both), await way(mine)]).toEqual([['after-care closed now', 'first-contact accepted stalled'], ['first-contact accepted now']])
  await setStages((stage) => (stage.key === 'first-contact' ? { stallDays: null } : {}))
})

test('1.2-d the report counts what the rows say: now, entered, left, median stay, share stalled, exits by cause', async () => {
  const from = '2026-03-01'
  const to = new Date(desk.app.clock.now().getTime() + DAY).toISOString().slice(0, 10)
  const report = (await as<LifecycleReport>(people.admin, 'GET', `/api/customer-stages/report?from=${from}&to=${to}`)).body
  const stays = await desk.app.pool<{ stageId: string; enteredAt: string; leftAt: string | null; stalledAt: string | null; leftCause: string | null }[]>`select stage_id, entered_at, left_at, stalled_at, left_cause from customers.stay`
  for (const row of report.rows) {
    const own = stays.filter((one) => one.stageId === row.stageId)
    const gone = own.filter((one) => one.leftAt !== null)
    expect([row.now, row.stalledNow, row.entered, row.left]).toEqual([own.length - gone.length, own.filter((one) => one.leftAt === null && one.stalledAt !== null).length, own.length, gone.length])
    const days = gone.map((one) => (Date.parse(one.leftAt!) - Date.parse(one.enteredAt)) / DAY).sort((a, b) => a - b)
    const middle = (days.length - 1) / 2
    if (days.length) expect(row.medianDays!).toBeCloseTo((days[Math.floor(middle)]! + days[Math.ceil(middle)]!) / 2, 6)
    else expect([row.medianDays, row.stalledShare]).toEqual([null, null])
    if (days.length) expect(row.stalledShare!).toBeCloseTo(gone.filter((one) => one.stalledAt !== null).length / gone.length, 9)
    const causes = new Map<string, number>()
    for (const one of row.exits) causes.set(one.cause, (causes.get(one.cause) ?? 0) + one.count)
    for (const [cause, counted] of causes) expect(counted).toBe(gone.filter((one) => one.leftCause === cause).length)
    expect([...causes.values()].reduce((sum, one) => sum + one, 0)).toBe(gone.length)
  }
  expect(report.rows.some((row) => row.left > 0 && row.stalledShare! > 0)).toBe(true)
  expect(codeOf(await as(people.admin, 'GET', `/api/customer-stages/report?from=${to}&to=${from}`))).toBe('422 customers.lifecycle.period-backwards')
})
