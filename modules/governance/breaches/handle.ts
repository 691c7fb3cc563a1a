/** A breach from the first sign to its end: written down, reported, decided about, closed; each step on record. */
import { personIdOf } from '../../../platform/access/index.ts'
import { type App, type Ctx, run } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault } from '../../../platform/fault.ts'
import { enqueue, type Job } from '../../../platform/jobs/index.ts'
import { newId } from '../../../lib/id/index.ts'
import { raiseAlarm } from '../audit/lifecycle.ts'
import type { Law } from '../privacy/contract.ts'
import { dueAfter, hoursOf, refusalOf, remindAt } from './breach.ts'
import type { Breach, BreachAct, BreachHours, DataCategory } from './contract.ts'
import { dutiesOf, getBreach, insertDuty, readHours, situationOf, type Stored, viewBreach, writeHours } from './store.ts'

export interface Known { title: string; happened: string; categories: readonly DataCategory[]; persons: number | null; cause: string; harm: string; measures: string; advice: string; contact: string; laws: readonly Law[] }

/** Throws 422 `governance.breach.not-yet` for a moment that has not come. */
export async function openBreach(ctx: Ctx, { laws, noticedAt: given, ...known }: Known & { noticedAt: string }): Promise<Breach> {
  const noticedAt = new Date(given)
  if (noticedAt > ctx.now) throw new Fault('governance.breach.not-yet', 422, {}, [{ path: 'noticedAt', code: 'governance.breach.not-yet' }])
  const id = newId()
  const [row] = await ctx.db<{ number: number }[]>`
    insert into governance.breach (id, title, happened, noticed_at, categories, persons, cause, harm, measures, advice, contact, opened_at, opened_by_id)
    values (${id}, ${known.title}, ${known.happened}, ${noticedAt}, ${[...new Set(known.categories)]}, ${known.persons}, ${known.cause}, ${known.harm}, ${known.measures}, ${known.advice}, ${known.contact}, ${ctx.now}, ${personIdOf(ctx)})
    returning number`
  await emit(ctx, 'privacy.breach-opened', { subject: id, data: { number: row!.number, count: known.persons, laws: [...new Set(laws)], noticedAt: noticedAt.toISOString() } })
  await startClocks(ctx, id, noticedAt, laws)
  return viewBreach(ctx, id)
}

/** A reminder before and an alarm at the end; what is due at once is an alarm now. */
async function startClocks(ctx: Ctx, id: string, noticedAt: Date, laws: readonly Law[]): Promise<void> {
  const set = await readHours(ctx)
  for (const law of new Set(laws)) {
    const hours = hoursOf(law, set)
    const dueAt = dueAfter(noticedAt, hours)
    await insertDuty(ctx, id, { law, hours, dueAt })
    enqueue(ctx, 'governance.breach-remind', { id, law }, { key: `${id}:${law}`, runAt: hours === 0 ? ctx.now : remindAt(ctx.now, dueAt) })
    if (hours > 0) enqueue(ctx, 'governance.breach-overdue', { id, law }, { key: `${id}:${law}`, runAt: dueAt })
  }
}

type OfDuty = Job<{ id: string; law: Law }>
interface DutyDue { number: number; hours: number; dueAt: string }
const alarm = async (ctx: Ctx, { id, law }: { id: string; law: Law }, kind: 'breach-due' | 'breach-late', { number }: DutyDue): Promise<void> => {
  await raiseAlarm(ctx, { kind, who: `${id}:${law}`, target: `#${number} ${law}`, count: 1, at: ctx.now.toISOString() })
}

export const remindOfDuty = (app: App, { payload: { id, law } }: OfDuty): Promise<void> => run(app, {}, async (ctx) => {
  const [duty] = await ctx.db<DutyDue[]>`
    update governance.breach_duty d set reminded_at = ${ctx.now} from governance.breach b where b.id = d.breach_id and d.breach_id = ${id} and d.law = ${law} and d.outcome is null and d.reminded_at is null and d.missed_at is null returning b.number, d.hours, d.due_at`
  if (!duty) return
  await emit(ctx, 'privacy.breach-reminded', { subject: id, data: { number: duty.number, law, dueAt: duty.dueAt } })
  await alarm(ctx, { id, law }, 'breach-due', duty)
})
export const missDuty = (app: App, { payload: { id, law } }: OfDuty): Promise<void> => run(app, {}, async (ctx) => {
  const [duty] = await ctx.db<DutyDue[]>`
    update governance.breach_duty d set missed_at = ${ctx.now} from governance.breach b where b.id = d.breach_id and d.breach_id = ${id} and d.law = ${law} and d.outcome is null and d.missed_at is null and d.due_at <= ${ctx.now} returning b.number, d.hours, d.due_at`
  if (!duty) return
  await emit(ctx, 'privacy.breach-overdue', { subject: id, data: { number: duty.number, law, dueAt: duty.dueAt } })
  await alarm(ctx, { id, law }, 'breach-late', duty)
})

