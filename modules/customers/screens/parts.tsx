import { useQueryClient } from '@tanstack/react-query'
import { BadgeCheck } from 'lucide-react'
import { useCallback, type ReactElement } from 'react'
import { queryKey, useGet } from '../../../apps/console/api.ts'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { Badge } from '../../../ui/index.ts'
import { customers, type Customer } from '../contract.ts'

/** Puts an answer where the page reads it. */
export function useKeepCustomer(): (answer: Customer) => void {
  const client = useQueryClient()
  return (answer) => { client.setQueryData(queryKey(customers.get, { params: { id: answer.id } }), answer) }
}

export interface Tiers { rows: { key: string; name: string }[]; nameOf: (key: string) => string }

/** The company's tiers in the reader's language, lowest first. */
export function useTiers(): Tiers {
  const t = useText()
  const { locale } = useLanguage()
  const { data } = useGet(customers.tiers, {}, { staleSeconds: 600 })
  const nameOf = useCallback((key: string) => {
    const name = data?.rows.find((row) => row.key === key)?.name
    return name ? name[locale] : t(`customers.tier-${key}`)
  }, [data, locale, t])
  return { rows: (data?.rows ?? []).map(({ key }) => ({ key, name: nameOf(key) })), nameOf }
}

/** Proven, or only what somebody said of themselves. */
export function ProofMark({ isVerified }: { isVerified: boolean }): ReactElement {
  const t = useText()
  return isVerified
    ? <Badge tone="ok" icon={<BadgeCheck className="size-3" aria-hidden="true" />}>{t('customers.verified')}</Badge>
    : <Badge tone="soon">{t('customers.only-claimed')}</Badge>
}
