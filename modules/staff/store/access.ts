/** SQL of roles, API clients, tokens, sessions, attempts and links. */
import type { Ctx } from '../../../platform/context.ts'
import type { Db } from '../../../platform/database/index.ts'
import type { Scope } from '../../../platform/access/index.ts'
import type { Locale } from '../../../lib/text/index.ts'
import type { PasskeyRow, Profile, RoleRow } from '../contract.ts'
import { PROFILES } from '../profiles.ts'

/** How somebody came in. */
export type Method = 'password' | 'link' | 'passkey' | 'federation'

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

// The driver has no arrays of bytes.
const oneOf = (db: Db, hashes: readonly Buffer[]) =>
  hashes.length === 1 ? db`= ${hashes[0]!}` : db`= any(array(select decode(h, 'hex') from unnest(${hashes.map((hash) => hash.toString('hex'))}::text[]) h))`

/** Condition on `s`, with the policy as `o`: neither rested nor lived for longer than the profile in force allows. */
function lives(db: Db, now: Date) {
  const ago = (profile: Profile, what: 'idleMs' | 'absoluteMs'): Date => new Date(now.getTime() - PROFILES[profile][what])
  return db`s.expires_at > ${now} and s.last_seen_at > case o.profile when 'mlps3' then ${ago('mlps3', 'idleMs')}::timestamptz else ${ago('asvs', 'idleMs')}::timestamptz end
    and s.created_at > case o.profile when 'mlps3' then ${ago('mlps3', 'absoluteMs')}::timestamptz else ${ago('asvs', 'absoluteMs')}::timestamptz end`
}

export interface SessionHolder {
  hash: Buffer; sessionId: string; lastSeenAt: string; provenAt: string | null; method: Method; id: string; name: string; locale: Locale; permissions: string[]; scope: Scope; teamIds: string[]; regions: string[]
  profile: Profile; passwordAt: string | null; passwordGiven: boolean; hasSecondFactor: boolean
}
export const selectSessionHolders = (db: Db, hashes: readonly Buffer[], now: Date): Promise<SessionHolder[]> => db<SessionHolder[]>`
  select s.hash, s.id as session_id, s.last_seen_at, s.proven_at, s.method, p.id, p.name, p.locale, r.permissions, r.scope, p.regions, o.profile, p.password_at, p.password_given,
    p.totp_secret is not null or exists (select from staff.passkey k where k.person_id = p.id) as has_second_factor,
    array(select m.team_id from staff.membership m join staff.team t on t.id = m.team_id where m.person_id = p.id and t.archived_at is null order by 1) as team_ids
  from staff.session s join staff.person p on p.id = s.person_id join staff.role r on r.id = p.role_id cross join staff.policy o
  where s.hash ${oneOf(db, hashes)} and ${lives(db, now)} and p.disabled_at is null`
export interface TokenHolder {
  hash: Buffer; tokenId: string; lastUsedAt: string | null; kind: 'person' | 'client'; id: string; name: string; locale: Locale | null
  narrowed: string[] | null; permissions: string[]; scope: Scope; teamIds: string[]; regions: string[]
}
export const selectTokenHolders = (db: Db, hashes: readonly Buffer[], now: Date): Promise<TokenHolder[]> => db<TokenHolder[]>`
    select t.hash, coalesce(p.regions, '{}') as regions, t.id as token_id, t.last_used_at, t.kind, coalesce(p.id, c.id) as id, coalesce(p.name, c.name) as name, p.locale, t.permissions as narrowed,
      coalesce(r.permissions, c.permissions) as permissions, coalesce(r.scope, c.scope) as scope,
      array(select m.team_id from staff.membership m join staff.team o on o.id = m.team_id where m.person_id = p.id and o.archived_at is null order by 1) as team_ids
    from staff.token t left join staff.person p on p.id = t.person_id left join staff.api_client c on c.id = t.client_id
      left join staff.role r on r.id = coalesce(p.role_id, c.role_id)
    where t.hash ${oneOf(db, hashes)} and t.revoked_at is null and (t.expires_at is null or t.expires_at > ${now}) and p.disabled_at is null and c.disabled_at is null`
export const touchSession = (db: Db, id: string, personId: string, at: Date) => db`
  with seen as (update staff.session set last_seen_at = ${at} where id = ${id} and last_seen_at < ${at})
  insert into staff.last_use (person_id, at) values (${personId}, ${at}) on conflict (person_id) do update set at = excluded.at`
