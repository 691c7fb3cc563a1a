/**
 * Search text. PostgreSQL's parsers cannot cut Chinese into words, so this cuts: runs of Chinese, Japanese or
 * Korean characters become overlapping pairs (any two-character word is then an index look-up), everything
 * else words, both after folding case, width and Traditional to Simplified. The same cut makes the query.
 *
 * In the database: `array_to_tsvector(string_to_array($text, ' '))` with `toTsvectorText`, matched by
 * `@@ $query::tsquery` with `toTsquery`. No text search parser ever sees the tokens (even 'simple' would cut
 * e-mail addresses and numbers again), and no position is stored.
 */
import { fold, foldInto, units, unitsToString } from './fold.ts'

export { fold, foldInto, units } from './fold.ts'

/** tokens kept of one text; beyond that a text is searchable by its beginning */
const maxTokens = 8_000
/** longer words (keys, encoded files) are not words; PostgreSQL's own limit is 2,046 bytes */
const maxWordUnits = 64
/** characters of a text that are looked at */
const maxTextUnits = 200_000
const maxQueryTerms = 24

const separator = 0
const word = 1
const cjk = 2
const connector = 3
const unknown = 255
const classes = new Uint8Array(0x10000).fill(unknown)

const cjkPattern = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー々〇]/u
const wordPattern = /[\p{L}\p{N}\p{M}]/u

function classify(unit: number): number {
  const text = String.fromCharCode(unit)
  // Han beyond the 16-bit plane stands as surrogates; each such character is a run of its own.
  const found = cjkPattern.test(text) ? cjk : wordPattern.test(text) ? word : '-_.@+/#&'.includes(text) ? connector : separator
  return (classes[unit] = found)
}

function classOf(unit: number): number {
  const known = classes[unit]!
  return known === unknown ? classify(unit) : known
}

/** Whether a folded unit belongs to a word that must not be cut: Latin letters, digits, not Chinese. */
export function isWordUnit(unit: number): boolean {
  return classOf(unit) === word
}

function isAstralHan(high: number, low: number): boolean {
  return high >= 0xd840 && high <= 0xd88d && (low & 0xfc00) === 0xdc00
}

// A set of pairs that forgets everything in one step: the table holds the round in which a pair was met.
const pairKeys = new Uint32Array(1 << 15)
const pairRounds = new Uint32Array(1 << 15)
let round = 0

function isNewPair(first: number, second: number): boolean {
  const key = (first << 16) | second
  let slot = Math.imul(key, 0x9e3779b1) >>> 17
  while (pairRounds[slot] === round) {
    if (pairKeys[slot] === key >>> 0) return false
    slot = (slot + 1) & 0x7fff
  }
  pairRounds[slot] = round
  pairKeys[slot] = key
  return true
}

let out = new Uint16Array(8192)

/** Cuts the folded units and writes the tokens, each once and followed by a space, into `out`; returns its length. */
function cut(text: string): number {
  const length = foldInto(text.length > maxTextUnits ? text.slice(0, maxTextUnits) : text)
  const source = units
  if (++round === 0x1_0000_0000) {
    pairRounds.fill(0)
    round = 1
  }
  const words = new Set<string>()
  // a character begins one pair (three units with its space) and may end a run (two more)
  if (out.length < length * 6 + 16) out = new Uint16Array(length * 6 + 16)
  let n = 0
  let tokens = 0

  const addUnit = (first: number, second: number) => {
    if (!isNewPair(first, second)) return
    tokens++
    out[n++] = first
    if (second !== 0) out[n++] = second
    out[n++] = 0x20
  }
  let i = 0
  let groups = ''
  let groupsEnd = 0
  while (i < length && tokens + words.size < maxTokens) {
    const kind = classOf(source[i]!)
    if (kind === cjk) {
      // The last character stands alone too: a search for one character is a search for tokens that begin with it.
      for (; i + 1 < length && classOf(source[i + 1]!) === cjk && tokens < maxTokens; i++) addUnit(source[i]!, source[i + 1]!)
      addUnit(source[i++]!, 0)
    } else if (kind === word) {
      const start = i++
      let compound = false
      let end = i
      for (; i < length; i++) {
        const next = classOf(source[i]!)
        if (next === word) end = i + 1
        else if (next === connector && i === end) compound = true
        else break
      }
      i = end
      const text = unitsToString(start, end)
      addWords(words, text, compound && end - start > 1)
      const first = text.charCodeAt(0)
      const digits = first >= 0x30 && first <= 0x39 && isNumber.test(text) ? text.replace(notDigits, '') : ''
      // A telephone number is often written in groups: (02) 2345 6789.
      const continues = digits !== '' && groups !== '' && start - groupsEnd <= 2
      groups = continues ? groups + digits : digits
      if (continues && groups.length >= 7 && groups.length <= 15) words.add(groups)
      groupsEnd = end
    } else if (i + 1 < length && isAstralHan(source[i]!, source[i + 1]!)) {
      words.add(unitsToString(i, i + 2))
      i += 2
    } else i++
  }
  for (const one of words) {
    if (n + one.length + 1 > out.length) {
      const larger = new Uint16Array(out.length * 2 + one.length)
      larger.set(out)
      out = larger
    }
    for (let j = 0; j < one.length; j++) out[n++] = one.charCodeAt(j)
    out[n++] = 0x20
  }
  return n
}

