/** SQL of people, presence and what allocation needs to know of them. */
import type { Ctx } from '../../../platform/context.ts'
import type { Db } from '../../../platform/database/index.ts'
import type { WorkingHours } from '../../../lib/calendar/index.ts'
import type { Locale } from '../../../lib/text/index.ts'
import type { Capacity, Holidays, ImportedHolidays, PersonRow, Presence } from '../contract.ts'

export interface NewPersonRow {
  id: string; name: string; login: string; loginFolded: string; locale: Locale; zone: string; roleId: string; passwordHash: string | null; passwordGiven?: boolean
  languages: string[]; regions: string[]; capacity: Capacity; calendarId: string | null
}

export const personColumns = (db: Db) => db`
  p.id, p.name, p.login, p.locale, p.zone, p.role_id, r.key as role_key, r.name as role_name, p.languages, p.regions, p.presence, p.presence_at,
  p.capacity, p.calendar_id, p.disabled_at, p.created_at, p.version, p.password_hash is not null as has_password, p.totp_secret is not null as has_totp, (select u.at from staff.last_use u where u.person_id = p.id) as last_seen_at,
  (select count(*) from staff.passkey k where k.person_id = p.id) as passkeys,
  array(select m.team_id from staff.membership m join staff.team t on t.id = m.team_id where m.person_id = p.id and t.archived_at is null order by m.team_id) as team_ids,
  (select coalesce(jsonb_agg(jsonb_build_object('skillId', s.id, 'key', s.key, 'level', ps.level) order by s.key), '[]')
    from staff.person_skill ps join staff.skill s on s.id = ps.skill_id where ps.person_id = p.id and s.archived_at is null) as skills`

export async function selectPerson(ctx: Ctx, id: string, lock = false): Promise<PersonRow | undefined> {
  const [row] = await ctx.db<PersonRow[]>`
    select ${personColumns(ctx.db)} from staff.person p join staff.role r on r.id = p.role_id where p.id = ${id} ${lock ? ctx.db`for update of p` : ctx.db``}`
  return row
}

export interface PeopleFilter { search?: string; teamId?: string; disabled?: boolean; after?: { name: string; id: string }; limit: number }
export async function selectPeople(ctx: Ctx, filter: PeopleFilter): Promise<PersonRow[]> {
  const { db } = ctx
  const like = filter.search ? `%${filter.search.trim().replace(/[\\%_]/g, '\\$&')}%` : null
  return db<PersonRow[]>`
    select ${personColumns(db)} from staff.person p join staff.role r on r.id = p.role_id
    where true ${like === null ? db`` : db`and (p.name ilike ${like} or p.login ilike ${like})`}
      ${filter.disabled === undefined ? db`` : db`and (p.disabled_at is not null) = ${filter.disabled}`}
      ${filter.teamId ? db`and exists (select from staff.membership m where m.person_id = p.id and m.team_id = ${filter.teamId})` : db``}
      ${filter.after ? db`and (p.name, p.id) > (${filter.after.name}, ${filter.after.id}::uuid)` : db``}
    order by p.name, p.id limit ${filter.limit}`
}

export interface PersonName { id: string; name: string; locale: Locale; zone: string; presence: Presence; disabledAt: string | null }
export const selectNames = (ctx: Ctx, ids: readonly string[]): Promise<PersonName[]> =>
  ctx.db<PersonName[]>`select id, name, locale, zone, presence, disabled_at from staff.person where id = any(${ids as string[]}::uuid[])`

/** False when the login belongs to somebody already. */
export async function insertPerson(ctx: Ctx, row: NewPersonRow): Promise<boolean> {
  const { count } = await ctx.db`
    insert into staff.person (id, name, login, login_folded, locale, zone, role_id, password_hash, password_at, password_given, languages, regions, capacity, calendar_id, presence_at, created_at)
    values (${row.id}, ${row.name}, ${row.login}, ${row.loginFolded}, ${row.locale}, ${row.zone}, ${row.roleId}, ${row.passwordHash},
      ${row.passwordHash ? ctx.now : null}, ${row.passwordGiven ?? false}, ${row.languages}, ${row.regions}, ${ctx.db.json(row.capacity as never)}, ${row.calendarId}, ${ctx.now}, ${ctx.now})
    on conflict on constraint person_login do nothing`
  return count === 1
}

/** Writes every editable column of an already locked and checked row. */
export const updatePersonRow = (ctx: Ctx, id: string, row: Omit<NewPersonRow, 'id' | 'passwordHash'>) => ctx.db`
  update staff.person set name = ${row.name}, login = ${row.login}, login_folded = ${row.loginFolded}, locale = ${row.locale}, zone = ${row.zone}, role_id = ${row.roleId},
    languages = ${row.languages}, regions = ${row.regions}, capacity = ${ctx.db.json(row.capacity as never)}, calendar_id = ${row.calendarId}, version = version + 1
  where id = ${id}`

export const loginExists = async (ctx: Ctx, folded: string, exceptId: string): Promise<boolean> =>
  (await ctx.db`select from staff.person where login_folded = ${folded} and id <> ${exceptId}`).length > 0

export const bumpPerson = (ctx: Ctx, id: string) => ctx.db`update staff.person set version = version + 1 where id = ${id}`

