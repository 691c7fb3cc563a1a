import { useInfiniteQuery } from '@tanstack/react-query'
import { useDeferredValue, type ReactElement } from 'react'
import { call, queryKey, useGet } from '../../../apps/console/api.ts'
import { useSearchState } from '../../../apps/console/location.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Badge, Button, EmptyState, ErrorState, SearchField, Select, Skeleton, Table, Time, type Tone } from '../../../ui/index.ts'
import { mail, verdicts, type MailRow, type Verdict } from '../mail/contract.ts'
import { ChannelsFrame } from './ChannelsFrame.tsx'
import { MailDrawer } from './MailDrawer.tsx'

const tones: Partial<Record<Verdict, Tone>> = { quarantined: 'soon', bounce: 'late', request: 'ok', message: 'ok', sent: 'ok' }

/** Everything that came and went by mail and what became of it: nothing disappears without a line here. */
export default function Mails(): ReactElement {
  const t = useText()
  const [search, setSearch] = useSearchState<'search' | 'verdict' | 'mailbox' | 'mail'>()
  const mailboxes = useGet(mail.mailboxes, {})
  const words = useDeferredValue(search.search ?? '')
  const verdict = verdicts.find((one) => one === search.verdict)
  const query = { ...(words ? { search: words } : {}), ...(verdict ? { verdict } : {}), ...(search.mailbox ? { mailboxId: search.mailbox } : {}) }
  const found = useInfiniteQuery({
    queryKey: queryKey(mail.mails, { query }), initialPageParam: undefined as string | undefined, meta: { live: ['mail.', 'channel.', 'request.'] }, staleTime: 10_000,
    queryFn: ({ pageParam, signal }) => call(mail.mails, { query: { ...query, ...(pageParam ? { cursor: pageParam } : {}) } }, { signal }),
    getNextPageParam: (page) => page.next ?? undefined, placeholderData: (before) => before,
  })
  const rows = found.data?.pages.flatMap((page) => page.rows) ?? []
  return (
    <ChannelsFrame here="mails" title={t('channels.mails')} lead={t('channels.mails-lead')}>
      <div className="flex flex-wrap gap-2">
        <SearchField label={t('channels.mails-search')} placeholder={t('channels.mails-search')} value={search.search ?? ''} onChange={(text) => setSearch({ search: text })} className="w-64 max-sm:w-full" />
        <Select label={t('channels.verdict')} isLabelHidden className="w-44" value={verdict ?? 'all'} onChange={(id) => setSearch({ verdict: id === 'all' ? null : id })} options={[{ id: 'all', label: t('channels.verdict-all') }, ...verdicts.map((id) => ({ id, label: t(`channels.verdict.${id}`) }))]} />
        {(mailboxes.data?.rows.length ?? 0) > 1 && <Select label={t('channels.mailbox')} isLabelHidden className="w-56" value={search.mailbox ?? 'all'} onChange={(id) => setSearch({ mailbox: id === 'all' ? null : id })} options={[{ id: 'all', label: t('channels.mailbox-all') }, ...(mailboxes.data?.rows ?? []).map((box) => ({ id: box.id, label: box.address }))]} />}
      </div>
      {found.isError && !found.data ? <ErrorState title={t('channels.mails-not-loaded')} action={<Button onPress={() => { void found.refetch() }}>{t('console.try-again')}</Button>} /> : !found.data ? <Skeleton label={t('console.loading')} rows={8} /> : (
        <Table<MailRow>
          label={t('channels.mails')} rows={rows} rowId={(row) => row.id} onOpen={(row) => setSearch({ mail: row.id }, true)} density="compact"
          empty={<EmptyState title={t(Object.keys(query).length > 0 ? 'channels.mails-none-fit' : 'channels.mails-none')}>{t('channels.mails-none-next')}</EmptyState>}
          columns={[
            { id: 'subject', title: t('channels.subject'), cell: (row) => <span className="line-clamp-1 wrap-anywhere">{row.subject || t('channels.no-subject')}</span> },
            { id: 'verdict', title: t('channels.verdict'), cell: (row) => <Badge tone={tones[row.verdict] ?? 'plain'}>{t(`channels.verdict.${row.verdict}`)}</Badge> },
            { id: 'address', title: t('channels.other-side'), cell: (row) => <span className="wrap-anywhere text-muted">{row.direction === 'in' ? '←' : '→'} {row.address}</span> },
            { id: 'at', title: t('channels.at'), cell: (row) => <Time at={row.at} /> },
          ]}
        />
      )}
      {found.hasNextPage && <Button className="self-center" busy={found.isFetchingNextPage} onPress={() => { void found.fetchNextPage() }}>{t('channels.more')}</Button>}
      {search.mail !== undefined && <MailDrawer key={search.mail} id={search.mail} onClose={() => setSearch({ mail: null })} />}
    </ChannelsFrame>
  )
}
