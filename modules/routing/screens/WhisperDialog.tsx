import { useState, type ReactElement } from 'react'
import { useCall } from '../../../apps/console/api.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, Button, Dialog, Form, TextArea, toast } from '../../../ui/index.ts'
import { requests } from '../../requests/contract.ts'
import type { QueueRequest } from './QueueRow.tsx'

/** A note to whoever holds it: on their screen at once, never the customer's. */
export function WhisperDialog({ row, to: holder, onClose }: { row: QueueRequest; to: { id: string; name: string }; onClose: () => void }): ReactElement {
  const t = useText()
  // Who is meant stays meant, also when it is given on while one writes; the server refuses then.
  const [to] = useState(holder)
  const write = useCall(requests.whisper, { onFault: () => undefined, onDone: () => { toast.ok(t('routing.whispered', { name: to.name })); onClose() } })
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('routing.whisper-to', { name: to.name })} closeLabel={t('console.close')} size="sm">
      <Form onSubmit={(values) => write.mutate({ params: { id: row.id }, body: { to: to.id, text: String(values.get('text') ?? '') } })} faults={write.fieldFaults} fault={write.faultText}>
        <p className="text-muted">#{row.number} {row.subject}</p>
        <TextArea name="text" label={t('routing.whisper-text')} description={t('routing.whisper-means')} rows={3} autoFocus isRequired />
        <Actions>
          <Button onPress={onClose}>{t('routing.cancel')}</Button>
          <Button type="submit" variant="primary" busy={write.isPending}>{t('routing.whisper')}</Button>
        </Actions>
      </Form>
    </Dialog>
  )
}
