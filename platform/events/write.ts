/** Writing events: one row per change, in the change's own transaction. */
import { newId } from '../../lib/id/index.ts'
import type { Ctx } from '../context.ts'

export interface NewEvent {
  id: string
  type: string
  /** The object whose history this belongs to, e.g. the request. */
  subject: string | null
  /** Team that may see it live; null: everybody who may see the subject. */
  teamId: string | null
  data: Record<string, unknown>
  at: string
  actorKind: string
  actorId: string | null
  /** Address of the caller and id of the call; null when no call caused it. */
  source: string | null
  call: string | null
}
/** Records a change. Its followers have run when this returns; the row is written with the commit. */
export async function emit(ctx: Ctx, type: string, what: { subject?: string | null; teamId?: string | null; data?: Record<string, unknown> }): Promise<NewEvent> {
  if (!ctx.writes) throw new Error(`${type} emitted by a reading context`)
  const event: NewEvent = {
    id: newId(), type, subject: what.subject ?? null, teamId: what.teamId ?? null, data: what.data ?? {},
    at: ctx.now.toISOString(), actorKind: ctx.actor.kind, actorId: ctx.actor.id,
    source: ctx.origin?.source ?? null, call: ctx.origin?.call ?? null,
  }
  ctx.events.push(event)
  for (const follow of ctx.app.book.followersOf(type)) await follow(ctx, event)
  return event
}

/** Sends the transaction's events in one statement, to be awaited with the commit. */
export function flushEvents(db: Ctx['db'], later: Ctx['later'], events: readonly NewEvent[]): void {
  if (!events.length) return
  const rows = events.map((event) => ({
    id: event.id, type: event.type, subject: event.subject, team_id: event.teamId, at: event.at,
    actor_kind: event.actorKind, actor_id: event.actorId, source: event.source, call: event.call, data: event.data,
  }))
  later(db`
    insert into platform.event (id, type, subject, team_id, at, actor_kind, actor_id, source, call, data)
    select id, type, subject, team_id, at, actor_kind, actor_id, source, call, data
    from jsonb_to_recordset(${db.json(rows as never)}) as e (id uuid, type text, subject uuid, team_id uuid,
      at timestamptz, actor_kind text, actor_id uuid, source text, call uuid, data jsonb)`)
}
