import { useInfiniteQuery } from '@tanstack/react-query'
import { useState, type ReactElement } from 'react'
import { call, queryKey, useCall, useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useSearchState } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useSession } from '../../../apps/console/session.tsx'
import { useLanguage, useText, type Text } from '../../../apps/console/text.tsx'
import { Actions, Badge, Button, Drawer, EmptyState, ErrorState, Facts, Form, Link, Num, RadioGroup, Select, Skeleton, Table, Tabs, TextArea, Time } from '../../../ui/index.ts'
import { dayIn, rowWords, valueWords } from '../../../lib/metrics/index.ts'
import type { Locale } from '../../../lib/text/index.ts'
import { metricAlarms, verdicts, type Card, type MetricAlarm } from '../alarms/contract.ts'
import { AlarmRules } from './AlarmRules.tsx'
import { InsightFrame } from './InsightFrame.tsx'
import { useFigureWords } from './report.ts'

const states = ['open', 'seen', 'all'] as const

/** What stood out, with who sees to it; the rules; and what the alarms were worth. */
export default function Alarms(): ReactElement {
  const t = useText()
  const [search, setSearch] = useSearchState<'tab' | 'state' | 'alarm'>()
  return (
    <InsightFrame here="alarms" title={t('insight.alarm.title')} lead={t('insight.alarm.lead')}>
      <Tabs label={t('insight.alarm.title')} selected={search.tab ?? 'list'} onSelect={(tab) => setSearch({ tab: tab === 'list' ? null : tab })} tabs={[
        { id: 'list', label: t('insight.alarm.list'), content: <AlarmList /> }, { id: 'rules', label: t('insight.alarm.rules'), content: <AlarmRules /> }, { id: 'card', label: t('insight.alarm.card'), content: <ReportCard /> },
      ]} />
    </InsightFrame>
  )
}

/** 新增工單 · 一線為 5，超過上限 4 */
function saidOf(alarm: MetricAlarm, t: Text, locale: Locale, zone: string): string {
  const words = valueWords(alarm.metric, locale, t)
  const about = `${t(`insight.metric.${alarm.metric}`)}${alarm.each ? ` · ${rowWords({ by: alarm.each, bucket: alarm.bucket, from: '', to: '' }, locale, zone, t)({ id: alarm.key, label: alarm.label })}` : ''}`
  return alarm.condition === 'control'
    ? t('insight.alarm.said-control', { about, value: words(alarm.value), lower: words(alarm.lower), upper: words(alarm.upper), signal: t(`insight.report.signal-${alarm.signal}`) })
    : t(`insight.alarm.said-${alarm.condition}`, { about, value: words(alarm.value), bound: words(alarm.condition === 'above' ? alarm.upper : alarm.lower) })
}
function useSaid(): (alarm: MetricAlarm) => string {
  const t = useText()
  const { locale } = useLanguage()
  const { person } = useSession()
  return (alarm) => saidOf(alarm, t, locale, person?.zone ?? 'UTC')
}

