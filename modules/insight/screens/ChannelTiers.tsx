import type { ReactElement } from 'react'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useSearchState } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useMay, useSession } from '../../../apps/console/session.tsx'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { dayIn, readable } from '../../../lib/metrics/index.ts'
import { intlTag } from '../../../lib/text/index.ts'
import { Button, Link, Section, Select, Table, Time, toast } from '../../../ui/index.ts'
import { channelInsight, type TierRow, type Tiers } from '../channels/contract.ts'
import { TierBadge } from './ChannelEffect.tsx'
import { InsightFrame } from './InsightFrame.tsx'

const spans = [30, 90, 180, 365] as const
const DAY_MS = 86_400_000
interface Days { from: string; to: string }

/** The tier each channel's figures speak for, with the figures and the rule; a proposal is taken with one action. */
export default function ChannelTiers(): ReactElement {
  const t = useText()
  const may = useMay()
  const { person } = useSession()
  const [search, set] = useSearchState<'days'>()
  const days = spans.find((one) => String(one) === search.days) ?? 90
  const zone = person?.zone ?? 'UTC'
  const asked: Days = { from: dayIn(zone, Date.now() - days * DAY_MS), to: dayIn(zone, Date.now() - DAY_MS) }
  const found = useGet(channelInsight.channelTiers, { query: asked }, { keepsPrevious: true, live: ['standard.channel'], staleSeconds: 60 })
  return (
    <InsightFrame here="effect" title={t('insight.tier.title')} lead={t('insight.tier.lead')} actions={(
      <>
        <Link href={paths.channelEffect()} variant="button">{t('insight.effect.to-effect')}</Link>
        {may('standards.read') && <Link href={paths.channelRecords()} variant="button">{t('insight.effect.to-records')}</Link>}
      </>
    )}>
      <Select label={t('insight.tier.period')} className="w-44" value={String(days)} onChange={(id) => set({ days: id })} options={spans.map((id) => ({ id: String(id), label: t('insight.tier.days', { count: id }) }))} />
      <Loaded of={found}>{(tiers) => <Shown tiers={tiers} asked={asked} />}</Loaded>
    </InsightFrame>
  )
}

function useNumbers() {
  const { locale } = useLanguage()
  const number = (digits: number) => new Intl.NumberFormat(intlTag(locale), { minimumFractionDigits: digits, maximumFractionDigits: digits })
  const [two, one, percent] = [number(2), number(1), new Intl.NumberFormat(intlTag(locale), { style: 'percent', maximumFractionDigits: 1 })]
  return { two: (value: number) => two.format(value), one: (value: number) => one.format(value), percent: (value: number) => percent.format(value) }
}

