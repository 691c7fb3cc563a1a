import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../platform/context.ts'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import { type Staffed, staffed } from '../../test/people.ts'
import { calendarVersion, takeUpYears } from './calendars.ts'
import type { CalendarMonth, CalendarPreview, CalendarRow, CalendarVersionRow } from './contract.ts'

let desk: TestDesk
let people: Staffed
beforeAll(async () => { desk = await openDesk(); people = await staffed(desk) })
afterAll(() => desk?.close())

const nine = [{ from: '09:00', to: '12:00' }, { from: '13:00', to: '18:00' }]
const week = { 1: nine, 2: nine, 3: nine, 4: nine, 5: nine, 6: [], 7: [] }
const hours = { zone: 'Asia/Taipei', week, exceptions: [] as { date: string; open: { from: string; to: string }[]; name?: string; source?: string }[] }
const call = <T>(method: string, path: string, body?: unknown, token = people.admin.token) => desk.call<T>(method, path, { token, body })
const fault = (answer: { body: unknown }) => (answer.body as { fault: { code: string; args: Record<string, unknown>; fields: { path: string; code: string }[] } }).fault
const make = async (more: object = {}): Promise<CalendarRow> => (await call<CalendarRow>('POST', '/api/calendars', { name: '日班', hours, ...more })).body
const eventsOf = (id: string) => desk.app.pool<{ type: string; data: Record<string, unknown> }[]>`select type, data from platform.event where subject = ${id} and type like 'staff.%' order by seq`

test('1.2-b every version of a calendar is kept with who changed it and why; an old version can\'t be overwritten', async () => {
  const made = await make({ holidays: 'HK' })
  expect(made).toMatchObject({ holidays: 'HK', years: [2025, 2026], imports: [], version: 1 })
  const closed = { ...hours, exceptions: [{ date: '2026-03-02', open: [], name: '盤點' }] }
  const edited = await call<CalendarRow>('PATCH', `/api/calendars/${made.id}`, { version: 1, hours: closed, holidays: 'MO', reason: '搬到澳門' })
  expect(edited.body).toMatchObject({ version: 2, holidays: 'MO', hours: { exceptions: [{ date: '2026-03-02', name: '盤點' }] } })
  expect(fault(await call('PATCH', `/api/calendars/${made.id}`, { version: 1, name: '晚了' })).code).toBe('staff.changed-meanwhile')
  const { rows } = (await call<{ rows: CalendarVersionRow[] }>('GET', `/api/calendars/${made.id}/versions`)).body
  expect(rows.map((one) => [one.version, one.holidays, one.reason, one.byName])).toEqual([[2, 'MO', '搬到澳門', 'admin'], [1, 'HK', '', 'admin']])
  // The first of March 2026 is a Sunday; the second was a working day in the first version.
  const monday = Date.parse('2026-03-02T03:00:00Z')
  const [first, second] = await run(desk.app, {}, (ctx) => Promise.all([calendarVersion(ctx, made.id, 1), calendarVersion(ctx, made.id, 2)]))
  expect([first.isOpen(monday), second.isOpen(monday)]).toEqual([true, false])
  expect((await eventsOf(made.id)).map((one) => [one.type, one.data.reason])).toEqual([['staff.calendar-created', undefined], ['staff.calendar-changed', '搬到澳門']])
  expect(fault(await call('POST', '/api/calendars', { name: '重複', hours: { ...hours, exceptions: [{ date: '2026-03-02', open: [] }, { date: '2026-03-02', open: nine }] } })).fields).toEqual([{ path: 'hours.exceptions', code: 'staff.exception-twice' }])
  expect((await call('PATCH', `/api/calendars/${made.id}`, { version: 2, name: '不行' }, people.agents[0]!.token)).status).toBe(403)
})