const connectors = /[-_.@+/#&]+/
const isNumber = /^\d[-\d]*$/
const notDigits = /\D/g

/** A word; a compound (address, order number) whole, in its parts, and joined when it is digits (a telephone). */
function addWords(words: Set<string>, text: string, compound: boolean): void {
  words.add(text.slice(0, maxWordUnits))
  if (!compound || !connectors.test(text)) return
  const parts = text.split(connectors)
  for (const part of parts) if (part.length > 0 && part.length <= maxWordUnits) words.add(part)
  const domain = text.lastIndexOf('@') + 1
  if (domain > 0 && text.length - domain <= maxWordUnits) words.add(text.slice(domain))
  const joined = parts.join('')
  if (joined.length <= maxWordUnits && /^\d{5,}$/.test(joined)) words.add(joined)
}

/** The tokens of a text, each once, space-joined; for `array_to_tsvector(string_to_array($1, ' '))`. */
export function toTsvectorText(text: string): string {
  const length = cut(text)
  let result = ''
  for (let i = 0; i < length - 1; i += 8192) result += String.fromCharCode.apply(null, out.subarray(i, Math.min(i + 8192, length - 1)) as unknown as number[])
  return result
}

/** The tokens of a text, each once: pairs, single ends of runs, words, whole and split compounds. */
export function searchTokens(text: string): string[] {
  const joined = toTsvectorText(text)
  return joined === '' ? [] : joined.split(' ')
}

export type QueryTerm = { text: string; isPrefix: boolean }

/**
 * What a query asks for: every term must be there. Runs of CJK become their pairs; one lone character, and a
 * word of two or more characters, match as prefixes. A compound is asked for whole.
 */
export function queryTerms(query: string): QueryTerm[] {
  const folded = fold(query.slice(0, 400))
  const digits = folded.replace(notDigits, '')
  if (digits.length >= 7 && digits.length <= 15 && telephone.test(folded)) return [{ text: digits, isPrefix: true }]
  const terms = new Map<string, boolean>()
  for (const { text, isCjk } of runsOf(folded)) {
    if (!isCjk) terms.set(text.slice(0, maxWordUnits), text.length >= 2)
    else if (text.length === 1) terms.set(text, true)
    else if (text.charCodeAt(0) >= 0xd800 && text.charCodeAt(0) < 0xdc00) terms.set(text, false)
    else for (let i = 0; i + 1 < text.length; i++) terms.set(text.slice(i, i + 2), false)
  }
  return [...terms].slice(0, maxQueryTerms).map(([text, isPrefix]) => ({ text, isPrefix }))
}

const telephone = /^\s*[+(]?\d[-\d\s()]*$/

/** The runs of a folded query, cut as texts are. */
function runsOf(folded: string): { text: string; isCjk: boolean }[] {
  const runs: { text: string; isCjk: boolean }[] = []
  for (let i = 0; i < folded.length && runs.length < maxQueryTerms; ) {
    const start = i
    const kind = classOf(folded.charCodeAt(i++))
    if (kind === cjk) while (i < folded.length && classOf(folded.charCodeAt(i)) === cjk) i++
    else if (kind === word) {
      for (let end = i; ; ) {
        const next = i < folded.length ? classOf(folded.charCodeAt(i)) : separator
        if (next === word) end = ++i
        else if (next === connector && i === end) i++
        else {
          i = end
          break
        }
      }
    } else if (isAstralHan(folded.charCodeAt(start), folded.charCodeAt(i))) i++
    else continue
    runs.push({ text: folded.slice(start, i), isCjk: kind !== word })
  }
  return runs
}

/**
 * A query for `::tsquery`; never a syntax error, whatever was typed. '' when nothing in it can be searched for:
 * then do not filter by it (an empty tsquery matches nothing).
 */
export function toTsquery(query: string): string {
  // Terms hold only letters, digits and connectors; quoted, none of them means anything to PostgreSQL.
  return queryTerms(query).map((term) => `'${term.text}'${term.isPrefix ? ':*' : ''}`).join(' & ')
}

/** Cuts a text for display into stretches that the query hit and stretches it did not; joined they are the text (NFC). */
export function highlight(text: string, query: string): { text: string; hit: boolean }[] {
  const source = text.normalize('NFC')
  const needles = runsOf(fold(query.slice(0, 400)))
  // Folding may change lengths, so each folded unit remembers the character it came from.
  let folded = ''
  const origin: number[] = []
  for (let i = 0; i < source.length; ) {
    const char = String.fromCodePoint(source.codePointAt(i)!)
    const one = fold(char)
    for (let j = 0; j < one.length; j++) origin.push(i)
    folded += one
    i += char.length
  }
  origin.push(source.length)
  const marked = new Uint8Array(source.length)
  const mark = (needle: string) => {
    let isFound = false
    for (let at = folded.indexOf(needle); at >= 0; at = folded.indexOf(needle, at + needle.length)) {
      let end = at + needle.length
      while (end < origin.length - 1 && origin[end] === origin[end - 1]) end++
      marked.fill(1, origin[at]!, origin[end]!)
      isFound = true
    }
    return isFound
  }
  // The index found pairs, perhaps apart from each other: then they are what is shown.
  for (const needle of needles)
    if (!mark(needle.text) && needle.isCjk) for (let i = 0; i + 1 < needle.text.length; i++) mark(needle.text.slice(i, i + 2))
  const pieces: { text: string; hit: boolean }[] = []
  for (let i = 0, start = 0; i < source.length; i++) {
    if (i + 1 < source.length && marked[i + 1] === marked[start]) continue
    pieces.push({ text: source.slice(start, i + 1), hit: marked[start] === 1 })
    start = i + 1
  }
  return pieces
}
