/** Channels over HTTP: what each does for those who use it, and the tier its figures speak for. */
import { z } from 'zod'
import { metricKeys, type MetricKey } from '../../../lib/metrics/index.ts'
import type { Endpoints } from '../../../platform/http/contract.ts'
import { day, id, instant } from '../../../platform/http/shapes.ts'
import { byChannel, channelKeys, ChannelRecord, channelTiers } from '../../standards/channels/contract.ts'

/** What a channel is judged by, in the order it is read. */
export const effectMetrics = [
  'volume', 'first-response-time', 'first-response-time-p90', 'first-response-wait', 'first-response-in-limit', 'first-contact-resolution', 'satisfied-share', 'rating', 'retention', 'cost-per-contact', 'cost-per-resolution',
] as const satisfies readonly MetricKey[]
export type EffectMetric = (typeof effectMetrics)[number]

const period = { from: day, to: day }
const Asked = z.strictObject({ ...period, compare: z.enum(['previous', 'year']).default('previous'), teamId: id.optional(), serviceId: id.optional() })
export type EffectAsked = z.infer<typeof Asked>

/** With its 95 % interval; no ends: too few for one, or nothing that chance has a part in. `count`: of how many requests. */
export const Estimated = z.object({ value: z.number().nullable(), count: z.int(), low: z.number().nullable(), high: z.number().nullable() })
export type Estimated = z.infer<typeof Estimated>
export const EffectRow = z.object({
  metric: z.enum(metricKeys), now: Estimated, before: Estimated,
  /** Now less before. `isChance`: its interval has 0 in it; null where it has none. */
  change: z.object({ value: z.number(), low: z.number().nullable(), high: z.number().nullable(), isChance: z.boolean().nullable() }).nullable(),
  /** What the channel's record promises; met or missed when the interval lies on one side of it, else open. */
  target: z.object({ value: z.number(), verdict: z.enum(['met', 'missed', 'open']).nullable() }).nullable(),
})
export type EffectRow = z.infer<typeof EffectRow>
/** A channel, or under null all of them together. */
const ChannelEffect = z.object({ channel: z.string().nullable(), record: ChannelRecord.nullable(), rows: z.array(EffectRow) })
export type ChannelEffect = z.infer<typeof ChannelEffect>
export const Effect = z.object({
  asOf: instant, zone: z.string(), from: instant, to: instant, beforeFrom: instant, beforeTo: instant, currency: z.string().nullable(),
  channels: z.array(ChannelEffect),
  /** Records that took effect from the beginning of the period before on. */
  changes: z.array(z.object({ channel: z.enum(channelKeys), number: z.number(), tier: z.enum(channelTiers), tierBefore: z.enum(channelTiers).nullable(), effectiveAt: instant, reason: z.string() })),
})
export type Effect = z.infer<typeof Effect>

const parts = z.object({ volume: z.number(), stickiness: z.number(), complexity: z.number() })
export const TierRow = z.object({
  channel: z.enum(channelKeys), record: ChannelRecord.nullable(), latest: z.number(),
  volume: z.int(), customers: z.int(), returned: z.int(), resolved: z.int(), contacts: z.number().nullable(), hands: z.number().nullable(), handlingMinutes: z.number().nullable(),
  score: z.object({ share: z.number(), stickiness: z.number().nullable(), complexity: z.number().nullable(), parts, score: z.number(), low: z.number(), high: z.number(), tier: z.enum(channelTiers), lowest: z.enum(channelTiers), highest: z.enum(channelTiers) }).nullable(),
  /** few: too little came in to say · unsure: it could be either of two tiers · unplaced: no record yet · keep · move: to the score's tier */
  verdict: z.enum(['few', 'unsure', 'unplaced', 'keep', 'move']),
})
export type TierRow = z.infer<typeof TierRow>
export const Tiers = z.object({
  asOf: instant, from: instant, to: instant, all: z.int(), channels: z.int(),
  usual: z.object({ contacts: z.number().nullable(), hands: z.number().nullable(), handlingMinutes: z.number().nullable() }),
  /** The rule, so that whoever reads the numbers can count after. */
  rule: z.object({ weights: parts, fulls: parts, bounds: z.object({ core: z.number(), auxiliary: z.number() }), leastRequests: z.int(), leastResolved: z.int() }),
  rows: z.array(TierRow),
})
export type Tiers = z.infer<typeof Tiers>

const REFUSALS = ['insight.period-backwards', 'insight.period-too-long'] as const
export const channelInsight = {
  channelEffect: { method: 'GET', path: '/api/channel-effect', access: 'requests.read', query: Asked, response: Effect, faults: REFUSALS, summary: 'Speed, quality, retention and cost of each channel over a period beside the one before, with intervals, over the requests the caller may see.' },
  exportEffect: { method: 'GET', path: '/api/channel-effect/export', access: 'requests.read', kind: 'raw', query: Asked.extend({ format: z.enum(['csv', 'xlsx']) }), faults: REFUSALS, summary: 'The same as CSV or as a workbook.' },
  channelTiers: { method: 'GET', path: '/api/channel-tiers', access: 'requests.read', query: z.strictObject(period), response: Tiers, faults: REFUSALS, summary: 'The tier the figures of each channel speak for, with the figures and the rule.' },
  takeTier: { method: 'PUT', path: '/api/channel-tiers/:channel', access: 'standards.approve', params: byChannel, body: z.strictObject({ ...period, tier: z.enum(channelTiers), after: z.number().int().min(1) }), response: ChannelRecord,
    summary: 'Takes a proposal: a new record of the channel with the tier, at once, with the figures as its reason. Only for whoever sees all requests.', faults: [...REFUSALS, 'insight.tier.sees-not-all', 'insight.tier.not-proposed', 'standards.changed-meanwhile'] },
} as const satisfies Endpoints
