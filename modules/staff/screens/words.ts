import { audit } from '../../governance/audit/contract.ts'
import { notices } from '../../governance/notices/contract.ts'
import { customers } from '../../customers/contract.ts'
import { privacy } from '../../governance/privacy/contract.ts'
import { requests } from '../../requests/contract.ts'
import { standards } from '../../standards/contract.ts'
import type { Endpoints } from '../../../platform/http/contract.ts'
import type { Text } from '../../../apps/console/text.tsx'
import { CallFault } from '../../../apps/console/api.ts'
import { toast } from '../../../ui/index.ts'
import { staff, type RoleRow } from '../contract.ts'

export const roleName = (t: Text, role: Pick<RoleRow, 'key' | 'name'>): string => role.name ?? t(`staff.role.${role.key}`)
export const skillLevels = [1, 2, 3, 4, 5] as const

/** Channels whose requests fill a person's hands. */
export const channelNames = ['email', 'chat', 'portal', 'phone', 'outlet', 'api'] as const

/** Every permission an endpoint of these rooms asks for, by room: the list cannot forget one. */
export const permissionsByRoom: readonly { room: string; permissions: readonly string[] }[] = ([['requests', requests], ['customers', customers], ['standards', standards], ['staff', staff], ['governance', { ...audit, ...notices }], ['privacy', privacy]] as [string, Endpoints][])
  .map(([room, contract]) => ({ room, permissions: [...new Set(Object.values(contract).map((endpoint) => endpoint.access))].filter((access) => access.includes('.') && (room !== 'governance' || !access.startsWith('requests.'))).sort() }))

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
