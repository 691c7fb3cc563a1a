import { Download } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import { useAnswered, useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { paths } from '../../../apps/console/paths.ts'
import { useMay, useSession } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Button, EmptyState, Link, Menu, Num, Select, Table, TextField, Time, Trend, type TableColumn } from '../../../ui/index.ts'
import { staff } from '../../staff/contract.ts'
import { comparisons, dimensionsOf, isOfTime, madeOf, metricKeys, metrics, periods, type MetricKey } from '../../../lib/metrics/index.ts'
import { controlChart, scaleOf } from '../../../lib/statistics/index.ts'
import { fillPath } from '../../../platform/http/contract.ts'
import { reports, type Figure, type Figures } from '../metrics/contract.ts'
import { savedReports } from '../reports/contract.ts'
import { InsightFrame } from './InsightFrame.tsx'
import { SaveDialog } from './SaveDialog.tsx'
import { queryOf, savedOf, useFigureWords, useKeyWords, useQuestion, type Question } from './report.ts'
import { Unknown } from './Unknown.tsx'

/** Any metric over any period by any dimension. Every figure opens the requests it is made of. */
export default function Reports(): ReactElement {
  const t = useText()
  const { question, unknown, saved, set, search } = useQuestion()
  const [dialog, setDialog] = useState<'new' | 'change' | null>(null)
  const found = useGet(savedReports.savedReport, { params: { id: saved ?? '' } }, { isEnabled: saved !== undefined })
  const report = saved === undefined ? undefined : found.data
  const query = { ...queryOf(question), compare: question.compare }
  const figures = useGet(reports.figures, { query }, { keepsPrevious: true, staleSeconds: 30 })
  const answered = useAnswered({ question, search }, figures)
  return (
    <InsightFrame here="reports" title={report?.name ?? t('insight.report.title')} lead={t('insight.report.lead')} actions={(
      <>
        {report?.isMine && <Button onPress={() => setDialog('change')}>{t('insight.saved.save-changes')}</Button>}
        <Button onPress={() => setDialog('new')}>{t(report ? 'insight.saved.save-as' : 'insight.saved.save')}</Button>
        <ExportMenu query={query as Record<string, string>} />
      </>
    )}>
      <Unknown words={unknown} />
      <Questions />
      <Loaded of={figures}>{(answer) => <Shown figures={answer} {...answered} />}</Loaded>
      {dialog && <SaveDialog question={savedOf(question)} {...(dialog === 'change' && report ? { report } : {})} onClose={() => setDialog(null)} onSaved={({ id }) => set({ saved: id })} />}
    </InsightFrame>
  )
}

/** The figures as a file; what this machine can't make says why. */
function ExportMenu({ query }: { query: Record<string, string> }): ReactElement {
  const t = useText()
  const found = useGet(savedReports.fileFormats, {}, { staleSeconds: 300 })
  const fetchFile = (format: string): void => {
    const link = document.createElement('a')
    link.href = `${fillPath(savedReports.reportFile.path, { format })}?${new URLSearchParams(query)}`
    link.download = ''
    link.click()
  }
  const entries = (found.data?.rows ?? []).map(({ format, reason }) => ({ id: format, label: t(`insight.saved.format-${format}`), ...(reason === null ? {} : { reason: t(reason) }) }))
  return <Menu label={t('insight.report.export')} placement="bottom end" groups={[{ id: 'formats', entries }]} onAction={fetchFile} trigger={<Button icon={<Download className="size-4" aria-hidden="true" />}>{t('insight.report.export')}</Button>} />
}

/** People's time has no channel: what it can't be asked for goes. */
const ofTime = ({ metric, by }: Question) => ({ ...(isOfTime(metric) || dimensionsOf('occupancy').includes(by) ? {} : { by: 'time' }), serviceId: null, channel: null, priority: null, tier: null, type: null })

