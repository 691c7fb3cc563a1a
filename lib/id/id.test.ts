import { expect, test } from 'vitest'
import { isId, newId, timeOfId } from './index.ts'

test('an id is a version 7 UUID that carries its time', () => {
  const now = Date.UTC(2026, 8, 27, 4, 5, 6, 789)
  const id = newId(now)
  expect(isId(id)).toBe(true)
  expect(timeOfId(id)).toBe(now)
  expect(timeOfId('not an id')).toBeUndefined()
  expect(timeOfId('1b4e28ba-2fa1-41d2-883f-0016d3cca427')).toBeUndefined()
})

test('ids of a standing clock ascend and differ', () => {
  const now = Date.UTC(2026, 0, 1)
  const ids = Array.from({ length: 50_000 }, () => newId(now))
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.every((id, i) => i === 0 || ids[i - 1]! < id)).toBe(true)
  expect(ids.every(isId)).toBe(true)
})

test('a clock that trembles keeps the order, a replayed past keeps its time', () => {
  const now = Date.UTC(2026, 5, 1)
  const first = newId(now)
  expect(newId(now - 400) > first).toBe(true)
  const past = now - 86_400_000
  expect(timeOfId(newId(past))).toBe(past)
})

test('a time that no id can carry is refused', () => {
  for (const bad of [Number.NaN, -5, 2 ** 48]) expect(() => newId(bad)).toThrow(RangeError)
})
