import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scaleOf } from './index.ts'

test('4.3-b an axis has round ticks, begins at zero where it can, and does not make a ripple a wave', () => {
  expect(scaleOf([92.4, 94.4, 93.2])).toEqual([80, 85, 90, 95])
  expect(scaleOf([0, 3, 17])).toEqual([0, 10, 20])
  expect(scaleOf([0.61, 0.97])).toEqual([0.6, 0.8, 1])
  expect(scaleOf([0, 1])).toEqual([0, 0.5, 1])
  expect(scaleOf([11, 85], { isTime: true })).toEqual([0, 30, 60, 90])
  expect(scaleOf([-3, 4])).toEqual([-5, -2.5, 0, 2.5, 5])
  expect([scaleOf([]), scaleOf([0, 0]), scaleOf([7])]).toEqual([[0, 1], [0, 1], [6.25, 6.5, 6.75, 7]])
})

test('4.3-b ticks hold every value and are few, whatever the values', () => {
  fc.assert(fc.property(fc.array(fc.double({ min: -1e6, max: 1e9, noNaN: true }).filter((value) => value === 0 || Math.abs(value) > 1e-6), { minLength: 1, maxLength: 30 }), fc.boolean(), (values, isTime) => {
    const ticks = scaleOf(values, { isTime })
    expect(ticks.length).toBeGreaterThanOrEqual(2)
    expect(ticks.length).toBeLessThanOrEqual(8)
    const slack = 1e-9 * Math.max(...values.map(Math.abs), 1)
    expect(ticks[0]!).toBeLessThanOrEqual(Math.min(...values) + slack)
    expect(ticks.at(-1)!).toBeGreaterThanOrEqual(Math.max(...values) - slack)
  }))
})
