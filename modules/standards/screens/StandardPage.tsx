import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useParam } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { Badge, Banner, Button, ErrorState, Link, Section, Table, Time, toast } from '../../../ui/index.ts'
import { requests } from '../../requests/contract.ts'
import { standards } from '../contract.ts'
import { type Content, type Version, versions } from '../versions/contract.ts'
import { useKnown } from './known.ts'
import { sideWords, type Known } from './standard-words.ts'
import { ContentEditor } from './ContentEditor.tsx'
import { MissedDrawer, useKept } from './Kept.tsx'
import { ApproveDialog, ReasonDialog } from './StandardDialogs.tsx'
import { StandardsFrame, useRefusal } from './StandardsFrame.tsx'

export const emptyContent: Content = { clauses: [], steps: [], pausesOn: ['customer'], duties: '', rules: '', appraisal: '', ownerId: null, reviewOn: null }

/** What one service promises: the version in force or under way, what it changes, and the versions before it. */
export default function StandardPage(): ReactElement {
  const t = useText()
  const id = useParam('id')
  const { locale } = useLanguage()
  const service = useGet(standards.service, { params: { id } }, { live: ['standard.'] })
  const all = useGet(versions.versions, { params: { id } }, { live: ['standard.'] })
  return (
    <StandardsFrame here="services" title={service.data ? t('standards.standard-of', { name: service.data.name[locale] }) : t('standards.standard')} lead={<Link href={paths.service({ id })}>{t('standards.back-to-service')}</Link>}>
      {service.error ? <ErrorState title={t('standards.service.not-found')}><Link href={paths.services()}>{t('standards.back-to-services')}</Link></ErrorState>
        : <Loaded of={all}>{({ rows }) => <Standard serviceId={id} rows={rows} />}</Loaded>}
    </StandardsFrame>
  )
}

function Standard({ serviceId, rows }: { serviceId: string; rows: readonly Version[] }): ReactElement {
  const t = useText()
  const known = useKnown()
  const refusal = useRefusal()
  const [shownId, setShown] = useState<string | null>(null)
  const open = rows.find((row) => row.state !== 'approved')
  const effective = rows.find((row) => row.isEffective)
  const shown = rows.find((row) => row.id === shownId) ?? open ?? effective ?? rows[0]
  const draft = useCall(versions.draftStandard, { refresh: [versions.versions], onDone: () => setShown(null) })
  const kept = useKept(serviceId, shown?.isEffective ?? false)
  const change = useCall(versions.changeDraft, { refresh: [versions.versions, versions.difference, requests.standardEffect], onFault: () => undefined })
  return (
    <>
      {!shown && <Banner tone="soon" action={<Button variant="primary" reason={refusal} busy={draft.isPending} onPress={() => draft.mutate({ params: { id: serviceId }, body: { content: emptyContent } })}>{t('standards.begin-first')}</Button>}>{t('standards.no-standard')}</Banner>}
      {shown && <UnderWay version={shown} effective={effective} known={known} onNext={open ? undefined : () => draft.mutate({ params: { id: serviceId }, body: { content: (effective ?? shown).content } })} isBusy={draft.isPending} />}
      {shown && change.error && <Banner tone="late">{change.faultText}</Banner>}
      {shown && <ContentEditor content={shown.content} known={known} kept={kept} onChange={shown.state === 'draft' && refusal === undefined ? (content) => change.mutate({ params: { id: shown.id }, body: { content, revision: shown.revision } }) : undefined} />}
      {shown?.isEffective && <MissedDrawer serviceId={serviceId} clauses={shown.content.clauses} known={known} />}
      {rows.length > 0 && (
        <Section title={t('standards.versions')}>
          <Table<Version> label={t('standards.versions')} rows={rows} rowId={(row) => row.id} onOpen={(row) => setShown(row.id)} columns={[
            { id: 'number', title: t('standards.version'), cell: (row) => <span className="inline-flex flex-wrap items-center gap-2">{t('standards.version-number', { number: row.number })}<StateBadge version={row} /></span> },
            { id: 'from', title: t('standards.effective-from'), cell: (row) => row.effectiveAt ? (row.effectiveAt < '2001' ? t('standards.from-the-beginning') : <Time at={row.effectiveAt} />) : '–' },
            { id: 'by', title: t('standards.written-by'), cell: (row) => row.writtenBy?.name ?? t('standards.by-program') },
            { id: 'approved', title: t('standards.approved-by'), cell: (row) => row.isAlone ? t('standards.alone', { name: row.decidedBy?.name ?? '' }) : (row.decidedBy?.name ?? (row.state === 'approved' ? t('standards.by-program') : '–')) },
            { id: 'reason', title: t('standards.reason'), cell: (row) => row.reason || '–' },
          ]} />
        </Section>
      )}
    </>
  )
}

function StateBadge({ version }: { version: Version }): ReactElement {
  const t = useText()
  const state = version.state === 'approved' ? (version.isEffective ? 'effective' : version.effectiveAt! > new Date().toISOString() ? 'coming' : 'past') : version.state
  return <Badge tone={state === 'effective' ? 'ok' : state === 'proposed' ? 'soon' : state === 'past' ? 'plain' : 'info'}>{t(`standards.state.${state}`)}</Badge>
}

