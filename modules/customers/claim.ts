/**
 * Who is it? A verified claim finds the customer who proved that address; an unverified one never reaches a
 * proven customer, only the separate contact of that address, so that a stranger can't enter somebody's history.
 */
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import { notFound } from '../../platform/fault.ts'
import { newId } from '../../lib/id/index.ts'
import { holdKey, opened, type NewKey } from '../../platform/crypto/vault.ts'
import { foldIdentity, type IdentityKind, type IdentityValue } from './address.ts'
import { addressIndex, coveredWords, endingIndex, nameIndex, sealShown, sealedWords, sealWord } from './kept.ts'

export interface CustomerClaim {
  /** Chosen by a colleague or a trusted program; nobody outside may name one. */
  id?: string
  name?: string
  email?: string
  phone?: string
  /** The customer's key in another system. */
  external?: string
  /** Chat session or portal key of a visitor without an address. */
  visitor?: string
  /** Whether somebody we trust vouches for the addresses: a signed-in colleague, an API client, a proven mail. */
  verified: boolean
  channel: string
  language?: string
}
export interface ClaimedCustomer { id: string; name: string; tier: string; language: string | null; region: string | null; isNew: boolean; isVerified: boolean }

/** The addresses of a claim, the most personal first: a telephone is shared more often than a mailbox. */
export function identitiesOf(claim: Pick<CustomerClaim, 'external' | 'email' | 'phone' | 'visitor'>): IdentityValue[] {
  const list: IdentityValue[] = []
  const add = (kind: IdentityKind, shown: string | undefined) => {
    const value = shown === undefined ? '' : foldIdentity(kind, shown)
    if (value) list.push({ kind, value, shown: shown!.trim() })
  }
  add('external', claim.external)
  add('email', claim.email)
  add('phone', claim.phone)
  add('chat', claim.visitor)
  return list
}

const ATTEMPTS = 4

/**
 * Finds the customer a claim speaks of, or creates one.
 *
 * A verified claim finds by its strongest known address. A weaker one counts only when that customer is not
 * proven to have another of the stronger kind: two people behind one switchboard stay two. Addresses new to the
 * customer are added; what another customer has proven is only named. An unverified claim finds by its first
 * address alone, and does not follow a merge into a proven customer. A chosen id is taken as it is, or as what it
 * was merged into; throws 404 `customers.not-found` when there is none.
 */
export async function findOrCreateCustomer(ctx: Ctx, claim: CustomerClaim): Promise<ClaimedCustomer> {
  if (claim.id) return chosen(ctx, claim.id)
  const identities = identitiesOf(claim)
  // By characters: half of a pair of surrogates could not be stored.
  const name = Array.from(claim.name?.trim() || identities.find((one) => one.kind !== 'chat')?.shown || '').slice(0, 200).join('')
  const id = newId()
  if (!identities.length) {
    const { masterId, wrapped } = ctx.app.vault.create(id)
    ctx.later(ctx.db`with keyed as (insert into platform.data_key (id, master_id, wrapped) values (${id}, ${masterId}, ${wrapped}))
      insert into customers.customer (id, name, name_index, language, created_at, words)
      values (${id}, ${sealWord(ctx.app, id, 'name', name)}, ${nameIndex(ctx.app, name)}, ${claim.language ?? null}, ${ctx.now}, array_to_tsvector(${coveredWords(ctx.app, [name])}))`)
    await created(ctx, id, claim)
    return { id, name, tier: 'standard', language: claim.language ?? null, region: null, isNew: true, isVerified: false }
  }
  const proven = claim.verified && identities.length === 1 ? await ctx.ask(selectProven, { kind: identities[0]!.kind, index: addressIndex(ctx.app, identities[0]!.kind, identities[0]!.value) }) : null
  if (proven) {
    const known = await openClaimed(ctx, proven)
    giveName(ctx, known, claim, identities, name)
    return known
  }
  const key = ctx.app.vault.create(id)
  const given = identities.map((one) => ({ ...one, id: newId(), index: addressIndex(ctx.app, one.kind, one.value), ending: endingIndex(ctx.app, one.kind, one.value) }))
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const [found] = await findOrInsert(ctx, id, name, key, claim, given)
    if (!found) {
      // Somebody else's transaction made the address a moment ago; ours left a customer without it behind.
      await ctx.db`with bare as (delete from customers.identity where customer_id = ${id}), unused as (delete from platform.data_key where id = ${id}) delete from customers.customer where id = ${id}`
      continue
    }
    const { attached, ownerId, ...row } = found
    const customer = row.isNew ? { ...row, name, key: null } : await openClaimed(ctx, row)
    if (customer.isNew) await created(ctx, id, claim)
    else if (attached) await learned(ctx, ownerId, customer.id, given, attached)
    if (!customer.isNew) giveName(ctx, customer, claim, identities, name)
    return customer
  }
  throw new Error('an address was made and removed again while it was looked up')
}

