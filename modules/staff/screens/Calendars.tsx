import type { ReactElement } from 'react'
import { useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useGo } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { Badge, Button, EmptyState, Num, Table } from '../../../ui/index.ts'
import { staff, type CalendarRow } from '../contract.ts'
import { PeopleFrame, useRefusal } from './PeopleFrame.tsx'
import { openMinutes, weekdays } from './week.ts'
import { dayName, Strip } from './WeekEditor.tsx'

export default function Calendars(): ReactElement {
  const t = useText()
  const go = useGo()
  const refusal = useRefusal('staff.configure')
  const calendars = useGet(staff.calendars, {}, { live: ['staff.calendar'] })
  const add = <Button variant="primary" reason={refusal} onPress={() => go(paths.calendar({ id: 'new' }))}>{t('staff.calendars.make')}</Button>
  return (
    <PeopleFrame here="calendars" title={t('staff.part.calendars')} lead={t('staff.calendars.lead')} actions={add}>
      <Loaded of={calendars}>
        {({ rows }) => (
          <Table<CalendarRow>
            label={t('staff.part.calendars')} rows={rows} rowId={(row) => row.id} rowHref={(row) => paths.calendar({ id: row.id })}
            empty={<EmptyState title={t('staff.calendars.none')} action={add} exampleLabel={t('staff.example')} example={t('staff.calendars.example')}>{t('staff.calendars.none-next')}</EmptyState>}
            columns={[
              { id: 'name', title: t('staff.name'), cell: (row) => <span className="inline-flex flex-wrap items-center gap-2">{row.name}{row.isDefault && <Badge tone="accent">{t('staff.calendars.default')}</Badge>}{row.unpublishedYears.length > 0 && <Badge tone="soon">{t('staff.calendars.unpublished', { years: row.unpublishedYears.join(t('staff.list-comma')) })}</Badge>}</span> },
              { id: 'week', title: t('staff.hours.week'), cell: (row) => <WeekGlance row={row} />, priority: 3 },
              { id: 'sum', title: t('staff.hours.sum'), align: 'end', cell: (row) => <Num value={openMinutes(row.hours.week) / 60} digits={1} unit={t('staff.hours.hours')} /> },
              { id: 'zone', title: t('staff.zone'), cell: (row) => row.hours.zone },
              { id: 'holidays', title: t('staff.hours.holidays'), cell: (row) => t(`staff.hours.holidays.${row.holidays}`) },
            ]}
          />
        )}
      </Loaded>
    </PeopleFrame>
  )
}

function WeekGlance({ row }: { row: CalendarRow }): ReactElement {
  const { locale } = useLanguage()
  return (
    <span className="grid w-40 gap-px py-1" role="img" aria-label={weekdays.map((day) => `${dayName(day, locale)} ${row.hours.week[day].map((one) => `${one.from}–${one.to}`).join(' ') || '–'}`).join(', ')}>
      {weekdays.map((day) => <span key={day} className="[&>svg]:h-[3px]"><Strip intervals={row.hours.week[day]} /></span>)}
    </span>
  )
}
