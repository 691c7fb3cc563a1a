import { useInfiniteQuery, type InfiniteData } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useEffect, useState, type ReactElement } from 'react'
import { call, queryKey, useCall, type CallFault } from '../../../apps/console/api.ts'
import { useGo, useSearchState } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, Badge, Button, Checkbox, Dialog, EmptyState, ErrorState, Form, SearchField, Select, Skeleton, Table, TextArea, TextField, Time, toast, type TableColumn } from '../../../ui/index.ts'
import { customers, type CustomerRow } from '../contract.ts'
import { CustomersFrame } from './CustomersFrame.tsx'
import { ProofMark, useTiers } from './parts.tsx'
import { useStages } from './stage-words.ts'

const SEARCH_AFTER_MS = 250
type Rows = { rows: CustomerRow[]; next: string | null }

export default function Customers(): ReactElement {
  const t = useText()
  const may = useMay()
  const go = useGo()
  const tiers = useTiers()
  const stages = useStages()
  const [{ q = '', tier = '', stage = '', stalled = '' }, set] = useSearchState<'q' | 'tier' | 'stage' | 'stalled'>()
  const [isNew, setNew] = useState(false)
  const query = { ...(q ? { search: q } : {}), ...(tier ? { tier } : {}), ...(stage ? { stage } : {}), ...(stalled === 'true' ? { stalled: 'true' as const } : {}), limit: 50 }
  const found = useInfiniteQuery<Rows, CallFault, InfiniteData<Rows>, readonly unknown[], string | null>({
    queryKey: [...queryKey(customers.list, { query }), 'pages'],
    queryFn: ({ pageParam, signal }) => call(customers.list, { query: { ...query, ...(pageParam ? { cursor: pageParam } : {}) } }, { signal }),
    initialPageParam: null, getNextPageParam: (page) => page.next, placeholderData: (before) => before, meta: { live: ['customer.'] },
  })
  const rows = found.data?.pages.flatMap((page) => page.rows) ?? []
  const columns: TableColumn<CustomerRow>[] = [
    { id: 'name', title: t('customers.field-name'), cell: (row) => row.name || row.contact || t('customers.nameless') },
    { id: 'contact', title: t('customers.contact'), cell: (row) => row.contact ?? '' },
    { id: 'proof', title: t('customers.proof'), cell: (row) => <ProofMark isVerified={row.isVerified} /> },
    { id: 'tier', title: t('customers.field-tier'), cell: (row) => tiers.nameOf(row.tier) },
    { id: 'stage', title: t('customers.stage'), cell: (row) => row.stage === null ? '' : <span className="inline-flex flex-wrap items-center gap-1.5">{stages.nameOf(row.stage.id)}{row.stage.stalledAt !== null && <Badge tone="late">{t('customers.stalled')}</Badge>}</span> },
    { id: 'company', title: t('customers.field-company'), priority: 3, cell: (row) => row.company ?? '' },
    { id: 'region', title: t('customers.field-region'), priority: 3, cell: (row) => row.region ?? '' },
    { id: 'since', title: t('customers.since'), priority: 3, align: 'end', cell: (row) => <Time at={row.createdAt} isPlain /> },
  ]
  const isFiltered = q !== '' || tier !== '' || stage !== '' || stalled === 'true'
  return (
    <CustomersFrame here="customers" title={t('console.place.customers')} lead={t('customers.lead')} actions={<Button variant="primary" icon={<Plus className="size-4" aria-hidden="true" />} reason={may('customers.edit') ? undefined : t('customers.may-not-edit')} onPress={() => setNew(true)}>{t('customers.new')}</Button>}>
      <div className="flex flex-wrap items-end gap-2">
        <Search q={q} onSearch={(next) => set({ q: next })} />
        <Select label={t('customers.field-tier')} isLabelHidden className="w-40" value={tier || 'all'} options={[{ id: 'all', label: t('customers.all-tiers') }, ...tiers.rows.map((row) => ({ id: row.key, label: row.name }))]} onChange={(id) => set({ tier: id === 'all' ? null : id })} />
        <Select label={t('customers.stage')} isLabelHidden className="w-40" value={stage || 'all'} options={[{ id: 'all', label: t('customers.all-stages') }, ...stages.rows.map((row) => ({ id: row.id, label: stages.nameOf(row.id) }))]} onChange={(id) => set({ stage: id === 'all' ? null : id })} />
        <Checkbox isSelected={stalled === 'true'} onChange={(isOn) => set({ stalled: isOn ? 'true' : null })}>{t('customers.only-stalled')}</Checkbox>
      </div>
      {found.isPending ? <Skeleton label={t('console.loading')} rows={8} />
        : found.isError && rows.length === 0 ? <ErrorState title={t(found.error.code, found.error.args)} action={<Button onPress={() => { void found.refetch() }}>{t('console.try-again')}</Button>}>{t('console.unreachable-next')}</ErrorState>
        : (
          <>
            <Table
              label={t('console.place.customers')} columns={columns} rows={rows} rowId={(row) => row.id} rowHref={(row) => paths.customer({ id: row.id })}
              empty={isFiltered
                ? <EmptyState title={t('customers.none-found')} action={<Button onPress={() => set({ q: null, tier: null, stage: null, stalled: null })}>{t('customers.clear-search')}</Button>}>{t('customers.none-found-means')}</EmptyState>
                : <EmptyState title={t('customers.empty')} {...(may('customers.edit') ? { action: <Button onPress={() => setNew(true)}>{t('customers.new')}</Button> } : {})} exampleLabel={t('customers.for-example')} example={t('customers.empty-example')}>{t('customers.empty-means')}</EmptyState>}
            />
            {found.hasNextPage && <Button className="self-center" busy={found.isFetchingNextPage} onPress={() => { void found.fetchNextPage() }}>{t('customers.more')}</Button>}
          </>
        )}
      {isNew && <NewCustomer onClose={() => setNew(false)} onMade={(id) => go(paths.customer({ id }))} initialName={q} />}
    </CustomersFrame>
  )
}