/** As it stands in the database: the name sealed, with the key that opens it. */
interface Row extends ClaimedCustomer { key: Buffer | null }
async function openClaimed(ctx: Ctx, { key, ...customer }: Row): Promise<ClaimedCustomer> {
  if (!ctx.app.vault.learn(customer.id, key)) await holdKey(ctx, customer.id)
  const [one] = await opened(ctx, [customer], { name: sealedWords.name })
  return one!
}

/** Who has proven each of these addresses: what most arrivals ask, and much cheaper than finding or creating. */
async function selectProven({ db }: Pick<Ctx, 'db'>, addresses: readonly { kind: IdentityKind; index: string }[]): Promise<(Row | null)[]> {
  const rows = await db<(Row & { nr: number })[]>`
    select g.nr::int, c.id, c.name, c.tier, c.language, c.region, k.wrapped as key from unnest(${addresses.map((one) => one.kind)}::text[], ${addresses.map((one) => one.index)}::text[]) with ordinality as g (kind, value, nr)
    join customers.identity i on i.kind = g.kind and i.value = g.value and i.is_verified and i.is_leading
    join customers.customer o on o.id = i.customer_id join customers.customer c on c.id = coalesce(o.merged_into, o.id) left join platform.data_key k on k.id = c.id`
  const byNr = new Map(rows.map(({ nr, ...customer }) => [nr - 1, { ...customer, isNew: false, isVerified: true }]))
  return addresses.map((_, nr) => byNr.get(nr) ?? null)
}

async function chosen(ctx: Ctx, id: string): Promise<ClaimedCustomer> {
  const [row] = await ctx.db<Row[]>`
    select c.id, c.name, c.tier, c.language, c.region, false as is_new, true as is_verified, k.wrapped as key
    from customers.customer o join customers.customer c on c.id = coalesce(o.merged_into, o.id) left join platform.data_key k on k.id = c.id where o.id = ${id}`
  if (!row) throw notFound('customers')
  return openClaimed(ctx, row)
}

