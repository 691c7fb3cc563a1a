/**
 * Customers under fourteen (PIPL 31, 28): marked by a colleague or by their year of birth; sensitive, so covered more
 * strictly; and nothing that needs consent is done until a guardian has given it.
 */
import { personIdOf } from '../../platform/access/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { holdKey, opened } from '../../platform/crypto/vault.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault } from '../../platform/fault.ts'
import { newId } from '../../lib/id/index.ts'
import type { Minor } from './contract.ts'

const GUARDIAN = 'customers.minor/guardian'
const EVIDENCE = 'customers.minor/consent_evidence'
/** A year alone leaves the birthday open: a child until the end of the year of the fourteenth. */
const LAST_AGE = 14

const inForce = ({ db, now }: Pick<Ctx, 'db' | 'now'>) => db`m.ended_at is null and (m.birth_year is null or ${now.getUTCFullYear()} - m.birth_year <= ${LAST_AGE})`

/** Which of these records, as they are shown, are of children; a folded record's mark counts. */
export async function minorsAmong(ctx: Ctx, ids: readonly string[]): Promise<Set<string>> {
  if (!ids.length) return new Set()
  const rows = await ctx.db<{ id: string }[]>`
    select coalesce(c.merged_into, c.id) as id from customers.minor m join customers.customer c on c.id = m.customer_id where coalesce(c.merged_into, c.id) = any(${[...new Set(ids)]}::uuid[]) and ${inForce(ctx)}`
  return new Set(rows.map((row) => row.id))
}

/** Children among these for whom no guardian has agreed. */
export async function withoutGuardian(ctx: Pick<Ctx, 'db' | 'now'>, ids: readonly string[]): Promise<Set<string>> {
  const rows = await ctx.db<{ id: string }[]>`
    select coalesce(c.merged_into, c.id) as id from customers.minor m join customers.customer c on c.id = m.customer_id where m.consent_at is null and coalesce(c.merged_into, c.id) = any(${ids as string[]}::uuid[]) and ${inForce(ctx)}`
  return new Set(rows.map((row) => row.id))
}

interface Stored { id: string; customerId: string; birthYear: number | null; markedAt: string; guardian: string | null; guardianRelation: NonNullable<Minor['guardian']>['relation'] | null; consentAt: string | null; consentChannel: string | null; consentEvidence: string | null }
/** Null when they are none, or no longer. */
export async function minorOf(ctx: Ctx, customerId: string): Promise<Minor | null> {
  const [row] = await opened(ctx, ctx.db<Stored[]>`
    select m.id, m.customer_id, m.birth_year, m.marked_at, m.guardian, m.guardian_relation, m.consent_at, m.consent_channel, m.consent_evidence from customers.minor m join customers.customer c on c.id = m.customer_id
    where (c.id = ${customerId} or c.merged_into = ${customerId}) and ${inForce(ctx)} order by m.consent_at is null, c.id = ${customerId} desc limit 1`, { guardian: [GUARDIAN, 'id'], consentEvidence: [EVIDENCE, 'id'] })
  if (!row) return null
  return {
    birthYear: row.birthYear, markedAt: row.markedAt,
    guardian: row.consentAt && row.guardianRelation ? { name: row.guardian ?? '', relation: row.guardianRelation, at: row.consentAt, channel: row.consentChannel ?? '', evidence: row.consentEvidence ?? '' } : null,
  }
}

async function lockRecord(ctx: Ctx, customerId: string): Promise<void> {
  const [row] = await ctx.db<{ mergedInto: string | null }[]>`select merged_into from customers.customer where id = ${customerId} for update`
  if (!row) throw new Fault('customers.not-found', 404)
  if (row.mergedInto) throw new Fault('customers.merged-away', 409)
}

/** Throws 422 `customers.not-a-minor` for a year that makes them older. */
export async function markMinor(ctx: Ctx, customerId: string, { birthYear }: { birthYear: number | null }): Promise<void> {
  await lockRecord(ctx, customerId)
  const year = ctx.now.getUTCFullYear()
  if (birthYear !== null && (birthYear > year || year - birthYear > LAST_AGE)) throw new Fault('customers.not-a-minor', 422, {}, [{ path: 'birthYear', code: 'customers.not-a-minor' }])
  const changed = await ctx.db`
    insert into customers.minor as m (id, customer_id, birth_year, marked_at, marked_by_id) values (${newId()}, ${customerId}, ${birthYear}, ${ctx.now}, ${personIdOf(ctx)})
    on conflict (customer_id) do update set birth_year = excluded.birth_year, ended_at = null where m.birth_year is distinct from excluded.birth_year or m.ended_at is not null returning 1`
  if (changed.length) await emit(ctx, 'customer.minor-marked', { subject: customerId })
}

/** They were marked in error, or have come of age. */
export async function endMinor(ctx: Ctx, customerId: string): Promise<void> {
  await lockRecord(ctx, customerId)
  const ended = await ctx.db`update customers.minor m set ended_at = ${ctx.now} from customers.customer c where c.id = m.customer_id and (c.id = ${customerId} or c.merged_into = ${customerId}) and m.ended_at is null returning 1`
  if (ended.length) await emit(ctx, 'customer.minor-ended', { subject: customerId })
}

export interface GuardianGiven { name: string; relation: NonNullable<Minor['guardian']>['relation']; channel: string; evidence: string }
/** Throws 409 `customers.not-marked` when they are not marked as a child. */
export async function recordGuardian(ctx: Ctx, customerId: string, given: GuardianGiven): Promise<void> {
  await lockRecord(ctx, customerId)
  const [row] = await ctx.db<{ id: string; customerId: string }[]>`select m.id, m.customer_id from customers.minor m join customers.customer c on c.id = m.customer_id where (c.id = ${customerId} or c.merged_into = ${customerId}) and ${inForce(ctx)} order by c.id = ${customerId} desc limit 1 for update of m`
  if (!row) throw new Fault('customers.not-marked', 409)
  await holdKey(ctx, row.customerId)
  const { vault } = ctx.app
  await ctx.db`
    update customers.minor set guardian = ${vault.seal(row.customerId, GUARDIAN, row.id, given.name)}, guardian_relation = ${given.relation}, consent_at = ${ctx.now}, consent_channel = ${given.channel}, consent_evidence = ${vault.seal(row.customerId, EVIDENCE, row.id, given.evidence)}, consent_by_id = ${personIdOf(ctx)}
    where id = ${row.id}`
  await emit(ctx, 'customer.guardian-consented', { subject: customerId, data: { channel: given.channel } })
}

/** Effective at once, as any withdrawal. */
export async function withdrawGuardian(ctx: Ctx, customerId: string): Promise<void> {
  await lockRecord(ctx, customerId)
  const gone = await ctx.db`update customers.minor m set consent_at = null, guardian = null, guardian_relation = null, consent_evidence = null, consent_channel = null, consent_by_id = null from customers.customer c
    where c.id = m.customer_id and (c.id = ${customerId} or c.merged_into = ${customerId}) and m.consent_at is not null returning 1`
  if (gone.length) await emit(ctx, 'customer.guardian-withdrawn', { subject: customerId })
}
