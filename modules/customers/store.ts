/** Reading and changing customers, their addresses and the list of tiers. */
import type { Ctx } from '../../platform/context.ts'
import { violatedKey } from '../../platform/database/index.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault, notFound } from '../../platform/fault.ts'
import { newId } from '../../lib/id/index.ts'
import { holdKey, opened } from '../../platform/crypto/vault.ts'
import { foldEmail, foldIdentity, foldPhone, type IdentityKind, type IdentityValue } from './address.ts'
import { identitiesOf } from './claim.ts'
import type { Customer, CustomerRow, TierRow } from './contract.ts'
import { addressIndex, alikeIndex, coveredQuery, coveredWords, endingIndex, NAME, nameIndex, openShown, sealedWords, sealShown, sealWord, shownAs } from './kept.ts'
import { isOpen, maskCustomer, maskField, maskIdentity, maskRows, nearness, relationsTo, seesAll, servedBy, shownName } from './mask.ts'
import { minorOf } from './minor.ts'
import { family, recordIdsOf, suggestionsFor } from './merge.ts'

export interface CustomerRecord { id: string; name: string; tier: string; language: string | null; region: string | null; company: string | null; note: string | null; createdAt: string; mergedInto: string | null; version: number }
const columns = (ctx: Ctx) => ctx.db`id, name, tier, language, region, company, note, created_at, merged_into, version`
const changedMeanwhile = (): Fault => new Fault('customers.changed-meanwhile', 409)

/** Throws 404 `customers.not-found`. */
export async function getCustomer(ctx: Ctx, id: string): Promise<CustomerRecord> {
  const [row] = await opened(ctx, ctx.db<CustomerRecord[]>`select ${columns(ctx)} from customers.customer where id = ${id}`, sealedWords)
  if (!row) throw notFound('customers')
  return row
}

/** The tier a customer is served by: that of the record it was folded into. Throws 404 `customers.not-found`. */
export async function tierOf({ db }: Pick<Ctx, 'db'>, id: string): Promise<string> {
  const [row] = await db<{ tier: string }[]>`select coalesce(w.tier, v.tier) as tier from customers.customer v left join customers.customer w on w.id = v.merged_into where v.id = ${id}`
  if (!row) throw notFound('customers')
  return row.tier
}

/** The customers of these ids that exist, by id. */
export async function findCustomers(ctx: Ctx, ids: readonly string[]): Promise<Map<string, CustomerRecord>> {
  if (!ids.length) return new Map()
  const rows = await opened(ctx, ctx.db<CustomerRecord[]>`select ${columns(ctx)} from customers.customer where id = any(${[...new Set(ids)]}::uuid[])`, sealedWords)
  return new Map(rows.map((row) => [row.id, row]))
}

/** E-mail address to write to: a proven one first. Null when there is none. */
export async function findEmail(ctx: Ctx, customerId: string): Promise<string | null> {
  const [row] = await openShown(ctx, ctx.db<{ id: string; shown: string }[]>`
    select i.id, i.shown from customers.identity i join customers.customer c on c.id = i.customer_id
    where i.kind = 'email' and (c.id = ${customerId} or c.merged_into = ${customerId})
    order by i.is_verified desc, c.id = ${customerId} desc, i.is_leading desc, i.created_at limit 1`, 'id')
  return row?.shown ?? null
}

/** The customer as the actor sees it, with everything folded into it. Throws 404 `customers.not-found`. */
export const viewCustomer = async (ctx: Ctx, id: string): Promise<Customer> => maskCustomer(ctx, await wholeCustomer(ctx, id))

