/**
 * Who is it? A verified claim finds the customer who proved that address; an unverified one never reaches a
 * proven customer, only the separate contact of that address, so that a stranger can't enter somebody's history.
 */
import type { Ctx } from '../../platform/context.ts'
import { notFound } from '../../platform/fault.ts'
import { newId } from '../../lib/id/index.ts'
import { searchTokens } from '../../lib/search/index.ts'

export interface CustomerClaim {
  /** Chosen by a colleague or a trusted program; nobody outside may name one. */
  id?: string
  name?: string
  email?: string
  phone?: string
  external?: string
  /** Chat session or portal key of a visitor without an address. */
  visitor?: string
  verified: boolean
  channel: string
  language?: string
}
export interface ClaimedCustomer { id: string; name: string; tier: string; language: string | null; region: string | null; isNew: boolean; isVerified: boolean }

export const foldEmail = (value: string): string => value.normalize('NFKC').trim().toLowerCase()
/** Digits with a leading +; national spellings stay national. */
export const foldPhone = (value: string): string => value.replace(/[^\d+]/g, '').replace(/(?!^)\+/g, '').replace(/^00/, '+')

interface IdentityValue { kind: string; value: string; shown: string }
export function identitiesOf(claim: CustomerClaim): IdentityValue[] {
  const list: IdentityValue[] = []
  if (claim.external) list.push({ kind: 'external', value: claim.external.trim(), shown: claim.external })
  if (claim.email) list.push({ kind: 'email', value: foldEmail(claim.email), shown: claim.email })
  if (claim.phone) list.push({ kind: 'phone', value: foldPhone(claim.phone), shown: claim.phone })
  if (claim.visitor) list.push({ kind: 'chat', value: claim.visitor, shown: claim.visitor.slice(0, 8) })
  return list
}

export const customerWords = (...parts: (string | null | undefined)[]): string[] => searchTokens(parts.filter(Boolean).join('\n'))

/**
 * One statement: finds by the first identity that is known, else creates customer and identities. The unique
 * key of an identity decides between two at the same moment: the loser reads the winner's customer.
 */
export async function findOrCreateCustomer(ctx: Ctx, claim: CustomerClaim): Promise<ClaimedCustomer> {
  if (claim.id) {
    const [chosen] = await ctx.db<ClaimedCustomer[]>`
      select c.id, c.name, c.tier, c.language, c.region, false as is_new, true as is_verified from customers.customer o join customers.customer c on c.id = coalesce(o.merged_into, o.id) where o.id = ${claim.id}`
    if (!chosen) throw notFound('customers')
    return chosen
  }
  const identities = identitiesOf(claim)
  const name = claim.name?.trim() || claim.email || claim.phone || claim.external || ''
  const id = newId()
  if (!identities.length) {
    ctx.later(ctx.db`insert into customers.customer (id, name, language, created_at, words) values (${id}, ${name}, ${claim.language ?? null}, ${ctx.now}, array_to_tsvector(${customerWords(name)}))`)
    return { id, name, tier: 'standard', language: claim.language ?? null, region: null, isNew: true, isVerified: false }
  }
  const verifiedAt = claim.verified ? ctx.now : null
  const lookup = () => ctx.db<ClaimedCustomer[]>`
    with known as (
      select i.customer_id, g.nr from unnest(${identities.map((one) => one.kind)}::text[], ${identities.map((one) => one.value)}::text[]) with ordinality g(kind, value, nr)
      join customers.identity i on i.kind = g.kind and i.value = g.value and i.is_verified = ${claim.verified} order by g.nr limit 1),
    made as (
      insert into customers.customer (id, name, language, created_at, words)
      select ${id}, ${name}, ${claim.language ?? null}, ${ctx.now}, array_to_tsvector(${customerWords(name, claim.email, claim.phone)}) where not exists (select 1 from known)
      returning id, name, tier, language, region),
    marked as (
      insert into customers.identity (id, customer_id, kind, value, shown, verified_at, source, created_at)
      select gen_random_uuid(), made.id, g.kind, g.value, g.shown, ${verifiedAt}::timestamptz, ${claim.channel}, ${ctx.now}
      from made, unnest(${identities.map((one) => one.kind)}::text[], ${identities.map((one) => one.value)}::text[], ${identities.map((one) => one.shown)}::text[]) g(kind, value, shown)
      on conflict on constraint identity_once do nothing returning customer_id)
    select c.id, c.name, c.tier, c.language, c.region, false as is_new, ${claim.verified} as is_verified from known k
      join customers.customer o on o.id = k.customer_id join customers.customer c on c.id = coalesce(o.merged_into, o.id)
    union all
    select made.id, made.name, made.tier, made.language, made.region, true, ${claim.verified} from made where exists (select 1 from marked)`
  const [found] = await lookup()
  if (found) return found
  // Somebody else's transaction made the identity a moment ago; ours left an empty customer behind.
  await ctx.db`delete from customers.customer where id = ${id}`
  const [winner] = await lookup()
  return winner!
}
