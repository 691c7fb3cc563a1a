import { clsx } from 'clsx'
import type { ReactElement } from 'react'
import { intlTag } from '../../lib/text/index.ts'
import type { StepRow } from '../../modules/staff/contract.ts'
import { Num } from '../../ui/index.ts'
import { useLanguage, useText } from './text.tsx'

/** Why a deadline is when it is: every stretch in order, in the zone of its calendar, with the word for what it was. */
export function DeadlineSteps({ steps, leftOut, zone }: { steps: readonly StepRow[]; leftOut: number; zone: string }): ReactElement {
  const t = useText()
  const { locale } = useLanguage()
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(intlTag(locale), { timeZone: zone, hourCycle: 'h23', ...options })
  const day = format({ month: 'numeric', day: 'numeric', weekday: 'short' })
  const time = format({ hour: '2-digit', minute: '2-digit' })
  const moment = (at: string) => `${day.format(new Date(at))} ${time.format(new Date(at))}`
  const span = ({ from, to }: StepRow) => day.format(new Date(from)) === day.format(new Date(to)) ? `${moment(from)} – ${time.format(new Date(to))}` : `${moment(from)} – ${moment(to)}`
  const why = (one: StepRow) => one.isCounted ? t('console.steps.counted') : one.why === 'exception' ? one.name || t('console.steps.exception') : t(`console.steps.${one.why!}`)
  return (
    <div className="flex max-w-140 flex-col gap-1">
      <ol className="flex flex-col" aria-label={t('console.steps.title')}>
        {steps.map((one) => (
          <li key={one.from} className={clsx('grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 border-t border-line py-1 text-sm', one.isCounted ? 'font-bold' : 'text-muted')}>
            <span className="min-w-0">{span(one)}</span>
            {one.isCounted ? <Num value={Math.round(one.minutes)} unit={t('console.steps.minutes')} /> : <span aria-hidden="true">–</span>}
            <span className="col-span-2 min-w-0 font-normal wrap-anywhere text-muted">{why(one)}{one.source && <span className="text-faint"> · {one.source}</span>}</span>
          </li>
        ))}
      </ol>
      {leftOut > 0 && <p className="text-sm text-faint">{t('console.steps.more', { count: leftOut })}</p>}
    </div>
  )
}