function Questions(): ReactElement {
  const t = useText()
  const { question, set } = useQuestion()
  const { person } = useSession()
  const may = useMay()
  const sees = person?.scope === 'all' && may('staff.read')
  const all = useGet(staff.teams, { query: {} }, { isEnabled: sees })
  const teams = sees ? (all.data?.rows ?? []) : (person?.teams ?? [])
  const channels = ['email', 'chat', 'portal', 'phone', 'outlet', 'api']
  return (
    <div className="grid grid-cols-2 items-end gap-3 sm:flex sm:flex-wrap" role="group" aria-label={t('insight.report.question')}>
      <Select label={t('insight.report.metric')} className="col-span-2 sm:w-64" value={question.metric} onChange={(metric) => set({ metric, ...(isOfTime(metric as MetricKey) ? ofTime(question) : {}) })} options={metricKeys.map((id) => ({ id, label: t(`insight.metric.${id}`) }))} />
      <Select label={t('insight.report.by')} className="min-w-0 sm:w-36" value={question.by} onChange={(by) => set({ by })} options={dimensionsOf(question.metric).map((id) => ({ id, label: t(`insight.report.by-${id}`) }))} />
      <Select label={t('insight.report.period')} className="min-w-0 sm:w-40" value={question.period} onChange={(period) => set({ period, ...(period === 'own' ? { from: question.from, to: question.to } : { from: null, to: null }) })} options={periods.map((id) => ({ id, label: t(`insight.report.period-${id}`) }))} />
      {question.period === 'own' && (
        <>
          <TextField type="date" label={t('insight.report.from')} value={question.from} onChange={(from) => { if (from) set({ from }) }} className="min-w-0 sm:w-40" />
          <TextField type="date" label={t('insight.report.to')} value={question.to} onChange={(to) => { if (to) set({ to }) }} className="min-w-0 sm:w-40" />
        </>
      )}
      <Select label={t('insight.report.compare')} className="min-w-0 sm:w-40" value={question.compare} onChange={(compare) => set({ compare })} options={comparisons.map((id) => ({ id, label: t(`insight.report.compare-${id}`) }))} />
      {teams.length > 1 && <Select label={t('insight.team')} className="min-w-0 sm:w-40" value={question.filters.teamId ?? 'all'} onChange={(teamId) => set({ teamId: teamId === 'all' ? null : teamId })} options={[{ id: 'all', label: t(sees ? 'insight.all-teams' : 'insight.my-teams') }, ...teams.map((team) => ({ id: team.id, label: team.name }))]} />}
      {!isOfTime(question.metric) && <Select label={t('insight.report.by-channel')} className="min-w-0 sm:w-36" value={question.filters.channel ?? 'all'} onChange={(channel) => set({ channel: channel === 'all' ? null : channel })} options={[{ id: 'all', label: t('insight.report.all-channels') }, ...channels.map((id) => ({ id, label: t(`requests.channel.${id}`) }))]} />}
    </div>
  )
}

