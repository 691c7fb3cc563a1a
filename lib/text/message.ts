/**
 * The message syntax: a subset of ICU MessageFormat. A compiled message is plain data, so that the renderer
 * and the catalogue check read the same thing.
 */

/** literal text · the number of the enclosing plural · an argument with its kind, style and branches */
export type Piece = string | 0 | { name: string; kind: string; style: string; branches?: Record<string, Piece[]> }

const argument = /\s*([\w.-]+)\s*(?:,\s*(plural|select|number|datetime|date|time)\s*)?/y
const branch = /\s*(=\d+|[\w-]+)\s*\{/y
const style = /,\s*(\w+)\s*/y

/** Compiles a message; throws SyntaxError with the position when the message is malformed. */
export function compileMessage(source: string): Piece[] {
  let at = 0

  function fail(): never {
    throw new SyntaxError(`message syntax at ${at}: ${source}`)
  }
  function take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = at
    const found = pattern.exec(source)
    if (found) at = pattern.lastIndex
    return found
  }
  function pieces(nested: boolean, inPlural: boolean): Piece[] {
    const out: Piece[] = []
    let text = ''
    const flush = () => {
      if (text) out.push(text)
      text = ''
    }
    for (;;) {
      const char = source[at++]
      const following = source[at]
      if (char === undefined) {
        if (nested) fail()
        break
      } else if (char === '}') {
        if (!nested) fail()
        break
      } else if (char === "'" && following === "'") {
        text += char
        at++
      } else if (char === "'" && (following === '{' || following === '}' || (following === '#' && inPlural))) {
        const end = source.indexOf("'", at)
        text += end < 0 ? source.slice(at) : source.slice(at, end)
        at = end < 0 ? source.length : end + 1
      } else if (char === '{') {
        flush()
        out.push(placeholder(inPlural))
      } else if (char === '#' && inPlural) {
        flush()
        out.push(0)
      } else text += char
    }
    flush()
    return out
  }
  function placeholder(inPlural: boolean): Piece {
    const [, name, kind = ''] = take(argument) ?? fail()
    const piece: Exclude<Piece, string | 0> = { name: name!, kind, style: '' }
    if (kind === 'plural' || kind === 'select') {
      const branches: Record<string, Piece[]> = (piece.branches = {})
      if (source[at++] !== ',') fail()
      for (let head; (head = take(branch)); ) branches[head[1]!] = pieces(true, inPlural || kind === 'plural')
      if (!branches.other) fail()
    } else if (kind) piece.style = take(style)?.[1] ?? ''
    while (source[at] === ' ' || source[at] === '\n') at++
    if (source[at++] !== '}') fail()
    return piece
  }
  return pieces(false, false)
}
