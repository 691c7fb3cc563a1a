/** Reports: a metric over a period by a dimension, and the requests behind each figure. */
import { beside, type Ctx } from '../../../platform/context.ts'
import { askerOf } from '../../../platform/access/index.ts'
import { Fault } from '../../../platform/fault.ts'
import { visible } from '../../requests/index.ts'
import { dayOf } from '../store.ts'
import { amissIn, isOfTime, metrics, type Bucket, type Dimension, type MetricKey } from '../../../lib/metrics/index.ts'
import type { Asked, Behind, Behinds, Figures } from './contract.ts'
import { addsUp, columnOf, factsFor, figureOf, inBucket, inPeriod, isRanked, summary, valueOf } from './formulas.ts'
import { reckonQuarters } from './attendance.ts'
import { isMeasured, measureNew } from './measure.ts'

const MOST_BUCKETS = 400
/** 24 hours more than five years of days. */
const MOST_DAYS = 1_827

export type Filters = Pick<Asked, 'metric' | 'by' | 'bucket' | 'teamId' | 'personId' | 'serviceId' | 'channel' | 'priority' | 'tier' | 'type'>
export interface Period { from: Date; to: Date }

const columns: Record<Exclude<Dimension, 'time'>, string> = { team: 'r.team_id', person: 'r.holder_id', channel: 'r.channel', service: 'r.service_id', priority: 'r.priority', tier: 'r.tier', type: 'r.type' }

/** Midnights in the person's zone around the asked days. Throws 422 `insight.period-backwards`, `insight.period-too-long`. */
export async function periodOf(ctx: Ctx, zone: string, asked: Pick<Asked, 'from' | 'to' | 'by' | 'bucket'>): Promise<Period> {
  if (asked.to < asked.from) throw new Fault('insight.period-backwards', 422, {}, [{ path: 'to', code: 'insight.period-backwards' }])
  const days = (Date.parse(asked.to) - Date.parse(asked.from)) / 86_400_000 + 1
  const bucketDays: Record<Bucket, number> = { hour: 1 / 24, day: 1, week: 7, month: 30 }
  if (days > MOST_DAYS || (asked.by === 'time' && days / bucketDays[asked.bucket] > MOST_BUCKETS)) throw new Fault('insight.period-too-long', 422, {}, [{ path: 'from', code: 'insight.period-too-long' }])
  const [row] = await ctx.db<{ from: string; to: string }[]>`select ${asked.from}::date::timestamp at time zone ${zone} as "from", (${asked.to}::date + 1)::timestamp at time zone ${zone} as "to"`
  return { from: new Date(row!.from), to: new Date(row!.to) }
}

export async function earlier(ctx: Ctx, zone: string, asked: Pick<Asked, 'from' | 'to' | 'compare'>, { from, to }: Period): Promise<Period> {
  const [row] = asked.compare === 'year'
    ? await ctx.db<{ from: string; to: string }[]>`select (${asked.from}::date - interval '1 year') at time zone ${zone} as "from", (${asked.to}::date + 1 - interval '1 year') at time zone ${zone} as "to"`
    : await ctx.db<{ from: string; to: string }[]>`select (${asked.from}::date - (${asked.to}::date + 1 - ${asked.from}::date))::timestamp at time zone ${zone} as "from", ${from}::timestamptz as "to"`
  return row ? { from: new Date(row.from), to: new Date(row.to) } : { from, to }
}

/** Which facts count at all, whatever the moment: what the actor may see, narrowed by the filters. */
export function wanted(ctx: Ctx, of: Filters) {
  const { db } = ctx
  const is = (column: string, value: string | undefined) => value === undefined ? db`` : db`and ${db.unsafe(column)} = ${value}`
  return db`${isOfTime(of.metric) ? attends(ctx) : visible(ctx)} ${is('r.team_id', of.teamId)} ${is('r.holder_id', of.personId)} ${is('r.service_id', of.serviceId)} ${is('r.channel', of.channel)} ${is('r.priority', of.priority)} ${is('r.tier', of.tier)} ${is('r.type', of.type)}`
}

