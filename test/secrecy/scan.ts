/** Looks through every byte of a folder for words, in the forms in which programs write words down. */
import { createReadStream, readdirSync, statSync } from 'node:fs'
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
const EMPTY = Buffer.alloc(PIECE)
export interface Found { word: string; form: string; file: string }
/** Every place where one of the words stands; `passes` leaves files out. */
export async function scanFolder(folder: string, words: readonly string[], passes: (file: string) => boolean = () => false): Promise<{ found: Found[]; files: number; bytes: number }> {
  // Some forms of a word are the same bytes.
  const needles = [...new Map(words.flatMap((word) => [...formsOf(word)].map(([form, bytes]) => [bytes.toString('hex'), { word, form, bytes }] as const))).values()]
  const longest = Math.max(...needles.map((needle) => needle.bytes.length))
  const found = new Map<string, Found>()
  let files = 0
  let bytes = 0
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))) {
    // A running database makes and removes files.
    if (!statSync(path, { throwIfNoEntry: false })?.isFile() || passes(relative(folder, path))) continue
    files++
    let rest: Buffer = Buffer.alloc(0)
    for await (const chunk of createReadStream(path, { highWaterMark: PIECE }) as AsyncIterable<Buffer>) {
      bytes += chunk.length
      // Room that a database has taken and not written to yet.
      if (chunk.equals(EMPTY.subarray(0, chunk.length))) { rest = chunk.subarray(-longest); continue }
      const window = Buffer.concat([rest, chunk])
      for (const { word, form, bytes: needle } of needles) if (window.includes(needle)) found.set(`${word} ${form} ${path}`, { word, form, file: relative(folder, path) })
      rest = window.subarray(Math.max(0, window.length - longest))
    }
  }
  return { found: [...found.values()], files, bytes }
}
