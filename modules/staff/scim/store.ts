/** SQL of directories, the people they brought, their groups and what these give. */
import type { Ctx } from '../../../platform/context.ts'
import type { Db } from '../../../platform/database/index.ts'
import type { Locale } from '../../../lib/text/index.ts'
import type { DirectoryGroupRow, DirectoryRow } from './contract.ts'

export interface Directory { clientId: string; name: string; roleId: string; roleAdmittedAt: string | null; version: number }
export async function selectDirectory({ db }: Pick<Ctx, 'db'>, id: string): Promise<Directory | undefined> {
  const [row] = await db<Directory[]>`select d.client_id, c.name, d.role_id, d.role_admitted_at, d.version from staff.directory d join staff.api_client c on c.id = d.client_id where d.client_id = ${id}`
  return row
}
export const selectDirectories = ({ db }: Pick<Ctx, 'db'>, id?: string): Promise<DirectoryRow[]> => db<DirectoryRow[]>`
  select d.client_id as id, c.name, d.role_id, d.role_admitted_at, d.version, (select count(*) from staff.provisioned p where p.client_id = d.client_id) as people,
    (select max(t.last_used_at) from staff.token t where t.client_id = d.client_id) as last_used_at,
    (select coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'displayName', g.display_name, 'roleId', g.role_id, 'teamId', g.team_id, 'roleAdmittedAt', g.role_admitted_at, 'version', g.version,
      'members', (select count(*) from staff.directory_member m where m.group_id = g.id)) order by g.display_name, g.id), '[]') from staff.directory_group g where g.client_id = d.client_id) as groups
  from staff.directory d join staff.api_client c on c.id = d.client_id ${id ? db`where d.client_id = ${id}` : db``} order by c.name, d.client_id`
export const insertDirectory = (ctx: Ctx, clientId: string, roleId: string, admittedAt: Date | null) => ctx.db`insert into staff.directory (client_id, role_id, role_admitted_at, created_at) values (${clientId}, ${roleId}, ${admittedAt}, ${ctx.now})`
export const updateDirectory = async (ctx: Ctx, id: string, roleId: string, admittedAt: Date | null, version: number): Promise<boolean> =>
  (await ctx.db`update staff.directory set role_id = ${roleId}, role_admitted_at = ${admittedAt}, version = version + 1 where client_id = ${id} and version = ${version}`).count === 1
export const revokeTokens = (ctx: Ctx, clientId: string) => ctx.db`update staff.token set revoked_at = ${ctx.now} where client_id = ${clientId} and revoked_at is null`

/** A person as the directory knows them. */
export interface Brought {
  id: string; externalId: string | null; login: string; name: string; givenName: string | null; familyName: string | null; locale: Locale; zone: string
  roleId: string; givenRoleId: string | null; rolePermissions: string[]; disabledAt: string | null; createdAt: string; changedAt: string; version: number
  groups: { value: string; display: string }[]
}
const columns = (db: Db) => db`
  p.id, v.external_id, p.login, p.name, v.given_name, v.family_name, p.locale, p.zone, p.role_id, v.role_id as given_role_id, r.permissions as role_permissions, p.disabled_at, v.created_at, v.changed_at, p.version,
  (select coalesce(jsonb_agg(jsonb_build_object('value', g.id, 'display', g.display_name) order by g.display_name), '[]')
    from staff.directory_member m join staff.directory_group g on g.id = m.group_id where m.person_id = p.id) as groups`
export async function selectBrought(ctx: Ctx, clientId: string, id: string, lock = false): Promise<Brought | undefined> {
  const [row] = await ctx.db<Brought[]>`
    select ${columns(ctx.db)} from staff.provisioned v join staff.person p on p.id = v.person_id join staff.role r on r.id = p.role_id
    where v.client_id = ${clientId} and p.id = ${id} ${lock ? ctx.db`for update of p, v` : ctx.db``}`
  return row
}

