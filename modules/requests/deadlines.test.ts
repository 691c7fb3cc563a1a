import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import { type Staffed, staffed, type TestPerson } from '../../test/people.ts'
import { run } from '../../platform/context.ts'
import { approveStandard, draftStandard, getService, proposeStandard } from '../standards/index.ts'
import type { Deadlines, MovedDeadlines, Request, RequestEvent } from './contract.ts'

let desk: TestDesk
let people: Staffed
let calendars: { default: string; night: string; always: string }
let serviceId: string
const call = <T>(method: string, path: string, body?: unknown, token = people.admin.token) => desk.call<T>(method, path, { token, body })
const hour = 3_600_000
const nine = [{ from: '09:00', to: '18:00' }]
const days = (open: { from: string; to: string }[]) => ({ 1: open, 2: open, 3: open, 4: open, 5: open, 6: [] as typeof open, 7: [] as typeof open })
const work = (week: object, exceptions: object[] = []) => ({ zone: 'Asia/Taipei', week, exceptions })

beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  const make = async (name: string, hours: object) => (await call<{ id: string }>('POST', '/api/calendars', { name, hours })).body.id
  const night = [{ from: '22:00', to: '06:00' }]
  const always = [{ from: '00:00', to: '24:00' }]
  calendars = {
    default: (await call<{ rows: { id: string; isDefault: boolean }[] }>('GET', '/api/calendars')).body.rows.find((one) => one.isDefault)!.id,
    night: await make('大夜班', work(days(night))), always: await make('全年無休', work({ 1: always, 2: always, 3: always, 4: always, 5: always, 6: always, 7: always })),
  }
  serviceId = (await call<{ rows: { id: string }[] }>('GET', '/api/services')).body.rows[0]!.id
})
afterAll(() => desk?.close())

let count = 0
async function open(body: object = {}): Promise<{ id: string; agent: TestPerson }> {
  const { status, body: made } = await desk.call<{ id: string; holder: { id: string } | null }>('POST', '/api/requests', { token: people.intake.token, headers: { 'idempotency-key': `d${++count}` },
    body: { subject: '網路慢', text: '下載很慢', customer: { name: '王先生', email: `d${count}@example.com` }, priority: 'normal', ...body } })
  expect(status).toBe(201)
  const agent = people.agents.concat(people.lead).find((one) => one.id === made.holder?.id) ?? people.lead
  await call('PUT', `/api/requests/${made.id}/assignment/acceptance`, undefined, agent.token)
  return { id: made.id, agent }
}
const deadlines = async (id: string) => (await call<Deadlines>('GET', `/api/requests/${id}/deadlines`, undefined, people.lead.token)).body
const view = async (id: string) => (await call<Request>('GET', `/api/requests/${id}`, undefined, people.lead.token)).body
const setTeam = async (calendarId: string | null) => call('PATCH', `/api/teams/${people.teamId}`, { version: (await call<{ version: number }>('GET', `/api/teams/${people.teamId}`)).body.version, calendarId })
const setService = async (calendarId: string | null) => call('PATCH', `/api/services/${serviceId}`, { version: (await call<{ version: number }>('GET', `/api/services/${serviceId}`)).body.version, calendarId })
const counted = (told: Deadlines, clock: string) => told.clocks.find((one) => one.clock === clock)!.countedMinutes

test('1.2-b the more exact calendar wins, service before team before house, and the request says which', async () => {
  const byHouse = await open()
  await setTeam(calendars.night)
  const byTeam = await open()
  await setService(calendars.always)
  const byService = await open()
  expect((await deadlines(byHouse.id)).calendar).toEqual({ id: calendars.default, name: '工作日', version: 1, by: 'default' })
  expect((await deadlines(byTeam.id)).calendar).toEqual({ id: calendars.night, name: '大夜班', version: 1, by: 'team' })
  expect((await deadlines(byService.id)).calendar).toEqual({ id: calendars.always, name: '全年無休', version: 1, by: 'service' })
  // By the round-the-clock calendar target and wall time are the same; by the night shift they are not.
  const request = await view(byService.id)
  expect(Date.parse(request.resolution.dueAt!) - Date.parse(request.openedAt)).toBe(counted(await deadlines(byService.id), 'resolution') * 60_000)
  expect((await view(byTeam.id)).resolution.dueAt).not.toBe(request.resolution.dueAt)
  const trial = await call<{ calendarBy: string }>('GET', `/api/services/${serviceId}/due`)
  expect(trial.body.calendarBy).toBe('service')
  await setService(null)
  await setTeam(null)
})

