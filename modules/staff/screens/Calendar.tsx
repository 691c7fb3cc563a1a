import { useState, type ReactElement } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { refresh, useCall, useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useGo, useParam } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, Banner, Button, ErrorState, Form, Link, RadioGroup, Section, Switch, TextField, toast } from '../../../ui/index.ts'
import { staff, type CalendarRow, type Holidays } from '../contract.ts'
import { DuePreview } from './DuePreview.tsx'
import { Exceptions } from './Exceptions.tsx'
import { PeopleFrame, useRefusal } from './PeopleFrame.tsx'
import { presets } from './week.ts'
import { conflict } from './words.ts'
import { WeekEditor } from './WeekEditor.tsx'
import { browserZone, ZoneField } from './ZoneField.tsx'

export default function CalendarPage(): ReactElement {
  const t = useText()
  const id = useParam('id')
  const calendars = useGet(staff.calendars, {})
  const row = calendars.data?.rows.find((one) => one.id === id)
  return (
    <PeopleFrame here="calendars" title={row?.name ?? t('staff.calendars.make')} lead={<Link href={paths.calendars()}>{t('staff.calendars.back')}</Link>} width="reading">
      <Loaded of={calendars}>
        {({ rows }) => id === 'new' ? <Editor key="new" row={null} isFirst={rows.length === 0} /> : row ? <Editor key={`${row.id}/${row.version}`} row={row} isFirst={false} /> : <ErrorState title={t('staff.calendar.not-found')}><Link href={paths.calendars()}>{t('staff.calendars.back')}</Link></ErrorState>}
      </Loaded>
    </PeopleFrame>
  )
}

type Draft = Pick<CalendarRow, 'name' | 'hours' | 'holidays' | 'isDefault'>

function Editor({ row, isFirst }: { row: CalendarRow | null; isFirst: boolean }): ReactElement {
  const t = useText()
  const go = useGo()
  const client = useQueryClient()
  const refusal = useRefusal('staff.configure')
  const [draft, setDraft] = useState<Draft>(() => row ?? { name: '', hours: { zone: browserZone(), week: presets.office, exceptions: [] }, holidays: 'none', isDefault: isFirst })
  const create = useCall(staff.createCalendar, { refresh: [staff.calendars], onFault: () => undefined, onDone: (made) => { toast.ok(t('staff.saved')); go(paths.calendar({ id: made.id }), true) } })
  const edit = useCall(staff.editCalendar, {
    refresh: [staff.calendars], onDone: () => { toast.ok(t('staff.saved')) },
    onFault: (fault) => { if (fault.code.endsWith('meanwhile')) conflict(t, fault, () => { void refresh(client, [staff.calendars]) }) },
  })
  const call = row ? edit : create
  const fields = call.fieldFaults ?? {}
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change })
  const setHours = (change: Partial<Draft['hours']>) => set({ hours: { ...draft.hours, ...change } })
  const submit = () => {
    const body = { name: draft.name, hours: draft.hours, holidays: draft.holidays, isDefault: draft.isDefault }
    if (row) edit.mutate({ params: { id: row.id }, body: { ...body, version: row.version } })
    else create.mutate({ body })
  }
  const faultUnder = (prefix: string) => Object.entries(fields).find(([path]) => path.startsWith(prefix))?.[1]
  return (
    <Form onSubmit={submit} faults={call.fieldFaults} fault={call.error?.code.endsWith('meanwhile') ? undefined : call.faultText}>
      {row && row.unpublishedYears.length > 0 && <Banner tone="soon">{t('staff.calendars.unpublished-means', { years: row.unpublishedYears.join(t('staff.list-comma')) })}</Banner>}
      <TextField label={t('staff.name')} value={draft.name} onChange={(name) => set({ name })} isRequired error={fields['name']} autoFocus={row === null} />
      <ZoneField value={draft.hours.zone} onChange={(zone) => setHours({ zone })} error={faultUnder('hours.zone')} />
      <WeekEditor week={draft.hours.week} onChange={(week) => setHours({ week })} error={faultUnder('hours.week')} />
      <RadioGroup label={t('staff.hours.holidays')} orientation="horizontal" options={(['TW', 'CN', 'none'] as const).map((id) => ({ id, label: t(`staff.hours.holidays.${id}`) }))} value={draft.holidays} onChange={(id) => set({ holidays: id as Holidays })} description={t('staff.hours.holidays-why')} />
      <Section title={t('staff.exceptions')}><Exceptions zone={draft.hours.zone} exceptions={draft.hours.exceptions} onChange={(exceptions) => setHours({ exceptions })} error={faultUnder('hours.exceptions')} /></Section>
      <Section title={t('staff.preview')}><DuePreview hours={draft.hours} holidays={draft.holidays} /></Section>
      <Switch isSelected={draft.isDefault} isReadOnly={row?.isDefault ?? false} onChange={(isDefault) => set({ isDefault })}>{t(row?.isDefault ? 'staff.calendars.is-default' : 'staff.calendars.make-default')}</Switch>
      <Actions><Button variant="primary" type="submit" busy={call.isPending} reason={refusal}>{t('staff.save')}</Button></Actions>
    </Form>
  )
}
