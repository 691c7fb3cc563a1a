import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { algorithms, bytesOf, isSealed, keyIdOf, openBytes, placeOf, sealBytes, sealText } from './envelope.ts'

const key = { id: '01935b2c-7a1e-7000-8000-0123456789ab', secret: Buffer.alloc(32, 5) }
const place = placeOf('requests.message/body', '01935b2c-0000-7000-8000-000000000001')

test('the national ciphers of this Node give the published values (GB/T 32905 and 32907)', () => {
  const block = Buffer.from('0123456789abcdeffedcba9876543210', 'hex')
  expect(createCipheriv('sm4-ecb', block, null).setAutoPadding(false).update(block).toString('hex')).toBe('681edf34d206965e86b3e94f536e4246')
  expect(createHash('sm3').update('abc').digest('hex')).toBe('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0')
})

test('what was sealed years ago still opens', () => {
  expect(openBytes(key, place, Buffer.from(WRITTEN.aes, 'base64url')).toString()).toBe('陳美玲')
  expect(openBytes(key, place, Buffer.from(WRITTEN.sm4, 'base64url')).toString()).toBe('陳美玲')
})

describe.each(algorithms)('%s', (algorithm) => {
  test('opens to what was sealed, tells its key, and never seals alike twice', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (plain, where) => {
      const sealed = sealBytes(key, where, plain, algorithm)
      expect(openBytes(key, where, sealed)).toEqual(Buffer.from(plain))
      expect(keyIdOf(sealed)).toBe(key.id)
      expect(sealBytes(key, where, plain, algorithm).equals(sealed)).toBe(false)
    }))
  })

  test('C24 one changed bit anywhere, a missing or a further byte is found', () => {
    const sealed = sealBytes(key, place, Buffer.from('身分證 A123456789'), algorithm)
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(() => openBytes(key, place, changed), `bit ${bit}`).toThrow('platform.sealed-changed')
    }
    for (let length = 0; length < sealed.length; length++) expect(() => openBytes(key, place, sealed.subarray(0, length))).toThrow('platform.sealed-changed')
    expect(() => openBytes(key, place, Buffer.concat([sealed, Buffer.alloc(1)]))).toThrow('platform.sealed-changed')
  })

  test('C24 sealed for another column, row, key or key of the same id: does not open', () => {
    const sealed = sealBytes(key, place, Buffer.from('secret'), algorithm)
    for (const other of [placeOf('requests.message/html', '01935b2c-0000-7000-8000-000000000001'), placeOf('requests.message/body', '01935b2c-0000-7000-8000-000000000002'), '']) {
      expect(() => openBytes(key, other, sealed)).toThrow('platform.sealed-changed')
    }
    expect(() => openBytes({ id: key.id, secret: randomBytes(32) }, place, sealed)).toThrow('platform.sealed-changed')
  })

  test('what is known of the plain text does not stand in the sealed', () => {
    const text = sealText(key, place, '陳美玲 chen@example.com', algorithm)
    expect(isSealed(text)).toBe(true)
    expect(bytesOf(text).includes(Buffer.from('chen'))).toBe(false)
    expect(text).not.toMatch(/chen/)
  })
})

/** Sealed once by the first version and kept here. */
const WRITTEN = {
  aes: 'AQEBk1sseh5wAIAAASNFZ4mrZ0SpOHONxiQwPky5I3PPIlbmTCi5ua7kURsxeglhSim3WBtJxA',
  sm4: 'AQIBk1sseh5wAIAAASNFZ4mrLuqq--jo1F9HTuLhVfk-MDh89PFyKKVJuTSZNnfk2ha4EkFmMM6oA8EmMO3v52NCi5OVe77IQcSk',
}
