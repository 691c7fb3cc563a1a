import { Plus, X } from 'lucide-react'
import type { ReactElement } from 'react'
import { useText } from '../../../apps/console/text.tsx'
import { Button, IconButton, TextField, useNow } from '../../../ui/index.ts'
import type { CalendarRow } from '../contract.ts'
import { Intervals, Strip } from './WeekEditor.tsx'

type Exception = CalendarRow['hours']['exceptions'][number]

/** Single days that are not like their weekday: closed, open longer, or worked in exchange. They win over public holidays. */
export function Exceptions({ zone, exceptions, onChange, error }: { zone: string; exceptions: readonly Exception[]; onChange: (exceptions: Exception[]) => void; error?: string | undefined }): ReactElement {
  const t = useText()
  // Today where the calendar is; the Swedish way of writing dates is ISO.
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(useNow())
  const set = (at: number, change: Partial<Exception>) => onChange(exceptions.map((one, index) => index === at ? { ...one, ...change } : one))
  const add = () => {
    const last = exceptions.at(-1)?.date ?? today
    const next = new Date(Date.parse(last) + 86_400_000).toISOString().slice(0, 10)
    onChange([...exceptions, { date: exceptions.length === 0 ? today : next, open: [] }])
  }
  return (
    <div className="flex flex-col gap-2">
      {exceptions.length === 0 && <p className="text-muted">{t('staff.exceptions.none')}</p>}
      {error && <p role="alert" className="text-late">{error}</p>}
      {exceptions.map((one, at) => (
        <fieldset key={at} className="flex flex-col gap-1.5 border-b border-line pb-2">
          <legend className="sr-only">{one.name ?? one.date}</legend>
          <div className="flex flex-wrap items-end gap-2">
            <TextField type="date" label={t('staff.exceptions.date')} isLabelHidden value={one.date} onChange={(date) => { if (date) set(at, { date }) }} />
            <TextField label={t('staff.exceptions.name')} isLabelHidden placeholder={t('staff.exceptions.name')} value={one.name ?? ''} onChange={(name) => { if (name) set(at, { name }); else { const { name: _, ...rest } = one; onChange(exceptions.map((each, index) => index === at ? rest : each)) } }} className="flex-1" />
            <IconButton label={t('staff.exceptions.remove', { date: one.date })} icon={<X className="size-4" aria-hidden="true" />} onPress={() => onChange(exceptions.filter((_, index) => index !== at))} />
          </div>
          <Strip intervals={one.open} />
          <Intervals label={one.date} intervals={one.open} onChange={(open) => set(at, { open })} />
        </fieldset>
      ))}
      <Button className="self-start" icon={<Plus className="size-4" aria-hidden="true" />} onPress={add}>{t('staff.exceptions.add')}</Button>
    </div>
  )
}
