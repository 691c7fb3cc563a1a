import { expect, test } from 'vitest'
import { limiter, networkOf } from './limits.ts'

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

test('an IPv6 customer is one network, however many addresses it uses', () => {
  expect(networkOf('2001:db8:1:2::1')).toBe(networkOf('2001:db8:1:2:ffff::9'))
  expect(networkOf('2001:db8:1:2::1')).not.toBe(networkOf('2001:db8:1:3::1'))
  expect(networkOf('::1')).toBe('0:0:0:0')
  expect(networkOf('::ffff:192.0.2.7')).toBe('192.0.2.7')
})
