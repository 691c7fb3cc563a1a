/** The stages together: how many are in each now, and what became of those who left within a period. */
import type { Ctx } from '../../../platform/context.ts'
import { Fault } from '../../../platform/fault.ts'
import type { LifecycleReport } from './contract.ts'
import { listStages } from './settings.ts'

interface Gone { stageId: string; left: number; medianDays: number; stalledShare: number }
type Exit = LifecycleReport['rows'][number]['exits'][number] & { stageId: string }

export async function reportOf(ctx: Ctx, { from, to }: { from: string; to: string }): Promise<LifecycleReport> {
  if (to < from) throw new Fault('customers.lifecycle.period-backwards', 422, {}, [{ path: 'to', code: 'customers.lifecycle.period-backwards' }])
  const { db } = ctx
  const [period] = await db<{ from: string; to: string }[]>`
    with place as (select coalesce((select zone from staff.person where id = ${ctx.actor.id}), (select hours->>'zone' from staff.calendar where is_default), 'UTC') as zone)
    select ${from}::date::timestamp at time zone zone as "from", (${to}::date + 1)::timestamp at time zone zone as "to" from place`
  const [begin, end] = [new Date(period!.from), new Date(period!.to)]
  const [{ rows: stages, version }, present, stalled, entered, gone, exits] = await Promise.all([
    listStages(ctx),
    // Counted in an index of those who have not left; nothing narrower tells how many there are.
    db<{ stageId: string; now: number }[]>`select stage_id, count(*)::int as now from customers.stay where left_at is null group by stage_id`,
    db<{ stageId: string; stalledNow: number }[]>`select stage_id, count(*)::int as stalled_now from customers.stay where left_at is null and stalled_at is not null group by stage_id`,
    db<{ stageId: string; entered: number }[]>`select stage_id, count(*)::int as entered from customers.stay where entered_at >= ${begin} and entered_at < ${end} group by stage_id`,
    db<Gone[]>`
      select stage_id, count(*)::int as left, percentile_cont(0.5) within group (order by extract(epoch from left_at - entered_at) / 86400)::float8 as median_days, avg((stalled_at is not null)::int)::float8 as stalled_share
      from customers.stay where left_at >= ${begin} and left_at < ${end} group by stage_id`,
    db<Exit[]>`
      select s.stage_id, s.left_cause as cause, n.stage_id as "to", count(*)::int as count from customers.stay s
        left join lateral (select stage_id from customers.stay n where n.customer_id = s.customer_id and n.entered_at >= s.left_at and n.id <> s.id and s.left_cause <> 'merged' order by n.entered_at, n.id limit 1) n on true
      where s.left_at >= ${begin} and s.left_at < ${end} group by 1, 2, 3 order by 4 desc`,
  ])
  return {
    asOf: ctx.now.toISOString(), from: begin.toISOString(), to: end.toISOString(), version,
    rows: stages.map(({ id }) => {
      const { left = 0, medianDays = null, stalledShare = null } = gone.find((one) => one.stageId === id) ?? {}
      const of = <R extends { stageId: string }>(found: readonly R[]): R | undefined => found.find((one) => one.stageId === id)
      return { stageId: id, now: of(present)?.now ?? 0, stalledNow: of(stalled)?.stalledNow ?? 0, entered: of(entered)?.entered ?? 0, left, medianDays, stalledShare, exits: exits.filter((one) => one.stageId === id).map(({ stageId: _, ...exit }) => exit) }
    }),
  }
}
