/** Two records of one person: suggested with evidence, folded together by a person, and taken apart again. */
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault, notFound } from '../../platform/fault.ts'
import type { Infer } from '../../platform/http/contract.ts'
import { newId } from '../../lib/id/index.ts'
import { opened } from '../../platform/crypto/vault.ts'
import type { Customer, Evidence as EvidenceShape } from './contract.ts'
import { openShown, sealedWords, shownAs } from './kept.ts'
import { relationsTo } from './mask.ts'

type Evidence = Infer<typeof EvidenceShape>

/** Condition on `c`: the record and all that are folded together with it. */
export const family = (ctx: Ctx, id: string) => {
  const root = ctx.db`(select coalesce(merged_into, id) from customers.customer where id = ${id})`
  return ctx.db`(c.id = ${root} or c.merged_into = ${root})`
}

/** Ids of every record folded together with this one, itself included; for whoever shows a history. */
export async function recordIdsOf(ctx: Ctx, id: string): Promise<string[]> {
  const rows = await ctx.db<{ id: string }[]>`select c.id from customers.customer c where ${family(ctx, id)} order by c.id`
  return rows.map((row) => row.id)
}

/** What is folded together is shown together: both ends must be customers the actor works with or may see anyway. */
async function mustKnow(ctx: Ctx, ids: readonly string[]): Promise<void> {
  const relation = await relationsTo(ctx, ids)
  if (!ids.every((id) => relation(id))) throw new Fault('customers.not-both-yours', 403)
}

/** Folds `otherId` into `keptId`. Both keep their own rows and addresses, so it can be undone. */
export async function mergeCustomers(ctx: Ctx, keptId: string, otherId: string, reason: string): Promise<void> {
  if (keptId === otherId) throw new Fault('customers.merge-itself', 422)
  const rows = await ctx.db<{ id: string; mergedInto: string | null }[]>`
    select id, merged_into from customers.customer where id in (${keptId}, ${otherId}) order by id for update`
  const kept = rows.find((row) => row.id === keptId)
  const other = rows.find((row) => row.id === otherId)
  if (!kept || !other) throw notFound('customers')
  await mustKnow(ctx, [keptId, otherId])
  if (kept.mergedInto || other.mergedInto) throw new Fault('customers.merged-already', 409)
  // What had been folded into the other follows it; merged_into always names the record that is shown.
  ctx.later(ctx.db`update customers.customer set merged_into = ${keptId}, version = version + 1 where id = ${otherId} or merged_into = ${otherId}`)
  ctx.later(ctx.db`insert into customers.merge (id, kept_id, other_id, reason, by_id, at) values (${newId()}, ${keptId}, ${otherId}, ${reason}, ${ctx.actor.id}, ${ctx.now})`)
  await emit(ctx, 'customer.merged', { subject: keptId, data: { other: otherId, reason } })
}

/** Takes a merge back; what had been folded into the other before stays with the other. */
export async function unmergeCustomers(ctx: Ctx, keptId: string, otherId: string): Promise<void> {
  const rows = await ctx.db`update customers.merge set undone_at = ${ctx.now}, undone_by = ${ctx.actor.id} where kept_id = ${keptId} and other_id = ${otherId} and undone_at is null returning id`
  if (!rows.length) throw new Fault('customers.not-merged', 409)
  ctx.later(ctx.db`
    with recursive below as (
      select ${otherId}::uuid as id union select m.other_id from customers.merge m join below b on m.kept_id = b.id where m.undone_at is null)
    update customers.customer c set merged_into = case when c.id = ${otherId} then null else ${otherId}::uuid end, version = c.version + 1
    from below where below.id = c.id`)
  await emit(ctx, 'customer.unmerged', { subject: keptId, data: { other: otherId } })
}

/** Notes that two records are different people. */
export async function distinguishCustomers(ctx: Ctx, id: string, otherId: string): Promise<void> {
  if (id === otherId) throw new Fault('customers.merge-itself', 422)
  const [one, other] = id < otherId ? [id, otherId] : [otherId, id]
  const rows = await ctx.db`insert into customers.distinction (one_id, other_id, by_id, at)
    select ${one}, ${other}, ${ctx.actor.id}, ${ctx.now} where (select count(*) from customers.customer where id in (${one}, ${other})) = 2
    on conflict do nothing returning 1`
  if (rows.length) await emit(ctx, 'customer.distinguished', { subject: id, data: { other: otherId } })
}

interface Because { kind: Evidence['kind']; value: string; company: string | null; id: string }
/** Records that may be the same person, those with most evidence first. At most ten. */
export async function suggestionsFor(ctx: Ctx, id: string): Promise<Customer['suggestions']> {
  const rows = await ctx.db<(Omit<Customer['suggestions'][number], 'because'> & { because: Because[] })[]>`
    with mine as materialized (select c.id, c.alike from customers.customer c where ${family(ctx, id)}),
    address as materialized (select i.id, i.kind, i.value, i.ending, i.shown from customers.identity i join mine on mine.id = i.customer_id),
    alike as (
      select i.customer_id, a.kind, a.shown as value, null as company, a.id from address a join customers.identity i on i.is_leading and i.kind = a.kind and i.value = a.value
      union all select i.customer_id, a.kind, a.shown, null, a.id from address a join customers.identity i on not i.is_leading and i.kind = a.kind and i.value = a.value
      union all select i.customer_id, 'phone-alike', i.shown, null, i.id from address a join customers.identity i on i.ending = a.ending and i.value <> a.value
      union all select c.id, 'name-company', c.name, c.company, c.id from mine join customers.customer c on c.alike = mine.alike),
    shown as (
      select distinct on (1, alike.kind) coalesce(c.merged_into, c.id) as customer_id, alike.kind, alike.value, alike.company, alike.id from alike join customers.customer c on c.id = alike.customer_id
      where alike.customer_id not in (select mine.id from mine) order by 1, alike.kind, alike.id)
    select c.id, c.name, exists (select 1 from customers.identity v where v.customer_id = c.id and v.is_verified) as is_verified,
      jsonb_agg(jsonb_build_object('kind', s.kind, 'value', s.value, 'company', s.company, 'id', s.id) order by s.kind) as because
    from shown s join customers.customer c on c.id = s.customer_id
    where not exists (select 1 from customers.distinction d join mine on (d.one_id = mine.id and d.other_id = c.id) or (d.other_id = mine.id and d.one_id = c.id))
    group by c.id, c.name order by count(*) desc, c.id limit 10`
  const suggestions = await opened(ctx, rows, { name: sealedWords.name })
  const [names, addresses] = [true, false].map((isName) => rows.flatMap((row) => row.because.filter((one) => (one.kind === 'name-company') === isName)))
  await opened(ctx, names!, { value: sealedWords.name, company: sealedWords.company })
  await openShown(ctx, Promise.resolve(addresses!.map((one) => Object.assign(one, { shown: one.value }))), 'id')
  const textOf = (one: Because & { shown?: string }): string => (one.company ? `${one.value} · ${one.company}` : shownAs(one.kind, one.shown ?? one.value))
  return suggestions.map((row) => ({ ...row, because: row.because.map((one) => ({ kind: one.kind, value: textOf(one) })) }))
}
