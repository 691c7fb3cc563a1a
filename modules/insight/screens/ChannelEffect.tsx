import { Download } from 'lucide-react'
import { type ReactElement, useMemo } from 'react'
import { useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useSearchState } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useMay, useSession } from '../../../apps/console/session.tsx'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { comparisons, dayIn, metrics, readable, valueWords } from '../../../lib/metrics/index.ts'
import { Badge, Banner, Button, EmptyState, Link, Section, Select, Table, type TableColumn, TextField, Time } from '../../../ui/index.ts'
import { staff } from '../../staff/contract.ts'
import { standards } from '../../standards/contract.ts'
import { channelInsight, type ChannelEffect, type Effect, type EffectMetric, type EffectRow, type Estimated } from '../channels/contract.ts'
import { InsightFrame } from './InsightFrame.tsx'
import { IntervalDots } from './IntervalDots.tsx'

const DAY_MS = 86_400_000
const plus = (on: string, days: number): string => new Date(Date.parse(on) + days * DAY_MS).toISOString().slice(0, 10)
const periods = ['7', '28', '91', 'own', 'around'] as const
const spans = [7, 14, 28, 56, 91] as const
const overview = ['volume', 'first-response-time', 'first-response-in-limit', 'satisfied-share', 'retention', 'cost-per-resolution'] as const satisfies readonly EffectMetric[]
type Name = 'period' | 'from' | 'to' | 'on' | 'span' | 'compare' | 'teamId' | 'serviceId' | 'channel'

/** The page's question as it stands in the address; whole days, up to yesterday, unless days are named. */
function useAsked() {
  const [search, set] = useSearchState<Name>()
  const { person } = useSession()
  const yesterday = plus(dayIn(person?.zone ?? 'UTC', Date.now()), -1)
  const period = periods.find((one) => one === search.period) ?? '28'
  const span = spans.find((one) => String(one) === search.span) ?? 28
  const on = search.on ?? plus(yesterday, -13)
  const [from, to] = period === 'own' ? [search.from ?? plus(yesterday, -27), search.to ?? yesterday]
    : period === 'around' ? [on, [plus(on, span - 1), yesterday].sort()[0]!] : [plus(yesterday, 1 - Number(period)), yesterday]
  const compare = period !== 'around' && search.compare === 'year' ? 'year' as const : 'previous' as const
  const narrowed = { ...(search.teamId ? { teamId: search.teamId } : {}), ...(search.serviceId ? { serviceId: search.serviceId } : {}) }
  return { period, span, on, from, to, compare, yesterday, narrowed, channel: search.channel ?? null, set, query: { from, to, compare, ...narrowed } }
}
type Asked = ReturnType<typeof useAsked>

/** What each channel does for those who use it, beside an earlier period. */
export default function ChannelEffectPage(): ReactElement {
  const t = useText()
  const may = useMay()
  const asked = useAsked()
  const isPossible = asked.from <= asked.to
  const found = useGet(channelInsight.channelEffect, { query: asked.query }, { keepsPrevious: true, staleSeconds: 60, isEnabled: isPossible })
  const file = (format: 'csv' | 'xlsx') => (
    <a href={`/api/channel-effect/export?${new URLSearchParams({ ...asked.query, format })}`} download className="inline-flex min-h-control items-center gap-2 rounded-md border border-edge bg-raised px-3 hover:border-muted"><Download className="size-4" aria-hidden="true" />{t(`insight.effect.${format}`)}</a>
  )
  return (
    <InsightFrame here="effect" title={t('insight.effect.title')} lead={t('insight.effect.lead')} actions={(
      <>
        <Link href={paths.channelTiers()} variant="button">{t('insight.effect.to-tiers')}</Link>
        {may('standards.read') && <Link href={paths.channelRecords()} variant="button">{t('insight.effect.to-records')}</Link>}
        {isPossible && <>{file('csv')}{file('xlsx')}</>}
      </>
    )}>
      <Questions asked={asked} />
      {isPossible ? <Loaded of={found}>{(effect) => <Shown effect={effect} asked={asked} />}</Loaded> : <Banner tone="soon">{t(asked.period === 'around' ? 'insight.effect.not-yet' : 'insight.period-backwards')}</Banner>}
    </InsightFrame>
  )
}

