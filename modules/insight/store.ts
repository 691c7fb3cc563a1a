/** SQL of the figures of a day. Every statement reaches its rows by an index: `insight.test.ts` asks the planner. */
import type { Ctx } from '../../platform/context.ts'
import type { Fragment } from '../../platform/database/index.ts'
import { visible } from '../requests/index.ts'
import type { Today } from './contract.ts'

const WEEK_MS = 7 * 86_400_000
const DUE_SOON_MS = 60 * 60_000
const STAGES = ['accept', 'assign', 'execute', 'track', 'verify', 'feedback'] as const

/** Midnight of the present day where the person lives. API clients have no home: theirs is that of the default calendar. */
export async function dayOf(ctx: Ctx): Promise<{ zone: string; dayStartAt: Date }> {
  const [row] = await ctx.db<{ zone: string; start: string }[]>`
    with place as (select coalesce((select zone from staff.person where id = ${ctx.actor.id}), (select hours->>'zone' from staff.calendar where is_default), 'UTC') as zone)
    select zone, date_trunc('day', ${ctx.now}::timestamptz at time zone zone) at time zone zone as start from place`
  return { zone: row!.zone, dayStartAt: new Date(row!.start) }
}

/** One statement for each figure, so that each has its own index. `seen` is a condition on `r` that narrows all but one's own. */
export function figures(ctx: Ctx, dayStartAt: Date, seen: Fragment) {
  const { db, now } = ctx
  const mine = ctx.actor.id
  const [before, beforeEnd] = [new Date(dayStartAt.getTime() - WEEK_MS), new Date(now.getTime() - WEEK_MS)]
  const between = (column: 'opened_at' | 'closed_at', from: Date, to: Date) => db<{ count: number }[]>`
    select count(*)::int as count from requests.request r where r.${db(column)} >= ${from} and r.${db(column)} <= ${to} and ${seen}`
  return {
    opened: between('opened_at', dayStartAt, now), openedBefore: between('opened_at', before, beforeEnd),
    closed: between('closed_at', dayStartAt, now), closedBefore: between('closed_at', before, beforeEnd),
    // Minutes the customer waited by the clock on the wall, not business minutes: this is what the customer felt.
    first: db<Today['firstResponses'][]>`
      select count(*)::int as count, (count(*) filter (where not exists (select 1 from requests.clock k where k.request_id = r.id and k.kind = 'first-response' and k.breached_at is not null)))::int as in_time,
        percentile_cont(0.5) within group (order by extract(epoch from first_response_at - opened_at) / 60)::float8 as median_minutes
      from requests.request r where r.first_response_at >= ${dayStartAt} and r.first_response_at <= ${now} and ${seen}`,
    resolved: db<Today['resolutions'][]>`
      select count(*)::int as count, (count(*) filter (where not exists (select 1 from requests.clock k where k.request_id = r.id and k.kind = 'resolution' and k.breached_at is not null and k.ended_at = r.resolution_at)))::int as in_time
      from requests.request r where r.resolution_at >= ${dayStartAt} and r.resolution_at <= ${now} and ${seen}`,
    rated: db<Today['rating'][]>`
      select count(*)::int as count, avg(score)::float8 as mean from requests.request r where r.scored_at >= ${dayStartAt} and r.scored_at <= ${now} and r.score is not null and ${seen}`,
    stages: db<Today['stages']>`select stage, count(*)::int as count from requests.request r where r.stage <> 'closed' and ${seen} group by stage`,
    mine: db<Today['mine'][]>`
      select count(*)::int as held, (count(*) filter (where stage = 'assign'))::int as unaccepted, (count(*) filter (where stage = 'track'))::int as waiting,
        (count(*) filter (where due_order <= ${now}))::int as overdue, (count(*) filter (where due_order > ${now} and due_order <= ${new Date(now.getTime() + DUE_SOON_MS)}))::int as due_soon
      from requests.request r where r.holder_id = ${mine} and r.stage <> 'closed'`,
  }
}

export async function todayOf(ctx: Ctx, query: { teamId?: string }): Promise<Today> {
  const day = await dayOf(ctx)
  const asked = figures(ctx, day.dayStartAt, ctx.db`${visible(ctx)} ${query.teamId ? ctx.db`and r.team_id = ${query.teamId}` : ctx.db``}`)
  const [[opened], [openedBefore], [closed], [closedBefore], [first], [resolved], [rated], stages, [mine]] = await Promise.all([
    asked.opened, asked.openedBefore, asked.closed, asked.closedBefore, asked.first, asked.resolved, asked.rated, asked.stages, asked.mine,
  ])
  return {
    dayStartAt: day.dayStartAt.toISOString(), zone: day.zone,
    opened: { count: opened!.count, early: openedBefore!.count }, closed: { count: closed!.count, early: closedBefore!.count },
    firstResponses: first!, resolutions: resolved!, rating: rated!,
    stages: STAGES.map((stage) => ({ stage, count: stages.find((row) => row.stage === stage)?.count ?? 0 })),
    mine: mine!,
  }
}
