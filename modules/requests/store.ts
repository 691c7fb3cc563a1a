/** All SQL of the requests room that reads or writes a request itself. */
import type { Ctx } from '../../platform/context.ts'
import { notFound, Fault } from '../../platform/fault.ts'
import { newId } from '../../lib/id/index.ts'
import type { Asker, RequestRecord, Situation } from './request.ts'
import { may } from '../../platform/access/index.ts'
import { isAddress } from '../../lib/masking/index.ts'
import { searchTokens } from '../../lib/search/index.ts'
import { foldEmail, foldPhone } from '../customers/index.ts'

/** What the actor may see, as a condition on `r`: everything, their teams' or regions' and own, or only what they opened. */
export function visible(ctx: Ctx) {
  const { actor, db } = ctx
  if (actor.scope === 'all' && actor.kind !== 'client') return db`true`
  if (actor.kind === 'client') return actor.scope === 'all' ? db`true` : db`r.opened_by_id = ${actor.id}`
  const mine = db`r.holder_id = ${actor.id} or r.answerable_id = ${actor.id}
    or exists (select 1 from requests.notice n where n.request_id = r.id and n.person_id = ${actor.id})
    or exists (select 1 from requests.assignment o where o.request_id = r.id and o.state = 'offered' and o.agent_id = ${actor.id})`
  if (actor.scope === 'team') return db`(r.team_id = any(${actor.teamIds as string[]}::uuid[]) or ${mine})`
  return actor.scope === 'region' ? db`(${ofRegion(ctx)} or ${mine})` : db`(${mine})`
}

// A record that was folded into another lives where that one does.
const ofRegion = ({ actor, db }: Ctx) => db`exists (select 1 from customers.customer v left join customers.customer w on w.id = v.merged_into
  where v.id = r.customer_id and coalesce(w.region, v.region) = any(${(actor.regions ?? []) as string[]}))`

export const asker = (ctx: Ctx): Asker => ({
  id: ctx.actor.id,
  mayWork: may(ctx.actor, 'requests.work'),
  mayAssign: may(ctx.actor, 'requests.assign'),
  mayVerify: may(ctx.actor, 'requests.verify'),
})

export interface LockedRequest extends RequestRecord, Situation { offerId: string | null; offerHow: string | null }

/** The request, locked for this transaction, if the actor may see it. Throws 404 `requests.not-found`. */
export async function lockRequest(ctx: Ctx, id: string): Promise<LockedRequest> {
  const locked = ctx.db`select 1 from requests.request where id = ${id} for update`
  ctx.later(locked)
  const [row] = await ctx.db<LockedRequest[]>`
    select r.*, o.agent_id as offered_to, o.id as offer_id, o.how as offer_how,
      (select count(*)::int from requests.task t where t.request_id = r.id and t.done_at is null) as open_tasks
    from requests.request r
    left join lateral (select id, agent_id, how from requests.assignment
      where request_id = r.id and state = 'offered' order by id desc limit 1) o on true
    where r.id = ${id} and ${visible(ctx)}`
  if (!row) throw notFound('requests')
  return row
}

type Patch = Partial<Omit<RequestRecord, 'id' | 'number'>>

/** Changes columns of a request already locked; counts its version up. */
export function patchRequest(ctx: Ctx, request: RequestRecord, patch: Patch): void {
  Object.assign(request, patch)
  request.version += 1
  const columns: Record<string, unknown> = { ...patch, version: request.version }
  if ('nextDueAt' in patch) columns.sweepAt = patch.nextDueAt
  ctx.later(ctx.db`update requests.request set ${ctx.db(toColumns(columns) as never)} where id = ${request.id}`)
}

const toColumns = (patch: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(patch).map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]))

export interface NewAssignment {
  requestId: string
  teamId: string | null
  agentId: string | null
  how: 'rule' | 'take' | 'manual' | 'hand-over' | 'creator'
  state: 'offered' | 'accepted' | 'nobody'
  score?: number | null
  reason: string
  candidates?: unknown[]
  acceptDueAt?: string | null
}

