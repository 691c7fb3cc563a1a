/** Reading, changing, merging and un-merging customers. */
import type { Ctx } from '../../platform/context.ts'
import { violatedKey } from '../../platform/database/index.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault, notFound } from '../../platform/fault.ts'
import { newId } from '../../lib/id/index.ts'
import { toTsquery } from '../../lib/search/index.ts'
import { type CustomerClaim, customerWords, foldEmail, foldPhone, identitiesOf } from './claim.ts'
import type { Customer } from './contract.ts'

export interface CustomerRecord { id: string; name: string; tier: string; language: string | null; region: string | null; company: string | null; note: string | null; createdAt: string; mergedInto: string | null; version: number }

/** Throws 404 `customers.not-found`. */
export async function getCustomer(ctx: Ctx, id: string): Promise<CustomerRecord> {
  const [row] = await ctx.db<CustomerRecord[]>`select id, name, tier, language, region, company, note, created_at, merged_into, version from customers.customer where id = ${id}`
  if (!row) throw notFound('customers')
  return row
}

/** E-mail address to write to: a proven one first. Null when there is none. */
export async function findEmail(ctx: Ctx, customerId: string): Promise<string | null> {
  const [row] = await ctx.db<{ shown: string }[]>`
    select i.shown from customers.identity i join customers.customer c on c.id = i.customer_id
    where i.kind = 'email' and (c.id = ${customerId} or c.merged_into = ${customerId}) order by i.is_verified desc, i.created_at limit 1`
  return row?.shown ?? null
}

export async function viewCustomer(ctx: Ctx, id: string): Promise<Customer> {
  const identities = ctx.db<Customer['identities']>`
    select i.id, i.kind, i.shown, i.verified_at, i.source from customers.identity i join customers.customer c on c.id = i.customer_id where c.id = ${id} or c.merged_into = ${id} order by i.created_at`
  const merges = ctx.db<Customer['merges']>`
    select m.id, m.other_id, o.name as other_name, m.reason, m.at from customers.merge m join customers.customer o on o.id = m.other_id where m.kept_id = ${id} and m.undone_at is null order by m.at`
  const suggestions = ctx.db<Customer['suggestions']>`
    select c.id, c.name, array_agg(distinct i.kind) as because from customers.identity mine
    join customers.identity i on i.kind = mine.kind and i.value = mine.value and i.customer_id <> mine.customer_id
    join customers.customer c on c.id = i.customer_id and c.merged_into is null
    where mine.customer_id = ${id} group by c.id, c.name limit 10`
  const [customer, known, merged, similar] = await Promise.all([getCustomer(ctx, id), identities, merges, suggestions])
  return { ...customer, identities: [...known], merges: [...merged], suggestions: [...similar] } as Customer
}

export async function listCustomers(ctx: Ctx, query: { search?: string; tier?: string; cursor?: string; limit: number }) {
  const { db } = ctx
  const words = query.search ? toTsquery(query.search) : ''
  if (query.search && !words) return { rows: [], next: null }
  if (query.cursor && !/^[0-9a-f-]{36}$/.test(query.cursor)) throw new Fault('input.cursor', 422)
  const rows = await db<{ id: string; name: string; tier: 'standard'; company: string | null; region: string | null; contact: string | null; isVerified: boolean; createdAt: string }[]>`
    with hit as materialized (select id from customers.customer where merged_into is null ${words ? db`and words @@ ${words}::tsquery` : db``} ${query.tier ? db`and tier = ${query.tier}` : db``}
      ${query.cursor ? db`and id < ${query.cursor}` : db``} order by id desc limit ${query.limit + 1})
    select c.id, c.name, c.tier, c.company, c.region, i.shown as contact, coalesce(i.is_verified, false) as is_verified, c.created_at
    from hit join customers.customer c using (id) left join lateral (select shown, is_verified from customers.identity where customer_id = c.id and kind <> 'chat' order by is_verified desc, created_at limit 1) i on true
    order by c.id desc`
  const shown = rows.slice(0, query.limit)
  return { rows: shown, next: rows.length > query.limit ? shown.at(-1)!.id : null }
}

export interface NewCustomer { name: string; email?: string; phone?: string; tier?: string; language?: string; region?: string; company?: string; note?: string }

/** A colleague writes a customer down and vouches for the addresses. Throws 409 `customers.identity-taken`. */
export async function createCustomer(ctx: Ctx, given: NewCustomer): Promise<Customer> {
  const id = newId()
  await ctx.db`insert into customers.customer (id, name, tier, language, region, company, note, created_at, words) values (${id}, ${given.name}, ${given.tier ?? 'standard'}, ${given.language ?? null}, ${given.region ?? null},
    ${given.company ?? null}, ${given.note ?? null}, ${ctx.now}, array_to_tsvector(${customerWords(given.name, given.company, given.email, given.phone)}))`
  const claim: CustomerClaim = { email: given.email, phone: given.phone, verified: true, channel: 'staff' }
  for (const one of identitiesOf(claim)) await insertIdentity(ctx, id, one, true)
  await emit(ctx, 'customer.created', { subject: id, data: { by: 'staff' } })
  return viewCustomer(ctx, id)
}

