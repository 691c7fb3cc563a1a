/** What `/` and `@` offer while somebody writes. Pure. */
export interface Choice { id: string; label: string; description?: string; insert: string }

/**
 * The sign being typed at the caret: `/` only where a line begins, `@` at a line's start, after a blank or after a
 * Chinese character (nobody writes a blank there). Null when the caret is elsewhere.
 */
export function findTrigger(text: string, caret: number, sign: '/' | '@'): { start: number; query: string } | null {
  const line = text.slice(text.lastIndexOf('\n', caret - 1) + 1, caret)
  const at = line.lastIndexOf(sign)
  if (at < 0) return null
  const before = line.slice(0, at)
  const query = line.slice(at + 1)
  if (/\s/.test(query) || query.length > 40) return null
  if (sign === '/' ? before.trim() !== '' : before !== '' && !/[\s\p{Script=Han}\p{P}]$/u.test(before)) return null
  return { start: caret - query.length - 1, query }
}

/** Those whose name holds what was typed, names that begin with it first; at most eight. */
export function filterChoices(choices: readonly Choice[], query: string): Choice[] {
  const wanted = query.toLocaleLowerCase()
  const found = choices.filter((one) => one.label.toLocaleLowerCase().includes(wanted) || (one.description ?? '').toLocaleLowerCase().includes(wanted))
  const rank = (one: Choice): number => one.label.toLocaleLowerCase().startsWith(wanted) ? 0 : one.label.toLocaleLowerCase().includes(wanted) ? 1 : 2
  return found.map((one, at) => ({ one, at })).sort((a, b) => rank(a.one) - rank(b.one) || a.at - b.at).slice(0, 8).map(({ one }) => one)
}

/** Ids of the people whose `@name` still stands in the note; of names that begin alike the longest counts. */
export function mentionedIn(text: string, people: readonly { id: string; name: string }[]): string[] {
  const found: string[] = []
  let rest = text
  for (const person of [...people].sort((a, b) => b.name.length - a.name.length)) {
    const mark = `@${person.name}`
    if (!rest.includes(mark)) continue
    found.push(person.id)
    rest = rest.replaceAll(mark, ' ')
  }
  return found
}
