/**
 * Control limits from a process's own variation, and the rules by which a point is more than chance. Pure.
 * Individuals chart (XmR): NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2; the rules for runs and trends are
 * those of Nelson, Journal of Quality Technology 16(4), 1984, numbers 1, 2 and 3.
 */

export { scaleOf } from './scale.ts'
export { differenceInterval, effectiveCount, type Estimate, type Interval, meanInterval, percentileRanks, shareInterval, studentT } from './intervals.ts'

/** beyond: outside the limits · run: nine in a row on one side of the mean · trend: six in a row rising or falling */
export type Signal = 'beyond' | 'run' | 'trend'
export interface ControlChart {
  mean: number
  lower: number
  upper: number
  /** By place in the series; the last point of a run or trend and those that follow in it carry the signal. */
  signals: ReadonlyMap<number, Signal>
}

/** Mean moving range to three standard deviations: 3 / d₂, with d₂ = 1.128 for ranges of two. */
const LIMIT = 3 / 1.128
const LEAST = 8
const RUN = 9
const TREND = 6

/** Null with fewer than eight values: limits from so few say nothing. Gaps (null) are passed over. `least` and `most` bound the limits, e.g. 0 and 1 for a share. */
export function controlChart(series: readonly (number | null)[], bounds: { least?: number; most?: number } = {}): ControlChart | null {
  const points = series.flatMap((value, place) => value === null ? [] : [{ value, place }])
  if (points.length < LEAST) return null
  const mean = points.reduce((sum, { value }) => sum + value, 0) / points.length
  const ranges = points.slice(1).map(({ value }, at) => Math.abs(value - points[at]!.value))
  const width = LIMIT * (ranges.reduce((sum, range) => sum + range, 0) / ranges.length)
  const [lower, upper] = [Math.max(bounds.least ?? -Infinity, mean - width), Math.min(bounds.most ?? Infinity, mean + width)]
  const signals = new Map<number, Signal>()
  let [side, onSide, way, onWay] = [0, 0, 0, 0]
  points.forEach(({ value, place }, at) => {
    const now = Math.sign(value - mean)
    onSide = now !== 0 && now === side ? onSide + 1 : 1
    side = now
    const step = at === 0 ? 0 : Math.sign(value - points[at - 1]!.value)
    onWay = step !== 0 && step === way ? onWay + 1 : 1
    way = step
    // A trend of six points has five steps.
    if (value < mean - width || value > mean + width) signals.set(place, 'beyond')
    else if (side !== 0 && onSide >= RUN) signals.set(place, 'run')
    else if (way !== 0 && onWay >= TREND - 1) signals.set(place, 'trend')
  })
  return { mean, lower, upper, signals }
}
