import { expect, test } from 'vitest'
import { aggregateOf, metricKeys, metrics } from './index.ts'

test('4.3-b an aggregate of nothing is nothing, but none are none', () => {
  expect(aggregateOf('count', [])).toBe(0)
  for (const how of ['mean', 'share', 'p50', 'p90'] as const) expect(aggregateOf(how, [])).toBeNull()
})

test('4.3-b percentiles lie between neighbours in proportion, whatever the order', () => {
  expect(aggregateOf('p50', [9, 1, 5])).toBe(5)
  expect(aggregateOf('p50', [1, 2, 3, 10])).toBe(2.5)
  expect(aggregateOf('p90', [0, 10])).toBe(9)
  expect(aggregateOf('p90', [7])).toBe(7)
  expect(aggregateOf('share', [1, 0, 0, 1])).toBe(0.5)
})

test('5.1-a every metric says its unit, its moment and which way is better; measured times say which time', () => {
  for (const key of metricKeys) {
    const { unit, aggregate, time } = metrics[key]
    expect([key, unit === 'minutes', ['p50', 'p90'].includes(aggregate)]).toEqual([key, unit === 'minutes', unit === 'minutes'])
    if (unit === 'minutes') expect(time).not.toBeNull()
  }
})
