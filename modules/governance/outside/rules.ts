/** What stands against going to a place. Pure. */
import type { Abroad, OutsideRules } from './contract.ts'

export const usualRules: OutsideRules = { home: [], needsRecord: false, needsBasis: false, needsAssessment: false }

export interface Behind { role: 'own' | 'processor' | 'recipient'; untilOn: string | null; country: string; basis: string | null; basisUntilOn: string | null; approvedAt: string | null }
export const isAbroad = ({ home }: Pick<OutsideRules, 'home'>, country: string): boolean => home.length > 0 && !home.includes(country)

/** As if every rule were on: the text key of what is lacking. `today`: YYYY-MM-DD; a last day counts as within. */
export function lackOf(rules: OutsideRules, behind: Behind | undefined, today: string): string | null {
  if (!behind) return 'governance.outside.no-record'
  if (behind.untilOn !== null && behind.untilOn < today) return 'governance.outside.term-over'
  if (!isAbroad(rules, behind.country)) return null
  return behind.basis === null || behind.approvedAt === null || (behind.basisUntilOn !== null && behind.basisUntilOn < today) ? 'governance.outside.no-basis' : null
}
/** What of it the rules in force hold up. */
export function refusalOf(rules: OutsideRules, behind: Behind | undefined, today: string): string | null {
  const lack = lackOf(rules, behind, today)
  if (lack === null || (lack === 'governance.outside.no-basis' ? rules.needsBasis : rules.needsRecord)) return lack
  // Without the other rule an ended term does not hide that there is no basis.
  return lack === 'governance.outside.term-over' && rules.needsBasis ? refusalOf(rules, { ...behind!, untilOn: null }, today) : null
}

/**
 * 促进和规范数据跨境流动规定 (22 March 2024), articles 5, 7, 8: counted from 1 January; a million persons, or ten thousand with
 * sensitive data, need the authority's assessment; a hundred thousand, or any with sensitive data, a standard contract or certification.
 */
export function stepOf({ persons, sensitive }: Pick<Abroad, 'persons' | 'sensitive'>): Abroad['step'] {
  const plain = persons - sensitive
  return plain >= 1_000_000 || sensitive >= 10_000 ? 'assessment' : plain >= 100_000 || sensitive > 0 ? 'contract' : 'exempt'
}
