/** The rules of the door in numbers, for whoever must show them. */
import { IDLE_MS, SESSION_MS } from './authenticate.ts'
import { mustBeStrong } from './password.ts'
import { FAILURES_TO_LOCK, LOCK_MS } from './sign-in.ts'
import { SETUP_LINK_MS } from './tokens.ts'
import { Fault } from '../../platform/fault.ts'

export const doorRules = { idleMs: IDLE_MS, sessionMs: SESSION_MS, failuresToLock: FAILURES_TO_LOCK, lockMs: LOCK_MS, setupLinkMs: SETUP_LINK_MS } as const

/** Why a password would be refused; null when it would be taken. */
export function passwordRefusal(password: string, login: string): string | null {
  try { mustBeStrong(password, login, 'password') } catch (error) { if (error instanceof Fault) return error.code; throw error }
  return null
}
