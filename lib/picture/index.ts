/** What a server must know of a picture without decoding it: its kind by its first bytes, how many pixels it would become, and where it was taken. */
import { crc32 } from 'node:zlib'

/** More than any telephone makes; a browser that decodes much more stands still. */
export const MOST_PIXELS = 110_000_000

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10])

/** Raster formats by their first bytes. */
export function rasterType(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, 16))
  if (head.subarray(0, 8).equals(PNG)) return 'image/png'
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'image/jpeg'
  if (/^GIF8[79]a/.test(head.toString('latin1'))) return 'image/gif'
  if (head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP') return 'image/webp'
  return null
}

const viewOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Width times height as the header says; null when it does not say. */
export function pixelsOf(bytes: Uint8Array): number | null {
  const file = viewOf(bytes)
  try {
    switch (rasterType(bytes)) {
      case 'image/png': return file.readUInt32BE(16) * file.readUInt32BE(20)
      case 'image/gif': return file.readUInt16LE(6) * file.readUInt16LE(8)
      case 'image/webp': return webpPixels(file)
      case 'image/jpeg': return jpegPixels(file)
      default: return null
    }
  } catch (error) {
    // It breaks off before it says so.
    if (error instanceof RangeError) return null
    throw error
  }
}

function webpPixels(file: Buffer): number | null {
  switch (file.toString('latin1', 12, 16)) {
    case 'VP8X': return (file.readUIntLE(24, 3) + 1) * (file.readUIntLE(27, 3) + 1)
    case 'VP8 ': return (file.readUInt16LE(26) & 0x3fff) * (file.readUInt16LE(28) & 0x3fff)
    case 'VP8L': { const bits = file.readUInt32LE(21); return ((bits & 0x3fff) + 1) * (((bits >>> 14) & 0x3fff) + 1) }
    default: return null
  }
}

function jpegPixels(file: Buffer): number | null {
  for (let at = 2; file[at] === 0xff;) {
    const marker = file.readUInt8(at + 1)
    // A frame header; C4, C8 and CC are tables.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return file.readUInt16BE(at + 5) * file.readUInt16BE(at + 7)
    if (marker === 0xda || marker === 0xd9) return null
    at += marker === 0xff ? 1 : marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8) ? 2 : 2 + file.readUInt16BE(at + 2)
  }
  return null
}

/**
 * The picture without the place it was taken at: the GPS block of Exif and the XMP text are blanked where they stand,
 * so that size, turn and everything else stay. The same bytes when there is nothing to blank.
 */
export function withoutPlace(bytes: Uint8Array): Uint8Array {
  const kind = rasterType(bytes)
  const isHeif = viewOf(bytes).toString('latin1', 4, 8) === 'ftyp'
  if (kind === null && !isHeif) return bytes
  const file = Buffer.from(bytes)
  const blanked = [
    kind === 'image/png' ? blankPng(file) : false,
    kind === 'image/webp' ? blankWebp(file) : false,
    blankTiffs(file),
    blankXmp(file),
  ]
  return blanked.includes(true) ? file : bytes
}

/** Exif stands behind its name, wherever the format (JPEG, HEIF, a second picture at the end) puts it. */
function blankTiffs(file: Buffer): boolean {
  let isBlanked = false
  for (let at = file.indexOf('Exif\0\0'); at >= 0; at = file.indexOf('Exif\0\0', at + 6)) if (blankGps(file, at + 6)) isBlanked = true
  return isBlanked
}

const SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8]
const GPS = 0x8825

function blankGps(file: Buffer, start: number): boolean {
  const isLittle = file.toString('latin1', start, start + 4) === 'II*\0'
  if (!isLittle && file.toString('latin1', start, start + 4) !== 'MM\0*') return false
  const fits = (at: number, size: number): boolean => at >= start && at + size <= file.length
  const word = (at: number): number => (fits(at, 2) ? (isLittle ? file.readUInt16LE(at) : file.readUInt16BE(at)) : 0)
  const long = (at: number): number => (fits(at, 4) ? (isLittle ? file.readUInt32LE(at) : file.readUInt32BE(at)) : 0)
  const first = start + long(start + 4)
  for (let entry = first + 2, left = Math.min(word(first), 1_000); left > 0; entry += 12, left--) {
    if (word(entry) !== GPS) continue
    const block = start + long(entry + 8)
    const count = Math.min(word(block), 100)
    for (let field = block + 2; field < block + 2 + count * 12 && fits(field, 12); field += 12) {
      const size = (SIZES[word(field + 2)] ?? 0) * Math.min(long(field + 4), 10_000)
      const far = start + long(field + 8)
      if (size > 4 && fits(far, size)) file.fill(0, far, far + size)
    }
    if (fits(block, 2)) file.fill(0, block, Math.min(file.length, block + 2 + count * 12))
    return count > 0
  }
  return false
}

const XMP = ['http://ns.adobe.com/xap/1.0/\0', 'http://ns.adobe.com/xmp/extension/\0']
function blankXmp(file: Buffer): boolean {
  let isBlanked = false
  for (const name of XMP) {
    for (let at = file.indexOf(name); at >= 4; at = file.indexOf(name, at + 1)) {
      if (file[at - 4] !== 0xff || file[at - 3] !== 0xe1) continue
      file.fill(' ', at + name.length, Math.min(file.length, at - 2 + file.readUInt16BE(at - 2)))
      isBlanked = true
    }
  }
  return isBlanked
}

function blankPng(file: Buffer): boolean {
  let isBlanked = false
  for (let at = 8; at + 12 <= file.length;) {
    const end = at + 8 + file.readUInt32BE(at)
    if (end + 4 > file.length) break
    const kind = file.toString('latin1', at + 4, at + 8)
    const head = file.toString('latin1', at + 8, Math.min(end, at + 48))
    const text = /^(XML:com\.adobe\.xmp|Raw profile type (?:exif|xmp|APP1))\0/.exec(head)?.[0]
    const isHit = kind === 'eXIf' ? blankGps(file, at + 8) : text !== undefined && ['iTXt', 'tEXt', 'zTXt'].includes(kind)
    if (isHit && text !== undefined) file.fill(' ', at + 8 + text.length, end)
    if (isHit) { file.writeUInt32BE(crc32(file.subarray(at + 4, end)), end); isBlanked = true }
    at = end + 4
  }
  return isBlanked
}

function blankWebp(file: Buffer): boolean {
  let isBlanked = false
  for (let at = 12; at + 8 <= file.length;) {
    const end = Math.min(file.length, at + 8 + file.readUInt32LE(at + 4))
    const kind = file.toString('latin1', at, at + 4)
    if (kind === 'EXIF' && blankGps(file, at + 8)) isBlanked = true
    if (kind === 'XMP ') { file.fill(' ', at + 8, end); isBlanked = true }
    at = end + (end & 1)
  }
  return isBlanked
}
