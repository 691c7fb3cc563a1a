import { expect, test } from 'vitest'
import { differenceInterval, effectiveCount, meanInterval, percentileRanks, shareInterval, studentT } from './index.ts'

/** Numbers in 0 to 1 that are the same each time (Park and Miller, 1988). */
function* chance(seed: number): Generator<number> {
  for (let state = seed; ;) yield (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}
const next = (of: Generator<number>): number => of.next().value as number

test('3.1-d intervals of shares and their differences are those of the papers', () => {
  // Newcombe 1998, table II: 81 of 263, Wilson score; table II of the companion on differences: 56/70 against 48/80, method 10.
  const one = shareInterval(81, 263)!
  expect([one.low, one.high].map((value) => value.toFixed(4))).toEqual(['0.2553', '0.3662'])
  const none = shareInterval(0, 20)!
  expect([none.low, none.high].map((value) => value.toFixed(4))).toEqual(['0.0000', '0.1611'])
  const [a, b] = [{ value: 56 / 70, interval: shareInterval(56, 70) }, { value: 48 / 80, interval: shareInterval(48, 80) }]
  const difference = differenceInterval(a, b)!
  expect([difference.low, difference.high].map((value) => value.toFixed(4))).toEqual(['0.0524', '0.3339'])
  expect(shareInterval(0, 0)).toBeNull()
  expect(differenceInterval(a, { value: 0, interval: null })).toBeNull()
})

test('3.1-d Student’s t is that of the tables, and a mean of few or equal values says so', () => {
  for (const [freedom, t] of [[3, 3.182], [4, 2.776], [9, 2.262], [30, 2.042], [120, 1.980]] as const) expect(Math.abs(studentT(freedom) - t), String(freedom)).toBeLessThan(0.004)
  expect(meanInterval(3, 6, 14)).toBeNull()
  expect(meanInterval(4, 20, 100)).toEqual({ low: 5, high: 5 })
  const { low, high } = meanInterval(5, 15, 55)!
  expect([low, high].map((value) => value.toFixed(2))).toEqual(['1.04', '4.96'])
})

test('3.1-d ranks around a percentile are those of the binomial, and there are none where the values don’t reach', () => {
  // Six values are the least that enclose a median: 1 − 2 · 0.5⁶ = 0.969.
  expect(percentileRanks(5, 0.5)).toBeNull()
  expect(percentileRanks(6, 0.5)).toEqual({ low: 1, high: 6 })
  expect(percentileRanks(10, 0.5)).toEqual({ low: 2, high: 9 })
  expect(percentileRanks(35, 0.9)).toBeNull()
  expect(percentileRanks(36, 0.9)).not.toBeNull()
  // Counted out and by the normal distribution they meet.
  const [counted, normal] = [percentileRanks(1_000, 0.5)!, percentileRanks(1_001, 0.5)!]
  expect(Math.abs(counted.low - normal.low)).toBeLessThanOrEqual(1)
  expect(Math.abs(counted.high - normal.high)).toBeLessThanOrEqual(2)
})

test('3.1-d an interval holds the truth about as often as it says', () => {
  const random = chance(4_711)
  let [medians, differences] = [0, 0]
  const times = 2_000
  for (let time = 0; time < times; time++) {
    // Waiting times: exponential, their median is ln 2.
    const waits = Array.from({ length: 30 }, () => -Math.log(next(random))).sort((a, b) => a - b)
    const ranks = percentileRanks(30, 0.5)!
    if (waits[ranks.low - 1]! <= Math.LN2 && waits[ranks.high - 1]! >= Math.LN2) medians++
    const of = (count: number, share: number) => { const sum = Array.from({ length: count }, () => next(random)).filter((one) => one < share).length; return { value: sum / count, interval: shareInterval(sum, count) } }
    const { low, high } = differenceInterval(of(60, 0.8), of(40, 0.7))!
    if (low <= 0.1 && high >= 0.1) differences++
  }
  for (const held of [medians, differences]) { expect(held / times).toBeGreaterThan(0.93); expect(held / times).toBeLessThan(0.99) }
})

test('3.1-d values that come in bunches count for less, and single ones for what they are', () => {
  expect(effectiveCount({ bunches: 100, count: 100, successes: 30, countSquares: 100, successSquares: 30, products: 30 })).toBeCloseTo(99, 6)
  // Each of ten customers four times the same: as good as ten values.
  expect(effectiveCount({ bunches: 10, count: 40, successes: 20, countSquares: 160, successSquares: 80, products: 80 })).toBeCloseTo(9, 6)
  expect(effectiveCount({ bunches: 10, count: 40, successes: 0, countSquares: 160, successSquares: 0, products: 0 })).toBe(10)
})