/** What can be done with the version shown, what it changes, and what it would do to running requests. */
function UnderWay({ version, effective, known, onNext, isBusy }: { version: Version; effective: Version | undefined; known: Known; onNext: (() => void) | undefined; isBusy: boolean }): ReactElement {
  const t = useText()
  const may = useMay()
  const refusal = useRefusal()
  const [dialog, setDialog] = useState<'propose' | 'refuse' | 'approve' | 'apply' | null>(null)
  const done = { refresh: [versions.versions, standards.services, standards.service, versions.gaps], onDone: () => { toast.ok(t('standards.saved')); setDialog(null) } }
  const propose = useCall(versions.proposeStandard, done)
  const refuse = useCall(versions.refuseStandard, done)
  const drop = useCall(versions.dropDraft, done)
  const apply = useCall(requests.applyStandard, { ...done, refresh: [requests.standardEffect] })
  const mayNot = may('standards.approve') ? undefined : t('standards.may-not-approve')
  const params = { id: version.id }
  return (
    <section aria-label={t('standards.version-number', { number: version.number })} className="flex flex-col gap-3">
      <p className="flex flex-wrap items-center gap-2"><strong className="text-lg">{t('standards.version-number', { number: version.number })}</strong><StateBadge version={version} />
        {version.state === 'draft' && <><Button size="sm" variant="primary" reason={refusal} onPress={() => setDialog('propose')}>{t('standards.propose')}</Button><Button size="sm" variant="quiet" reason={refusal} busy={drop.isPending} onPress={() => drop.mutate({ params })}>{t('standards.drop-draft')}</Button></>}
        {version.state === 'proposed' && <><Button size="sm" variant="primary" reason={mayNot} onPress={() => setDialog('approve')}>{t('standards.approve')}</Button><Button size="sm" reason={mayNot} onPress={() => setDialog('refuse')}>{t('standards.refuse')}</Button></>}
        {version.isEffective && <Button size="sm" reason={mayNot} onPress={() => setDialog('apply')}>{t('standards.apply')}</Button>}
        {onNext && <Button size="sm" variant="primary" reason={refusal} busy={isBusy} onPress={onNext}>{t('standards.begin-next')}</Button>}
      </p>
      {version.state === 'proposed' && <Banner tone="info">{t('standards.proposed-by', { name: version.writtenBy?.name ?? '', reason: version.reason })}</Banner>}
      {(version.state !== 'approved' || !version.isEffective) && effective && <Changes version={version} known={known} />}
      <Effect version={version} />
      {dialog === 'propose' && <ReasonDialog title={t('standards.propose')} confirm={t('standards.propose')} first={version.reason} isBusy={propose.isPending} fault={propose.faultText} onClose={() => setDialog(null)} onReason={(reason) => propose.mutate({ params, body: { reason } })} />}
      {dialog === 'refuse' && <ReasonDialog title={t('standards.refuse')} confirm={t('standards.refuse')} isBusy={refuse.isPending} fault={refuse.faultText} onClose={() => setDialog(null)} onReason={(reason) => refuse.mutate({ params, query: { reason: reason.replace(/\s+/g, ' ').trim() } })} />}
      {dialog === 'apply' && <ReasonDialog title={t('standards.apply')} confirm={t('standards.apply')} lead={<Effect version={version} />} isBusy={apply.isPending} fault={apply.faultText} onClose={() => setDialog(null)} onReason={(reason) => apply.mutate({ params, body: { reason } })} />}
      {dialog === 'approve' && <ApproveDialog version={version} effect={<Effect version={version} />} onClose={() => setDialog(null)} />}
    </section>
  )
}

function Changes({ version, known }: { version: Version; known: Known }): ReactElement | null {
  const t = useText()
  const found = useGet(versions.difference, { params: { id: version.id }, query: {} }, { live: ['standard.'] })
  if (!found.data) return null
  const { from, rows } = found.data
  return (
    <Section title={from === null ? t('standards.changes-first') : t('standards.changes-from', { number: from })}>
      {rows.length === 0 ? <p className="text-muted">{t('standards.nothing-changed')}</p> : (
        <ul className="flex flex-col gap-1.5">
          {rows.map((row) => (
            <li key={`${row.part}-${row.key}`} className="grid gap-x-4 sm:grid-cols-[10rem_minmax(0,1fr)]">
              <span className="text-faint">{row.part === 'field' ? t(`standards.content.${row.key}`) : t(`standards.part.${row.part}`)}</span>
              <span className="wrap-anywhere"><del className="text-muted">{sideWords(t, row.part, row.key, row.before, known)}</del> → <ins className="no-underline">{sideWords(t, row.part, row.key, row.after, known)}</ins></span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}

/** What would happen to requests under way, in numbers. */
function Effect({ version }: { version: Version }): ReactElement | null {
  const t = useText()
  const found = useGet(requests.standardEffect, { params: { id: version.id } }, { live: ['standard.'], staleSeconds: 30 })
  if (!found.data || found.data.running === 0) return null
  const { running, isCapped, moved, breached, ended, begun } = found.data
  return <p className="max-w-reading text-muted">{t('standards.effect', { running, capped: isCapped ? 'yes' : 'no', moved, breached, ended, begun })}</p>
}
