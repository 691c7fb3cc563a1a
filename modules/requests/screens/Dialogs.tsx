import { useState, type ReactElement } from 'react'
import { useCall, type Call } from '../../../apps/console/api.ts'
import { useText } from '../../../apps/console/text.tsx'
import { WhisperDialog } from '../../../apps/console/WhisperDialog.tsx'
import { Actions, Button, Dialog, Form, RadioGroup, Select, TextArea, TextField, useNow } from '../../../ui/index.ts'
import { priorities, requests, type Request } from '../contract.ts'
import { AssignDialog } from './AssignDialog.tsx'
import { useDone, useNamed, useRequestCache, useServices } from './data.ts'
import type { DialogKind } from './Head.tsx'
import { localInput, readLocalInput } from './local-time.ts'

interface Props {
  request: Request
  onClose: () => void
}

/** The dialog of an action that needs a further word. What was typed stays while the server refuses it. */
export function ActionDialog({ kind, ...props }: Props & { kind: DialogKind | null }): ReactElement | null {
  switch (kind) {
    case null: return null
    case 'assign': return <AssignDialog {...props} />
    case 'wait': return <WaitDialog {...props} />
    case 'submit': return <SubmitDialog {...props} />
    case 'correct': return <CorrectDialog {...props} />
    case 'decline': return <DeclineDialog {...props} />
    case 'sendBack': return <SendBackDialog {...props} />
    case 'close': return <CloseDialog {...props} />
    case 'reopen': return <ReopenDialog {...props} />
    case 'whisper': return <Whisper {...props} />
  }
}

interface ReasonProps extends Props {
  name: string
  call: Pick<Call<typeof requests.close>, 'faultText' | 'fieldFaults' | 'isPending'>
  isRequired: boolean
  isDangerous?: boolean
  onReason: (reason: string) => void
}

/** One question: why? */
function ReasonDialog({ name, call, isRequired, isDangerous, onReason, onClose, request }: ReasonProps) {
  const t = useText()
  const [missing, setMissing] = useState<string | undefined>()
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t(`requests.dialog.${name}`, { number: request.number })} closeLabel={t('console.close')} size="sm">
      <Form
        faults={call.fieldFaults} {...(call.faultText ? { fault: call.faultText } : {})}
        onSubmit={(values) => {
          const reason = String(values.get('reason') ?? '').trim()
          setMissing(isRequired && reason === '' ? t('requests.reason-needed') : undefined)
          if (!isRequired || reason !== '') onReason(reason)
        }}
      >
        <TextArea name="reason" label={t('requests.reason')} description={t(`requests.dialog-means.${name}`)} autoFocus isRequired={isRequired} error={missing} />
        <Actions>
          <Button onPress={onClose}>{t('requests.cancel')}</Button>
          <Button type="submit" variant={isDangerous ? 'danger' : 'primary'} busy={call.isPending}>{t(`requests.dialog-do.${name}`)}</Button>
        </Actions>
      </Form>
    </Dialog>
  )
}

function DeclineDialog(props: Props) {
  const t = useText()
  const decline = useCall(requests.decline, useDone(props, t('requests.done.decline')))
  return <ReasonDialog {...props} name="decline" call={decline} isRequired onReason={(reason) => decline.mutate({ params: { id: props.request.id }, body: { reason } })} />
}

function SendBackDialog(props: Props) {
  const t = useText()
  const verify = useCall(requests.verify, useDone(props, t('requests.done.sendBack')))
  return <ReasonDialog {...props} name="sendBack" call={verify} isRequired onReason={(reason) => verify.mutate({ params: { id: props.request.id }, body: { verdict: 'failed', reason } })} />
}

function CloseDialog(props: Props) {
  const t = useText()
  const close = useCall(requests.close, useDone(props, t('requests.done.close')))
  return <ReasonDialog {...props} name="close" call={close} isRequired isDangerous onReason={(reason) => close.mutate({ params: { id: props.request.id }, body: { reason } })} />
}

function ReopenDialog(props: Props) {
  const t = useText()
  const reopen = useCall(requests.reopen, useDone(props, t('requests.done.reopen')))
  return <ReasonDialog {...props} name="reopen" call={reopen} isRequired={false} onReason={(reason) => reopen.mutate({ params: { id: props.request.id }, query: reason ? { reason } : {} })} />
}

function Whisper({ request, onClose }: Props) {
  const { renew } = useRequestCache(request.id)
  return <WhisperDialog request={request} to={request.holder} onDone={renew} onClose={onClose} />
}

