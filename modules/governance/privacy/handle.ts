/** A person's request from the wish to the answer: opened, identity made sure of, decided, carried out. */
import { personIdOf } from '../../../platform/access/index.ts'
import type { Ctx } from '../../../platform/context.ts'
import { violatedKey } from '../../../platform/database/index.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault } from '../../../platform/fault.ts'
import { enqueue } from '../../../platform/jobs/index.ts'
import { newId } from '../../../lib/id/index.ts'
import { getCustomer } from '../../customers/index.ts'
import { defaultCalendar } from '../../staff/index.ts'
import { withdrawAll } from './consent.ts'
import type { Act, Kind, Law, PersonRequest } from './contract.ts'
import { dueOf } from './deadline.ts'
import { personOf } from './person.ts'
import { refusalOf } from './person-request.ts'
import { activeHold, getStored, readSettings, selectOpen, situationOf, type Stored, viewPersonRequest } from './store.ts'

export interface Wish { customerId: string; kind: Kind; law?: Law; wish: string; via: 'staff' | 'portal' }

/** Throws 409 `governance.privacy.open-already` when the person has an open one of this kind. */
export async function openPersonRequest(ctx: Ctx, { customerId, kind, law: given, wish, via }: Wish): Promise<string> {
  const customer = await getCustomer(ctx, customerId)
  const about = customer.mergedInto ?? customer.id
  const [settings, calendar, before] = await Promise.all([readSettings(ctx), defaultCalendar(ctx), selectOpen(ctx, about, kind)])
  if (before) throw new Fault('governance.privacy.open-already', 409)
  const law = given ?? settings.law
  const id = newId()
  const dueAt = dueOf(law, kind, ctx.now, calendar)
  await ctx.db`
    insert into governance.person_request (id, customer_id, kind, law, stage, wish, via, opened_by_kind, opened_by_id, opened_at, due_at)
    values (${id}, ${about}, ${kind}, ${law}, 'received', ${wish}, ${via}, ${ctx.actor.kind}, ${ctx.actor.id}, ${ctx.now}, ${dueAt})`
    .catch((error: unknown) => { throw violatedKey(error) === 'person_request_open' ? new Fault('governance.privacy.open-already', 409) : error })
  await emit(ctx, 'privacy.request-opened', { subject: id, data: { customer: about, kind, law, via, dueAt: dueAt.toISOString() } })
  return id
}

/** The row, locked, when the act may be done on the version the actor saw. */
async function lockFor(ctx: Ctx, id: string, act: Act, version: number): Promise<Stored> {
  const row = await getStored(ctx, id, true)
  const refusal = refusalOf(situationOf(row), act)
  if (refusal) throw new Fault(refusal, 409)
  if (row.version !== version) throw new Fault('governance.privacy.changed-meanwhile', 409)
  return row
}

export async function verifyPerson(ctx: Ctx, id: string, { how, version }: { how: string; version: number }): Promise<PersonRequest> {
  const row = await lockFor(ctx, id, 'verify', version)
  await ctx.db`update governance.person_request set stage = 'verified', verified_at = ${ctx.now}, verified_how = ${how}, verified_by_id = ${personIdOf(ctx)}, version = version + 1 where id = ${id}`
  await emit(ctx, 'privacy.request-verified', { subject: id, data: { customer: row.customerId, kind: row.kind, how } })
  return viewPersonRequest(ctx, id)
}

/** Once, by as much as the law has; the person is to be told the reason within the first time. */
export async function extendPersonRequest(ctx: Ctx, id: string, { reason, version }: { reason: string; version: number }): Promise<PersonRequest> {
  const row = await lockFor(ctx, id, 'extend', version)
  const dueAt = dueOf(row.law, row.kind, new Date(row.openedAt), await defaultCalendar(ctx), true)
  await ctx.db`update governance.person_request set extended_at = ${ctx.now}, extension_reason = ${reason}, due_at = ${dueAt}, reminded_at = null, version = version + 1 where id = ${id}`
  await emit(ctx, 'privacy.request-extended', { subject: id, data: { customer: row.customerId, kind: row.kind, dueAt: dueAt.toISOString() } })
  return viewPersonRequest(ctx, id)
}

