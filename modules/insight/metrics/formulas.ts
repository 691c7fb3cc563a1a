/** The catalogue's formulas as SQL over `insight.fact r`: which rows count, and what each is worth. */
import type { Ctx } from '../../../platform/context.ts'
import type { Fragment } from '../../../platform/database/index.ts'
import { isOfTime, metrics, type MetricKey, type Moment } from '../../../lib/metrics/index.ts'
import { LOW_SCORE } from '../../quality/index.ts'

const momentColumn: Record<Moment, string> = { opened: 'opened_at', accepted: 'accepted_at', 'first-response': 'first_response_at', resolution: 'resolution_at', closed: 'closed_at', scored: 'scored_at', 'due-back': 'closed_at', end: 'opened_at', attended: 'start_at' }
/** From here on a customer counts as content. */
const HIGH_SCORE = 4
/** How long a customer is given to come back; whole hours, because days are longer and shorter where clocks are put forward and back. */
const BACK = "interval '720 hours'"
/** What counts in one currency: that of the record set last. */
const COST = 'case when k.currency = (select c.currency from standards.channel c where c.currency is not null order by c.set_at desc, c.number desc limit 1) then k.cost::float8 end'

/** What a row is worth, as a number: minutes, a score, a count, money, or 1 and 0 of a share. */
const worth: Record<MetricKey, string> = {
  'volume': '1', 'closed': '1', 'backlog': '1',
  'backlog-age': "date_part('epoch', least({end}, {now}) - r.opened_at) / 60",
  'acceptance-time': 'r.acceptance_s::float8 / 60', 'acceptance-time-p90': 'r.acceptance_s::float8 / 60',
  'first-response-time': 'r.first_response_s::float8 / 60', 'first-response-time-p90': 'r.first_response_s::float8 / 60',
  'first-response-wait': "date_part('epoch', r.first_response_at - r.opened_at) / 60",
  'first-response-in-time': '(not r.first_response_late)::int',
  // By the clause the standard has for this channel, else by the channel's own limit as it was when the request was opened.
  'first-response-in-limit': 'case when r.by_channel_clause then (not r.first_response_late)::int else (r.first_response_s <= k.response_minutes * 60)::int end',
  'handling-time': 'r.handling_s::float8 / 60',
  'resolution-time': 'r.resolution_s::float8 / 60', 'resolution-time-p90': 'r.resolution_s::float8 / 60',
  'resolution-in-time': '(not r.resolution_late)::int',
  'deadlines-kept': 'case when r.deadlines > 0 then (r.missed = 0)::int end',
  'follow-up-in-time': 'case when r.follow_ups > 0 then (r.follow_ups_missed = 0)::int end',
  'first-contact-resolution': '(r.asked = 1 and r.reopened = 0)::int',
  'transfers': 'r.transfers', 'reopen-rate': '(r.reopened > 0)::int', 'verification-failure-rate': '(r.failed_verifications > 0)::int',
  'rating': 'r.score', 'satisfied-share': `(r.score >= ${HIGH_SCORE})::int`, 'rating-share': '(r.score is not null)::int',
  // Whoever was content before, and whoever rates for the first time, says nothing about getting better.
  'improvement-rate': `case when r.score_before <= ${LOW_SCORE} then (r.score >= ${HIGH_SCORE})::int end`,
  'occupancy': 'r.occupied_s::float8 / r.present_s',
  'complaint-rate': "(r.type = 'complaint')::int",
  // What has no thirty days behind it yet says nothing.
  'retention': `case when r.closed_at + ${BACK} <= {now} then coalesce(r.back_at <= r.closed_at + ${BACK}, false)::int end`,
  'cost-per-contact': COST,
  // Each time the customer wrote or called is a contact; one who only called may have written nothing.
  'cost-per-resolution': `(${COST}) * greatest(r.asked, 1)`,
}
const ofChannel = new Set<MetricKey>(['first-response-in-limit', 'cost-per-contact', 'cost-per-resolution'])

