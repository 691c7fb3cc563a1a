import { Download } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../../apps/console/api.ts'
import { Loaded } from '../../../../apps/console/Loaded.tsx'
import { useParam } from '../../../../apps/console/location.ts'
import { paths } from '../../../../apps/console/paths.ts'
import { useMay } from '../../../../apps/console/session.tsx'
import { useText } from '../../../../apps/console/text.tsx'
import { Actions, AlertDialog, Badge, Banner, Button, Dialog, Facts, Form, Link, RadioGroup, Section, Select, Table, TextArea, Time, toast } from '../../../../ui/index.ts'
import { grounds, privacy, proofs, type PersonRequest } from '../../privacy/contract.ts'
import { DueBadge, StageBadge } from './parts.tsx'
import { GovernanceFrame, useRefusal } from '../GovernanceFrame.tsx'
import { named } from './Register.tsx'

/** One person's request: what they wish, what may happen next, and by when. */
export default function PersonRequestPage(): ReactElement {
  const id = useParam('id')
  const found = useGet(privacy.request, { params: { id } }, { live: ['privacy.'] })
  const t = useText()
  return found.data ? <Shown key={id} request={found.data} /> : <GovernanceFrame here="requests" title={t('governance.privacy.request')}><Loaded of={found} rows={8}>{() => null}</Loaded></GovernanceFrame>
}

type Asked = 'verify' | 'extend' | 'grant' | 'refuse' | 'complete' | 'withdraw'

function Shown({ request }: { request: PersonRequest }) {
  const t = useText()
  const may = useMay()
  const refusal = useRefusal('privacy.edit')
  const [asked, setAsked] = useState<Asked | null>(null)
  const again = [privacy.request, privacy.requests, privacy.scope]
  const grant = useCall(privacy.grant, { refresh: again, onDone: () => { toast.ok(t('governance.privacy.granted')) } })
  const why = (act: keyof PersonRequest['actions']): string | undefined => refusal ?? (request.actions[act] ? t(request.actions[act]) : undefined)
  const name = request.customer.name || t('governance.privacy.erased-name')
  const isHandedOver = request.kind === 'see' || request.kind === 'copy' || request.kind === 'move'
  const button = (act: Asked, look: 'plain' | 'primary' | 'danger' = 'plain') => <Button variant={look} reason={why(act)} onPress={() => setAsked(act)}>{t(`governance.privacy.act.${act}`)}</Button>
  const next: Asked | null = request.stage === 'received' ? 'verify' : request.stage === 'verified' ? 'grant' : request.stage === 'granted' && request.kind !== 'erase' ? 'complete' : null
  const all: readonly Asked[] = ['verify', 'extend', 'grant', 'refuse', 'complete', 'withdraw']
  const offered = all.filter((act) => act !== next && request.endedAt === null && !(act === 'verify' && request.verification) && !(act === 'complete' && request.stage !== 'granted') && !((act === 'grant' || act === 'refuse' || act === 'extend') && request.decision))
  return (
    <GovernanceFrame
      here="requests" title={t('governance.privacy.request-title', { number: request.number, kind: t(`governance.privacy.kind.${request.kind}`) })}
      actions={<>{offered.map((act) => <span key={act}>{button(act)}</span>)}{next && button(next, next === 'grant' && request.kind === 'erase' ? 'danger' : 'primary')}</>}
    >
      {request.breachedAt && <Banner tone="late">{t('governance.privacy.breach', { at: request.breachedAt })}</Banner>}
      <div className="-mt-2 flex flex-wrap gap-2"><StageBadge stage={request.stage} /><Badge>{t(`governance.privacy.law.${request.law}`)}</Badge></div>
      <div className="grid gap-x-10 gap-y-4 md:grid-cols-2">
        <Section title={t('governance.privacy.wish')}>
          <p className="max-w-reading whitespace-pre-wrap wrap-anywhere">{request.wish || <span className="text-faint">{t('governance.privacy.words-erased')}</span>}</p>
          <Facts facts={[
            { label: t('governance.privacy.who'), value: may('customers.read') ? <Link href={paths.customer({ id: request.customer.id })}>{name}</Link> : name },
            { label: t('governance.privacy.via'), value: <>{t(`governance.privacy.via.${request.via}`)}{request.openedBy && ` · ${request.openedBy}`}</> },
            { label: t('governance.privacy.opened'), value: <Time at={request.openedAt} /> },
            { label: t('governance.privacy.due'), value: <DueBadge request={request} /> },
          ]} />
          <p className="text-sm text-muted">{t(`governance.privacy.term.${request.law}`)}</p>
        </Section>
        <Section title={t('governance.privacy.course')}>
          <Facts facts={[
            { label: t('governance.privacy.identity'), value: request.verification ? <>{t(`governance.privacy.proof.${request.verification.how}`)}{request.verification.by && ` · ${request.verification.by}`} <Time at={request.verification.at} className="text-faint" /></> : <span className="text-faint">{t('governance.privacy.not-yet')}</span> },
            ...(request.extendedAt ? [{ label: t('governance.privacy.extension'), value: <>{request.extensionReason} <Time at={request.extendedAt} className="text-faint" /></> }] : []),
            { label: t('governance.privacy.decision'), value: request.decision ? <>{request.decision.ground ? t(`governance.privacy.ground.${request.decision.ground}`) : t('governance.privacy.stage.granted')}{request.decision.by && ` · ${request.decision.by}`} <Time at={request.decision.at} className="text-faint" /></> : <span className="text-faint">{t('governance.privacy.not-yet')}</span> },
            ...(request.decision?.reason ? [{ label: t('governance.privacy.told'), value: <span className="whitespace-pre-wrap">{request.decision.reason}</span> }] : []),
            ...(request.outcome ? [{ label: t('governance.privacy.outcome'), value: <span className="whitespace-pre-wrap">{request.outcome}</span> }] : []),
            ...(request.endedAt ? [{ label: t('governance.privacy.ended'), value: <Time at={request.endedAt} /> }] : []),
          ]} />
          {isHandedOver && <Copies request={request} reason={why('copy')} />}
        </Section>
      </div>
      {request.report ? <Counts title={t('governance.privacy.report')} rows={Object.entries(request.report).map(([table, rows]) => ({ table, rows }))} /> : request.endedAt === null && <InScope request={request} refusal={refusal} />}
      {asked === 'grant' && (
        <AlertDialog
          isOpen onOpenChange={(isOpen) => { if (!isOpen) setAsked(null) }} title={t(request.kind === 'erase' ? 'governance.privacy.grant-erase' : 'governance.privacy.act.grant')} confirmLabel={t(request.kind === 'erase' ? 'governance.privacy.erase-now' : 'governance.privacy.act.grant')} cancelLabel={t('governance.privacy.cancel')} isDangerous={request.kind === 'erase'}
          onConfirm={async () => { await grant.mutateAsync({ params: { id: request.id }, body: { version: request.version } }) }}
        >{t(request.kind === 'erase' ? 'governance.privacy.grant-erase-means' : 'governance.privacy.grant-means')}</AlertDialog>
      )}
      {asked !== null && asked !== 'grant' && <ActDialog act={asked} request={request} onClose={() => setAsked(null)} />}
    </GovernanceFrame>
  )
}

