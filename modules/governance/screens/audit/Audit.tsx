import { useInfiniteQuery } from '@tanstack/react-query'
import { useState, type ReactElement } from 'react'
import { call, queryKey } from '../../../../apps/console/api.ts'
import { useSearchState } from '../../../../apps/console/location.ts'
import { useText } from '../../../../apps/console/text.tsx'
import { Badge, Button, EmptyState, ErrorState, Select, Skeleton, Table, TagGroup, TextField, Time } from '../../../../ui/index.ts'
import { areas, audit, outcomes, type AuditRow } from '../../audit/contract.ts'
import { GovernanceFrame, useRefusal } from '../GovernanceFrame.tsx'
import { Chain } from './Chain.tsx'
import { EventDrawer } from './EventDrawer.tsx'
import { ExportDialog } from './ExportDialog.tsx'
import { aboutWords, actorWords, eventWords, objectWords } from './words.ts'

const narrowed = ['actorId', 'objectId', 'source', 'type'] as const
type Name = (typeof narrowed)[number] | 'area' | 'outcome' | 'from' | 'until' | 'event' | 'said'
/** A day chosen in a field, as an instant in the person's own zone; `until` includes its day. */
const startOf = (day: string | undefined, more = 0): string | undefined => day && /^\d{4}-\d\d-\d\d$/.test(day) ? new Date(new Date(`${day}T00:00:00`).getTime() + more * 86_400_000).toISOString() : undefined

/** What happened, newest first. Everything that narrows it stands in the address. */
export default function Audit(): ReactElement {
  const t = useText()
  const [search, setSearch] = useSearchState<Name>()
  const [isExporting, setExporting] = useState(false)
  const exportRefusal = useRefusal('audit.export')
  const area = areas.find((one) => one === search.area)
  const outcome = outcomes.find((one) => one === search.outcome)
  const from = startOf(search.from)
  const until = startOf(search.until, 1)
  const query = { ...(area ? { area } : {}), ...(outcome ? { outcome } : {}), ...(from ? { from } : {}), ...(until ? { until } : {}), ...Object.fromEntries(narrowed.flatMap((name) => search[name] ? [[name, search[name]]] : [])) }
  const found = useInfiniteQuery({
    queryKey: queryKey(audit.auditEvents, { query }), initialPageParam: undefined as string | undefined, meta: { live: ['access.', 'audit.', 'alarm.'] }, staleTime: 10_000,
    queryFn: ({ pageParam, signal }) => call(audit.auditEvents, { query: { ...query, ...(pageParam ? { cursor: pageParam } : {}) } }, { signal }),
    getNextPageParam: (page) => page.next ?? undefined, placeholderData: (before) => before,
  })
  const rows = found.data?.pages.flatMap((page) => page.rows) ?? []
  const searchedTo = found.data?.pages.at(-1)?.searchedTo ?? null
  const open = rows.find((row) => row.id === search.event)
  const tags = narrowed.filter((name) => search[name]).map((name) => ({ id: name, label: name === 'type' ? eventWords(t, search.type ?? '') : name === 'source' ? search.source ?? '' : search.said ?? (search[name] ?? '').slice(-8) }))
  return (
    <GovernanceFrame here="audit" title={t('governance.part.audit')} lead={t('governance.audit.lead')} actions={<Button reason={exportRefusal} onPress={() => setExporting(true)}>{t('governance.audit.export')}</Button>}>
      <Chain />
      <div className="flex flex-wrap items-end gap-2">
        <Select label={t('governance.audit.area')} isLabelHidden className="w-44" value={area ?? 'all'} onChange={(id) => setSearch({ area: id === 'all' ? null : id })} options={[{ id: 'all', label: t('governance.audit.area.all') }, ...areas.map((id) => ({ id, label: t(`governance.audit.area.${id}`) }))]} />
        <Select label={t('governance.audit.outcome')} isLabelHidden className="w-36" value={outcome ?? 'all'} onChange={(id) => setSearch({ outcome: id === 'all' ? null : id })} options={[{ id: 'all', label: t('governance.audit.outcome.all') }, ...outcomes.map((id) => ({ id, label: t(`governance.audit.outcome.${id}`) }))]} />
        <TextField type="date" label={t('governance.audit.from')} isLabelHidden lead={t('governance.audit.from')} className="w-48" value={search.from ?? ''} onChange={(day) => setSearch({ from: day })} />
        <TextField type="date" label={t('governance.audit.until')} isLabelHidden lead={t('governance.audit.until')} className="w-48" value={search.until ?? ''} onChange={(day) => setSearch({ until: day })} />
        {tags.length > 0 && <TagGroup label={t('governance.audit.all')} tags={tags} onRemove={(id) => setSearch({ [id]: null, said: null })} />}
      </div>
      {found.isError && !found.data ? <ErrorState title={t('governance.audit.failed')} action={<Button onPress={() => { void found.refetch() }}>{t('console.try-again')}</Button>} /> : !found.data ? <Skeleton label={t('console.loading')} rows={8} /> : (
        <Table<AuditRow>
          label={t('governance.part.audit')} rows={rows} rowId={(row) => row.id} onOpen={(row) => setSearch({ event: row.id }, true)} density="compact"
          empty={found.hasNextPage ? undefined : <EmptyState title={t('governance.audit.none')}>{t('governance.audit.none-next')}</EmptyState>}
          columns={[
            { id: 'what', title: t('governance.audit.what'), cell: (row) => <span className="inline-flex flex-wrap items-center gap-2">{row.type === 'access.refused' ? null : eventWords(t, row.type)}{row.outcome === 'refused' && <Badge tone="late">{t('governance.audit.outcome.refused')}</Badge>}{aboutWords(t, row) && <span className="text-muted wrap-anywhere">{aboutWords(t, row)}</span>}</span> },
            { id: 'who', title: t('governance.audit.who'), cell: (row) => <span className="wrap-anywhere">{actorWords(t, row.actor)}</span> },
            { id: 'object', title: t('governance.audit.object'), cell: (row) => <span className="wrap-anywhere">{objectWords(t, row.object)}</span> },
            { id: 'change', title: t('governance.audit.difference'), priority: 3, cell: (row) => <span className="line-clamp-1 wrap-anywhere text-muted">{row.difference.map((part) => part.field).join(', ')}</span> },
            { id: 'source', title: t('governance.audit.source'), priority: 3, cell: (row) => <span className="text-muted tabular-nums">{row.source ?? '–'}</span> },
            { id: 'at', title: t('governance.audit.at'), cell: (row) => <Time at={row.at} /> },
          ]}
        />
      )}
      {searchedTo !== null && <p className="text-muted" role="status">{t('governance.audit.searched', { at: searchedTo })}</p>}
      {found.hasNextPage && <Button className="self-center" busy={found.isFetchingNextPage} onPress={() => { void found.fetchNextPage() }}>{t(searchedTo === null ? 'governance.more' : 'governance.audit.search-on')}</Button>}
      {open && <EventDrawer row={open} onClose={() => setSearch({ event: null })} onNarrow={(change) => setSearch({ ...change, event: null }, true)} />}
      {isExporting && <ExportDialog filter={query} onClose={() => setExporting(false)} />}
    </GovernanceFrame>
  )
}