function Questions({ asked: { period, span, on, from, to, compare, yesterday, narrowed, set } }: { asked: Asked }): ReactElement {
  const t = useText()
  const { locale } = useLanguage()
  const { person } = useSession()
  const may = useMay()
  const sees = person?.scope === 'all' && may('staff.read')
  const all = useGet(staff.teams, { query: {} }, { isEnabled: sees, staleSeconds: 300 })
  const services = useGet(standards.services, {}, { isEnabled: may('standards.read'), staleSeconds: 300 })
  const teams = sees ? (all.data?.rows ?? []) : (person?.teams ?? [])
  const day = (label: string, value: string, change: (value: string) => void) => <TextField type="date" label={label} value={value} onChange={(typed) => { if (typed) change(typed) }} className="min-w-0 sm:w-40" />
  return (
    <div className="grid grid-cols-2 items-end gap-3 sm:flex sm:flex-wrap" role="group" aria-label={t('insight.effect.question')}>
      <Select label={t('insight.report.period')} className="col-span-2 sm:w-48" value={period} onChange={(id) => set({ period: id, ...(id === 'own' ? { from, to } : { from: null, to: null }) })} options={periods.map((id) => ({ id, label: t(`insight.effect.period-${id}`) }))} />
      {period === 'own' && <>{day(t('insight.report.from'), from, (value) => set({ from: value }))}{day(t('insight.report.to'), to, (value) => set({ to: value }))}</>}
      {period === 'around' && (
        <>
          {day(t('insight.effect.on'), on, (value) => set({ on: value <= yesterday ? value : yesterday }))}
          <Select label={t('insight.effect.span')} className="min-w-0 sm:w-32" value={String(span)} onChange={(id) => set({ span: id })} options={spans.map((id) => ({ id: String(id), label: t('insight.effect.span-days', { count: id }) }))} />
        </>
      )}
      {period !== 'around' && <Select label={t('insight.report.compare')} className="min-w-0 sm:w-40" value={compare} onChange={(id) => set({ compare: id })} options={comparisons.filter((id) => id !== 'none').map((id) => ({ id, label: t(`insight.report.compare-${id}`) }))} />}
      {teams.length > 1 && <Select label={t('insight.team')} className="min-w-0 sm:w-40" value={narrowed.teamId ?? 'all'} onChange={(id) => set({ teamId: id === 'all' ? null : id })} options={[{ id: 'all', label: t(sees ? 'insight.all-teams' : 'insight.my-teams') }, ...teams.map((team) => ({ id: team.id, label: team.name }))]} />}
      {(services.data?.rows.length ?? 0) > 1 && <Select label={t('insight.report.by-service')} className="min-w-0 sm:w-40" value={narrowed.serviceId ?? 'all'} onChange={(id) => set({ serviceId: id === 'all' ? null : id })} options={[{ id: 'all', label: t('insight.effect.all-services') }, ...services.data!.rows.map((service) => ({ id: service.id, label: service.name[locale] }))]} />}
    </div>
  )
}

const countOf = ({ rows }: ChannelEffect): number => Math.max(0, ...rows.map((row) => Math.max(row.now.count, row.before.count)))