/** Whose time the actor may see: everybody's, their teams' and their own, or only their own; a program nobody's. */
function attends({ actor, db }: Ctx) {
  const asker = askerOf(actor)
  if (!asker) return db`true`
  if (actor.kind === 'client') return db`false`
  return actor.scope === 'team' ? db`(r.team_id = any(${asker.teams as string[]}::uuid[]) or r.holder_id = ${asker.me})` : db`r.holder_id = ${asker.me}`
}

/** Rows `(id uuid, key, value float8)` of a period. */
function valued(ctx: Ctx, of: Filters, period: Period) {
  const { db } = ctx
  const key = of.by === 'time' ? db`1` : db.unsafe(columns[of.by])
  return db`select v.* from (select r.id, ${key} as key, ${valueOf(ctx, of.metric, period.to)} as value from ${factsFor(ctx, of.metric)} where ${inPeriod(ctx, of.metric, period.from, period.to)} and ${wanted(ctx, of)}) v where v.value is not null`
}

type Row = { key: string; value: number | null; count: number }
interface Summed { key: string; summed: number | null; count: number }
const rowOf = (metric: MetricKey, { key, summed, count }: Summed): Row => ({ key, value: figureOf(metric, summed, count), count })

/** The figure of all together. */
async function totalOf(ctx: Ctx, of: Filters, period: Period): Promise<Row> {
  const [row] = await ctx.db<Summed[]>`select '' as key, ${summary(ctx, of.metric)} as summed, count(*)::int as count from (${valued(ctx, of, period)}) v`
  return rowOf(of.metric, row!)
}

/** The figure of every key of rows `(key, value)`. Gathered by key first: many small sortings take less than one of all rows by key and value. */
const ranked = <T extends object>(ctx: Ctx, metric: MetricKey, key: ReturnType<Ctx['db']>, rows: ReturnType<Ctx['db']>): PromiseLike<T[]> => ctx.db<T[]>`
  select ${key}, f.summed, f.count from (select key, array_agg(value) as them from (${rows}) r group by key) g cross join lateral (select ${summary(ctx, metric)} as summed, count(*)::int as count from unnest(g.them) v (value)) f`

/** The figure of every key; of every bucket between `edges` and the period's end, by its number from 1. */
function partsOf(ctx: Ctx, of: Filters, period: Period, edges: readonly string[] | null): PromiseLike<Summed[]> {
  const { db } = ctx
  const measured = db`${summary(ctx, of.metric)} as summed, count(*)::int as count`
  if (!edges && isRanked(of.metric)) return ranked<Summed>(ctx, of.metric, db`coalesce(g.key::text, '') as key`, db`select v.key, v.value from (${valued(ctx, of, period)}) v`)
  if (!edges) return db<Summed[]>`select coalesce(key::text, '') as key, ${measured} from (${valued(ctx, of, period)}) v group by v.key`
  // Behind the fence the planner takes the buckets for few, as they are, and adds up without sorting.
  if (!isRanked(of.metric)) return db<Summed[]>`
    select v.key::text as key, ${measured} from (select width_bucket(${db.unsafe(columnOf(of.metric))}, ${edges as string[]}::timestamptz[]) as key, ${valueOf(ctx, of.metric, period.to)} as value
      from ${factsFor(ctx, of.metric)} where ${inPeriod(ctx, of.metric, period.from, period.to)} and ${wanted(ctx, of)} offset 0) v where v.value is not null group by v.key`
  // Each bucket is asked for by itself: many small sortings take less than a great one.
  return db<Summed[]>`
    select b.nr::text as key, f.summed, f.count from (select nr, greatest(edge, ${period.from}::timestamptz) as start, lead(edge, 1, ${period.to}::timestamptz) over (order by nr) as end from unnest(${edges as string[]}::timestamptz[]) with ordinality e (edge, nr)) b
    cross join lateral (select ${measured} from (select ${valueOf(ctx, of.metric, period.to)} as value from ${factsFor(ctx, of.metric)} where ${inBucket(ctx, of.metric, db`b.start`, db`b.end`)} and ${wanted(ctx, of)}) v where v.value is not null) f
    where f.count > 0 order by b.nr`
}

