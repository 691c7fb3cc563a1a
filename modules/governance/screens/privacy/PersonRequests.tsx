import { useInfiniteQuery, type InfiniteData } from '@tanstack/react-query'
import { FileInput, Plus, Settings2 } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import { call, queryKey, useCall, useGet, type CallFault } from '../../../../apps/console/api.ts'
import { Loaded } from '../../../../apps/console/Loaded.tsx'
import { useGo, useSearchState } from '../../../../apps/console/location.ts'
import { paths } from '../../../../apps/console/paths.ts'
import { useText } from '../../../../apps/console/text.tsx'
import { Actions, Badge, Button, ComboBox, Dialog, EmptyState, ErrorState, Form, NumberField, Select, Skeleton, Table, TextArea, TextField, Time, toast, type TableColumn } from '../../../../ui/index.ts'
import { customers } from '../../../customers/contract.ts'
import { kinds, laws, privacy, type PersonRequestRow } from '../../privacy/contract.ts'
import { BringDialog } from './BringDialog.tsx'
import { DueBadge, StageBadge } from './parts.tsx'
import { GovernanceFrame, useRefusal } from '../GovernanceFrame.tsx'

type Rows = { rows: PersonRequestRow[]; next: string | null }

/** What people ask about their own data: what is due first stands first. */
export default function PersonRequests(): ReactElement {
  const t = useText()
  const refusal = useRefusal('privacy.edit')
  const [search, setSearch] = useSearchState<'view' | 'customer'>()
  const [isSetting, setSetting] = useState(false)
  const [isNew, setNew] = useState(false)
  const [isBringing, setBringing] = useState(false)
  const view = search.view === 'ended' ? 'ended' : 'open'
  const found = useInfiniteQuery<Rows, CallFault, InfiniteData<Rows>, readonly unknown[], string | null>({
    queryKey: [...queryKey(privacy.requests, { query: { view } }), 'pages'],
    queryFn: ({ pageParam, signal }) => call(privacy.requests, { query: { view, ...(pageParam ? { cursor: pageParam } : {}) } }, { signal }),
    initialPageParam: null, getNextPageParam: (page) => page.next, placeholderData: (before) => before, meta: { live: ['privacy.'] },
  })
  const rows = found.data?.pages.flatMap((page) => page.rows) ?? []
  const add = <Button variant="primary" icon={<Plus className="size-4" aria-hidden="true" />} reason={refusal} onPress={() => setNew(true)}>{t('governance.privacy.request-new')}</Button>
  const columns: TableColumn<PersonRequestRow>[] = [
    { id: 'kind', title: t('governance.privacy.kind'), cell: (row) => <><span className="text-muted">#{row.number}</span> {t(`governance.privacy.kind.${row.kind}`)}</> },
    { id: 'customer', title: t('governance.privacy.who'), cell: (row) => row.customer.name || t('governance.privacy.erased-name') },
    { id: 'stage', title: t('governance.privacy.stage'), cell: (row) => <StageBadge stage={row.stage} /> },
    { id: 'due', title: view === 'open' ? t('governance.privacy.due') : t('governance.privacy.ended'), cell: (row) => view === 'open' ? <DueBadge request={row} /> : <>{row.endedAt && <Time at={row.endedAt} isPlain />} {row.breachedAt && <Badge tone="late">{t('governance.privacy.was-late')}</Badge>}</> },
    { id: 'law', title: t('governance.privacy.law'), priority: 3, cell: (row) => t(`governance.privacy.law.${row.law}`) },
    { id: 'via', title: t('governance.privacy.via'), priority: 3, cell: (row) => t(`governance.privacy.via.${row.via}`) },
    { id: 'opened', title: t('governance.privacy.opened'), priority: 3, align: 'end', cell: (row) => <Time at={row.openedAt} isPlain /> },
  ]
  return (
    <GovernanceFrame here="requests" title={t('governance.privacy.requests')} lead={t('governance.privacy.requests-lead')} actions={<><Button icon={<Settings2 className="size-4" aria-hidden="true" />} onPress={() => setSetting(true)}>{t('governance.privacy.settings')}</Button><Button icon={<FileInput className="size-4" aria-hidden="true" />} reason={refusal} onPress={() => setBringing(true)}>{t('governance.privacy.bring')}</Button>{add}</>}>
      <Select label={t('governance.privacy.view')} isLabelHidden className="w-44" value={view} onChange={(id) => setSearch({ view: id === 'open' ? null : id })} options={(['open', 'ended'] as const).map((id) => ({ id, label: t(`governance.privacy.view.${id}`) }))} />
      {found.isPending ? <Skeleton label={t('console.loading')} rows={6} />
        : found.isError && rows.length === 0 ? <ErrorState title={t(found.error.code, found.error.args)} action={<Button onPress={() => { void found.refetch() }}>{t('console.try-again')}</Button>} />
        : (
          <Table
            label={t('governance.privacy.requests')} columns={columns} rows={rows} rowId={(row) => row.id} rowHref={(row) => paths.personRequest({ id: row.id })}
            empty={<EmptyState title={t(`governance.privacy.requests-none-${view}`)} {...(view === 'open' ? { action: add } : {})}>{t('governance.privacy.requests-none-next')}</EmptyState>}
          />
        )}
      {found.hasNextPage && <Button className="self-center" busy={found.isFetchingNextPage} onPress={() => { void found.fetchNextPage() }}>{t('governance.privacy.more')}</Button>}
      {(isNew || search.customer) && refusal === undefined && <NewRequest customerId={search.customer ?? null} onClose={() => { setNew(false); setSearch({ customer: null }) }} />}
      {isBringing && <BringDialog onClose={() => setBringing(false)} />}
      {isSetting && <SettingsDialog refusal={refusal} onClose={() => setSetting(false)} />}
    </GovernanceFrame>
  )
}

/** Somebody called or wrote: written down in their own words, and the clock runs. */
function NewRequest({ customerId, onClose }: { customerId: string | null; onClose: () => void }) {
  const t = useText()
  const go = useGo()
  const [search, setSearch] = useState('')
  const [chosen, setChosen] = useState<string | null>(customerId)
  const [missing, setMissing] = useState<string | undefined>()
  const settings = useGet(privacy.settings, {})
  const known = useGet(customers.get, { params: { id: customerId ?? '' } }, { isEnabled: customerId !== null })
  const found = useGet(customers.list, { query: { ...(search ? { search } : {}), limit: 20 } }, { keepsPrevious: true, isEnabled: customerId === null })
  const open = useCall(privacy.open, { refresh: [privacy.requests], onFault: () => undefined, onDone: (made) => { toast.ok(t('governance.privacy.request-made', { number: made.number })); onClose(); go(paths.personRequest({ id: made.id })) } })
  const options = (found.data?.rows ?? []).map((row) => ({ id: row.id, label: row.name || row.contact || t('governance.privacy.nameless'), description: [row.contact, row.company].filter(Boolean).join(' · ') }))
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('governance.privacy.request-new')} closeLabel={t('console.close')}>
      <Loaded of={settings} rows={4}>
        {({ law }) => (
          <Form
            faults={open.fieldFaults} {...(open.faultText ? { fault: open.faultText } : {})}
            onSubmit={(values) => {
              const wish = String(values.get('wish') ?? '').trim()
              setMissing(wish === '' ? t('input.empty') : undefined)
              if (wish !== '' && chosen !== null) open.mutate({ body: { customerId: chosen, kind: kinds.find((one) => one === values.get('kind')) ?? 'see', law: laws.find((one) => one === values.get('law')) ?? law, wish } })
            }}
          >
            {customerId === null
              ? <ComboBox label={t('governance.privacy.who')} placeholder={t('governance.privacy.who-example')} options={options} isFiltered inputValue={search} onInputChange={setSearch} value={chosen} onChange={setChosen} emptyText={t('governance.privacy.nobody-found')} autoFocus />
              : <p><span className="text-faint">{t('governance.privacy.who')}</span> <strong>{known.data?.name || t('governance.privacy.nameless')}</strong></p>}
            <Select name="kind" label={t('governance.privacy.kind')} defaultValue="see" options={kinds.map((id) => ({ id, label: t(`governance.privacy.kind.${id}`) }))} />
            <Select name="law" label={t('governance.privacy.law')} description={t('governance.privacy.law-means')} defaultValue={law} options={laws.map((id) => ({ id, label: t(`governance.privacy.law.${id}`) }))} />
            <TextArea name="wish" label={t('governance.privacy.wish')} description={t('governance.privacy.wish-means')} rows={3} isRequired error={missing} />
            <Actions><Button onPress={onClose}>{t('governance.privacy.cancel')}</Button><Button type="submit" variant="primary" busy={open.isPending} reason={chosen === null ? t('governance.privacy.choose-who') : undefined}>{t('governance.privacy.request-open')}</Button></Actions>
          </Form>
        )}
      </Loaded>
    </Dialog>
  )
}

