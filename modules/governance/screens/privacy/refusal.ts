import { useMay } from '../../../../apps/console/session.tsx'
import { useText } from '../../../../apps/console/text.tsx'

/** Why nothing can be changed here; undefined when it can. */
export function useRefusal(): string | undefined {
  const t = useText()
  return useMay()('privacy.edit') ? undefined : t('governance.privacy.may-not')
}
