import { useInfiniteQuery, type InfiniteData } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { call, queryKey, type CallFault } from '../../../apps/console/api.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Button, EmptyState, ErrorState, Link, Page, Skeleton, Table, Time, type TableColumn } from '../../../ui/index.ts'
import { reports, type Behinds } from '../metrics/contract.ts'
import { isOfTime, madeOf } from '../../../lib/metrics/index.ts'
import { queryOf, useFigureWords, useKeyWords, useQuestion } from './report.ts'
import { Unknown } from './Unknown.tsx'

type Row = Behinds['rows'][number]

/** The very requests a figure is made of, with what each is worth. */
export default function ReportRequests(): ReactElement {
  const t = useText()
  const { question, unknown, key, search } = useQuestion()
  const named = useKeyWords(question)
  const query = { ...queryOf(question), ...(key !== undefined ? { key } : {}), limit: 50 }
  const found = useInfiniteQuery<Behinds, CallFault, InfiniteData<Behinds>, readonly unknown[], string | null>({
    queryKey: [...queryKey(reports.behind, { query }), 'pages'],
    queryFn: ({ pageParam, signal }) => call(reports.behind, { query: { ...query, ...(pageParam ? { cursor: pageParam } : {}) } }, { signal }),
    initialPageParam: null, getNextPageParam: (page) => page.next,
  })
  const words = useFigureWords(question.metric, found.data?.pages[0]?.currency ?? null)
  const rows = found.data?.pages.flatMap((page) => page.rows) ?? []
  const label = question.by === 'time' || key === undefined ? null : rows[0] ? { team: rows[0].team, person: rows[0].person, service: rows[0].service }[question.by as string] ?? null : null
  const ofTime = isOfTime(question.metric)
  const { behind, empty } = madeOf(question.metric)
  const columns: TableColumn<Row>[] = [
    ...(ofTime ? [] : [{ id: 'number', title: t('insight.report.request'), cell: (row: Row) => `#${row.number}` }]),
    { id: 'value', title: t(`insight.metric.${question.metric}`), align: 'end', cell: (row) => words(row.value) },
    { id: 'at', title: t('insight.report.when'), cell: (row) => <Time at={row.at} isExact /> },
    { id: 'team', title: t('insight.report.by-team'), priority: 3, cell: (row) => row.team ?? '' },
    { id: 'person', title: t('insight.report.by-person'), cell: (row) => row.person ?? '' },
    ...(ofTime ? [] : [
      { id: 'service', title: t('insight.report.by-service'), priority: 3 as const, cell: (row: Row) => row.service ?? '' },
      { id: 'channel', title: t('insight.report.by-channel'), priority: 3 as const, cell: (row: Row) => t(`requests.channel.${row.channel}`) },
    ]),
  ]
  const { key: _, ...back } = search
  return (
    <Page title={t(behind)} lead={`${t(`insight.metric.${question.metric}`)} · ${question.from} – ${question.to}${key === undefined ? '' : ` · ${named({ id: key, label })}`}`} actions={<Link href={paths.reports(back)} variant="button">{t('insight.report.back')}</Link>}>
      <Unknown words={unknown} />
      {found.isPending ? <Skeleton label={t('console.loading')} rows={8} />
        : found.isError && rows.length === 0 ? <ErrorState title={t(found.error.code, found.error.args)} action={<Button onPress={() => { void found.refetch() }}>{t('console.try-again')}</Button>} />
        : (
          <>
            <Table label={t(behind)} columns={columns} rows={rows} rowId={(row) => row.id} {...(ofTime ? {} : { rowHref: (row: Row) => paths.request({ number: row.number! }) })} density="compact" empty={<EmptyState title={t(empty)}>{t('insight.report.empty-next')}</EmptyState>} />
            {found.hasNextPage && <Button className="self-center" busy={found.isFetchingNextPage} onPress={() => { void found.fetchNextPage() }}>{t('insight.report.more-rows')}</Button>}
          </>
        )}
    </Page>
  )
}