/** The row, locked, when the act may be done on the version the actor saw. */
async function lockFor(ctx: Ctx, id: string, act: BreachAct, version: number): Promise<Stored> {
  const row = await getBreach(ctx, id, true)
  const refusal = refusalOf(situationOf(row, await dutiesOf(ctx, [id])), act)
  if (refusal) throw new Fault(refusal, 409)
  if (row.version !== version) throw new Fault('governance.breach.changed-meanwhile', 409)
  return row
}

/** What is known by now; a law more starts its clock from when the breach was noticed. */
export async function editBreach(ctx: Ctx, id: string, { laws, version, ...known }: Known & { version: number }): Promise<Breach> {
  const row = await lockFor(ctx, id, 'edit', version)
  const fields = (['title', 'happened', 'categories', 'persons', 'cause', 'harm', 'measures', 'advice', 'contact'] as const).filter((field) => JSON.stringify(row[field]) !== JSON.stringify(known[field]))
  const named = new Set((await dutiesOf(ctx, [id])).map((duty) => duty.law))
  const added = [...new Set(laws)].filter((law) => !named.has(law))
  if (!fields.length && !added.length) return viewBreach(ctx, id)
  await ctx.db`
    update governance.breach set title = ${known.title}, happened = ${known.happened}, categories = ${[...new Set(known.categories)]}, persons = ${known.persons}, cause = ${known.cause}, harm = ${known.harm}, measures = ${known.measures}, advice = ${known.advice}, contact = ${known.contact}, version = version + 1
    where id = ${id}`
  await emit(ctx, 'privacy.breach-changed', { subject: id, data: { number: row.number, fields: [...fields, ...added], count: known.persons } })
  await startClocks(ctx, id, new Date(row.noticedAt), added)
  return viewBreach(ctx, id)
}

export async function settleDuty(ctx: Ctx, id: string, law: Law, given: { outcome: 'reported' | 'not-required'; words: string; delayReason?: string; version: number }): Promise<Breach> {
  const row = await lockFor(ctx, id, 'edit', given.version)
  const duty = (await dutiesOf(ctx, [id])).find((one) => one.law === law)
  if (!duty) throw new Fault('governance.breach.no-such-duty', 404)
  if (duty.outcome !== null) throw new Fault('governance.breach.settled', 409)
  const isLate = duty.hours > 0 && ctx.now.toISOString() > duty.dueAt
  // GDPR 33(1): a late notice says why.
  if (isLate && given.outcome === 'reported' && given.delayReason === undefined) throw new Fault('governance.breach.delay-reason', 422, {}, [{ path: 'delayReason', code: 'governance.breach.delay-reason' }])
  await ctx.db`update governance.breach_duty set outcome = ${given.outcome}, words = ${given.words}, delay_reason = ${isLate ? given.delayReason ?? null : null}, settled_at = ${ctx.now}, settled_by_id = ${personIdOf(ctx)} where breach_id = ${id} and law = ${law}`
  await ctx.db`update governance.breach set version = version + 1 where id = ${id}`
  await emit(ctx, 'privacy.breach-duty-settled', { subject: id, data: { number: row.number, law, outcome: given.outcome, isLate } })
  return viewBreach(ctx, id)
}

export async function decidePersons(ctx: Ctx, id: string, { verdict, reason, version }: { verdict: 'tell' | 'not-tell'; reason: string; version: number }): Promise<Breach> {
  const row = await lockFor(ctx, id, 'decide', version)
  await ctx.db`update governance.breach set decision = ${verdict}, decision_reason = ${reason}, decided_at = ${ctx.now}, decided_by_id = ${personIdOf(ctx)}, version = version + 1 where id = ${id}`
  await emit(ctx, 'privacy.breach-decided', { subject: id, data: { number: row.number, kind: verdict } })
  return viewBreach(ctx, id)
}

export async function tellPersons(ctx: Ctx, id: string, { how, version }: { how: string; version: number }): Promise<Breach> {
  const row = await lockFor(ctx, id, 'tell', version)
  await ctx.db`update governance.breach set told_at = ${ctx.now}, told_how = ${how}, told_by_id = ${personIdOf(ctx)}, version = version + 1 where id = ${id}`
  await emit(ctx, 'privacy.breach-told', { subject: id, data: { number: row.number, count: row.persons } })
  return viewBreach(ctx, id)
}

/** Only when every authority's matter is settled, the persons' decided and carried out, and nothing is unknown. */
export async function closeBreach(ctx: Ctx, id: string, { outcome, version }: { outcome: string; version: number }): Promise<Breach> {
  const row = await lockFor(ctx, id, 'close', version)
  await ctx.db`update governance.breach set outcome = ${outcome}, closed_at = ${ctx.now}, closed_by_id = ${personIdOf(ctx)}, version = version + 1 where id = ${id}`
  await emit(ctx, 'privacy.breach-closed', { subject: id, data: { number: row.number } })
  return viewBreach(ctx, id)
}

export async function changeHours(ctx: Ctx, hours: BreachHours): Promise<BreachHours> {
  const before = await readHours(ctx)
  if (JSON.stringify(before) === JSON.stringify(hours)) return before
  ctx.later(writeHours(ctx, hours))
  await emit(ctx, 'privacy.breach-hours-changed', { data: { before, after: hours } })
  return hours
}
