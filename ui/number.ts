import { useMemo } from 'react'
import { useLocale } from 'react-aria-components'

/** A number formatter of the reader's locale, kept while its options stay the same. */
export function useNumberFormatter(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const { locale } = useLocale()
  const key = JSON.stringify(options)
  return useMemo(() => new Intl.NumberFormat(locale, JSON.parse(key) as Intl.NumberFormatOptions), [locale, key])
}
