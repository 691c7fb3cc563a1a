import { useState, type ReactElement, type ReactNode } from 'react'
import { useCall } from '../../../apps/console/api.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, Button, Dialog, Form, TextArea, TextField, toast } from '../../../ui/index.ts'
import { standards } from '../contract.ts'
import { type Version, versions } from '../versions/contract.ts'

export function ReasonDialog({ title, confirm, lead, first = '', isBusy, fault, onReason, onClose }: { title: string; confirm: string; lead?: ReactNode; first?: string; isBusy: boolean; fault: string | undefined; onReason: (reason: string) => void; onClose: () => void }): ReactElement {
  const t = useText()
  const [reason, setReason] = useState(first)
  return (
    <Dialog title={title} isOpen onOpenChange={onClose} closeLabel={t('standards.cancel')}>
      <Form onSubmit={() => onReason(reason)} fault={fault}>
        {lead}
        <TextArea label={t('standards.reason')} value={reason} onChange={setReason} isRequired autoFocus />
        <Actions><Button onPress={onClose}>{t('standards.cancel')}</Button><Button variant="primary" type="submit" busy={isBusy} reason={reason.trim() ? undefined : t('standards.reason-needed')}>{confirm}</Button></Actions>
      </Form>
    </Dialog>
  )
}

/** Approving, at once or from a later moment. */
export function ApproveDialog({ version, effect, onClose }: { version: Version; effect: ReactNode; onClose: () => void }): ReactElement {
  const t = useText()
  const [from, setFrom] = useState('')
  const approve = useCall(versions.approveStandard, { refresh: [versions.versions, standards.services, standards.service, versions.gaps], onFault: () => undefined, onDone: () => { toast.ok(t('standards.approved')); onClose() } })
  return (
    <Dialog title={t('standards.approve')} isOpen onOpenChange={onClose} closeLabel={t('standards.cancel')}>
      <Form onSubmit={() => approve.mutate({ params: { id: version.id }, body: from ? { effectiveAt: new Date(from).toISOString() } : {} })} fault={approve.faultText}>
        <p>{t('standards.proposed-by', { name: version.writtenBy?.name ?? '', reason: version.reason })}</p>
        {effect}
        <TextField type="datetime-local" label={t('standards.effective-from')} value={from} onChange={setFrom} description={t('standards.effective-means')} />
        <Actions><Button onPress={onClose}>{t('standards.cancel')}</Button><Button variant="primary" type="submit" busy={approve.isPending}>{t('standards.approve')}</Button></Actions>
      </Form>
    </Dialog>
  )
}
