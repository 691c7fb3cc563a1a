/** What each channel does for those who use it: a period beside an earlier one, each figure with its interval and whether the difference is more than chance. */
import type { Ctx } from '../../../platform/context.ts'
import { differenceInterval, effectiveCount, type Interval, meanInterval, percentileRanks, shareInterval } from '../../../lib/statistics/index.ts'
import { metrics } from '../../../lib/metrics/index.ts'
import { type ChannelRecord, channelKeys, channelRecordsOf, listChannels } from '../../standards/index.ts'
import { inPeriod } from '../metrics/formulas.ts'
import { currencyFor, earlier, type Filters, type Period, periodOf, upToDate, valued, wanted } from '../metrics/report.ts'
import { dayOf } from '../store.ts'
import { type ChannelEffect, type Effect, type EffectAsked, effectMetrics, type EffectMetric, type EffectRow, type Estimated } from './contract.ts'

/** Both periods, now and before. */
type Periods = readonly [now: Period, before: Period]
/** Figures by period (1 now, 2 before) and channel; under the channel '' those of all together. */
type Table = Map<string, Estimated>
const NONE: Estimated = { value: null, count: 0, low: null, high: null }
const place = (period: number, channel: string | null): string => `${period} ${channel ?? ''}`
const estimated = (value: number | null, count: number, interval: Interval | null): Estimated => ({ value, count, low: interval?.low ?? null, high: interval?.high ?? null })

const DAY_MS = 86_400_000
interface Key { period: number; channel: string | null }

/** The rows of both periods: `(period, id, customer_id, channel, value)`. */
function rowsOf(ctx: Ctx, of: Filters, [now, before]: Periods) {
  return ctx.db`(select 1 as period, v.id, v.customer_id, v.key as channel, v.value from (${valued(ctx, of, now, null)}) v union all select 2, v.id, v.customer_id, v.key, v.value from (${valued(ctx, of, before, null)}) v) o`
}

/** How many there were; the interval is that of as many days with the ups and downs from day to day these had. */
async function counts(ctx: Ctx, of: Filters, periods: Periods, zone: string): Promise<Table> {
  const { db } = ctx
  const days = (nr: number, { from, to }: Period) => db`select ${nr}::int as period, r.channel, (r.opened_at at time zone ${zone})::date as day from insight.fact r where ${inPeriod(ctx, 'volume', from, to)} and ${wanted(ctx, of)}`
  const rows = await db<(Key & { count: number; squares: number })[]>`
    select period, channel, sum(number)::int as count, sum(number * number)::float8 as squares from (
      select period, channel, day, count(*) as number from (${days(1, periods[0])} union all ${days(2, periods[1])}) o group by grouping sets ((period, channel, day), (period, day))) d group by period, channel`
  return new Map(rows.map((row) => {
    const { from, to } = periods[row.period - 1]!
    const passed = Math.max(1, Math.round((Math.min(to.getTime(), ctx.now.getTime()) - from.getTime()) / DAY_MS))
    const day = meanInterval(passed, row.count, row.squares)
    return [place(row.period, row.channel), estimated(row.count, row.count, day && { low: Math.max(0, day.low * passed), high: day.high * passed })]
  }))
}

/** Means and shares. */
async function means(ctx: Ctx, of: Filters, periods: Periods): Promise<Table> {
  const isShare = metrics[of.metric].aggregate === 'share'
  const rows = await ctx.db<(Key & { count: number; sum: number; squares: number })[]>`
    select period, channel, count(*)::int as count, sum(value) as sum, sum(value * value) as squares from ${rowsOf(ctx, of, periods)} group by grouping sets ((period, channel), (period))`
  return new Map(rows.map((row) => [place(row.period, row.channel), estimated(row.sum / row.count, row.count, isShare ? shareInterval(row.sum, row.count) : meanInterval(row.count, row.sum, row.squares))]))
}

/** Of those who come back often there are many requests: the interval counts customers, not requests. */
async function retention(ctx: Ctx, of: Filters, periods: Periods): Promise<Table> {
  const rows = await ctx.db<(Key & { bunches: number; count: number; successes: number; countSquares: number; successSquares: number; products: number })[]>`
    select period, channel, count(*)::int as bunches, sum(n)::int as count, sum(y) as successes, sum(n * n)::float8 as count_squares, sum(y * y) as success_squares, sum(n * y) as products from (
      select period, channel, customer_id, count(*) as n, sum(value) as y from ${rowsOf(ctx, of, periods)} group by grouping sets ((period, channel, customer_id), (period, customer_id))) c group by period, channel`
  return new Map(rows.map((row) => {
    const effective = effectiveCount(row)
    return [place(row.period, row.channel), estimated(row.successes / row.count, row.count, shareInterval((row.successes / row.count) * effective, effective))]
  }))
}