/** The customer with nothing covered. */
export async function wholeCustomer(ctx: Ctx, id: string): Promise<Omit<Customer, 'masked'>> {
  const identities = openShown(ctx, ctx.db<Customer['identities']>`
    select i.id, i.kind, i.shown, i.verified_at, i.source, i.is_leading, i.customer_id from customers.identity i join customers.customer c on c.id = i.customer_id
    where ${family(ctx, id)} order by i.is_verified desc, i.is_leading desc, i.created_at, i.kind`, 'id')
  const merges = opened(ctx, ctx.db<Customer['merges']>`
    select m.id, m.other_id, o.name as other_name, m.reason, m.by_id, m.at from customers.merge m join customers.customer o on o.id = m.other_id where m.kept_id = ${id} and m.undone_at is null order by m.at`, { otherName: [NAME, 'otherId'] })
  const [customer, known, merged, recordIds, suggestions, minor] = await Promise.all([getCustomer(ctx, id), identities, merges, recordIdsOf(ctx, id), suggestionsFor(ctx, id), minorOf(ctx, id)])
  return { ...customer, isVerified: known.some((one) => one.verifiedAt !== null), identities: known.map((one) => ({ ...one, shown: shownAs(one.kind, one.shown) })), merges: merged, recordIds, suggestions, minor }
}

/** Newest first, folded records left out. `next` is the id to go on from. */
export async function listCustomers(ctx: Ctx, query: { search?: string; tier?: string; cursor?: string; limit: number }): Promise<{ rows: CustomerRow[]; next: string | null }> {
  const { db } = ctx
  const words = query.search ? coveredQuery(ctx.app, query.search) : ''
  if (query.search?.trim() && !words) return { rows: [], next: null }
  const served = words && !seesAll(ctx) ? await servedBy(ctx) : null
  if (query.cursor && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(query.cursor)) throw new Fault('input.cursor', 422)
  // A folded record's words find the record that is shown. Matching first, in a materialised step: with ORDER BY …
  // LIMIT the planner may otherwise walk the whole table for a rare word.
  const hit = words
    ? db`match as materialized (${served ? exactly(ctx, query.search!, words, served) : db`select distinct coalesce(merged_into, id) as id from customers.customer where words @@ ${words}::tsquery`}),
      hit as (select id from match join customers.customer c using (id) where true`
    : db`hit as (select id from customers.customer c where merged_into is null`
  const rows = await db<(CustomerRow & { contactKind: string | null; contactId: string | null })[]>`
    with ${hit} ${query.tier ? db`and c.tier = ${query.tier}` : db``} ${query.cursor ? db`and id < ${query.cursor}` : db``} order by id desc limit ${query.limit + 1})
    select c.id, c.name, c.tier, c.company, c.region, i.shown as contact, i.kind as contact_kind, i.id as contact_id, coalesce(i.is_verified, false) as is_verified, c.created_at
    from hit join customers.customer c using (id)
    left join lateral (select id, kind, shown, is_verified from customers.identity where customer_id = c.id and kind <> 'chat' order by is_verified desc, is_leading desc, created_at limit 1) i on true
    order by c.id desc`
  const shown = await opened(ctx, rows.slice(0, query.limit), { name: sealedWords.name, company: sealedWords.company, contact: ['customers.identity/shown', 'contactId'] })
  return { rows: await maskRows(ctx, shown.map(({ contactId: _, ...row }) => row)), next: rows.length > query.limit ? shown.at(-1)!.id : null }
}

/**
 * For whoever sees covered fields, so that no search tells what they hold: the whole name or company, the whole address,
 * a number as it is dialled. By parts only among those the actor serves, whose fields are open to them.
 */
