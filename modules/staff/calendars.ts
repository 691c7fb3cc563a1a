/** Business calendars: stored working hours with the holidays of a region, every version kept, compiled once. */
import { newId } from '../../lib/id/index.ts'
import { type BusinessCalendar, type Interval, type WorkingHours, compileCalendar, holidayExceptions, holidayPacks, publishedYears } from '../../lib/calendar/index.ts'
import type { Locale } from '../../lib/text/index.ts'
import type { App, Ctx } from '../../platform/context.ts'
import { run } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault, notFound } from '../../platform/fault.ts'
import type { CalendarRow, CalendarVersionRow, Holidays, ImportedHolidays } from './contract.ts'
import { changedHere, memoryOf } from './memory.ts'
import * as store from './store/calendars.ts'

export interface Countable { hours: WorkingHours; holidays: Holidays; years: readonly number[]; imports: readonly ImportedHolidays[] }

/** The company's own exceptions win over the region's holidays; a worked holiday opens as the first open weekday does. */
export function withHolidays({ hours, holidays, years }: Countable, locale: Locale): WorkingHours {
  if (holidays === 'none') return hours
  const worked: Interval[] = ([1, 2, 3, 4, 5] as const).map((weekday) => hours.week[weekday]).find((one) => one.length > 0) ?? []
  const own = new Set(hours.exceptions.map((one) => one.date))
  return { ...hours, exceptions: [...hours.exceptions, ...holidayExceptions(holidayPacks[holidays], worked, locale, years).filter((one) => !own.has(one.date))] }
}

/** Whether the holidays of a year are known: always where there are none to know. */
export const isPublished = ({ holidays, years, imports }: Countable) => (year: number): boolean =>
  (holidays === 'none' && imports.length === 0) || (holidays !== 'none' && years.includes(year)) || imports.some((one) => one.from <= year && year <= one.to)

/** The years a calendar made now counts with. */
export const yearsOf = (holidays: Holidays): number[] => (holidays === 'none' ? [] : publishedYears(holidayPacks[holidays]))

/** Compiles, or throws 422 `staff.calendar-never-opens`, `staff.exception-twice` with the field that is to blame. */
export function compile(from: Countable, locale: Locale): BusinessCalendar {
  const dates = from.hours.exceptions.map((one) => one.date)
  if (new Set(dates).size < dates.length) throw new Fault('staff.exception-twice', 422, {}, [{ path: 'hours.exceptions', code: 'staff.exception-twice' }])
  try {
    return compileCalendar(withHolidays(from, locale), isPublished(from))
  } catch (error) {
    if (error instanceof RangeError) throw new Fault('staff.calendar-never-opens', 422, {}, [{ path: 'hours.week', code: 'staff.calendar-never-opens' }])
    throw error
  }
}

// What was compiled from one version of a row is kept across reloads of the row; never from an open transaction,
// whose version may yet be rolled back and given to other hours.
const compiled = new Map<string, BusinessCalendar>()
export interface Compilable extends Countable { id: string; version: number }
export function compiledOf(ctx: Ctx, row: Compilable): BusinessCalendar {
  if (changedHere(ctx.events)) return compile(row, 'zh-Hant')
  const key = `${row.id}/${row.version}`
  const known = compiled.get(key)
  if (known) return known
  const calendar = compile(row, 'zh-Hant')
  if (compiled.size > 500) compiled.clear()
  compiled.set(key, calendar)
  return calendar
}

// An installation without a set-up calendar (tests, imports) still has clocks: round the clock until one is made.
const fallback: Countable = {
  holidays: 'none', years: [], imports: [],
  hours: { zone: 'UTC', week: Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((weekday) => [weekday, [{ from: '00:00', to: '24:00' }]])) as WorkingHours['week'], exceptions: [] },
}

/** A version of a calendar, compiled. Without an id: round the clock, because no calendar was made. */
export interface Chosen { id: string | null; version: number; calendar: BusinessCalendar }

async function load(ctx: Ctx, id: string | null): Promise<Chosen> {
  const row = await store.selectCalendar(ctx, id)
  if (!row && id) throw notFound('staff.calendar')
  return row ? { id: row.id, version: row.version, calendar: compiledOf(ctx, row) } : { id: null, version: 0, calendar: compiledOf(ctx, { id: 'always', version: 0, ...fallback }) }
}
/** The calendar as it stands, null for the installation's own. Throws 404 `staff.calendar.not-found`. */
export async function chosenCalendar(ctx: Ctx, id: string | null): Promise<Chosen> {
  return changedHere(ctx.events) ? load(ctx, id) : memoryOf(ctx.app).calendars.take(id ?? '', () => load(ctx, id))
}
/** The calendar as a version had it. Throws 404 `staff.calendar.not-found`. */
export async function calendarVersion(ctx: Ctx, id: string, version: number): Promise<BusinessCalendar> {
  const key = `${id}/${version}`
  const known = changedHere(ctx.events) ? undefined : compiled.get(key)
  if (known) return known
  const row = await store.selectVersion(ctx, id, version)
  if (!row) throw notFound('staff.calendar')
  return compiledOf(ctx, { ...row, id, version })
}
/** The id of the calendar a team has of its own; null when it goes by the installation's. */
export async function calendarOfTeam(ctx: Ctx, teamId: string): Promise<string | null> {
  return changedHere(ctx.events) ? store.calendarOfTeam(ctx, teamId) : memoryOf(ctx.app).teamCalendars.take(teamId, () => store.calendarOfTeam(ctx, teamId))
}
/** The compiled calendar; throws 404 `staff.calendar.not-found`. */
export const calendarOf = async (ctx: Ctx, id: string): Promise<BusinessCalendar> => (await chosenCalendar(ctx, id)).calendar
/** The installation's calendar; round the clock when none was made. */
export const defaultCalendar = async (ctx: Ctx): Promise<BusinessCalendar> => (await chosenCalendar(ctx, null)).calendar

