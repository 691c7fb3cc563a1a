/** How far a notice came with each person: on the screen, read, confirmed; reminded at half time, told to the lead when late. */
import { type App, type Ctx, run } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault, notFound } from '../../../platform/fault.ts'
import type { Job } from '../../../platform/jobs/index.ts'
import type { MyNotice } from './contract.ts'
import { oneOfMine } from './store.ts'

interface Receipt { deliveredAt: string | null; readAt: string | null; confirmedAt: string | null }
async function lockReceipt(ctx: Ctx, id: string): Promise<Receipt> {
  const [row] = await ctx.db<(Receipt & { withdrawnAt: string | null })[]>`
    select r.delivered_at, r.read_at, r.confirmed_at, n.withdrawn_at from governance.receipt r join governance.notice n on n.id = r.notice_id
    where r.notice_id = ${id} and r.person_id = ${ctx.actor.id} for update of r`
  if (!row) throw notFound('governance.notice')
  if (row.withdrawnAt) throw new Fault('governance.notice-withdrawn', 409)
  return row
}

// Whoever confirms has read, and whoever reads was reached: a later step fills in the earlier ones. Again: nothing happens.
const steps = { delivered: 1, read: 2, confirmed: 3 } as const
const told = { delivered: 'notice.delivered', read: 'notice.read', confirmed: 'notice.confirmed' } as const
async function reach(ctx: Ctx, id: string, step: keyof typeof steps): Promise<void> {
  const before = await lockReceipt(ctx, id)
  const has = { delivered: before.deliveredAt, read: before.readAt, confirmed: before.confirmedAt }
  if (has[step]) return
  ctx.later(ctx.db`update governance.receipt set delivered_at = coalesce(delivered_at, ${ctx.now}) ${steps[step] > 1 ? ctx.db`, read_at = coalesce(read_at, ${ctx.now})` : ctx.db``} ${steps[step] > 2 ? ctx.db`, confirmed_at = ${ctx.now}` : ctx.db``}
    where notice_id = ${id} and person_id = ${ctx.actor.id}`)
  await emit(ctx, told[step], { subject: id })
}
export const deliverNotice = (ctx: Ctx, id: string): Promise<void> => reach(ctx, id, 'delivered')
export const readNotice = (ctx: Ctx, id: string): Promise<void> => reach(ctx, id, 'read')
export async function confirmNotice(ctx: Ctx, id: string): Promise<MyNotice> {
  await reach(ctx, id, 'confirmed')
  return oneOfMine(ctx, id)
}

type Of = Job<{ id: string }>
export const remind = (app: App, { payload: { id } }: Of): Promise<void> => run(app, {}, async (ctx) => {
  const rows = await ctx.db`update governance.receipt r set reminded_at = ${ctx.now} from governance.notice n where n.id = r.notice_id and n.id = ${id} and n.withdrawn_at is null and r.confirmed_at is null and r.reminded_at is null returning r.person_id`
  if (rows.length) await emit(ctx, 'notice.reminded', { subject: id, data: { count: rows.length } })
})

/** To the lead of one of the person's teams; who has none, or leads it alone, is told of to the sender. */
export const escalate = (app: App, { payload: { id } }: Of): Promise<void> => run(app, {}, async (ctx) => {
  const rows = await ctx.db<{ personId: string; escalatedTo: string }[]>`
    update governance.receipt r set escalated_at = ${ctx.now}, escalated_to = coalesce((select t.lead_id from staff.membership m join staff.team t on t.id = m.team_id join staff.person l on l.id = t.lead_id
      where m.person_id = r.person_id and t.lead_id <> r.person_id and t.archived_at is null and l.disabled_at is null order by t.name limit 1), n.by_id)
    from governance.notice n join staff.person p on true where n.id = r.notice_id and n.id = ${id} and p.id = r.person_id and p.disabled_at is null and n.withdrawn_at is null and r.confirmed_at is null and r.escalated_at is null
    returning r.person_id, r.escalated_to`
  if (rows.length) await emit(ctx, 'notice.escalated', { subject: id, data: { count: rows.length } })
})