/** A condition of a filter: every attribute it may name has a column, the value is a parameter. */
export type Condition = { is: 'and' | 'or'; of: Condition[] } | { column: string; value: string | boolean }
const USER_COLUMNS: Record<string, (db: Db, value: string | boolean) => ReturnType<Db>> = {
  id: (db, value) => db`p.id::text = ${String(value)}`, userName: (db, value) => db`p.login_folded = ${String(value).normalize('NFKC').trim().toLowerCase()}`,
  externalId: (db, value) => db`v.external_id = ${String(value)}`, displayName: (db, value) => db`lower(p.name) = ${String(value).toLowerCase()}`, active: (db, value) => db`(p.disabled_at is null) = ${value === true || value === 'true'}`,
}
const GROUP_COLUMNS: Record<string, (db: Db, value: string | boolean) => ReturnType<Db>> = {
  id: (db, value) => db`g.id::text = ${String(value)}`, displayName: (db, value) => db`lower(g.display_name) = ${String(value).toLowerCase()}`, externalId: (db, value) => db`g.external_id = ${String(value)}`,
  members: (db, value) => db`exists (select from staff.directory_member m where m.group_id = g.id and m.person_id::text = ${String(value)})`,
}
export const userAttributes = new Set([...Object.keys(USER_COLUMNS), 'emails'])
export const groupAttributes = new Set(Object.keys(GROUP_COLUMNS))
function sqlOf(db: Db, table: typeof USER_COLUMNS, condition: Condition): ReturnType<Db> {
  if ('column' in condition) return table[condition.column === 'emails' ? 'userName' : condition.column]!(db, condition.value) as ReturnType<Db>
  const join = condition.is === 'and' ? (a: unknown, b: unknown) => db`(${a as never} and ${b as never})` : (a: unknown, b: unknown) => db`(${a as never} or ${b as never})`
  return condition.of.map((one) => sqlOf(db, table, one) as unknown).reduce(join) as ReturnType<Db>
}
export interface Found<T> { total: number; rows: T[] }
export async function findBrought(ctx: Ctx, clientId: string, condition: Condition | null, offset: number, limit: number): Promise<Found<Brought>> {
  const { db } = ctx
  const where = db`v.client_id = ${clientId} ${condition ? db`and ${sqlOf(db, USER_COLUMNS, condition) as never}` : db``}`
  const [[count], rows] = await Promise.all([
    db<{ total: number }[]>`select count(*) as total from staff.provisioned v join staff.person p on p.id = v.person_id where ${where}`,
    db<Brought[]>`select ${columns(db)} from staff.provisioned v join staff.person p on p.id = v.person_id join staff.role r on r.id = p.role_id where ${where} order by p.id offset ${offset} limit ${limit}`,
  ])
  return { total: count!.total, rows }
}
export interface Names { externalId: string | null; givenName: string | null; familyName: string | null }
/** False when this directory has somebody of the same external id. */
export const insertBrought = async (ctx: Ctx, clientId: string, personId: string, names: Names, roleId: string | null): Promise<boolean> => (await ctx.db`
  insert into staff.provisioned (person_id, client_id, external_id, given_name, family_name, role_id, created_at, changed_at)
  values (${personId}, ${clientId}, ${names.externalId}, ${names.givenName}, ${names.familyName}, ${roleId}, ${ctx.now}, ${ctx.now}) on conflict do nothing`).count === 1
export const updateBrought = (ctx: Ctx, personId: string, names: Names) => ctx.db`
  update staff.provisioned set external_id = ${names.externalId}, given_name = ${names.givenName}, family_name = ${names.familyName}, changed_at = ${ctx.now} where person_id = ${personId}`
export const externalIdExists = async (ctx: Ctx, clientId: string, externalId: string, exceptId: string): Promise<boolean> =>
  (await ctx.db`select from staff.provisioned where client_id = ${clientId} and external_id = ${externalId} and person_id <> ${exceptId}`).count > 0
export const deleteBrought = async (ctx: Ctx, clientId: string, personId: string): Promise<boolean> => (await ctx.db`delete from staff.provisioned where client_id = ${clientId} and person_id = ${personId}`).count === 1
export const noteGivenRole = (ctx: Ctx, personId: string, roleId: string) => ctx.db`update staff.provisioned set role_id = ${roleId}, changed_at = ${ctx.now} where person_id = ${personId}`

export interface StoredGroup { id: string; externalId: string | null; displayName: string; roleId: string | null; roleAdmittedAt: string | null; teamId: string | null; createdAt: string; changedAt: string; version: number; members: { value: string; display: string }[] }
const groupColumns = (db: Db) => db`
  g.id, g.external_id, g.display_name, g.role_id, g.role_admitted_at, g.team_id, g.created_at, g.changed_at, g.version,
  (select coalesce(jsonb_agg(jsonb_build_object('value', p.id, 'display', p.name) order by p.id), '[]') from staff.directory_member m join staff.person p on p.id = m.person_id where m.group_id = g.id) as members`
