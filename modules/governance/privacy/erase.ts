/** Takes a person out of every room and leaves what counts: numbers, times, scores, and that it happened. */
import { type App, type Ctx, run } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault } from '../../../platform/fault.ts'
import { mustBeErasable } from './handle.ts'
import type { Person } from '../../../platform/personal-data.ts'
import { personOf } from './person.ts'
import { getStored } from './store.ts'

/** Through all rooms in this transaction: all of it or nothing. Answers rows by table. */
export async function eraseEverywhere(ctx: Ctx, person: Person, cause: 'asked' | 'retention'): Promise<Record<string, number>> {
  // Words are looked for in every event; a long history takes longer than an ordinary statement may.
  await ctx.db`select set_config('statement_timeout', '600000', true)`
  const report: Record<string, number> = {}
  for (const room of ctx.app.personal.values()) {
    for (const [table, rows] of Object.entries(await room.erase?.(ctx, person) ?? {})) if (rows > 0) report[table] = (report[table] ?? 0) + rows
  }
  await ctx.db`insert into governance.erasure (subject, at, cause) select unnest(${[...person.customerIds, ...person.requestIds]}::uuid[]), ${ctx.now}, ${cause} on conflict (subject) do update set at = excluded.at, cause = excluded.cause`
  for (const customer of person.customerIds) await emit(ctx, 'customer.erased', { subject: customer, data: { because: cause } })
  for (const request of person.requestIds) await emit(ctx, 'request.erased', { subject: request, data: { because: cause } })
  return report
}

/** Carries out a granted erasure; a second run finds it done. */
export function carryOutErasure(app: App, id: string): Promise<void> {
  return run(app, {}, async (ctx) => {
    const row = await getStored(ctx, id, true)
    if (row.stage !== 'granted' || row.kind !== 'erase') return
    const refusal = await mustBeErasable(ctx, row.customerId).then(() => null, (error: unknown) => { if (error instanceof Fault) return error.code; throw error })
    if (refusal) {
      // A new request or a hold came between the decision and now: somebody has to decide again.
      await ctx.db`update governance.person_request set stage = 'verified', decided_at = null, decided_by_id = null, version = version + 1 where id = ${id}`
      await emit(ctx, 'privacy.request-returned', { subject: id, data: { customer: row.customerId, kind: row.kind, reason: refusal } })
      return
    }
    const report = await eraseEverywhere(ctx, await personOf(ctx, row.customerId), 'asked')
    await ctx.db`update governance.person_request set stage = 'done', report = ${ctx.db.json(report)}, ended_at = ${ctx.now}, version = version + 1 where id = ${id}`
    await emit(ctx, 'privacy.request-done', { subject: id, data: { customer: row.customerId, kind: row.kind, isLate: row.dueAt < ctx.now.toISOString() } })
  })
}
