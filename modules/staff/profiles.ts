/** The two profiles of passwords and time-outs, and what each says of a session. */
import type { Profile } from './contract.ts'

export interface Rules {
  leastCharacters: number
  /** Of small, capital, digit and other; 1 asks for none. */
  leastKinds: number
  /** Days after which a password must be changed; null: never. */
  mostDays: number | null
  /** Earlier passwords that may not come back. */
  history: number
  idleMs: number
  absoluteMs: number
  /** Second factor for whoever administers or may look at covered fields. */
  needsSecondFactor: boolean
}
const MINUTE = 60_000
/**
 * asvs: OWASP ASVS 5.0 6.2, no composition and no rotation; time-outs of NIST SP 800-63B AAL2. mlps3: GB/T 22239-2019
 * 8.1.4.1 in the numbers assessors ask for. They contradict each other, so one of them is in force.
 */
export const PROFILES: Record<Profile, Rules> = {
  asvs: { leastCharacters: 10, leastKinds: 1, mostDays: null, history: 0, idleMs: 60 * MINUTE, absoluteMs: 24 * 60 * MINUTE, needsSecondFactor: false },
  mlps3: { leastCharacters: 12, leastKinds: 3, mostDays: 90, history: 5, idleMs: 30 * MINUTE, absoluteMs: 12 * 60 * MINUTE, needsSecondFactor: true },
}

/** The longest any profile lets a session rest or live. */
export const LONGEST_IDLE_MS = Math.max(...Object.values(PROFILES).map((one) => one.idleMs))

const administers = (permissions: readonly string[]): boolean =>
  permissions.some((one) => one === '*' || one === 'customers.reveal' || one.startsWith('access.') || one.startsWith('audit.') || one.endsWith('.configure'))

export interface Guarded { profile: Profile; method: string; passwordAt: string | null; passwordGiven: boolean; hasSecondFactor: boolean; permissions: readonly string[] }
/** What whoever signed in has to do before anything else, as a text key; null when nothing. */
export function dueOf(row: Guarded, now: Date): string | null {
  const rules = PROFILES[row.profile]
  const isOld = rules.mostDays !== null && row.passwordAt !== null && now.getTime() - Date.parse(row.passwordAt) > rules.mostDays * 86_400_000
  const isByPassword = row.method === 'password' || row.method === 'link'
  if (isByPassword && (isOld || (rules.mostDays !== null && row.passwordGiven))) return 'staff.password-due'
  // A passkey is two factors; of a federated sign-in its provider answers for them.
  return rules.needsSecondFactor && isByPassword && !row.hasSecondFactor && administers(row.permissions) ? 'staff.second-factor-due' : null
}
