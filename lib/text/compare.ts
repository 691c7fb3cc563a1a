import { compileMessage, type Piece } from './message.ts'

/** What makes two catalogues differ; every list is empty when they agree. `a` is the reference. */
export type CatalogueDifference = {
  /** keys of a that b lacks or leaves blank */
  missing: string[]
  /** keys of b that a lacks or leaves blank */
  extra: string[]
  differentArguments: { key: string; a: string[]; b: string[] }[]
  malformed: { key: string; in: 'a' | 'b'; problem: string }[]
}

const instants = new Set(['date', 'time', 'datetime'])

/** Argument names of a message; an instant carries its kind, because a date cannot stand in for a number. */
function argumentsOf(pieces: Piece[], into: Set<string> = new Set()): Set<string> {
  for (const piece of pieces) {
    if (typeof piece !== 'object') continue
    into.add(instants.has(piece.kind) ? `${piece.name}: instant` : piece.name)
    for (const nested of Object.values(piece.branches ?? {})) argumentsOf(nested, into)
  }
  return into
}

/**
 * Compares two languages of one catalogue for the build check. A plural may stand opposite a plain argument
 * (Chinese needs none), so kinds count only where one side is an instant and the other is not.
 */
export function compareCatalogues(a: Record<string, string>, b: Record<string, string>): CatalogueDifference {
  const difference: CatalogueDifference = { missing: [], extra: [], differentArguments: [], malformed: [] }
  const read = (side: 'a' | 'b', key: string, source: string) => {
    try {
      return [...argumentsOf(compileMessage(source))].sort()
    } catch (error) {
      difference.malformed.push({ key, in: side, problem: (error as Error).message })
      return undefined
    }
  }
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const inA = a[key]
    const inB = b[key]
    const argsA = inA?.trim() ? read('a', key, inA) : (difference.extra.push(key), undefined)
    const argsB = inB?.trim() ? read('b', key, inB) : (difference.missing.push(key), undefined)
    if (argsA && argsB && argsA.join() !== argsB.join()) difference.differentArguments.push({ key, a: argsA, b: argsB })
  }
  return difference
}
