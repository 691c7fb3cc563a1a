/** Business calendars: stored working hours plus the holidays of a region, compiled once and explained on demand. */
import { newId } from '../../lib/id/index.ts'
import { type BusinessCalendar, type Interval, type WorkingHours, compileCalendar, holidayExceptions, holidayPacks, unpublishedYears } from '../../lib/calendar/index.ts'
import type { Locale } from '../../lib/text/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault, notFound } from '../../platform/fault.ts'
import type { CalendarPreview, CalendarRow, Holidays } from './contract.ts'
import { changedHere, memoryOf } from './memory.ts'
import * as store from './store/teams.ts'

/** Own exceptions win over the region's holidays; a worked holiday opens as the first open weekday does. */
function withHolidays(hours: WorkingHours, holidays: Holidays, locale: Locale): WorkingHours {
  if (holidays === 'none') return hours
  const worked: Interval[] = ([1, 2, 3, 4, 5] as const).map((weekday) => hours.week[weekday]).find((one) => one.length > 0) ?? []
  const own = new Set(hours.exceptions.map((one) => one.date))
  return { ...hours, exceptions: [...hours.exceptions, ...holidayExceptions(holidayPacks[holidays], worked, locale).filter((one) => !own.has(one.date))] }
}

/** Compiles, or throws 422 `staff.calendar-never-opens` with the field that is to blame. */
function compile(hours: WorkingHours, holidays: Holidays, locale: Locale): BusinessCalendar {
  try {
    return compileCalendar(withHolidays(hours, holidays, locale))
  } catch (error) {
    if (error instanceof RangeError) throw new Fault('staff.calendar-never-opens', 422, {}, [{ path: 'hours.week', code: 'staff.calendar-never-opens' }])
    throw error
  }
}

// What was compiled from one version of a row is kept across reloads of the row; never from an open transaction,
// whose version may yet be rolled back and given to other hours.
const compiled = new Map<string, { version: number; calendar: BusinessCalendar }>()
export interface Compilable { id: string; version: number; hours: WorkingHours; holidays: Holidays }
export function compiledOf(ctx: Ctx, row: Compilable): BusinessCalendar {
  if (changedHere(ctx.events)) return compile(row.hours, row.holidays, 'zh-Hant')
  const known = compiled.get(row.id)
  if (known?.version === row.version) return known.calendar
  const calendar = compile(row.hours, row.holidays, 'zh-Hant')
  if (compiled.size > 500) compiled.clear()
  compiled.set(row.id, { version: row.version, calendar })
  return calendar
}

export const compileHours = (hours: WorkingHours, holidays: Holidays): BusinessCalendar => compile(hours, holidays, 'zh-Hant')

/** A calendar with the version it was compiled from; the id is null only while no calendar was made. */
export interface Dated { id: string | null; version: number; calendar: BusinessCalendar }
// Of each compiled calendar the row it came from.
const origins = new WeakMap<BusinessCalendar, { id: string | null; version: number }>()
/** The calendar of this id, null: the installation's. `isFresh`: from the database, whatever is remembered. */
export async function datedCalendar(ctx: Ctx, id: string | null, { isFresh = false } = {}): Promise<Dated> {
  const calendar = isFresh ? await load(ctx, id) : id ? await calendarOf(ctx, id) : await defaultCalendar(ctx)
  return { ...origins.get(calendar)!, calendar }
}

// An installation without a set-up calendar (tests, imports) still has clocks: round the clock until one is made.
const fallback: Compilable = {
  id: 'always', version: 1, holidays: 'none',
  hours: { zone: 'UTC', week: Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((weekday) => [weekday, [{ from: '00:00', to: '24:00' }]])) as WorkingHours['week'], exceptions: [] },
}

async function load(ctx: Ctx, id: string | null): Promise<BusinessCalendar> {
  const row = await store.selectCalendar(ctx, id)
  if (!row && id) throw notFound('staff.calendar')
  const calendar = compiledOf(ctx, row ?? fallback)
  origins.set(calendar, row ? { id: row.id, version: row.version } : { id: null, version: 0 })
  return calendar
}
/** The compiled calendar; throws 404 `staff.calendar.not-found`. */
export async function calendarOf(ctx: Ctx, id: string): Promise<BusinessCalendar> {
  return changedHere(ctx.events) ? load(ctx, id) : memoryOf(ctx.app).calendars.take(id, () => load(ctx, id))
}
/** The installation's calendar; round the clock when none was made. */
export async function defaultCalendar(ctx: Ctx): Promise<BusinessCalendar> {
  return changedHere(ctx.events) ? load(ctx, null) : memoryOf(ctx.app).calendars.take('', () => load(ctx, null))
}

