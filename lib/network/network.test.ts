import { expect, test } from 'vitest'
import { isLoopbackAddress, networkOf } from './index.ts'

test('an IPv6 customer is one network, however many addresses it uses', () => {
  expect(networkOf('2001:db8:1:2::1')).toBe(networkOf('2001:db8:1:2:ffff::9'))
  expect(networkOf('2001:db8:1:2::1')).not.toBe(networkOf('2001:db8:1:3::1'))
  expect(networkOf('::1')).toBe('0:0:0:0')
  expect(networkOf('::ffff:192.0.2.7')).toBe('192.0.2.7')
})

test('networks: an IPv6 subscriber is its /64, a mapped address its IPv4', () => {
  expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe(networkOf('2001:db8:1:2::9'))
  expect(networkOf('2001:db8:1:3::9')).not.toBe(networkOf('2001:db8:1:2::9'))
  expect(networkOf('::ffff:192.0.2.7')).toBe('192.0.2.7')
})

test('an address of this machine is one in every form a socket tells it', () => {
  expect(['127.0.0.1', '127.8.9.1', '::ffff:127.0.0.1', '::1'].map(isLoopbackAddress)).toEqual([true, true, true, true])
  expect(['10.0.0.1', '::2', '1127.0.0.1', 'fe80::1', '', '::ffff:10.0.0.1', 'localhost'].map(isLoopbackAddress)).toEqual([false, false, false, false, false, false, false])
})
