import fc from 'fast-check'
import { test, expect } from 'vitest'
import { emptyMail } from './mail.ts'
import { fromBase32, listThreadMarks, readMessageId, readReplyAddress, signMessageId, signReplyAddress, toBase32 } from './token.ts'

const key = 'first key of the installation'
const newKey = 'second key of the installation'
const id = '019a2b3c-4d5e-7f60-8123-456789abcdef'

test('A02 a reply address carries its id, in any case of letters, and nothing else does', () => {
  const address = signReplyAddress('support@example.com', id, key)
  expect(address).toMatch(/^support\+r\.[a-z2-7]{39}@example\.com$/)
  expect(address.indexOf('@')).toBeLessThanOrEqual(64)
  expect(readReplyAddress(address, key)).toBe(id)
  expect(readReplyAddress(address.toUpperCase(), key)).toBe(id)
  expect(readReplyAddress(address, [newKey, key])).toBe(id)
  expect(readReplyAddress(address, newKey)).toBeUndefined()
  for (const other of ['support@example.com', 'support+r.@example.com', 'help+id123@example.com', '', `support+r.${'a'.repeat(39)}@example.com`]) expect(readReplyAddress(other, key)).toBeUndefined()
  expect(() => signReplyAddress(`${'x'.repeat(23)}@example.com`, id, key)).toThrow(RangeError)
  expect(() => signReplyAddress('support@example.com', 'not-a-uuid', key)).toThrow(TypeError)
  expect(() => signReplyAddress('support@example.com', id, 'short')).toThrow(RangeError)
})

test('A03 a Message-ID counts only with our signature', () => {
  const messageId = signMessageId(id, 'desk.example.com', key)
  expect(readMessageId(messageId, key)).toBe(id)
  expect(readMessageId(messageId.replace('desk.example.com', 'relay.example.net'), key)).toBe(id)
  expect(readMessageId(`<${id}.${'a'.repeat(16)}@desk.example.com>`, key)).toBeUndefined()
  expect(readMessageId(`<${id}@desk.example.com>`, key)).toBeUndefined()
  expect(readMessageId(messageId, newKey)).toBeUndefined()
})

test('a signature for one purpose is none for the other', () => {
  const address = signReplyAddress('a@b.test', id, key)
  const token = fromBase32(/\+r\.([a-z2-7]+)@/.exec(address)?.[1] ?? '')
  const signature = toBase32(token?.subarray(16) ?? new Uint8Array())
  expect(readMessageId(`<${id}.${signature.slice(0, 16).padEnd(16, 'a')}@b.test>`, key)).toBeUndefined()
})

test('marks of a mail: signed ones only, reply address first, newest reference first', () => {
  const other = '019a2b3c-4d5e-7f60-8123-000000000000'
  const mail = {
    ...emptyMail(1), to: [{ name: '', address: signReplyAddress('support@example.com', id, key) }],
    references: ['<x@y.test>', signMessageId(id, 'example.com', key), signMessageId(other, 'example.com', key)], inReplyTo: [`<${other}.aaaaaaaaaaaaaaaa@example.com>`],
  }
  expect(listThreadMarks(mail, key)).toEqual([{ by: 'reply-address', id }, { by: 'message-id', id: other }, { by: 'message-id', id }])
})

test('property: base32 comes back, any changed character is refused', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), bytes => {
    expect(fromBase32(toBase32(bytes).toUpperCase())).toEqual(bytes)
  }))
  const address = signReplyAddress('a@b.test', id, key)
  fc.assert(fc.property(fc.integer({ min: 4, max: 42 }), fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz234567'), (at, character) => {
    fc.pre(address[at] !== character)
    expect(readReplyAddress(address.slice(0, at) + character + address.slice(at + 1), key)).toBeUndefined()
  }))
  fc.assert(fc.property(fc.string(), text => {
    expect(readReplyAddress(text, key)).toBeUndefined()
    expect(readMessageId(text, key)).toBeUndefined()
  }))
})
