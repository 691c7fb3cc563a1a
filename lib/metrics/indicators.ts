/**
 * The service-quality index: metrics of the catalogue, each made comparable and weighed. Pure.
 *
 * Min–max normalisation and weighted arithmetic mean as in Nardo et al., Handbook on Constructing Composite Indicators:
 * Methodology and User Guide, OECD/JRC 2008, ISBN 978-92-64-04345-9 (normalisation; weighting and aggregation). The two ends are not
 * the least and greatest value seen, which would move with every period, but chosen ones: the value that counts as zero
 * and the target, which counts as a hundred. Beyond either end nothing more is lost or gained.
 */
import { metrics, type MetricKey } from './catalogue.ts'

export const indicatorGroups = ['satisfaction', 'efficiency', 'reliability', 'response', 'handling', 'continuity'] as const
export type IndicatorGroup = (typeof indicatorGroups)[number]
export interface Indicator {
  metric: MetricKey
  group: IndicatorGroup
  /** Answers for the figure; null: nobody yet. */
  ownerId: string | null
  /** Both in the metric's own unit: what counts as a hundred, and what counts as zero. */
  target: number
  zero: number
  /** Per cent of the whole. */
  weight: number
}

/** Weights of one formula make a hundred. */
export const WEIGHTS = 100
export const sumOf = (indicators: readonly { weight: number }[]): number => Math.round(indicators.reduce((sum, { weight }) => sum + weight, 0) * 1000) / 1000

/** 0 at `zero`, 100 at `target`, in proportion between, whichever of them is greater; null of nothing. */
export function scoreOf(value: number | null, { target, zero }: Pick<Indicator, 'target' | 'zero'>): number | null {
  if (value === null || target === zero) return null
  return Math.min(100, Math.max(0, ((value - zero) / (target - zero)) * 100))
}

export interface Weighed { /** 0 to 100; null: no indicator has data. */ value: number | null; /** Share of the weights that have data, 0 to 1. */ coverage: number; /** Points each adds, in the order given; null: no data. They make the value. */ points: (number | null)[] }

/** The weighted mean of the scores there are; the weights of those that are missing are shared out among the others in proportion. */
export function weigh(parts: readonly { score: number | null; weight: number }[]): Weighed {
  const whole = parts.reduce((sum, { weight }) => sum + weight, 0)
  const there = parts.reduce((sum, { score, weight }) => (score === null ? sum : sum + weight), 0)
  const points = parts.map(({ score, weight }) => (score === null || there === 0 ? null : (score * weight) / there))
  return { value: there === 0 ? null : points.reduce<number>((sum, one) => sum + (one ?? 0), 0), coverage: whole === 0 ? 0 : there / whole, points }
}

/** Why a formula makes no sense: the place, and the last part of a text key `insight.index.*`. Null when it does. */
export function oddity(indicators: readonly Pick<Indicator, 'metric' | 'target' | 'zero' | 'weight'>[]): { path: string; code: 'metric-twice' | 'no-direction' | 'wrong-way' | 'beyond-share' | 'weights-sum' } | null {
  for (const [at, { metric, target, zero }] of indicators.entries()) {
    const { better, unit } = metrics[metric]
    if (indicators.findIndex((other) => other.metric === metric) !== at) return { path: `indicators.${at}.metric`, code: 'metric-twice' }
    if (better === null) return { path: `indicators.${at}.metric`, code: 'no-direction' }
    if (unit === 'share' && Math.max(target, zero) > 1) return { path: `indicators.${at}.target`, code: 'beyond-share' }
    if (target === zero || target > zero !== (better === 'more')) return { path: `indicators.${at}.zero`, code: 'wrong-way' }
  }
  return sumOf(indicators) === WEIGHTS ? null : { path: 'indicators', code: 'weights-sum' }
}

const usual = (metric: MetricKey, group: IndicatorGroup, target: number, zero: number, weight: number): Indicator => ({ metric, group, ownerId: null, target, zero, weight })
/** A set to begin with, every group in it. The targets are those a company changes first. */
export const usualIndicators: readonly Indicator[] = [
  usual('satisfied-share', 'satisfaction', 0.9, 0.5, 20),
  usual('first-contact-resolution', 'efficiency', 0.75, 0.35, 10),
  usual('transfers', 'efficiency', 0.1, 1.5, 5),
  usual('resolution-in-time', 'reliability', 0.95, 0.6, 15),
  usual('deadlines-kept', 'reliability', 0.9, 0.4, 5),
  usual('first-response-in-time', 'response', 0.95, 0.6, 15),
  usual('verification-failure-rate', 'handling', 0.02, 0.2, 10),
  usual('reopen-rate', 'handling', 0.03, 0.2, 10),
  usual('follow-up-in-time', 'continuity', 0.95, 0.6, 10),
]
