import type { Text } from '../../../apps/console/text.tsx'
import { CallFault } from '../../../apps/console/api.ts'
import { toast } from '../../../ui/index.ts'
import type { RoleRow } from '../contract.ts'

export const roleName = (t: Text, role: Pick<RoleRow, 'key' | 'name'>): string => role.name ?? t(`staff.role.${role.key}`)
export const skillLevels = [1, 2, 3, 4, 5] as const

/** Channels whose requests fill a person's hands. */
export const channelNames = ['email', 'chat', 'portal', 'phone', 'outlet', 'api'] as const

// As the work goes; who looks after the system stands last.
const order = ['requests', 'customers', 'mails', 'quality', 'standards', 'channels', 'staff', 'access', 'audit']
const placeOf = (room: string): number => order.includes(room) ? order.indexOf(room) : order.indexOf('standards') - 0.5

/** Permissions by the room their noun belongs to. */
export function byRoom(permissions: readonly string[]): { room: string; permissions: string[] }[] {
  const rooms = new Map<string, string[]>()
  for (const one of permissions) {
    const room = one.slice(0, one.indexOf('.'))
    rooms.set(room, [...(rooms.get(room) ?? []), one])
  }
  return [...rooms].sort(([a], [b]) => placeOf(a) - placeOf(b)).map(([room, held]) => ({ room, permissions: held.toSorted() }))
}

/** A permission in words; one that has none yet is told by its name. */
export function permissionWords(t: Text, permission: string): string {
  const key = `staff.may.${permission}`
  const words = t(key)
  return words === key ? permission : words
}

/** Somebody else saved first: what was typed stays, and one press brings theirs in. */
export function conflict(t: Text, fault: CallFault, reload: () => void): void {
  if (fault.code.endsWith('changed-meanwhile')) toast.fault({ what: t(fault.code, fault.args), kept: t('console.kept'), action: { label: t('staff.load-theirs'), run: reload } })
  else if (fault.fields.length === 0) toast.fault({ what: t(fault.code, fault.args), kept: t('console.kept'), ...(fault.isUncertain ? { next: t('console.try-again') } : {}) })
}
