/** Looks through every byte of a folder for words, in the forms in which programs write words down. */
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'

/** The ways a word may stand in a file. Base64 of a word inside a longer text begins at one of three places. */
export function formsOf(word: string): Map<string, Buffer> {
  const plain = Buffer.from(word)
  const forms = new Map<string, Buffer>([['plain', plain], ['UTF-16', Buffer.from(word, 'utf16le')], ['UTF-16 big', Buffer.from(word, 'utf16le').swap16()], ['hex', Buffer.from(plain.toString('hex'))], ['HEX', Buffer.from(plain.toString('hex').toUpperCase())]])
  const escaped = [...word].map((sign) => (sign > '\u007f' ? [...Buffer.from(sign, 'utf16le').swap16().toString('hex').matchAll(/..../g)].map(([unit]) => `\\u${unit}`).join('') : sign)).join('')
  if (escaped !== word) forms.set('JSON', Buffer.from(escaped)).set('JSON, large', Buffer.from(escaped.replace(/\\u(....)/g, (_, unit: string) => `\\u${unit.toUpperCase()}`)))
  if (encodeURIComponent(word) !== word) forms.set('in an address', Buffer.from(encodeURIComponent(word)))
  if (word !== word.toLowerCase()) forms.set('small', Buffer.from(word.toLowerCase()))
  for (const shift of [0, 1, 2]) {
    // Only the signs that nothing before or after the word has a part in.
    const text = Buffer.concat([Buffer.alloc(shift), plain]).toString('base64').replace(/=+$/, '')
    const own = text.slice(shift ? Math.ceil((shift * 8) / 6) : 0, Math.floor(((shift + plain.length) * 8) / 6))
    forms.set(`base64 +${shift}`, Buffer.from(own)).set(`base64url +${shift}`, Buffer.from(own.replaceAll('+', '-').replaceAll('/', '_')))
  }
  return forms
}

const PIECE = 256 * 1024
export interface Found { word: string; form: string; file: string }
/** Every place where one of the words stands; `passes` leaves files out. */
export function scanFolder(folder: string, words: readonly string[], passes: (file: string) => boolean = () => false): { found: Found[]; files: number; bytes: number } {
  const lookIn = seeker(words)
  const window = Buffer.alloc(PIECE + lookIn.longest)
  const found = new Map<string, Found>()
  let files = 0
  let bytes = 0
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))) {
    // A running database makes and removes files.
    if (!statSync(path, { throwIfNoEntry: false })?.isFile() || passes(relative(folder, path))) continue
    files++
    const file = openSync(path, 'r')
    try {
      // What ends a piece may begin a word.
      for (let kept = 0, read: number; (read = readSync(file, window, kept, PIECE, null)) > 0;) {
        bytes += read
        for (const { word, form } of lookIn.all(window.subarray(0, kept + read))) found.set(`${word} ${form} ${path}`, { word, form, file: relative(folder, path) })
        const from = Math.max(0, kept + read - lookIn.longest)
        window.copyWithin(0, from, kept + read)
        kept = kept + read - from
      }
    } finally { closeSync(file) }
  }
  return { found: [...found.values()], files, bytes }
}

interface Needle { word: string; form: string; bytes: Buffer }
/** Looks for all forms of all words in one pass: what begins with no needle's first two bytes is left behind at once. */
function seeker(words: readonly string[]): { longest: number; all(window: Buffer): Set<Needle> } {
  // Some forms of a word are the same bytes.
  const needles = [...new Map(words.flatMap((word) => [...formsOf(word)].map(([form, bytes]) => [bytes.toString('hex'), { word, form, bytes }] as const))).values()]
  const begins = new Uint8Array(65_536)
  const byBeginning = new Map<number, Needle[]>()
  for (const needle of needles) {
    const beginning = needle.bytes.readUInt16BE(0)
    begins[beginning] = 1
    byBeginning.set(beginning, [...byBeginning.get(beginning) ?? [], needle])
  }
  return {
    longest: Math.max(...needles.map((needle) => needle.bytes.length)),
    all(window) {
      const seen = new Set<Needle>()
      for (let at = 0, beginning = window[0] ?? 0; at + 1 < window.length; at++) {
        beginning = (beginning << 8 & 0xff00) | window[at + 1]!
        if (begins[beginning] === 0) continue
        for (const needle of byBeginning.get(beginning)!) if (!seen.has(needle) && window[at + 2] === needle.bytes[2] && window.subarray(at, at + needle.bytes.length).equals(needle.bytes)) seen.add(needle)
      }
      return seen
    },
  }
}
