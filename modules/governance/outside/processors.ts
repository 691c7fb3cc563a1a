/** The records of who stands behind a host, and the rules about going there. */
import { personIdOf } from '../../../platform/access/index.ts'
import type { Ctx } from '../../../platform/context.ts'
import { violatedKey } from '../../../platform/database/index.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault, notFound } from '../../../platform/fault.ts'
import { newId } from '../../../lib/id/index.ts'
import type { Outside, OutsideRules, Processor } from './contract.ts'
import { processorColumns, readRules, type StoredProcessor, viewOutside, writeRules } from './store.ts'

export type NewProcessor = Pick<Processor, 'host' | 'name' | 'role' | 'purpose' | 'contract' | 'untilOn' | 'contact' | 'country' | 'isSensitive' | 'basis' | 'basisWords' | 'basisUntilOn'>

const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
function mustBeCountry(code: string, path: string): void {
  if (names.of(code) === undefined) throw new Fault('governance.outside.unknown-country', 422, { code }, [{ path, code: 'governance.outside.unknown-country' }])
}
function mustBeWhole(given: NewProcessor): void {
  mustBeCountry(given.country, 'country')
  // PIPL 21: purpose, term, method, kinds and duties are agreed upon; ourselves we need no contract with.
  if (given.role !== 'own' && given.contract.trim() === '') throw new Fault('governance.outside.contract-first', 422, {}, [{ path: 'contract', code: 'governance.outside.contract-first' }])
}
const taken = (error: unknown): never => { throw violatedKey(error) === 'processor_host_key' ? new Fault('governance.outside.host-taken', 409) : error }

export async function addProcessor(ctx: Ctx, given: NewProcessor): Promise<Outside> {
  mustBeWhole(given)
  const id = newId()
  await ctx.db`
    insert into governance.processor (id, host, name, role, purpose, contract, until_on, contact, country, is_sensitive, basis, basis_words, basis_until_on, changed_at, changed_by_id)
    values (${id}, ${given.host}, ${given.name}, ${given.role}, ${given.purpose}, ${given.contract}, ${given.untilOn}, ${given.contact}, ${given.country}, ${given.isSensitive}, ${given.basis}, ${given.basisWords}, ${given.basisUntilOn}, ${ctx.now}, ${personIdOf(ctx)})`.catch(taken)
  await emit(ctx, 'privacy.processor-added', { subject: id, data: { to: given.host, kind: given.role, because: given.basis } })
  return viewOutside(ctx)
}

async function lockProcessor(ctx: Ctx, id: string, version: number): Promise<StoredProcessor> {
  const [row] = await ctx.db<StoredProcessor[]>`select ${processorColumns(ctx)} from governance.processor where id = ${id} for update`
  if (!row) throw notFound('governance.outside')
  if (row.version !== version) throw new Fault('governance.outside.changed-meanwhile', 409)
  return row
}

export async function changeProcessor(ctx: Ctx, id: string, { version, ...given }: NewProcessor & { version: number }): Promise<Outside> {
  const row = await lockProcessor(ctx, id, version)
  mustBeWhole(given)
  const fields = (Object.keys(given) as (keyof NewProcessor)[]).filter((field) => row[field] !== given[field])
  if (!fields.length) return viewOutside(ctx)
  // What was approved was this place, this country, this basis.
  const isSame = !fields.some((field) => ['host', 'role', 'country', 'isSensitive', 'basis', 'basisWords', 'basisUntilOn'].includes(field))
  await ctx.db`
    update governance.processor set host = ${given.host}, name = ${given.name}, role = ${given.role}, purpose = ${given.purpose}, contract = ${given.contract}, until_on = ${given.untilOn}, contact = ${given.contact}, country = ${given.country}, is_sensitive = ${given.isSensitive},
      basis = ${given.basis}, basis_words = ${given.basisWords}, basis_until_on = ${given.basisUntilOn}, approved_at = ${isSame ? row.approvedAt : null}, approved_by_id = ${isSame ? row.approvedById : null}, changed_at = ${ctx.now}, changed_by_id = ${personIdOf(ctx)}, version = version + 1
    where id = ${id}`.catch(taken)
  await emit(ctx, 'privacy.processor-changed', { subject: id, data: { to: given.host, fields } })
  return viewOutside(ctx)
}

/** Throws 403 `governance.outside.own-record`: four eyes. */
export async function approveBasis(ctx: Ctx, id: string, { version }: { version: number }): Promise<Outside> {
  const row = await lockProcessor(ctx, id, version)
  if (row.basis === null) throw new Fault('governance.outside.basis-first', 409)
  if (row.changedById === null || row.changedById === personIdOf(ctx)) throw new Fault('governance.outside.own-record', 403)
  await ctx.db`update governance.processor set approved_at = ${ctx.now}, approved_by_id = ${personIdOf(ctx)}, version = version + 1 where id = ${id}`
  await emit(ctx, 'privacy.basis-approved', { subject: id, data: { to: row.host, because: row.basis } })
  return viewOutside(ctx)
}

export async function changeOutsideRules(ctx: Ctx, rules: OutsideRules): Promise<Outside> {
  for (const code of rules.home) mustBeCountry(code, 'home')
  const after = { ...rules, home: [...new Set(rules.home)] }
  const before = await readRules(ctx)
  if (JSON.stringify(before) !== JSON.stringify(after)) {
    await writeRules(ctx, after)
    await emit(ctx, 'privacy.outside-rules-changed', { data: { before, after } })
  }
  return viewOutside(ctx)
}
