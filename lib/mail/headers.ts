import { canonicalCharset, decodeBinary, decodeBytes } from './charset.ts'

/** A header line as it stood in the mail, unfolded, one character per byte. */
export interface HeaderLine {
  /** Lower-case. */
  name: string
  value: string
}

/** Unfolds one raw line (`Name: value`, one character per byte). */
export function readHeaderLine(line: string): HeaderLine | undefined {
  const colon = line.indexOf(':')
  if (colon < 1) return undefined
  const name = line.slice(0, colon).trim().toLowerCase()
  if (!/^[\x21-\x39\x3b-\x7e]+$/.test(name)) return undefined
  return { name, value: line.slice(colon + 1).replace(/\r?\n(?=[ \t])/g, '').replace(/[\r\n]+/g, ' ').trim() }
}

interface EncodedWord {
  charset: string
  encoding: string
  payload: string
}

const encodedWord = /=\?([^?\s]{1,60})\?([bqBQ])\?([^?\r\n]{0,8000})\?=/g

/**
 * Decodes the encoded words (RFC 2047) of a text that is already Unicode otherwise. Adjacent words of one charset
 * are joined as bytes first, because senders split them in the middle of a character.
 */
export function decodeWords(text: string, hint?: string): string {
  if (!text.includes('=?')) return text
  let result = ''
  let end = 0
  let run: EncodedWord[] = []
  const flush = (): void => {
    if (run.length > 0) result += decodeRun(run, hint)
    run = []
  }
  for (const match of text.matchAll(encodedWord)) {
    const between = text.slice(end, match.index)
    const word = { charset: (match[1] ?? '').replace(/\*.*$/, ''), encoding: (match[2] ?? '').toUpperCase(), payload: match[3] ?? '' }
    const previous = run.at(-1)
    const adjoins = previous !== undefined && /^\s*$/.test(between)
    if (!adjoins || canonicalCharset(previous.charset) !== canonicalCharset(word.charset)) {
      flush()
      if (!adjoins) result += between
    }
    run.push(word)
    end = match.index + match[0].length
  }
  flush()
  return result + text.slice(end)
}

function decodeRun(run: EncodedWord[], hint: string | undefined): string {
  const bytes: Buffer[] = []
  let pending = ''
  for (const word of run) {
    if (word.encoding === 'Q') {
      bytes.push(decodeBase64(pending), decodeQ(word.payload))
      pending = ''
      continue
    }
    const payload = word.payload.replace(/[^A-Za-z0-9+/=]/g, '')
    // Base64 cut at any character instead of every fourth goes on in the next word.
    pending += payload
    if (payload.endsWith('=') || pending.length % 4 === 0) {
      bytes.push(decodeBase64(pending))
      pending = ''
    }
  }
  bytes.push(decodeBase64(pending))
  return decodeBytes(Buffer.concat(bytes), run[0]?.charset, hint).text
}

function decodeQ(payload: string): Buffer {
  const binary = payload.replace(/_/g, ' ').replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  // What is not ASCII here was Unicode already; it comes back as UTF-8 bytes only when nothing else is possible.
  return /[\u0100-\uffff]/.test(binary) ? Buffer.from(binary, 'utf8') : Buffer.from(binary, 'latin1')
}

/** Base64 that may be padded in the middle or hold foreign characters. */
export function decodeBase64(text: string): Buffer {
  if (!text.includes('=')) return Buffer.from(text, 'base64')
  const inner = text.indexOf('=')
  if (/^=*\s*$/.test(text.slice(inner, inner + 8)) && inner + 8 >= text.length) return Buffer.from(text, 'base64')
  return Buffer.concat(text.split(/=+/).map(piece => Buffer.from(piece, 'base64')))
}

/** A header value as text: bare 8-bit bytes and encoded words decoded. */
export function decodeHeader(value: string, hint?: string): string {
  return decodeWords(decodeBinary(value, hint).text, hint)
}

export interface HeaderWithParameters {
  value: string
  parameters: Map<string, string>
}

interface Segment {
  text: string
  isEncoded: boolean
}

/**
 * `value; name=text; name*=charset'language'text; name*0=…` (RFC 2045, 2231), and the encoded words senders put into
 * parameters although they are not allowed there. Comments are dropped. The first of two equal parameters counts.
 */
export function readParameters(raw: string, hint?: string): HeaderWithParameters {
  const pieces = splitParameters(decodeBinary(raw, hint).text)
  const plain = new Map<string, string>()
  const continued = new Map<string, Map<number, Segment>>()
  for (const piece of pieces.slice(1, 200)) {
    const match = /^([^=*\s]{1,60})(?:\*(\d{1,3}))?(\*)?\s*=([\s\S]*)$/.exec(piece.trim())
    if (match === null) continue
    const name = (match[1] ?? '').toLowerCase()
    const text = unquote((match[4] ?? '').trim())
    if (match[2] === undefined && match[3] === undefined) {
      if (!plain.has(name)) plain.set(name, decodeWords(text, hint))
      continue
    }
    const segments = continued.get(name) ?? new Map<number, Segment>()
    const index = Number(match[2] ?? 0)
    if (!segments.has(index)) segments.set(index, { text, isEncoded: match[3] !== undefined })
    continued.set(name, segments)
  }
  for (const [name, segments] of continued) plain.set(name, joinSegments(segments, hint))
  return { value: (pieces[0] ?? '').trim().toLowerCase(), parameters: plain }
}

function joinSegments(segments: Map<number, Segment>, hint: string | undefined): string {
  const ordered = [...segments].sort((a, b) => a[0] - b[0]).map(([, segment]) => segment)
  let charset: string | undefined
  const bytes = ordered.map((segment, index) => {
    let text = segment.text
    if (index === 0 && segment.isEncoded) {
      const label = /^([^']{0,60})'[^']{0,60}'/.exec(text)
      if (label !== null) {
        charset = label[1]
        text = text.slice(label[0].length)
      }
    }
    return segment.isEncoded ? percentBytes(text) : Buffer.from(text, 'utf8')
  })
  const isEncoded = ordered.some(segment => segment.isEncoded)
  const text = decodeBytes(Buffer.concat(bytes), charset, hint).text
  return isEncoded ? text : decodeWords(text, hint)
}

function percentBytes(text: string): Buffer {
  const utf8 = Buffer.from(text, 'utf8').toString('latin1')
  return Buffer.from(utf8.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))), 'latin1')
}

/** Splits at `;` outside quotes and comments and drops the comments. */
function splitParameters(text: string): string[] {
  const pieces: string[] = []
  let piece = ''
  let isQuoted = false
  let depth = 0
  // The character before, kept apart: looking at the end of a growing string would copy it every time.
  let before = ' '
  for (let at = 0; at < text.length; before = text[at++] ?? '') {
    const character = text[at] ?? ''
    if (character === '\\' && (isQuoted || depth > 0)) {
      if (depth === 0) piece += character + (text[at + 1] ?? '')
      at++
    } else if (isQuoted) {
      piece += character
      if (character === '"') isQuoted = false
    } else if (depth > 0) {
      if (character === '(') depth++
      if (character === ')') depth--
    } else if (character === '(' && /[\s;)]/.test(before)) depth++
    else if (character === ';') {
      pieces.push(piece)
      piece = ''
    } else {
      if (character === '"') isQuoted = true
      piece += character
    }
  }
  pieces.push(piece)
  return pieces
}

function unquote(text: string): string {
  if (!text.startsWith('"')) return text
  const inner = text.endsWith('"') && text.length > 1 ? text.slice(1, -1) : text.slice(1)
  return inner.replace(/\\(["\\])/g, '$1')
}