export const touchToken = (db: Db, id: string, at: Date) => db`
  with used as (update staff.token set last_used_at = ${at} where id = ${id} returning person_id)
  insert into staff.last_use (person_id, at) select person_id, ${at} from used where person_id is not null on conflict (person_id) do update set at = excluded.at`

export interface NewSessionRow { id: string; hash: Buffer; personId: string; expiresAt: Date; method: Method; userAgent: string; ip: string }
export const insertSession = (ctx: Ctx, row: NewSessionRow) => ctx.db`
  with used as (insert into staff.last_use (person_id, at) values (${row.personId}, ${ctx.now}) on conflict (person_id) do update set at = excluded.at)
  insert into staff.session (id, hash, person_id, created_at, last_seen_at, proven_at, expires_at, by_link, method, user_agent, ip)
  values (${row.id}, ${row.hash}, ${row.personId}, ${ctx.now}, ${ctx.now}, ${ctx.now}, ${row.expiresAt}, ${row.method === 'link'}, ${row.method}, ${row.userAgent}, ${row.ip})`
export const proveSession = (ctx: Ctx, hash: Buffer) => ctx.db`update staff.session set proven_at = ${ctx.now} where hash = ${hash}`
export const deleteSessionsOf = async (ctx: Ctx, personId: string): Promise<number> => (await ctx.db`delete from staff.session where person_id = ${personId}`).count
export interface OwnSession { id: string; createdAt: string; lastSeenAt: string; expiresAt: string; userAgent: string; ip: string; byLink: boolean; isCurrent: boolean }
export const selectSessions = (ctx: Ctx, personId: string, currentHash: Buffer | null): Promise<OwnSession[]> => ctx.db<OwnSession[]>`
  select s.id, s.created_at, s.last_seen_at, s.expires_at, s.user_agent, s.ip, s.by_link, coalesce(s.hash = ${currentHash}::bytea, false) as is_current from staff.session s cross join staff.policy o
  where s.person_id = ${personId} and ${lives(ctx.db, ctx.now)} order by s.last_seen_at desc`
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
/** The one before is kept, so that it can be told from a new one. */
export const updatePassword = (ctx: Ctx, personId: string, hash: string) => ctx.db`
  with former as (insert into staff.former_password (person_id, hash, until) select id, password_hash, ${ctx.now} from staff.person where id = ${personId} and password_hash is not null on conflict do nothing)
  update staff.person set password_hash = ${hash}, password_at = ${ctx.now}, password_given = false where id = ${personId}`
export const selectFormer = async (ctx: Ctx, personId: string, count: number): Promise<string[]> =>
  (await ctx.db<{ hash: string }[]>`
    select hash from (select password_hash as hash, 'infinity'::timestamptz as until from staff.person where id = ${personId} and password_hash is not null
      union all select hash, until from staff.former_password where person_id = ${personId}) f order by until desc limit ${count}`).map((row) => row.hash)
export const updateTotp = (ctx: Ctx, personId: string, secret: Buffer | null, offered: Buffer | null) =>
  ctx.db`update staff.person set totp_secret = ${secret}, totp_offered = ${offered} where id = ${personId}`
export const deleteRecoveryCodes = (ctx: Ctx, personId: string) => ctx.db`delete from staff.recovery_code where person_id = ${personId}`
export const insertRecoveryCodes = (ctx: Ctx, personId: string, hashes: Buffer[]) => ctx.db`
  insert into staff.recovery_code (person_id, hash, created_at) select ${personId}, decode(h, 'hex'), ${ctx.now} from unnest(${hashes.map((hash) => hash.toString('hex'))}::text[]) h`
export const spendRecoveryCode = async (ctx: Ctx, personId: string, hash: Buffer): Promise<boolean> =>
  (await ctx.db`update staff.recovery_code set used_at = ${ctx.now} where person_id = ${personId} and hash = ${hash} and used_at is null`).count === 1
export const countRecoveryCodes = async (ctx: Ctx, personId: string): Promise<number> =>
  (await ctx.db<{ count: number }[]>`select count(*) as count from staff.recovery_code where person_id = ${personId} and used_at is null`)[0]!.count

/** Everything beside the password. */
export function clearSecondFactor(ctx: Ctx, personId: string): void {
  ctx.later(updateTotp(ctx, personId, null, null))
  ctx.later(ctx.db`delete from staff.recovery_code where person_id = ${personId}`)
  ctx.later(ctx.db`delete from staff.passkey where person_id = ${personId}`)
}
/** True once per code: a step at or before the last one used is refused. */
export const useTotpStep = async (ctx: Ctx, personId: string, step: number): Promise<boolean> =>
  (await ctx.db`update staff.person set totp_last_step = ${step} where id = ${personId} and totp_last_step < ${step}`).count === 1

