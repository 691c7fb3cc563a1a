/** People's requests run against the law's clock: a reminder before, a breach on record after. */
import { type App, run } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { readSettings } from './store.ts'

const DAY_MS = 86_400_000

export function sweepPersonRequests(app: App): Promise<void> {
  return run(app, {}, async (ctx) => {
    const { remindDays } = await readSettings(ctx)
    const late = await ctx.db<{ id: string; customerId: string; kind: string; dueAt: string }[]>`
      update governance.person_request set breached_at = ${ctx.now}, version = version + 1 where stage in ('received', 'verified', 'granted') and due_at <= ${ctx.now} and breached_at is null returning id, customer_id, kind, due_at`
    for (const row of late) await emit(ctx, 'privacy.request-breached', { subject: row.id, data: { customer: row.customerId, kind: row.kind, dueAt: row.dueAt } })
    const soon = await ctx.db<{ id: string; customerId: string; kind: string; dueAt: string }[]>`
      update governance.person_request set reminded_at = ${ctx.now} where stage in ('received', 'verified', 'granted') and due_at <= ${new Date(ctx.now.getTime() + remindDays * DAY_MS)} and reminded_at is null and breached_at is null returning id, customer_id, kind, due_at`
    for (const row of soon) await emit(ctx, 'privacy.request-reminded', { subject: row.id, data: { customer: row.customerId, kind: row.kind, dueAt: row.dueAt } })
  })
}