test('4.1-d a deadline is explained from its start: counted, skipped, and the time the clock stood', async () => {
  const { id, agent } = await open()
  const target = counted(await deadlines(id), 'resolution')
  await desk.pass(20 * 60_000)
  await call('PUT', `/api/requests/${id}/waiting`, { for: 'customer' }, agent.token)
  await desk.pass(26 * hour)
  const standing = await deadlines(id)
  const clock = standing.clocks.find((one) => one.clock === 'resolution')!
  expect(clock.dueAt).toBeNull()
  expect(clock.leftMinutes! + clock.countedMinutes).toBe(target)
  await call('DELETE', `/api/requests/${id}/waiting`, undefined, agent.token)
  const told = await deadlines(id)
  const resolution = told.clocks.find((one) => one.clock === 'resolution')!
  expect(resolution.countedMinutes).toBe(target)
  expect(resolution.steps.filter((one) => one.why === 'paused')).toMatchObject([{ minutes: 26 * 60 }])
  expect(resolution.dueAt).toBe((await view(id)).resolution.dueAt)
  expect(resolution.steps[0]!.from).toBe(resolution.startAt)
  expect(resolution.steps.at(-1)!.to).toBe(resolution.dueAt)
  for (const [at, one] of resolution.steps.entries()) if (at > 0) expect(one.from).toBe(resolution.steps[at - 1]!.to)
  expect((await call('GET', `/api/requests/${id}/deadlines`, undefined, people.outsider.token)).status).toBe(404)
})

test('1.2-b a running request keeps the version it began under until its deadlines are moved knowingly', async () => {
  const running = await open()
  const waiting = await open()
  await call('PUT', `/api/requests/${waiting.id}/waiting`, { for: 'customer' }, waiting.agent.token)
  const before = await view(running.id)
  const target = counted(await deadlines(running.id), 'resolution')
  const calendar = (await call<{ version: number; hours: { zone: string } }>('GET', `/api/calendars/${calendars.default}`)).body
  // Two hours a day from now on: what is left takes longer.
  const short = work(days([{ from: '10:00', to: '12:00' }]))
  const edited = await call<{ version: number }>('PATCH', `/api/calendars/${calendars.default}`, { version: calendar.version, hours: short, reason: '旺季後縮短' })
  expect((await view(running.id)).resolution).toEqual(before.resolution)
  const preview = (await call<MovedDeadlines & { version: number }>('GET', `/api/calendars/${calendars.default}/deadlines`)).body
  expect(preview).toMatchObject({ version: edited.body.version, paused: expect.any(Number) as number, earlier: 0, isMore: false })
  expect(preview.later).toBeGreaterThan(0)
  expect(preview.rows).toContainEqual(expect.objectContaining({ id: running.id, clock: 'resolution', from: before.resolution.dueAt }))
  expect((await call('PUT', `/api/calendars/${calendars.default}/deadlines`, { version: calendar.version, reason: '套用' })).status).toBe(409)
  expect((await call('PUT', `/api/calendars/${calendars.default}/deadlines`, { version: edited.body.version, reason: '套用' }, people.agents[0]!.token)).status).toBe(403)
  const moved = await call<MovedDeadlines>('PUT', `/api/calendars/${calendars.default}/deadlines`, { version: edited.body.version, reason: '套用新班表' })
  expect(moved.body).toMatchObject({ requests: preview.requests, deadlines: preview.deadlines, later: preview.later })
  // Asked again, nothing is left to move.
  expect((await call<MovedDeadlines>('PUT', `/api/calendars/${calendars.default}/deadlines`, { version: edited.body.version, reason: '套用新班表' })).body).toMatchObject({ requests: 0, deadlines: 0 })
  const after = await view(running.id)
  expect(after.resolution.dueAt).toBe(preview.rows.find((one) => one.id === running.id && one.clock === 'resolution')!.to)
  expect(after.nextDueAt).toBe([after.firstResponse.dueAt!, after.resolution.dueAt!].sort()[0])
  const told = await deadlines(running.id)
  expect([told.calendar!.version, counted(told, 'resolution')]).toEqual([edited.body.version, target])
  const events = (await call<{ rows: RequestEvent[] }>('GET', `/api/requests/${running.id}/events`)).body.rows.filter((one) => one.type === 'request.deadlines-moved')
  expect(events).toMatchObject([{ data: { reason: '套用新班表', before: { version: calendar.version, resolutionDueAt: before.resolution.dueAt }, after: { version: edited.body.version, resolutionDueAt: after.resolution.dueAt } } }])
  expect(await desk.app.pool`select data from platform.event where type = 'request.calendar-applied'`).toMatchObject([{ data: { calendar: calendars.default, requests: preview.requests, reason: '套用新班表' } }])
  // Who waited goes on by the new hours with what was left.
  await call('DELETE', `/api/requests/${waiting.id}/waiting`, undefined, waiting.agent.token)
  expect((await deadlines(waiting.id)).calendar!.version).toBe(edited.body.version)
  expect(counted(await deadlines(waiting.id), 'resolution')).toBe(target)
})

