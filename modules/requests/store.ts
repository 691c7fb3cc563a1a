/** All SQL of the requests room that reads or writes a request itself. */
import type { Ctx } from '../../platform/context.ts'
import { notFound, Fault } from '../../platform/fault.ts'
import { newId } from '../../lib/id/index.ts'
import { holdKey, opened } from '../../platform/crypto/vault.ts'
import { giveFiles } from '../../platform/files.ts'
import { visible } from './visible.ts'
import { NAME, sealedMessage, sealedRequest, sealFields } from './kept.ts'
import type { Asker, RequestRecord, Situation } from './request.ts'
import { may } from '../../platform/access/index.ts'

/** Whether the event `e` belongs to the history of a request that was still open after `since`: it is read as long as the request is worked on. */
export const isOfLiving = ({ db }: Pick<Ctx, 'db'>, since: Date) => db`exists (select 1 from requests.request r where r.id = e.subject and (r.closed_at is null or r.closed_at >= ${since}))`

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
  const [found] = await ctx.db<(LockedRequest & { key: Buffer | null; isErased: boolean })[]>`
    select r.*, k.wrapped as key, k.forgotten_at is not null as is_erased, o.agent_id as offered_to, o.id as offer_id, o.how as offer_how,
      (select count(*)::int from requests.task t where t.request_id = r.id and t.done_at is null) as open_tasks
    from requests.request r left join platform.data_key k on k.id = r.customer_id
    left join lateral (select id, agent_id, how from requests.assignment
      where request_id = r.id and state = 'offered' order by id desc limit 1) o on true
    where r.id = ${id} and ${visible(ctx)}`
  if (!found) throw notFound('requests')
  const { key, isErased, ...row } = found
  if (!ctx.app.vault.learn(row.customerId, key, isErased) && !isErased) await holdKey(ctx, row.customerId)
  return (await opened(ctx, [row as LockedRequest], sealedRequest))[0]!
}

type Patch = Partial<Omit<RequestRecord, 'id' | 'number'>>

/** Changes columns of a request already locked; counts its version up. */
export function patchRequest(ctx: Ctx, request: RequestRecord, patch: Patch): void {
  Object.assign(request, patch)
  request.version += 1
  const columns: Record<string, unknown> = { ...sealFields(ctx, request.customerId, request.id, sealedRequest, patch), version: request.version }
  if ('nextDueAt' in patch) columns.sweepAt = patch.nextDueAt
  ctx.later(ctx.db`update requests.request set ${ctx.db(toColumns(columns) as never)} where id = ${request.id}`)
}

export const toColumns = (patch: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(patch).map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]))

export interface NewAssignment {
  requestId: string
  teamId: string | null
  agentId: string | null
  how: 'rule' | 'take' | 'manual' | 'hand-over' | 'creator'
  state: 'offered' | 'accepted' | 'nobody'
  score?: number | null
  reason: string
  ruleVersion?: string
  candidates?: unknown[]
  acceptDueAt?: string | null
}

export function insertAssignment(ctx: Ctx, row: NewAssignment): string {
  const id = newId()
  ctx.later(ctx.db`
    insert into requests.assignment (id, request_id, team_id, agent_id, how, state, by_kind, by_id, score, reason, rule_version, candidates, offered_at, accept_due_at, answered_at)
    values (${id}, ${row.requestId}, ${row.teamId}, ${row.agentId}, ${row.how}, ${row.state}, ${ctx.actor.kind}, ${ctx.actor.id}, ${row.score ?? null}, ${row.reason}, ${row.ruleVersion ?? null},
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
  /** Whose key seals it. */
  customerId: string
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

export function insertMessage(ctx: Ctx, given: NewMessage): string {
  const id = given.id ?? newId()
  const row = sealFields(ctx, given.customerId, id, sealedMessage, given)
  ctx.later(ctx.db`
    insert into requests.message (id, request_id, kind, author_kind, author_id, author_name, channel, body, html, quoted, oddities, state, state_at, send_at, after_sending, raw_file_id, created_at)
    values (${id}, ${row.requestId}, ${row.kind}, ${row.authorKind}, ${row.authorId}, ${row.authorName}, ${row.channel}, ${row.body}, ${row.html ?? null}, ${row.quoted ?? null},
      ${row.oddities ?? []}, ${row.state}, ${ctx.now}, ${row.sendAt ?? null}, ${row.afterSending ?? null}, ${row.rawFileId ?? null}, ${ctx.now})`)
  return id
}

/** Gives uploaded files to a message; refuses ids that somebody else uploaded or that are used already. */
export async function attachFiles(ctx: Ctx, { id: requestId, customerId }: { id: string; customerId: string }, messageId: string, ids: readonly string[]): Promise<void> {
  if (!ids.length) return
  // Read after the deferred inserts of request and message: one connection keeps the order.
  const rows = await opened(ctx, ctx.db<{ id: string; fileId: string; name: string }[]>`update requests.attachment set request_id = ${requestId}, message_id = ${messageId}
    where id = any(${ids as string[]}::uuid[]) and request_id is null and owner = ${ownerOf(ctx)} returning id, file_id, name`, { name: [NAME, 'id'] })
  if (rows.length !== new Set(ids).size) throw new Fault('requests.attachment-unknown', 422)
  for (const { id, name } of rows) ctx.later(ctx.db`update requests.attachment set name = ${ctx.app.vault.seal(customerId, NAME, id, name)} where id = ${id}`)
  await giveFiles(ctx, customerId, rows.map((row) => row.fileId))
}
export const ownerOf = (ctx: Ctx): string => `${ctx.actor.kind}:${ctx.actor.id ?? ''}`

