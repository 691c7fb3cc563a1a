import { useGet } from '../../../apps/console/api.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import type { Option } from '../../../ui/index.ts'
import { customers } from '../../customers/contract.ts'
import { tierOptions } from './words.ts'

/** The customers' tiers as the company named them; the usual four for somebody who may not see customers. */
export function useTiers(): readonly Option[] {
  const t = useText()
  const { locale } = useLanguage()
  const found = useGet(customers.tiers, {}, { isEnabled: useMay()('customers.read'), staleSeconds: 600 })
  const words = (key: string) => { const own = t(`standards.value.${key}`); return own.startsWith('standards.') ? key : own }
  return found.data ? found.data.rows.map((tier) => ({ id: tier.key, label: tier.name?.[locale] ?? words(tier.key) })) : tierOptions.map((id) => ({ id, label: words(id) }))
}