/** Rows without a worth (never taken on by a person, say) are left out. */
export const columnOf = (metric: MetricKey): string => (metrics[metric].at === 'due-back' ? `(r.closed_at + ${BACK})` : `r.${momentColumn[metrics[metric].at]}`)

/** The facts with what these metrics need beside them: the record `k` of their channel as it was when they were opened. */
export function factsFor({ db }: Pick<Ctx, 'db'>, ...of: readonly MetricKey[]) {
  if (of.some(isOfTime)) return db`(select q.person_id as id, q.person_id as holder_id, q.team_id, q.start_at, q.present_s, q.occupied_s from insight.quarter q) r`
  if (!of.some((metric) => ofChannel.has(metric))) return db`insight.fact r`
  return db`insight.fact r left join (select channel, response_minutes, cost, currency, effective_at as since, lead(effective_at, 1, 'infinity') over (partition by channel order by effective_at, number) as until from standards.channel) k
    on k.channel = r.channel and r.opened_at >= k.since and r.opened_at < k.until`
}

export function valueOf({ db, now }: Pick<Ctx, 'db' | 'now'>, metric: MetricKey, end: Date) {
  const parts = worth[metric].split(/(\{end\}|\{now\})/).map((part) => (part === '{end}' ? db`${end}::timestamptz` : part === '{now}' ? db`${now}::timestamptz` : db.unsafe(part)))
  return db`(${parts.reduce((all, part) => db`${all}${part}`)})::float8`
}

/** The rows of a period [from, to). */
export function inPeriod({ db }: Pick<Ctx, 'db'>, metric: MetricKey, from: Date, to: Date) {
  if (metrics[metric].at === 'end') return db`r.opened_at < ${to} and (r.closed_at is null or r.closed_at >= ${to})`
  return inBucket({ db }, metric, db`${from}::timestamptz`, db`${to}::timestamptz`)
}
/** The same between two columns of a statement, for metrics of a moment; written so that the index of the moment is used. */
export function inBucket({ db }: Pick<Ctx, 'db'>, metric: MetricKey, from: Fragment, to: Fragment) {
  const isBack = metrics[metric].at === 'due-back'
  const [column, back] = [db.unsafe(isBack ? 'r.closed_at' : columnOf(metric)), isBack ? db`- ${db.unsafe(BACK)}` : db``]
  return db`${column} >= ${from} ${back} and ${column} < ${to} ${back}`
}

/** Worth parts of a whole number: money, and shares of a quarter of an hour. */
const isBroken = (metric: MetricKey): boolean => metrics[metric].unit === 'money' || isOfTime(metric)

/** What a figure is made of, over rows that carry `value`: their sum, or for a percentile itself. */
export function summary({ db }: Pick<Ctx, 'db'>, metric: MetricKey) {
  const { aggregate } = metrics[metric]
  switch (aggregate) {
    case 'p50': return db`percentile_cont(0.5) within group (order by value)`
    case 'p90': return db`percentile_cont(0.9) within group (order by value)`
    // Whole numbers add up the same in every order, and so do others when they are added as decimals.
    case 'count': case 'mean': case 'share': return isBroken(metric) ? db`sum(value::numeric)::float8` : db`sum(value)`
  }
}
/** The figure of a summary of so many rows. */
export function figureOf(metric: MetricKey, summed: number | null, count: number): number | null {
  switch (metrics[metric].aggregate) {
    case 'count': return count
    case 'mean': case 'share': return summed === null ? null : summed / count
    case 'p50': case 'p90': return summed
  }
}
export const isRanked = (metric: MetricKey): boolean => metrics[metric].aggregate === 'p50' || metrics[metric].aggregate === 'p90'
/** Whether the figures of the parts of a whole make that of the whole. */
export const addsUp = (metric: MetricKey): boolean => !isRanked(metric) && !isBroken(metric)
