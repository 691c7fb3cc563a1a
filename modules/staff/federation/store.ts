/** SQL of providers, links, sign-ins on their way and used assertions. */
import type { App, Ctx } from '../../../platform/context.ts'
import type { Db } from '../../../platform/database/index.ts'
import type { IdentityRow, ProviderKind, ProviderSettings, WayRow } from './contract.ts'

export interface StoredProvider {
  id: string; kind: ProviderKind; name: string; settings: ProviderSettings; secret: Buffer | null; roleId: string | null; domains: string[]; directoryId: string | null
  people: number; disabledAt: string | null; admittedAt: string | null; version: number
}
const providerColumns = (db: Db) => db`
  p.id, p.kind, p.name, p.settings, p.secret, p.role_id, p.domains, p.directory_id, p.disabled_at, p.admitted_at, p.version,
  (select count(*) from staff.identity_link l where l.provider_id = p.id) as people`
export const selectProviders = ({ db }: Pick<Ctx, 'db'>): Promise<StoredProvider[]> => db<StoredProvider[]>`select ${providerColumns(db)} from staff.identity_provider p order by p.name, p.id`
export async function selectProvider({ db }: Pick<Ctx, 'db'>, id: string): Promise<StoredProvider | undefined> {
  const [row] = await db<StoredProvider[]>`select ${providerColumns(db)} from staff.identity_provider p where p.id = ${id}`
  return row
}
export const selectWays = ({ db }: Pick<Ctx, 'db'>): Promise<WayRow[]> => db<WayRow[]>`select id, kind, name from staff.identity_provider where disabled_at is null order by name, id`
export type ProviderWrite = Pick<StoredProvider, 'id' | 'kind' | 'name' | 'settings' | 'secret' | 'roleId' | 'domains' | 'directoryId'>
export const insertProvider = (ctx: Ctx, row: ProviderWrite & { disabledAt: Date | null }) => ctx.db`
  insert into staff.identity_provider (id, kind, name, settings, secret, role_id, domains, directory_id, disabled_at, created_at)
  values (${row.id}, ${row.kind}, ${row.name}, ${ctx.db.json(row.settings as never)}, ${row.secret}, ${row.roleId}, ${row.domains}, ${row.directoryId}, ${row.disabledAt}, ${ctx.now})`
/** False when somebody changed it since `version`. */
export const updateProvider = async (ctx: Ctx, row: ProviderWrite & { disabledAt: string | Date | null; admittedAt: string | Date | null; version: number }): Promise<boolean> => (await ctx.db`
  update staff.identity_provider set kind = ${row.kind}, name = ${row.name}, settings = ${ctx.db.json(row.settings as never)}, secret = ${row.secret}, role_id = ${row.roleId},
    domains = ${row.domains}, directory_id = ${row.directoryId}, disabled_at = ${row.disabledAt}, admitted_at = ${row.admittedAt}, version = version + 1
  where id = ${row.id} and version = ${row.version}`).count === 1
export const updateAdmitted = async (ctx: Ctx, id: string, version: number): Promise<boolean> =>
  (await ctx.db`update staff.identity_provider set disabled_at = null, admitted_at = ${ctx.now}, version = version + 1 where id = ${id} and version = ${version}`).count === 1
export const deleteProvider = async (ctx: Ctx, id: string): Promise<boolean> => (await ctx.db`delete from staff.identity_provider where id = ${id}`).count === 1
export const directoryExists = async (ctx: Ctx, id: string): Promise<boolean> => (await ctx.db`select from staff.directory where client_id = ${id}`).count === 1

export interface LinkRow { id: string; personId: string }
export async function selectLink(ctx: Ctx, providerId: string, issuer: string, subject: string): Promise<LinkRow | undefined> {
  const [row] = await ctx.db<LinkRow[]>`select id, person_id from staff.identity_link where provider_id = ${providerId} and issuer = ${issuer} and subject = ${subject}`
  return row
}
export const touchLink = (ctx: Ctx, id: string) => ctx.db`update staff.identity_link set last_used_at = ${ctx.now} where id = ${id}`
export interface NewLink { id: string; providerId: string; issuer: string; subject: string; personId: string; account: string }
/** False when this account, or this person at this provider, is connected already. */
export const insertLink = async (ctx: Ctx, row: NewLink): Promise<boolean> => (await ctx.db`
  insert into staff.identity_link (id, provider_id, issuer, subject, person_id, account, created_at)
  values (${row.id}, ${row.providerId}, ${row.issuer}, ${row.subject}, ${row.personId}, ${row.account}, ${ctx.now}) on conflict do nothing`).count === 1
