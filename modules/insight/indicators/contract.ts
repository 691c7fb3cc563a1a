/** The service-quality index over HTTP: its formula with versions, and what it makes of a period. */
import { z } from 'zod'
import type { Endpoints } from '../../../platform/http/contract.ts'
import { byId, day, id, instant, line, someText, text } from '../../../platform/http/shapes.ts'
import { indicatorGroups, metricKeys } from '../../../lib/metrics/index.ts'

export const indexBuckets = ['day', 'week', 'month'] as const
export const indexBy = ['time', 'team', 'service', 'channel'] as const
export const MOST_INDICATORS = 24
const Name = z.object({ id, name: z.string() })
const amount = z.number().min(0).max(1e9)
/** `target` counts as 100 and `zero` as 0, in the metric's unit: minutes, a share of 1, a score, how often. `weight` is per cent of the whole. */
const indicator = { metric: z.enum(metricKeys), group: z.enum(indicatorGroups), target: amount, zero: amount, weight: z.number().min(0.5).max(100) }
const NewIndicator = z.strictObject({ ...indicator, ownerId: id.nullable() })

export const IndexVersion = z.object({
  id, number: z.int(), state: z.enum(['proposed', 'approved']), indicators: z.array(z.object({ ...indicator, owner: Name.nullable() })), reason: z.string(),
  /** From this day on; the first one holds for all time before as well. */
  effectiveOn: day, isFirst: z.boolean(), writtenBy: Name, isMine: z.boolean(), writtenAt: instant, decidedBy: Name.nullable(), decidedAt: instant.nullable(), isAlone: z.boolean(),
  /** Today's figures are made by it. */
  isEffective: z.boolean(),
})
export type IndexVersion = z.infer<typeof IndexVersion>

const Asked = z.strictObject({
  by: z.enum(indexBy).default('time'), bucket: z.enum(indexBuckets).default('week'), /** Days in the caller's zone, both included. */ from: day, to: day,
  teamId: id.optional(), serviceId: id.optional(), channel: text(40).optional(), compare: z.enum(['none', 'previous', 'year']).default('none'),
})
export type Asked = z.infer<typeof Asked>

const weighed = { /** 0 to 100; null: nothing to make it of. */ value: z.number().nullable(), /** Share of the weights that have data. */ coverage: z.number() }
export const IndexFigures = z.object({
  asOf: instant, zone: z.string(), from: instant, to: instant,
  /** The version in force on the last day; null: there was none, or none that counts. */
  version: z.int().nullable(), /** All that were in force within the period. */ versions: z.array(z.int()), versionBefore: z.int().nullable(),
  total: z.object({ ...weighed, before: z.number().nullable() }),
  indicators: z.array(z.object({
    ...indicator, owner: Name.nullable(), /** In the metric's unit, of so many requests. */ value: z.number().nullable(), count: z.int(), before: z.number().nullable(),
    /** 0 to 100, and what it adds to the index. */
    score: z.number().nullable(), points: z.number().nullable(),
  })),
  /** By time each row by the version in force on its last day. */
  rows: z.array(z.object({ id: z.string(), label: z.string().nullable(), ...weighed, before: z.number().nullable(), version: z.int() })),
})
export type IndexFigures = z.infer<typeof IndexFigures>

export const qualityIndex = {
  qualityIndex: { method: 'GET', path: '/api/quality-index', access: 'insight.read', query: Asked, response: IndexFigures, faults: ['insight.period-backwards', 'insight.period-too-long'],
    summary: 'The service-quality index of a period, over the requests the caller may see, with each indicator it is made of.' },
  indexVersions: { method: 'GET', path: '/api/quality-index/versions', access: 'insight.read', response: z.object({ rows: z.array(IndexVersion) }), summary: 'The formula as it was, is and is proposed, newest first.' },
  proposeIndex: { method: 'POST', path: '/api/quality-index/versions', access: 'insight.arrange', status: 201, response: IndexVersion, faults: ['insight.index.proposal-open', 'insight.index.effective-past', 'insight.index.metric-twice', 'insight.index.no-direction', 'insight.index.wrong-way', 'insight.index.beyond-share', 'insight.index.weights-sum', 'staff.unknown-reference'],
    body: z.strictObject({ indicators: z.array(NewIndicator).min(1).max(MOST_INDICATORS), effectiveOn: day, reason: line(1000) }), summary: 'Proposes a formula. The first one takes effect at once when its author sees everything.' },
  approveIndex: { method: 'PUT', path: '/api/quality-index/versions/:id/approval', access: 'insight.arrange', params: byId, response: IndexVersion, faults: ['insight.index.not-found', 'insight.index.not-proposed', 'insight.index.own-approval', 'insight.index.oversees-all'],
    summary: 'Somebody else who sees everything lets it take effect from its day on, at the earliest today.' },
  dropIndex: { method: 'DELETE', path: '/api/quality-index/versions/:id/proposal', access: 'insight.arrange', params: byId, query: z.strictObject({ reason: someText(1000) }), faults: ['insight.index.not-found', 'insight.index.not-proposed', 'insight.index.oversees-all'],
    summary: 'Its author takes a proposal back, or whoever sees everything refuses it; the event keeps it with the reason.' },
} as const satisfies Endpoints
