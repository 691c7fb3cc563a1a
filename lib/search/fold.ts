import table from 'opencc-js/dict/TSCharacters'

/** Character pairs that OpenCC keeps apart and people do not: 帳號/账号, 跟著/跟着, 回覆/回复, 妳/你. */
const alsoSame = '帐账著着覆复妳你'

/** a mark that joins the character before it: only normalising the whole text is right */
const joins = 0xffff
/** one character that becomes several: ㎏, ﬁ, … */
const expands = 0xfffe

// One UTF-16 unit to its folded unit, 0 while not yet met; filled as characters are met: normalising 65,536 characters up front costs 20 ms.
const folded = new Uint16Array(0x10000)
const expansions = new Map<number, string>()
const simplified = new Map<number, number>()
/** simplified forms beyond the 16-bit plane, back to the Traditional form that is inside it */
const astral = new Map<string, string>()

function loadTable(): void {
  for (const entry of table.split('|')) {
    const [from, to] = entry.split(' ') as [string, string]
    if (from.length === 1 && to.length === 1) simplified.set(from.charCodeAt(0), to.charCodeAt(0))
    else if (from.length === 2) astral.set(from, to)
    else astral.set(to, from)
  }
  for (let i = 0; i < alsoSame.length; i += 2) simplified.set(alsoSame.charCodeAt(i), alsoSame.charCodeAt(i + 1))
}

function simplify(unit: number): number {
  if (simplified.size === 0) loadTable()
  let code = unit
  for (let next; (next = simplified.get(code)) !== undefined && next !== code; ) code = next
  return code
}

const mark = /[\p{M}\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]/u

/** Finds and remembers what one unit folds to. */
function learn(unit: number): number {
  const text = String.fromCharCode(unit)
  let result: number
  if (unit === 0) result = 0x20
  else if (unit === 0xd83d || (unit >= 0xdc00 && unit <= 0xdfff)) result = unit // most emoji, and second halves: as they are
  else if (unit >= 0xd800 && unit <= 0xdbff) result = joins
  else {
    const normal = text.normalize('NFKC').toLowerCase().normalize('NFKC')
    if (mark.test(text) || mark.test(normal)) result = joins
    else if (normal.length === 1) result = simplify(normal.charCodeAt(0))
    else {
      result = expands
      let out = ''
      for (let i = 0; i < normal.length; i++) out += String.fromCharCode(simplify(normal.charCodeAt(i)))
      expansions.set(unit, out)
    }
  }
  // U+FFFE and U+FFFF are no characters; as themselves they would be taken for the two signals.
  if (unit >= expands) result = 0x20
  return (folded[unit] = result)
}

function foldWhole(text: string): string {
  if (simplified.size === 0) loadTable()
  const normal = text.toWellFormed().normalize('NFKC').toLowerCase().normalize('NFKC')
  let out = ''
  for (const char of normal) {
    if (char.length === 2) out += astral.get(char) ?? char
    else {
      const unit = char.charCodeAt(0)
      const known = folded[unit]! || learn(unit)
      out += known === joins ? char : known === expands ? expansions.get(unit)! : String.fromCharCode(known)
    }
  }
  return out
}

/** The folded text of the last `foldInto`, in UTF-16 units. Valid until the next call. */
export let units = new Uint16Array(4096)

/** Folds into `units` and returns how many of them are filled: no string is made, this is the hot path. */
export function foldInto(text: string): number {
  const length = text.length
  if (length > units.length) units = new Uint16Array(length * 2)
  const target = units
  const known = folded
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i)
    const result = known[unit]! || learn(unit)
    if (result >= expands) return result === joins ? load(foldWhole(text)) : foldFrom(text, i)
    target[i] = result
  }
  return length
}

/** The rest of a fold after the first character that becomes several; `units` holds what stands before `start`. */
function foldFrom(text: string, start: number): number {
  let n = start
  for (let i = start; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    const known = folded[unit]! || learn(unit)
    if (known === joins) return load(foldWhole(text))
    const expansion = known === expands ? expansions.get(unit)! : ''
    if (n + expansion.length + text.length - i > units.length) {
      const larger = new Uint16Array(units.length * 2 + expansion.length)
      larger.set(units)
      units = larger
    }
    if (known !== expands) units[n++] = known
    for (let j = 0; j < expansion.length; j++) units[n++] = expansion.charCodeAt(j)
  }
  return n
}

function load(text: string): number {
  if (text.length > units.length) units = new Uint16Array(text.length * 2)
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i)
  return text.length
}

/** The units [from, to) of the last `foldInto` as a string. */
export function unitsToString(from: number, to: number): string {
  let out = ''
  if (to - from < 16) {
    for (let i = from; i < to; i++) out += String.fromCharCode(units[i]!)
    return out
  }
  // The argument list of a call is limited.
  for (let i = from; i < to; i += 8192) out += String.fromCharCode.apply(null, units.subarray(i, Math.min(i + 8192, to)) as unknown as number[])
  return out
}

/**
 * The form in which texts are compared: compatibility forms unified (NFKC: full-width, ligatures), lower case,
 * Traditional characters as Simplified by OpenCC's character table. Word choice is left alone (資料 ≠ 数据).
 * fold(fold(x)) = fold(x).
 */
export function fold(text: string): string {
  return unitsToString(0, foldInto(text))
}