export async function selectGroup(ctx: Ctx, clientId: string | null, id: string, lock = false): Promise<StoredGroup | undefined> {
  const [row] = await ctx.db<StoredGroup[]>`
    select ${groupColumns(ctx.db)} from staff.directory_group g where g.id = ${id} ${clientId ? ctx.db`and g.client_id = ${clientId}` : ctx.db``} ${lock ? ctx.db`for update of g` : ctx.db``}`
  return row
}
export async function findGroups(ctx: Ctx, clientId: string, condition: Condition | null, offset: number, limit: number): Promise<Found<StoredGroup>> {
  const { db } = ctx
  const where = db`g.client_id = ${clientId} ${condition ? db`and ${sqlOf(db, GROUP_COLUMNS, condition) as never}` : db``}`
  const [[count], rows] = await Promise.all([
    db<{ total: number }[]>`select count(*) as total from staff.directory_group g where ${where}`,
    db<StoredGroup[]>`select ${groupColumns(db)} from staff.directory_group g where ${where} order by g.id offset ${offset} limit ${limit}`,
  ])
  return { total: count!.total, rows }
}
/** False when this directory has a group of the same name. */
export const insertGroup = async (ctx: Ctx, clientId: string, group: { id: string; externalId: string | null; displayName: string }): Promise<boolean> => (await ctx.db`
  insert into staff.directory_group (id, client_id, external_id, display_name, created_at, changed_at)
  values (${group.id}, ${clientId}, ${group.externalId}, ${group.displayName}, ${ctx.now}, ${ctx.now}) on conflict do nothing`).count === 1
export const groupNameExists = async (ctx: Ctx, clientId: string, name: string, exceptId: string): Promise<boolean> =>
  (await ctx.db`select from staff.directory_group where client_id = ${clientId} and lower(display_name) = lower(${name}) and id <> ${exceptId}`).count > 0
export const updateGroup = (ctx: Ctx, id: string, group: { externalId: string | null; displayName: string }) => ctx.db`
  update staff.directory_group set external_id = ${group.externalId}, display_name = ${group.displayName}, changed_at = ${ctx.now} where id = ${id}`
export const updateMapping = async (ctx: Ctx, id: string, roleId: string | null, admittedAt: string | Date | null, teamId: string | null, version: number): Promise<boolean> =>
  (await ctx.db`update staff.directory_group set role_id = ${roleId}, role_admitted_at = ${admittedAt}, team_id = ${teamId}, version = version + 1 where id = ${id} and version = ${version}`).count === 1
export const deleteGroup = (ctx: Ctx, id: string) => ctx.db`delete from staff.directory_group where id = ${id}`
/** How many of the ids are people of this directory. */
export const countBrought = async (ctx: Ctx, clientId: string, ids: readonly string[]): Promise<number> =>
  (await ctx.db<{ count: number }[]>`select count(*) as count from staff.provisioned where client_id = ${clientId} and person_id = any(${ids as string[]}::uuid[])`)[0]!.count
export async function replaceMembers(ctx: Ctx, groupId: string, ids: readonly string[]): Promise<void> {
  await ctx.db`delete from staff.directory_member where group_id = ${groupId} and person_id <> all(${ids as string[]}::uuid[])`
  await ctx.db`insert into staff.directory_member (group_id, person_id) select ${groupId}::uuid, one from unnest(${ids as string[]}::uuid[]) as one on conflict do nothing`
}
export const toGroupRow = (row: StoredGroup): DirectoryGroupRow => ({ id: row.id, displayName: row.displayName, members: row.members.length, roleId: row.roleId, teamId: row.teamId, roleAdmittedAt: row.roleAdmittedAt, version: row.version })

/** What the groups of a person give; `onlyAdmitted`: of roles only those two people agreed to. */
export interface Given { roleIds: string[]; teamIds: string[]; hadTeamIds: string[] }
export async function selectGiven(ctx: Ctx, personId: string, onlyAdmitted: boolean): Promise<Given> {
  const [row] = await ctx.db<Given[]>`
    select array(select distinct g.role_id from staff.directory_member m join staff.directory_group g on g.id = m.group_id where m.person_id = ${personId} and g.role_id is not null ${onlyAdmitted ? ctx.db`and g.role_admitted_at is not null` : ctx.db``}) as role_ids,
      array(select distinct g.team_id from staff.directory_member m join staff.directory_group g on g.id = m.group_id join staff.team t on t.id = g.team_id where m.person_id = ${personId} and t.archived_at is null) as team_ids,
      array(select team_id from staff.directory_membership where person_id = ${personId}) as had_team_ids`
  return row!
}
export const insertGivenTeam = (ctx: Ctx, teamId: string, personId: string) => ctx.db`insert into staff.directory_membership (team_id, person_id) values (${teamId}, ${personId}) on conflict do nothing`
export const deleteGivenTeam = (ctx: Ctx, teamId: string, personId: string) => ctx.db`delete from staff.directory_membership where team_id = ${teamId} and person_id = ${personId}`
/** The directory that takes care of a person. */
export const selectOwner = async (ctx: Ctx, personId: string): Promise<string | undefined> =>
  (await ctx.db<{ clientId: string }[]>`select client_id from staff.provisioned where person_id = ${personId}`)[0]?.clientId