// Planning this statement costs more than running it. Everything that bears on the plan therefore stands in its text
// (how many addresses, verified or not), so that PostgreSQL settles on one prepared plan for each of the few texts.
type Given = IdentityValue & { id: string; index: string; ending: string | null }
function findOrInsert(ctx: Ctx, id: string, name: string, key: NewKey, claim: CustomerClaim, identities: Given[]) {
  const { app, db, now } = ctx
  const words = coveredWords(app, [name, claim.email, claim.external], claim.phone ? [claim.phone] : [])
  const rows = identities.map(({ id: identityId, kind, index, ending, shown }, nr) => db`${nr ? db`union all` : db``} select ${nr}::int as nr, ${identityId}::uuid as id, ${kind}::text as kind, ${index}::text as value, ${ending}::text as ending, ${sealShown(app, id, identityId, shown)}::text as shown`)
  const isVerified = claim.verified ? db`true` : db`false`
  const mayLead = claim.verified ? db`true` : db`g.nr = 0`
  const verifiedAt = claim.verified ? db`case when not g.is_taken then ${now}::timestamptz end` : db`null::timestamptz`
  const attach = claim.verified && identities.length > 1
    // Under whose key it is to be sealed, only the answer tells.
    ? db`insert into customers.identity (id, customer_id, kind, value, ending, shown, is_leading, verified_at, source, created_at)
        select g.id, k.customer_id, g.kind, g.value, g.ending, '', not g.is_taken, ${verifiedAt}, ${claim.channel}, ${now}
        from known k, given g
        where not exists (select 1 from customers.identity o where o.customer_id = k.customer_id and o.kind = g.kind and o.value = g.value)
        on conflict do nothing returning 1`
    : db`select 1 where false`
  // A weaker address of a customer proven to have another of a stronger kind is not this customer's alone.
  const contradicted = claim.verified && identities.length > 1
    ? db`exists (select 1 from given s join customers.identity o on o.customer_id = g.customer_id and o.kind = s.kind and o.value <> s.value and o.is_verified where s.nr < g.nr)`
    : db`false`
  const resolved = claim.verified ? db`coalesce(o.merged_into, o.id)`
    : db`case when o.merged_into is null or exists (select 1 from customers.identity x join customers.customer m on m.id = x.customer_id
        where x.is_verified and (m.id = o.merged_into or m.merged_into = o.merged_into)) then o.id else o.merged_into end`
  return db<(Row & { attached: number; ownerId: string })[]>`
    with given as materialized (
      select g.nr, g.id, g.kind, g.value, g.ending, g.shown, i.customer_id, i.id is not null as is_taken from (${rows}) g
      left join lateral (select i.id, i.customer_id from customers.identity i
        where i.kind = g.kind and i.value = g.value and i.is_verified = ${isVerified} and i.is_leading limit 1) i on true),
    known as materialized (
      select g.customer_id from given g where g.is_taken and ${mayLead} and not ${contradicted} order by g.nr limit 1),
    made as (
      insert into customers.customer (id, name, name_index, language, created_at, words)
      select ${id}, ${sealWord(app, id, 'name', name)}, ${nameIndex(app, name)}, ${claim.language ?? null}, ${now}, array_to_tsvector(${words}) where not exists (select 1 from known)
      returning id, name, tier, language, region),
    keyed as (
      insert into platform.data_key (id, master_id, wrapped) select made.id, ${key.masterId}, ${key.wrapped} from made),
    marked as (
      insert into customers.identity (id, customer_id, kind, value, ending, shown, is_leading, verified_at, source, created_at)
      select g.id, made.id, g.kind, g.value, g.ending, g.shown, ${mayLead} and not g.is_taken, ${verifiedAt}, ${claim.channel}, ${now}
      from made, given g order by g.nr
      on conflict do nothing returning 1),
    attached as (${attach})
    select c.id, c.name, c.tier, c.language, c.region, false as is_new, ${isVerified} as is_verified, (select count(*) from attached)::int as attached, o.id as owner_id, d.wrapped as key
    from known k join customers.customer o on o.id = k.customer_id join customers.customer c on c.id = ${resolved} left join platform.data_key d on d.id = c.id
    union all
    select made.id, made.name, made.tier, made.language, made.region, true, ${isVerified}, 0, made.id, null from made where (select count(*) from marked) = ${identities.length}`
}

const created = (ctx: Ctx, id: string, claim: CustomerClaim) =>
  emit(ctx, 'customer.created', { subject: id, data: { channel: claim.channel, isVerified: claim.verified } })

async function learned(ctx: Ctx, ownerId: string, shownId: string, identities: readonly Given[], count: number): Promise<void> {
  await holdKey(ctx, ownerId)
  for (const one of identities) ctx.later(ctx.db`update customers.identity set shown = ${sealShown(ctx.app, ownerId, one.id, one.shown)} where id = ${one.id} and customer_id = ${ownerId}`)
  const words = coveredWords(ctx.app, identities.filter((one) => one.kind !== 'chat').map((one) => one.shown), identities.filter((one) => one.kind === 'phone').map((one) => one.shown))
  ctx.later(ctx.db`update customers.customer set words = words || array_to_tsvector(${words}) where id = ${shownId}`)
  await emit(ctx, 'customer.identity-added', { subject: shownId, data: { count, isVerified: true } })
}

// A contact that was only an address gets the name its next message gives.
function giveName(ctx: Ctx, customer: ClaimedCustomer, claim: CustomerClaim, identities: readonly IdentityValue[], name: string): void {
  if (!claim.name?.trim() || !identities.some((one) => one.shown === customer.name)) return
  ctx.later(ctx.db`update customers.customer set name = ${sealWord(ctx.app, customer.id, 'name', name)}, name_index = ${nameIndex(ctx.app, name)}, words = words || array_to_tsvector(${coveredWords(ctx.app, [name])}), version = version + 1
    where id = ${customer.id} and name_index = ${nameIndex(ctx.app, customer.name)}`)
  customer.name = name
}
