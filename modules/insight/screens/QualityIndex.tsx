import type { ReactElement } from 'react'
import { useAnswered, useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { paths } from '../../../apps/console/paths.ts'
import { useMay, useSession } from '../../../apps/console/session.tsx'
import { useLanguage, useText, type Text } from '../../../apps/console/text.tsx'
import { Banner, EmptyState, Link, Num, Section, Select, Table, TextField, Time, Trend, useNumberFormatter, type TableColumn } from '../../../ui/index.ts'
import { comparisons, periods, rowWords, valueWords, WEIGHTS } from '../../../lib/metrics/index.ts'
import { scaleOf } from '../../../lib/statistics/index.ts'
import { staff } from '../../staff/contract.ts'
import { indexBy, qualityIndex, type IndexFigures, type IndexVersion } from '../indicators/contract.ts'
import { InsightFrame } from './InsightFrame.tsx'
import { FirstFormula, Formulas } from './IndexFormula.tsx'
import { useQuestion } from './report.ts'
import { Unknown } from './Unknown.tsx'

type Row = IndexFigures['rows'][number]
type IndexBy = (typeof indexBy)[number]
const channels = ['email', 'chat', 'portal', 'phone', 'outlet', 'api']

/** The question of the reports' pages, as far as an index can be asked; a day more or less says nothing of it. */
function useIndexQuestion() {
  const { question, unknown, set, search } = useQuestion()
  const by: IndexBy = indexBy.find((one) => one === question.by) ?? 'time'
  const days = (Date.parse(question.to) - Date.parse(question.from)) / 86_400_000 + 1
  const bucket = days <= 14 ? 'day' as const : days <= 125 ? 'week' as const : 'month' as const
  // An index is asked by fewer things than a report.
  const unasked = search.by === question.by && by !== question.by ? [question.by] : []
  return { ...question, by, bucket, unknown: [...unknown, ...unasked], set, search }
}

/** The service-quality index: how good the service is in one number, what it is made of, and by which formula. */
export default function QualityIndex(): ReactElement {
  const t = useText()
  const { set: _, ...question } = useIndexQuestion()
  const { by, bucket, from, to, compare, filters, unknown } = question
  const versions = useGet(qualityIndex.indexVersions, {}, { live: ['index.'] })
  const asked = { by, bucket, from, to, compare, ...(filters.teamId ? { teamId: filters.teamId } : {}), ...(filters.serviceId ? { serviceId: filters.serviceId } : {}), ...(filters.channel ? { channel: filters.channel } : {}) }
  const hasFormula = versions.data?.rows.some((row) => row.state === 'approved') ?? false
  const figures = useGet(qualityIndex.qualityIndex, { query: asked }, { keepsPrevious: true, staleSeconds: 30, live: ['index.'], isEnabled: hasFormula })
  const answered = useAnswered(question, figures)
  return (
    <InsightFrame here="index" title={t('insight.index.title')} lead={t('insight.index.lead')}>
      <Loaded of={versions}>{({ rows }) => (
        <>
          {hasFormula ? <><Unknown words={unknown} /><Questions /><Loaded of={figures}>{(answer) => <Shown figures={answer} versions={rows} question={answered} />}</Loaded></> : <FirstFormula isProposed={rows.length > 0} />}
          {rows.length > 0 && <Formulas rows={rows} />}
        </>
      )}</Loaded>
    </InsightFrame>
  )
}

function Questions(): ReactElement {
  const t = useText()
  const { by, period, from, to, compare, filters, set } = useIndexQuestion()
  const { person } = useSession()
  const may = useMay()
  const sees = person?.scope === 'all' && may('staff.read')
  const all = useGet(staff.teams, { query: {} }, { isEnabled: sees })
  const teams = sees ? (all.data?.rows ?? []) : (person?.teams ?? [])
  return (
    <div className="grid grid-cols-2 items-end gap-3 sm:flex sm:flex-wrap" role="group" aria-label={t('insight.report.question')}>
      <Select label={t('insight.report.period')} className="min-w-0 sm:w-40" value={period} onChange={(id) => set({ period: id, ...(id === 'own' ? { from, to } : { from: null, to: null }) })} options={periods.map((id) => ({ id, label: t(`insight.report.period-${id}`) }))} />
      {period === 'own' && (
        <>
          <TextField type="date" label={t('insight.report.from')} value={from} onChange={(day) => { if (day) set({ from: day }) }} className="min-w-0 sm:w-40" />
          <TextField type="date" label={t('insight.report.to')} value={to} onChange={(day) => { if (day) set({ to: day }) }} className="min-w-0 sm:w-40" />
        </>
      )}
      <Select label={t('insight.report.compare')} className="min-w-0 sm:w-40" value={compare} onChange={(id) => set({ compare: id })} options={comparisons.map((id) => ({ id, label: t(`insight.report.compare-${id}`) }))} />
      <Select label={t('insight.report.by')} className="min-w-0 sm:w-36" value={by} onChange={(id) => set({ by: id })} options={indexBy.map((id) => ({ id, label: t(`insight.report.by-${id}`) }))} />
      {teams.length > 1 && <Select label={t('insight.team')} className="min-w-0 sm:w-40" value={filters.teamId ?? 'all'} onChange={(id) => set({ teamId: id === 'all' ? null : id })} options={[{ id: 'all', label: t(sees ? 'insight.all-teams' : 'insight.my-teams') }, ...teams.map((team) => ({ id: team.id, label: team.name }))]} />}
      <Select label={t('insight.report.by-channel')} className="min-w-0 sm:w-36" value={filters.channel ?? 'all'} onChange={(id) => set({ channel: id === 'all' ? null : id })} options={[{ id: 'all', label: t('insight.report.all-channels') }, ...channels.map((id) => ({ id, label: t(`requests.channel.${id}`) }))]} />
    </div>
  )
}

function Shown({ figures, versions, question }: { figures: IndexFigures; versions: readonly IndexVersion[]; question: Omit<ReturnType<typeof useIndexQuestion>, 'set'> }): ReactElement {
  const t = useText()
  const { locale } = useLanguage()
  const { person } = useSession()
  const format = useNumberFormatter({ maximumFractionDigits: 1, minimumFractionDigits: 1 })
  const percent = useNumberFormatter({ style: 'percent', maximumFractionDigits: 0 })
  const score = (value: number | null): string => (value === null ? '–' : format.format(value))
  const { total, rows, version, by } = { ...figures, by: question.by }
  const named = rowWords({ by, bucket: question.bucket, from: question.from, to: question.to }, locale, person?.zone ?? 'UTC', t)
  const isCompared = total.before !== null
  const isPartial = rows.some((row) => row.value !== null && row.coverage < 1)
  // The same index for one of the rows.
  const narrowed = (row: Row): string | null => (by === 'time' || row.id === '' ? null : paths.qualityIndex({ ...question.search, by: 'time', [by === 'team' ? 'teamId' : by === 'service' ? 'serviceId' : 'channel']: row.id }))
  const columns: TableColumn<Row>[] = [
    { id: 'key', title: t(`insight.report.by-${by}`), cell: (row) => { const href = narrowed(row); return href ? <Link href={href} variant="quiet">{named(row)}</Link> : named(row) } },
    { id: 'value', title: t('insight.index.index'), align: 'end', cell: (row) => <span className="font-bold tabular-nums">{score(row.value)}</span> },
    ...(by === 'time' ? [] : [{ id: 'bar', title: t('insight.report.share'), priority: 3 as const, width: '10rem', cell: (row: Row) => <Bar value={row.value} /> }]),
    ...(isCompared ? [{ id: 'before', title: t(`insight.report.compare-${question.compare}`), align: 'end' as const, priority: 3 as const, cell: (row: Row) => score(row.before) }, { id: 'change', title: t('insight.report.change'), align: 'end' as const, cell: (row: Row) => <Change now={row.value} before={row.before} /> }] : []),
    ...(isPartial ? [{ id: 'coverage', title: t('insight.index.coverage'), align: 'end' as const, cell: (row: Row) => row.value === null ? '–' : percent.format(row.coverage) }] : []),
    ...(figures.versions.length > 1 && by === 'time' ? [{ id: 'version', title: t('insight.index.version'), align: 'end' as const, priority: 3 as const, cell: (row: Row) => t('insight.index.version-number', { number: row.version }) }] : []),
  ]
  return (
    <>
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <p className="text-2xl font-bold tabular-nums">{score(total.value)}<span className="ms-1 text-base font-normal text-muted">{t('insight.index.of-hundred')}</span></p>
        {isCompared && <p className="text-muted">{t(`insight.report.before-${question.compare}`, { value: score(total.before) })} <Change now={total.value} before={total.before} /></p>}
        {total.value !== null && total.coverage < 1 && <p className="text-soon">{t('insight.index.partial', { part: percent.format(total.coverage) })}</p>}
        <p className="text-sm text-faint">{t('insight.report.as-of')} <Time at={figures.asOf} isPlain /></p>
      </div>
      {(figures.versions.length > 1 || (isCompared && figures.versionBefore !== version)) && <Banner tone="info">{t('insight.index.versions-differ', { number: version ?? 0 })}</Banner>}
      {total.value === null ? <EmptyState title={t('insight.index.no-data')}>{t('insight.index.no-data-next')}</EmptyState> : (
        <>
          {by === 'time' && <Trend title={t('insight.index.index')} scale={scaleOf(rows.flatMap((row) => [row.value, row.before]))} points={rows.map((row) => ({ label: named(row), value: row.value, before: row.before }))} format={(value) => format.format(value)} {...(isCompared ? { beforeLabel: t(`insight.report.compare-${question.compare}`) } : {})} />}
          <Table label={t('insight.index.index')} columns={columns} rows={by === 'time' ? [...rows].reverse() : rows} rowId={(row) => row.id || 'none'} density="compact" />
        </>
      )}
      <MadeOf figures={figures} score={score} />
      <HowComputed figures={figures} effective={versions.find((one) => one.number === version)} />
    </>
  )
}

type Part = IndexFigures['indicators'][number]
function MadeOf({ figures, score }: { figures: IndexFigures; score: (value: number | null) => string }): ReactElement {
  const t = useText()
  const { locale } = useLanguage()
  const { search, compare, period, from, to } = useIndexQuestion()
  const report = (metric: string) => paths.reports({ ...search, metric, by: 'time', compare, period, ...(period === 'own' ? { from, to } : {}) })
  const words = (part: Part, value: number | null) => valueWords(part.metric, locale, t as Text)(value)
  const weights = figures.indicators.reduce((sum, one) => sum + one.weight, 0)
  return (
    <Section title={t('insight.index.made-of')}>
      <Table<Part> label={t('insight.index.made-of')} rows={figures.indicators} rowId={(row) => row.metric} density="compact" columns={[
        { id: 'metric', title: t('insight.index.indicator'), cell: (row) => <span><Link href={report(row.metric)}>{t(`insight.metric.${row.metric}`)}</Link><span className="block text-sm text-muted">{t(`insight.index.group-${row.group}`)}</span></span> },
        { id: 'value', title: t('insight.index.value'), align: 'end', cell: (row) => row.value === null ? <span className="text-soon">{t('insight.index.none')}</span> : words(row, row.value) },
        { id: 'target', title: t('insight.index.target'), align: 'end', cell: (row) => words(row, row.target) },
        { id: 'zero', title: t('insight.index.zero'), align: 'end', priority: 3, cell: (row) => words(row, row.zero) },
        { id: 'score', title: t('insight.index.score'), align: 'end', cell: (row) => score(row.score) },
        { id: 'weight', title: t('insight.index.weight'), align: 'end', cell: (row) => <Num value={row.weight / 100} style="percent" digits={row.weight % 1 === 0 ? 0 : 1} /> },
        { id: 'points', title: t('insight.index.points'), align: 'end', cell: (row) => <span className="font-bold">{score(row.points)}</span> },
        { id: 'owner', title: t('insight.index.owner'), priority: 3, cell: (row) => row.owner?.name ?? t('insight.index.nobody') },
      ]} />
      <p className="text-sm text-muted">{t('insight.index.sum', { weights, points: score(figures.total.value) })}</p>
    </Section>
  )
}

/** In words, with the source of the arithmetic. */
function HowComputed({ figures, effective }: { figures: IndexFigures; effective: IndexVersion | undefined }): ReactElement {
  const t = useText()
  const missing = figures.indicators.filter((one) => one.value === null)
  return (
    <Section title={t('insight.index.how')}>
      <ol className="flex max-w-reading list-decimal flex-col gap-1 ps-5">
        <li>{t('insight.index.how-score')}</li>
        <li>{t('insight.index.how-mean', { weights: WEIGHTS })}</li>
        <li>{missing.length > 0 ? t('insight.index.how-missing-now', { names: missing.map((one) => t(`insight.metric.${one.metric}`)).join(t('insight.index.comma')) }) : t('insight.index.how-missing')}</li>
        <li>{effective ? t(effective.isFirst ? 'insight.index.how-version-first' : 'insight.index.how-version', { number: effective.number, day: effective.effectiveOn }) : t('insight.index.how-version-none')}</li>
      </ol>
      <p className="max-w-reading text-sm text-muted">{t('insight.index.source')}</p>
    </Section>
  )
}

const Bar = ({ value }: { value: number | null }): ReactElement => <svg viewBox="0 0 100 8" preserveAspectRatio="none" className="h-2 w-full rounded-sm bg-sunken" aria-hidden="true"><rect width={value ?? 0} height="8" className="fill-accent" /></svg>

/** How many points more or fewer than before. */
function Change({ now, before }: { now: number | null; before: number | null }): ReactElement | null {
  const t = useText()
  if (now === null || before === null) return null
  const by = now - before
  const isSame = Math.abs(by) < 0.05
  return <span className={`whitespace-nowrap tabular-nums ${isSame ? 'text-muted' : by > 0 ? 'text-ok' : 'text-late'}`}>{t(isSame ? 'insight.report.same' : by > 0 ? 'insight.index.more' : 'insight.index.fewer', { value: Math.abs(by).toFixed(1) })}</span>
}