function Shown({ effect, asked }: { effect: Effect; asked: Asked }): ReactElement {
  const t = useText()
  const channelName = (channel: string | null): string => (channel === null ? t('insight.effect.all') : t(`requests.channel.${channel}`))
  const dayWords = (at: string): string => dayIn(effect.zone, Date.parse(at))
  const shown = effect.channels.find((one) => one.channel === asked.channel) ?? effect.channels[0]!
  const words = useWords(effect.currency)
  if (effect.channels.every((one) => countOf(one) === 0)) return <EmptyState title={t('insight.effect.none')}>{t('insight.effect.none-next')}</EmptyState>
  const columns: TableColumn<ChannelEffect>[] = [
    { id: 'channel', title: t('insight.effect.channel'), cell: (row) => <span className="inline-flex flex-wrap items-center gap-2 font-bold">{channelName(row.channel)}{row.record && <TierBadge tier={row.record.tier} />}</span> },
    ...overview.map((metric): TableColumn<ChannelEffect> => ({
      id: metric, title: t(`insight.metric.${metric}`), align: 'end', ...(metric === 'volume' || metric === 'first-response-in-limit' || metric === 'satisfied-share' ? {} : { priority: 3 as const }),
      cell: ({ rows }) => { const row = rows.find((one) => one.metric === metric)!; return <span className="whitespace-nowrap tabular-nums">{words(metric, row.now.value)} <Sign row={row} /></span> },
    })),
  ]
  return (
    <>
      <p className="max-w-reading text-muted">{t('insight.effect.compared', { from: asked.from, to: asked.to, before: dayWords(effect.beforeFrom), until: dayWords(new Date(Date.parse(effect.beforeTo) - 1).toISOString()) })} {t('insight.effect.chance-means')} {t('insight.report.as-of')} <Time at={effect.asOf} isPlain /></p>
      <Section title={t('insight.effect.overview')}>
        <Table<ChannelEffect> label={t('insight.effect.overview')} rows={effect.channels} rowId={(row) => row.channel ?? 'all'} columns={columns} density="compact" onOpen={(row) => asked.set({ channel: row.channel }, true)} />
      </Section>
      <Section title={channelName(shown.channel)} actions={<Select label={t('insight.effect.channel')} isLabelHidden className="w-40" value={shown.channel ?? 'all'} onChange={(id) => asked.set({ channel: id === 'all' ? null : id })} options={effect.channels.map((one) => ({ id: one.channel ?? 'all', label: channelName(one.channel) }))} />}>
        <One effect={effect} shown={shown} asked={asked} />
      </Section>
      {effect.changes.length > 0 && (
        <Section title={t('insight.effect.changes')}>
          <ul className="flex flex-col gap-1">
            {effect.changes.map((one) => (
              <li key={`${one.channel} ${one.number}`} className="flex flex-wrap items-center gap-x-3 gap-y-1">
                <span>{t(one.tierBefore === null || one.tierBefore === one.tier ? 'insight.effect.change-other' : 'insight.effect.change-tier', { day: dayWords(one.effectiveAt), channel: channelName(one.channel), before: one.tierBefore ? t(`insight.tier.${one.tierBefore}`) : '', after: t(`insight.tier.${one.tier}`) })}</span>
                {one.reason && <span className="text-muted">{one.reason}</span>}
                <Button size="sm" onPress={() => asked.set({ period: 'around', on: dayWords(one.effectiveAt), channel: one.channel, from: null, to: null }, true)}>{t('insight.effect.look-around')}</Button>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  )
}

export function TierBadge({ tier }: { tier: 'core' | 'auxiliary' | 'supplementary' }): ReactElement {
  const t = useText()
  return <Badge tone={tier === 'core' ? 'accent' : tier === 'auxiliary' ? 'info' : 'plain'}>{t(`insight.tier.${tier}`)}</Badge>
}

/** Any metric's value in words, money with its currency. */
function useWords(currency: string | null): (metric: EffectRow['metric'], value: number | null) => string {
  const t = useText()
  const { locale } = useLanguage()
  return useMemo(() => (metric, value) => valueWords(metric, locale, t, currency)(value), [currency, locale, t])
}

/** Better or worse by more than chance, in the glance of the overview. */
function Sign({ row }: { row: EffectRow }): ReactElement | null {
  const t = useText()
  if (!row.change || row.change.isChance !== false) return null
  const { better } = metrics[row.metric]
  const isMore = row.change.value > 0
  const tone = better === null ? 'text-muted' : isMore === (better === 'more') ? 'text-ok' : 'text-late'
  return <span className={tone}><span aria-hidden="true">{isMore ? '▲' : '▼'}</span><span className="sr-only">{t('insight.effect.not-chance')}</span></span>
}

function One({ effect, shown, asked }: { effect: Effect; shown: ChannelEffect; asked: Asked }): ReactElement {
  const t = useText()
  const words = useWords(effect.currency)
  const isOwn = { period: 'own', compare: asked.compare, by: 'channel', ...asked.narrowed, ...(shown.channel === null ? {} : { key: shown.channel }) }
  const door = (metric: string) => paths.reportRequests({ ...isOwn, metric, from: asked.from, to: asked.to })
  const figure = (row: EffectRow, one: Estimated, href: string | null) => (
    <span className="inline-flex flex-col items-end py-1">
      {href !== null && one.count > 0 ? <Link href={href} variant="quiet" className="font-bold tabular-nums">{words(row.metric, one.value)}</Link> : <span className="tabular-nums">{words(row.metric, one.value)}</span>}
      {one.value !== null && one.count > 0 && <span className="text-sm text-faint tabular-nums">{row.metric === 'cost-per-contact' ? t('insight.effect.of', { count: one.count }) : one.low === null || one.high === null ? `${t('insight.effect.of', { count: one.count })} · ${t('insight.effect.few')}` : t('insight.effect.between', { low: words(row.metric, one.low), high: words(row.metric, one.high) })}</span>}
    </span>
  )
  const limit = shown.record?.responseMinutes ?? null
  const limitWords = () => { const { value, digits, unit } = readable(t, limit); return t('insight.effect.limit', { time: `${value!.toFixed(digits).replace(/\.0$/, '')} ${unit}` }) }
  return (
    <Table<EffectRow> label={shown.channel === null ? t('insight.effect.all') : t(`requests.channel.${shown.channel}`)} rows={shown.rows} rowId={(row) => row.metric} columns={[
      { id: 'measure', title: t('insight.effect.measure'), cell: (row) => <span className="inline-flex flex-col"><span>{t(`insight.metric.${row.metric}`)}</span>{row.metric === 'first-response-in-limit' && limit !== null && <span className="text-sm text-faint">{limitWords()}</span>}</span> },
      { id: 'now', title: t('insight.effect.now'), align: 'end', cell: (row) => figure(row, row.now, door(row.metric)) },
      { id: 'before', title: t('insight.effect.before'), align: 'end', cell: (row) => figure(row, row.before, paths.reportRequests({ ...isOwn, metric: row.metric, from: dayIn(effect.zone, Date.parse(effect.beforeFrom)), to: dayIn(effect.zone, Date.parse(effect.beforeTo) - 1) })) },
      { id: 'change', title: t('insight.effect.change'), align: 'end', cell: (row) => <Change row={row} words={words} /> },
      { id: 'picture', title: t('insight.effect.picture'), priority: 3, width: '12rem', cell: (row) => <IntervalDots now={row.now} before={row.before} target={row.target?.value ?? null} /> },
      { id: 'target', title: t('insight.effect.target'), cell: (row) => row.target === null ? '–' : <span className="inline-flex flex-wrap items-center gap-2"><span className="tabular-nums">{words(row.metric, row.target.value)}</span>{row.target.verdict && <Badge tone={row.target.verdict === 'met' ? 'ok' : row.target.verdict === 'missed' ? 'late' : 'soon'}>{t(`insight.effect.verdict-${row.target.verdict}`)}</Badge>}</span> },
    ]} />
  )
}

/** How much more or less, how sure, and in words whether it is more than chance. */
function Change({ row, words }: { row: EffectRow; words: (metric: EffectRow['metric'], value: number | null) => string }): ReactElement {
  const t = useText()
  const { change, metric } = row
  if (!change) return <span>–</span>
  const { better, unit } = metrics[metric]
  // Between two shares lie points, not per cent.
  const bare = (value: number): string => (unit === 'share' ? (value * 100).toFixed(1) : words(metric, value))
  // What rounds to nothing has no sign.
  const signed = (value: number): string => `${bare(Math.abs(value)) === bare(0) ? '' : value > 0 ? '+' : '−'}${bare(Math.abs(value))}`
  const tone = change.isChance !== false || better === null ? '' : change.value > 0 === (better === 'more') ? 'text-ok' : 'text-late'
  return (
    <span className="inline-flex flex-col items-end py-1">
      <span className={`font-bold tabular-nums ${tone}`}>{unit === 'share' ? t('insight.effect.points', { value: signed(change.value) }) : signed(change.value)}</span>
      {change.low !== null && change.high !== null && <span className="text-sm text-faint tabular-nums">{t('insight.effect.between', { low: signed(change.low), high: signed(change.high) })}</span>}
      <span className={`text-sm ${tone || 'text-muted'}`}>{t(metric === 'cost-per-contact' ? 'insight.effect.set-price' : change.isChance === null ? 'insight.effect.few' : change.isChance ? 'insight.effect.chance' : 'insight.effect.not-chance')}</span>
    </span>
  )
}