/** The figure of every part, and that of all together. */
async function count(ctx: Ctx, of: Filters, period: Period, edges: readonly string[] | null): Promise<{ total: Row; rows: Row[] }> {
  const isSum = addsUp(of.metric)
  const [parts, whole] = await Promise.all([partsOf(ctx, of, period, edges), isSum ? null : totalOf(beside(ctx), of, period)])
  const number = parts.reduce((sum, row) => sum + row.count, 0)
  const total = whole ?? rowOf(of.metric, { key: '', summed: number === 0 ? null : parts.reduce((sum, row) => sum + row.summed!, 0), count: number })
  return { total, rows: parts.map((row) => rowOf(of.metric, row)) }
}

/** Starts of the buckets of a period, in the person's zone. */
async function starts(ctx: Ctx, zone: string, bucket: Bucket, { from, to }: Period): Promise<{ start: string; end: string }[]> {
  return ctx.db<{ start: string; end: string }[]>`
    select s at time zone ${zone} as start, least((s + ${`1 ${bucket}`}::interval) at time zone ${zone}, ${to}::timestamptz) as end
    from generate_series(date_trunc(${bucket}, ${from}::timestamptz at time zone ${zone}), (${to}::timestamptz at time zone ${zone}) - interval '1 second', ${`1 ${bucket}`}::interval) s`
}

/** By time: each bucket on its own, the empty ones too; what is still open is looked at when each bucket ends. */
async function countByTime(ctx: Ctx, zone: string, of: Filters, period: Period): Promise<{ total: Row; rows: Row[] }> {
  const buckets = await starts(ctx, zone, of.bucket, period)
  if (metrics[of.metric].at === 'end') {
    const past = buckets.filter(({ start }) => Date.parse(start) < ctx.now.getTime())
    const [total, rows] = await Promise.all([totalOf(beside(ctx), of, period), of.metric === 'backlog' ? backlogs(ctx, of, past) : ages(ctx, of, past)])
    return { total, rows }
  }
  const { total, rows } = await count(ctx, of, period, buckets.map(({ start }) => start))
  const none = metrics[of.metric].aggregate === 'count' ? 0 : null
  const found = new Map(rows.map((row) => [Number(row.key), row]))
  return { total, rows: buckets.map(({ start }, nr) => ({ value: none, count: 0, ...found.get(nr + 1), key: start })) }
}

interface Bucketed { start: string; end: string }

/** How many were open when each bucket ended: all that came before, less all that were closed before. */
async function backlogs(ctx: Ctx, of: Filters, buckets: readonly Bucketed[]): Promise<Row[]> {
  const { db } = ctx
  const ends = buckets.map(({ end }) => end)
  const changes = (column: string) => db<{ nr: number; count: number }[]>`
    select width_bucket(${db.unsafe(column)}, ${ends}::timestamptz[]) as nr, count(*)::int as count from insight.fact r where ${db.unsafe(column)} < ${ends.at(-1) ?? null}::timestamptz and ${wanted(ctx, of)} group by 1`
  const [opened, closed] = (await Promise.all([changes('r.opened_at'), changes('r.closed_at')])).map((rows) => new Map(rows.map((row) => [row.nr, row.count])))
  let open = 0
  return buckets.map(({ start }, nr) => {
    open += (opened!.get(nr) ?? 0) - (closed!.get(nr) ?? 0)
    return { key: start, value: open, count: open }
  })
}

