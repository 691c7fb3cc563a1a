import { CopyPlus, Plus, X } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { intlTag, type Locale } from '../../../lib/text/index.ts'
import { Button, IconButton, Num, TextField } from '../../../ui/index.ts'
import { openMinutes, stretches, weekdays, type Interval, type Week, type Weekday } from './week.ts'

/** 2024-01-01 was a Monday. */
export const dayName = (day: Weekday, locale: Locale): string => new Intl.DateTimeFormat(intlTag(locale), { weekday: 'long', timeZone: 'UTC' }).format(Date.UTC(2024, 0, day))

export interface WeekEditorProps {
  week: Week
  onChange: (week: Week) => void
  error?: string | undefined
}

/** The opening times of a week: seven strips of 24 hours with the times beside them. */
export function WeekEditor({ week, onChange, error }: WeekEditorProps): ReactElement {
  const t = useText()
  const { locale } = useLanguage()
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 flex w-full items-baseline gap-2 text-sm font-bold text-muted">
        <span className="flex-1">{t('staff.hours.week')}</span><span className="font-normal text-faint">{t('staff.hours.sum')} <Num value={openMinutes(week) / 60} digits={1} unit={t('staff.hours.hours')} /></span>
      </legend>
      {error && <p role="alert" className="text-late">{error}</p>}
      {weekdays.map((day) => (
        <div key={day} className="grid grid-cols-[5.5rem_minmax(0,1fr)] items-start gap-x-3 border-t border-line py-1.5">
          <span className="flex min-h-control items-center">{dayName(day, locale)}</span>
          <div className="flex min-w-0 flex-col gap-1.5">
            <Strip intervals={week[day]} />
            <Intervals
              label={dayName(day, locale)} intervals={week[day]} onChange={(intervals) => onChange({ ...week, [day]: intervals })}
              {...(day === 1 ? { onCopy: () => onChange(Object.fromEntries(weekdays.map((each) => [each, each <= 5 ? week[1] : week[each]])) as unknown as Week) } : {})}
            />
          </div>
        </div>
      ))}
    </fieldset>
  )
}

/** A day as a line of 24 hours; decoration, the times stand beside it. */
export function Strip({ intervals }: { intervals: readonly Interval[] }): ReactElement {
  return (
    <svg viewBox="0 0 240 6" preserveAspectRatio="none" className="h-1.5 w-full rounded-sm bg-sunken" aria-hidden="true">
      {stretches(intervals).map((one, at) => <rect key={at} x={one.start * 240} width={one.width * 240} height="6" className="fill-accent" />)}
      {[6, 12, 18].map((hour) => <line key={hour} x1={hour * 10} x2={hour * 10} y1="0" y2="6" className="stroke-line" vectorEffect="non-scaling-stroke" />)}
    </svg>
  )
}

/** "9", "930", "9:30" and "２１：００" are what people type; anything else leaves the time as it was. */
function readTime(typed: string): string | null {
  const found = /^(\d{1,2})[:：.時时]?(\d{2})?$/.exec(typed.normalize('NFKC').trim())
  const [hour, minute] = [Number(found?.[1]), Number(found?.[2] ?? 0)]
  return found && minute < 60 && hour * 60 + minute <= 1440 ? `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}` : null
}

/** The browser's own time field knows no 24:00 and shows mornings and afternoons; here a day has 24 hours. */
function TimeInput({ label, value, onChange }: { label: string; value: string; onChange: (time: string) => void }): ReactElement {
  const [typed, setTyped] = useState<string | null>(null)
  const settle = () => {
    const time = typed === null ? null : readTime(typed)
    if (time !== null && time !== value) onChange(time)
    setTyped(null)
  }
  return <TextField label={label} isLabelHidden inputMode="numeric" maxLength={5} className="w-16" value={typed ?? value} onChange={setTyped} onBlur={settle} onKeyDown={(event) => { if (event.key === 'Enter') { event.preventDefault(); settle() } }} />
}

export function Intervals({ label, intervals, onChange, onCopy }: { label: string; intervals: readonly Interval[]; onChange: (intervals: Interval[]) => void; onCopy?: () => void }): ReactElement {
  const t = useText()
  const set = (at: number, change: Partial<Interval>) => onChange(intervals.map((one, index) => index === at ? { ...one, ...change } : one))
  const last = intervals.at(-1)
  const next: Interval = last && last.to < '23:00' && last.to > last.from ? { from: last.to, to: '22:00' > last.to ? '22:00' : '23:00' } : { from: '09:00', to: '18:00' }
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
      {intervals.length === 0 && <span className="text-faint">{t('staff.hours.closed')}</span>}
      {intervals.map((one, at) => (
        <span key={at} className="inline-flex items-center gap-1">
          <TimeInput label={t('staff.hours.from', { day: label })} value={one.from} onChange={(from) => set(at, { from: from === '24:00' ? '00:00' : from })} />
          <span aria-hidden="true" className="text-faint">–</span>
          <TimeInput label={t('staff.hours.to', { day: label })} value={one.to} onChange={(to) => set(at, { to: to === '00:00' ? '24:00' : to })} />
          <IconButton size="sm" label={t('staff.hours.remove', { day: label })} icon={<X className="size-3.5" aria-hidden="true" />} onPress={() => onChange(intervals.filter((_, index) => index !== at))} />
        </span>
      ))}
      <span className="inline-flex">
        <IconButton size="sm" label={t('staff.hours.add', { day: label })} icon={<Plus className="size-4" aria-hidden="true" />} onPress={() => onChange([...intervals, next])} />
        {onCopy && <Button size="sm" variant="quiet" icon={<CopyPlus className="size-4" aria-hidden="true" />} onPress={onCopy}>{t('staff.hours.copy')}</Button>}
      </span>
    </div>
  )
}