function Shown({ figures, question, search }: { figures: Figures; question: Question; search: ReturnType<typeof useQuestion>['search'] }): ReactElement {
  const t = useText()
  const words = useFigureWords(question.metric, figures.currency)
  const named = useKeyWords(question)
  const door = (key?: string) => paths.reportRequests({ ...search, ...(key === undefined ? {} : { key }) })
  const { total } = figures
  // An installation younger than the period before has nothing to stand beside.
  const isCompared = total.before !== null && (total.before !== 0 || figures.rows.some((row) => row.before !== null && row.before !== 0))
  const name = t(`insight.metric.${question.metric}`)
  const isByTime = question.by === 'time'
  // What is not over yet can't be judged.
  const isOver = (at: number): boolean => (figures.rows[at + 1]?.id ?? figures.to) <= figures.asOf
  const control = isByTime ? controlChart(figures.rows.map((row, at) => isOver(at) ? row.value : null), { least: 0, ...(metrics[question.metric].unit === 'share' ? { most: 1 } : {}) }) : null
  const places = new Map(figures.rows.map((row, at) => [row.id, at]))
  const signalOf = (row: Figure) => control?.signals.get(places.get(row.id) ?? -1)
  const most = Math.max(1e-9, ...figures.rows.map((row) => row.value ?? 0))
  const columns: TableColumn<Figure>[] = [
    { id: 'key', title: t(`insight.report.by-${question.by}`), cell: named },
    { id: 'value', title: name, align: 'end', width: '12rem', cell: (row) => row.count > 0 ? <Link href={door(row.id)} variant="quiet" className="font-bold tabular-nums">{words(row.value)}</Link> : words(row.value) },
    ...(control && control.signals.size > 0 ? [{ id: 'signal', title: t('insight.report.signal'), cell: (row: Figure) => { const signal = signalOf(row); return signal ? <span className="text-late">◆ {t(`insight.report.signal-${signal}`)}</span> : '' } }] : []),
    ...(isByTime ? [] : [{ id: 'bar', title: t('insight.report.share'), priority: 3 as const, width: '10rem', cell: (row: Figure) => <svg viewBox="0 0 100 8" preserveAspectRatio="none" className="h-2 w-full rounded-sm bg-sunken" aria-hidden="true"><rect width={((row.value ?? 0) / most) * 100} height="8" className="fill-accent" /></svg> }]),
    ...(metrics[question.metric].aggregate === 'count' ? [] : [{ id: 'count', title: t(madeOf(question.metric).head), align: 'end' as const, priority: 3 as const, cell: (row: Figure) => <Num value={row.count} /> }]),
    ...(isCompared ? [{ id: 'before', title: t(`insight.report.compare-${question.compare}`), align: 'end' as const, priority: 3 as const, cell: (row: Figure) => words(row.before) }, { id: 'change', title: t('insight.report.change'), align: 'end' as const, cell: (row: Figure) => <Change now={row.value} before={row.before} metric={question.metric} /> }] : []),
  ]
  return (
    <>
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <p className="text-2xl font-bold tabular-nums">{total.count > 0 ? <Link href={door()} variant="quiet">{words(total.value)}</Link> : words(total.value)}</p>
        {isCompared && <p className="text-muted">{t(`insight.report.before-${question.compare}`, { value: words(total.before) })} <Change now={total.value} before={total.before} metric={question.metric} /></p>}
        {metrics[question.metric].aggregate !== 'count' && <p className="text-muted">{t(madeOf(question.metric).of, { count: total.count })}</p>}
      </div>
      <p className="max-w-reading text-sm text-muted">{t(`insight.metric.${question.metric}-formula`)} {t('insight.report.as-of')} <Time at={figures.asOf} isPlain /></p>
      {total.count === 0 && (total.before ?? 0) === 0 ? <EmptyState title={t(madeOf(question.metric).empty)}>{t('insight.report.empty-next')}</EmptyState> : (
        <>
          {isByTime && <Trend title={name} scale={scaleOf([...figures.rows.flatMap((row) => [row.value, row.before]), control?.lower, control?.upper], { isTime: metrics[question.metric].unit === 'minutes' })} points={figures.rows.map((row) => ({ label: named(row), value: row.value, before: row.before }))} format={(value) => words(value)} {...(control ? { limits: control, outstanding: new Set(control.signals.keys()) } : {})} {...(isCompared ? { beforeLabel: t(`insight.report.compare-${question.compare}`) } : {})} />}
          {control && <p className="max-w-reading text-sm text-muted">{t('insight.report.control', { mean: words(control.mean), lower: words(control.lower), upper: words(control.upper), count: control.signals.size })}</p>}
          <Table label={name} columns={columns} rows={isByTime ? [...figures.rows].reverse() : figures.rows} rowId={(row) => row.id || 'none'} density="compact" />
        </>
      )}
    </>
  )
}

/** How much more or less than before, in words, coloured by which way is better. */
function Change({ now, before, metric }: { now: number | null; before: number | null; metric: Question['metric'] }): ReactElement | null {
  const t = useText()
  if (now === null || before === null || before === 0) return null
  const part = metrics[metric].unit === 'share' ? now - before : now / before - 1
  const { better } = metrics[metric]
  const isSame = Math.abs(part) < 0.0005
  const tone = isSame || better === null ? 'text-muted' : part > 0 === (better === 'more') ? 'text-ok' : 'text-late'
  const value = (Math.abs(part) * 100).toFixed(1)
  return <span className={`whitespace-nowrap tabular-nums ${tone}`}>{t(isSame ? 'insight.report.same' : metrics[metric].unit === 'share' ? (part > 0 ? 'insight.report.points-more' : 'insight.report.points-less') : part > 0 ? 'insight.report.more' : 'insight.report.less', { value })}</span>
}
