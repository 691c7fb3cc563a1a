/** SQL of calendars and their versions. */
import type { Ctx } from '../../../platform/context.ts'
import type { WorkingHours } from '../../../lib/calendar/index.ts'
import type { Holidays, ImportedHolidays } from '../contract.ts'

export interface CalendarFields { name: string; hours: WorkingHours; holidays: Holidays; years: number[]; imports: ImportedHolidays[] }
export interface CalendarRecord extends CalendarFields { id: string; isDefault: boolean; version: number }

const columns = (db: Ctx['db']) => db`id, name, hours, holidays, years, imports, is_default, version`
export const selectCalendars = (ctx: Ctx): Promise<CalendarRecord[]> => ctx.db<CalendarRecord[]>`select ${columns(ctx.db)} from staff.calendar where removed_at is null order by is_default desc, name, id`
/** One calendar, removed ones too, for what still runs by them; null: the default one. */
export async function selectCalendar(ctx: Ctx, id: string | null): Promise<(CalendarRecord & { isRemoved: boolean }) | undefined> {
  const [row] = await ctx.db<(CalendarRecord & { isRemoved: boolean })[]>`select ${columns(ctx.db)}, removed_at is not null as is_removed from staff.calendar where ${id ? ctx.db`id = ${id}` : ctx.db`is_default`}`
  return row
}
export const calendarExists = async (ctx: Ctx, id: string): Promise<boolean> =>
  (await ctx.db`select 1 from staff.calendar where id = ${id} and removed_at is null`).length === 1

export const insertCalendar = (ctx: Ctx, row: Omit<CalendarRecord, 'version'>) => ctx.db`
  insert into staff.calendar (id, name, hours, holidays, years, imports, is_default)
  values (${row.id}, ${row.name}, ${ctx.db.json(row.hours as never)}, ${row.holidays}, ${row.years}, ${ctx.db.json(row.imports as never)}, ${row.isDefault})`
/** Takes the mark from whoever has it; returns whose it was. */
export const clearDefaultCalendar = async (ctx: Ctx): Promise<string[]> =>
  (await ctx.db<{ id: string }[]>`update staff.calendar set is_default = false, version = version + 1 where is_default returning id`).map((row) => row.id)
/** False when it has another version by now. */
export const updateCalendarRow = async (ctx: Ctx, row: CalendarRecord): Promise<boolean> =>
  (await ctx.db`update staff.calendar set name = ${row.name}, hours = ${ctx.db.json(row.hours as never)}, holidays = ${row.holidays}, years = ${row.years}, imports = ${ctx.db.json(row.imports as never)},
    is_default = ${row.isDefault}, version = version + 1 where id = ${row.id} and version = ${row.version} and removed_at is null`).count === 1
/** Keeps what stands now as a version of its own. */
export const keepVersion = (ctx: Ctx, ids: readonly string[], reason: string) => ctx.db`
  insert into staff.calendar_version (calendar_id, version, name, hours, holidays, years, imports, reason, changed_by, changed_at)
  select id, version, name, hours, holidays, years, imports, ${reason}, ${ctx.actor.id}, ${ctx.now} from staff.calendar where id = any(${ids as string[]}::uuid[])`

export interface VersionRecord extends CalendarFields { calendarId: string; version: number }
export async function selectVersion(ctx: Ctx, id: string, version: number): Promise<VersionRecord | undefined> {
  const [row] = await ctx.db<VersionRecord[]>`select calendar_id, version, name, hours, holidays, years, imports from staff.calendar_version where calendar_id = ${id} and version = ${version}`
  return row
}
export const selectVersions = (ctx: Ctx, id: string): Promise<(VersionRecord & { reason: string; changedAt: string; byName: string | null })[]> => ctx.db`
  select v.version, v.name, v.hours, v.holidays, v.years, v.imports, v.reason, v.changed_at, p.name as by_name
  from staff.calendar_version v left join staff.person p on p.id = v.changed_by where v.calendar_id = ${id} order by v.version desc limit 200`

/** Who still has it: names of teams and people, some of them. */
export const selectUsers = async (ctx: Ctx, id: string): Promise<string[]> => (await ctx.db<{ name: string }[]>`
  (select name from staff.team where calendar_id = ${id} and archived_at is null order by name limit 5)
  union all (select name from staff.person where calendar_id = ${id} and disabled_at is null order by name limit 5)`).map((row) => row.name)
/** Gone from choice; archived teams and disabled people lose it. What runs by it goes on. */
export async function removeCalendarRow(ctx: Ctx, id: string): Promise<void> {
  await ctx.db`update staff.calendar set removed_at = ${ctx.now}, version = version + 1 where id = ${id}`
  ctx.later(ctx.db`update staff.team set calendar_id = null where calendar_id = ${id}`)
  ctx.later(ctx.db`update staff.person set calendar_id = null where calendar_id = ${id}`)
}
export const calendarOfTeam = async (ctx: Ctx, teamId: string): Promise<string | null> =>
  (await ctx.db<{ calendarId: string | null }[]>`select calendar_id from staff.team where id = ${teamId}`)[0]?.calendarId ?? null
