import { useMemo } from 'react'
import { useGet } from '../../../apps/console/api.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { staff } from '../../staff/contract.ts'
import { useTiers } from './tiers.ts'
import type { Known } from './standard-words.ts'

/** People, teams, tiers and roles that standards name. */
export function useKnown(): Known {
  const t = useText()
  const isEnabled = useMay()('staff.read')
  const people = useGet(staff.people, { query: { limit: 200 } }, { isEnabled, staleSeconds: 300 })
  const teams = useGet(staff.teams, { query: {} }, { isEnabled, staleSeconds: 300 })
  const roles = useGet(staff.roles, {}, { isEnabled, staleSeconds: 300 })
  const tiers = useTiers()
  return useMemo(() => ({
    people: people.data?.rows ?? [], teams: teams.data?.rows ?? [], tiers, roles: (roles.data?.rows ?? []).map((role) => ({ id: role.key, label: role.name ?? t(`staff.role.${role.key}`) })),
  }), [people.data, teams.data, roles.data, tiers, t])
}
