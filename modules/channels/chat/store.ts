/** SQL of the chat and portal part: its own sessions, and what it reads of requests beyond their public functions. */
import type { Ctx } from '../../../platform/context.ts'
import { destroyKey, holdKey, opened } from '../../../platform/crypto/vault.ts'
import { addressIndex, CUSTOMER_NAME, type CustomerClaim, foldEmail, openShown } from '../../customers/index.ts'
import { fileColumns, type FileRow, openFiles } from '../../../platform/files.ts'
import { ATTACHMENT_NAME, SUBJECT } from '../../requests/index.ts'

export interface Session { id: string; name: string | null; email: string | null; locale: 'zh-Hant' | 'zh-Hans' | 'en'; requestId: string | null }

/** What a visitor says of themselves is sealed under a key of the conversation, made when there is something to seal. */
const sealed = { name: ['channels.chat_session/name', 'id'], email: ['channels.chat_session/email', 'id'] } as const
async function sealSession(ctx: Ctx, id: string, who: { name?: string | null; email?: string | null }): Promise<{ name: string | null; email: string | null; index: string | null }> {
  if (who.name || who.email) await holdKey(ctx, id)
  const { vault } = ctx.app
  return { name: vault.seal(id, sealed.name[0], id, who.name || null), email: vault.seal(id, sealed.email[0], id, who.email || null), index: who.email ? addressIndex(ctx.app, 'email', foldEmail(who.email)) : null }
}

export async function insertSession(ctx: Ctx, row: { id: string; tokenHash: Buffer; name: string | null; email: string | null; locale: string; page: string | null }): Promise<void> {
  const { name, email, index } = await sealSession(ctx, row.id, row)
  await ctx.db`
  insert into channels.chat_session (id, token_hash, name, email, email_index, locale, page, created_at, seen_at)
  values (${row.id}, ${row.tokenHash}, ${name}, ${email}, ${index}, ${row.locale}, ${row.page}, ${ctx.now}, ${ctx.now})`
}

/** With `lock`, two words of one conversation at the same moment come one after the other. */
export async function selectSession(ctx: Ctx, tokenHash: Buffer, lock = false): Promise<Session | undefined> {
  const [row] = await opened(ctx, ctx.db<Session[]>`select id, name, email, locale, request_id from channels.chat_session where token_hash = ${tokenHash} ${lock ? ctx.db`for update` : ctx.db``}`, sealed)
  return row
}

export const updateSession = (ctx: Ctx, id: string, requestId: string) => ctx.db`update channels.chat_session set request_id = ${requestId}, seen_at = ${ctx.now} where id = ${id}`

export async function introduceSession(ctx: Ctx, id: string, who: { name?: string; email?: string; locale?: string }): Promise<void> {
  const { name, email, index } = await sealSession(ctx, id, who)
  await ctx.db`update channels.chat_session set name = coalesce(${name}, name), email = coalesce(${email}, email), email_index = coalesce(${index}, email_index), locale = coalesce(${who.locale ?? null}, locale), seen_at = ${ctx.now} where id = ${id}`
}

/** Conversations nobody has spoken in for so long; their requests stay. */
export const deleteOldSessions = (ctx: Ctx, before: Date) => ctx.db`with gone as (delete from channels.chat_session where seen_at < ${before} returning id) delete from platform.data_key where id in (select id from gone)`

/** Ends with its customer: what the visitor of these requests said of themselves. */
export async function forgetSessions(ctx: Ctx, customerId: string): Promise<void> {
  const rows = await ctx.db<{ id: string }[]>`update channels.chat_session s set name = null, email = null, email_index = null from requests.request r where r.id = s.request_id and r.customer_id = ${customerId} returning s.id`
  for (const { id } of rows) destroyKey(ctx, id)
}

export interface RequestHead { id: string; subject: string; stage: string; channel: string; teamId: string | null; serviceId: string | null; customerId: string; customerName: string; language: string; openedAt: string; firstResponseAt: string | null }
export async function selectRequest(ctx: Ctx, id: string): Promise<RequestHead | undefined> {
  const [row] = await opened(ctx, ctx.db<RequestHead[]>`
    select r.id, r.subject, r.stage, r.channel, r.team_id, r.service_id, r.customer_id, c.name as customer_name, r.language, r.opened_at, r.first_response_at
    from requests.request r join customers.customer c on c.id = r.customer_id where r.id = ${id}`, { subject: [SUBJECT, 'id'], customerName: [CUSTOMER_NAME, 'customerId'] })
  return row
}

