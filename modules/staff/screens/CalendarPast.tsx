import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, Banner, Button, Dialog, Link, Section, Table, TextField, Time, toast } from '../../../ui/index.ts'
import { requests } from '../../requests/contract.ts'
import { staff, type CalendarRow, type CalendarVersionRow } from '../contract.ts'
import { useRefusal } from './PeopleFrame.tsx'

/** Requests that still run by an earlier version: what would move, and moving it knowingly. Nothing when nothing would. */
export function RunningDeadlines({ row }: { row: CalendarRow }): ReactElement | null {
  const t = useText()
  const may = useMay()
  const refusal = useRefusal('standards.configure')
  const [isAsking, setAsking] = useState(false)
  const [reason, setReason] = useState('')
  const preview = useGet(requests.calendarDeadlines, { params: { id: row.id } }, { isEnabled: may('standards.read') })
  const move = useCall(requests.moveDeadlines, {
    refresh: [requests.calendarDeadlines, requests.list, requests.get],
    onDone: (done) => { toast.ok(t('staff.deadlines.moved', { count: done.deadlines })); if (!done.isMore) setAsking(false) },
  })
  const found = preview.data
  if (!found || found.deadlines + found.paused === 0) return null
  return (
    <>
      <Banner tone="soon" action={<Button size="sm" reason={refusal} onPress={() => setAsking(true)}>{t('staff.deadlines.look')}</Button>}>{t('staff.deadlines.behind', { requests: found.requests, deadlines: found.deadlines })}</Banner>
      <Dialog isOpen={isAsking} onOpenChange={setAsking} title={t('staff.deadlines.title', { version: found.version })} closeLabel={t('staff.cancel')} size="lg" actions={<Actions>
        <Button onPress={() => setAsking(false)}>{t('staff.cancel')}</Button>
        <Button variant="primary" busy={move.isPending} {...(reason.trim() ? {} : { reason: t('staff.deadlines.reason-needed') })} onPress={() => move.mutate({ params: { id: row.id }, body: { version: found.version, reason } })}>{t('staff.deadlines.apply', { count: found.deadlines })}</Button>
      </Actions>}>
        <div className="flex flex-col gap-3">
          <p>{t('staff.deadlines.means')}</p>
          <p className="font-bold">{t('staff.deadlines.counts', { earlier: found.earlier, later: found.later, paused: found.paused })}{found.isMore && ` ${t('staff.deadlines.is-more')}`}</p>
          {found.rows.length > 0 && <Table
            label={t('staff.deadlines.some')} rows={found.rows} rowId={(one) => `${one.id}/${one.clock}`} density="compact"
            columns={[
              { id: 'number', title: t('staff.deadlines.request'), cell: (one) => <Link href={paths.request({ id: one.id })}>#{one.number}</Link> },
              { id: 'clock', title: t('staff.deadlines.clock'), cell: (one) => t(`staff.deadlines.clock.${one.clock}`) },
              { id: 'from', title: t('staff.deadlines.from'), cell: (one) => <Time at={one.from} /> },
              { id: 'to', title: t('staff.deadlines.to'), cell: (one) => <Time at={one.to} /> },
            ]}
          />}
          <TextField label={t('staff.deadlines.reason')} value={reason} onChange={setReason} isRequired />
          {move.error && <p role="alert" className="text-late">{t(move.error.code, move.error.args)}</p>}
        </div>
      </Dialog>
    </>
  )
}

/** Every version the calendar had. */
export function Versions({ id }: { id: string }): ReactElement | null {
  const t = useText()
  const versions = useGet(staff.calendarVersions, { params: { id } })
  if (!versions.data) return null
  return (
    <Section title={t('staff.versions')}>
      <Table<CalendarVersionRow>
        label={t('staff.versions')} rows={versions.data.rows} rowId={(one) => String(one.version)} density="compact"
        columns={[
          { id: 'version', title: t('staff.versions.version'), cell: (one) => one.version },
          { id: 'at', title: t('staff.versions.at'), cell: (one) => <Time at={one.changedAt} /> },
          { id: 'by', title: t('staff.versions.by'), cell: (one) => one.byName ?? t('staff.versions.by-system') },
          { id: 'holidays', title: t('staff.hours.holidays'), cell: (one) => `${t(`staff.hours.holidays.${one.holidays}`)}${one.years.length ? ` ${one.years[0]}–${one.years.at(-1)}` : ''}` },
          { id: 'reason', title: t('staff.versions.reason'), cell: (one) => one.reason },
        ]}
      />
    </Section>
  )
}