/** Throws 409 for an erasure while a request of the person is open, or while their data is held. */
export async function grantPersonRequest(ctx: Ctx, id: string, { version }: { version: number }): Promise<PersonRequest> {
  const row = await lockFor(ctx, id, 'grant', version)
  if (row.kind === 'erase') {
    await mustBeErasable(ctx, row.customerId)
    enqueue(ctx, 'governance.erase', { id }, { key: id })
  }
  if (row.kind === 'stop') await withdrawAll(ctx, row.customerId, 'request')
  await ctx.db`update governance.person_request set stage = 'granted', decided_at = ${ctx.now}, decided_by_id = ${personIdOf(ctx)}, version = version + 1 where id = ${id}`
  await emit(ctx, 'privacy.request-granted', { subject: id, data: { customer: row.customerId, kind: row.kind } })
  return viewPersonRequest(ctx, id)
}

export async function mustBeErasable(ctx: Ctx, customerId: string): Promise<void> {
  const person = await personOf(ctx, customerId)
  if (person.openRequests > 0) throw new Fault('governance.privacy.requests-open', 409, { count: person.openRequests })
  if (await activeHold(ctx, person.customerIds)) throw new Fault('governance.privacy.held', 409)
}

export async function refusePersonRequest(ctx: Ctx, id: string, { ground, reason, version }: { ground: string; reason: string; version: number }): Promise<PersonRequest> {
  const row = await lockFor(ctx, id, 'refuse', version)
  await ctx.db`update governance.person_request set stage = 'refused', decided_at = ${ctx.now}, decided_by_id = ${personIdOf(ctx)}, ground = ${ground}, reason = ${reason}, ended_at = ${ctx.now}, ended_by_id = ${personIdOf(ctx)}, version = version + 1 where id = ${id}`
  await emit(ctx, 'privacy.request-refused', { subject: id, data: { customer: row.customerId, kind: row.kind, ground } })
  return viewPersonRequest(ctx, id)
}

export const completePersonRequest = (ctx: Ctx, id: string, given: { outcome: string; version: number }) => end(ctx, id, 'complete', given)
export const withdrawPersonRequest = (ctx: Ctx, id: string, given: { outcome: string; version: number }) => end(ctx, id, 'withdraw', given)

async function end(ctx: Ctx, id: string, act: 'complete' | 'withdraw', { outcome, version }: { outcome: string; version: number }): Promise<PersonRequest> {
  const row = await lockFor(ctx, id, act, version)
  await ctx.db`update governance.person_request set stage = ${act === 'complete' ? 'done' : 'withdrawn'}, outcome = ${outcome}, ended_at = ${ctx.now}, ended_by_id = ${personIdOf(ctx)}, version = version + 1 where id = ${id}`
  await emit(ctx, act === 'complete' ? 'privacy.request-done' : 'privacy.request-withdrawn', { subject: id, data: { customer: row.customerId, kind: row.kind, isLate: row.dueAt < ctx.now.toISOString() } })
  return viewPersonRequest(ctx, id)
}

/** A program with a token may act too; the columns name people. */

export async function holdCustomer(ctx: Ctx, customerId: string, reason: string): Promise<void> {
  const { id, mergedInto } = await getCustomer(ctx, customerId)
  const about = mergedInto ?? id
  const rows = await ctx.db`insert into governance.hold (id, customer_id, reason, by_id, at) values (${newId()}, ${about}, ${reason}, ${personIdOf(ctx)}, ${ctx.now}) on conflict (customer_id) where lifted_at is null do nothing returning 1`
  if (rows.length) await emit(ctx, 'privacy.customer-held', { subject: about })
}

export async function liftHold(ctx: Ctx, customerId: string, reason: string): Promise<void> {
  const rows = await ctx.db`update governance.hold set lifted_at = ${ctx.now}, lifted_by_id = ${personIdOf(ctx)}, lifted_why = ${reason} where customer_id = ${customerId} and lifted_at is null returning 1`
  if (!rows.length) throw new Fault('governance.privacy.not-held', 404)
  await emit(ctx, 'privacy.hold-lifted', { subject: customerId })
}