function ActDialog({ act, request, onClose }: { act: Exclude<Asked, 'grant'>; request: PersonRequest; onClose: () => void }) {
  const t = useText()
  const [missing, setMissing] = useState<string | undefined>()
  const options = { refresh: [privacy.request, privacy.requests], onFault: () => undefined, onDone: () => { toast.ok(t('governance.privacy.saved')); onClose() } }
  const verify = useCall(privacy.verify, options)
  const extend = useCall(privacy.extend, options)
  const refuse = useCall(privacy.refuse, options)
  const complete = useCall(privacy.complete, options)
  const withdraw = useCall(privacy.withdraw, options)
  const one = { verify, extend, refuse, complete, withdraw }[act]
  const params = { id: request.id }
  const { version } = request
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t(`governance.privacy.act.${act}`)} closeLabel={t('console.close')}>
      <Form
        faults={one.fieldFaults} {...(one.faultText ? { fault: one.faultText } : {})}
        onSubmit={(values) => {
          const words = String(values.get('words') ?? '').trim()
          if (act === 'verify') { verify.mutate({ params, body: { how: proofs.find((how) => how === values.get('how')) ?? 'called-back', version } }); return }
          setMissing(words === '' ? t('input.empty') : undefined)
          if (words === '') return
          if (act === 'extend') extend.mutate({ params, body: { reason: words, version } })
          else if (act === 'refuse') refuse.mutate({ params, body: { ground: grounds.find((ground) => ground === values.get('ground')) ?? 'identity-not-shown', reason: words, version } })
          else (act === 'complete' ? complete : withdraw).mutate({ params, body: { outcome: words, version } })
        }}
      >
        <p className="max-w-reading text-muted">{t(`governance.privacy.act-means.${act}`)}</p>
        {act === 'verify' && <RadioGroup name="how" label={t('governance.privacy.how')} defaultValue="called-back" options={proofs.map((id) => ({ id, label: t(`governance.privacy.proof.${id}`) }))} />}
        {act === 'refuse' && <Select name="ground" label={t('governance.privacy.ground')} defaultValue="identity-not-shown" options={grounds.map((id) => ({ id, label: t(`governance.privacy.ground.${id}`) }))} />}
        {act !== 'verify' && <TextArea name="words" label={t(`governance.privacy.words.${act}`)} rows={3} isRequired error={missing} autoFocus />}
        <Actions><Button onPress={onClose}>{t('governance.privacy.cancel')}</Button><Button type="submit" variant="primary" busy={one.isPending}>{t(`governance.privacy.act.${act}`)}</Button></Actions>
      </Form>
    </Dialog>
  )
}

