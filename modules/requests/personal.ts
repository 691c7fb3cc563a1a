/** What belongs to one person: what they have seen, their drafts, their notices. */
import type { Ctx } from '../../platform/context.ts'
import { may } from '../../platform/access/index.ts'
import { emit } from '../../platform/events/book.ts'
import { notFound } from '../../platform/fault.ts'
import { opened } from '../../platform/crypto/vault.ts'
import { DRAFT, SUBJECT } from './kept.ts'
import { mustSee } from './view.ts'

export async function markSeen(ctx: Ctx, requestId: string): Promise<void> {
  await mustSee(ctx, requestId)
  ctx.later(ctx.db`insert into requests.seen (person_id, request_id, at) values (${ctx.actor.id}, ${requestId}, ${ctx.now})
    on conflict (person_id, request_id) do update set at = excluded.at`)
  ctx.later(ctx.db`update requests.notice set read_at = ${ctx.now} where person_id = ${ctx.actor.id} and request_id = ${requestId} and read_at is null`)
}

/** The actor's own drafts by kind, and who else has begun to write. */
export async function listDrafts(ctx: Ctx, requestId: string): Promise<{ mine: Record<string, string>; others: { name: string; kind: string; at: string }[] }> {
  await mustSee(ctx, requestId)
  const rows = await opened(ctx, ctx.db<{ personId: string; name: string; kind: string; body: string; at: string; place: string }[]>`
    select d.person_id, p.name, d.kind, d.body, d.at, concat_ws(' ', d.request_id, d.person_id, d.kind) as place from requests.draft d join staff.person p on p.id = d.person_id where d.request_id = ${requestId} order by d.at desc`, { body: [DRAFT, 'place'] })
  return {
    mine: Object.fromEntries(rows.filter((row) => row.personId === ctx.actor.id).map((row) => [row.kind, row.body])),
    others: rows.filter((row) => row.personId !== ctx.actor.id).map(({ name, kind, at }) => ({ name, kind, at })),
  }
}

export async function listNotices(ctx: Ctx) {
  // Whoever moved to work without requests keeps no window on those they were told of.
  if (!may(ctx.actor, 'requests.read')) return { unread: 0, rows: [] }
  const rows = await opened(ctx, ctx.db<{ id: string; kind: string; requestId: string; number: number; subject: string; at: string; readAt: string | null; level: string | null; needsConfirmation: boolean; confirmedAt: string | null }[]>`
    select n.id, n.kind, n.request_id, r.number, r.subject, n.at, n.read_at, n.level, n.needs_confirmation, n.confirmed_at from requests.notice n join requests.request r on r.id = n.request_id
    where n.person_id = ${ctx.actor.id} order by n.needs_confirmation and n.confirmed_at is null desc, n.id desc limit 50`, { subject: [SUBJECT, 'requestId'] })
  return { unread: rows.filter((row) => !row.readAt || (row.needsConfirmation && !row.confirmedAt)).length, rows }
}

/** Whoever was called says so once; what was confirmed stays confirmed. Throws 404 `requests.notice.not-found`. */
export async function confirmNotice(ctx: Ctx, id: string): Promise<void> {
  const [row] = await ctx.db<{ requestId: string; teamId: string | null; level: string | null; isNew: boolean }[]>`
    with before as (select n.id, n.request_id, n.level, n.confirmed_at, r.team_id from requests.notice n join requests.request r on r.id = n.request_id where n.id = ${id} and n.person_id = ${ctx.actor.id} and n.needs_confirmation for update of n),
      done as (update requests.notice n set confirmed_at = ${ctx.now}, read_at = coalesce(n.read_at, ${ctx.now}) from before b where n.id = b.id and b.confirmed_at is null returning 1)
    select request_id, team_id, level, confirmed_at is null as is_new from before`
  if (!row) throw notFound('requests.notice')
  if (row.isNew) await emit(ctx, 'request.escalation-confirmed', { subject: row.requestId, teamId: row.teamId, data: { level: row.level, by: ctx.actor.id, name: ctx.actor.name } })
}

export async function readNotices(ctx: Ctx): Promise<void> {
  await ctx.db`update requests.notice set read_at = ${ctx.now} where person_id = ${ctx.actor.id} and read_at is null`
}