test('1.2-b a calendar goes out of choice only when no team, person or service has it', async () => {
  const made = await make()
  const [standing] = (await call<{ rows: CalendarRow[] }>('GET', '/api/calendars')).body.rows
  expect(fault(await call('DELETE', `/api/calendars/${standing!.id}`)).code).toBe('staff.default-calendar-needed')
  const team = (await call<{ version: number }>('GET', `/api/teams/${people.otherTeamId}`)).body
  await call('PATCH', `/api/teams/${people.otherTeamId}`, { version: team.version, calendarId: made.id })
  expect(fault(await call('DELETE', `/api/calendars/${made.id}`))).toMatchObject({ code: 'staff.calendar-in-use', args: { by: '二線' } })
  await call('PATCH', `/api/teams/${people.otherTeamId}`, { version: team.version + 1, calendarId: null })
  const [service] = (await call<{ rows: { id: string; key: string; version: number }[] }>('GET', '/api/services')).body.rows
  expect((await call('PATCH', `/api/services/${service!.id}`, { version: service!.version, calendarId: made.id })).status).toBe(200)
  expect(fault(await call('DELETE', `/api/calendars/${made.id}`))).toMatchObject({ code: 'staff.calendar-in-use', args: { by: service!.key } })
  await call('PATCH', `/api/services/${service!.id}`, { version: service!.version + 1, calendarId: null })
  expect((await call('DELETE', `/api/calendars/${made.id}`)).status).toBe(204)
  expect((await call('GET', `/api/calendars/${made.id}`)).status).toBe(404)
  expect(fault(await call('PATCH', `/api/teams/${people.otherTeamId}`, { version: team.version + 2, calendarId: made.id })).fields).toEqual([{ path: 'calendarId', code: 'staff.unknown-reference' }])
  expect((await eventsOf(made.id)).at(-1)).toMatchObject({ type: 'staff.calendar-removed', data: { name: '日班' } })
})

test('1.2-b a deadline is told step by step, and is provisional in a year that is not published', async () => {
  const preview = async (body: object) => (await call<CalendarPreview>('POST', '/api/calendars/preview', { hours, holidays: 'CN', ...body })).body
  // Friday the 13th, 16:00 in Taipei: the 14th is worked in exchange, then come nine days of Spring Festival.
  const festival = await preview({ minutes: 12 * 60, startAt: '2026-02-13T08:00:00Z' })
  expect(festival.dueAt).toBe('2026-02-24T03:00:00.000Z')
  expect(festival.steps.map((one) => [one.isCounted ? 'counted' : one.why, one.date ?? null, one.minutes / 60]).slice(0, 7)).toEqual([
    ['counted', null, 2], ['outside-hours', null, 6], ['exception', '2026-02-14', 9], ['counted', null, 3], ['exception', '2026-02-14', 1], ['counted', null, 5], ['exception', '2026-02-14', 6],
  ])
  expect(festival.steps.filter((one) => one.date === '2026-02-15')).toMatchObject([{ name: '春節', source: expect.stringContaining('国务院'), minutes: 24 * 60 }])
  expect(festival.steps.reduce((sum, one) => sum + (one.isCounted ? one.minutes : 0), 0)).toBe(12 * 60)
  expect(festival.provisionalYears).toEqual([])
  const beyond = { minutes: 24 * 60, startAt: '2026-12-30T08:00:00Z' }
  expect((await preview(beyond)).provisionalYears).toEqual([2027])
  expect((await preview({ ...beyond, holidays: 'TW' })).provisionalYears).toEqual([])
  expect((await preview({ ...beyond, holidays: 'none' })).provisionalYears).toEqual([])
  expect((await preview({ ...beyond, imports: [{ kind: 'ics', label: 'iCalendar', from: 2027, to: 2027 }] })).provisionalYears).toEqual([])
  const long = await preview({ minutes: 525_600, startAt: '2026-01-01T00:00:00Z' })
  expect([long.steps.length, long.stepsLeftOut > 0]).toEqual([500, true])
})