function Shown({ tiers, asked }: { tiers: Tiers; asked: Days }): ReactElement {
  const t = useText()
  const { two, one, percent } = useNumbers()
  const { person } = useSession()
  const tierName = (tier: string): string => t(`insight.tier.${tier}`)
  const work = (row: TierRow): string => { const { value, digits, unit } = readable(t, row.handlingMinutes); return value === null ? '–' : `${value.toFixed(digits)} ${unit}` }
  const { weights, fulls, leastRequests, leastResolved } = tiers.rule
  return (
    <>
      <p className="text-muted">{asked.from} – {asked.to} · {t('insight.effect.of', { count: tiers.all })} {person?.scope === 'all' ? '' : t('insight.tier.part-of')} {t('insight.report.as-of')} <Time at={tiers.asOf} isPlain /></p>
      <Table<TierRow> label={t('insight.tier.title')} rows={tiers.rows} rowId={(row) => row.channel} columns={[
        { id: 'channel', title: t('insight.effect.channel'), cell: (row) => <span className="inline-flex flex-wrap items-center gap-2 font-bold">{t(`requests.channel.${row.channel}`)}{row.record ? <TierBadge tier={row.record.tier} /> : <span className="font-normal text-late">{t('insight.tier.none')}</span>}</span> },
        { id: 'volume', title: t('insight.tier.volume'), cell: (row) => tiers.all === 0 ? '–' : t('insight.tier.volume-words', { share: percent(row.volume / tiers.all), count: row.volume }) },
        { id: 'stickiness', title: t('insight.tier.stickiness'), cell: (row) => row.customers === 0 ? '–' : t('insight.tier.stickiness-words', { share: percent(row.returned / row.customers), returned: row.returned, customers: row.customers }) },
        { id: 'complexity', title: t('insight.tier.complexity'), cell: (row) => row.score?.complexity == null ? t('insight.tier.complexity-few', { count: row.resolved }) : t('insight.tier.complexity-words', { times: two(row.score.complexity), contacts: one(row.contacts ?? 0), hands: one(row.hands ?? 0), minutes: work(row) }) },
        { id: 'score', title: t('insight.tier.score'), cell: ({ score }) => score === null ? '–' : (
          <span className="inline-flex flex-col py-1 tabular-nums"><span>{t('insight.tier.score-words', { volume: two(score.parts.volume), stickiness: two(score.parts.stickiness), complexity: two(score.parts.complexity), score: two(score.score) })}</span><span className="text-sm text-faint">{t('insight.effect.between', { low: two(score.low), high: two(score.high) })}</span></span>
        ) },
        { id: 'proposal', title: t('insight.tier.proposal'), cell: (row) => <Proposal row={row} asked={asked} bounds={tiers.rule.bounds} words={{ two, tierName }} /> },
      ]} />
      <Section title={t('insight.tier.rule')}>
        <ul className="flex max-w-reading list-disc flex-col gap-1 ps-5 text-muted">
          <li>{t('insight.tier.rule-volume', { full: fulls.volume, channels: tiers.channels, share: tiers.channels === 0 ? '–' : percent(fulls.volume / tiers.channels), weight: weights.volume })}</li>
          <li>{t('insight.tier.rule-stickiness', { full: percent(fulls.stickiness), weight: weights.stickiness })}</li>
          <li>{t('insight.tier.rule-complexity', { full: fulls.complexity, weight: weights.complexity, least: leastResolved })}</li>
          <li>{t('insight.tier.rule-tiers', { core: tiers.rule.bounds.core, auxiliary: tiers.rule.bounds.auxiliary, least: leastRequests })}</li>
          <li>{t('insight.tier.rule-own')}</li>
        </ul>
      </Section>
    </>
  )
}

function Proposal({ row, asked, bounds, words: { two, tierName } }: { row: TierRow; asked: Days; bounds: Tiers['rule']['bounds']; words: { two: (value: number) => string; tierName: (tier: string) => string } }): ReactElement {
  const t = useText()
  const may = useMay()
  const { person } = useSession()
  const { score, verdict, record } = row
  const take = useCall(channelInsight.takeTier, { refresh: [channelInsight.channelTiers], onDone: (made) => toast.ok(t('insight.tier.taken', { tier: tierName(made.tier) })) })
  const refusal = !may('standards.approve') ? t('insight.tier.may-not') : person?.scope !== 'all' ? t('insight.tier.sees-not-all') : undefined
  if (score === null) return <span className="text-muted">{t('insight.tier.verdict-few')}</span>
  const words = verdict === 'unsure' ? t('insight.tier.verdict-unsure', { low: tierName(score.lowest), high: tierName(score.highest) }) : t(`insight.tier.verdict-${verdict}`, { tier: tierName(score.tier) })
  return (
    <span className="inline-flex flex-col items-start gap-1 py-1">
      <span className={verdict === 'move' || verdict === 'unplaced' ? 'font-bold' : ''}>{words}</span>
      {verdict !== 'unsure' && <span className="text-sm text-muted">{t('insight.tier.because', { score: two(score.score), side: score.tier, ...bounds })}</span>}
      {verdict === 'move' && record && <Button size="sm" variant="primary" reason={refusal} busy={take.isPending} onPress={() => take.mutate({ params: { channel: row.channel }, body: { ...asked, tier: score.tier, after: row.latest } })}>{t('insight.tier.take')}</Button>}
      {verdict === 'unplaced' && may('standards.read') && <Link href={paths.channelRecord({ id: row.channel })}>{t('insight.tier.open-record')}</Link>}
    </span>
  )
}
