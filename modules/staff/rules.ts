/** The rules of the door in numbers, for whoever must show them. */
import type { Ctx } from '../../platform/context.ts'
import { Fault } from '../../platform/fault.ts'
import { mustBeStrong } from './password.ts'
import { getPolicy } from './policy.ts'
import { FAILURES_TO_LOCK, LOCK_MS } from './sign-in.ts'
import { SETUP_LINK_MS } from './tokens.ts'

export async function doorRules(ctx: Pick<Ctx, 'db'>) {
  const { profile, separatedAt, rules } = await getPolicy(ctx)
  return { ...rules, profile, separatedAt, failuresToLock: FAILURES_TO_LOCK, lockMs: LOCK_MS, setupLinkMs: SETUP_LINK_MS }
}

/** Why a password would be refused by the profile in force; null when it would be taken. */
export async function passwordRefusal(ctx: Pick<Ctx, 'db'>, password: string, login: string): Promise<string | null> {
  const { rules } = await getPolicy(ctx)
  return mustBeStrong(password, login, 'password', rules).then(() => null, (error: unknown) => { if (error instanceof Fault) return error.code; throw error })
}
