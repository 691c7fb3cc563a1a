/** Every attack of the catalogue is either tried by a test whose title carries its id, or says why it can't be tried; never both, never neither. */
import { attacks, idsIn } from '../attacks/catalogue.ts'
import { files, lineAt, read, type Finding, type Part } from './tree.ts'

/** Titles of the tests of a file with their places. */
export function* titlesIn(text: string): Generator<{ title: string; line: number }> {
  for (const match of text.matchAll(/^[ \t]*(?:test|it)\b.*$/gm)) {
    for (const [, , title] of match[0].matchAll(/(['"`])((?:\\.|(?!\1).)*)\1/g)) if (idsIn(title!).length) yield { title: title!, line: lineAt(text, match.index) }
  }
}

export function attackCatalogue(): Part {
  const findings: Finding[] = []
  const proven = new Map<string, Set<string>>()
  for (const path of files.filter((one) => /\.test\.tsx?$/.test(one))) {
    for (const { title, line } of titlesIn(read(path))) for (const id of idsIn(title)) {
      proven.set(id, (proven.get(id) ?? new Set()).add(path))
      if (!attacks[id]!.proof?.includes(path)) findings.push({ at: `${path}:${line}`, says: `tries ${id}, but test/attacks/catalogue.ts does not name this file there` })
    }
  }
  for (const [id, { proof, not }] of Object.entries(attacks)) {
    const at = `test/attacks/catalogue.ts ${id}`
    if (proof && not) findings.push({ at, says: 'has tests and a reason for having none' })
    if (!proof?.length && !not) findings.push({ at, says: 'has neither a test nor a reason' })
    for (const path of proof ?? []) if (!proven.get(id)?.has(path)) findings.push({ at, says: `${path} has no test with ${id} in its title` })
  }
  return { findings, looked: `${Object.keys(attacks).length} attacks` }
}
