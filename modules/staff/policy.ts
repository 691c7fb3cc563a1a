/** What guards the doors: the profile of passwords and time-outs, and whether the three administrators are separated. */
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault } from '../../platform/fault.ts'
import type { PolicyRow, Profile } from './contract.ts'
import { isMixed } from './duties.ts'
import { PROFILES, type Rules } from './profiles.ts'
import * as store from './store/policy.ts'

export async function getPolicy(ctx: Pick<Ctx, 'db'>): Promise<PolicyRow & { rules: Rules }> {
  const row = await store.selectPolicy(ctx)
  const rules = PROFILES[row.profile]
  return { ...row, leastCharacters: rules.leastCharacters, idleMinutes: rules.idleMs / 60_000, absoluteMinutes: rules.absoluteMs / 60_000, mostDays: rules.mostDays, needsSecondFactor: rules.needsSecondFactor, rules }
}

export async function changeProfile(ctx: Ctx, { profile, version }: { profile: Profile; version: number }): Promise<PolicyRow> {
  const before = await store.selectPolicy(ctx, true)
  if (before.version !== version) throw new Fault('staff.changed-meanwhile', 409)
  if (before.profile !== profile) {
    ctx.later(store.updateProfile(ctx, profile))
    await emit(ctx, 'staff.profile-changed', { data: { from: before.profile, to: profile } })
  }
  return getPolicy(ctx)
}

export const isSeparated = async (ctx: Pick<Ctx, 'db'>): Promise<boolean> => (await store.selectPolicy(ctx)).separatedAt !== null

/**
 * From here on nobody holds two of the three duties, or one of them and what customers write, and no role is given
 * without a second person. Throws 409 `staff.separation-lacks` while a duty is unmanned, `staff.separation-mixed`
 * while somebody, or a program, holds more than one.
 */
export async function separate(ctx: Ctx, version: number): Promise<PolicyRow> {
  const before = await store.selectPolicy(ctx, true)
  if (before.version !== version) throw new Fault('staff.changed-meanwhile', 409)
  if (before.separatedAt) return getPolicy(ctx)
  const holders = await store.selectHolders(ctx)
  const lacking = (['system-administrator', 'security-administrator', 'audit-administrator'] as const).find((key) => !holders.some((one) => one.roleKey === key && one.kind === 'person'))
  if (lacking) throw new Fault('staff.separation-lacks', 409, { role: lacking })
  // Whoever separates may hold everything up to this moment; with it they become a security administrator.
  const mixed = holders.find((one) => isMixed(one.permissions) && one.id !== ctx.actor.id)
  if (mixed) throw new Fault('staff.separation-mixed', 409, { name: mixed.name })
  if (isMixed([...ctx.actor.permissions])) ctx.later(store.giveRoleOf(ctx, ctx.actor.id!, 'security-administrator'))
  ctx.later(store.updateSeparated(ctx, ctx.now))
  await emit(ctx, 'staff.separated', { subject: ctx.actor.id })
  return getPolicy(ctx)
}

/** Only by an approved proposal: whoever proposed it administers everything from then on. */
export async function unite(ctx: Ctx, personId: string): Promise<void> {
  await store.selectPolicy(ctx, true)
  ctx.later(store.giveRoleOf(ctx, personId, 'administrator'))
  ctx.later(store.updateSeparated(ctx, null))
  await emit(ctx, 'staff.united', { subject: personId })
}