async function insertIdentity(ctx: Ctx, customerId: string, one: { kind: string; value: string; shown: string }, verified: boolean): Promise<void> {
  const rows = await ctx.db`insert into customers.identity (id, customer_id, kind, value, shown, verified_at, source, created_at)
    values (${newId()}, ${customerId}, ${one.kind}, ${one.value}, ${one.shown}, ${verified ? ctx.now : null}, 'staff', ${ctx.now}) on conflict on constraint identity_once do nothing returning id`
  if (!rows.length) throw new Fault('customers.identity-taken', 409, { value: one.shown })
}

export async function changeCustomer(ctx: Ctx, id: string, change: Partial<Omit<CustomerRecord, 'id' | 'version'>> & { version: number }): Promise<Customer> {
  const [before] = await ctx.db<CustomerRecord[]>`select * from customers.customer where id = ${id} for update`
  if (!before) throw notFound('customers')
  if (before.version !== change.version) throw new Fault('customers.changed-meanwhile', 409)
  const after = { ...before, ...change }
  const known = await ctx.db<{ shown: string }[]>`select shown from customers.identity where customer_id = ${id}`
  ctx.later(ctx.db`update customers.customer set name = ${after.name}, tier = ${after.tier}, language = ${after.language}, region = ${after.region}, company = ${after.company}, note = ${after.note},
    words = array_to_tsvector(${customerWords(after.name, after.company, ...known.map((one) => one.shown))}), version = version + 1 where id = ${id}`)
  const changed = Object.keys(change).filter((field) => field !== 'version' && change[field as keyof typeof change] !== before[field as keyof CustomerRecord])
  await emit(ctx, 'customer.changed', { subject: id, data: { fields: changed } })
  return viewCustomer(ctx, id)
}

export async function addIdentity(ctx: Ctx, id: string, given: { kind: 'email' | 'phone' | 'external'; value: string; isVerified: boolean }): Promise<Customer> {
  await getCustomer(ctx, id)
  const value = given.kind === 'email' ? foldEmail(given.value) : given.kind === 'phone' ? foldPhone(given.value) : given.value.trim()
  if (!value || (given.kind === 'email' && !/^\S+@\S+\.\S+$/.test(value))) throw new Fault('customers.identity-unreadable', 422)
  await insertIdentity(ctx, id, { kind: given.kind, value, shown: given.value }, given.isVerified)
  await emit(ctx, 'customer.identity-added', { subject: id, data: { kind: given.kind, isVerified: given.isVerified } })
  return viewCustomer(ctx, id)
}

/** Marks an address as proven. Throws 409 when another customer has proven it before. */
export async function verifyIdentity(ctx: Ctx, id: string, identityId: string): Promise<void> {
  try {
    const rows = await ctx.db`update customers.identity set verified_at = ${ctx.now} where id = ${identityId} and customer_id = ${id} and verified_at is null returning id`
    if (!rows.length) return
  } catch (error) {
    if (violatedKey(error) === 'identity_once') throw new Fault('customers.identity-taken', 409, { value: '' })
    throw error
  }
  await emit(ctx, 'customer.identity-verified', { subject: id, data: { identity: identityId } })
}

/** Folds `otherId` into `keptId`; history stays where it is and is shown under both, so it can be undone. */
export async function mergeCustomers(ctx: Ctx, keptId: string, otherId: string, reason: string): Promise<void> {
  if (keptId === otherId) throw new Fault('customers.merge-itself', 422)
  const rows = await ctx.db<CustomerRecord[]>`select * from customers.customer where id in (${keptId}, ${otherId}) order by id for update`
  const kept = rows.find((row) => row.id === keptId)
  const other = rows.find((row) => row.id === otherId)
  if (!kept || !other) throw notFound('customers')
  if (kept.mergedInto || other.mergedInto) throw new Fault('customers.merged-already', 409)
  ctx.later(ctx.db`update customers.customer set merged_into = ${keptId}, version = version + 1 where id = ${otherId} or merged_into = ${otherId}`)
  ctx.later(ctx.db`insert into customers.merge (id, kept_id, other_id, reason, by_id, at) values (${newId()}, ${keptId}, ${otherId}, ${reason}, ${ctx.actor.id}, ${ctx.now})`)
  await emit(ctx, 'customer.merged', { subject: keptId, data: { other: otherId, reason } })
}

export async function unmergeCustomers(ctx: Ctx, keptId: string, otherId: string): Promise<void> {
  const rows = await ctx.db`update customers.merge set undone_at = ${ctx.now}, undone_by = ${ctx.actor.id} where kept_id = ${keptId} and other_id = ${otherId} and undone_at is null returning id`
  if (!rows.length) throw new Fault('customers.not-merged', 409)
  ctx.later(ctx.db`update customers.customer set merged_into = null, version = version + 1 where id = ${otherId}`)
  await emit(ctx, 'customer.unmerged', { subject: keptId, data: { other: otherId } })
}