export const selectIdentities = (ctx: Ctx, personId: string): Promise<IdentityRow[]> => ctx.db<IdentityRow[]>`
  select l.id, l.provider_id, p.name as provider, p.kind, l.account, l.created_at, l.last_used_at
  from staff.identity_link l join staff.identity_provider p on p.id = l.provider_id where l.person_id = ${personId} order by p.name, l.id`
export const deleteLink = async (ctx: Ctx, personId: string, id: string): Promise<boolean> => (await ctx.db`delete from staff.identity_link where id = ${id} and person_id = ${personId}`).count === 1
/** Ways in that remain without this link; the person's row is locked, so that two removals can't both count on the other. */
export async function countOtherWays(ctx: Ctx, personId: string, exceptLink: string): Promise<number> {
  await ctx.db`select from staff.person where id = ${personId} for update`
  const [row] = await ctx.db<{ count: number }[]>`
    select (select count(*) from staff.person where id = ${personId} and password_hash is not null) + (select count(*) from staff.passkey where person_id = ${personId})
      + (select count(*) from staff.identity_link l join staff.identity_provider p on p.id = l.provider_id where l.person_id = ${personId} and l.id <> ${exceptLink} and p.disabled_at is null) as count`
  return row!.count
}
/** The directory that takes care of a person. */
export async function selectCarer(ctx: Ctx, personId: string): Promise<{ id: string; name: string } | undefined> {
  const [row] = await ctx.db<{ id: string; name: string }[]>`select c.id, c.name from staff.provisioned v join staff.api_client c on c.id = v.client_id where v.person_id = ${personId}`
  return row
}
/** Whom the directory brought under this id. */
export async function selectProvisioned(ctx: Ctx, clientId: string, externalId: string): Promise<string | undefined> {
  const [row] = await ctx.db<{ personId: string }[]>`select person_id from staff.provisioned where client_id = ${clientId} and external_id = ${externalId}`
  return row?.personId
}

export interface Flow { id: string; providerId: string; personId: string | null; returnTo: string; kept: Buffer; createdAt: string }
export interface NewFlow { id: string; providerId: string; stateHash: Buffer; browserHash: Buffer; personId: string | null; returnTo: string; kept: Buffer; expiresAt: Date }
export const insertFlow = (ctx: Ctx, row: NewFlow) => ctx.db`
  insert into staff.federation_flow (id, provider_id, state_hash, browser_hash, person_id, return_to, kept, created_at, expires_at)
  values (${row.id}, ${row.providerId}, ${row.stateHash}, ${row.browserHash}, ${row.personId}, ${row.returnTo}, ${row.kept}, ${ctx.now}, ${row.expiresAt})`
