import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, type ReactElement } from 'react'
import { call, queryKey, useCall } from '../../../../apps/console/api.ts'
import { useText } from '../../../../apps/console/text.tsx'
import { Badge, Button, EmptyState, ErrorState, Section, Skeleton, Time } from '../../../../ui/index.ts'
import { notices, type MyNotice } from '../../notices/contract.ts'
import { HandedRequests } from './HandedRequests.tsx'

/** My notices in full; what stands here on a screen counts as read. */
export function Mine({ state, onReport }: { state: 'open' | 'confirmed'; onReport: (id: string) => void }): ReactElement {
  const t = useText()
  const found = useInfiniteQuery({
    queryKey: queryKey(notices.myNotices, { query: { state } }), initialPageParam: undefined as string | undefined, meta: { live: ['notice.'] }, staleTime: 10_000,
    queryFn: ({ pageParam, signal }) => call(notices.myNotices, { query: { state, ...(pageParam ? { cursor: pageParam } : {}) } }, { signal }), getNextPageParam: (page) => page.next ?? undefined,
  })
  if (found.isError && !found.data) return <ErrorState title={t('governance.notices.failed')} action={<Button onPress={() => { void found.refetch() }}>{t('console.try-again')}</Button>} />
  if (!found.data) return <Skeleton label={t('console.loading')} rows={4} />
  const rows = found.data.pages.flatMap((page) => page.rows)
  const escalated = state === 'open' ? found.data.pages[0]!.escalated : []
  return (
    <>
      {escalated.length > 0 && (
        <Section title={t('governance.notices.follow-up')}>
          <ul className="flex flex-col gap-1">
            {escalated.map(({ notice, person, dueAt }) => (
              <li key={`${notice.id} ${person.id}`} className="flex flex-wrap items-center gap-2"><span className="min-w-0 wrap-anywhere">{t('governance.notices.follow-up-one', { person: person.name, title: notice.name, at: dueAt })}</span><Button size="sm" variant="quiet" onPress={() => onReport(notice.id)}>{t('governance.notices.report')}</Button></li>
            ))}
          </ul>
        </Section>
      )}
      {rows.length === 0 && (state === 'open' ? <EmptyState title={t('governance.notices.none')}>{t('governance.notices.none-next')}</EmptyState> : <EmptyState title={t('governance.notices.none-confirmed')}>{t('governance.notices.none-next')}</EmptyState>)}
      {rows.map((row) => <One key={row.id} notice={row} />)}
      {found.hasNextPage && <Button className="self-center" busy={found.isFetchingNextPage} onPress={() => { void found.fetchNextPage() }}>{t('governance.more')}</Button>}
    </>
  )
}

function One({ notice }: { notice: MyNotice }): ReactElement {
  const t = useText()
  const confirm = useCall(notices.confirmNotice, { refresh: [notices.myNotices] })
  const isUnread = notice.readAt === null && notice.withdrawnAt === null
  useEffect(() => { if (isUnread) void call(notices.readNotice, { params: { id: notice.id } }).catch(() => undefined) }, [isUnread, notice.id])
  return (
    <Section title={notice.title} actions={<>{notice.kind === 'hand-over' && <Badge tone="info">{t('governance.notices.kind.hand-over')}</Badge>}{notice.isLate ? <Badge tone="late">{t('governance.notices.late')}</Badge> : notice.remindedAt !== null && notice.confirmedAt === null && <Badge tone="soon">{t('governance.notices.reminded')}</Badge>}</>}>
      <p className="text-sm text-muted">{t('governance.notices.from', { name: notice.by.name, at: notice.at })}{' · '}{t('governance.notices.due')} <Time at={notice.dueAt} /></p>
      <p className="max-w-reading whitespace-pre-wrap wrap-anywhere">{notice.text}</p>
      {notice.kind === 'hand-over' && <HandedRequests rows={notice.requests} />}
      {notice.confirmedAt === null ? <Button variant="primary" className="self-start" busy={confirm.isPending} onPress={() => confirm.mutate({ params: { id: notice.id } })}>{t('governance.notices.confirm')}</Button>
        : <p className="text-sm text-muted">{t('governance.notices.confirmed-at', { at: notice.confirmedAt })}</p>}
    </Section>
  )
}
