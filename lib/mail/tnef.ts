import { decodeBytes } from './charset.ts'

/*
 * Reader of winmail.dat: Transport Neutral Encapsulation Format as published in [MS-OXTNEF], property types in
 * [MS-OXCDATA], compressed RTF in [MS-OXRTFCP]. Only what a service desk needs: attachments and the body.
 */

export interface TnefAttachment {
  name: string
  contentType: string
  contentId: string | undefined
  content: Uint8Array
}

export interface TnefContent {
  text: string | undefined
  html: string | undefined
  attachments: TnefAttachment[]
  /** True when the stream broke off; what was read before is still here. */
  isBroken: boolean
}

const signature = 0x223e9f78
const attribute = { body: 0x0002800c, codepage: 0x00069007, messageProperties: 0x00069003, rendering: 0x00069002, title: 0x00018010, data: 0x0006800f, attachmentProperties: 0x00069005 } as const
const property = { body: 0x1000, html: 0x1013, rtf: 0x1009, data: 0x3701, longName: 0x3707, shortName: 0x3704, mimeTag: 0x370e, contentId: 0x3712 } as const
const limits = { attributes: 10_000, properties: 5_000, values: 1_000, attachments: 500, rtfBytes: 8 * 1024 * 1024 } as const

class Cursor {
  readonly bytes: Buffer
  at = 0
  constructor(bytes: Buffer) {
    this.bytes = bytes
  }
  get left(): number {
    return this.bytes.length - this.at
  }
  u8(): number {
    return this.take(1).readUInt8()
  }
  u16(): number {
    return this.take(2).readUInt16LE()
  }
  u32(): number {
    return this.take(4).readUInt32LE()
  }
  /** @throws RangeError when fewer bytes are left than the stream promises. */
  take(length: number): Buffer {
    if (length > this.left) throw new RangeError('TNEF stream ends early')
    const piece = this.bytes.subarray(this.at, this.at + length)
    this.at += length
    return piece
  }
}

type Properties = Map<number, Buffer | string>