export interface Failures { count: number; lastAt: string | null; ofNetwork: number; /** Of this login from all networks. */ ofLogin: number; /** The person has come in from here before. */ isKnown: boolean }
/** Failed tries since `since` and after the last success (by id: several may share an instant), under a lock that lets one try of this login and network in at a time. */
export async function selectFailures(ctx: Ctx, loginHash: Buffer, network: string, since: Date): Promise<Failures> {
  await ctx.db`select pg_advisory_xact_lock(hashtextextended(${`${network} ${loginHash.toString('hex')}`}, 7102002))`
  const [row] = await ctx.db<Failures[]>`
    with own as (select id, at, succeeded from staff.sign_in_attempt where login_hash = ${loginHash} and network = ${network} and at > ${since})
    select count(*) as count, max(at) as last_at,
      (select count(*) from (select from staff.sign_in_attempt where network = ${network} and at > ${since} and not succeeded limit 1000) as n) as of_network,
      (select count(*) from (select from staff.sign_in_attempt where login_hash = ${loginHash} and at > ${since} and not succeeded limit 1000) as l) as of_login,
      exists (select from staff.sign_in_attempt where login_hash = ${loginHash} and network = ${network} and succeeded) as is_known
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
  ctx.later(ctx.db`delete from staff.passkey_challenge where expires_at < ${ctx.now}`)
  ctx.later(ctx.db`delete from staff.former_password where until < ${new Date(ctx.now.getTime() - 5 * 366 * 86_400_000)}`)
  ctx.later(ctx.db`delete from staff.sign_in_link where expires_at < ${oldest}`)
  ctx.later(ctx.db`delete from staff.sign_in_attempt where at < ${oldest}`)
}

export interface StoredPasskey { id: string; personId: string; credential: string; publicKey: Buffer; counter: number; transports: string[] }
export const selectPasskeys = (ctx: Ctx, personId: string): Promise<(PasskeyRow & StoredPasskey)[]> => ctx.db<(PasskeyRow & StoredPasskey)[]>`
  select id, person_id, credential, public_key, counter, transports, name, is_synced, created_at, last_used_at from staff.passkey where person_id = ${personId} order by created_at`
export async function selectPasskey(ctx: Ctx, credential: string): Promise<StoredPasskey | undefined> {
  const [row] = await ctx.db<StoredPasskey[]>`
    select k.id, k.person_id, k.credential, k.public_key, k.counter, k.transports from staff.passkey k join staff.person p on p.id = k.person_id where k.credential = ${credential} and p.disabled_at is null for update of k`
  return row
}
export const insertPasskey = async (ctx: Ctx, row: StoredPasskey & { name: string; isSynced: boolean }): Promise<boolean> => (await ctx.db`
  insert into staff.passkey (id, person_id, credential, public_key, counter, transports, name, is_synced, created_at)
  values (${row.id}, ${row.personId}, ${row.credential}, ${row.publicKey}, ${row.counter}, ${row.transports}, ${row.name}, ${row.isSynced}, ${ctx.now}) on conflict (credential) do nothing`).count === 1
export const usePasskey = (ctx: Ctx, id: string, counter: number) => ctx.db`update staff.passkey set counter = ${counter}, last_used_at = ${ctx.now} where id = ${id}`
export const deletePasskey = async (ctx: Ctx, personId: string, id: string): Promise<boolean> => (await ctx.db`delete from staff.passkey where id = ${id} and person_id = ${personId}`).count === 1

export const insertChallenge = (ctx: Ctx, row: { hash: Buffer; personId: string | null; purpose: string; expiresAt: Date }) => ctx.db`
  insert into staff.passkey_challenge (hash, person_id, purpose, expires_at) values (${row.hash}, ${row.personId}, ${row.purpose}, ${row.expiresAt})`
export const countChallenges = async (ctx: Ctx): Promise<number> => (await ctx.db<{ count: number }[]>`select count(*) as count from staff.passkey_challenge where expires_at > ${ctx.now}`)[0]!.count
/** The question is gone with its first answer, right or wrong. */
export async function takeChallenge(ctx: Ctx, hash: Buffer): Promise<{ personId: string | null; purpose: string } | undefined> {
  const [row] = await ctx.db<{ personId: string | null; purpose: string; isAlive: boolean }[]>`delete from staff.passkey_challenge where hash = ${hash} returning person_id, purpose, expires_at > ${ctx.now} as is_alive`
  return row?.isAlive ? row : undefined
}
