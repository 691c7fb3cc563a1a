import { useState, type ReactElement } from 'react'
import { requests } from '../../modules/requests/contract.ts'
import { Actions, Button, Dialog, Form, TextArea, toast } from '../../ui/index.ts'
import { useCall } from './api.ts'
import { useText } from './text.tsx'

interface Props { request: { id: string; number: number; subject: string }; to: { id: string; name: string } | null; onDone?: () => void; onClose: () => void }

/** A note to whoever holds a request: on their screen at once, never the customer's. */
export function WhisperDialog({ request, to: holder, onDone, onClose }: Props): ReactElement | null {
  const t = useText()
  // Who is meant stays meant, also when it is given on while one writes; the server refuses then.
  const [to] = useState(holder)
  const write = useCall(requests.whisper, { onFault: () => undefined, onDone: () => { onDone?.(); onClose(); toast.ok(t('requests.whispered', { name: to?.name ?? '' })) } })
  return to && (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('requests.dialog.whisper', { name: to.name })} closeLabel={t('console.close')} size="sm">
      <Form onSubmit={(values) => write.mutate({ params: { id: request.id }, body: { to: to.id, text: String(values.get('text') ?? '') } })} faults={write.fieldFaults} fault={write.faultText}>
        <p className="text-muted">#{request.number} {request.subject}</p>
        <TextArea name="text" label={t('requests.whisper')} description={t('requests.whisper-means')} rows={3} autoFocus isRequired />
        <Actions>
          <Button onPress={onClose}>{t('requests.cancel')}</Button>
          <Button type="submit" variant="primary" busy={write.isPending}>{t('requests.action.whisper')}</Button>
        </Actions>
      </Form>
    </Dialog>
  )
}
