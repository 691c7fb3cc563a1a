/** Sending: whom a notice reaches is settled when it is sent; a reminder and the escalation are put on the clock with it. */
import { newId } from '../../../lib/id/index.ts'
import type { Ctx } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault, notFound } from '../../../platform/fault.ts'
import { enqueue } from '../../../platform/jobs/index.ts'
import { tell } from '../tell.ts'
import type { NoticeReport } from './contract.ts'
import { reportOf } from './store.ts'

interface Audience { personIds: string[]; teamIds: string[]; roleIds?: string[] }
interface NewNotice extends Audience { title: string; text: string; dueAt: string }
/** Shorter than this nobody needs a reminder before the end. */
const LEAST_FOR_REMINDER_MS = 10 * 60_000

/** Those meant who work here, without the sender. A sender who does not see everybody reaches the own teams only. */
async function recipientsOf(ctx: Ctx, { personIds, teamIds, roleIds = [] }: Audience): Promise<string[]> {
  const { db, actor } = ctx
  const [rows, [known]] = await Promise.all([
    db<{ id: string; isNear: boolean }[]>`
      select p.id, exists (select from staff.membership m where m.person_id = p.id and m.team_id = any(${actor.teamIds as string[]}::uuid[])) as is_near from staff.person p
      where p.disabled_at is null and p.id is distinct from ${actor.id}
        and (p.id = any(${personIds}::uuid[]) or p.role_id = any(${roleIds}::uuid[]) or exists (select from staff.membership m where m.person_id = p.id and m.team_id = any(${teamIds}::uuid[])))`,
    db<{ people: number; teams: number; roles: number }[]>`select (select count(*)::int from staff.person where id = any(${personIds}::uuid[])) as people, (select count(*)::int from staff.team where id = any(${teamIds}::uuid[])) as teams,
      (select count(*)::int from staff.role where id = any(${roleIds}::uuid[])) as roles`,
  ])
  for (const [path, ids, count] of [['personIds', personIds, known!.people], ['teamIds', teamIds, known!.teams], ['roleIds', roleIds, known!.roles]] as const) {
    if (new Set(ids).size !== count) throw new Fault('staff.unknown-reference', 422, {}, [{ path, code: 'staff.unknown-reference' }])
  }
  if (actor.scope !== 'all' && rows.some((row) => !row.isNear)) throw new Fault('governance.notice-beyond', 403)
  if (!rows.length) throw new Fault('governance.notice-nobody', 422)
  return rows.map((row) => row.id)
}

async function store(ctx: Ctx, kind: 'notice' | 'hand-over', given: NewNotice): Promise<{ id: string; recipients: string[] }> {
  const due = new Date(given.dueAt)
  if (due <= ctx.now) throw new Fault('governance.notice-due-past', 422, {}, [{ path: 'dueAt', code: 'governance.notice-due-past' }])
  // A program has no colleagues who could ask it back.
  if (ctx.actor.kind !== 'agent') throw new Fault('access.denied', 403, { permission: 'signed-in' })
  const recipients = await recipientsOf(ctx, given)
  const id = newId()
  ctx.later(ctx.db`insert into governance.notice (id, kind, title, body, by_id, at, due_at) values (${id}, ${kind}, ${given.title}, ${given.text}, ${ctx.actor.id}, ${ctx.now}, ${due})`)
  ctx.later(ctx.db`insert into governance.receipt (notice_id, person_id) select ${id}, unnest(${recipients}::uuid[])`)
  for (const personId of recipients) tell(ctx, 'notice', id, personId)
  const span = due.getTime() - ctx.now.getTime()
  if (span >= LEAST_FOR_REMINDER_MS) enqueue(ctx, 'governance.remind', { id }, { key: id, runAt: new Date(ctx.now.getTime() + span / 2) })
  enqueue(ctx, 'governance.escalate', { id }, { key: id, runAt: due })
  return { id, recipients }
}

export async function sendNotice(ctx: Ctx, given: NewNotice): Promise<NoticeReport> {
  const { id, recipients } = await store(ctx, 'notice', given)
  await emit(ctx, 'notice.sent', { subject: id, data: { kind: 'notice', recipients: recipients.length } })
  return reportOf(ctx, id)
}

export async function sendHandOver(ctx: Ctx, { requestIds, ...given }: NewNotice & { requestIds?: string[] }): Promise<NoticeReport> {
  const held = await ctx.db<{ id: string }[]>`select id from requests.request where holder_id = ${ctx.actor.id} and stage <> 'closed' order by due_order, id limit 500`
  const mine = new Set(held.map((row) => row.id))
  if (requestIds?.some((one) => !mine.has(one))) throw new Fault('governance.hand-over-unknown', 422, {}, [{ path: 'requestIds', code: 'governance.hand-over-unknown' }])
  const { id, recipients } = await store(ctx, 'hand-over', given)
  const handed = requestIds ?? [...mine]
  if (handed.length) ctx.later(ctx.db`insert into governance.handed_request (notice_id, request_id) select ${id}, unnest(${[...new Set(handed)]}::uuid[])`)
  await emit(ctx, 'notice.sent', { subject: id, data: { kind: 'hand-over', recipients: recipients.length, count: handed.length } })
  return reportOf(ctx, id)
}

export async function withdrawNotice(ctx: Ctx, id: string): Promise<void> {
  const [row] = await ctx.db<{ byId: string; withdrawnAt: string | null }[]>`select by_id, withdrawn_at from governance.notice where id = ${id} for update`
  if (!row || (row.byId !== ctx.actor.id && !(ctx.actor.scope === 'all' && ctx.actor.permissions.has('*')))) throw notFound('governance.notice')
  if (row.withdrawnAt) throw new Fault('governance.notice-withdrawn', 409)
  ctx.later(ctx.db`update governance.notice set withdrawn_at = ${ctx.now}, withdrawn_by = ${ctx.actor.id} where id = ${id}`)
  await emit(ctx, 'notice.withdrawn', { subject: id })
}
