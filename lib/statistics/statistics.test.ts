import fc from 'fast-check'
import { expect, test } from 'vitest'
import { controlChart } from './index.ts'

// Flow rate of the NIST/SEMATECH e-Handbook, 6.3.2.2: mean 50.81, mean moving range 1.8778.
const flow = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]

test('1.3-b limits are those of the handbook’s example', () => {
  const chart = controlChart(flow)!
  expect(chart.mean).toBeCloseTo(50.81, 2)
  expect(chart.upper).toBeCloseTo(55.8041, 2)
  expect(chart.lower).toBeCloseTo(45.8159, 2)
  expect([...chart.signals]).toEqual([])
})

test('1.3-b a point beyond, nine on one side and six in a row stand out; gaps are passed over', () => {
  const calm = [10, 11, 10, 9, 10, 11, 10, 9, 10, 11]
  expect([...controlChart([...calm, 20])!.signals]).toEqual([[10, 'beyond']])
  expect(controlChart([...calm, null, 20])!.signals.get(11)).toBe('beyond')
  const shifted = controlChart([10, 8, 11, 9, 10, 8, 9, 11, 10, 10.8, 11.6, 11, 11.9, 10.9, 11.7, 11.1, 11.8, 11.2, 11.5])!
  expect([...shifted.signals.values()]).toContain('run')
  const rising = controlChart([10, 12, 9, 12, 9, 11, 9, 9.5, 10, 10.5, 11, 11.5])!
  expect([...rising.signals]).toEqual([[11, 'trend']])
})

test('1.3-b few values have no limits, equal ones no signal, and limits keep to what can be', () => {
  expect(controlChart([1, 2, 3, null, 4, 5, 6, 7])).toBeNull()
  expect([...controlChart(Array.from({ length: 20 }, () => 5))!.signals]).toEqual([])
  expect(controlChart([0, 1, 0, 1, 0, 1, 0, 1], { least: 0, most: 1 })).toMatchObject({ lower: 0, upper: 1 })
})

test('1.3-b limits move and stretch with the values', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 8, maxLength: 60 }), fc.integer({ min: -100, max: 100 }), fc.integer({ min: 1, max: 9 }), (values, shift, stretch) => {
    const [one, two] = [controlChart(values)!, controlChart(values.map((value) => value * stretch + shift))!]
    expect(two.mean).toBeCloseTo(one.mean * stretch + shift, 6)
    expect(two.upper - two.lower).toBeCloseTo((one.upper - one.lower) * stretch, 6)
    expect([...two.signals.keys()].length).toBeLessThanOrEqual(values.length)
  }))
})
