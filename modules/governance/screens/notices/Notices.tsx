import { useInfiniteQuery } from '@tanstack/react-query'
import { useState, type ReactElement } from 'react'
import { call, queryKey, useCall, useGet } from '../../../../apps/console/api.ts'
import { useSearchState } from '../../../../apps/console/location.ts'
import { useMay } from '../../../../apps/console/session.tsx'
import { useText } from '../../../../apps/console/text.tsx'
import { Badge, Button, EmptyState, ErrorState, Select, Skeleton, Switch, Table, Time, toast } from '../../../../ui/index.ts'
import { notices, type SentNotice } from '../../notices/contract.ts'
import { GovernanceFrame, useRefusal } from '../GovernanceFrame.tsx'
import { Mine } from './Mine.tsx'
import { ReportDrawer } from './ReportDrawer.tsx'
import { SendDialog } from './SendDialog.tsx'

const views = ['mine', 'confirmed', 'sent'] as const

/** What is to be confirmed, what was, and what one sent. */
export default function Notices(): ReactElement {
  const t = useText()
  const may = useMay()
  const sendRefusal = useRefusal('notices.send')
  const [search, setSearch] = useSearchState<'view' | 'notice'>()
  const [writing, setWriting] = useState<'notice' | 'hand-over' | null>(null)
  const view = views.find((one) => one === search.view) ?? 'mine'
  return (
    <GovernanceFrame
      here="notices" title={t('governance.part.notices')} lead={t('governance.notices.lead')}
      actions={<>{may('requests.work') && <Button onPress={() => setWriting('hand-over')}>{t('governance.notices.hand-over')}</Button>}<Button variant="primary" reason={sendRefusal} onPress={() => setWriting('notice')}>{t('governance.notices.send')}</Button></>}
    >
      <Select label={t('governance.notices.view')} isLabelHidden className="w-44" value={view} onChange={(id) => setSearch({ view: id === 'mine' ? null : id })} options={views.map((id) => ({ id, label: t(`governance.notices.${id}`) }))} />
      {view === 'sent' ? <Sent onOpen={(id) => setSearch({ notice: id }, true)} /> : <Mine key={view} state={view === 'mine' ? 'open' : 'confirmed'} onReport={(id) => setSearch({ notice: id }, true)} />}
      {view === 'mine' && <ByMail />}
      {search.notice !== undefined && <ReportDrawer key={search.notice} id={search.notice} onClose={() => setSearch({ notice: null })} />}
      {writing && <SendDialog kind={writing} onClose={() => setWriting(null)} />}
    </GovernanceFrame>
  )
}

function ByMail(): ReactElement | null {
  const t = useText()
  const found = useGet(notices.noticeMail, {})
  const change = useCall(notices.changeNoticeMail, { refresh: [notices.noticeMail], onDone: () => toast.ok(t('governance.notices.by-mail-saved')) })
  return found.data ? <Switch isSelected={change.isPending ? change.variables.body.isOn : found.data.isOn} onChange={(isOn) => change.mutate({ body: { isOn } })}>{t('governance.notices.by-mail')}</Switch> : null
}

function Sent({ onOpen }: { onOpen: (id: string) => void }): ReactElement {
  const t = useText()
  const found = useInfiniteQuery({
    queryKey: queryKey(notices.sentNotices), initialPageParam: undefined as string | undefined, meta: { live: ['notice.'] }, staleTime: 10_000,
    queryFn: ({ pageParam, signal }) => call(notices.sentNotices, { query: pageParam ? { cursor: pageParam } : {} }, { signal }), getNextPageParam: (page) => page.next ?? undefined,
  })
  if (found.isError && !found.data) return <ErrorState title={t('governance.notices.failed')} action={<Button onPress={() => { void found.refetch() }}>{t('console.try-again')}</Button>} />
  if (!found.data) return <Skeleton label={t('console.loading')} rows={4} />
  return (
    <>
      <Table<SentNotice>
        label={t('governance.notices.sent')} rows={found.data.pages.flatMap((page) => page.rows)} rowId={(row) => row.id} onOpen={(row) => onOpen(row.id)}
        empty={<EmptyState title={t('governance.notices.none-sent')}>{t('governance.notices.none-sent-next')}</EmptyState>}
        columns={[
          { id: 'title', title: t('governance.notices.title'), cell: (row) => <span className="inline-flex flex-wrap items-center gap-2 wrap-anywhere">{row.title}{row.withdrawnAt !== null ? <Badge>{t('governance.notices.withdrawn')}</Badge> : row.isLate && <Badge tone="late">{t('governance.notices.late')}</Badge>}</span> },
          { id: 'progress', title: t('governance.notices.confirmed'), cell: (row) => t('governance.notices.progress', { confirmed: row.confirmed, recipients: row.recipients }) },
          { id: 'kind', title: t('governance.audit.what'), priority: 3, cell: (row) => t(`governance.notices.kind.${row.kind}`) },
          { id: 'by', title: t('governance.audit.who'), priority: 3, cell: (row) => row.by.name },
          { id: 'due', title: t('governance.notices.due'), cell: (row) => <Time at={row.dueAt} /> },
        ]}
      />
      {found.hasNextPage && <Button className="self-center" busy={found.isFetchingNextPage} onPress={() => { void found.fetchNextPage() }}>{t('governance.more')}</Button>}
    </>
  )
}
