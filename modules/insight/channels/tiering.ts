/**
 * The tier the figures of a channel speak for. Pure. How much comes through it, how many come back through it and how much
 * work it makes each earn a part of their weight; the sum decides. A choice of ours, not a standard's: every number of it
 * is shown, and people decide.
 */
import { shareInterval } from '../../../lib/statistics/index.ts'
import type { ChannelTier } from '../../standards/index.ts'

/** What each earns at most; together 1. */
export const weights = { volume: 0.5, stickiness: 0.3, complexity: 0.2 } as const
/** Where each has earned all of it: twice an even share of the requests, half of the customers back, twice the usual work. */
export const fulls = { volume: 2, stickiness: 0.5, complexity: 2 } as const
/** The least score of a tier; below both it is supplementary. */
export const bounds = { core: 0.6, auxiliary: 0.35 } as const
/** In all channels together; fewer say nothing of any. */
export const LEAST_REQUESTS = 100
/** Resolved through the channel; of fewer its work is not known. */
export const LEAST_RESOLVED = 30

export interface Counted {
  /** Requests through the channel, and through all. */
  volume: number; all: number
  /** Channels that any request came through. */
  channels: number
  /** Customers who used it, and of them those who used it again. */
  customers: number; returned: number
  resolved: number
  /** Means over what was resolved: times the customer wrote, hands it went through; and the median of working minutes. Null of none. */
  contacts: number | null; hands: number | null; handlingMinutes: number | null
}
export type Usual = Pick<Counted, 'contacts' | 'hands' | 'handlingMinutes'>
export interface Score {
  share: number; stickiness: number | null
  /** Times the usual work; null when not known. */
  complexity: number | null
  parts: { volume: number; stickiness: number; complexity: number }
  score: number; low: number; high: number
  tier: ChannelTier
  /** What the least and the most that the figures may be speak for; of one tier there is no doubt. */
  lowest: ChannelTier; highest: ChannelTier
}

const part = (value: number, full: number): number => Math.min(1, Math.max(0, value / full))
export const tierOf = (score: number): ChannelTier => (score >= bounds.core ? 'core' : score >= bounds.auxiliary ? 'auxiliary' : 'supplementary')

/** Geometric mean of how many times the usual contacts, hands and time: three ratios that weigh the same. */
function complexityOf(own: Usual, usual: Usual): number | null {
  const ratios = (['contacts', 'hands', 'handlingMinutes'] as const).flatMap((name) => (own[name] !== null && usual[name] ? [own[name] / usual[name]] : []))
  if (!ratios.length || ratios.some((ratio) => ratio < 0)) return null
  // Nothing handled in no time at all: a ratio of 0 would hide the others.
  return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(Math.max(ratio, 0.01)), 0) / ratios.length)
}

/** Null when there are too few requests to say anything: in all, or none through this channel. */
export function scoreOf(own: Counted, usual: Usual): Score | null {
  if (own.all < LEAST_REQUESTS || own.volume === 0) return null
  const share = own.volume / own.all
  const stickiness = own.customers > 0 ? own.returned / own.customers : null
  const complexity = own.resolved < LEAST_RESOLVED ? null : complexityOf(own, usual)
  const shares = shareInterval(own.volume, own.all)!
  const backs = shareInterval(own.returned, own.customers) ?? { low: 0, high: 1 }
  const earned = (of: { share: number; back: number; work: number }) => ({
    volume: weights.volume * part(of.share * own.channels, fulls.volume), stickiness: weights.stickiness * part(of.back, fulls.stickiness), complexity: weights.complexity * part(of.work, fulls.complexity),
  })
  const sum = (parts: Score['parts']): number => parts.volume + parts.stickiness + parts.complexity
  // What is not known is taken for usual, and for anything from nothing to all at the ends.
  const parts = earned({ share, back: stickiness ?? 0, work: complexity ?? 1 })
  const low = sum(earned({ share: shares.low, back: backs.low, work: complexity ?? 0 }))
  const high = sum(earned({ share: shares.high, back: backs.high, work: complexity ?? fulls.complexity }))
  return { share, stickiness, complexity, parts, score: sum(parts), low, high, tier: tierOf(sum(parts)), lowest: tierOf(low), highest: tierOf(high) }
}