/** The age of what was open when each bucket ended. A request is taken apart into the ends it was open at, which for most are none. */
async function ages(ctx: Ctx, of: Filters, buckets: readonly Bucketed[]): Promise<Row[]> {
  const { db } = ctx
  const ends = buckets.map(({ end }) => end)
  const rows = await ranked<{ nr: number; summed: number; count: number }>(ctx, of.metric, db`g.key as nr`, db`
    select nr as key, date_part('epoch', least((${ends}::timestamptz[])[nr], ${ctx.now}::timestamptz) - s.opened_at) / 60 as value
      from (select o.opened_at, generate_series(o.first, o.last) as nr from (
        select r.opened_at, width_bucket(r.opened_at, ${ends}::timestamptz[]) + 1 as first, case when r.closed_at is null then ${ends.length}::int else width_bucket(r.closed_at, ${ends}::timestamptz[]) end as last
        from insight.fact r where ${wanted(ctx, of)} offset 0) o where o.first <= o.last) s`)
  const found = new Map(rows.map((row) => [row.nr, row]))
  return buckets.map(({ start }, nr) => ({ key: start, value: found.get(nr + 1)?.summed ?? null, count: found.get(nr + 1)?.count ?? 0 }))
}

/** Names of what has one: teams, people, services. */
export async function labels(ctx: Ctx, by: Dimension, keys: string[]): Promise<Map<string, string>> {
  const ids = keys.filter((key) => key !== '')
  if (!ids.length || !['team', 'person', 'service'].includes(by)) return new Map()
  const { db } = ctx
  const rows = by === 'service'
    ? await db<{ id: string; label: string }[]>`select id, name->>${ctx.locale} as label from standards.service where id = any(${ids}::uuid[])`
    : await db<{ id: string; label: string }[]>`select id, name as label from ${by === 'team' ? db`staff.team` : db`staff.person`} where id = any(${ids}::uuid[])`
  return new Map(rows.map((row) => [row.id, row.label]))
}

/** What has happened is measured before it is counted. */
export async function upToDate(ctx: Ctx, isTime = false): Promise<string> {
  if (!(await isMeasured(ctx))) await measureNew(ctx.app)
  if (isTime) await reckonQuarters(ctx.app)
  return ctx.now.toISOString()
}

/** What money is counted in: the currency of the channel's record set last. */
export async function currencyFor({ db }: Pick<Ctx, 'db'>, metric: MetricKey): Promise<string | null> {
  if (metrics[metric].unit !== 'money') return null
  const [row] = await db<{ currency: string }[]>`select currency from standards.channel where currency is not null order by set_at desc, number desc limit 1`
  return row?.currency ?? null
}

/** Throws 422 `insight.not-of-time`: people's time has no channel, service or priority. */
function mustFit(asked: Parameters<typeof amissIn>[0]): void {
  const path = amissIn(asked)
  if (path) throw new Fault('insight.not-of-time', 422, {}, [{ path, code: 'insight.not-of-time' }])
}

export async function figuresOf(ctx: Ctx, asked: Asked): Promise<Figures> {
  mustFit(asked)
  const asOf = await upToDate(ctx, isOfTime(asked.metric))
  const { zone } = await dayOf(ctx)
  const period = await periodOf(ctx, zone, asked)
  const counting = (over: Period) => (asked.by === 'time' ? countByTime(ctx, zone, asked, over) : count(ctx, asked, over, null))
  const now = await counting(period)
  const before = asked.compare === 'none' ? null : await counting(await earlier(ctx, zone, asked, period))
  // By time the first day stands beside the first; else the same team beside itself.
  const byKey = new Map(before?.rows.map((row) => [row.key, row.value]))
  const beside = (row: Row, at: number): number | null => (before === null ? null : asked.by === 'time' ? (before.rows[at]?.value ?? null) : (byKey.get(row.key) ?? null))
  const currency = await currencyFor(ctx, asked.metric)
  const names = await labels(ctx, asked.by, now.rows.map((row) => row.key))
  const rows = now.rows.map((row, at) => ({ id: row.key, label: names.get(row.key) ?? null, value: row.value, count: row.count, before: beside(row, at) }))
  if (asked.by !== 'time') rows.sort((a, b) => b.count - a.count || a.id.localeCompare(b.id))
  return { asOf, zone, from: period.from.toISOString(), to: period.to.toISOString(), currency, total: { value: now.total.value, count: now.total.count, before: before?.total.value ?? null }, rows }
}