/** A claim that leads to this very customer again: their proven address if they have one, else what they claimed. */
export async function claimOf(ctx: Ctx, customerId: string, channel: string): Promise<CustomerClaim> {
  const [[customer], identities] = await Promise.all([
    opened(ctx, ctx.db<{ id: string; name: string }[]>`select id, name from customers.customer where id = ${customerId}`, { name: [CUSTOMER_NAME, 'id'] }),
    openShown(ctx, ctx.db<{ id: string; kind: string; shown: string; isVerified: boolean }[]>`
      select i.id, i.kind, i.shown, i.is_verified from customers.identity i where i.customer_id = ${customerId} order by i.is_verified desc, i.created_at`, 'id'),
  ])
  const claim: CustomerClaim = { name: customer?.name, verified: identities[0]?.isVerified ?? false, channel }
  for (const one of identities) {
    if (one.isVerified !== claim.verified) continue
    if (one.kind === 'email') claim.email ??= one.shown
    else if (one.kind === 'phone') claim.phone ??= one.shown
    else if (one.kind === 'external') claim.external ??= one.shown
    else if (one.kind === 'chat') claim.visitor ??= one.shown
  }
  return claim
}

export interface PublicFile { name: string; bytes: Buffer }
/** A file of a message the customer may see: never a note's, never one of a reply still held. */
export async function selectFile(ctx: Ctx, requestId: string, id: string): Promise<PublicFile | undefined> {
  const [row] = await opened(ctx, openFiles(ctx, ctx.db<({ id: string; name: string } & FileRow)[]>`
    select a.id, a.name, ${fileColumns(ctx)} from requests.attachment a join platform.file f on f.id = a.file_id join requests.message m on m.id = a.message_id
    where a.id = ${id} and a.request_id = ${requestId} and m.request_id = ${requestId} and m.kind <> 'note' and m.state <> 'held'`), { name: [ATTACHMENT_NAME, 'id'] })
  return row
}

/** Of the given messages those that went out in this request and have not got further than `state` yet. */
export const selectOutgoing = (ctx: Ctx, requestId: string, ids: readonly string[]): Promise<{ id: string; state: string }[]> => ctx.db<{ id: string; state: string }[]>`
  select id, state from requests.message where request_id = ${requestId} and id = any(${ids as string[]}::uuid[]) and kind in ('reply', 'result', 'notice') and state in ('queued', 'sent', 'delivered') order by id`

/** Chats of the same team that were opened earlier and still wait for their first answer. */
export async function countAhead(ctx: Ctx, of: { teamId: string | null; openedAt: string; id: string }): Promise<number> {
  const [row] = await ctx.db<{ count: number }[]>`
    select count(*)::int as count from requests.request
    where stage in ('accept', 'assign', 'execute') and channel = 'chat' and first_response_at is null and team_id is not distinct from ${of.teamId}::uuid
      and (opened_at, id) < (${of.openedAt}::timestamptz, ${of.id}::uuid)`
  return row!.count
}

/** Minutes from opening to the first answer in the middle of the team's last 30 answered chats of 14 days; null with fewer than five. */
export async function medianWaitMinutes(ctx: Ctx, teamId: string | null): Promise<number | null> {
  const since = new Date(ctx.now.getTime() - 14 * 86_400_000)
  const [row] = await ctx.db<{ count: number; seconds: number | null }[]>`
    select count(*)::int as count, percentile_cont(0.5) within group (order by seconds)::float8 as seconds from (
      select extract(epoch from first_response_at - opened_at) as seconds from requests.request
      where channel = 'chat' and team_id is not distinct from ${teamId}::uuid and opened_at > ${since} and first_response_at is not null
      order by id desc limit 30) recent`
  return row && row.count >= 5 && row.seconds !== null ? Math.max(1, Math.round(row.seconds / 60)) : null
}
