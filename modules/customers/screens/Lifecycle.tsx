import type { ReactElement } from 'react'
import { useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useSearchState } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useSession } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { EmptyState, Link, Num, Section, Select, Table, TextField, Time } from '../../../ui/index.ts'
import { dayIn, daysOf, periods } from '../../../lib/metrics/index.ts'
import { lifecycle, type LifecycleReport } from '../lifecycle/contract.ts'
import { CustomersFrame } from './CustomersFrame.tsx'
import { useStages } from './stage-words.ts'

type Row = LifecycleReport['rows'][number]
interface Exit { stageId: string; cause: string; to: string | null; count: number }
const offered = periods.filter((one) => !['today', 'yesterday', 'week', 'last-week'].includes(one))

/** How many customers are in each stage, how long they stay, how many stand still, and why they leave. */
export default function Lifecycle(): ReactElement {
  const t = useText()
  const [search, set] = useSearchState<'period' | 'from' | 'to'>()
  const { person } = useSession()
  const period = offered.find((one) => one === search.period) ?? 'quarter'
  const days = daysOf(period, dayIn(person?.zone ?? 'UTC', Date.now()), search)
  const found = useGet(lifecycle.lifecycleReport, { query: days }, { keepsPrevious: true, staleSeconds: 30 })
  return (
    <CustomersFrame here="lifecycle" title={t('customers.lifecycle')} lead={t('customers.lifecycle-lead')}>
      <div className="grid grid-cols-2 items-end gap-3 sm:flex sm:flex-wrap" role="group" aria-label={t('insight.report.period')}>
        <Select label={t('insight.report.period')} className="min-w-0 sm:w-40" value={period} onChange={(id) => set({ period: id, ...(id === 'own' ? days : { from: null, to: null }) })} options={offered.map((id) => ({ id, label: t(`insight.report.period-${id}`) }))} />
        {period === 'own' && (
          <>
            <TextField type="date" label={t('insight.report.from')} value={days.from} onChange={(day) => { if (day) set({ from: day }) }} className="min-w-0 sm:w-40" />
            <TextField type="date" label={t('insight.report.to')} value={days.to} onChange={(day) => { if (day) set({ to: day }) }} className="min-w-0 sm:w-40" />
          </>
        )}
      </div>
      <Loaded of={found}>{(report) => <Shown report={report} />}</Loaded>
    </CustomersFrame>
  )
}

function Shown({ report }: { report: LifecycleReport }): ReactElement {
  const t = useText()
  const { nameOf } = useStages()
  const exits: Exit[] = report.rows.flatMap((row) => row.exits.map((exit) => ({ stageId: row.stageId, ...exit })))
  const all = report.rows.reduce((sum, row) => sum + row.now + row.left, 0)
  const most = Math.max(1, ...report.rows.map((row) => row.now))
  const door = (row: Row, search: Record<string, string> = {}) => paths.customers({ stage: row.stageId, ...search })
  if (all === 0) return <EmptyState title={t('customers.lifecycle-empty')}>{t('customers.lifecycle-empty-next')}</EmptyState>
  return (
    <>
      <p className="text-sm text-faint">{t('insight.report.as-of')} <Time at={report.asOf} isPlain /></p>
      <Table<Row> label={t('customers.lifecycle')} rows={report.rows} rowId={(row) => row.stageId} density="compact" columns={[
        { id: 'stage', title: t('customers.stage'), cell: (row) => nameOf(row.stageId) },
        { id: 'now', title: t('customers.now'), align: 'end', cell: (row) => row.now > 0 ? <Num value={row.now} href={door(row)} className="font-bold" /> : <Num value={0} /> },
        { id: 'bar', title: t('insight.report.share'), priority: 3, width: '10rem', cell: (row) => <svg viewBox="0 0 100 8" preserveAspectRatio="none" className="h-2 w-full rounded-sm bg-sunken" aria-hidden="true"><rect width={(row.now / most) * 100} height="8" className="fill-accent" /></svg> },
        { id: 'stalled', title: t('customers.stalled-now'), align: 'end', cell: (row) => row.stalledNow > 0 ? <Num value={row.stalledNow} href={door(row, { stalled: 'true' })} className="text-late" /> : <Num value={0} /> },
        { id: 'entered', title: t('customers.entered-count'), align: 'end', priority: 3, cell: (row) => <Num value={row.entered} /> },
        { id: 'left', title: t('customers.left-count'), align: 'end', cell: (row) => <Num value={row.left} /> },
        { id: 'median', title: t('customers.median-stay'), align: 'end', cell: (row) => <Num value={row.medianDays} digits={1} {...(row.medianDays === null ? {} : { unit: t('customers.days-unit') })} /> },
        { id: 'share', title: t('customers.stalled-share'), align: 'end', cell: (row) => <Num value={row.stalledShare} style="percent" /> },
      ]} />
      <Section title={t('customers.exits')}>
        <Table<Exit> label={t('customers.exits')} rows={exits} rowId={(row) => `${row.stageId} ${row.cause} ${row.to ?? ''}`} density="compact" empty={<p className="text-muted">{t('customers.exits-none')}</p>} columns={[
          { id: 'from', title: t('customers.stage'), cell: (row) => nameOf(row.stageId) },
          { id: 'cause', title: t('customers.cause'), cell: (row) => t(`customers.exit-${row.cause}`) },
          { id: 'to', title: t('customers.went-to'), cell: (row) => row.to === null ? t('customers.went-nowhere') : nameOf(row.to) },
          { id: 'count', title: t('customers.count'), align: 'end', cell: (row) => <Num value={row.count} /> },
        ]} />
      </Section>
      <p className="max-w-reading text-sm text-muted">{t('customers.lifecycle-means')} <Link href={paths.stages()}>{t('customers.to-stages')}</Link></p>
    </>
  )
}
