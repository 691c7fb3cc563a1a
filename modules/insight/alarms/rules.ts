/** Rules that raise alarms: each belongs to who made it and sees what they see. */
import { newId } from '../../../lib/id/index.ts'
import { may } from '../../../platform/access/index.ts'
import type { Ctx } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault, notFound } from '../../../platform/fault.ts'
import { actingAs, getPerson } from '../../staff/index.ts'
import { mustBePerson, overseesAll } from '../whose.ts'
import type { NewRule, Rule } from './contract.ts'

const MOST = 200

export type Stored = Omit<Rule, 'owner' | 'next' | 'isMine' | 'isAsleep'> & { ownerId: string; ownerName: string; nextId: string | null; nextName: string | null }
export const ruleColumns = ({ db }: Pick<Ctx, 'db'>) => db`u.id, u.name, u.metric, u.filters, u.each, u.bucket, u.condition, u.bound, u.least, u.ack_minutes, u.paused_at is not null as is_paused, u.version, u.owner_id, u.next_id`

async function select(ctx: Ctx, id: string | null): Promise<Rule[]> {
  const { db, actor } = ctx
  const rows = await db<Stored[]>`
    select ${ruleColumns(ctx)}, o.name as owner_name, n.name as next_name from insight.alarm_rule u join staff.person o on o.id = u.owner_id left join staff.person n on n.id = u.next_id
    where u.deleted_at is null ${id ? db`and u.id = ${id}` : db``} ${overseesAll(ctx) ? db`` : db`and (u.owner_id = ${actor.id} or u.next_id = ${actor.id})`} order by u.name, u.id limit 500`
  const owners = await actingAs(ctx, [...new Set(rows.map((row) => row.ownerId))])
  return rows.map(({ ownerId, ownerName, nextId, nextName, ...row }) => {
    const acting = owners.get(ownerId)
    return { ...row, owner: { id: ownerId, name: ownerName }, next: nextId ? { id: nextId, name: nextName ?? '' } : null, isMine: ownerId === actor.id, isAsleep: !acting || !may(acting.actor, 'requests.read') }
  })
}
export const listRules = async (ctx: Ctx): Promise<{ rows: Rule[] }> => ({ rows: await select(ctx, null) })

/** Whoever sees everything may change every rule: what it counts stays that of its owner. */
async function lock(ctx: Ctx, id: string): Promise<{ version: number }> {
  const [row] = await ctx.db<{ ownerId: string; version: number }[]>`select owner_id, version from insight.alarm_rule where id = ${id} and deleted_at is null for update`
  if (!row || (row.ownerId !== ctx.actor.id && !overseesAll(ctx))) throw notFound('insight.alarm.rule')
  return row
}

export async function addRule(ctx: Ctx, given: NewRule): Promise<Rule> {
  const me = mustBePerson(ctx)
  const [{ count }] = await ctx.db<[{ count: number }]>`select count(*)::int as count from insight.alarm_rule where deleted_at is null`
  if (count >= MOST) throw new Fault('insight.alarm.too-many', 409, { most: MOST })
  if (given.nextId) await getPerson(ctx, given.nextId)
  const id = newId()
  await ctx.db`insert into insight.alarm_rule (id, name, metric, filters, each, bucket, condition, bound, least, owner_id, next_id, ack_minutes, changed_at, paused_at, next_at)
    values (${id}, ${given.name}, ${given.metric}, ${ctx.db.json(given.filters)}, ${given.each}, ${given.bucket}, ${given.condition}, ${given.bound}, ${given.least}, ${me}, ${given.nextId}, ${given.ackMinutes}, ${ctx.now}, ${given.isPaused ? ctx.now : null}, ${ctx.now})`
  await emit(ctx, 'alarm.rule-added', { subject: id, data: told(given) })
  return (await select(ctx, id))[0]!
}
export async function changeRule(ctx: Ctx, id: string, { version, ...given }: NewRule & { version: number }): Promise<Rule> {
  const locked = await lock(ctx, id)
  if (locked.version !== version) throw new Fault('insight.alarm.changed-meanwhile', 409)
  const [before] = await select(ctx, id)
  if (given.nextId) await getPerson(ctx, given.nextId)
  await ctx.db`update insight.alarm_rule set (name, metric, filters, each, bucket, condition, bound, least, next_id, ack_minutes, changed_at, paused_at, next_at, version)
    = (${given.name}, ${given.metric}, ${ctx.db.json(given.filters)}, ${given.each}, ${given.bucket}, ${given.condition}, ${given.bound}::float8, ${given.least}::int, ${given.nextId}::uuid, ${given.ackMinutes}::int, ${ctx.now}::timestamptz, ${given.isPaused ? ctx.now : null}::timestamptz, ${ctx.now}::timestamptz, version + 1) where id = ${id}`
  await emit(ctx, 'alarm.rule-changed', { subject: id, data: { before: told(before!), after: told(given) } })
  return (await select(ctx, id))[0]!
}
export async function removeRule(ctx: Ctx, id: string): Promise<void> {
  await lock(ctx, id)
  await ctx.db`update insight.alarm_rule set deleted_at = ${ctx.now} where id = ${id}`
  await emit(ctx, 'alarm.rule-removed', { subject: id })
}
const told = ({ metric, condition, bound, bucket, each, isPaused }: Pick<Rule, 'metric' | 'condition' | 'bound' | 'bucket' | 'each' | 'isPaused'>) => ({ metric, condition, bound, bucket, each, isPaused })
