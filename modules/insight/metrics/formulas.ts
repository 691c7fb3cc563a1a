/** The catalogue's formulas as SQL over `insight.fact r`: which rows count, and what each is worth. */
import type { Ctx } from '../../../platform/context.ts'
import { metrics, type MetricKey, type Moment } from '../../../lib/metrics/index.ts'

const momentColumn: Record<Moment, string> = { opened: 'opened_at', accepted: 'accepted_at', 'first-response': 'first_response_at', resolution: 'resolution_at', closed: 'closed_at', scored: 'scored_at', end: 'opened_at' }

/** What a row is worth, as a number: minutes, a score, a count, or 1 and 0 of a share. */
const worth: Record<MetricKey, string> = {
  'volume': '1', 'closed': '1', 'backlog': '1',
  'backlog-age': 'extract(epoch from least({end}, {now}) - r.opened_at) / 60',
  'acceptance-time': 'r.acceptance_s::float8 / 60', 'acceptance-time-p90': 'r.acceptance_s::float8 / 60',
  'first-response-time': 'r.first_response_s::float8 / 60', 'first-response-time-p90': 'r.first_response_s::float8 / 60',
  'first-response-wait': 'extract(epoch from r.first_response_at - r.opened_at) / 60',
  'first-response-in-time': '(not r.first_response_late)::int',
  'handling-time': 'r.handling_s::float8 / 60',
  'resolution-time': 'r.resolution_s::float8 / 60', 'resolution-time-p90': 'r.resolution_s::float8 / 60',
  'resolution-in-time': '(not r.resolution_late)::int',
  'deadlines-kept': 'case when r.deadlines > 0 then (r.missed = 0)::int end',
  'follow-up-in-time': 'case when r.follow_ups > 0 then (r.follow_ups_missed = 0)::int end',
  'first-contact-resolution': '(r.asked = 1 and r.reopened = 0)::int',
  'transfers': 'r.transfers', 'reopen-rate': '(r.reopened > 0)::int', 'verification-failure-rate': '(r.failed_verifications > 0)::int',
  'rating': 'r.score', 'satisfied-share': '(r.score >= 4)::int', 'rating-share': '(r.score is not null)::int',
  'complaint-rate': "(r.type = 'complaint')::int",
}

/** Rows without a worth (never taken on by a person, say) are left out. */
export const columnOf = (metric: MetricKey): string => `r.${momentColumn[metrics[metric].at]}`

export function valueOf({ db, now }: Pick<Ctx, 'db' | 'now'>, metric: MetricKey, end: Date) {
  const [first, middle] = worth[metric].split(/\{end\}|\{now\}/)
  if (middle === undefined) return db`(${db.unsafe(worth[metric])})::float8`
  return db`(${db.unsafe(first!)}${end}::timestamptz, ${now}::timestamptz${db.unsafe(worth[metric].slice(worth[metric].indexOf('{now}') + 5))})::float8`
}

/** The rows of a period [from, to). */
export function inPeriod({ db }: Pick<Ctx, 'db'>, metric: MetricKey, from: Date, to: Date) {
  if (metrics[metric].at === 'end') return db`r.opened_at < ${to} and (r.closed_at is null or r.closed_at >= ${to})`
  const column = db.unsafe(columnOf(metric))
  return db`${column} >= ${from} and ${column} < ${to}`
}

/** The aggregate over rows that carry `value`. */
export function aggregate({ db }: Pick<Ctx, 'db'>, metric: MetricKey) {
  switch (metrics[metric].aggregate) {
    case 'count': return db`count(*)::float8`
    case 'mean': case 'share': return db`avg(value)`
    case 'p50': return db`percentile_cont(0.5) within group (order by value)`
    case 'p90': return db`percentile_cont(0.9) within group (order by value)`
  }
}
