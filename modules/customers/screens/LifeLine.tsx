import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { paths } from '../../../apps/console/paths.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, Badge, Button, Dialog, Form, Link, Section, Select, StageLine, Table, TextArea, Time, toast } from '../../../ui/index.ts'
import { customers, type Customer } from '../contract.ts'
import { lifecycle, type Line, type Stay } from '../lifecycle/contract.ts'
import { useDays, useServices, useStageName } from './stage-words.ts'

/** Where the customer stands in their life with us, what holds there, and the way they came. */
export function LifeLine({ customer, refusal }: { customer: Customer; refusal: string | undefined }): ReactElement {
  const t = useText()
  const found = useGet(lifecycle.line, { params: { id: customer.id } }, { live: ['customer.stage'] })
  const [isOpen, setOpen] = useState(false)
  return (
    <Section title={t('customers.lifecycle')} actions={<Button size="sm" reason={refusal} onPress={() => setOpen(true)}>{t('customers.move-stage')}</Button>}>
      <Loaded of={found} rows={3}>{(line) => (
        <>
          <Here line={line} />
          {line.rows.length > 0 && <Way line={line} />}
          {isOpen && <MoveDialog id={customer.id} line={line} onClose={() => setOpen(false)} />}
        </>
      )}</Loaded>
    </Section>
  )
}

const nowIn = ({ rows }: Line): Stay | undefined => rows.find((row) => row.leftAt === null)

function Here({ line }: { line: Line }): ReactElement {
  const t = useText()
  const name = useStageName()
  const days = useDays()
  const services = useServices()
  const now = nowIn(line)
  const at = line.stages.findIndex((one) => one.id === now?.stageId)
  const stage = line.stages[at]
  const been = new Set(line.rows.map((row) => row.stageId))
  return (
    <>
      <StageLine label={t('customers.lifecycle')} stateLabels={{ done: t('customers.stage-was'), here: t('customers.stage-is'), next: t('customers.stage-not-yet'), returned: t('customers.stage-was') }}
        stages={line.stages.filter((one) => !one.isRemoved || one.id === now?.stageId).map((one) => ({ id: one.id, label: name(one), state: one.id === now?.stageId ? 'here' as const : been.has(one.id) ? 'done' as const : 'next' as const }))} />
      {now && stage ? (
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span>{t('customers.in-stage-for', { stage: name(stage), days: days(now.days) })}{now.expectedDays !== null && ` ${t('customers.expected', { days: days(now.expectedDays) })}`}</span>
          {now.stalledAt !== null && <Badge tone="late">{t('customers.stalled')}</Badge>}{now.stalledAt !== null && <span className="text-sm text-muted">{t('customers.stalled-since')} <Time at={now.stalledAt} /></span>}
        </p>
      ) : <p className="text-muted">{t('customers.in-no-stage')}</p>}
      {stage && stage.serviceIds.length > 0 && services.mayRead && (
        <p className="text-sm text-muted">{t('customers.stage-standards')} {stage.serviceIds.map((id, nr) => <span key={id}>{nr > 0 && t('customers.list-comma')}<Link href={paths.standard({ id })}>{services.rows.find((one) => one.id === id)?.name ?? '–'}</Link></span>)}</p>
      )}
    </>
  )
}

function Way({ line }: { line: Line }): ReactElement {
  const t = useText()
  const name = useStageName()
  const days = useDays()
  const may = useMay()
  const cause = (row: Stay) => (
    <span className="wrap-anywhere">
      {t(`customers.cause-${row.cause}`, { name: row.by?.name ?? '' })}{row.requestId !== null && may('requests.read') && <> <Link href={paths.request({ id: row.requestId })}>{t('customers.cause-request')}</Link></>}
      {(row.reason !== null || row.isCovered) && <span className="block text-sm text-muted">{row.reason ?? t('customers.reason-covered')}</span>}
    </span>
  )
  return (
    <Table<Stay> label={t('customers.stage-history')} density="compact" rows={line.rows} rowId={(row) => row.id} columns={[
      { id: 'stage', title: t('customers.stage'), cell: (row) => name(line.stages.find((one) => one.id === row.stageId)) },
      { id: 'entered', title: t('customers.entered'), cell: (row) => <Time at={row.enteredAt} isPlain /> },
      { id: 'cause', title: t('customers.cause'), cell: cause },
      { id: 'left', title: t('customers.left'), cell: (row) => row.leftAt === null ? t('customers.still-in') : <Time at={row.leftAt} isPlain /> },
      { id: 'days', title: t('customers.stay'), align: 'end', cell: (row) => <span className="inline-flex flex-wrap items-center gap-1.5">{row.stalledAt !== null && <Badge tone="late">{t('customers.stalled')}</Badge>}<span>{days(row.days)}{row.expectedDays !== null && <span className="text-muted"> / {days(row.expectedDays)}</span>}</span></span> },
    ]} />
  )
}

function MoveDialog({ id, line, onClose }: { id: string; line: Line; onClose: () => void }): ReactElement {
  const t = useText()
  const name = useStageName()
  // The stay that was on the screen: whoever was quicker is told about.
  const [shown] = useState(nowIn(line))
  const choices = line.stages.filter((one) => !one.isRemoved && one.id !== shown?.stageId)
  const [stageId, setStage] = useState(choices[0]?.id ?? '')
  const [reason, setReason] = useState('')
  const move = useCall(lifecycle.moveCustomer, { refresh: [lifecycle.line, customers.list], onFault: () => undefined, onDone: () => { toast.ok(t('customers.moved')); onClose() } })
  return (
    <Dialog title={t('customers.move-stage')} isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} closeLabel={t('console.close')}>
      <Form onSubmit={() => move.mutate({ params: { id }, body: { stageId, stayId: shown?.id ?? null, reason } })} faults={move.fieldFaults} fault={move.faultText}>
        <Select label={t('customers.stage')} value={stageId} onChange={setStage} options={choices.map((one) => ({ id: one.id, label: name(one) }))} />
        <TextArea name="reason" label={t('customers.move-reason')} description={t('customers.move-reason-means')} value={reason} onChange={setReason} rows={2} isRequired autoFocus />
        <Actions><Button onPress={onClose}>{t('customers.cancel')}</Button><Button type="submit" variant="primary" busy={move.isPending} reason={reason.trim() ? undefined : t('input.empty')}>{t('customers.move-stage')}</Button></Actions>
      </Form>
    </Dialog>
  )
}
