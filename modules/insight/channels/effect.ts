/** What each channel does for those who use it: a period beside an earlier one, each figure with its interval and whether the difference is more than chance. */
import { beside, type Ctx } from '../../../platform/context.ts'
import { Fault } from '../../../platform/fault.ts'
import { differenceInterval, effectiveCount, type Interval, meanInterval, percentileRanks, shareInterval } from '../../../lib/statistics/index.ts'
import { metrics } from '../../../lib/metrics/index.ts'
import { type ChannelRecord, channelKeys, channelRecordsOf, listChannels } from '../../standards/index.ts'
import { factsFor, inPeriod, isRanked, valueOf } from '../metrics/formulas.ts'
import { currencyFor, earlier, type Filters, type Period, periodOf, upToDate, wanted } from '../metrics/report.ts'
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
/** Two years beside each other are as much as one wants to wait for. */
const MOST_DAYS = 366
interface Key { period: number; channel: string | null }
interface Asking { ctx: Ctx; periods: Periods; zone: string; of: Omit<Filters, 'metric'> }

/** The rows of both periods for metrics that share their moment: `(period, customer_id, channel, v0, v1, …)`. Read once for all of them. */
function rowsOf({ ctx, periods, of }: Asking, shared: readonly EffectMetric[]) {
  const { db } = ctx
  const [first] = shared as [EffectMetric]
  const side = (nr: number, { from, to }: Period) => {
    const values = shared.map((metric, at) => db`, ${valueOf(ctx, metric, to)} as ${db(`v${at}`)}`).reduce((all, one) => db`${all}${one}`)
    return db`select ${nr}::int as period, r.customer_id, r.channel ${values} from ${factsFor(ctx, ...shared)} where ${inPeriod(ctx, first, from, to)} and ${wanted(ctx, { ...of, metric: first })}`
  }
  return db`(${side(1, periods[0])} union all ${side(2, periods[1])})`
}

/** Of every metric: how many have a value, their sum and the sum of their squares, by period and channel and by period alone. */
async function sumsOf(asking: Asking, shared: readonly EffectMetric[]) {
  const { db } = asking.ctx
  const sums = shared.map((_, at) => { const v = db(`v${at}`); return db`, array[count(${v}), coalesce(sum(${v}), 0), coalesce(sum(${v} * ${v}), 0)]::float8[] as ${db(`s${at}`)}` }).reduce((all, one) => db`${all}${one}`)
  const rows = await db<(Key & Record<`s${number}`, [number, number, number]>)[]>`select period, channel ${sums} from ${rowsOf(asking, shared)} o group by grouping sets ((period, channel), (period))`
  return rows.map((row) => ({ key: place(row.period, row.channel), of: shared.map((_, at) => { const [count, sum, squares] = row[`s${at}`]!; return { count, sum, squares } }) }))
}
type Sums = Awaited<ReturnType<typeof sumsOf>>

/** A mean or share of the metric at this place of the sums. */
function meanTable(sums: Sums, at: number, metric: EffectMetric): Table {
  const isShare = metrics[metric].aggregate === 'share'
  return new Map(sums.flatMap(({ key, of }) => { const { count, sum, squares } = of[at]!; return count === 0 ? [] : [[key, estimated(sum / count, count, isShare ? shareInterval(sum, count) : meanInterval(count, sum, squares))] as const] }))
}