function SettingsDialog({ refusal, onClose }: { refusal: string | undefined; onClose: () => void }) {
  const t = useText()
  const found = useGet(privacy.settings, {})
  const save = useCall(privacy.changeSettings, { refresh: [privacy.settings], onFault: () => undefined, onDone: () => { toast.ok(t('governance.privacy.saved')); onClose() } })
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('governance.privacy.settings')} closeLabel={t('console.close')}>
      <Loaded of={found} rows={3}>
        {(settings) => (
          <Form faults={save.fieldFaults} {...(save.faultText ? { fault: save.faultText } : {})} onSubmit={(values) => save.mutate({ body: { law: laws.find((one) => one === values.get('law')) ?? settings.law, remindDays: Number(values.get('remindDays')), officer: String(values.get('officer') ?? '').trim(), auditedOn: String(values.get('auditedOn') ?? '') || null } })}>
            <Select name="law" label={t('governance.privacy.law-usual')} defaultValue={settings.law} options={laws.map((id) => ({ id, label: t(`governance.privacy.law.${id}`) }))} />
            <NumberField name="remindDays" label={t('governance.privacy.remind-days')} defaultValue={settings.remindDays} minValue={1} maxValue={14} />
            <TextField name="officer" label={t('governance.privacy.officer')} description={t('governance.privacy.officer-means')} defaultValue={settings.officer} />
            <TextField name="auditedOn" type="date" label={t('governance.privacy.audited-on')} description={t('governance.privacy.audited-on-means')} defaultValue={settings.auditedOn ?? ''} />
            <Actions><Button onPress={onClose}>{t('governance.privacy.cancel')}</Button><Button type="submit" variant="primary" busy={save.isPending} reason={refusal}>{t('governance.privacy.save')}</Button></Actions>
          </Form>
        )}
      </Loaded>
    </Dialog>
  )
}