test('1.2-b a month shows hours, holidays with their source, days of its own and what is not known', async () => {
  const own = { ...hours, exceptions: [{ date: '2026-02-11', open: [{ from: '22:00', to: '02:00' }], name: '促銷夜' }, { date: '2026-02-12', open: [], name: '建國紀念日', source: 'date-holidays JP' }] }
  const { days } = (await call<CalendarMonth>('POST', '/api/calendars/month', { hours: own, holidays: 'CN', month: '2026-02' })).body
  expect(days).toHaveLength(28)
  const on = (date: string) => days.find((one) => one.date === date)!
  expect(on('2026-02-10')).toMatchObject({ kind: 'week', open: nine, minutes: 480, isKnown: true })
  expect(on('2026-02-11')).toMatchObject({ kind: 'own', minutes: 240, name: '促銷夜' })
  expect(on('2026-02-12')).toMatchObject({ kind: 'holiday', minutes: 0, source: 'date-holidays JP' })
  expect(on('2026-02-14')).toMatchObject({ kind: 'make-up', open: nine, name: '調休上班（春節）' })
  expect(on('2026-02-16')).toMatchObject({ kind: 'holiday', minutes: 0, name: '春節', source: expect.stringContaining('国务院') })
  expect((await call<CalendarMonth>('POST', '/api/calendars/month', { hours, holidays: 'CN', month: '2027-02' })).body.days[0]).toMatchObject({ isKnown: false })
})

test('1.2-b holidays come from a file or another country; a broken file is refused with its line', async () => {
  const ics = (event: string) => ['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VEVENT', event, 'SUMMARY:廠慶', 'END:VEVENT', 'END:VCALENDAR'].join('\n')
  const read = (body: object) => call<{ label: string; days: unknown[]; leftOut: number }>('POST', '/api/calendars/holidays', { from: 2027, to: 2027, ...body })
  expect((await read({ kind: 'ics', text: ics('DTSTART;VALUE=DATE:20270601') })).body).toEqual({ label: 'iCalendar', days: [{ date: '2027-06-01', name: '廠慶', kind: 'closed' }], leftOut: 0 })
  const broken = await read({ kind: 'ics', text: ics('DTSTART;VALUE=DATE:20270631') })
  expect([broken.status, fault(broken)]).toMatchObject([422, { code: 'staff.ics-date', args: { line: 4 }, fields: [{ path: 'text', code: 'staff.ics-date' }] }])
  expect(fault(await read({ kind: 'ics', text: '\u0000\ud83d' })).code).toMatch(/^(staff\.ics-not-a-calendar|input\.)/)
  expect(fault(await read({ kind: 'ics', text: '', from: 2027, to: 2026 })).fields).toEqual([{ path: 'to', code: 'staff.years-wrong' }])
  const japan = await read({ kind: 'country', country: 'JP' })
  expect(japan.body).toMatchObject({ label: 'date-holidays JP', days: expect.arrayContaining([expect.objectContaining({ date: '2027-02-11', kind: 'closed' })]) })
  expect(fault(await read({ kind: 'country', country: 'XX' })).code).toBe('staff.country-unknown')
  expect((await call<{ states: { code: string }[] }>('GET', '/api/calendars/places?country=DE')).body.states.map((one) => one.code)).toContain('BE')
  expect((await call('POST', '/api/calendars/holidays', { kind: 'country', country: 'JP', from: 2027, to: 2027 }, people.agents[0]!.token)).status).toBe(403)
}, 60_000)

test('1.2-b a year that comes with a newer program makes a new version; what runs by the old one is left', async () => {
  const made = await make({ holidays: 'TW' })
  // As it would stand when made by a program that knew two years.
  await desk.app.pool`update staff.calendar set years = '{2025,2026}' where id = ${made.id}`
  await desk.app.pool`update staff.calendar_version set years = '{2025,2026}' where calendar_id = ${made.id}`
  await takeUpYears(desk.app)
  await takeUpYears(desk.app)
  expect((await call<CalendarRow>('GET', `/api/calendars/${made.id}`)).body).toMatchObject({ years: [2025, 2026, 2027], version: 2 })
  const peace = Date.parse('2027-03-01T02:00:00Z')
  const [before, after] = await run(desk.app, {}, (ctx) => Promise.all([calendarVersion(ctx, made.id, 1), calendarVersion(ctx, made.id, 2)]))
  expect([before.isOpen(peace), after.isOpen(peace)]).toEqual([true, false])
  expect([before.unknownYears(peace, peace), after.unknownYears(peace, peace)]).toEqual([[2027], []])
})
