import { useEffect, useState, type ReactElement } from 'react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { call, CallFault } from '../../../apps/console/api.ts'
import { DeadlineSteps } from '../../../apps/console/DeadlineSteps.tsx'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { WallClock } from '../../../lib/calendar/hours.ts'
import { intlTag } from '../../../lib/text/index.ts'
import { Banner, NumberField, TextField } from '../../../ui/index.ts'
import { staff, type CalendarPreview, type CalendarRow, type Holidays, type ImportedHolidays } from '../contract.ts'

export interface CalendarDraft { hours: CalendarRow['hours']; holidays: Holidays; imports: ImportedHolidays[] }

/** The instant of a time typed as the calendar's own wall shows it; null when empty or unreadable. */
function instantOf(wall: string, zone: string): string | null {
  const at = Date.parse(`${wall}Z`)
  if (!wall || Number.isNaN(at)) return null
  const clock = new WallClock(zone)
  clock.learn(at - 3 * 86_400_000, at + 3 * 86_400_000)
  return new Date(clock.instantOf(at)).toISOString()
}

/** "A target of four hours set now is due …", computed by the server with the hours as they stand in the form, and why. */
export function DuePreview({ draft }: { draft: CalendarDraft }): ReactElement {
  const t = useText()
  const [count, setCount] = useState(4)
  const [start, setStart] = useState('')
  const startAt = instantOf(start, draft.hours.zone)
  const body = { hours: draft.hours, holidays: draft.holidays, imports: draft.imports, minutes: Math.round(Math.max(1, count * 60)), ...(startAt ? { startAt } : {}) }
  const asked = useSettled(JSON.stringify(body))
  const found = useQuery<CalendarPreview, CallFault>({
    queryKey: ['calendar-preview', asked], queryFn: ({ signal }) => call(staff.previewCalendar, { body: JSON.parse(asked) as typeof body }, { signal }), placeholderData: keepPreviousData, retry: false,
  })
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-end gap-3">
        <NumberField label={t('staff.preview.target')} unit={t('staff.hours.hours')} minValue={0.25} maxValue={8760} step={0.25} value={count} onChange={(next) => { if (!Number.isNaN(next)) setCount(next) }} className="w-44" />
        <TextField type="datetime-local" label={t('staff.preview.start')} value={start} onChange={setStart} />
      </div>
      {found.error ? <p className="text-late">{t(found.error.code, found.error.args)}</p> : found.data && <Explained preview={found.data} isNow={startAt === null} />}
    </div>
  )
}

export function useSettled(value: string): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 250)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}

function Explained({ preview, isNow }: { preview: CalendarPreview; isNow: boolean }): ReactElement {
  const t = useText()
  const { locale } = useLanguage()
  const format = new Intl.DateTimeFormat(intlTag(locale), { timeZone: preview.zone, hourCycle: 'h23', year: 'numeric', month: 'short', day: 'numeric', weekday: 'short', hour: '2-digit', minute: '2-digit' })
  const moment = (at: string) => format.format(new Date(at))
  return (
    <>
      <p className="text-lg" aria-live="polite">{t('staff.preview.due', { at: moment(preview.dueAt), from: moment(preview.startAt), isNow: isNow ? 'yes' : 'no' })}</p>
      {preview.provisionalYears.length > 0 && <Banner tone="soon">{t('staff.preview.provisional', { years: preview.provisionalYears.join(t('staff.list-comma')) })}</Banner>}
      <h3 className="text-sm font-bold text-muted">{t('staff.preview.why')}</h3>
      <DeadlineSteps steps={preview.steps} leftOut={preview.stepsLeftOut} zone={preview.zone} />
    </>
  )
}
