/** Stages of a customer's life in words. */
import { useCallback } from 'react'
import { useGet } from '../../../apps/console/api.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { standards } from '../../standards/contract.ts'
import { lifecycle, type Stage } from '../lifecycle/contract.ts'

type Named = Pick<Stage, 'key' | 'name'>
/** The company's own name, else that of the program. */
export function useStageName(): (stage: Named | undefined) => string {
  const t = useText()
  const { locale } = useLanguage()
  return useCallback((stage) => stage === undefined ? '–' : stage.name ? stage.name[locale] : t(`customers.stage-${stage.key}`), [t, locale])
}

export function useStages(): { rows: readonly Stage[]; nameOf: (id: string) => string } {
  const { data } = useGet(lifecycle.stages, {}, { staleSeconds: 300, live: ['customer.stages-changed'] })
  const name = useStageName()
  const rows = data?.rows ?? []
  return { rows, nameOf: (id) => name(rows.find((one) => one.id === id)) }
}

/** Services by id, for who may see them. */
export function useServices(): { rows: readonly { id: string; name: string }[]; mayRead: boolean } {
  const { locale } = useLanguage()
  const mayRead = useMay()('standards.read')
  const { data } = useGet(standards.services, {}, { staleSeconds: 300, isEnabled: mayRead })
  return { rows: (data?.rows ?? []).map(({ id, name }) => ({ id, name: name[locale] })), mayRead }
}

/** Days as people say them: under one, whole ones. */
export function useDays(): (days: number) => string {
  const t = useText()
  return (days) => days < 1 ? t('customers.under-a-day') : t('customers.days', { count: Math.floor(days) })
}
