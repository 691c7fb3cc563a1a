/** Metrics and reports over HTTP. */
import { z } from 'zod'
import type { Endpoints } from '../../../platform/http/contract.ts'
import { day, id, instant, limit, text } from '../../../platform/http/shapes.ts'
import { buckets, dimensions, metricKeys } from '../../../lib/metrics/index.ts'

const shared = {
  metric: z.enum(metricKeys), by: z.enum(dimensions).default('time'), bucket: z.enum(buckets).default('day'),
  /** Days in the caller's zone, both included. */
  from: day, to: day,
  teamId: id.optional(), personId: id.optional(), serviceId: id.optional(), channel: text(40).optional(), priority: text(20).optional(), tier: text(40).optional(), type: text(80).optional(),
}
export const Asked = z.strictObject({ ...shared, compare: z.enum(['none', 'previous', 'year']).default('none') })
export type Asked = z.infer<typeof Asked>
/** `key` is the id of a row of the figures; without it all of the period's. */
const Behind = z.strictObject({ ...shared, key: z.string().max(80).optional(), cursor: z.string().max(80).optional(), limit: limit(200, 50) })
export type Behind = z.infer<typeof Behind>

/** `count`: how many requests the value is made of. */
const value = { value: z.number().nullable(), count: z.int() }
export const Figure = z.object({ id: z.string(), label: z.string().nullable(), ...value, before: z.number().nullable() })
export type Figure = z.infer<typeof Figure>
export const Figures = z.object({
  /** Everything that happened until then is counted. */
  asOf: instant, zone: z.string(), from: instant, to: instant,
  /** Of money; else, and where no channel has a price, null. */
  currency: z.string().nullable(),
  total: z.object({ ...value, before: z.number().nullable() }),
  rows: z.array(Figure),
})
export type Figures = z.infer<typeof Figures>
export const Behinds = z.object({ currency: z.string().nullable(), /** Of people's time: quarters of an hour, without a number, service, channel and priority. */
  rows: z.array(z.object({ id: z.string(), number: z.number().nullable(), at: instant, team: z.string().nullable(), person: z.string().nullable(), service: z.string().nullable(), channel: z.string().nullable(), priority: z.string().nullable(), value: z.number() })), next: z.string().nullable() })
export type Behinds = z.infer<typeof Behinds>

const REFUSALS = ['insight.period-backwards', 'insight.period-too-long', 'insight.not-of-time'] as const
export const reports = {
  figures: { method: 'GET', path: '/api/reports/figures', access: 'requests.read', query: Asked, response: Figures, faults: REFUSALS, summary: 'A metric over a period by a dimension, over the requests the caller may see, beside an earlier period if asked.' },
  behind: { method: 'GET', path: '/api/reports/requests', access: 'requests.read', query: Behind, response: Behinds, faults: REFUSALS, summary: 'The very requests a figure is made of, with what each is worth.' },
  exportFigures: { method: 'GET', path: '/api/reports/figures.csv', access: 'requests.read', kind: 'raw', query: Asked, faults: REFUSALS, summary: 'The same figures as CSV.' },
} as const satisfies Endpoints