/** A percentile, and the two values of the series that enclose it. */
async function percentiles(ctx: Ctx, of: Filters, periods: Periods): Promise<Table> {
  const part = metrics[of.metric].aggregate === 'p50' ? 0.5 : 0.9
  const rows = await ctx.db<(Key & { count: number; value: number })[]>`
    select period, channel, count(*)::int as count, percentile_cont(${part}) within group (order by value) as value from ${rowsOf(ctx, of, periods)} group by grouping sets ((period, channel), (period))`
  const ranks = rows.flatMap(({ period, channel, count }) => { const found = percentileRanks(count, part); return found ? [{ period, channel: channel ?? '', low: (found.low - 0.5) / count, high: (found.high - 0.5) / count }] : [] })
  // The value at a rank is the discrete percentile half a place before it.
  const ends = ranks.length ? await ctx.db<{ period: number; channel: string; low: number; high: number }[]>`
    select o.period, o.channel, percentile_disc(k.low) within group (order by o.value) as low, percentile_disc(k.high) within group (order by o.value) as high
    from (select r.period, x.channel, r.value from (select * from ${rowsOf(ctx, of, periods)}) r, lateral (values (r.channel), ('')) as x (channel)) o
      join jsonb_to_recordset(${ctx.db.json(ranks as never)}) as k (period int, channel text, low float8, high float8) on k.period = o.period and k.channel = o.channel group by o.period, o.channel, k.low, k.high` : []
  const found = new Map(ends.map((row) => [place(row.period, row.channel), { low: row.low, high: row.high }]))
  return new Map(rows.map((row) => [place(row.period, row.channel), estimated(row.value, row.count, found.get(place(row.period, row.channel)) ?? null)]))
}

function tableOf(ctx: Ctx, metric: EffectMetric, asked: EffectAsked, periods: Periods, zone: string): Promise<Table> {
  const of: Filters = { metric, by: 'channel', bucket: 'day', ...(asked.teamId ? { teamId: asked.teamId } : {}), ...(asked.serviceId ? { serviceId: asked.serviceId } : {}) }
  if (metric === 'retention') return retention(ctx, of, periods)
  switch (metrics[metric].aggregate) {
    case 'count': return counts(ctx, of, periods, zone)
    case 'p50': case 'p90': return percentiles(ctx, of, periods)
    case 'mean': case 'share': return means(ctx, of, periods)
  }
}

const intervalOf = ({ low, high }: Estimated): Interval | null => (low === null || high === null ? null : { low, high })

function changeOf(now: Estimated, before: Estimated): EffectRow['change'] {
  if (now.value === null || before.value === null) return null
  const interval = differenceInterval({ value: now.value, interval: intervalOf(now) }, { value: before.value, interval: intervalOf(before) })
  return { value: now.value - before.value, low: interval?.low ?? null, high: interval?.high ?? null, isChance: interval && interval.low <= 0 && interval.high >= 0 }
}

/** Met when even the worse end of the interval reaches it, missed when not even the better one does. More is better of all that can be promised. */
export function verdictOf(target: number, { value, low, high }: Estimated): 'met' | 'missed' | 'open' | null {
  if (value === null || low === null || high === null) return null
  return low >= target ? 'met' : high < target ? 'missed' : 'open'
}

/** A price is set, not drawn by chance. */
const withoutChance = (row: EffectRow): EffectRow => {
  const bare = (one: Estimated): Estimated => ({ ...one, low: null, high: null })
  return { ...row, now: bare(row.now), before: bare(row.before), change: row.change && { value: row.change.value, low: null, high: null, isChance: null } }
}

export async function effectOf(ctx: Ctx, asked: EffectAsked): Promise<Effect> {
  const asOf = await upToDate(ctx)
  const { zone } = await dayOf(ctx)
  const period = await periodOf(ctx, zone, { ...asked, by: 'channel', bucket: 'day' })
  const before = await earlier(ctx, zone, asked, period)
  const tables = new Map<EffectMetric, Table>()
  // One after the other: they share one connection.
  for (const metric of effectMetrics) tables.set(metric, await tableOf(ctx, metric, asked, [period, before], zone))
  const states = (await listChannels(ctx)).rows
  const used = new Set([...tables.values()].flatMap((table) => [...table.keys()].map((key) => key.slice(2))))
  const rowsOfChannel = (channel: string | null, record: ChannelRecord | null): EffectRow[] => effectMetrics.map((metric) => {
    const [one, other] = [1, 2].map((nr) => tables.get(metric)!.get(place(nr, channel)) ?? (metrics[metric].aggregate === 'count' ? { ...NONE, value: 0 } : NONE)) as [Estimated, Estimated]
    const target = record?.targets.find((given) => given.metric === metric)?.target
    const row: EffectRow = { metric, now: one, before: other, change: changeOf(one, other), target: target === undefined ? null : { value: target, verdict: verdictOf(target, one) } }
    return metric === 'cost-per-contact' ? withoutChance(row) : row
  })
  // A channel no record knows is shown too: a request came through it.
  const keys = [...channelKeys, ...[...used].filter((key) => key !== '' && !(channelKeys as readonly string[]).includes(key))]
  const channels: ChannelEffect[] = keys.filter((key) => used.has(key)).map((channel) => {
    const record = states.find((state) => state.channel === channel)?.record ?? null
    return { channel, record, rows: rowsOfChannel(channel, record) }
  })
  return {
    asOf, zone, from: period.from.toISOString(), to: period.to.toISOString(), beforeFrom: before.from.toISOString(), beforeTo: before.to.toISOString(), currency: await currencyFor(ctx, 'cost-per-contact'),
    channels: [{ channel: null, record: null, rows: rowsOfChannel(null, null) }, ...channels], changes: await changesSince(ctx, before.from),
  }
}

/** What was set anew since, so that one can look at before and after. */
async function changesSince(ctx: Ctx, from: Date): Promise<Effect['changes']> {
  const all = await channelRecordsOf(ctx, null)
  return all.filter((row) => row.effectiveAt >= from.toISOString() && row.effectiveAt <= ctx.now.toISOString()).map(({ channel, number, tier, effectiveAt, reason }) => (
    { channel, number, tier, tierBefore: all.find((other) => other.channel === channel && other.number === number - 1)?.tier ?? null, effectiveAt, reason }
  )).sort((a, b) => (a.effectiveAt < b.effectiveAt ? 1 : -1))
}