const unpublished = (ctx: Ctx, holidays: Holidays): number[] => {
  const year = ctx.now.getUTCFullYear()
  return holidays === 'none' ? [] : unpublishedYears(holidayPacks[holidays], year, year + 1)
}
const toRow = (ctx: Ctx, row: store.CalendarRecord): CalendarRow => ({ ...row, unpublishedYears: unpublished(ctx, row.holidays) })

export const listCalendars = async (ctx: Ctx): Promise<CalendarRow[]> => (await store.selectCalendars(ctx)).map((row) => toRow(ctx, row))
export async function getCalendar(ctx: Ctx, id: string): Promise<CalendarRow> {
  const row = await store.selectCalendar(ctx, id)
  if (!row) throw notFound('staff.calendar')
  return toRow(ctx, row)
}

export interface NewCalendar { name: string; hours: WorkingHours; holidays: Holidays; isDefault?: boolean }
const of = ({ name, hours, holidays, isDefault }: Pick<CalendarRow, 'name' | 'hours' | 'holidays' | 'isDefault'>) => ({ name, hours, holidays, isDefault })

/** Adds a calendar; the first one becomes the default whatever is asked. */
export async function createCalendar(ctx: Ctx, wanted: NewCalendar): Promise<CalendarRow> {
  compile(wanted.hours, wanted.holidays, ctx.locale)
  const isDefault = wanted.isDefault || !(await store.selectCalendar(ctx, null))
  if (isDefault) await store.clearDefaultCalendar(ctx)
  const id = newId()
  await store.insertCalendar(ctx, { id, name: wanted.name, hours: wanted.hours, holidays: wanted.holidays, isDefault })
  await emit(ctx, 'staff.calendar-created', { subject: id, data: { name: wanted.name, isDefault } })
  return getCalendar(ctx, id)
}

export async function editCalendar(ctx: Ctx, id: string, edit: Partial<NewCalendar> & { version: number }): Promise<CalendarRow> {
  const { unpublishedYears: _, ...before } = await getCalendar(ctx, id)
  if (before.version !== edit.version) throw new Fault('staff.changed-meanwhile', 409)
  if (before.isDefault && edit.isDefault === false) throw new Fault('staff.default-calendar-needed', 409)
  const after = { ...before, ...edit }
  compile(after.hours, after.holidays, ctx.locale)
  if (after.isDefault && !before.isDefault) await store.clearDefaultCalendar(ctx)
  if (!(await store.updateCalendarRow(ctx, after))) throw new Fault('staff.changed-meanwhile', 409)
  await emit(ctx, 'staff.calendar-changed', { subject: id, data: { before: of(before), after: of(after) } })
  return getCalendar(ctx, id)
}

export interface PreviewOf { calendarId?: string; hours?: WorkingHours; holidays: Holidays; minutes: number; startAt?: string }
/** When a target of `minutes` open minutes is due and which stretches and exceptions led there. */
export async function previewCalendar(ctx: Ctx, of: PreviewOf): Promise<CalendarPreview> {
  const stored = of.calendarId ? await getCalendar(ctx, of.calendarId) : null
  const hours = of.hours ?? stored?.hours
  if (!hours) throw new Fault('staff.calendar.not-found', 404)
  const holidays = of.hours ? of.holidays : stored!.holidays
  const startMs = of.startAt ? Date.parse(of.startAt) : ctx.now.getTime()
  const calendar = compile(hours, holidays, ctx.locale)
  const iso = (ms: number) => new Date(ms).toISOString()
  try {
    const found = calendar.explain(startMs, of.minutes * 60_000)
    return {
      startAt: iso(startMs), dueAt: iso(found.dueAt), zone: hours.zone, openMinutes: of.minutes,
      counted: found.counted.map((one) => ({ from: iso(one.from), to: iso(one.to), minutes: one.ms / 60_000 })),
      exceptions: found.exceptions.map((one) => ({ date: one.date, name: one.name, openMinutes: one.openMs / 60_000 })),
      unpublishedYears: unpublished(ctx, holidays),
    }
  } catch (error) {
    if (error instanceof RangeError) throw new Fault('staff.calendar-out-of-range', 422)
    throw error
  }
}
