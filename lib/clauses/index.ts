/** Which of several clauses holds for a case: the most specific one that fits. Pure. */

export interface CaseFacts { priority: string; tier: string; channel: string; fromTeam?: string | null; toTeam?: string | null }
/** `when`: what must be so for it to hold; without a target it can't be missed. */
export interface ClauseOf { key: string; measure: string | null; target: number | null; when: { readonly [name: string]: string | undefined } }

// Of two clauses with as many conditions: between whom goes before for whom, that before how they came, that before how urgent it is.
const WEIGHT: Record<string, number> = { fromTeam: 16, toTeam: 8, tier: 4, channel: 2, priority: 1 }
const conditions = (clause: ClauseOf): [string, string][] => Object.entries(clause.when).filter((one): one is [string, string] => one[1] !== undefined)
const isMet = (clause: ClauseOf, facts: CaseFacts): boolean => conditions(clause).every(([name, value]) => facts[name as keyof CaseFacts] === value)
const weight = (clause: ClauseOf): number => conditions(clause).reduce((sum, [name]) => sum + 100 + (WEIGHT[name] ?? 0), 0)

/** The clause of this measure with the most conditions, all of them met; of equals the first. Null when none fits. */
export function selectClause<C extends ClauseOf>(clauses: readonly C[], measure: string, facts: CaseFacts): C | null {
  let best: C | null = null
  for (const clause of clauses) {
    if (clause.measure !== measure || clause.target === null || !isMet(clause, facts)) continue
    if (!best || weight(clause) > weight(best)) best = clause
  }
  return best
}

/** Every clause of this measure, the most specific first, and whether it fits. */
export function rankClauses<C extends ClauseOf>(clauses: readonly C[], measure: string, facts: CaseFacts): { clause: C; fits: boolean; conditions: number }[] {
  return clauses.filter((clause) => clause.measure === measure).map((clause) => ({ clause, fits: isMet(clause, facts), conditions: conditions(clause).length, weight: weight(clause) }))
    .sort((a, b) => b.weight - a.weight).map(({ weight: _, ...one }) => one)
}