/** Sets or clears the disabling, and with it everything the person could come in by. */
export function updateDisabled(ctx: Ctx, id: string, disabled: boolean): void {
  ctx.later(ctx.db`update staff.person set disabled_at = ${disabled ? ctx.now : null}, version = version + 1,
    presence = case when ${disabled} then 'offline' else presence end where id = ${id}`)
  if (!disabled) {
    ctx.later(ctx.db`insert into staff.last_use (person_id, at) values (${id}, ${ctx.now}) on conflict (person_id) do update set at = excluded.at`)
    return
  }
  ctx.later(ctx.db`delete from staff.session where person_id = ${id}`)
  ctx.later(ctx.db`delete from staff.sign_in_link where person_id = ${id} and used_at is null`)
  ctx.later(ctx.db`update staff.token set revoked_at = ${ctx.now} where person_id = ${id} and revoked_at is null`)
}

export const administratorExists = async (db: Db): Promise<boolean> =>
  (await db`select from staff.person p join staff.role r on r.id = p.role_id where r.permissions && '{*,access.grant}' and p.disabled_at is null limit 1`).length > 0
/** People who hold the permission, without the one named; locks them against a race of two demotions. */
export async function countOthersWith(ctx: Ctx, exceptId: string | null, permission: string): Promise<number> {
  await ctx.db`select pg_advisory_xact_lock(7102001)`
  const [row] = await ctx.db<{ count: number }[]>`
    select count(*) from staff.person p join staff.role r on r.id = p.role_id
    where ${permission} = any(r.permissions) and p.disabled_at is null and p.id is distinct from ${exceptId}::uuid`
  return row!.count
}

export async function updatePresence(ctx: Ctx, id: string, presence: Presence, until: Date | null): Promise<Presence | null> {
  const [row] = await ctx.db<{ before: Presence }[]>`
    update staff.person set presence = ${presence}, presence_at = ${ctx.now}, presence_until = ${until}
    where id = ${id} and disabled_at is null returning old.presence as before`
  return row?.before ?? null
}

/** Renews the lapse of everybody named who is there; a person known to stay longer keeps that. */
export const extendPresence = (db: Db, ids: readonly string[], at: Date, until: Date) => db`
  update staff.person set presence_at = ${at}, presence_until = ${until}
  where id = any(${ids as string[]}::uuid[]) and presence <> 'offline' and presence_until < ${until}`

export const lapsePresence = (ctx: Ctx): Promise<{ id: string; before: Presence }[]> => ctx.db<{ id: string; before: Presence }[]>`
  update staff.person set presence = 'offline', presence_at = ${ctx.now} where presence <> 'offline' and presence_until <= ${ctx.now} returning id, old.presence as before`

export interface Member {
  agentId: string; name: string; teamIds: string[]; skills: Record<string, number>; languages: string[]; regions: string[]
  presence: Presence; capacity: Capacity; calendarId: string | null; hours: WorkingHours | null; holidays: Holidays | null; years: number[] | null; imports: ImportedHolidays[] | null; calendarVersion: number | null
}
/** Everything allocation needs to know of a team's members, in one statement. */
export const selectMembers = (ctx: Ctx, teamId: string): Promise<Member[]> => ctx.db<Member[]>`
  select p.id as agent_id, p.name, p.languages, p.regions, p.presence, p.capacity, c.id as calendar_id, c.hours, c.holidays, c.years, c.imports, c.version as calendar_version,
    array(select o.team_id from staff.membership o where o.person_id = p.id) as team_ids,
    (select coalesce(jsonb_object_agg(s.key, ps.level), '{}') from staff.person_skill ps join staff.skill s on s.id = ps.skill_id
      where ps.person_id = p.id and s.archived_at is null) as skills
  from staff.membership m
  join staff.team t on t.id = m.team_id
  join staff.person p on p.id = m.person_id
  left join staff.calendar c on c.id = coalesce(p.calendar_id, t.calendar_id, (select id from staff.calendar where is_default))
  where m.team_id = ${teamId} and p.disabled_at is null and t.archived_at is null
  order by p.id`

export type HoursRow = Pick<Member, 'agentId' | 'calendarId' | 'hours' | 'holidays' | 'years' | 'imports' | 'calendarVersion'> & { teamId: string | null }
/** The working hours of people, and the team they have been in longest. */
export const selectHours = (ctx: Ctx, ids: readonly string[]): Promise<HoursRow[]> => ctx.db<HoursRow[]>`
  select p.id as agent_id, m.team_id, c.id as calendar_id, c.hours, c.holidays, c.years, c.imports, c.version as calendar_version
  from staff.person p
  left join lateral (select o.team_id, t.calendar_id from staff.membership o join staff.team t on t.id = o.team_id where o.person_id = p.id and t.archived_at is null order by o.since, o.team_id limit 1) m on true
  left join staff.calendar c on c.id = coalesce(p.calendar_id, m.calendar_id, (select id from staff.calendar where is_default))
  where p.id = any(${ids as string[]}::uuid[])`

/** People with a way in of their own that nobody has used since. */
export const selectUnused = async (ctx: Ctx, since: Date): Promise<string[]> => (await ctx.db<{ id: string }[]>`
  select id from staff.person p where disabled_at is null and coalesce((select u.at from staff.last_use u where u.person_id = p.id), created_at) < ${since}
    and (password_hash is not null or exists (select from staff.passkey k where k.person_id = p.id)) order by id`).map((row) => row.id)
