import { Baby, Merge, Pencil, ShieldQuestion, Undo2, UserX } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { useParam } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Badge, Banner, Button, EmptyState, ErrorState, Facts, Link, Page, PriorityMark, Section, Skeleton, Table, Time, toast, type TableColumn } from '../../../ui/index.ts'
import { requests, type RequestRow } from '../../requests/contract.ts'
import { customers, type Customer, type Revelation } from '../contract.ts'
import { Brought } from './Brought.tsx'
import { Consents } from './Consents.tsx'
import { EditDialog } from './EditDialog.tsx'
import { Identities } from './Identities.tsx'
import { MergeDialog } from './MergeDialog.tsx'
import { Minor, MinorDialog } from './Minor.tsx'
import { ProofMark, useTiers, useKeepCustomer } from './parts.tsx'
import { CoveredNotice, uncovered } from './Reveal.tsx'

/** One customer: who they are and how we know, what they asked, and which records are the same person. */
export default function CustomerPage(): ReactElement {
  const t = useText()
  const id = useParam('id')
  const found = useGet(customers.get, { params: { id } }, { live: (event) => event.type.startsWith('customer.') })
  if (found.isPending) return <Skeleton label={t('console.loading')} rows={8} />
  if (!found.data) {
    return <ErrorState title={t(found.error?.code ?? 'console.unreachable', found.error?.args)} action={found.error?.status === 404 ? <Link variant="button" href={paths.customers()}>{t('customers.to-list')}</Link> : <Button onPress={() => { void found.refetch() }}>{t('console.try-again')}</Button>}>{t(found.error?.status === 404 ? 'customers.not-found-next' : 'console.unreachable-next')}</ErrorState>
  }
  return <Record key={id} customer={found.data} />
}

function Record({ customer: asShown }: { customer: Customer }) {
  const t = useText()
  const may = useMay()
  const tiers = useTiers()
  const [dialog, setDialog] = useState<'edit' | 'merge' | 'minor' | null>(null)
  // Lives as long as the page: whoever comes back looks again.
  const [revelation, setRevelation] = useState<Revelation | null>(null)
  const customer = uncovered(asShown, revelation)
  const refusal = !may('customers.edit') ? t('customers.may-not-edit') : customer.mergedInto ? t('customers.merged-away') : undefined
  const facts = [
    { label: t('customers.field-tier'), value: tiers.nameOf(customer.tier) },
    ...(['company', 'region'] as const).map((field) => ({ label: t(`customers.field-${field}`), value: customer[field] ?? <span className="text-faint">{t('customers.not-given')}</span> })),
    { label: t('customers.field-language'), value: customer.language ? t(`customers.language-${customer.language}`) : <span className="text-faint">{t('customers.not-given')}</span> },
    { label: t('customers.since'), value: <Time at={customer.createdAt} /> },
  ]
  return (
    <>
      {customer.mergedInto && <Banner tone="info" action={<Link href={paths.customer({ id: customer.mergedInto })}>{t('customers.open-kept')}</Link>}>{t('customers.is-merged')}</Banner>}
      <Page
        title={customer.name || t('customers.nameless')}
        actions={(
          <>
            {may('privacy.edit') && <Link variant="button" href={paths.personRequests({ customer: customer.id })}><ShieldQuestion className="size-4" aria-hidden="true" />{t('customers.privacy-request')}</Link>}
            {!customer.minor && <Button icon={<Baby className="size-4" aria-hidden="true" />} reason={refusal} onPress={() => setDialog('minor')}>{t('customers.minor-mark')}</Button>}
            <Button icon={<Merge className="size-4" aria-hidden="true" />} reason={refusal} onPress={() => setDialog('merge')}>{t('customers.merge')}</Button>
            <Button variant="primary" icon={<Pencil className="size-4" aria-hidden="true" />} reason={refusal ?? (customer.masked.some((field) => field in customer) ? t('customers.reveal-first') : undefined)} onPress={() => setDialog('edit')}>{t('customers.edit')}</Button>
          </>
        )}
      >
        <div className="-mt-2 flex flex-wrap gap-2"><Badge tone={customer.tier === tiers.rows[0]?.key ? 'plain' : 'accent'}>{tiers.nameOf(customer.tier)}</Badge><ProofMark isVerified={customer.isVerified} />{customer.minor && <Badge tone="late">{t('customers.minor')} · {t('governance.privacy.class.sensitive')}</Badge>}</div>
        <CoveredNotice customer={customer} onRevealed={(answer) => setRevelation((before) => before ? { ...answer, values: { ...before.values, ...answer.values }, identities: [...before.identities, ...answer.identities] } : answer)} />
        <Suggestions customer={customer} refusal={refusal} />
        <div className="grid gap-x-10 gap-y-4 md:grid-cols-2">
          <Section title={t('customers.about')}>
            <Facts facts={facts} />
            {customer.note && <p className="max-w-reading rounded-sm bg-note-surface px-3 py-2 whitespace-pre-wrap text-note">{customer.note}</p>}
          </Section>
          <Section title={t('customers.identities')}><Identities customer={customer} refusal={refusal} /></Section>
        </div>
        <Minor customer={customer} refusal={refusal} />
        {!customer.masked.includes('name') && <Consents customerId={customer.id} refusal={refusal} />}
        <RequestsOf customer={customer} />
        {!customer.masked.includes('name') && <Brought customerId={customer.id} />}
        {customer.merges.length > 0 && <Merges customer={customer} />}
      </Page>
      {dialog === 'edit' && <EditDialog customer={customer} onClose={() => setDialog(null)} />}
      {dialog === 'minor' && <MinorDialog id={customer.id} onClose={() => setDialog(null)} />}
      {dialog === 'merge' && <MergeDialog customer={customer} onClose={() => setDialog(null)} />}
    </>
  )
}