function exactly(ctx: Ctx, search: string, words: string, served: readonly string[]) {
  const { app, db } = ctx
  const text = search.trim()
  const digits = foldPhone(text)
  const dialled = /^[\d+\s().-]+$/.test(text) && digits.length >= 9 ? db`or ending = ${endingIndex(app, 'phone', digits)}` : db``
  return db`
    select coalesce(merged_into, id) as id from customers.customer where name_index = ${nameIndex(app, text)}
    union select coalesce(c.merged_into, c.id) from customers.identity i join customers.customer c on c.id = i.customer_id
      where (kind = 'email' and value = ${addressIndex(app, 'email', foldEmail(text))}) or (kind = 'external' and value = ${addressIndex(app, 'external', text)})
        or (kind = 'portal' and value = ${addressIndex(app, 'portal', text)}) or (kind = 'phone' and value = ${addressIndex(app, 'phone', digits)}) ${dialled}
    union select coalesce(merged_into, id) from customers.customer where words @@ ${words}::tsquery and coalesce(merged_into, id) = any(${served as string[]}::uuid[])`
}

export interface NewCustomer { name: string; email?: string; phone?: string; external?: string; tier?: string; language?: string; region?: string; company?: string; note?: string }

/** The record itself, with its key at hand. */
async function insertCustomer(ctx: Ctx, given: Omit<NewCustomer, 'email' | 'phone' | 'external'>): Promise<string> {
  const id = newId()
  const key = ctx.app.vault.create(id)
  ctx.later(ctx.db`insert into platform.data_key (id, master_id, wrapped) values (${id}, ${key.masterId}, ${key.wrapped})`)
  await ctx.db`insert into customers.customer (id, name, name_index, alike, tier, language, region, company, note, created_at)
    values (${id}, ${sealWord(ctx.app, id, 'name', given.name)}, ${nameIndex(ctx.app, given.name)}, ${alikeIndex(ctx.app, given.name, given.company ?? null)}, ${given.tier ?? 'standard'}, ${given.language ?? null},
      ${given.region ?? null}, ${sealWord(ctx.app, id, 'company', given.company)}, ${sealWord(ctx.app, id, 'note', given.note)}, ${ctx.now})`
  return id
}

/** A colleague writes a customer down and vouches for the addresses. Throws 409 `customers.identity-taken`. */
export async function createCustomer(ctx: Ctx, given: NewCustomer): Promise<Customer> {
  if (given.tier) await mustBeTier(ctx, given.tier)
  const id = await insertCustomer(ctx, given)
  for (const one of identitiesOf(given)) await insertIdentity(ctx, id, one, true)
  await refreshWords(ctx, id)
  await emit(ctx, 'customer.created', { subject: id, data: { channel: 'staff', isVerified: true } })
  return viewCustomer(ctx, id)
}

export interface BroughtCustomer { name: string; language?: string | undefined; region?: string | undefined; company?: string | undefined; addresses: readonly { kind: 'email' | 'phone' | 'external'; value: string }[] }
/**
 * Somebody who comes with their data from another house. Every address is what they say, and leads nowhere until it is
 * proven here; whether a known customer is the same person, a colleague decides. Throws 422 `customers.identity-unreadable`.
 */
export async function bringCustomer(ctx: Ctx, { addresses, ...given }: BroughtCustomer): Promise<string> {
  const id = await insertCustomer(ctx, given as NewCustomer)
  for (const { kind, value: shown } of addresses) {
    const value = readable(kind, shown)
    const row = newId()
    ctx.later(ctx.db`insert into customers.identity (id, customer_id, kind, value, ending, shown, is_leading, verified_at, source, created_at)
      values (${row}, ${id}, ${kind}, ${addressIndex(ctx.app, kind, value)}, ${endingIndex(ctx.app, kind, value)}, ${sealShown(ctx.app, id, row, shown.trim())}, false, null, 'brought', ${ctx.now}) on conflict do nothing`)
  }
  await refreshWords(ctx, id)
  await emit(ctx, 'customer.created', { subject: id, data: { channel: 'brought', isVerified: false } })
  return id
}

function readable(kind: IdentityKind, given: string): string {
  const value = foldIdentity(kind, given)
  if (!value || (kind === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) || (kind === 'phone' && !/^\+?\d{5,15}$/.test(value))) throw new Fault('customers.identity-unreadable', 422)
  return value
}

