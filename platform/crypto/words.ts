/**
 * Words for a search index that shows nothing: each beginning of a word becomes a code under a key, the codes of a word's
 * beginnings one after the other. Words that begin alike have codes that begin alike, so the index finds them by
 * beginnings as before, and tells without the key only which words do.
 */
import { type Cipheriv, createCipheriv, createHmac } from 'node:crypto'
import { readyKey } from './envelope.ts'
import { isWordUnit } from '../../lib/search/index.ts'

/** Units of a beginning that fit into one block, with their number and a mark. */
const UNITS = 7
const BLOCK = 16
/** Bytes of a code for each beginning: of sixteen million words with the same beginning two may be taken for one. */
const CODE = 3
const CHARS = 4
const ENDS = 1
const GOES_ON = 2

/** What is looked up whole: an address, a number, a name. `kind` keeps equal values of two kinds apart. */
export const indexOf = (key: Buffer, kind: string, value: string): string => createHmac('sha256', readyKey(key)).update(`${kind}\n${value}`).digest('base64url').slice(0, 22)

// Whole blocks, each by itself: nothing of one call is left for the next.
const ciphers = new WeakMap<Buffer, Cipheriv>()
function cipherOf(key: Buffer): Cipheriv {
  let cipher = ciphers.get(key)
  if (!cipher) ciphers.set(key, (cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false)))
  return cipher
}

let blocks = Buffer.alloc(BLOCK * 512)

/** The code of each word, in their order. `key` has 32 bytes. */
export function coverWords(key: Buffer, words: readonly string[]): string[] {
  const codes = Array.from(words, () => '')
  // CBC-MAC over blocks of seven units, all words side by side: one call of the cipher for each seven units of the longest.
  let open = codes.map((_, nr) => nr)
  const chains: (Buffer | null)[] = codes.map(() => null)
  for (let from = 0; open.length; from += UNITS) {
    let at = 0
    for (const nr of open) {
      const word = words[nr]!
      const chain = chains[nr]!
      const length = Math.min(UNITS, word.length - from)
      if (blocks.length < at + (length + 1) * BLOCK) blocks = Buffer.concat([blocks, Buffer.alloc(blocks.length)])
      for (let end = 1; end <= length; end++) if (isStep(word, from + end)) { writeBlock(at, word, from, end, ENDS, chain); at += BLOCK }
      if (word.length > from + UNITS) { writeBlock(at, word, from, UNITS, GOES_ON, chain); at += BLOCK }
    }
    const covered = cipherOf(key).update(blocks.subarray(0, at))
    for (let block = 0, byte = 0; block < at; block += BLOCK) for (let nr = 0; nr < CODE; nr++) blocks[byte++] = covered[block + nr]!
    const text = blocks.toString('base64url', 0, (at / BLOCK) * CODE)
    at = 0
    for (const nr of open) {
      const word = words[nr]!
      const length = Math.min(UNITS, word.length - from)
      const steps = isStep(word, from + 1) ? length : length - 1
      codes[nr] += text.slice(at * CHARS, (at + steps) * CHARS)
      at += steps
      if (word.length > from + UNITS) chains[nr] = covered.subarray(at * BLOCK, ++at * BLOCK)
    }
    open = open.filter((nr) => words[nr]!.length > from + UNITS)
  }
  return codes
}

function writeBlock(at: number, word: string, from: number, units: number, mark: number, chain: Buffer | null): void {
  for (let unit = 0; unit < UNITS; unit++) {
    const code = unit < units ? word.charCodeAt(from + unit) : 0
    blocks[at + unit * 2] = code >> 8
    blocks[at + unit * 2 + 1] = code & 255
  }
  blocks[at + 14] = units
  blocks[at + 15] = mark
  if (chain) for (let byte = 0; byte < BLOCK; byte++) blocks[at + byte]! ^= chain[byte]!
}

// One letter is no beginning anybody asks for; one Chinese character is.
const isStep = (word: string, length: number): boolean => length > 1 || word.length === 1 || !isWordUnit(word.charCodeAt(0))

/** A query over plain words, as lib/search makes it, as one over their codes. */
export function coverQuery(key: Buffer, query: string): string {
  const words: string[] = []
  query.replace(/'((?:[^']|'')*)'/g, (_, word: string) => { words.push(word.replaceAll("''", "'")); return '' })
  const codes = coverWords(key, words)
  let nr = 0
  return query.replace(/'(?:[^']|'')*'/g, () => `'${codes[nr++]!}'`)
}
