/**
 * The one catalogue of metrics. Every screen, export and alarm that shows one of these takes it from here; the SQL of
 * the same keys stands in formulas.ts. A metric's name, and its formula in words, are the texts
 * `insight.metric.<key>` and `insight.metric.<key>-formula`. Pure.
 */

/** minutes: business or wall time · share: 0 to 1 · score: 1 to 5 · times: how often in the mean · money: in the currency of the channels' records */
export type Unit = 'requests' | 'minutes' | 'share' | 'score' | 'times' | 'money'
/** The moment that puts a request into a period; due-back: thirty days after it was closed; end: what was still open when the period ended; attended: no request but a quarter of an hour that somebody was at the desk. */
export type Moment = 'opened' | 'accepted' | 'first-response' | 'resolution' | 'closed' | 'scored' | 'due-back' | 'end' | 'attended'
/** count · mean · share (of the true ones) · p50, p90: by linear interpolation between neighbours, as percentile_cont does */
export type Aggregate = 'count' | 'mean' | 'share' | 'p50' | 'p90'

export interface Metric {
  unit: Unit
  aggregate: Aggregate
  at: Moment
  /** Which way is better; null: neither by itself. */
  better: 'more' | 'less' | null
  /** Working time of the service's calendar, or the time on the wall; null where no time is measured. */
  time: 'business' | 'wall' | null
}

const metric = (unit: Unit, aggregate: Aggregate, at: Moment, better: Metric['better'], time: Metric['time'] = null): Metric => ({ unit, aggregate, at, better, time })
export const metrics = {
  'volume': metric('requests', 'count', 'opened', null),
  'closed': metric('requests', 'count', 'closed', null),
  'backlog': metric('requests', 'count', 'end', 'less'),
  'backlog-age': metric('minutes', 'p50', 'end', 'less', 'wall'),
  'acceptance-time': metric('minutes', 'p50', 'accepted', 'less', 'business'),
  'acceptance-time-p90': metric('minutes', 'p90', 'accepted', 'less', 'business'),
  'first-response-time': metric('minutes', 'p50', 'first-response', 'less', 'business'),
  'first-response-time-p90': metric('minutes', 'p90', 'first-response', 'less', 'business'),
  'first-response-wait': metric('minutes', 'p50', 'first-response', 'less', 'wall'),
  'first-response-in-time': metric('share', 'share', 'first-response', 'more', 'business'),
  'first-response-in-limit': metric('share', 'share', 'first-response', 'more', 'business'),
  'handling-time': metric('minutes', 'p50', 'resolution', 'less', 'business'),
  'resolution-time': metric('minutes', 'p50', 'resolution', 'less', 'business'),
  'resolution-time-p90': metric('minutes', 'p90', 'resolution', 'less', 'business'),
  'resolution-in-time': metric('share', 'share', 'resolution', 'more', 'business'),
  'deadlines-kept': metric('share', 'share', 'closed', 'more', 'business'),
  'follow-up-in-time': metric('share', 'share', 'resolution', 'more', 'business'),
  'first-contact-resolution': metric('share', 'share', 'resolution', 'more'),
  'transfers': metric('times', 'mean', 'resolution', 'less'),
  'reopen-rate': metric('share', 'share', 'closed', 'less'),
  'verification-failure-rate': metric('share', 'share', 'resolution', 'less'),
  'rating': metric('score', 'mean', 'scored', 'more'),
  'satisfied-share': metric('share', 'share', 'scored', 'more'),
  'improvement-rate': metric('share', 'share', 'scored', 'more'),
  'rating-share': metric('share', 'share', 'closed', 'more'),
  'occupancy': metric('share', 'share', 'attended', null),
  'complaint-rate': metric('share', 'share', 'opened', 'less'),
  'retention': metric('share', 'share', 'due-back', 'more'),
  'cost-per-contact': metric('money', 'mean', 'opened', 'less'),
  'cost-per-resolution': metric('money', 'mean', 'resolution', 'less'),
} as const satisfies Record<string, Metric>

export type MetricKey = keyof typeof metrics
export const metricKeys = Object.keys(metrics) as [MetricKey, ...MetricKey[]]

/** Metrics of people's time; all others are of requests. */
export const isOfTime = (metric: MetricKey): boolean => metrics[metric].at === 'attended'
export const requestMetricKeys = metricKeys.filter((key) => !isOfTime(key)) as [MetricKey, ...MetricKey[]]

export const dimensions = ['time', 'team', 'person', 'channel', 'service', 'priority', 'tier', 'type'] as const
export type Dimension = (typeof dimensions)[number]
/** What people's time can be told apart by. */
export const dimensionsOf = (metric: MetricKey): readonly Dimension[] => (isOfTime(metric) ? ['time', 'team', 'person'] : dimensions)
const ofRequests = ['serviceId', 'channel', 'priority', 'tier', 'type'] as const
/** What of a question its metric has no answer to: the dimension, or a filter of requests asked of people's time. */
export function amissIn(asked: { metric: MetricKey; by?: Dimension | null } & { [name in (typeof ofRequests)[number]]?: string | undefined }): string | null {
  if (!isOfTime(asked.metric)) return null
  return asked.by && !dimensionsOf(asked.metric).includes(asked.by) ? 'by' : ofRequests.find((name) => asked[name] !== undefined) ?? null
}
export const buckets = ['hour', 'day', 'week', 'month'] as const
export type Bucket = (typeof buckets)[number]

/** What a metric is of these values; null of none. `share` takes 0 and 1. */
export function aggregateOf(how: Aggregate, values: readonly number[]): number | null {
  if (how === 'count') return values.length
  if (!values.length) return null
  if (how === 'mean' || how === 'share') return values.reduce((sum, value) => sum + value, 0) / values.length
  const sorted = [...values].sort((a, b) => a - b)
  const place = (sorted.length - 1) * (how === 'p50' ? 0.5 : 0.9)
  const low = Math.floor(place)
  return sorted[low]! + ((sorted[low + 1] ?? sorted[low]!) - sorted[low]!) * (place - low)
}
