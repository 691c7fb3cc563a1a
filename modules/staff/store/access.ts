/** SQL of roles, API clients, tokens, sessions, attempts and links. */
import type { Ctx } from '../../../platform/context.ts'
import type { Db } from '../../../platform/database/index.ts'
import type { Scope } from '../../../platform/access/index.ts'
import type { Locale } from '../../../lib/text/index.ts'
import type { RoleRow } from '../contract.ts'

const roleColumns = (ctx: Ctx) => ctx.db`r.id, r.key, r.name, r.permissions, r.scope, r.built_in, r.version, (select count(*) from staff.person p where p.role_id = r.id) as people`
export const selectRoles = (ctx: Ctx): Promise<RoleRow[]> => ctx.db<RoleRow[]>`select ${roleColumns(ctx)} from staff.role r order by r.built_in desc, r.id`
export async function selectRole(ctx: Ctx, by: { id: string } | { key: string }): Promise<RoleRow | undefined> {
  const [row] = await ctx.db<RoleRow[]>`select ${roleColumns(ctx)} from staff.role r where ${'id' in by ? ctx.db`r.id = ${by.id}` : ctx.db`r.key = ${by.key}`}`
  return row
}
export const insertRole = async (ctx: Ctx, row: Pick<RoleRow, 'id' | 'key' | 'name' | 'permissions' | 'scope'>): Promise<boolean> =>
  (await ctx.db`insert into staff.role (id, key, name, permissions, scope) values (${row.id}, ${row.key}, ${row.name}, ${row.permissions}, ${row.scope}) on conflict (key) do nothing`).count === 1
export const updateRoleRow = async (ctx: Ctx, row: Pick<RoleRow, 'id' | 'name' | 'permissions' | 'scope' | 'version'>): Promise<boolean> =>
  (await ctx.db`update staff.role set name = ${row.name}, permissions = ${row.permissions}, scope = ${row.scope}, version = version + 1 where id = ${row.id} and version = ${row.version} and not built_in`).count === 1
/** False when somebody, person or client, still holds it, or a provider, directory or group gives it. */
export const deleteRole = async (ctx: Ctx, id: string): Promise<boolean> =>
  (await ctx.db`delete from staff.role r where id = ${id} and not exists (select from staff.person where role_id = r.id) and not exists (select from staff.api_client where role_id = r.id)
    and not exists (select from staff.identity_provider where role_id = r.id) and not exists (select from staff.directory where role_id = r.id) and not exists (select from staff.directory_group where role_id = r.id)`).count === 1

export interface SessionHolder {
  sessionId: string; lastSeenAt: string; id: string; name: string; locale: Locale; permissions: string[]; scope: Scope; teamIds: string[]
}
export async function selectSessionHolder(db: Db, hash: Buffer, now: Date, idleSince: Date): Promise<SessionHolder | undefined> {
  const [row] = await db<SessionHolder[]>`
    select s.id as session_id, s.last_seen_at, p.id, p.name, p.locale, r.permissions, r.scope,
      array(select m.team_id from staff.membership m join staff.team t on t.id = m.team_id where m.person_id = p.id and t.archived_at is null) as team_ids
    from staff.session s join staff.person p on p.id = s.person_id join staff.role r on r.id = p.role_id
    where s.hash = ${hash} and s.expires_at > ${now} and s.last_seen_at > ${idleSince} and p.disabled_at is null`
  return row
}
export interface TokenHolder {
  tokenId: string; lastUsedAt: string | null; kind: 'person' | 'client'; id: string; name: string; locale: Locale | null
  narrowed: string[] | null; permissions: string[]; scope: Scope; teamIds: string[]
}
export async function selectTokenHolder(db: Db, hash: Buffer, now: Date): Promise<TokenHolder | undefined> {
  const [row] = await db<TokenHolder[]>`
    select t.id as token_id, t.last_used_at, t.kind, coalesce(p.id, c.id) as id, coalesce(p.name, c.name) as name, p.locale, t.permissions as narrowed,
      coalesce(r.permissions, c.permissions) as permissions, coalesce(r.scope, c.scope) as scope,
      array(select m.team_id from staff.membership m join staff.team o on o.id = m.team_id where m.person_id = p.id and o.archived_at is null) as team_ids
    from staff.token t left join staff.person p on p.id = t.person_id left join staff.api_client c on c.id = t.client_id
      left join staff.role r on r.id = coalesce(p.role_id, c.role_id)
    where t.hash = ${hash} and t.revoked_at is null and (t.expires_at is null or t.expires_at > ${now}) and p.disabled_at is null and c.disabled_at is null`
  return row
}
export const touchSession = (db: Db, id: string, at: Date) => db`update staff.session set last_seen_at = ${at} where id = ${id} and last_seen_at < ${at}`
export const touchToken = (db: Db, id: string, at: Date) => db`update staff.token set last_used_at = ${at} where id = ${id}`