/** Of this year and the next. */
export function unpublishedOf(ctx: Ctx, of: Countable): number[] {
  const year = ctx.now.getUTCFullYear()
  return [year, year + 1].filter((one) => !isPublished(of)(one))
}
const toRow = (ctx: Ctx, { id, name, hours, holidays, years, imports, isDefault, version }: store.CalendarRecord): CalendarRow =>
  ({ id, name, hours, holidays, years, imports, isDefault, version, unpublishedYears: unpublishedOf(ctx, { hours, holidays, years, imports }) })

export const listCalendars = async (ctx: Ctx): Promise<CalendarRow[]> => (await store.selectCalendars(ctx)).map((row) => toRow(ctx, row))
export async function getCalendar(ctx: Ctx, id: string): Promise<CalendarRow> {
  const row = await store.selectCalendar(ctx, id)
  if (!row || row.isRemoved) throw notFound('staff.calendar')
  return toRow(ctx, row)
}
export async function listVersions(ctx: Ctx, id: string): Promise<CalendarVersionRow[]> {
  const rows = await store.selectVersions(ctx, id)
  if (!rows.length) throw notFound('staff.calendar')
  return rows
}

export interface NewCalendar { name: string; hours: WorkingHours; holidays: Holidays; imports?: ImportedHolidays[]; isDefault?: boolean }
const of = ({ name, hours, holidays, years, imports, isDefault }: Pick<store.CalendarRecord, 'name' | 'hours' | 'holidays' | 'years' | 'imports' | 'isDefault'>) => ({ name, hours, holidays, years, imports, isDefault })

/** Adds a calendar; the first one becomes the default whatever is asked. */
export async function createCalendar(ctx: Ctx, wanted: NewCalendar): Promise<CalendarRow> {
  const row = { name: wanted.name, hours: wanted.hours, holidays: wanted.holidays, years: yearsOf(wanted.holidays), imports: wanted.imports ?? [] }
  compile(row, ctx.locale)
  const isDefault = wanted.isDefault || !(await store.selectCalendar(ctx, null))
  const before = isDefault ? await store.clearDefaultCalendar(ctx) : []
  const id = newId()
  await store.insertCalendar(ctx, { id, ...row, isDefault })
  await store.keepVersion(ctx, [id, ...before], '')
  await emit(ctx, 'staff.calendar-created', { subject: id, data: { name: wanted.name, isDefault } })
  return getCalendar(ctx, id)
}

export async function editCalendar(ctx: Ctx, id: string, { reason = '', version, ...change }: Partial<NewCalendar> & { version: number; reason?: string }): Promise<CalendarRow> {
  const { unpublishedYears: _, ...before } = await getCalendar(ctx, id)
  if (before.version !== version) throw new Fault('staff.changed-meanwhile', 409)
  if (before.isDefault && change.isDefault === false) throw new Fault('staff.default-calendar-needed', 409)
  const merged = { ...before, ...change }
  const after = { ...merged, years: yearsOf(merged.holidays) }
  compile(after, ctx.locale)
  const others = after.isDefault && !before.isDefault ? await store.clearDefaultCalendar(ctx) : []
  if (!(await store.updateCalendarRow(ctx, after))) throw new Fault('staff.changed-meanwhile', 409)
  await store.keepVersion(ctx, [id, ...others], reason)
  await emit(ctx, 'staff.calendar-changed', { subject: id, data: { before: of(before), after: of(after), version: version + 1, ...(reason ? { reason } : {}) } })
  return getCalendar(ctx, id)
}

/** Out of choice. Throws 409 when it is the default or somebody still has it; a service that does says so by the event. */
export async function removeCalendar(ctx: Ctx, id: string): Promise<void> {
  const { name, isDefault } = await getCalendar(ctx, id)
  if (isDefault) throw new Fault('staff.default-calendar-needed', 409)
  const users = await store.selectUsers(ctx, id)
  if (users.length) throw new Fault('staff.calendar-in-use', 409, { by: users.join(', ') })
  await store.removeCalendarRow(ctx, id)
  await store.keepVersion(ctx, [id], '')
  await emit(ctx, 'staff.calendar-removed', { subject: id, data: { name } })
}

/** Years that came with this version of the program: each calendar of their region gets a new version that counts with them. */
export const takeUpYears = (app: App): Promise<void> => run(app, {}, async (ctx) => {
  for (const row of await store.selectCalendars(ctx)) {
    const years = [...new Set([...row.years, ...yearsOf(row.holidays)])].sort((a, b) => a - b)
    if (row.holidays === 'none' || years.length === row.years.length) continue
    if (!(await store.updateCalendarRow(ctx, { ...row, years }))) continue
    await store.keepVersion(ctx, [row.id], '')
    await emit(ctx, 'staff.calendar-changed', { subject: row.id, data: { before: of(row), after: of({ ...row, years }), version: row.version + 1 } })
  }
})
