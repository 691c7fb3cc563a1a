/** What may happen to a person's request next: one table, asked by buttons, API and tests. Pure. */
import type { Act, Kind, Law, Stage } from './contract.ts'
import { mayExtend } from './deadline.ts'

export interface Situation { stage: Stage; kind: Kind; law: Law; isVerified: boolean; isExtended: boolean }
type Rule = (now: Situation) => string | null

const isOpen = (now: Situation): boolean => now.stage === 'received' || now.stage === 'verified' || now.stage === 'granted'
const undecided: Rule = (now) => now.stage === 'received' || now.stage === 'verified' ? null : 'governance.privacy.not-now'
const hands = (kind: Kind): boolean => kind === 'see' || kind === 'copy' || kind === 'move'

const table: Record<Act, Rule> = {
  verify: (now) => now.stage === 'received' ? null : 'governance.privacy.not-now',
  extend: (now) => undecided(now) ?? (now.isExtended ? 'governance.privacy.extended-already' : mayExtend(now.law, now.kind) ? null : 'governance.privacy.no-extension'),
  grant: (now) => undecided(now) ?? (now.isVerified ? null : 'governance.privacy.identity-first'),
  refuse: undecided,
  // An erasure ends by itself.
  complete: (now) => now.stage === 'granted' && now.kind !== 'erase' ? null : 'governance.privacy.not-now',
  withdraw: (now) => isOpen(now) && !(now.stage === 'granted' && now.kind === 'erase') ? null : 'governance.privacy.not-now',
  copy: (now) => !hands(now.kind) ? 'governance.privacy.not-now' : !now.isVerified ? 'governance.privacy.identity-first' : now.stage === 'granted' || now.stage === 'done' ? null : 'governance.privacy.not-now',
}

/** Null when it may be done, else the text key that says why not. */
export const refusalOf = (now: Situation, act: Act): string | null => table[act](now)
export const actionsOf = (now: Situation): Record<Act, string | null> => Object.fromEntries(Object.entries(table).map(([act, rule]) => [act, rule(now)])) as Record<Act, string | null>
