import { useMemo, type ReactElement } from 'react'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { intlTag, type Locale } from '../../../lib/text/index.ts'
import { ComboBox, type Option } from '../../../ui/index.ts'

const lists = new Map<Locale, Option[]>()

/** Every zone the browser knows, the likely ones first, with the difference to UTC. Made once a language: 400 formatters cost a tenth of a second. */
function zones(locale: Locale): Option[] {
  const known = lists.get(locale)
  if (known) return known
  const first = ['Asia/Taipei', 'Asia/Shanghai', 'Asia/Hong_Kong', 'Asia/Macau', 'Asia/Singapore', 'Asia/Tokyo']
  const name = (zone: string, style: 'shortOffset' | 'long') => new Intl.DateTimeFormat(intlTag(locale), { timeZone: zone, timeZoneName: style }).formatToParts().find((part) => part.type === 'timeZoneName')?.value ?? ''
  const all = [...first, ...Intl.supportedValuesOf('timeZone').filter((zone) => !first.includes(zone)), 'UTC']
  const made = [...new Set(all)].map((zone) => ({ id: zone, label: `${zone.replaceAll('_', ' ')} (${name(zone, 'shortOffset')})`, ...(first.includes(zone) ? { description: name(zone, 'long') } : {}) }))
  lists.set(locale, made)
  return made
}

export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

export function ZoneField({ value, onChange, label, description, error }: { value: string; onChange: (zone: string) => void; label?: string; description?: string; error?: string | undefined }): ReactElement {
  const t = useText()
  const { locale } = useLanguage()
  const options = useMemo(() => {
    const made = zones(locale)
    // Older data may name a zone by an alias the browser does not list.
    return made.some((option) => option.id === value) ? made : [{ id: value, label: value }, ...made]
  }, [locale, value])
  return <ComboBox label={label ?? t('staff.zone')} options={options} value={value} onChange={(zone) => { if (zone !== null) onChange(zone) }} emptyText={t('staff.zone-none')} {...(description !== undefined ? { description } : {})} error={error} />
}
