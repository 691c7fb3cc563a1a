import fc from 'fast-check'
import { test, expect } from 'vitest'
import { canonicalAddress, readAddresses } from './addresses.ts'

const read = (text: string): string[] => readAddresses(text, 'to').addresses.map(mailbox => (mailbox.name === '' ? mailbox.address : `${mailbox.name} <${mailbox.address}>`))

test('ordinary headers: names, comments, groups, routes, empty entries', () => {
  expect(read('a@b.test, "Doe, Jane" <Jane.Doe@Example.COM>; c@d.test (Carl)')).toEqual(['a@b.test', 'Doe, Jane <Jane.Doe@example.com>', 'Carl <c@d.test>'])
  expect(read('Team: a@b.test, c@d.test;, e@f.test')).toEqual(['a@b.test', 'c@d.test', 'e@f.test'])
  expect(read('undisclosed-recipients:;')).toEqual([])
  expect(read('<@relay.test:a@b.test>')).toEqual(['a@b.test'])
  expect(read('john(comment)@example.test')).toEqual(['john@example.test'])
  expect(read('=?utf-8?B?5by15LiJ?= <a@b.test>')).toEqual(['張三 <a@b.test>'])
  expect(read('=?utf-8?Q?a=40evil=2Etest=2C?= <a@b.test>')).toEqual(['a@evil.test, <a@b.test>'])
  expect(read('用户@例子.公司')).toEqual(['用户@xn--fsqu00a.xn--55qx5d'])
  expect(read('"john.doe"@example.test')).toEqual(['john.doe@example.test'])
})

test.each([
  '"victim@corp x"@evil.test', '"victim@corp.test"@evil.test', 'a@b.test@evil.test', 'a@b.test <c@d.test> <e@f.test>', 'a@[127.0.0.1]', 'a b@c.test', 'a@b .test', '<a@b.test', 'a@', '@b.test', 'a@b..test', 'a@-b.test',
  `${'x'.repeat(65)}@b.test`, `a@${'x'.repeat(64)}.test`, 'a@b.test\r\nBcc: c@d.test', 'a@b.test, c@d.test', '', '"a\r\nb"@c.test', 'a@b\u0000.test', 'a\u202e@b.test',
])('A14 %j is no address to trust or send to', text => {
  if (text === '<a@b.test') expect(canonicalAddress(text)).toBe('a@b.test')
  else expect(canonicalAddress(text)).toBeUndefined()
})

test('A14 a name that shows another address is named', () => {
  expect(readAddresses('"ceo@corp.test" <x@evil.test>', 'from').oddities.map(oddity => oddity.code)).toEqual(['name-imitates-address'])
  expect(readAddresses('"x@evil.test" <x@evil.test>', 'from').oddities).toEqual([])
})

test('property: whatever comes in, an address going out has one at sign, no blanks, and is its own canonical form', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('a', '@', '"', '<', '>', '(', ')', ',', ';', ':', '\\', '.', ' ', '\n', '[', '𠮷', '許') })), text => {
    for (const { address } of readAddresses(text, 'to').addresses) {
      if (address === '') continue
      expect(address).toMatch(/^[^@\s<>"(),;:\\]+@[a-z0-9._-]+$/)
      expect(canonicalAddress(address)).toBe(address)
    }
  }), { numRuns: 2_000 })
})