type Totalled = Pick<Filters, 'metric' | 'serviceId' | 'priority' | 'tier' | 'channel'>
/** The totals of several questions over the same days, each as its report shows it. */
export async function totalsOf(ctx: Ctx, zone: string, days: { from: string; to: string }, asked: readonly Totalled[]): Promise<{ asOf: string; period: Period; totals: { value: number | null; count: number }[] }> {
  const asOf = await upToDate(ctx)
  const period = await periodOf(ctx, zone, { ...days, by: 'service', bucket: 'day' })
  const totals = await Promise.all(asked.map((of) => totalOf(ctx, { ...of, by: 'service', bucket: 'day' }, period)))
  return { asOf, period, totals }
}

/** The requests a figure is made of, the most telling first: the latest. */
export async function behind(ctx: Ctx, asked: Behind): Promise<Behinds> {
  mustFit(asked)
  await upToDate(ctx, isOfTime(asked.metric))
  const { zone } = await dayOf(ctx)
  let period = await periodOf(ctx, zone, asked)
  if (asked.by === 'time' && asked.key !== undefined) {
    const bucket = (await starts(ctx, zone, asked.bucket, period)).find(({ start }) => start === asked.key)
    if (!bucket) return { currency: null, rows: [], next: null }
    period = metrics[asked.metric].at === 'end' ? { from: period.from, to: new Date(bucket.end) } : { from: new Date(Math.max(Date.parse(bucket.start), period.from.getTime())), to: new Date(bucket.end) }
  }
  if (isOfTime(asked.metric)) return quartersBehind(ctx, asked, period)
  const { db } = ctx
  const rows = await db<Behinds['rows']>`
    select r.id, r.number, ${db.unsafe(columnOf(asked.metric))} as at, t.name as team, p.name as person, s.name->>${ctx.locale} as service, r.channel, r.priority, v.value
    from (${valued(ctx, asked, period)}) v join insight.fact r on r.id = v.id
      left join staff.team t on t.id = r.team_id left join staff.person p on p.id = r.holder_id left join standards.service s on s.id = r.service_id
    where ${asked.by !== 'time' && asked.key !== undefined ? db`coalesce(v.key::text, '') = ${asked.key}` : db`true`} ${asked.cursor ? db`and r.number < ${Number(asked.cursor) || 0}` : db``}
    order by r.number desc limit ${asked.limit + 1}`
  const shown = rows.slice(0, asked.limit)
  return { currency: await currencyFor(ctx, asked.metric), rows: shown, next: rows.length > asked.limit ? String(shown.at(-1)!.number) : null }
}

/** The quarters of an hour behind a figure of people's time, the latest first. */
async function quartersBehind(ctx: Ctx, asked: Behind, period: Period): Promise<Behinds> {
  const { db } = ctx
  const [at, person] = asked.cursor?.split(' ') ?? []
  const isCursor = at !== undefined && person !== undefined && Number.isInteger(Number(at)) && /^[0-9a-f-]{36}$/.test(person)
  const key = asked.by === 'time' || asked.key === undefined ? db`` : db`and coalesce(${db.unsafe(columns[asked.by])}::text, '') = ${asked.key}`
  const rows = await db<(Behinds['rows'][number] & { personId: string })[]>`
    select r.holder_id::text || ' ' || r.start_at as id, r.holder_id as person_id, null as number, r.start_at as at, t.name as team, p.name as person, null as service, null as channel, null as priority, r.value
    from (select r.*, ${valueOf(ctx, asked.metric, period.to)} as value from ${factsFor(ctx, asked.metric)} where ${inPeriod(ctx, asked.metric, period.from, period.to)} and ${wanted(ctx, asked)} ${key}
      ${isCursor ? db`and (r.start_at, r.holder_id) < (${new Date(Number(at))}, ${person})` : db``} order by r.start_at desc, r.holder_id desc limit ${asked.limit + 1}) r
      left join staff.team t on t.id = r.team_id left join staff.person p on p.id = r.holder_id
    order by r.start_at desc, r.holder_id desc`
  const shown = rows.slice(0, asked.limit)
  const last = shown.at(-1)
  return { currency: null, rows: shown.map(({ personId: _, ...row }) => row), next: rows.length > asked.limit ? `${Date.parse(last!.at)} ${last!.personId}` : null }
}
