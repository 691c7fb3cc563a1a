/**
 * The watch: rules whose time has come are held against their figures, taken from the same formulas as every report, over
 * the days they need and no more. One alarm for a rule, row and stretch of time; an open one counts on.
 */
import { may } from '../../../platform/access/index.ts'
import { type App, type Ctx, reading, run } from '../../../platform/context.ts'
import { Fault } from '../../../platform/fault.ts'
import { enqueue, type Job } from '../../../platform/jobs/index.ts'
import { dayIn, daysOf, metrics, type Bucket } from '../../../lib/metrics/index.ts'
import { controlChart, type Signal } from '../../../lib/statistics/index.ts'
import { passOnUnseen, raiseAlarm } from '../../governance/index.ts'
import { actingAs } from '../../staff/index.ts'
import type { Figures } from '../metrics/contract.ts'
import { figuresOf } from '../metrics/report.ts'
import { ruleColumns, type Stored } from './rules.ts'

const BATCH = 20
const EVERY_MS: Record<Stored['bucket'], number> = { hour: 5 * 60_000, day: 15 * 60_000, week: 3_600_000 }
const DAY_MS = 86_400_000
/** Days a control chart rests on: three of hours, thirty of days, half a year of weeks. */
const CHART_DAYS: Record<Stored['bucket'], number> = { hour: 2, day: 30, week: 182 }

export interface Hit { key: string; start: string; value: number; count: number; lower: number | null; upper: number | null; signal: Signal | null }

export async function watchMetrics(app: App): Promise<void> {
  for (;;) {
    const due = await run(app, {}, takeDue)
    for (const rule of due) {
      const hits = await judge(app, rule)
      if (hits.length) await run(app, {}, async (ctx) => { for (const hit of hits) await raise(ctx, rule, hit) })
    }
    if (due.length < BATCH) return
  }
}

/** Whoever else looks now passes over these. */
async function takeDue(ctx: Ctx): Promise<Stored[]> {
  const due = await ctx.db<Stored[]>`select ${ruleColumns(ctx)} from insight.alarm_rule u where u.deleted_at is null and u.paused_at is null and u.next_at <= ${ctx.now} order by u.next_at limit ${BATCH} for update skip locked`
  for (const { id, bucket } of due) await ctx.db`update insight.alarm_rule set next_at = ${new Date(ctx.now.getTime() + EVERY_MS[bucket])} where id = ${id}`
  return due
}

const before = (day: string, days: number): string => new Date(Date.parse(day) - days * DAY_MS).toISOString().slice(0, 10)

/** What of the rule's figures is beyond; with the rights of its owner, nothing without one. */
export async function judge(app: App, rule: Stored): Promise<Hit[]> {
  const acting = (await actingAs({ db: app.pool }, [rule.ownerId])).get(rule.ownerId)
  if (!acting || !may(acting.actor, 'requests.read')) return []
  const ctx = reading(app, { actor: acting.actor })
  const today = dayIn(acting.zone, ctx.now.getTime())
  const asked = { metric: rule.metric, ...rule.filters, bucket: rule.bucket as Bucket, compare: 'none' as const }
  // A sum that is still growing can't be called too small yet: there the last whole stretch is judged.
  const isLastWhole = rule.condition === 'control' || (rule.condition === 'below' && metrics[rule.metric].aggregate === 'count')
  try {
    if (rule.each === null) return seriesHits(rule, await figuresOf(ctx, { ...asked, by: 'time', from: before(today, rule.condition === 'control' ? CHART_DAYS[rule.bucket] : rule.bucket === 'week' ? 13 : 1), to: today }), isLastWhole, ctx.now)
    const days = rule.bucket === 'day' ? (isLastWhole ? daysOf('yesterday', today) : daysOf('today', today)) : isLastWhole ? daysOf('last-week', today) : { from: before(today, (new Date(today).getUTCDay() + 6) % 7), to: today }
    const figures = await figuresOf(ctx, { ...asked, by: rule.each, ...days })
    return figures.rows.flatMap((row) => beyond(rule, row.value, row.count) ? [{ key: row.id, start: figures.from, value: row.value!, count: row.count, ...bounds(rule), signal: null }] : [])
  } catch (error) {
    if (error instanceof Fault) return []
    throw error
  }
}

function seriesHits(rule: Stored, figures: Figures, isLastWhole: boolean, now: Date): Hit[] {
  const started = figures.rows.filter((row) => Date.parse(row.id) <= now.getTime())
  const place = started.length - (isLastWhole ? 2 : 1)
  const row = started[place]
  if (!row || row.value === null) return []
  const hit = { key: '', start: row.id, value: row.value, count: row.count }
  if (rule.condition !== 'control') return beyond(rule, row.value, row.count) ? [{ ...hit, ...bounds(rule), signal: null }] : []
  // As on the report's page: what is not over is not judged.
  const chart = controlChart(started.slice(0, place + 1).map((one) => one.value), { least: 0, ...(metrics[rule.metric].unit === 'share' ? { most: 1 } : {}) })
  const signal = chart?.signals.get(place)
  return chart && signal && row.count >= rule.least ? [{ ...hit, lower: chart.lower, upper: chart.upper, signal }] : []
}

function beyond(rule: Stored, value: number | null, count: number): boolean {
  // No requests at all are few, not too few to judge, when it is the number of them that is counted.
  const isEnough = count >= rule.least || (metrics[rule.metric].aggregate === 'count' && rule.condition === 'below')
  return value !== null && isEnough && (rule.condition === 'above' ? value > rule.bound! : value < rule.bound!)
}
const bounds = (rule: Stored) => ({ lower: rule.condition === 'below' ? rule.bound : null, upper: rule.condition === 'above' ? rule.bound : null })

async function raise(ctx: Ctx, rule: Stored, hit: Hit): Promise<void> {
  const [known] = await ctx.db<{ id: string; isOpen: boolean }[]>`
    select m.alarm_id as id, a.acknowledged_at is null as is_open from insight.metric_alarm m join governance.alarm a on a.id = m.alarm_id where m.rule_id = ${rule.id} and m.key = ${hit.key} and m.bucket_start = ${hit.start}`
  // Somebody has seen to this stretch of time.
  if (known && !known.isOpen) return
  const { id, isNew } = await raiseAlarm(ctx, { kind: 'metric', who: `${rule.id} ${hit.key}`, count: 1, at: ctx.now.toISOString(), ownerId: rule.ownerId, nextId: rule.nextId, dueAt: new Date(ctx.now.getTime() + rule.ackMinutes * 60_000) })
  await ctx.db`insert into insight.metric_alarm (alarm_id, rule_id, key, bucket_start, value, count, lower, upper, signal)
    values (${id}, ${rule.id}, ${hit.key}, ${hit.start}, ${hit.value}, ${hit.count}, ${hit.lower}, ${hit.upper}, ${hit.signal})
    on conflict (alarm_id) do update set (bucket_start, value, count, lower, upper, signal) = (excluded.bucket_start, excluded.value, excluded.count, excluded.lower, excluded.upper, excluded.signal)`
  if (isNew) enqueue(ctx, 'insight.tell-alarm', { id, personId: rule.ownerId }, { key: `${id} ${rule.ownerId}` })
}

/** Nobody saw it in time: the next one is told. */
export const passOn = (app: App): Promise<void> => run(app, {}, async (ctx) => {
  for (const { id, ownerId } of await passOnUnseen(ctx)) enqueue(ctx, 'insight.tell-alarm', { id, personId: ownerId }, { key: `${id} late` })
})
export type TellJob = Job<{ id: string; personId: string }>