/** Changes the fields given. Throws 409 `customers.changed-meanwhile` on another version, 409 `customers.merged-away`. */
export async function changeCustomer(ctx: Ctx, id: string, { version, ...change }: Partial<Pick<CustomerRecord, 'name' | 'tier' | 'language' | 'region' | 'company' | 'note'>> & { version: number }): Promise<Customer> {
  const before = await lockCustomer(ctx, id)
  if (before.version !== version) throw changedMeanwhile()
  const fields = (Object.keys(change) as (keyof typeof change)[]).filter((field) => change[field] !== undefined && change[field] !== before[field])
  if (!fields.length) return viewCustomer(ctx, id)
  if (fields.includes('tier')) await mustBeTier(ctx, change.tier!)
  await mustNotBeCovers(ctx, before, change)
  const after = { ...before, ...Object.fromEntries(fields.map((field) => [field, change[field]])) } as CustomerRecord
  await holdKey(ctx, id)
  ctx.later(ctx.db`update customers.customer set name = ${sealWord(ctx.app, id, 'name', after.name)}, name_index = ${nameIndex(ctx.app, after.name)}, alike = ${alikeIndex(ctx.app, after.name, after.company)}, tier = ${after.tier}, language = ${after.language},
    region = ${after.region}, company = ${sealWord(ctx.app, id, 'company', after.company)}, note = ${sealWord(ctx.app, id, 'note', after.note)}, version = version + 1 where id = ${id}`)
  if (fields.includes('name') || fields.includes('company')) await refreshWords(ctx, id)
  // The history outlives the person: it keeps that a personal field changed, not what it said.
  const of = (row: CustomerRecord) => Object.fromEntries(fields.filter((field) => field === 'tier' || field === 'language').map((field) => [field, row[field]]))
  await emit(ctx, 'customer.changed', { subject: id, data: { fields, before: of(before), after: of(after) } })
  return viewCustomer(ctx, id)
}

/** Whoever sees a cover and sends it back has not changed the field, and must not lose what it holds. */
async function mustNotBeCovers(ctx: Ctx, before: CustomerRecord, change: Partial<CustomerRecord>): Promise<void> {
  const relation = (await nearness(ctx, [before.id]))(before.id)
  for (const field of ['name', 'company', 'region', 'note'] as const) {
    const value = before[field]
    if (value && change[field] === maskField(field, value) && !isOpen(field, value, relation)) throw new Fault('customers.value-masked', 422, {}, [{ path: field, code: 'customers.value-masked' }])
  }
}

async function lockCustomer(ctx: Ctx, id: string): Promise<CustomerRecord> {
  const [row] = await opened(ctx, ctx.db<CustomerRecord[]>`select ${columns(ctx)} from customers.customer where id = ${id} for update`, sealedWords)
  if (!row) throw notFound('customers')
  if (row.mergedInto) throw new Fault('customers.merged-away', 409)
  return row
}

/** Makes a record findable by its name, company and addresses as they are now. */
async function refreshWords(ctx: Ctx, id: string): Promise<void> {
  const [[customer], known] = await Promise.all([
    opened(ctx, ctx.db<{ id: string; name: string; company: string | null }[]>`select id, name, company from customers.customer where id = ${id}`, { name: sealedWords.name, company: sealedWords.company }),
    openShown(ctx, ctx.db<{ id: string; kind: string; shown: string }[]>`select id, kind, shown from customers.identity where customer_id = ${id} and kind <> 'chat'`, 'id'),
  ])
  const words = coveredWords(ctx.app, [customer!.name, customer!.company, ...known.map((one) => one.shown)], known.filter((one) => one.kind === 'phone').map((one) => one.shown))
  ctx.later(ctx.db`update customers.customer set words = array_to_tsvector(${words}) where id = ${id}`)
}

