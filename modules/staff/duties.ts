/**
 * The duties that must not meet in one hand once the three administrators are separated: running the system, saying
 * who may what, and looking at what everybody did; and none of these beside what customers write.
 */
export type Duty = 'system' | 'security' | 'audit' | 'contents'

const CONTENTS = new Set(['customers', 'mails', 'privacy', 'quality', 'requests'])

/** Null for what any duty may hold beside its own, e.g. reading the list of colleagues. */
export function dutyOf(permission: string): Duty | null {
  const [noun, verb] = permission.split('.')
  if (permission === 'access.approve') return null
  // How long the trail is kept is policy, which who reads it must not set.
  if (noun === 'access' || noun === 'alarms' || permission === 'audit.configure') return 'security'
  if (noun === 'audit' || noun === 'compliance') return 'audit'
  if (CONTENTS.has(noun!)) return 'contents'
  return verb === 'configure' ? 'system' : null
}

/** True when the permissions join what is to stay apart; everything joins everything. */
export const isMixed = (permissions: readonly string[]): boolean =>
  permissions.includes('*') || new Set(permissions.map(dutyOf).filter((duty) => duty !== null)).size > 1