function AlarmList(): ReactElement {
  const t = useText()
  const said = useSaid()
  const [search, setSearch] = useSearchState<'state' | 'alarm'>()
  const state = states.find((one) => one === search.state) ?? (search.alarm === undefined ? 'open' : 'all')
  const found = useInfiniteQuery({
    queryKey: queryKey(metricAlarms.metricAlarms, { query: { state } }), initialPageParam: undefined as string | undefined, meta: { live: ['alarm.'] }, staleTime: 10_000,
    queryFn: ({ pageParam, signal }) => call(metricAlarms.metricAlarms, { query: { state, ...(pageParam ? { cursor: pageParam } : {}) } }, { signal }),
    getNextPageParam: (page) => page.next ?? undefined, placeholderData: (before) => before,
  })
  const rows = found.data?.pages.flatMap((page) => page.rows) ?? []
  const open = rows.find((row) => row.id === search.alarm)
  return (
    <div className="flex flex-col gap-4 pt-4">
      <Select label={t('insight.alarm.state')} isLabelHidden className="w-48" value={state} onChange={(id) => setSearch({ state: id === 'open' ? null : id })} options={states.map((id) => ({ id, label: t(`insight.alarm.state-${id}`) }))} />
      {found.isError && !found.data ? <ErrorState title={t(found.error instanceof Error ? found.error.message : 'console.unreachable')} action={<Button onPress={() => { void found.refetch() }}>{t('console.try-again')}</Button>} /> : !found.data ? <Skeleton label={t('console.loading')} rows={4} /> : (
        <Table<MetricAlarm> label={t('insight.alarm.list')} rows={rows} rowId={(row) => row.id} onOpen={(row) => setSearch({ alarm: row.id }, true)}
          empty={<EmptyState title={t('insight.alarm.none')}>{t('insight.alarm.none-next')}</EmptyState>}
          columns={[
            { id: 'what', title: t('insight.alarm.what'), cell: (row) => <span className="wrap-anywhere">{said(row)}</span> },
            { id: 'rule', title: t('insight.alarm.rule'), priority: 3, cell: (row) => row.rule.name },
            { id: 'owner', title: t('insight.alarm.owner'), cell: (row) => row.owner?.name ?? t('insight.alarm.nobody') },
            { id: 'raised', title: t('insight.alarm.raised'), priority: 3, cell: (row) => <Time at={row.raisedAt} /> },
            { id: 'due', title: t('insight.alarm.due'), cell: (row) => row.acknowledgedAt !== null ? (row.verdict ? <Badge tone={row.verdict === 'useful' ? 'ok' : 'plain'}>{t(`insight.alarm.verdict-${row.verdict}`)}</Badge> : t('insight.alarm.state-seen')) : row.passedOnAt !== null ? <Badge tone="late">{t('insight.alarm.passed-on')}</Badge> : row.dueAt && <Time at={row.dueAt} /> },
          ]}
        />
      )}
      {found.hasNextPage && <Button className="self-center" busy={found.isFetchingNextPage} onPress={() => { void found.fetchNextPage() }}>{t('insight.report.more-rows')}</Button>}
      {open && <AlarmDrawer key={open.id} alarm={open} onClose={() => setSearch({ alarm: null })} />}
    </div>
  )
}