export interface NewSessionRow { id: string; hash: Buffer; personId: string; expiresAt: Date; byLink: boolean; userAgent: string; ip: string }
export const insertSession = (ctx: Ctx, row: NewSessionRow) => ctx.db`
  insert into staff.session (id, hash, person_id, created_at, last_seen_at, expires_at, by_link, user_agent, ip)
  values (${row.id}, ${row.hash}, ${row.personId}, ${ctx.now}, ${ctx.now}, ${row.expiresAt}, ${row.byLink}, ${row.userAgent}, ${row.ip})`
export interface OwnSession { id: string; createdAt: string; lastSeenAt: string; expiresAt: string; userAgent: string; ip: string; byLink: boolean; isCurrent: boolean }
export const selectSessions = (ctx: Ctx, personId: string, currentHash: Buffer | null, idleSince: Date): Promise<OwnSession[]> => ctx.db<OwnSession[]>`
  select id, created_at, last_seen_at, expires_at, user_agent, ip, by_link, coalesce(hash = ${currentHash}::bytea, false) as is_current from staff.session
  where person_id = ${personId} and expires_at > ${ctx.now} and last_seen_at > ${idleSince} order by last_seen_at desc`
export const deleteSession = async (ctx: Ctx, personId: string, by: { id: string } | { hash: Buffer }): Promise<boolean> =>
  (await ctx.db`delete from staff.session where person_id = ${personId} and ${'id' in by ? ctx.db`id = ${by.id}` : ctx.db`hash = ${by.hash}`}`).count > 0
export const deleteOtherSessions = (ctx: Ctx, personId: string, keepHash: Buffer | null) =>
  ctx.db`delete from staff.session where person_id = ${personId} and hash is distinct from ${keepHash}::bytea`

/** The freedom a link gave ends with the password it was for. */
export const endLinkGrace = (ctx: Ctx, hash: Buffer) => ctx.db`update staff.session set by_link = false where hash = ${hash}`

export interface Credentials {
  id: string; name: string; login: string; passwordHash: string | null; totpSecret: Buffer | null; totpOffered: Buffer | null; totpLastStep: number; disabledAt: string | null
}
export async function selectCredentials(ctx: Ctx, by: { id: string } | { loginFolded: string }, lock = false): Promise<Credentials | undefined> {
  const [row] = await ctx.db<Credentials[]>`
    select id, name, login, password_hash, totp_secret, totp_offered, totp_last_step, disabled_at from staff.person
    where ${'id' in by ? ctx.db`id = ${by.id}` : ctx.db`login_folded = ${by.loginFolded}`} ${lock ? ctx.db`for update` : ctx.db``}`
  return row
}
export const updatePassword = (ctx: Ctx, personId: string, hash: string) => ctx.db`update staff.person set password_hash = ${hash}, password_at = ${ctx.now} where id = ${personId}`
export const updateTotp = (ctx: Ctx, personId: string, secret: Buffer | null, offered: Buffer | null) =>
  ctx.db`update staff.person set totp_secret = ${secret}, totp_offered = ${offered} where id = ${personId}`
/** True once per code: a step at or before the last one used is refused. */
export const useTotpStep = async (ctx: Ctx, personId: string, step: number): Promise<boolean> =>
  (await ctx.db`update staff.person set totp_last_step = ${step} where id = ${personId} and totp_last_step < ${step}`).count === 1

export interface Failures { count: number; lastAt: string | null; ofNetwork: number }
/** Failed tries since `since` and after the last success (by id: several may share an instant), under a lock that lets one try of this login and network in at a time. */
export async function selectFailures(ctx: Ctx, loginHash: Buffer, network: string, since: Date): Promise<Failures> {
  await ctx.db`select pg_advisory_xact_lock(hashtextextended(${`${network} ${loginHash.toString('hex')}`}, 7102002))`
  const [row] = await ctx.db<Failures[]>`
    with own as (select id, at, succeeded from staff.sign_in_attempt where login_hash = ${loginHash} and network = ${network} and at > ${since})
    select count(*) as count, max(at) as last_at,
      (select count(*) from (select from staff.sign_in_attempt where network = ${network} and at > ${since} and not succeeded limit 1000) as n) as of_network
    from own where not succeeded and id > coalesce((select id from own where succeeded order by id desc limit 1), '00000000-0000-0000-0000-000000000000')`
  return row!
}
export const insertAttempt = (ctx: Ctx, id: string, loginHash: Buffer, network: string) =>
  ctx.db`insert into staff.sign_in_attempt (id, login_hash, network, at) values (${id}, ${loginHash}, ${network}, ${ctx.now})`
export const markAttempt = (ctx: Ctx, id: string) => ctx.db`update staff.sign_in_attempt set succeeded = true where id = ${id}`
export const forgetAttempt = (ctx: Ctx, id: string) => ctx.db`delete from staff.sign_in_attempt where id = ${id}`

