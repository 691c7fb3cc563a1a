/** Alarms on metrics over HTTP: rules, the alarms they raised, and what those were worth. */
import { z } from 'zod'
import type { Endpoints } from '../../../platform/http/contract.ts'
import { byId, cursor, id, instant, limit, line, page, someText, text } from '../../../platform/http/shapes.ts'
import { amissIn, metricKeys, type MetricKey } from '../../../lib/metrics/index.ts'

export const conditions = ['above', 'below', 'control'] as const
export const ruleBuckets = ['hour', 'day', 'week'] as const
export const eachOf = ['team', 'person', 'channel', 'service', 'priority', 'tier', 'type'] as const
export const verdicts = ['useful', 'false'] as const
const Name = z.object({ id, name: z.string() })
const Filters = z.strictObject({ teamId: id.optional(), serviceId: id.optional(), channel: text(40).optional(), priority: text(20).optional(), tier: text(40).optional(), type: text(80).optional() })
const rule = {
  name: line(120), metric: z.enum(metricKeys), filters: Filters, /** One alarm for each row of the dimension; null: for all together. */ each: z.enum(eachOf).nullable(),
  bucket: z.enum(ruleBuckets), condition: z.enum(conditions), /** In the metric's unit: minutes, a share of 1, a score, a count. Null with control limits. */ bound: z.number().min(0).max(1e9).nullable(),
  /** Figures made of fewer requests are not judged. */
  least: z.int().min(1).max(100_000), ackMinutes: z.int().min(5).max(10_080), isPaused: z.boolean(),
}
const fits = <T extends { metric: MetricKey; filters: z.infer<typeof Filters>; condition: string; bound: number | null; each: (typeof eachOf)[number] | null; bucket: string }>(given: T): boolean =>
  amissIn({ metric: given.metric, by: given.each, ...given.filters }) === null &&
  (given.condition === 'control') === (given.bound === null) && (given.each === null || (given.condition !== 'control' && given.bucket !== 'hour'))
const doesNotFit = { message: 'insight.alarm.rule-odd', path: ['condition'] }
const NewRule = z.strictObject({ ...rule, nextId: id.nullable() })
export type NewRule = z.infer<typeof NewRule>
export const Rule = z.object({
  id, ...rule, owner: Name, next: Name.nullable(), isMine: z.boolean(), version: z.int(),
  /** Its owner left or may no longer read requests: it stands still. */
  isAsleep: z.boolean(),
})
export type Rule = z.infer<typeof Rule>

export const MetricAlarm = z.object({
  id, rule: Name, metric: z.enum(metricKeys), condition: z.enum(conditions), bucket: z.enum(ruleBuckets), each: z.enum(eachOf).nullable(), filters: Filters,
  /** The row of the dimension, and its name where it has one. */
  key: z.string(), label: z.string().nullable(), bucketStart: instant, value: z.number(), count: z.int(),
  /** The limit passed, or both control limits. */
  lower: z.number().nullable(), upper: z.number().nullable(), signal: z.enum(['beyond', 'run', 'trend']).nullable(),
  raisedAt: instant, lastAt: instant, dueAt: instant.nullable(), owner: Name.nullable(), passedOnAt: instant.nullable(),
  acknowledgedAt: instant.nullable(), acknowledgedBy: z.string().nullable(), note: z.string().nullable(), verdict: z.enum(verdicts).nullable(), outcome: z.string().nullable(),
})
export type MetricAlarm = z.infer<typeof MetricAlarm>
/** Of the alarms raised in the time asked for. */
export const Card = z.object({ rule: Name, raised: z.int(), acknowledged: z.int(), inTime: z.int(), medianMinutes: z.number().nullable(), useful: z.int(), false: z.int(), open: z.int() })
export type Card = z.infer<typeof Card>

const gone = ['governance.alarm.not-found'] as const
export const metricAlarms = {
  alarmRules: { method: 'GET', path: '/api/alarm-rules', access: 'insight.read', response: z.object({ rows: z.array(Rule) }), summary: 'The caller’s rules, and those whose alarms pass to them; who sees everything sees all.' },
  addAlarmRule: { method: 'POST', path: '/api/alarm-rules', access: 'insight.arrange', status: 201, body: NewRule.refine(fits, doesNotFit), response: Rule, faults: ['insight.alarm.too-many', 'staff.person.not-found'] },
  changeAlarmRule: { method: 'PUT', path: '/api/alarm-rules/:id', access: 'insight.arrange', params: byId, body: NewRule.extend({ version: z.int() }).refine(fits, doesNotFit), response: Rule, faults: ['insight.alarm.rule.not-found', 'insight.alarm.changed-meanwhile', 'staff.person.not-found'] },
  removeAlarmRule: { method: 'DELETE', path: '/api/alarm-rules/:id', access: 'insight.arrange', params: byId, faults: ['insight.alarm.rule.not-found'] },
  metricAlarms: { method: 'GET', path: '/api/metric-alarms', access: 'insight.read', query: z.strictObject({ state: z.enum(['open', 'seen', 'all']).default('open'), cursor: cursor.optional(), limit: limit(200, 50) }), response: page(MetricAlarm), summary: 'Alarms of the caller’s rules, or that are theirs to see to; who sees everything sees all.' },
  acknowledgeMetricAlarm: { method: 'PUT', path: '/api/metric-alarms/:id/acknowledgement', access: 'insight.read', params: byId, body: z.strictObject({ note: someText(2000) }), response: MetricAlarm, faults: [...gone, 'governance.alarm-done'] },
  giveMetricAlarm: { method: 'PUT', path: '/api/metric-alarms/:id/owner', access: 'insight.read', params: byId, body: z.strictObject({ personId: id }), response: MetricAlarm, faults: [...gone, 'governance.alarm-done', 'staff.person.not-found'] },
  judgeMetricAlarm: { method: 'PUT', path: '/api/metric-alarms/:id/verdict', access: 'insight.read', params: byId, body: z.strictObject({ verdict: z.enum(verdicts), outcome: someText(2000) }), response: MetricAlarm, faults: [...gone, 'governance.alarm-unseen'] },
  alarmCard: { method: 'GET', path: '/api/metric-alarms/report-card', access: 'insight.read', query: z.strictObject({ days: z.coerce.number().int().min(1).max(400).default(90) }), response: z.object({ rows: z.array(Card) }), summary: 'Per rule: raised, seen in time, and how many were useful or false.' },
} as const satisfies Endpoints
