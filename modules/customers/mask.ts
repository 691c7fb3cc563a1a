/**
 * Who sees what of a customer. Addresses, note and own words are covered for whoever neither has a request of this
 * customer in hand nor the permission `customers.reveal`; name, company and region too for whoever may not even see
 * one of their requests. Of a child everything is covered but for who has a request of theirs in hand. What is covered can be revealed, one customer at a time and with a reason (reveal.ts).
 */
import type { Ctx } from '../../platform/context.ts'
import { may } from '../../platform/access/index.ts'
import { Fault } from '../../platform/fault.ts'
import { isAddress, maskEmail, maskKey, maskName, maskPhone, maskWords } from '../../lib/masking/index.ts'
import type { Customer, CustomerRow } from './contract.ts'
import { minorsAmong } from './minor.ts'

/** serves: holds, answers for or is offered an open request of theirs · sees: may see one of their requests */
export type Relation = 'serves' | 'sees'
export interface Relations {
  /** By the id of the record that is shown; folded records count for it. Who has none is missing. */
  of(ctx: Ctx, ids: readonly string[]): Promise<ReadonlyMap<string, Relation>>
  /** Ids of the records the actor serves now. */
  served(ctx: Ctx): Promise<readonly string[]>
}
/** The question this room asks the rooms that know who works for whom. */
export const RELATIONS = 'customers.relations'
const relations = (ctx: Ctx): Relations | undefined => ctx.app.ports.get(RELATIONS) as Relations | undefined

export const seesAll = (ctx: Ctx): boolean => may(ctx.actor, 'customers.reveal')
export const servedBy = async (ctx: Ctx): Promise<readonly string[]> => relations(ctx)?.served(ctx) ?? []

/** How the actor stands to these records; `serves` to all for who may see everything. */
export async function relationsTo(ctx: Ctx, ids: readonly string[]): Promise<(id: string) => Relation | null> {
  if (seesAll(ctx)) return () => 'serves'
  const known = await relations(ctx)?.of(ctx, [...new Set(ids)])
  return (id) => known?.get(id) ?? null
}

/** As they stand for reading: to a child only who really works for it is near, whatever else they may see. */
export async function nearness(ctx: Ctx, ids: readonly string[]): Promise<(id: string) => Relation | null> {
  const [usual, children] = await Promise.all([relationsTo(ctx, ids), minorsAmong(ctx, ids)])
  if (children.size === 0) return usual
  const known = await relations(ctx)?.of(ctx, [...children])
  return (id) => !children.has(id) ? usual(id) : known?.get(id) === 'serves' ? 'serves' : null
}

/**
 * What joins records, or says whose an address is, is for those only who work for every one of them: a merge shows the
 * addresses of both. Throws 403 `customers.not-related`.
 */
export async function mustBeRelated(ctx: Ctx, ids: readonly string[]): Promise<void> {
  const rows = await ctx.db<{ root: string }[]>`select coalesce(merged_into, id) as root from customers.customer where id = any(${ids as string[]}::uuid[])`
  const relation = await relationsTo(ctx, rows.map((row) => row.root))
  if (rows.some((row) => relation(row.root) === null)) throw new Fault('customers.not-related', 403)
}

type Words = 'name' | 'company' | 'region' | 'note'
const READ_WITH_THE_WORK = new Set<string>(['name', 'company', 'region'])

/** A name for whoever works with the person; one that is only an address is covered as such. */
export const shownName = (name: string, relation: Relation | null): string =>
  relation === 'serves' || (relation === 'sees' && !isAddress(name)) ? name : maskName(name)

export function maskIdentity(kind: string, shown: string): string {
  if (kind === 'email') return maskEmail(shown)
  if (kind === 'phone' || kind === 'phone-alike') return maskPhone(shown)
  return kind === 'name-company' ? maskName(shown) : maskKey(shown)
}

export function maskField(field: Words, value: string): string {
  return field === 'note' ? maskWords() : field === 'region' ? maskKey(value) : maskName(value)
}

/** Whether this field is open to somebody of that relation. */
export function isOpen(field: string, value: string, relation: Relation | null): boolean {
  return relation === 'serves' || (relation === 'sees' && READ_WITH_THE_WORK.has(field) && !(field === 'name' && isAddress(value)))
}

type Whole = Omit<Customer, 'masked'>
export async function maskCustomer(ctx: Ctx, whole: Whole): Promise<Customer> {
  const root = whole.mergedInto ?? whole.id
  const relation = await nearness(ctx, [root, ...whole.suggestions.map((one) => one.id)])
  const mine = relation(root)
  const masked = new Set<string>()
  const cover = <F extends Words>(field: F) => {
    const value = whole[field]
    if (!value || isOpen(field, value, mine)) return value
    masked.add(field)
    return maskField(field, value)
  }
  const identities = mine === 'serves' ? whole.identities : whole.identities.map((one) => { masked.add(one.kind); return { ...one, shown: maskIdentity(one.kind, one.shown) } })
  return {
    ...whole, name: cover('name') ?? '', company: cover('company'), region: cover('region'), note: cover('note'), identities,
    merges: whole.merges.map((one) => ({ ...one, otherName: shownName(one.otherName, mine) })),
    suggestions: whole.suggestions.map((one) => ({
      ...one, name: shownName(one.name, relation(one.id)),
      because: mine === 'serves' ? one.because : one.because.map((because) => ({ kind: because.kind, value: maskIdentity(because.kind, because.value) })),
    })),
    minor: whole.minor?.guardian && mine !== 'serves' ? { ...whole.minor, guardian: { ...whole.minor.guardian, name: maskName(whole.minor.guardian.name), evidence: maskWords() } } : whole.minor,
    masked: [...masked],
  }
}

export async function maskRows(ctx: Ctx, rows: readonly (CustomerRow & { contactKind: string | null })[]): Promise<CustomerRow[]> {
  const relation = await nearness(ctx, rows.map((row) => row.id))
  return rows.map(({ contactKind, ...row }) => {
    const mine = relation(row.id)
    const cover = (field: 'company' | 'region') => { const value = row[field]; return value && !isOpen(field, value, mine) ? maskField(field, value) : value }
    return { ...row, name: shownName(row.name, mine), company: cover('company'), region: cover('region'), contact: row.contact && mine !== 'serves' ? maskIdentity(contactKind ?? '', row.contact) : row.contact }
  })
}