export const insertSignInLink = (ctx: Ctx, row: { id: string; hash: Buffer; personId: string; expiresAt: Date }) =>
  ctx.db`insert into staff.sign_in_link (id, hash, person_id, created_at, expires_at) values (${row.id}, ${row.hash}, ${row.personId}, ${ctx.now}, ${row.expiresAt})`
export const deleteUnusedLinks = (ctx: Ctx, personId: string) => ctx.db`delete from staff.sign_in_link where person_id = ${personId} and used_at is null`
/** The link's person when it is alive; the row stays locked to the end of the transaction. */
export async function selectLink(ctx: Ctx, hash: Buffer): Promise<{ id: string; personId: string } | undefined> {
  const [row] = await ctx.db<{ id: string; personId: string }[]>`
    select id, person_id from staff.sign_in_link where hash = ${hash} and used_at is null and expires_at > ${ctx.now} for update`
  return row
}
export const markLink = (ctx: Ctx, id: string) => ctx.db`update staff.sign_in_link set used_at = ${ctx.now} where id = ${id}`

export function replaceSetupLink(ctx: Ctx, hash: Buffer, expiresAt: Date): void {
  ctx.later(ctx.db`delete from staff.setup_link where used_at is null`)
  ctx.later(ctx.db`insert into staff.setup_link (hash, created_at, expires_at) values (${hash}, ${ctx.now}, ${expiresAt})`)
}
export const useSetupLink = async (ctx: Ctx, hash: Buffer): Promise<boolean> =>
  (await ctx.db`update staff.setup_link set used_at = ${ctx.now} where hash = ${hash} and used_at is null and expires_at > ${ctx.now}`).count === 1
export const setupLinkLives = async (ctx: Ctx, hash: Buffer): Promise<boolean> =>
  (await ctx.db`select from staff.setup_link where hash = ${hash} and used_at is null and expires_at > ${ctx.now}`).count === 1

export interface TokenRecord {
  id: string; name: string; kind: 'person' | 'client'; holder: string; holderId: string; holderPermissions: string[]; narrowed: string[] | null; scope: Scope
  createdAt: string; expiresAt: string | null; lastUsedAt: string | null; revokedAt: string | null
}
export const selectTokens = (ctx: Ctx, id?: string): Promise<TokenRecord[]> => ctx.db<TokenRecord[]>`
  select t.id, t.name, t.kind, coalesce(p.name, c.name) as holder, coalesce(p.id, c.id) as holder_id, coalesce(r.permissions, c.permissions) as holder_permissions,
    t.permissions as narrowed, coalesce(r.scope, c.scope) as scope, t.created_at, t.expires_at, t.last_used_at, t.revoked_at
  from staff.token t left join staff.person p on p.id = t.person_id left join staff.api_client c on c.id = t.client_id left join staff.role r on r.id = coalesce(p.role_id, c.role_id)
  ${id ? ctx.db`where t.id = ${id}` : ctx.db``} order by t.revoked_at nulls first, t.created_at desc, t.id desc limit 1000`
export const insertClient = (ctx: Ctx, row: { id: string; name: string; roleId: string | null; permissions: string[]; scope: Scope }) =>
  ctx.db`insert into staff.api_client (id, name, role_id, permissions, scope, created_at) values (${row.id}, ${row.name}, ${row.roleId}, ${row.permissions}, ${row.scope}, ${ctx.now})`
export interface NewTokenRow { id: string; hash: Buffer; name: string; personId: string | null; clientId: string | null; permissions: string[] | null; expiresAt: Date | string | null }
export const insertToken = (ctx: Ctx, row: NewTokenRow) => ctx.db`
  insert into staff.token (id, hash, name, kind, person_id, client_id, permissions, created_at, created_by, expires_at)
  values (${row.id}, ${row.hash}, ${row.name}, ${row.personId ? 'person' : 'client'}, ${row.personId}, ${row.clientId}, ${row.permissions}, ${ctx.now}, ${ctx.actor.id}, ${row.expiresAt})`
export const updateRevoked = async (ctx: Ctx, id: string): Promise<boolean> =>
  (await ctx.db`update staff.token set revoked_at = ${ctx.now} where id = ${id} and revoked_at is null`).count === 1

/** Forgets what has no use any more: ended sessions, used and expired links, tries older than 90 days. */
export async function purgeAccess(ctx: Ctx, idleSince: Date, oldest: Date): Promise<void> {
  ctx.later(ctx.db`delete from staff.session where expires_at < ${ctx.now} or last_seen_at < ${idleSince}`)
  ctx.later(ctx.db`delete from staff.sign_in_link where expires_at < ${oldest}`)
  ctx.later(ctx.db`delete from staff.sign_in_attempt where at < ${oldest}`)
}