/** Reads a TNEF stream; undefined when it is none at all. Never throws; work is linear in the input. */
export function readTnef(bytes: Uint8Array): TnefContent | undefined {
  const cursor = new Cursor(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  if (cursor.left < 6 || cursor.u32() !== signature) return undefined
  cursor.u16()
  const content: TnefContent = { text: undefined, html: undefined, attachments: [], isBroken: false }
  let codepage = 'windows-1252'
  let current: TnefAttachment | undefined
  try {
    for (let count = 0; cursor.left >= 9 && count < limits.attributes; count++) {
      cursor.u8()
      const id = cursor.u32()
      const data = cursor.take(cursor.u32())
      cursor.u16()
      if (id === attribute.codepage && data.length >= 4) codepage = `cp${data.readUInt32LE()}`
      else if (id === attribute.body) content.text ??= stripZero(decodeBytes(data, codepage).text)
      else if (id === attribute.messageProperties) readBody(readProperties(data, codepage), codepage, content)
      else if (id === attribute.rendering) {
        if (content.attachments.length >= limits.attachments) throw new RangeError('too many attachments')
        current = { name: '', contentType: 'application/octet-stream', contentId: undefined, content: new Uint8Array() }
        content.attachments.push(current)
      } else if (current !== undefined && id === attribute.title) current.name ||= stripZero(decodeBytes(data, codepage).text)
      else if (current !== undefined && id === attribute.data) current.content = data
      else if (current !== undefined && id === attribute.attachmentProperties) describe(current, readProperties(data, codepage))
    }
  } catch {
    content.isBroken = true
  }
  if (cursor.left > 0) content.isBroken = true
  content.attachments = content.attachments.filter(attachment => attachment.content.length > 0 || attachment.name !== '')
  return content
}

const stripZero = (text: string): string => text.replace(/\0[\s\S]*$/, '')

function describe(attachment: TnefAttachment, properties: Properties): void {
  const textOf = (id: number): string | undefined => {
    const value = properties.get(id)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  attachment.name = textOf(property.longName) ?? textOf(property.shortName) ?? attachment.name
  attachment.contentType = textOf(property.mimeTag) ?? attachment.contentType
  attachment.contentId = textOf(property.contentId)?.replace(/^<|>$/g, '')
  const data = properties.get(property.data)
  // Embedded objects have a stub of some bytes beside them as their "file".
  if (typeof data === 'object' && data.length > attachment.content.length) attachment.content = data
}

function readBody(properties: Properties, codepage: string, content: TnefContent): void {
  const body = properties.get(property.body)
  if (typeof body === 'string') content.text ??= body
  const html = properties.get(property.html)
  if (typeof html === 'string') content.html = html
  else if (html !== undefined) content.html = decodeBytes(html, /charset=["']?([\w-]+)/i.exec(html.toString('latin1', 0, 2_000))?.[1] ?? codepage).text
  const rtf = properties.get(property.rtf)
  if (typeof rtf === 'object' && content.html === undefined && content.text === undefined) content.text = stripZero(rtfToText(unpackRtf(rtf)))
}

/** The property list of [MS-OXTNEF] 2.1.3.4; strings decoded, binary kept, numbers skipped. */
function readProperties(data: Buffer, codepage: string): Properties {
  const cursor = new Cursor(data)
  const found: Properties = new Map()
  const count = Math.min(cursor.u32(), limits.properties)
  for (let index = 0; index < count; index++) {
    const type = cursor.u16()
    const id = cursor.u16()
    if (id >= 0x8000) skipName(cursor)
    const isMany = (type & 0x1000) !== 0
    const value = readValue(cursor, type & 0x0fff, isMany, codepage)
    if (value !== undefined && !isMany) found.set(id, value)
  }
  return found
}

function skipName(cursor: Cursor): void {
  cursor.take(16)
  if (cursor.u32() === 0) cursor.take(4)
  else takePadded(cursor, cursor.u32())
}

function takePadded(cursor: Cursor, length: number): Buffer {
  const piece = cursor.take(length)
  cursor.take(Math.min(cursor.left, (4 - (length % 4)) % 4))
  return piece
}

function readValue(cursor: Cursor, type: number, isMany: boolean, codepage: string): Buffer | string | undefined {
  const fixed: Record<number, number> = { 0x01: 4, 0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0a: 4, 0x0b: 4, 0x14: 8, 0x40: 8, 0x48: 16 }
  const width = fixed[type]
  if (width !== undefined) {
    cursor.take(width * (isMany ? cursor.u32() : 1))
    return undefined
  }
  let value: Buffer | string | undefined
  const values = cursor.u32()
  if (values > limits.values) throw new RangeError('too many values')
  for (let index = 0; index < values; index++) {
    const piece = takePadded(cursor, cursor.u32())
    if (type === 0x1e) value = stripZero(decodeBytes(piece, codepage).text)
    else if (type === 0x1f) value = stripZero(piece.toString('utf16le'))
    // An embedded object starts with the 16 bytes of its interface identifier.
    else if (type === 0x0d) value = piece.subarray(16)
    else value = piece
  }
  return value
}

const rtfPrebuffer = '{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx'

/** LZFu of [MS-OXRTFCP]; '' when it is neither compressed nor plain. Output bounded by the size it declares and by ours. */
export function unpackRtf(packed: Buffer): string {
  if (packed.length < 16) return ''
  const declared = Math.min(packed.readUInt32LE(4), limits.rtfBytes)
  const kind = packed.toString('latin1', 8, 12)
  if (kind === 'MELA') return packed.toString('latin1', 16, 16 + declared)
  if (kind !== 'LZFu') return ''
  const window = Buffer.alloc(4096, 0x20)
  let write = window.write(rtfPrebuffer, 0, 'latin1')
  const output = Buffer.alloc(declared)
  let length = 0
  let at = 16
  const put = (byte: number): void => {
    output[length++] = byte
    window[write] = byte
    write = (write + 1) & 0xfff
  }
  while (at < packed.length && length < declared) {
    const control = packed[at++] ?? 0
    for (let bit = 0; bit < 8 && length < declared && at < packed.length; bit++) {
      if ((control & (1 << bit)) === 0) {
        put(packed[at++] ?? 0)
        continue
      }
      const reference = ((packed[at] ?? 0) << 8) | (packed[at + 1] ?? 0)
      at += 2
      const offset = reference >> 4
      if (offset === write) return output.toString('latin1', 0, length)
      for (let step = 0; step < (reference & 0xf) + 2 && length < declared; step++) put(window[(offset + step) & 0xfff] ?? 0x20)
    }
  }
  return output.toString('latin1', 0, length)
}

const silentGroups = new Set(['fonttbl', 'colortbl', 'stylesheet', 'info', 'pict', 'object', 'themedata', 'listtable', 'generator', 'header', 'footer'])

/** Words of an RTF text: paragraphs, tabs, code-page and Unicode characters; tables of fonts, colours and styles skipped. */
export function rtfToText(rtf: string): string {
  let text = ''
  let bytes: number[] = []
  let codepage = 'windows-1252'
  let skipAfterUnicode = 0
  let depth = 0
  let silentFrom = Infinity
  const flush = (): void => {
    if (bytes.length > 0) text += decodeBytes(Uint8Array.from(bytes), codepage).text
    bytes = []
  }
  const say = (piece: string): void => {
    if (silentFrom < Infinity) return
    flush()
    text += piece
  }
  const pattern = /\\'([0-9a-f]{2})|\\([a-z]{1,32})(-?\d{1,10})? ?|\\([^a-z0-9])|([{}])|[\r\n]+|([^\\{}\r\n]+)/gi
  for (const match of rtf.matchAll(pattern)) {
    const [, hex, word, number, symbol, brace, plain] = match
    if (brace === '{') depth++
    else if (brace === '}') {
      depth--
      if (depth < silentFrom) silentFrom = Infinity
    } else if (hex !== undefined) {
      if (skipAfterUnicode > 0) skipAfterUnicode--
      else if (silentFrom === Infinity) bytes.push(parseInt(hex, 16))
    } else if (word !== undefined) {
      if (word === 'ansicpg') codepage = `cp${number ?? 1252}`
      else if (word === 'u' && number !== undefined) {
        say(String.fromCharCode((Number(number) + 65_536) % 65_536))
        skipAfterUnicode = 1
      } else if (word === 'par' || word === 'line' || word === 'row') say('\n')
      else if (word === 'tab' || word === 'cell') say('\t')
      else if (word === 'htmlrtf' && number !== '0') silentFrom = Math.min(silentFrom, depth)
      else if (word === 'htmlrtf') silentFrom = Infinity
      else if (silentGroups.has(word)) silentFrom = Math.min(silentFrom, depth)
    } else if (symbol === '*') silentFrom = Math.min(silentFrom, depth)
    else if (symbol !== undefined && '\\{}'.includes(symbol)) say(symbol)
    else if (symbol === '~') say('\u00a0')
    else if (plain !== undefined) {
      const rest = plain.slice(skipAfterUnicode)
      skipAfterUnicode = 0
      say(rest)
    }
  }
  flush()
  return text.replace(/\n{3,}/g, '\n\n').trim()
}
