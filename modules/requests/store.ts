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
import type { Clock } from './clock.ts'

/** Whether the event `e` belongs to the history of a request that was still open after `since`: it is read as long as the request is worked on. */
export const isOfLiving = ({ db }: Pick<Ctx, 'db'>, since: Date) => db`exists (select 1 from requests.request r where r.id = e.subject and (r.closed_at is null or r.closed_at >= ${since}))`

export const asker = (ctx: Ctx): Asker => ({
  id: ctx.actor.id,
  mayWork: may(ctx.actor, 'requests.work'),
  mayAssign: may(ctx.actor, 'requests.assign'),
  mayVerify: may(ctx.actor, 'requests.verify'),
})

/** `clocks`: the latest run of each kind. `acceptDueAt`: until when the offer may be accepted. */
export interface LockedRequest extends RequestRecord, Situation { offerId: string | null; offerHow: string | null; acceptDueAt: string | null; clocks: Clock[] }

const ms = (db: Ctx['db'], column: string) => db`(date_part('epoch', ${db(`k.${column}`)}) * 1000)::bigint`
/** The latest run of each clock of request `r`, as JSON. */
export const clocksOf = (db: Ctx['db']) => db`
  (select coalesce(json_agg(json_build_object('id', k.id, 'kind', k.kind, 'run', k.run, 'versionId', k.version_id, 'clause', k.clause, 'targetMs', k.target_ms, 'calendarId', k.calendar_id, 'calendarVersion', k.calendar_version,
      'state', k.state, 'usedMs', k.used_ms, 'fired', k.fired, 'startedAt', ${ms(db, 'started_at')}, 'since', ${ms(db, 'since')}, 'dueAt', ${ms(db, 'due_at')}, 'pausedAt', ${ms(db, 'paused_at')},
      'breachedAt', ${ms(db, 'breached_at')}, 'endedAt', ${ms(db, 'ended_at')}, 'wakeAt', ${ms(db, 'wake_at')}) order by k.started_at, k.id), '[]')
    from (select distinct on (kind) * from requests.clock where request_id = r.id order by kind, run desc) k)`

/**
 * The request, locked for this transaction, if the actor may see it. Whoever waited for it goes on at the time of what
 * happened meanwhile, at the earliest: a history never goes back. Throws 404 `requests.not-found`.
 */
export async function lockRequest(ctx: Ctx, id: string): Promise<LockedRequest> {
  const locked = ctx.db`select 1 from requests.request where id = ${id} for update`
  ctx.later(locked)
  const [found] = await ctx.db<(LockedRequest & { key: Buffer | null; isErased: boolean; lastAt: string | null })[]>`
    select r.*, (select e.at from platform.event e where e.subject = r.id order by e.seq desc limit 1) as last_at, k.wrapped as key, k.forgotten_at is not null as is_erased, o.agent_id as offered_to, o.id as offer_id, o.how as offer_how, o.accept_due_at, ${clocksOf(ctx.db)} as clocks,
      (select count(*)::int from requests.task t where t.request_id = r.id and t.done_at is null) as open_tasks
    from requests.request r left join platform.data_key k on k.id = r.customer_id
    left join lateral (select id, agent_id, how, accept_due_at from requests.assignment
      where request_id = r.id and state = 'offered' order by id desc limit 1) o on true
    where r.id = ${id} and ${visible(ctx)}`
  if (!found) throw notFound('requests')
  const { key, isErased, lastAt, ...row } = found
  if (lastAt !== null && Date.parse(lastAt) > ctx.now.getTime()) ctx.now = new Date(lastAt)
  if (!ctx.app.vault.learn(row.customerId, key, isErased) && !isErased) await holdKey(ctx, row.customerId)
  return (await opened(ctx, [row as LockedRequest], sealedRequest))[0]!
}

export type Patch = Partial<Omit<RequestRecord, 'id' | 'number'>>

/** Changes columns of a request already locked; counts its version up. */
export function patchRequest(ctx: Ctx, request: RequestRecord, patch: Patch): void {
  Object.assign(request, patch)
  request.version += 1
  const columns: Record<string, unknown> = { ...sealFields(ctx, request.customerId, request.id, sealedRequest, patch), version: request.version }
  ctx.later(ctx.db`update requests.request set ${ctx.db(toColumns(columns) as never)} where id = ${request.id}`)
}

export const toColumns = (patch: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(patch).map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]))

const instant = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())
/** A clock in the columns it is stored in. */
export const clockRow = (clock: Clock) => ({
  id: clock.id, kind: clock.kind, run: clock.run, version_id: clock.versionId, clause: clock.clause, target_ms: clock.targetMs, calendar_id: clock.calendarId, calendar_version: clock.calendarVersion, state: clock.state,
  started_at: instant(clock.startedAt), used_ms: Math.round(clock.usedMs), since: instant(clock.since), due_at: instant(clock.dueAt), paused_at: instant(clock.pausedAt), breached_at: instant(clock.breachedAt), ended_at: instant(clock.endedAt),
  fired: clock.fired, wake_at: instant(clock.wakeAt),
})
export const clockTypes = (db: Ctx['db']) => db`id uuid, kind text, run int, version_id uuid, clause text, target_ms bigint, calendar_id uuid, calendar_version int, state text, started_at timestamptz, used_ms bigint,
  since timestamptz, due_at timestamptz, paused_at timestamptz, breached_at timestamptz, ended_at timestamptz, fired text[], wake_at timestamptz`

/** Writes clocks as they are now, new ones and changed ones. */
export function writeClocks(ctx: Ctx, requestId: string, clocks: readonly Clock[]): void {
  ctx.later(ctx.db`
    insert into requests.clock as k (id, request_id, kind, run, version_id, clause, target_ms, calendar_id, calendar_version, state, started_at, used_ms, since, due_at, paused_at, breached_at, noted_at, ended_at, fired, wake_at)
    select id, ${requestId}, kind, run, version_id, clause, target_ms, calendar_id, calendar_version, state, started_at, used_ms, since, due_at, paused_at, breached_at, case when breached_at is not null then ${ctx.now}::timestamptz end, ended_at, fired, wake_at
    from jsonb_to_recordset(${ctx.db.json(clocks.map(clockRow) as never)}) as c (${clockTypes(ctx.db)})
    on conflict (id) do update set (version_id, clause, target_ms, calendar_id, calendar_version, state, used_ms, since, due_at, paused_at, breached_at, noted_at, ended_at, fired, wake_at)
      = (excluded.version_id, excluded.clause, excluded.target_ms, excluded.calendar_id, excluded.calendar_version, excluded.state, excluded.used_ms, excluded.since, excluded.due_at, excluded.paused_at, excluded.breached_at,
        coalesce(k.noted_at, excluded.noted_at), excluded.ended_at, excluded.fired, excluded.wake_at)`)
}

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
  /** Whom a note is whispered to. */
  toId?: string | null
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
    insert into requests.message (id, request_id, kind, author_kind, author_id, author_name, channel, body, html, quoted, oddities, state, state_at, send_at, after_sending, raw_file_id, created_at, to_id)
    values (${id}, ${row.requestId}, ${row.kind}, ${row.authorKind}, ${row.authorId}, ${row.authorName}, ${row.channel}, ${row.body}, ${row.html ?? null}, ${row.quoted ?? null},
      ${row.oddities ?? []}, ${row.state}, ${ctx.now}, ${row.sendAt ?? null}, ${row.afterSending ?? null}, ${row.rawFileId ?? null}, ${ctx.now}, ${row.toId ?? null})`)
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