export function insertAssignment(ctx: Ctx, row: NewAssignment): string {
  const id = newId()
  ctx.later(ctx.db`
    insert into requests.assignment (id, request_id, team_id, agent_id, how, state, by_kind, by_id, score, reason, candidates, offered_at, accept_due_at, answered_at)
    values (${id}, ${row.requestId}, ${row.teamId}, ${row.agentId}, ${row.how}, ${row.state}, ${ctx.actor.kind}, ${ctx.actor.id}, ${row.score ?? null}, ${row.reason},
      ${ctx.db.json((row.candidates ?? []) as never)}, ${ctx.now}, ${row.acceptDueAt ?? null}, ${row.state === 'accepted' ? ctx.now : null})`)
  return id
}

/** Ends what is open: the current assignment, or every one with `offers` too. */
export function endAssignments(ctx: Ctx, requestId: string, state: 'ended' | 'taken-back' | 'declined', options: { onlyId?: string; reason?: string } = {}): void {
  ctx.later(ctx.db`
    update requests.assignment set state = ${state}, ended_at = ${ctx.now}, answered_at = coalesce(answered_at, ${ctx.now}),
      reason = case when ${options.reason ?? null}::text is null then reason else reason || ' · ' || ${options.reason ?? ''} end
    where request_id = ${requestId} and state in ('offered', 'accepted') ${options.onlyId ? ctx.db`and id = ${options.onlyId}` : ctx.db``}`)
}

export interface NewMessage {
  id?: string
  requestId: string
  kind: 'customer' | 'reply' | 'note' | 'result' | 'notice'
  authorKind: string
  authorId: string | null
  authorName: string
  channel: string
  body: string
  html?: string | null
  quoted?: string | null
  oddities?: string[]
  state: string
  sendAt?: string | null
  afterSending?: string | null
  rawFileId?: string | null
}

export function insertMessage(ctx: Ctx, row: NewMessage): string {
  const id = row.id ?? newId()
  ctx.later(ctx.db`
    insert into requests.message (id, request_id, kind, author_kind, author_id, author_name, channel, body, html, quoted, oddities, state, state_at, send_at, after_sending, raw_file_id, created_at)
    values (${id}, ${row.requestId}, ${row.kind}, ${row.authorKind}, ${row.authorId}, ${row.authorName}, ${row.channel}, ${row.body}, ${row.html ?? null}, ${row.quoted ?? null},
      ${row.oddities ?? []}, ${row.state}, ${ctx.now}, ${row.sendAt ?? null}, ${row.afterSending ?? null}, ${row.rawFileId ?? null}, ${ctx.now})`)
  return id
}

/** Gives uploaded files to a message; refuses ids that somebody else uploaded or that are used already. */
export async function attachFiles(ctx: Ctx, requestId: string, messageId: string, ids: readonly string[]): Promise<void> {
  if (!ids.length) return
  // Read after the deferred inserts of request and message: one connection keeps the order.
  const rows = await ctx.db`update requests.attachment set request_id = ${requestId}, message_id = ${messageId}
    where id = any(${ids as string[]}::uuid[]) and request_id is null and owner = ${ownerOf(ctx)} returning id`
  if (rows.length !== new Set(ids).size) throw new Fault('requests.attachment-unknown', 422)
}
export const ownerOf = (ctx: Ctx): string => `${ctx.actor.kind}:${ctx.actor.id ?? ''}`

/** Stands before the words of notes, which only colleagues may find a request by; no token begins with it. */
export const NOTE_MARK = '~'

/** Stands before an address, by which a request is found when all of it is typed; no token and no prefix begins with it. */
const EXACT_MARK = '='

/** An address as one word. A number counts by its last nine digits, so that it is found as it is dialled at home and from abroad. */
export function exactWord(address: string): string | null {
  if (!isAddress(address)) return null
  return EXACT_MARK + (address.includes('@') ? foldEmail(address) : foldPhone(address).slice(-9))
}

/** Words of a new request: what it says, who asks by name, and by which addresses. */
export function arrivalTokens(about: string, name: string, addresses: readonly (string | undefined)[], text: string): string[] {
  const exact = [name, ...addresses].flatMap((one) => (one && exactWord(one)) || [])
  return [...searchTokens(`${about}\n${isAddress(name) ? '' : name}\n${text}`), ...new Set(exact)]
}

/** Adds words to what a search finds. `tokens` come from lib/search. */
export function addSearchText(ctx: Ctx, requestId: string, tokens: string[]): void {
  ctx.later(ctx.db`update requests.search set tokens = tokens || array_to_tsvector(${tokens}) where request_id = ${requestId}`)
}