/** How many there were; the interval is that of as many days with the ups and downs from day to day these had. */
async function countTable({ ctx, periods, zone, of }: Asking): Promise<Table> {
  const { db } = ctx
  const days = (nr: number, { from, to }: Period) => db`select ${nr}::int as period, r.channel, (r.opened_at at time zone ${zone})::date as day from insight.fact r where ${inPeriod(ctx, 'volume', from, to)} and ${wanted(ctx, { ...of, metric: 'volume' })}`
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

/** Of those who come back often there are many requests: the interval counts customers, not requests. */
async function retentionTable(asking: Asking): Promise<Table> {
  const rows = await asking.ctx.db<(Key & { bunches: number; count: number; successes: number; countSquares: number; successSquares: number; products: number })[]>`
    select period, channel, count(*)::int as bunches, sum(n)::int as count, sum(y) as successes, sum(n * n)::float8 as count_squares, sum(y * y) as success_squares, sum(n * y) as products from (
      select period, channel, customer_id, count(v0) as n, sum(v0) as y from ${rowsOf(asking, ['retention'])} o group by grouping sets ((period, channel, customer_id), (period, customer_id)) having count(v0) > 0) c group by period, channel`
  return new Map(rows.map((row) => {
    const effective = effectiveCount(row)
    return [place(row.period, row.channel), estimated(row.successes / row.count, row.count, shareInterval((row.successes / row.count) * effective, effective))]
  }))
}

const partOf = (metric: EffectMetric): number => (metrics[metric].aggregate === 'p50' ? 0.5 : 0.9)

/** Percentiles, each with the two values of its series that enclose it: those at ranks known from the counts. */
async function percentileTables(asking: Asking, shared: readonly EffectMetric[], sums: Sums): Promise<Map<EffectMetric, Table>> {
  const { db } = asking.ctx
  const keys = sums.map(({ key }) => key)
  const names = [...new Set(keys.map((key) => key.slice(2)))]
  // A group is the number of its period and channel; the value at a rank is the discrete percentile half a place before it.
  const groups = [1, 2].flatMap((period) => names.map((name) => place(period, name)))
  const ends = shared.map((metric, at) => groups.map((key) => {
    const count = sums.find((one) => one.key === key)?.of[at]!.count ?? 0
    const ranks = percentileRanks(count, partOf(metric))
    return ranks && { low: (ranks.low - 0.5) / count, high: (ranks.high - 0.5) / count }
  }))
  const columns = shared.map((metric, at) => {
    // Where there are too few to enclose it the ends are looked up for nothing.
    const [v, low, high] = [db(`v${at}`), ends[at]!.map((one) => one?.low ?? 0), ends[at]!.map((one) => one?.high ?? 0)]
    return db`, array[percentile_cont(${partOf(metric)}::float8) within group (order by ${v}), percentile_disc((${low}::float8[])[g]) within group (order by ${v}), percentile_disc((${high}::float8[])[g]) within group (order by ${v})] as ${db(`p${at}`)}`
  }).reduce((all, one) => db`${all}${one}`)
  const rows = await db<({ g: number } & Record<`p${number}`, [number | null, number | null, number | null]>)[]>`
    select g ${columns} from (select (o.period - 1) * ${names.length}::int + array_position(${names}::text[], x.name) as g, o.* from ${rowsOf(asking, shared)} o, lateral (values (o.channel), ('')) as x (name)) n group by g`
  return new Map(shared.map((metric, at) => [metric, new Map(rows.map((row) => {
    const key = groups[row.g - 1]!
    const [value, low, high] = row[`p${at}`]!
    return [key, estimated(value, sums.find((one) => one.key === key)!.of[at]!.count, low === null || high === null || !ends[at]![row.g - 1] ? null : { low, high })] as const
  }))]))
}

/** The figures of metrics that share their moment, read together. */
async function sharedTables(asking: Asking, shared: readonly EffectMetric[], tables: Map<EffectMetric, Table>): Promise<void> {
  const sums = await sumsOf(asking, shared)
  shared.forEach((metric, at) => { if (!isRanked(metric)) tables.set(metric, meanTable(sums, at, metric)) })
  const ranked = shared.filter(isRanked)
  if (ranked.length && sums.length) for (const [metric, table] of await percentileTables(asking, ranked, sums.map(({ key, of }) => ({ key, of: ranked.map((metric) => of[shared.indexOf(metric)]!) })))) tables.set(metric, table)
}

/** Every metric's figures, by two connections side by side. */
async function tablesOf(asking: Asking): Promise<Map<EffectMetric, Table>> {
  const tables = new Map<EffectMetric, Table>()
  const rest = effectMetrics.filter((metric) => metric !== 'volume' && metric !== 'retention')
  const moments = [...new Set(rest.map((metric) => metrics[metric].at))].map((moment) => rest.filter((metric) => metrics[metric].at === moment))
  // What has most to sort first.
  moments.sort((a, b) => b.filter(isRanked).length - a.filter(isRanked).length)
  const left: ((of: Asking) => Promise<unknown>)[] = [
    ...moments.map((shared) => (of: Asking) => sharedTables(of, shared, tables)),
    async (of) => tables.set('volume', await countTable(of)), async (of) => tables.set('retention', await retentionTable(of)),
  ]
  const work = async (of: Asking): Promise<void> => { for (let next = left.shift(); next; next = left.shift()) await next(of) }
  await Promise.all([work(asking), work({ ...asking, ctx: beside(asking.ctx) })])
  return tables
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
  if (period.to.getTime() - period.from.getTime() > MOST_DAYS * DAY_MS + DAY_MS / 2) throw new Fault('insight.period-too-long', 422, {}, [{ path: 'from', code: 'insight.period-too-long' }])
  const before = await earlier(ctx, zone, asked, period)
  const of: Asking['of'] = { by: 'channel', bucket: 'day', ...(asked.teamId ? { teamId: asked.teamId } : {}), ...(asked.serviceId ? { serviceId: asked.serviceId } : {}) }
  const tables = await tablesOf({ ctx, periods: [period, before], zone, of })
  const states = (await listChannels(ctx)).rows
  const used = new Set([...tables.values()].flatMap((table) => [...table.keys()].map((key) => key.slice(2))))
  const rowsOfChannel = (channel: string | null, record: ChannelRecord | null): EffectRow[] => effectMetrics.map((metric) => {
    const [one, other] = [1, 2].map((nr) => tables.get(metric)?.get(place(nr, channel)) ?? (metrics[metric].aggregate === 'count' ? { ...NONE, value: 0 } : NONE)) as [Estimated, Estimated]
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
