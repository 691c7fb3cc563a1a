import { useEffect, useState, type ReactElement } from 'react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { call, CallFault } from '../../../apps/console/api.ts'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { intlTag } from '../../../lib/text/index.ts'
import { Num, NumberField } from '../../../ui/index.ts'
import { staff, type CalendarPreview, type CalendarRow, type Holidays } from '../contract.ts'

/** "A target of four hours set now is due …", computed by the server with the hours as they stand in the form, and how it was counted. */
export function DuePreview({ hours, holidays }: { hours: CalendarRow['hours']; holidays: Holidays }): ReactElement {
  const t = useText()
  const [count, setCount] = useState(4)
  const body = { hours, holidays, minutes: Math.round(Math.max(1, count * 60)) }
  const asked = useSettled(JSON.stringify(body))
  const found = useQuery<CalendarPreview, CallFault>({
    queryKey: ['calendar-preview', asked], queryFn: ({ signal }) => call(staff.previewCalendar, { body: JSON.parse(asked) as typeof body }, { signal }), placeholderData: keepPreviousData, retry: false,
  })
  return (
    <div className="flex flex-col gap-3" aria-live="polite">
      <NumberField label={t('staff.preview.target')} unit={t('staff.hours.hours')} minValue={0.25} maxValue={1000} step={0.25} value={count} onChange={(next) => { if (!Number.isNaN(next)) setCount(next) }} className="w-44" />
      {found.error ? <p className="text-late">{t(found.error.code, found.error.args)}</p> : found.data && <Explained preview={found.data} />}
    </div>
  )
}

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 250)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}

const MOST = 12

function Explained({ preview }: { preview: CalendarPreview }): ReactElement {
  const t = useText()
  const { locale } = useLanguage()
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(intlTag(locale), { timeZone: preview.zone, hour12: false, ...options })
  const day = format({ month: 'short', day: 'numeric', weekday: 'short' })
  const time = format({ hour: '2-digit', minute: '2-digit' })
  const moment = (at: string) => `${day.format(new Date(at))} ${time.format(new Date(at))}`
  return (
    <>
      <p className="text-lg">{t('staff.preview.due', { at: moment(preview.dueAt), from: moment(preview.startAt) })}</p>
      <table className="w-full max-w-120 text-muted">
        <caption className="pb-1 text-start text-sm text-faint">{t('staff.preview.counted')}</caption>
        <tbody>
          {preview.counted.slice(0, MOST).map((one) => (
            <tr key={one.from} className="border-t border-line"><td className="py-0.5">{day.format(new Date(one.from))}</td><td>{time.format(new Date(one.from))}–{time.format(new Date(one.to))}</td><td className="text-end"><Num value={Math.round(one.minutes)} unit={t('staff.hours.minutes')} /></td></tr>
          ))}
        </tbody>
      </table>
      {preview.counted.length > MOST && <p className="text-sm text-faint">{t('staff.preview.more', { count: preview.counted.length - MOST })}</p>}
      {preview.exceptions.map((one) => <p key={one.date} className="text-sm text-muted">{one.date} · {one.name || t('staff.exceptions.unnamed')} · {one.openMinutes === 0 ? t('staff.hours.closed') : t('staff.preview.open', { minutes: one.openMinutes })}</p>)}
      {preview.unpublishedYears.length > 0 && <p className="text-sm text-soon">{t('staff.calendars.unpublished-means', { years: preview.unpublishedYears.join(t('staff.list-comma')) })}</p>}
    </>
  )
}
