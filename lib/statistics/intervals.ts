/**
 * How sure a figure is: 95 % intervals of shares, means, percentiles and of the difference between two figures. Null
 * where there are too few values to say anything. Pure.
 */

export interface Interval { low: number; high: number }
/** A figure with its interval; null where none can be given. */
export interface Estimate { value: number; interval: Interval | null }

/** Two-sided 95 % of the normal distribution. */
const Z = 1.959_963_985
const TAIL = 0.025

/** Share of `successes` among `count` (need not be whole: see `effectiveCount`). Wilson, JASA 22, 1927, 209–212. */
export function shareInterval(successes: number, count: number): Interval | null {
  if (count <= 0) return null
  const share = successes / count
  const centre = share + (Z * Z) / (2 * count)
  const width = Z * Math.sqrt((share * (1 - share)) / count + (Z * Z) / (4 * count * count))
  const scale = 1 + (Z * Z) / count
  return { low: Math.max(0, (centre - width) / scale), high: Math.min(1, (centre + width) / scale) }
}

/** Values come in bunches (several of one customer), `sums` of each bunch: how many there are and how many of them succeed. */
export interface Bunches { bunches: number; count: number; successes: number; countSquares: number; successSquares: number; products: number }

/**
 * As how many independent values a share from bunches counts: what makes a plain share's variance equal to that of the
 * ratio of two sums over bunches (Cochran, Sampling Techniques, 3rd ed. 1977, ch. 9A; Korn and Graubard, 1998, for its
 * use with intervals). Never more than there are values.
 */
export function effectiveCount({ bunches, count, successes, countSquares, successSquares, products }: Bunches): number {
  if (bunches < 2 || count === 0) return Math.min(bunches, count)
  const share = successes / count
  if (share === 0 || share === 1) return bunches
  const variance = (bunches / (bunches - 1)) * (successSquares - 2 * share * products + share * share * countSquares) / (count * count)
  return variance > 0 ? Math.min(count, (share * (1 - share)) / variance) : count
}

/** Student's t, two-sided 95 %, for three degrees of freedom or more: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5; right to three digits. */
export function studentT(freedom: number): number {
  const powers = (...factors: number[]) => factors.reduce((sum, factor, at) => sum + factor * Z ** (2 * (factors.length - at) - 1), 0)
  return Z + powers(1, 1) / (4 * freedom) + powers(5, 16, 3) / (96 * freedom ** 2) + powers(3, 19, 17, -15) / (384 * freedom ** 3) + powers(79, 776, 1482, -1920, -945) / (92_160 * freedom ** 4)
}

/** Mean of values known by their count, sum and sum of squares; from four values on. Student, Biometrika 6, 1908, 1–25. */
export function meanInterval(count: number, sum: number, squares: number): Interval | null {
  if (count < 4) return null
  const mean = sum / count
  // Sums of many near values may differ by less than their rounding.
  const variance = Math.max(0, squares - count * mean * mean) / (count - 1)
  const width = studentT(count - 1) * Math.sqrt(variance / count)
  return { low: mean - width, high: mean + width }
}

/** Beyond this many the binomial is as good as normal, and counting it out takes longer. */
const MOST_COUNTED = 1_000

/**
 * Ranks (from 1) of the two values that enclose a percentile of `part` (0 to 1) at least 95 times in 100, whatever the
 * distribution: Conover, Practical Nonparametric Statistics, 3rd ed. 1999, 3.2. Null when the values don't reach as far.
 */
export function percentileRanks(count: number, part: number): { low: number; high: number } | null {
  let [low, high] = [0, count + 1]
  if (count > MOST_COUNTED) {
    const width = Z * Math.sqrt(count * part * (1 - part))
    low = Math.floor(count * part - width)
    high = Math.ceil(count * part + width) + 1
  } else {
    // How many of the values lie below the percentile is binomial; by logarithms, for the parts get very small.
    let [one, below] = [count * Math.log(1 - part), 0]
    for (let number = 0; number <= count; number++) {
      below += Math.exp(one)
      if (below <= TAIL) low = number + 1
      if (below >= 1 - TAIL) { high = number + 1; break }
      one += Math.log((count - number) / (number + 1)) + Math.log(part / (1 - part))
    }
  }
  return low >= 1 && high <= count ? { low, high } : null
}

/**
 * The difference between two independent figures, from their own intervals: MOVER, Zou and Donner, Statistics in
 * Medicine 27, 2008, 1693–1702; of two Wilson intervals it is Newcombe's method 10, Statistics in Medicine 17, 1998,
 * 873–890. Where it leaves out 0, the difference is more than chance.
 */
export function differenceInterval(a: Estimate, b: Estimate): Interval | null {
  if (!a.interval || !b.interval) return null
  const difference = a.value - b.value
  return {
    low: difference - Math.hypot(a.value - a.interval.low, b.interval.high - b.value),
    high: difference + Math.hypot(a.interval.high - a.value, b.value - b.interval.low),
  }
}
