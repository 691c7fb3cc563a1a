import fc from 'fast-check'
import { expect, test } from 'vitest'
import { indicatorGroups, metricKeys, metrics, oddity, scoreOf, sumOf, usualIndicators, weigh } from './index.ts'

test('5.1-a a score is 0 at zero, 100 at the target and no more, whichever way is better', () => {
  const more = { target: 0.95, zero: 0.55 }
  expect([0.3, 0.55, 0.75, 0.95, 1].map((value) => Math.round(scoreOf(value, more)!))).toEqual([0, 0, 50, 100, 100])
  const less = { target: 30, zero: 240 }
  expect([0, 30, 135, 240, 900].map((value) => scoreOf(value, less))).toEqual([100, 100, 50, 0, 0])
  expect(scoreOf(null, more)).toBeNull()
  expect(scoreOf(1, { target: 2, zero: 2 })).toBeNull()
})

test('5.1-a the index is the weighted mean; what has no data is left out openly and the rest keeps its proportions', () => {
  expect(weigh([{ score: 80, weight: 60 }, { score: 50, weight: 40 }])).toEqual({ value: 68, coverage: 1, points: [48, 20] })
  expect(weigh([{ score: 80, weight: 30 }, { score: null, weight: 40 }, { score: 50, weight: 30 }])).toEqual({ value: 65, coverage: 0.6, points: [40, null, 25] })
  expect(weigh([{ score: null, weight: 100 }])).toEqual({ value: null, coverage: 0, points: [null] })
  expect(weigh([])).toEqual({ value: null, coverage: 0, points: [] })
})

test('5.1-a the index lies between the lowest and the highest score, and more weight on the lower one never raises it', () => {
  const part = fc.record({ score: fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { freq: 5 }), weight: fc.integer({ min: 1, max: 100 }) })
  fc.assert(fc.property(fc.array(part, { minLength: 1, maxLength: 12 }), (parts) => {
    const { value, coverage, points } = weigh(parts)
    const scores = parts.flatMap((one) => one.score ?? [])
    if (!scores.length) { expect([value, coverage]).toEqual([null, 0]); return }
    expect(value!).toBeGreaterThanOrEqual(Math.min(...scores) - 1e-9)
    expect(value!).toBeLessThanOrEqual(Math.max(...scores) + 1e-9)
    expect(points.reduce<number>((sum, one) => sum + (one ?? 0), 0)).toBeCloseTo(value!, 9)
    const lowest = Math.min(...scores)
    const heavier = parts.map((one) => (one.score === lowest ? { ...one, weight: one.weight * 2 } : one))
    expect(weigh(heavier).value!).toBeLessThanOrEqual(value! + 1e-9)
  }))
})

test('5.1-a a formula is refused that counts twice, has no direction, runs the wrong way or does not weigh a hundred', () => {
  const one = { metric: 'reopen-rate' as const, target: 0.03, zero: 0.2, weight: 100 }
  expect(oddity([one])).toBeNull()
  expect(oddity([{ ...one, weight: 99.5 }])).toEqual({ path: 'indicators', code: 'weights-sum' })
  expect(oddity([{ ...one, weight: 50 }, { ...one, weight: 50 }])).toEqual({ path: 'indicators.1.metric', code: 'metric-twice' })
  expect(oddity([{ ...one, metric: 'volume' }])).toEqual({ path: 'indicators.0.metric', code: 'no-direction' })
  expect(oddity([{ ...one, target: 0.2, zero: 0.03 }])).toEqual({ path: 'indicators.0.zero', code: 'wrong-way' })
  expect(oddity([{ ...one, target: 0.2 }])).toEqual({ path: 'indicators.0.zero', code: 'wrong-way' })
  expect(oddity([{ ...one, zero: 20 }])).toEqual({ path: 'indicators.0.target', code: 'beyond-share' })
  expect(oddity([])).toEqual({ path: 'indicators', code: 'weights-sum' })
})

test('5.1-a the usual set makes sense, weighs a hundred and has every group', () => {
  expect(oddity(usualIndicators)).toBeNull()
  expect(sumOf(usualIndicators)).toBe(100)
  expect(new Set(usualIndicators.map((one) => one.group))).toEqual(new Set(indicatorGroups))
  for (const { metric } of usualIndicators) expect(metricKeys).toContain(metric)
  expect(metricKeys.filter((key) => metrics[key].better === null)).toEqual(['volume', 'closed', 'occupancy'])
})
