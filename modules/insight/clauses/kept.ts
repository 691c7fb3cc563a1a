/**
 * What became of the clauses of a standard: rates and scores by the catalogue's own formulas, deadlines from their clocks.
 * A clock counts once, when its fate is decided: kept when it was met in time, missed at the moment it was due. What was
 * cancelled, or still runs, counts for neither.
 */
import type { Ctx } from '../../../platform/context.ts'
import { notFound } from '../../../platform/fault.ts'
import { dayIn, daysOf, metrics, type MetricKey } from '../../../lib/metrics/index.ts'
import { visible } from '../../requests/index.ts'
import { type Clause, isClockKind, loadRecognition } from '../../standards/index.ts'
import { currencyFor, totalsOf } from '../metrics/report.ts'
import { dayOf } from '../store.ts'
import type { ClauseFigure, Decided } from './contract.ts'

/** The clauses in force; null where the service has no standard yet. Throws 404 `standards.service.not-found`. */
async function clausesInForce(ctx: Ctx, serviceId: string): Promise<readonly Clause[]> {
  const snapshot = await loadRecognition(ctx)
  if (!snapshot.service(serviceId)) throw notFound('standards.service')
  return snapshot.standardAt(serviceId, ctx.now.toISOString())?.content.clauses ?? []
}

export async function keptClauses(ctx: Ctx, serviceId: string) {
  const inForce = (await clausesInForce(ctx, serviceId)).filter((clause) => clause.measure !== null && clause.target !== null)
  const { zone } = await dayOf(ctx)
  // The days of "the last four weeks" of a report, so that its page shows the same figure.
  const days = daysOf('4-weeks', dayIn(zone, ctx.now.getTime()))
  // A request keeps no trace of which teams it passed between: there is nothing to count such a rate by.
  const measured = inForce.filter((clause) => !isClockKind(clause.measure) && !clause.when.fromTeam && !clause.when.toTeam)
  const { asOf, period, totals } = await totalsOf(ctx, zone, days, measured.map(({ measure, when: { priority, tier, channel } }) =>
    ({ metric: measure as MetricKey, serviceId, ...(priority ? { priority } : {}), ...(tier ? { tier } : {}), ...(channel ? { channel } : {}) })))
  const money = measured.find((clause) => metrics[clause.measure as MetricKey].unit === 'money')
  const currency = money ? await currencyFor(ctx, money.measure as MetricKey) : null
  const shares = await sharesKept(ctx, serviceId, period.from, period.to)
  const rows: ClauseFigure[] = [
    ...measured.map((clause, nr) => ({ key: clause.key, value: totals[nr]!.value, count: totals[nr]!.count, isMet: isMet(clause.measure as MetricKey, clause.target!, totals[nr]!.value) })),
    ...inForce.filter((clause) => isClockKind(clause.measure)).map(({ key }) => {
      const { kept = 0, missed = 0 } = shares.get(key) ?? {}
      return { key, value: kept + missed === 0 ? null : kept / (kept + missed), count: kept + missed, isMet: null }
    }),
  ]
  return { asOf, zone, from: period.from.toISOString(), to: period.to.toISOString(), currency, rows }
}

function isMet(metric: MetricKey, target: number, value: number | null): boolean | null {
  const { better } = metrics[metric]
  return value === null || better === null ? null : better === 'less' ? value <= target : value >= target
}

/** Clocks `k` of requests `r` that were decided in [from, to). Read by the index of when that was. */
export const decidedIn = ({ db }: Pick<Ctx, 'db'>, from: Date, to: Date) =>
  db`coalesce(k.breached_at, k.ended_at) >= ${from} and coalesce(k.breached_at, k.ended_at) < ${to} and (k.breached_at is not null or k.state = 'met')`

async function sharesKept(ctx: Ctx, serviceId: string, from: Date, to: Date): Promise<Map<string, { kept: number; missed: number }>> {
  const rows = await ctx.db<{ clause: string; kept: number; missed: number }[]>`
    select k.clause, (count(*) filter (where k.breached_at is null))::int as kept, (count(*) filter (where k.breached_at is not null))::int as missed
    from requests.clock k join requests.request r on r.id = k.request_id join standards.version v on v.id = k.version_id
    where ${decidedIn(ctx, from, to)} and v.service_id = ${serviceId} and ${visible(ctx)} group by k.clause`
  return new Map(rows.map(({ clause, ...counts }) => [clause, counts]))
}

export async function clauseClocks(ctx: Ctx, serviceId: string, key: string, query: { missed?: boolean; cursor?: string; limit: number }): Promise<{ rows: Decided[]; next: string | null }> {
  await clausesInForce(ctx, serviceId)
  const { zone } = await dayOf(ctx)
  const { period } = await totalsOf(ctx, zone, daysOf('4-weeks', dayIn(zone, ctx.now.getTime())), [])
  const rows = await ctx.db<Decided[]>`
    select k.id, r.id as request_id, r.number, k.kind, k.breached_at is null as is_kept, coalesce(k.breached_at, k.ended_at) as at, k.due_at, k.ended_at, h.name as holder
    from requests.clock k join requests.request r on r.id = k.request_id join standards.version v on v.id = k.version_id left join staff.person h on h.id = r.holder_id
    where ${decidedIn(ctx, period.from, period.to)} and v.service_id = ${serviceId} and k.clause = ${key} and ${visible(ctx)} ${query.missed ? ctx.db`and k.breached_at is not null` : ctx.db``}
      ${query.cursor ? ctx.db`and k.id < ${query.cursor}` : ctx.db``}
    order by k.id desc limit ${query.limit + 1}`
  const shown = rows.slice(0, query.limit)
  return { rows: shown, next: rows.length > query.limit ? shown.at(-1)!.id : null }
}
