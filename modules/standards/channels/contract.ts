/** The record of a channel over HTTP: its tier, its flow, what it promises and what one contact costs. */
import { z } from 'zod'
import type { MetricKey } from '../../../lib/metrics/index.ts'
import type { Endpoints } from '../../../platform/http/contract.ts'
import { id, instant, instantIn, someText, text } from '../../../platform/http/shapes.ts'

/** Every way a request can come in. */
export const channelKeys = ['email', 'chat', 'portal', 'phone', 'outlet', 'api'] as const
export type ChannelKey = (typeof channelKeys)[number]
export const channelTiers = ['core', 'auxiliary', 'supplementary'] as const
export type ChannelTier = (typeof channelTiers)[number]
/** What a channel may promise of its quality, each at least. */
export const channelTargets = ['first-response-in-limit', 'first-contact-resolution', 'satisfied-share', 'rating', 'retention'] as const satisfies readonly MetricKey[]
/** Of 5, the others are shares. */
const most = (metric: (typeof channelTargets)[number]): number => (metric === 'rating' ? 5 : 1)

const Target = z.strictObject({ metric: z.enum(channelTargets), target: z.number().min(0).max(5) }).refine(({ metric, target }) => target <= most(metric), { message: 'standards.channel.target-beyond', path: ['target'] })
const fields = {
  tier: z.enum(channelTiers), flow: text(2000),
  /** Working minutes to the first response; null: the channel promises none. */
  responseMinutes: z.number().int().min(1).max(525_600).nullable(),
  targets: z.array(Target).max(channelTargets.length).refine((all) => new Set(all.map((one) => one.metric)).size === all.length, { message: 'standards.channel.target-twice' }),
  /** What one contact costs, with at most four places; null: not known. */
  cost: z.number().min(0).max(1_000_000).nullable(),
  currency: z.string().regex(/^[A-Z]{3}$/, { message: 'standards.channel.currency-unknown' }).refine((code) => Intl.supportedValuesOf('currency').includes(code), { message: 'standards.channel.currency-unknown' }).nullable(),
}
const NewRecord = z.strictObject({
  ...fields, reason: someText(1000), effectiveAt: instantIn.optional(),
  /** The number of the newest record one has seen, 0 for none: who sets it meanwhile is not overwritten. */
  after: z.number().int().min(0),
}).refine(({ cost, currency }) => (cost === null) === (currency === null), { message: 'standards.channel.currency-needed', path: ['currency'] })
export type ChannelFields = Omit<z.infer<typeof NewRecord>, 'reason' | 'effectiveAt' | 'after'>
export type NewChannelRecord = ChannelFields & { reason: string; effectiveAt?: string | undefined; after: number }

export const ChannelRecord = z.object({
  id, channel: z.enum(channelKeys), number: z.number(), ...fields, effectiveAt: instant, setBy: z.object({ id, name: z.string() }).nullable(), setAt: instant, reason: z.string(),
  isEffective: z.boolean(),
})
export type ChannelRecord = z.infer<typeof ChannelRecord>
/** `latest` is the newest number, whenever it takes effect. */
const ChannelState = z.object({ channel: z.enum(channelKeys), record: ChannelRecord.nullable(), coming: z.array(ChannelRecord), latest: z.number() })
export type ChannelState = z.infer<typeof ChannelState>

export const byChannel = z.strictObject({ channel: z.enum(channelKeys) })
export const channelRecords = {
  channelRecords: { method: 'GET', path: '/api/channel-records', access: 'standards.read', response: z.object({ rows: z.array(ChannelState) }), summary: 'Every channel with the record in force and those to come; without a record it is a gap.' },
  channelHistory: { method: 'GET', path: '/api/channel-records/:channel', access: 'standards.read', params: byChannel, response: z.object({ rows: z.array(ChannelRecord) }), summary: 'Every record of a channel, the newest first.' },
  setChannel: { method: 'PUT', path: '/api/channel-records/:channel', access: 'standards.approve', params: byChannel, body: NewRecord, response: ChannelRecord,
    summary: 'Sets the record of a channel anew, at once or from a later moment; only the first may hold for what has been.', faults: ['standards.changed-meanwhile', 'standards.effective-past', 'standards.channel.other-currency'] },
} as const satisfies Endpoints