function WaitDialog(props: Props) {
  const t = useText()
  const { request, onClose } = props
  const now = useNow()
  const wait = useCall(requests.wait, useDone(props, t('requests.done.wait')))
  const [waitingFor, setWaitingFor] = useState('customer')
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('requests.dialog.wait', { number: request.number })} closeLabel={t('console.close')} size="sm">
      <Form
        faults={wait.fieldFaults} {...(wait.faultText ? { fault: wait.faultText } : {})}
        onSubmit={(values) => {
          const reason = String(values.get('reason') ?? '').trim()
          const until = readLocalInput(String(values.get('until') ?? ''))
          wait.mutate({ params: { id: request.id }, body: { for: waitingFor === 'customer' ? 'customer' : 'third-party', ...(until ? { until } : {}), ...(reason ? { reason } : {}) } })
        }}
      >
        <RadioGroup
          label={t('requests.waiting-for')} value={waitingFor} onChange={setWaitingFor}
          options={[
            { id: 'customer', label: t('requests.wait-for.customer'), description: t('requests.wait-means.customer') },
            { id: 'third-party', label: t('requests.wait-for.third-party'), description: t('requests.wait-means.third-party') },
          ]}
        />
        <TextField name="until" type="datetime-local" label={t('requests.wait-until')} description={t('requests.wait-until-means')} {...(waitingFor === 'third-party' ? { defaultValue: localInput(now + 24 * 3_600_000) } : {})} />
        <TextArea name="reason" label={t('requests.wait-reason')} rows={2} />
        <Actions>
          <Button onPress={onClose}>{t('requests.cancel')}</Button>
          <Button type="submit" variant="primary" busy={wait.isPending}>{t('requests.dialog-do.wait')}</Button>
        </Actions>
      </Form>
    </Dialog>
  )
}

function SubmitDialog(props: Props) {
  const t = useText()
  const { request, onClose } = props
  const submit = useCall(requests.submit, useDone(props, t(`requests.done.submit-${request.verification}`)))
  const [missing, setMissing] = useState<string | undefined>()
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('requests.dialog.submit', { number: request.number })} closeLabel={t('console.close')}>
      <Form
        faults={submit.fieldFaults} {...(submit.faultText ? { fault: submit.faultText } : {})}
        onSubmit={(values) => {
          const result = String(values.get('result') ?? '')
          setMissing(result.trim() === '' ? t('requests.result-needed') : undefined)
          if (result.trim() !== '') submit.mutate({ params: { id: request.id }, body: { result } })
        }}
      >
        <TextArea name="result" label={t('requests.result')} description={t(`requests.submit-means.${request.verification}`)} rows={6} autoFocus isRequired error={missing} defaultValue={request.failedVerifications > 0 ? request.result ?? '' : ''} />
        <Actions>
          <Button onPress={onClose}>{t('requests.cancel')}</Button>
          <Button type="submit" variant="primary" busy={submit.isPending}>{t('requests.action.submit')}</Button>
        </Actions>
      </Form>
    </Dialog>
  )
}

/** Corrects what was recognised; the rules' authors see what people corrected. */
function CorrectDialog(props: Props) {
  const t = useText()
  const { request, onClose } = props
  const named = useNamed()
  const services = useServices()
  // Only what differs from what the dialog opened with is sent: it overwrites nothing that others correct meanwhile.
  const [shown] = useState(request)
  const [serviceId, setServiceId] = useState(request.service?.id ?? null)
  const { renew } = useRequestCache(request.id)
  const done = useDone(props, t('requests.done.correct'))
  const correct = useCall(requests.correct, { ...done, onFault: (fault) => { if (fault.code === 'requests.changed-meanwhile') renew() } })
  const rows = services.data?.rows ?? []
  const types = rows.find((one) => one.id === serviceId)?.types ?? []
  const chosenType = types.some((one) => one.key === shown.type) ? shown.type : null
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('requests.dialog.correct', { number: request.number })} closeLabel={t('console.close')}>
      <Form
        columns={2} faults={correct.fieldFaults} {...(correct.faultText ? { fault: correct.faultText } : {})}
        onSubmit={(values) => {
          const subject = String(values.get('subject') ?? '').trim()
          const type = String(values.get('type') ?? '')
          const reason = String(values.get('reason') ?? '').trim()
          const priority = priorities.find((one) => one === values.get('priority'))
          correct.mutate({ params: { id: request.id }, body: {
            ...(subject !== shown.subject ? { subject } : {}), ...(serviceId && serviceId !== shown.service?.id ? { serviceId } : {}), ...(type && type !== shown.type ? { type } : {}),
            ...(priority && priority !== shown.priority ? { priority } : {}), ...(reason ? { reason } : {}), version: request.version,
          } })
        }}
      >
        <TextField name="subject" label={t('requests.field.subject')} defaultValue={shown.subject} className="col-span-full" isRequired />
        <Select label={t('requests.field.service')} value={serviceId} onChange={setServiceId} options={rows.filter((one) => one.isActive || one.id === serviceId).map((one) => ({ id: one.id, label: named(one.name) }))} />
        <Select key={serviceId} name="type" label={t('requests.field.type')} {...(chosenType ? { defaultValue: chosenType } : {})} options={types.map((one) => ({ id: one.key, label: named(one.name) }))} />
        <RadioGroup name="priority" label={t('requests.field.priority')} defaultValue={shown.priority} options={priorities.map((one) => ({ id: one, label: t(`requests.priority.${one}`) }))} className="col-span-full" />
        <TextArea name="reason" label={t('requests.correct-reason')} description={t('requests.correct-means')} rows={2} className="col-span-full" />
        <Actions>
          <Button onPress={onClose}>{t('requests.cancel')}</Button>
          <Button type="submit" variant="primary" busy={correct.isPending}>{t('requests.dialog-do.correct')}</Button>
        </Actions>
      </Form>
    </Dialog>
  )
}