/** Records that may be the same person, with the evidence. Nothing is merged by itself. */
function Suggestions({ customer, refusal }: { customer: Customer; refusal: string | undefined }) {
  const t = useText()
  const keep = useKeepCustomer()
  const [other, setOther] = useState<{ id: string; name: string } | null>(null)
  const distinguish = useCall(customers.distinguish, { onDone: (answer) => { keep(answer); toast.ok(t('customers.distinguished')) } })
  if (customer.suggestions.length === 0) return null
  return (
    <section aria-label={t('customers.suggestions')} className="rounded-md border border-dashed border-edge px-4 py-3">
      <h2 className="mb-1 font-bold">{t('customers.suggestions')}</h2>
      <ul className="flex flex-col gap-2">
        {customer.suggestions.map((one) => (
          <li key={one.id} className="flex flex-wrap items-center gap-2">
            <span className="min-w-0 flex-1">
              <Link href={paths.customer({ id: one.id })}>{one.name || t('customers.nameless')}</Link> <ProofMark isVerified={one.isVerified} />
              <span className="block text-sm text-muted">{one.because.map((because) => t(`customers.evidence-${because.kind}`, { value: because.value })).join(t('customers.list-comma'))}</span>
            </span>
            <Button size="sm" icon={<UserX className="size-4" aria-hidden="true" />} reason={refusal} busy={distinguish.isPending} onPress={() => distinguish.mutate({ params: { id: customer.id, otherId: one.id } })}>{t('customers.distinguish')}</Button>
            <Button size="sm" icon={<Merge className="size-4" aria-hidden="true" />} reason={refusal} onPress={() => setOther(one)}>{t('customers.merge')}</Button>
          </li>
        ))}
      </ul>
      {other && <MergeDialog customer={customer} other={other} onClose={() => setOther(null)} />}
    </section>
  )
}

function Merges({ customer }: { customer: Customer }) {
  const t = useText()
  const keep = useKeepCustomer()
  const unmerge = useCall(customers.unmerge, { refresh: [customers.list], onDone: (answer) => { keep(answer); toast.ok(t('customers.unmerged')) } })
  return (
    <Section title={t('customers.merges')}>
      <ul className="flex flex-col gap-2">
        {customer.merges.map((merge) => (
          <li key={merge.id} className="flex flex-wrap items-center gap-2">
            <span className="min-w-0 flex-1"><Link href={paths.customer({ id: merge.otherId })}>{merge.otherName || t('customers.nameless')}</Link> <Time at={merge.at} className="text-faint" /><span className="block text-sm text-muted">{merge.reason}</span></span>
            <Button size="sm" icon={<Undo2 className="size-4" aria-hidden="true" />} busy={unmerge.isPending} onPress={() => unmerge.mutate({ params: { id: customer.id, otherId: merge.otherId } })}>{t('customers.unmerge')}</Button>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function RequestsOf({ customer }: { customer: Customer }) {
  const t = useText()
  const may = useMay()
  const found = useGet(requests.list, { query: { view: 'all', customerId: customer.id, limit: 50 } }, { live: ['request.accepted', 'request.closed', 'request.answered', 'request.taken'], isEnabled: may('requests.read') })
  const rows = found.data?.rows ?? []
  const columns: TableColumn<RequestRow>[] = [
    { id: 'subject', title: t('requests.field.subject'), cell: (row) => <span className="inline-flex min-w-0 items-center gap-1.5"><PriorityMark priority={row.priority} label={t(`requests.priority.${row.priority}`)} /><span className="wrap-anywhere">#{row.number} {row.subject}</span></span> },
    { id: 'stage', title: t('customers.request-stage'), cell: (row) => t(`requests.stage.${row.stage}`) },
    { id: 'channel', title: t('requests.channel'), priority: 3, cell: (row) => t(`requests.channel.${row.channel}`) },
    { id: 'holder', title: t('customers.request-holder'), cell: (row) => row.holder?.name ?? '' },
    { id: 'score', title: t('customers.request-score'), align: 'end', cell: (row) => row.score === null ? '' : t('requests.scored', { score: row.score }) },
    { id: 'opened', title: t('requests.opened'), align: 'end', cell: (row) => <Time at={row.openedAt} isPlain /> },
  ]
  if (!may('requests.read')) return null
  return (
    <Section title={t('customers.requests')}>
      {found.isPending ? <Skeleton label={t('console.loading')} rows={3} /> : (
        <Table label={t('customers.requests')} density="compact" columns={columns} rows={rows} rowId={(row) => row.id} rowHref={(row) => paths.request({ id: row.id })} empty={<EmptyState title={t('customers.no-requests')}>{t('customers.no-requests-means')}</EmptyState>} />
      )}
    </Section>
  )
}
