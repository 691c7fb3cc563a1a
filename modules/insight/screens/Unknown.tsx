import type { ReactElement } from 'react'
import { useText } from '../../../apps/console/text.tsx'
import { Banner } from '../../../ui/index.ts'

/** What an address asks for that no report knows, e.g. by an old or mistyped link: said, and not only passed over. */
export function Unknown({ words }: { words: readonly string[] }): ReactElement | null {
  const t = useText()
  return words.length === 0 ? null : <Banner tone="soon">{t('insight.report.unknown', { words: words.join(', ') })}</Banner>
}
