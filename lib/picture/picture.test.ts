import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pixelsOf, rasterType, withoutPlace } from './index.ts'

const webp = (kind: string, data: number[]): Buffer => Buffer.concat([Buffer.from('RIFF\0\0\0\0WEBP'), Buffer.from(kind), Buffer.from([data.length, 0, 0, 0]), Buffer.from(data)])

test.each<[string, Uint8Array, string | null, number | null]>([
  ['a GIF', Buffer.from([...Buffer.from('GIF89a'), 3, 0, 2, 0]), 'image/gif', 6],
  ['a WebP of one frame', webp('VP8 ', [0, 0, 0, 0x9d, 1, 0x2a, 4, 0, 5, 0]), 'image/webp', 20],
  ['a lossless WebP', webp('VP8L', [0x2f, 3, 0x40, 0, 0]), 'image/webp', 8],
  ['an extended WebP', webp('VP8X', [0, 0, 0, 0, 9, 0, 0, 1, 0, 0]), 'image/webp', 20],
  ['a JPEG behind other segments', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc4, 0, 2, 0xff, 0xc2, 0, 8, 8, 0, 3, 0, 7, 1]), 'image/jpeg', 21],
  ['a JPEG that breaks off', Buffer.from([0xff, 0xd8, 0xff, 0xc0, 0]), 'image/jpeg', null],
  ['text', Buffer.from('GIF'), null, null],
])('%s', (_what, bytes, kind, pixels) => {
  expect([rasterType(bytes), pixelsOf(bytes)]).toEqual([kind, pixels])
})

test('property: no bytes make it throw, grow or change what is no picture', () => {
  const heads = [[0xff, 0xd8, 0xff], [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10], [...Buffer.from('RIFF\0\0\0\0WEBPEXIF')], [...Buffer.from('\0\0\0\0ftypheic')], []]
  fc.assert(fc.property(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 400 }), fc.boolean(), (head, rest, hasExif) => {
    const bytes = Uint8Array.from([...head, ...rest, ...(hasExif ? [...Buffer.from('Exif\0\0MM\0*'), ...rest] : [])])
    pixelsOf(bytes)
    const out = withoutPlace(bytes)
    expect(out).toHaveLength(bytes.length)
    if (!head.length && rasterType(bytes) === null) expect(Buffer.from(out).equals(Buffer.from(bytes))).toBe(true)
  }), { numRuns: 400 })
})