test('1.2-b what is late stays late, and a correction begins anew by the calendar as it stands', async () => {
  const { id, agent } = await open()
  await desk.pass(24 * 40 * hour)
  const late = await view(id)
  expect(late.resolution.dueAt! < new Date(desk.app.clock.now()).toISOString()).toBe(true)
  const calendar = (await call<{ version: number }>('GET', `/api/calendars/${calendars.default}`)).body
  const edited = await call<{ version: number }>('PATCH', `/api/calendars/${calendars.default}`, { version: calendar.version, hours: work(days(nine)) })
  await call('PUT', `/api/calendars/${calendars.default}/deadlines`, { version: edited.body.version, reason: '恢復' })
  expect((await view(id)).resolution.dueAt).toBe(late.resolution.dueAt)
  const corrected = await call<Request>('PATCH', `/api/requests/${id}`, { priority: 'urgent', version: (await view(id)).version }, agent.token)
  expect(corrected.status).toBe(200)
  const told = await deadlines(id)
  expect(told.clocks.find((one) => one.clock === 'resolution')).toMatchObject({ startAt: late.openedAt, dueAt: corrected.body.resolution.dueAt })
  expect(told.calendar!.version).toBe(edited.body.version)
})

test('1.2-b a deadline in a year without published holidays is marked provisional', async () => {
  const year = new Date(desk.app.clock.now()).getUTCFullYear()
  const calendar = (await call<{ version: number }>('GET', `/api/calendars/${calendars.default}`)).body
  await call('PATCH', `/api/calendars/${calendars.default}`, { version: calendar.version, holidays: 'CN' })
  const { id } = await open()
  expect((await view(id)).resolution.isProvisional).toBe(year > 2026)
  await setService(null)
  await run(desk.app, {}, async (ctx) => {
    const { standard } = await getService(ctx, serviceId)
    const content = { ...standard!.content, clauses: standard!.content.clauses.map((one) => (one.measure === 'resolution' ? { ...one, target: 300_000 } : one)) }
    const { id: next } = await draftStandard(ctx, serviceId, { content, reason: '' })
    await proposeStandard(ctx, next, '很久')
    await approveStandard(ctx, next, {})
  })
  const long = await open()
  const told = await deadlines(long.id)
  expect((await view(long.id)).resolution.isProvisional).toBe(true)
  expect(told.clocks.find((one) => one.clock === 'resolution')!.provisionalYears).toContain(2027)
})
