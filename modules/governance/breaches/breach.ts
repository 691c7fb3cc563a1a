/** What may happen to a breach next, and by when each authority must know. Pure. */
import type { Law } from '../privacy/contract.ts'
import type { BreachAct, BreachHours } from './contract.ts'

const HOUR_MS = 3_600_000

/**
 * Hours from noticing. GDPR 33(1): 72, by the clock and through weekends (Regulation 1182/71, article 3). PIPL 57 says at once.
 * 個人資料保護法 12 leaves it to a regulation; its draft of January 2026 says 72. The last two can be set.
 */
export const hoursOf = (law: Law, set: BreachHours): number => law === 'gdpr' ? 72 : set[law]
export const usualHours: BreachHours = { 'tw-pdpa': 72, pipl: 0 }
export const dueAfter = (noticedAt: Date, hours: number): Date => new Date(noticedAt.getTime() + hours * HOUR_MS)
/** When half of what is left has passed. */
export const remindAt = (now: Date, due: Date): Date => new Date(Math.max(now.getTime(), (now.getTime() + due.getTime()) / 2))

export interface Situation { isClosed: boolean; openDuties: number; decision: 'tell' | 'not-tell' | null; isTold: boolean; isComplete: boolean }
type Rule = (now: Situation) => string | null
const open: Rule = (now) => now.isClosed ? 'governance.breach.closed' : null

const table: Record<BreachAct, Rule> = {
  edit: open,
  // An authority may still ask for it (PIPL 57), so a no can become a yes; what was told can't be untold.
  decide: (now) => open(now) ?? (now.isTold ? 'governance.breach.told-already' : null),
  tell: (now) => open(now) ?? (now.isTold ? 'governance.breach.told-already' : now.decision === 'tell' ? null : 'governance.breach.not-to-tell'),
  close: (now) => open(now) ?? (now.openDuties > 0 ? 'governance.breach.duty-open' : now.decision === null ? 'governance.breach.undecided' : now.decision === 'tell' && !now.isTold ? 'governance.breach.untold' : now.isComplete ? null : 'governance.breach.unfinished'),
}
/** Null when it may be done, else the text key that says why not. */
export const refusalOf = (now: Situation, act: BreachAct): string | null => table[act](now)
export const actionsOf = (now: Situation): Record<BreachAct, string | null> => Object.fromEntries(Object.entries(table).map(([act, rule]) => [act, rule(now)])) as Record<BreachAct, string | null>

interface Told { categories: readonly string[]; persons: number | null; cause: string; harm: string; measures: string; advice: string; contact: string }
/** What a notice has to say and is not known yet. */
export const missingOf = (known: Told): (keyof Told)[] => (['categories', 'persons', 'cause', 'harm', 'measures', 'advice', 'contact'] as const).filter((part) => {
  const value = known[part]
  return value === null || (typeof value === 'string' ? value.trim() === '' : Array.isArray(value) && value.length === 0)
})