function Search({ q, onSearch }: { q: string; onSearch: (q: string) => void }) {
  const t = useText()
  const [text, setText] = useState(q)
  useEffect(() => { setText(q) }, [q])
  useEffect(() => {
    if (text.trim() === q) return
    const timer = setTimeout(() => onSearch(text.trim()), SEARCH_AFTER_MS)
    return () => clearTimeout(timer)
  }, [text])
  return <SearchField label={t('customers.search')} placeholder={t('customers.search-example')} value={text} onChange={setText} onClear={() => onSearch('')} className="w-80 max-w-full" autoFocus />
}

function NewCustomer({ onClose, onMade, initialName }: { onClose: () => void; onMade: (id: string) => void; initialName: string }) {
  const t = useText()
  const tiers = useTiers()
  const create = useCall(customers.create, { refresh: [customers.list], onDone: (made, { body }) => { toast.ok(t('customers.made', { name: body.name })); onMade(made.id) }, onFault: () => undefined })
  const [missing, setMissing] = useState<string | undefined>()
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('customers.new')} closeLabel={t('console.close')}>
      <Form
        columns={2} faults={create.fieldFaults} {...(create.faultText ? { fault: create.faultText } : {})}
        onSubmit={(values) => {
          const given = Object.fromEntries(['name', 'email', 'phone', 'external', 'tier', 'region', 'company', 'note'].map((name) => [name, String(values.get(name) ?? '').trim()]).filter(([, value]) => value !== ''))
          setMissing(given['name'] ? undefined : t('input.empty'))
          if (given['name']) create.mutate({ body: { ...given, name: given['name'] } })
        }}
      >
        <p className="col-span-full max-w-reading text-muted">{t('customers.new-means')}</p>
        <TextField name="name" label={t('customers.field-name')} defaultValue={/^[^\d@]+$/.test(initialName) ? initialName : ''} isRequired autoFocus error={missing} className="col-span-full" />
        <TextField name="phone" type="tel" label={t('customers.field-phone')} defaultValue={/^[+\d ()-]{5,}$/.test(initialName) ? initialName : ''} />
        <TextField name="email" type="email" label={t('customers.field-email')} defaultValue={initialName.includes('@') ? initialName : ''} />
        <Select name="tier" label={t('customers.field-tier')} {...(tiers.rows[0] ? { defaultValue: tiers.rows[0].key } : {})} options={tiers.rows.map((row) => ({ id: row.key, label: row.name }))} />
        <TextField name="region" label={t('customers.field-region')} />
        <TextField name="company" label={t('customers.field-company')} />
        <TextField name="external" label={t('customers.field-external')} />
        <TextArea name="note" label={t('customers.field-note')} rows={2} className="col-span-full" />
        <Actions><Button onPress={onClose}>{t('customers.cancel')}</Button><Button type="submit" variant="primary" busy={create.isPending}>{t('customers.create')}</Button></Actions>
      </Form>
    </Dialog>
  )
}