async function insertIdentity(ctx: Ctx, customerId: string, one: IdentityValue, verified: boolean): Promise<void> {
  const id = newId()
  await holdKey(ctx, customerId)
  const rows = await ctx.db`insert into customers.identity (id, customer_id, kind, value, ending, shown, verified_at, source, created_at)
    values (${id}, ${customerId}, ${one.kind}, ${addressIndex(ctx.app, one.kind, one.value)}, ${endingIndex(ctx.app, one.kind, one.value)}, ${sealShown(ctx.app, customerId, id, one.shown)}, ${verified ? ctx.now : null}, 'staff', ${ctx.now}) on conflict do nothing returning id`
  if (!rows.length) throw await taken(ctx, one.kind, one.value, verified)
}

async function taken(ctx: Ctx, kind: string, value: string, verified: boolean): Promise<Fault> {
  const [owner] = await opened(ctx, ctx.db<{ id: string; shown: string; customerId: string; name: string; rootId: string }[]>`
    select i.id, i.shown, i.customer_id, c.name, coalesce(c.merged_into, c.id) as root_id from customers.identity i join customers.customer c on c.id = i.customer_id
    where i.kind = ${kind} and i.value = ${addressIndex(ctx.app, kind, value)} order by i.is_leading and i.is_verified = ${verified} desc limit 1`, { shown: ['customers.identity/shown', 'id'], name: [NAME, 'customerId'] })
  const relation = owner ? (await relationsTo(ctx, [owner.rootId]))(owner.rootId) : null
  return new Fault('customers.identity-taken', 409, { value: owner?.shown ?? value, customerId: owner?.customerId ?? '', name: owner ? shownName(owner.name, relation) : '' })
}

/** Adds an address. Throws 409 `customers.identity-taken`, 422 `customers.identity-unreadable`. */
export async function addIdentity(ctx: Ctx, id: string, given: { kind: IdentityKind; value: string; isVerified: boolean }): Promise<Customer> {
  await lockCustomer(ctx, id)
  const value = readable(given.kind, given.value)
  await insertIdentity(ctx, id, { kind: given.kind, value, shown: given.value.trim() }, given.isVerified)
  await refreshWords(ctx, id)
  await emit(ctx, 'customer.identity-added', { subject: id, data: { kind: given.kind, isVerified: given.isVerified } })
  return viewCustomer(ctx, id)
}

/**
 * Marks an address as proven, adding it when the record lacks it; proving it again changes nothing. Throws 409
 * `customers.identity-taken` when another customer has proven it: whether they are the same, a person decides.
 */
export async function verifyIdentity(ctx: Ctx, customerId: string, kind: IdentityKind, value: string): Promise<void> {
  const folded = foldIdentity(kind, value)
  if (!folded) throw new Fault('customers.identity-unreadable', 422)
  const index = addressIndex(ctx.app, kind, folded)
  const [owner] = await ctx.db<{ customerId: string }[]>`select customer_id from customers.identity where kind = ${kind} and value = ${index} and is_verified and is_leading`
  if (owner?.customerId === customerId) return
  if (owner) throw await taken(ctx, kind, folded, true)
  await getCustomer(ctx, customerId)
  await holdKey(ctx, customerId)
  const id = newId()
  await ctx.db`insert into customers.identity (id, customer_id, kind, value, ending, shown, verified_at, source, created_at)
    values (${id}, ${customerId}, ${kind}, ${index}, ${endingIndex(ctx.app, kind, folded)}, ${sealShown(ctx.app, customerId, id, value.trim())}, ${ctx.now}, 'verification', ${ctx.now})
    on conflict (customer_id, kind, value) do update set verified_at = excluded.verified_at, is_leading = true`
    .catch((error: unknown) => { throw violatedKey(error) === 'identity_once' ? new Fault('customers.identity-taken', 409, { value: value.trim(), customerId: '', name: '' }) : error })
  await refreshWords(ctx, customerId)
  await emit(ctx, 'customer.identity-verified', { subject: customerId, data: { kind } })
}