/** The copy goes to the officer's own machine; nothing of it is kept here. */
function Copies({ request, reason }: { request: PersonRequest; reason: string | undefined }) {
  const t = useText()
  const make = useCall(privacy.copy, {
    onDone: ({ name, type, text }) => {
      const address = URL.createObjectURL(new Blob([text], { type }))
      const link = Object.assign(document.createElement('a'), { href: address, download: name })
      link.click()
      setTimeout(() => URL.revokeObjectURL(address), 60_000)
    },
  })
  return (
    <div className="flex flex-wrap gap-2">
      {(['html', 'json'] as const).map((format) => <Button key={format} icon={<Download className="size-4" aria-hidden="true" />} reason={reason} busy={make.isPending && make.variables.body.format === format} onPress={() => make.mutate({ params: { id: request.id }, body: { format } })}>{t(`governance.privacy.copy-${format}`)}</Button>)}
    </div>
  )
}

function Counts({ title, rows }: { title: string; rows: readonly { table: string; rows: number }[] }) {
  const t = useText()
  return (
    <Section title={title}>
      <Table
        label={title} rows={rows} rowId={(row) => row.table} density="compact" empty={<p className="text-muted">{t('governance.privacy.nothing-kept')}</p>}
        columns={[{ id: 'table', title: t('governance.privacy.store'), cell: (row) => named(t, 'table', row.table) }, { id: 'rows', title: t('governance.privacy.rows'), align: 'end', cell: (row) => row.rows }]}
      />
    </Section>
  )
}

/** What is kept about the person, and for an erasure what stands in its way. */
function InScope({ request, refusal }: { request: PersonRequest; refusal: string | undefined }) {
  const t = useText()
  const found = useGet(privacy.scope, { params: { id: request.id } }, { live: ['privacy.', 'request.closed'] })
  const [isHolding, setHolding] = useState<'hold' | 'lift' | null>(null)
  return (
    <Loaded of={found} rows={4}>
      {(scope) => (
        <>
          {request.kind === 'erase' && scope.openRequests > 0 && <Banner tone="soon">{t('governance.privacy.requests-open', { count: scope.openRequests })}</Banner>}
          {scope.hold && <Banner tone="soon" action={<Button size="sm" reason={refusal} onPress={() => setHolding('lift')}>{t('governance.privacy.lift')}</Button>}>{t('governance.privacy.is-held', { reason: scope.hold.reason, at: scope.hold.at })}</Banner>}
          {scope.alike.length > 0 && (
            <Banner tone="info">{t('governance.privacy.alike')} {scope.alike.map((one) => <Link key={one.id} href={paths.customer({ id: one.id })} className="me-2">{one.name || t('governance.privacy.nameless')}</Link>)}</Banner>
          )}
          <Counts title={t('governance.privacy.kept-now')} rows={scope.tables} />
          {!scope.hold && <Button className="self-start" reason={refusal} onPress={() => setHolding('hold')}>{t('governance.privacy.hold')}</Button>}
          {isHolding && <HoldDialog customerId={request.customer.id} act={isHolding} onClose={() => setHolding(null)} />}
        </>
      )}
    </Loaded>
  )
}

function HoldDialog({ customerId, act, onClose }: { customerId: string; act: 'hold' | 'lift'; onClose: () => void }) {
  const t = useText()
  const [missing, setMissing] = useState<string | undefined>()
  const options = { refresh: [privacy.scope], onFault: () => undefined, onDone: () => { toast.ok(t('governance.privacy.saved')); onClose() } }
  const hold = useCall(privacy.hold, options)
  const lift = useCall(privacy.lift, options)
  const one = act === 'hold' ? hold : lift
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t(`governance.privacy.${act}`)} closeLabel={t('console.close')}>
      <Form
        faults={one.fieldFaults} {...(one.faultText ? { fault: one.faultText } : {})}
        onSubmit={(values) => {
          const reason = String(values.get('reason') ?? '').trim()
          setMissing(reason === '' ? t('input.empty') : undefined)
          if (reason !== '') one.mutate({ params: { id: customerId }, body: { reason } })
        }}
      >
        <p className="max-w-reading text-muted">{t(`governance.privacy.${act}-means`)}</p>
        <TextArea name="reason" label={t('governance.privacy.reason')} rows={2} isRequired error={missing} autoFocus />
        <Actions><Button onPress={onClose}>{t('governance.privacy.cancel')}</Button><Button type="submit" variant="primary" busy={one.isPending}>{t(`governance.privacy.${act}`)}</Button></Actions>
      </Form>
    </Dialog>
  )
}
