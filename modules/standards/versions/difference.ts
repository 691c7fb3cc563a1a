/** What one version says otherwise than another. Pure. */
import type { Content } from './contract.ts'

export interface Difference { part: 'clause' | 'step' | 'field'; key: string; before: unknown; after: unknown }
const FIELDS = ['pausesOn', 'duties', 'rules', 'appraisal', 'ownerId', 'reviewOn'] as const
const same = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
// Stored JSON comes back with its names in another order.
const sorted = (value: unknown): unknown => Array.isArray(value) ? value.map(sorted)
  : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).filter((one) => one[1] !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, one]) => [name, sorted(one)])) : value

/** Clauses and steps by their keys, then fields; of what is new the first half is null, of what is gone the second. */
export function differences(before: Content | null, after: Content): Difference[] {
  const found: Difference[] = []
  const list = (part: 'clause' | 'step', a: readonly { key: string }[], b: readonly { key: string }[]) => {
    for (const one of b) {
      const old = a.find((other) => other.key === one.key) ?? null
      if (!same(old, one)) found.push({ part, key: one.key, before: old, after: one })
    }
    for (const one of a) if (!b.some((other) => other.key === one.key)) found.push({ part, key: one.key, before: one, after: null })
  }
  list('clause', before?.clauses ?? [], after.clauses)
  list('step', before?.steps ?? [], after.steps)
  for (const name of FIELDS) if (!same(before?.[name] ?? null, after[name])) found.push({ part: 'field', key: name, before: before?.[name] ?? null, after: after[name] })
  return found
}