async function ownIdentity(ctx: Ctx, customerId: string, identityId: string): Promise<Pick<IdentityValue, 'kind' | 'shown'>> {
  const [row] = await openShown(ctx, ctx.db<{ id: string; kind: IdentityKind; shown: string }[]>`select id, kind, shown from customers.identity where id = ${identityId} and customer_id = ${customerId}`, 'id')
  if (!row) throw new Fault('customers.identity-not-found', 404)
  return row
}

export async function verifyIdentityById(ctx: Ctx, customerId: string, identityId: string): Promise<Customer> {
  const one = await ownIdentity(ctx, customerId, identityId)
  try {
    await verifyIdentity(ctx, customerId, one.kind, one.shown)
  } catch (error) {
    // A refusal names the address; whoever sees it covered on the page sees it covered here too.
    if (!(error instanceof Fault) || error.code !== 'customers.identity-taken' || (await relationsTo(ctx, [customerId]))(customerId) === 'serves') throw error
    throw new Fault('customers.identity-taken', 409, { ...error.args, value: maskIdentity(one.kind, one.shown) })
  }
  return viewCustomer(ctx, customerId)
}

/** Takes an address off the record: messages from it make a contact of their own again. */
export async function removeIdentity(ctx: Ctx, customerId: string, identityId: string): Promise<Customer> {
  await lockCustomer(ctx, customerId)
  const one = await ownIdentity(ctx, customerId, identityId)
  await ctx.db`delete from customers.identity where id = ${identityId}`
  await refreshWords(ctx, customerId)
  await emit(ctx, 'customer.identity-removed', { subject: customerId, data: { kind: one.kind } })
  return viewCustomer(ctx, customerId)
}

interface TierList { rows: TierRow[]; version: number }
export async function listTiers(ctx: Ctx): Promise<TierList> {
  const [row] = await ctx.db<{ list: { key: string; name?: TierRow['name'] }[]; version: number }[]>`select list, version from customers.tiers`
  return { rows: row!.list.map(({ key, name }) => ({ key, name: name ?? null })), version: row!.version }
}

async function mustBeTier(ctx: Ctx, key: string): Promise<void> {
  if (!(await listTiers(ctx)).rows.some((tier) => tier.key === key)) throw new Fault('customers.tier-unknown', 422, {}, [{ path: 'tier', code: 'customers.tier-unknown' }])
}

const NAMED_BY_TEXT = new Set(['standard', 'silver', 'gold', 'platinum'])
/** Replaces the list, lowest tier first. `standard`, which every new customer has, stays; so does a tier somebody holds. */
export async function changeTiers(ctx: Ctx, { rows, version }: TierList): Promise<TierList> {
  await ctx.db`select 1 from customers.tiers for update`
  const before = await listTiers(ctx)
  if (before.version !== version) throw changedMeanwhile()
  const keys = rows.map((tier) => tier.key)
  if (new Set(keys).size !== keys.length) throw new Fault('customers.tier-twice', 422)
  const unnamed = rows.find((tier) => !tier.name && !NAMED_BY_TEXT.has(tier.key))
  if (unnamed) throw new Fault('customers.tier-unnamed', 422, { key: unnamed.key })
  const gone = before.rows.map((tier) => tier.key).filter((key) => !keys.includes(key))
  const [held] = keys.includes('standard') ? await ctx.db<{ tier: string }[]>`select tier from customers.customer where tier = any(${gone}) and tier <> 'standard' limit 1` : [{ tier: 'standard' }]
  if (held) throw new Fault('customers.tier-in-use', 409, { key: held.tier })
  ctx.later(ctx.db`update customers.tiers set list = ${ctx.db.json(rows as never)}, version = version + 1`)
  await emit(ctx, 'customer.tiers-changed', { data: { before: before.rows.map((tier) => tier.key), after: keys } })
  return { rows, version: version + 1 }
}