function AlarmDrawer({ alarm, onClose }: { alarm: MetricAlarm; onClose: () => void }): ReactElement {
  const t = useText()
  const said = useSaid()
  const { person } = useSession()
  const refresh = [metricAlarms.metricAlarms, metricAlarms.alarmCard]
  const take = useCall(metricAlarms.giveMetricAlarm, { refresh })
  const acknowledge = useCall(metricAlarms.acknowledgeMetricAlarm, { refresh, onFault: () => undefined })
  const judge = useCall(metricAlarms.judgeMetricAlarm, { refresh, onFault: () => undefined, onDone: onClose })
  const [verdict, setVerdict] = useState<string>(alarm.verdict ?? 'useful')
  // The report stands on the day the figure is of, as its owner's zone has it.
  const day = dayIn(person?.zone ?? 'UTC', Date.parse(alarm.bucketStart))
  const { teamId, serviceId, channel, priority, tier, type } = alarm.filters
  const narrowed = { teamId, serviceId, channel, priority, tier, type }
  return (
    <Drawer title={alarm.rule.name} isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} closeLabel={t('console.close')}>
      <div className="flex flex-col gap-4">
        <p className="text-lg">{said(alarm)}</p>
        <Facts facts={[
          { label: t('insight.alarm.raised'), value: <Time at={alarm.raisedAt} isExact /> }, { label: t('insight.alarm.owner'), value: alarm.owner?.name ?? t('insight.alarm.nobody') },
          ...(alarm.dueAt ? [{ label: t('insight.alarm.due'), value: <Time at={alarm.dueAt} isExact /> }] : []), ...(alarm.passedOnAt ? [{ label: t('insight.alarm.passed-on'), value: <Time at={alarm.passedOnAt} isExact /> }] : []),
        ]} />
        <p><Link href={paths.reports({ metric: alarm.metric, by: alarm.each ?? 'time', ...(alarm.each ? { period: 'own', from: day, to: day } : { period: alarm.bucket === 'week' ? 'quarter' : alarm.bucket === 'day' ? '4-weeks' : 'today' }), ...narrowed })}>{t('insight.alarm.door')}</Link></p>
        {alarm.acknowledgedAt === null ? (
          <Form onSubmit={(values) => acknowledge.mutate({ params: { id: alarm.id }, body: { note: String(values.get('note')) } })} faults={acknowledge.fieldFaults} fault={acknowledge.faultText}>
            <TextArea name="note" label={t('insight.alarm.note')} isRequired error={acknowledge.fieldFaults?.['note']} />
            <Actions>
              {person && alarm.owner?.id !== person.id && <Button busy={take.isPending} onPress={() => take.mutate({ params: { id: alarm.id }, body: { personId: person.id } })}>{t('insight.alarm.take')}</Button>}
              <Button variant="primary" type="submit" busy={acknowledge.isPending}>{t('insight.alarm.acknowledge')}</Button>
            </Actions>
          </Form>
        ) : (
          <>
            <p className="max-w-reading">{t('insight.alarm.seen-by', { name: alarm.acknowledgedBy ?? '', note: alarm.note ?? '' })} <Time at={alarm.acknowledgedAt} className="text-faint" /></p>
            <Form onSubmit={(values) => judge.mutate({ params: { id: alarm.id }, body: { verdict: verdicts.find((one) => one === verdict) ?? 'useful', outcome: String(values.get('outcome')) } })} faults={judge.fieldFaults} fault={judge.faultText}>
              <RadioGroup label={t('insight.alarm.judge')} value={verdict} onChange={setVerdict} options={verdicts.map((id) => ({ id, label: t(`insight.alarm.verdict-${id}`) }))} />
              <TextArea name="outcome" label={t('insight.alarm.outcome')} isRequired defaultValue={alarm.outcome ?? ''} error={judge.fieldFaults?.['outcome']} />
              <Actions><Button variant="primary" type="submit" busy={judge.isPending}>{t('insight.alarm.judge-save')}</Button></Actions>
            </Form>
          </>
        )}
      </div>
    </Drawer>
  )
}

function ReportCard(): ReactElement {
  const t = useText()
  const minutes = useFigureWords('first-response-wait')
  const found = useGet(metricAlarms.alarmCard, { query: {} }, { live: ['alarm.'] })
  return (
    <div className="flex flex-col gap-4 pt-4">
      <p className="max-w-reading text-muted">{t('insight.alarm.card-lead')}</p>
      <Loaded of={found}>{({ rows }) => (
        <Table<Card> label={t('insight.alarm.card')} rows={rows} rowId={(row) => row.rule.id} density="compact" empty={<EmptyState title={t('insight.alarm.card-none')}>{t('insight.alarm.none-next')}</EmptyState>} columns={[
          { id: 'rule', title: t('insight.alarm.rule'), cell: (row) => row.rule.name },
          { id: 'raised', title: t('insight.alarm.card-raised'), align: 'end', cell: (row) => <Num value={row.raised} /> },
          { id: 'inTime', title: t('insight.alarm.card-in-time'), align: 'end', cell: (row) => <Num value={row.inTime} /> },
          { id: 'median', title: t('insight.alarm.card-median'), align: 'end', priority: 3, cell: (row) => minutes(row.medianMinutes) },
          { id: 'useful', title: t('insight.alarm.card-useful'), align: 'end', cell: (row) => <Num value={row.useful} /> },
          { id: 'false', title: t('insight.alarm.card-false'), align: 'end', cell: (row) => <Num value={row.false} /> },
          { id: 'open', title: t('insight.alarm.card-open'), align: 'end', priority: 3, cell: (row) => <Num value={row.open} /> },
        ]} />
      )}</Loaded>
    </div>
  )
}
