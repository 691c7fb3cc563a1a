import { useState, type ReactElement } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { refresh, useCall, useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useGo, useParam } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, AlertDialog, Banner, Button, ErrorState, Form, Link, Section, Select, Switch, TextField, toast } from '../../../ui/index.ts'
import { requests } from '../../requests/contract.ts'
import { staff, type CalendarRow, type Holidays } from '../contract.ts'
import { RunningDeadlines, Versions } from './CalendarPast.tsx'
import { DuePreview } from './DuePreview.tsx'
import { Exceptions } from './Exceptions.tsx'
import { HolidayImport, type TakenOver } from './HolidayImport.tsx'
import { MonthView } from './MonthView.tsx'
import { PeopleFrame, useRefusal } from './PeopleFrame.tsx'
import { presets, weekdays } from './week.ts'
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

type Draft = Pick<CalendarRow, 'name' | 'hours' | 'holidays' | 'imports' | 'isDefault'>
const regions = ['TW', 'CN', 'HK', 'MO', 'SG', 'none'] as const

function Editor({ row, isFirst }: { row: CalendarRow | null; isFirst: boolean }): ReactElement {
  const t = useText()
  const go = useGo()
  const client = useQueryClient()
  const refusal = useRefusal('staff.configure')
  const [draft, setDraft] = useState<Draft>(() => row ?? { name: '', hours: { zone: browserZone(), week: presets.office, exceptions: [] }, holidays: 'none', imports: [], isDefault: isFirst })
  const [reason, setReason] = useState('')
  const [isImporting, setImporting] = useState(false)
  const create = useCall(staff.createCalendar, { refresh: [staff.calendars], onFault: () => undefined, onDone: (made) => { toast.ok(t('staff.saved')); go(paths.calendar({ id: made.id }), true) } })
  const edit = useCall(staff.editCalendar, {
    refresh: [staff.calendars, staff.calendarVersions, requests.calendarDeadlines], onDone: () => { toast.ok(t('staff.saved')) },
    onFault: (fault) => { if (fault.code.endsWith('meanwhile')) conflict(t, fault, () => { void refresh(client, [staff.calendars]) }) },
  })
  const call = row ? edit : create
  const fields = call.fieldFaults ?? {}
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change })
  const setHours = (change: Partial<Draft['hours']>) => set({ hours: { ...draft.hours, ...change } })
  const submit = () => {
    const body = { name: draft.name, hours: draft.hours, holidays: draft.holidays, imports: draft.imports, isDefault: draft.isDefault }
    if (row) edit.mutate({ params: { id: row.id }, body: { ...body, version: row.version, ...(reason.trim() ? { reason } : {}) } })
    else create.mutate({ body })
  }
  const takeOver = ({ exceptions, imported }: TakenOver) => {
    const fresh = new Set(exceptions.map((one) => one.date))
    set({ hours: { ...draft.hours, exceptions: [...draft.hours.exceptions.filter((one) => !fresh.has(one.date)), ...exceptions].sort((a, b) => a.date.localeCompare(b.date)) }, imports: [...draft.imports, imported] })
  }
  const pick = (date: string) => { if (!draft.hours.exceptions.some((one) => one.date === date)) setHours({ exceptions: [...draft.hours.exceptions, { date, open: [] }].sort((a, b) => a.date.localeCompare(b.date)) }) }
  const worked = weekdays.map((day) => draft.hours.week[day]).find((one) => one.length > 0) ?? []
  const faultUnder = (prefix: string) => Object.entries(fields).find(([path]) => path.startsWith(prefix))?.[1]
  return (
    <Form onSubmit={submit} faults={call.fieldFaults} fault={call.error?.code.endsWith('meanwhile') ? undefined : call.faultText}>
      {row && <RunningDeadlines row={row} />}
      {row && row.unpublishedYears.length > 0 && <Banner tone="soon">{t('staff.calendars.unpublished-means', { years: row.unpublishedYears.join(t('staff.list-comma')) })}</Banner>}
      <TextField label={t('staff.name')} value={draft.name} onChange={(name) => set({ name })} isRequired error={fields['name']} autoFocus={row === null} />
      <ZoneField value={draft.hours.zone} onChange={(zone) => setHours({ zone })} error={faultUnder('hours.zone')} />
      <WeekEditor week={draft.hours.week} onChange={(week) => setHours({ week })} error={faultUnder('hours.week')} />
      <Select label={t('staff.hours.holidays')} options={regions.map((id) => ({ id, label: t(`staff.hours.holidays.${id}`) }))} value={draft.holidays} onChange={(id) => set({ holidays: id as Holidays })} description={t('staff.hours.holidays-why')} className="max-w-72" />
      <Section title={t('staff.month')}><MonthView draft={draft} onPick={pick} /></Section>
      <Section title={t('staff.exceptions')} actions={<Button size="sm" onPress={() => setImporting(true)}>{t('staff.import')}</Button>}>
        {draft.imports.map((one, at) => <p key={at} className="text-sm text-muted">{t('staff.import.came-from', { label: one.label, from: String(one.from), to: String(one.to) })}</p>)}
        <Exceptions zone={draft.hours.zone} exceptions={draft.hours.exceptions} onChange={(exceptions) => setHours({ exceptions })} error={faultUnder('hours.exceptions')} />
      </Section>
      <HolidayImport isOpen={isImporting} onOpenChange={setImporting} worked={worked} onTake={takeOver} />
      <Section title={t('staff.preview')}><DuePreview draft={draft} /></Section>
      <Switch isSelected={draft.isDefault} isReadOnly={row?.isDefault ?? false} onChange={(isDefault) => set({ isDefault })}>{t(row?.isDefault ? 'staff.calendars.is-default' : 'staff.calendars.make-default')}</Switch>
      {row && <TextField label={t('staff.calendars.reason')} value={reason} onChange={setReason} description={t('staff.calendars.reason-why')} />}
      <Actions>{row && !row.isDefault && <Remove row={row} refusal={refusal} />}<Button variant="primary" type="submit" busy={call.isPending} reason={refusal}>{t('staff.save')}</Button></Actions>
      {row && <Versions id={row.id} />}
    </Form>
  )
}

function Remove({ row, refusal }: { row: CalendarRow; refusal: string | undefined }): ReactElement {
  const t = useText()
  const go = useGo()
  const [isAsking, setAsking] = useState(false)
  const remove = useCall(staff.removeCalendar, { refresh: [staff.calendars], onDone: () => { toast.ok(t('staff.calendars.removed', { name: row.name })); go(paths.calendars(), true) } })
  return (
    <>
      <Button reason={refusal} busy={remove.isPending} onPress={() => setAsking(true)}>{t('staff.calendars.remove')}</Button>
      <AlertDialog isOpen={isAsking} onOpenChange={setAsking} title={t('staff.calendars.remove-ask', { name: row.name })} confirmLabel={t('staff.calendars.remove')} cancelLabel={t('staff.cancel')} isDangerous onConfirm={() => remove.mutateAsync({ params: { id: row.id } }).then(() => undefined, () => setAsking(false))}>{t('staff.calendars.remove-means')}</AlertDialog>
    </>
  )
}