/** Once: the second answer to the same question finds nothing. Without `browserHash` the browser is checked at the finish. */
export async function takeFlow(ctx: Ctx, providerId: string, stateHash: Buffer, browserHash: Buffer | null): Promise<Flow | undefined> {
  const [row] = await ctx.db<Flow[]>`
    update staff.federation_flow set answered_at = ${ctx.now}
    where state_hash = ${stateHash} and provider_id = ${providerId} and answered_at is null and expires_at > ${ctx.now}
      ${browserHash ? ctx.db`and browser_hash = ${browserHash}` : ctx.db``}
    returning id, provider_id, person_id, return_to, kept, created_at`
  return row
}
export const keepAnswer = (ctx: Ctx, id: string, kept: Buffer) => ctx.db`update staff.federation_flow set kept = ${kept} where id = ${id}`
const flowColumns = (ctx: Ctx) => ctx.db`id, provider_id, person_id, return_to, kept, created_at`
/** The newest answered and unfinished sign-in of this browser. */
export async function selectAnswered(ctx: Ctx, browserHash: Buffer, personId: string | null): Promise<Flow | undefined> {
  const [row] = await ctx.db<Flow[]>`
    select ${flowColumns(ctx)} from staff.federation_flow
    where browser_hash = ${browserHash} and answered_at is not null and finished_at is null and expires_at > ${ctx.now} and tries < 5 and person_id is not distinct from ${personId}::uuid
    order by answered_at desc, id desc limit 1`
  return row
}
/** An answered flow by its id, in the browser that began it. */
export async function selectReturned(ctx: Ctx, id: string, browserHash: Buffer): Promise<Flow | undefined> {
  const [row] = await ctx.db<Flow[]>`
    select ${flowColumns(ctx)} from staff.federation_flow
    where id = ${id} and browser_hash = ${browserHash} and answered_at is not null and finished_at is null and expires_at > ${ctx.now}`
  return row
}
export const countTry = (ctx: Ctx, id: string) => ctx.db`update staff.federation_flow set tries = tries + 1 where id = ${id}`
/** True once. */
export const finishFlow = async (ctx: Ctx, id: string): Promise<boolean> =>
  (await ctx.db`update staff.federation_flow set finished_at = ${ctx.now} where id = ${id} and finished_at is null and expires_at > ${ctx.now}`).count === 1

/** False when this assertion was used before. */
export const useAssertion = async (ctx: Ctx, providerId: string, assertionId: string, expiresAt: Date): Promise<boolean> => (await ctx.db`
  insert into staff.saml_assertion (provider_id, assertion_id, expires_at) values (${providerId}, ${assertionId}, ${expiresAt}) on conflict do nothing`).count === 1

export interface TheirSessionRow { sessionId: string; providerId: string; issuer: string; subject: string; sid: string | null; kept: Buffer }
export const insertTheirs = (ctx: Ctx, row: TheirSessionRow) => ctx.db`
  insert into staff.federated_session (session_id, provider_id, issuer, subject, sid, kept) values (${row.sessionId}, ${row.providerId}, ${row.issuer}, ${row.subject}, ${row.sid}, ${row.kept})`
export async function selectTheirs(ctx: Ctx, sessionHash: Buffer): Promise<TheirSessionRow | undefined> {
  const [row] = await ctx.db<TheirSessionRow[]>`
    select f.session_id, f.provider_id, f.issuer, f.subject, f.sid, f.kept from staff.federated_session f join staff.session s on s.id = f.session_id where s.hash = ${sessionHash}`
  return row
}
/** Ends our sessions that came from these of the provider's: of a subject, of one session, or of both. Answers whose. */
export const deleteFrom = (ctx: Ctx, providerId: string, issuer: string, { subject, sid }: { subject: string | null; sid: string | null }): Promise<{ personId: string; count: number }[]> => ctx.db<{ personId: string; count: number }[]>`
  with ended as (
    delete from staff.session s using staff.federated_session f where f.session_id = s.id and f.provider_id = ${providerId} and f.issuer = ${issuer}
      ${subject === null ? ctx.db`` : ctx.db`and f.subject = ${subject}`} ${sid === null ? ctx.db`` : ctx.db`and (f.sid = ${sid} ${subject === null ? ctx.db`` : ctx.db`or f.sid is null`})`} returning s.person_id)
  select person_id, count(*)::int as count from ended group by person_id`
/** False when this was said before. */
export const hearOnce = async (ctx: Ctx, providerId: string, messageId: string, expiresAt: Date): Promise<boolean> => (await ctx.db`
  insert into staff.logout_message (provider_id, message_id, expires_at) values (${providerId}, ${messageId}, ${expiresAt}) on conflict do nothing`).count === 1

export async function forgetFlows(app: App): Promise<void> {
  const now = app.clock.now()
  await app.pool`delete from staff.federation_flow where expires_at < ${now}`
  // Kept a day longer than it would be believed: clocks differ.
  await app.pool`delete from staff.logout_message where expires_at < ${new Date(now.getTime() - 86_400_000)}`
  await app.pool`delete from staff.saml_assertion where expires_at < ${new Date(now.getTime() - 86_400_000)}`
}
