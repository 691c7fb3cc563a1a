/**
 * The life of an alarm, whichever room raised it: raised with an owner or counting on in the open one, seen in time or
 * passed on to the next, acknowledged with words, later found useful or false. What it is about its room knows.
 */
import { personIdOf } from '../../../platform/access/index.ts'
import type { Ctx } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault, notFound } from '../../../platform/fault.ts'
import { newId } from '../../../lib/id/index.ts'
import { getPerson } from '../../staff/index.ts'
import { tell } from '../tell.ts'
import { alarmKinds } from './contract.ts'

/** security: read from the audit here · metric: a figure beyond its limit, raised by insight. */
export type AlarmArea = 'security' | 'metric'
export type AlarmKind = (typeof alarmKinds)[number] | 'metric'
export interface Sighting {
  kind: AlarmKind; who: string; actorId?: string | null; actorKind?: string | null; source?: string | null; target?: string | null; count: number; at: string; firstAt?: string
  /** Whose it becomes; without one, whoever handles alarms and has the fewest. */
  ownerId?: string
  /** Whom it passes to when nobody has acknowledged it by `dueAt`. */
  nextId?: string | null; dueAt?: Date
}

/** Of an area, as a condition on `a`. */
export const ofArea = ({ db }: Pick<Ctx, 'db'>, area: AlarmArea) => (area === 'metric' ? db`a.kind = 'metric'` : db`a.kind = any(${alarmKinds as unknown as string[]})`)

/** Raises an alarm, or counts on in the one that is open. */
export async function raiseAlarm(ctx: Ctx, seen: Sighting): Promise<{ id: string; isNew: boolean }> {
  const id = newId()
  const [row] = await ctx.db<{ id: string; isNew: boolean; ownerId: string | null }[]>`
    insert into governance.alarm (id, kind, who, actor_id, actor_kind, source, target, count, first_at, last_at, raised_at, owner_id, next_id, due_at)
    values (${id}, ${seen.kind}, ${seen.who}, ${seen.actorId ?? null}, ${seen.actorKind ?? null}, ${seen.source ?? null}, ${seen.target ?? null}, ${seen.count}, ${seen.firstAt ?? seen.at}, ${seen.at}, ${ctx.now}, ${seen.ownerId ?? await ownerFor(ctx)}, ${seen.nextId ?? null}, ${seen.dueAt ?? null})
    on conflict (kind, who) where acknowledged_at is null do update set count = greatest(governance.alarm.count, excluded.count), last_at = excluded.last_at, target = coalesce(excluded.target, governance.alarm.target)
    returning id, id = ${id} as is_new, owner_id`
  // A metric's own room says which figure it is.
  if (row!.isNew && row!.ownerId && seen.kind !== 'metric') tell(ctx, 'alarm', row!.id, row!.ownerId)
  if (row!.isNew) await emit(ctx, 'alarm.raised', { subject: row!.id, data: { kind: seen.kind, count: seen.count, source: seen.source ?? null, owner: row!.ownerId } })
  return { id: row!.id, isNew: row!.isNew }
}

/** Whoever handles alarms by name of their role and has the fewest; without such a person, an administrator. */
async function ownerFor({ db }: Ctx): Promise<string | null> {
  const [row] = await db<{ id: string }[]>`
    select p.id from staff.person p join staff.role r on r.id = p.role_id where p.disabled_at is null and r.permissions && '{alarms.handle,*}'
    order by 'alarms.handle' = any(r.permissions) desc, (select count(*) from governance.alarm a where a.owner_id = p.id and a.acknowledged_at is null), p.id limit 1`
  return row?.id ?? null
}

interface Locked { acknowledgedAt: string | null; ownerId: string | null; verdict: string | null; outcome: string | null }
async function lock(ctx: Ctx, area: AlarmArea, id: string): Promise<Locked> {
  const [row] = await ctx.db<Locked[]>`select a.acknowledged_at, a.owner_id, a.verdict, a.outcome from governance.alarm a where a.id = ${id} and ${ofArea(ctx, area)} for update`
  if (!row) throw notFound('governance.alarm')
  return row
}
async function lockOpen(ctx: Ctx, area: AlarmArea, id: string): Promise<Locked> {
  const row = await lock(ctx, area, id)
  if (row.acknowledgedAt) throw new Fault('governance.alarm-done', 409)
  return row
}

/** Throws 404 `governance.alarm.not-found`, 409 `governance.alarm-done`. */
export async function acknowledge(ctx: Ctx, area: AlarmArea, id: string, note: string): Promise<void> {
  await lockOpen(ctx, area, id)
  await ctx.db`update governance.alarm set acknowledged_at = ${ctx.now}, acknowledged_by = ${personIdOf(ctx)}, note = ${note} where id = ${id}`
  await emit(ctx, 'alarm.acknowledged', { subject: id, data: { note } })
}

export async function giveAlarm(ctx: Ctx, area: AlarmArea, id: string, personId: string): Promise<void> {
  const before = await lockOpen(ctx, area, id)
  await getPerson(ctx, personId)
  await ctx.db`update governance.alarm set owner_id = ${personId} where id = ${id}`
  if (area === 'security') tell(ctx, 'alarm', id, personId)
  await emit(ctx, 'alarm.owner-changed', { subject: id, data: { before: { owner: before.ownerId }, after: { owner: personId } } })
}

/** Says what came of it, and whether it was worth raising. Throws 409 `governance.alarm-unseen` before it is acknowledged. */
export async function judgeAlarm(ctx: Ctx, area: AlarmArea, id: string, { verdict, outcome }: { verdict: 'useful' | 'false'; outcome: string }): Promise<void> {
  const before = await lock(ctx, area, id)
  if (!before.acknowledgedAt) throw new Fault('governance.alarm-unseen', 409)
  await ctx.db`update governance.alarm set verdict = ${verdict}, outcome = ${outcome}, judged_at = ${ctx.now}, judged_by = ${personIdOf(ctx)} where id = ${id}`
  await emit(ctx, 'alarm.judged', { subject: id, data: { before: { verdict: before.verdict }, after: { verdict } } })
}

/** What nobody saw in time goes to the next, once; where the next has left it stays with whom it is. Answers whose each is now. */
export async function passOnUnseen(ctx: Ctx): Promise<{ id: string; ownerId: string }[]> {
  const rows = await ctx.db<{ id: string; before: string | null; ownerId: string }[]>`
    with late as (select a.id, a.owner_id as before, p.id as next_id from governance.alarm a left join staff.person p on p.id = a.next_id and p.disabled_at is null
      where a.due_at <= ${ctx.now} and a.acknowledged_at is null and a.told_at is null order by a.due_at limit 100 for update of a skip locked)
    update governance.alarm a set told_at = ${ctx.now}, owner_id = coalesce(late.next_id, a.owner_id) from late where a.id = late.id returning a.id, late.before, a.owner_id`
  for (const { id, before, ownerId } of rows) await emit(ctx, 'alarm.passed-on', { subject: id, data: { before: { owner: before }, after: { owner: ownerId } } })
  return rows
}
