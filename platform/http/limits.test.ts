import { expect, test } from 'vitest'
import { limiter } from './limits.ts'

test('a network has its burst, then its rate; its neighbours have theirs', () => {
  let now = 0
  const check = limiter({ burst: 3, perSecond: 1 }, () => now)
  const from = (ip: string, cost?: number) => { try { check({ ip }, cost); return true } catch (error) { return (error as { code: string }).code } }
  expect([1, 2, 3, 4].map(() => from('192.0.2.1'))).toEqual([true, true, true, 'access.too-many'])
  expect(from('192.0.2.2')).toBe(true)
  now += 1000
  expect([from('192.0.2.1'), from('192.0.2.1')]).toEqual([true, 'access.too-many'])
  now += 60_000
  expect([from('192.0.2.1', 3), from('192.0.2.1')]).toEqual([true, 'access.too-many'])
})
