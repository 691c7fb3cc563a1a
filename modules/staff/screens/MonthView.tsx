import { clsx } from 'clsx'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { call, CallFault } from '../../../apps/console/api.ts'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { intlTag } from '../../../lib/text/index.ts'
import { Banner, Button, IconButton, useNow } from '../../../ui/index.ts'
import { staff, type CalendarMonth } from '../contract.ts'
import { type CalendarDraft, useSettled } from './DuePreview.tsx'

type Day = CalendarMonth['days'][number]
const stepped = (month: string, by: number): string => { const [year, index] = month.split('-').map(Number); return new Date(Date.UTC(year!, index! - 1 + by, 1)).toISOString().slice(0, 7) }

/** A month as the calendar in the form has it: hours of each day, holidays with who published them, days of its own. */
export function MonthView({ draft, onPick }: { draft: CalendarDraft; onPick: (date: string) => void }): ReactElement {
  const t = useText()
  const { locale } = useLanguage()
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: draft.hours.zone }).format(useNow())
  const [month, setMonth] = useState(today.slice(0, 7))
  const body = { hours: draft.hours, holidays: draft.holidays, imports: draft.imports, month }
  const asked = useSettled(JSON.stringify(body))
  const found = useQuery<CalendarMonth, CallFault>({
    queryKey: ['calendar-month', asked], queryFn: ({ signal }) => call(staff.calendarMonth, { body: JSON.parse(asked) as typeof body }, { signal }), placeholderData: keepPreviousData, retry: false,
  })
  const title = new Intl.DateTimeFormat(intlTag(locale), { year: 'numeric', month: 'long', timeZone: 'UTC' }).format(Date.parse(`${month}-01`))
  const days = found.data?.days ?? []
  const special = days.filter((one) => one.kind !== 'week')
  return (
    <div className="flex flex-col gap-3">
      <div className="flex items-center gap-2">
        <IconButton label={t('staff.month.before')} icon={<ChevronLeft className="size-4" aria-hidden="true" />} onPress={() => setMonth(stepped(month, -1))} />
        <span className="min-w-32 text-center font-bold" aria-live="polite">{title}</span>
        <IconButton label={t('staff.month.after')} icon={<ChevronRight className="size-4" aria-hidden="true" />} onPress={() => setMonth(stepped(month, 1))} />
        {month !== today.slice(0, 7) && <Button size="sm" onPress={() => setMonth(today.slice(0, 7))}>{t('staff.month.today')}</Button>}
      </div>
      {found.error && <p role="alert" className="text-late">{t(found.error.code, found.error.args)}</p>}
      {days.length > 0 && !days[0]!.isKnown && <Banner tone="soon">{t('staff.calendars.unpublished-means', { years: days[0]!.date.slice(0, 4) })}</Banner>}
      {days.length > 0 && <Grid title={title} days={days} today={today} onPick={onPick} />}
      {special.length > 0 && (
        <ul className="flex flex-col text-sm">
          {special.map((one) => <li key={one.date} className="grid grid-cols-[5.5rem_minmax(0,1fr)] gap-x-3 border-t border-line py-1"><span>{one.date}</span><span className="min-w-0 wrap-anywhere"><span className="font-bold">{one.name || t('staff.exceptions.unnamed')}</span> · {t(`staff.month.kind.${one.kind}`)}{one.source && <span className="text-faint"> · {t('staff.month.source', { source: one.source })}</span>}</span></li>)}
        </ul>
      )}
    </div>
  )
}

function Grid({ title, days, today, onPick }: { title: string; days: readonly Day[]; today: string; onPick: (date: string) => void }): ReactElement {
  const { locale } = useLanguage()
  const name = (weekday: number, style: 'short' | 'long') => new Intl.DateTimeFormat(intlTag(locale), { weekday: style, timeZone: 'UTC' }).format(Date.UTC(2024, 0, weekday))
  const before = (new Date(days[0]!.date).getUTCDay() + 6) % 7
  const cells: (Day | null)[] = [...Array.from({ length: before }, () => null), ...days]
  while (cells.length % 7) cells.push(null)
  const weeks = Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7))
  return (
    <table className="w-full table-fixed border-collapse">
      <caption className="sr-only">{title}</caption>
      <thead><tr>{[1, 2, 3, 4, 5, 6, 7].map((weekday) => <th key={weekday} scope="col" abbr={name(weekday, 'long')} className="border-b border-line py-1 text-center text-sm font-normal text-faint">{name(weekday, 'short')}</th>)}</tr></thead>
      <tbody>{weeks.map((week, at) => <tr key={at}>{week.map((day, weekday) => <td key={weekday} className={clsx('h-16 border border-line align-top', day && day.open.length === 0 && 'bg-sunken')}>{day && <Cell day={day} isToday={day.date === today} onPick={onPick} />}</td>)}</tr>)}</tbody>
    </table>
  )
}

function Cell({ day, isToday, onPick }: { day: Day; isToday: boolean; onPick: (date: string) => void }): ReactElement {
  const t = useText()
  const hours = day.open.length === 0 ? t('staff.hours.closed') : day.open.map((one) => `${one.from}–${one.to}`).join(' ')
  return (
    <button type="button" {...(isToday ? { 'aria-current': 'date' as const } : {})} onClick={() => onPick(day.date)} className="flex h-full min-h-16 w-full cursor-default flex-col items-start gap-0.5 overflow-hidden p-1 text-start -outline-offset-2 hover:bg-hover">
      <span className={clsx('text-sm', isToday ? 'font-bold text-accent' : 'text-muted')}><span className="sr-only">{day.date.slice(0, 8)}</span>{day.date.slice(8)}</span>
      {day.kind !== 'week' && <span className={clsx('line-clamp-2 w-full text-sm wrap-anywhere max-sm:line-clamp-1', day.open.length === 0 ? 'text-late' : 'text-accent')}>{day.name || t('staff.exceptions.unnamed')}<span className="sr-only">, {t(`staff.month.kind.${day.kind}`)}</span></span>}
      <span className={clsx('w-full text-sm wrap-anywhere max-sm:sr-only', day.open.length === 0 ? 'text-faint' : 'text-text')}>{day.open.length === 0 ? hours : day.open.map((one) => <span key={one.from} className="block whitespace-nowrap tracking-tight">{one.from}–{one.to}</span>)}</span>
      {day.open.length > 0 && <span className="hidden h-1 w-full rounded-sm bg-accent max-sm:block" aria-hidden="true" />}
    </button>
  )
}
