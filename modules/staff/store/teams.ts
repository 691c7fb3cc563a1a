/** SQL of teams, membership and skills. */
import type { Ctx } from '../../../platform/context.ts'
import type { SkillRow, TeamRow } from '../contract.ts'

export interface NewTeamRow { id: string; name: string; calendarId: string | null; region: string | null; leadId: string | null }

const teamColumns = (ctx: Ctx) => ctx.db`
  t.id, t.name, t.calendar_id, t.region, t.lead_id, t.archived_at, t.version,
  array(select m.person_id from staff.membership m where m.team_id = t.id order by m.person_id) as member_ids`

export const selectTeams = (ctx: Ctx, archived?: boolean): Promise<TeamRow[]> => ctx.db<TeamRow[]>`
  select ${teamColumns(ctx)} from staff.team t ${archived === undefined ? ctx.db`` : ctx.db`where (t.archived_at is not null) = ${archived}`} order by t.name, t.id`
export async function selectTeam(ctx: Ctx, id: string, lock = false): Promise<TeamRow | undefined> {
  const [row] = await ctx.db<TeamRow[]>`select ${teamColumns(ctx)} from staff.team t where t.id = ${id} ${lock ? ctx.db`for update` : ctx.db``}`
  return row
}
/** False when a team in use has the name. */
export async function insertTeam(ctx: Ctx, row: NewTeamRow): Promise<boolean> {
  const { count } = await ctx.db`
    insert into staff.team (id, name, calendar_id, region, lead_id, created_at) values (${row.id}, ${row.name}, ${row.calendarId}, ${row.region}, ${row.leadId}, ${ctx.now})
    on conflict (name) where archived_at is null do nothing`
  return count === 1
}
export const teamNameExists = async (ctx: Ctx, name: string, exceptId: string): Promise<boolean> =>
  (await ctx.db`select from staff.team where name = ${name} and archived_at is null and id <> ${exceptId}`).length > 0
export const updateTeamRow = (ctx: Ctx, row: NewTeamRow & { archivedAt: Date | string | null }) => ctx.db`
  update staff.team set name = ${row.name}, calendar_id = ${row.calendarId}, region = ${row.region}, lead_id = ${row.leadId}, archived_at = ${row.archivedAt}, version = version + 1
  where id = ${row.id}`

export const selectTeamIds = async (ctx: Ctx, personId: string): Promise<string[]> =>
  (await ctx.db<{ teamId: string }[]>`select m.team_id from staff.membership m join staff.team t on t.id = m.team_id
    where m.person_id = ${personId} and t.archived_at is null order by m.team_id`).map((row) => row.teamId)

/** Those of the pairs that were not there before. */
export const insertMembers = (ctx: Ctx, pairs: readonly { teamId: string; personId: string }[]): Promise<{ teamId: string; personId: string }[]> =>
  ctx.db<{ teamId: string; personId: string }[]>`
    insert into staff.membership (team_id, person_id, since)
    select team, person, ${ctx.now} from unnest(${pairs.map((one) => one.teamId)}::uuid[], ${pairs.map((one) => one.personId)}::uuid[]) as pair (team, person)
    on conflict do nothing returning team_id, person_id`
export const deleteMember = async (ctx: Ctx, teamId: string, personId: string): Promise<boolean> =>
  (await ctx.db`delete from staff.membership where team_id = ${teamId} and person_id = ${personId}`).count === 1

const skillColumns = (ctx: Ctx) => ctx.db`s.id, s.key, s.name, s.archived_at, s.version, (select count(*) from staff.person_skill p where p.skill_id = s.id) as people`
export const selectSkills = (ctx: Ctx): Promise<SkillRow[]> => ctx.db<SkillRow[]>`select ${skillColumns(ctx)} from staff.skill s order by s.key`
export async function selectSkill(ctx: Ctx, id: string): Promise<SkillRow | undefined> {
  const [row] = await ctx.db<SkillRow[]>`select ${skillColumns(ctx)} from staff.skill s where s.id = ${id}`
  return row
}
export async function insertSkill(ctx: Ctx, id: string, key: string, name: string): Promise<boolean> {
  const { count } = await ctx.db`insert into staff.skill (id, key, name) values (${id}, ${key}, ${name}) on conflict on constraint skill_key do nothing`
  return count === 1
}
export const updateSkillRow = async (ctx: Ctx, id: string, version: number, name: string, archivedAt: Date | string | null): Promise<boolean> =>
  (await ctx.db`update staff.skill set name = ${name}, archived_at = ${archivedAt}, version = version + 1 where id = ${id} and version = ${version}`).count === 1

/** Replaces a person's skills by level per key or id. */
export function replaceSkills(ctx: Ctx, personId: string, skills: readonly { skillId: string; level: number }[]): void {
  ctx.later(ctx.db`delete from staff.person_skill where person_id = ${personId}`)
  if (skills.length) ctx.later(ctx.db`
    insert into staff.person_skill (person_id, skill_id, level)
    select ${personId}, skill, level from unnest(${skills.map((one) => one.skillId)}::uuid[], ${skills.map((one) => one.level)}::int[]) as row (skill, level)`)
}
export const skillIdsByKey = async (ctx: Ctx, keys: readonly string[]): Promise<Map<string, string>> =>
  new Map((await ctx.db<{ key: string; id: string }[]>`select key, id from staff.skill where key = any(${keys as string[]})`).map((row) => [row.key, row.id]))

/** How many of the ids exist; the tables are our own names, never input. */
export async function allExist(ctx: Ctx, table: 'person' | 'team' | 'skill' | 'role', ids: readonly string[]): Promise<boolean> {
  const wanted = [...new Set(ids)]
  if (!wanted.length) return true
  const [row] = await ctx.db<{ count: number }[]>`select count(*) from ${ctx.db(`staff.${table}`)} where id = any(${wanted}::uuid[])`
  return row!.count === wanted.length
}
