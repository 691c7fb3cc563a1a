import { useState, type ReactElement } from 'react'
import { useText } from '../../../../apps/console/text.tsx'
import { Actions, Button, Dialog, Form, RadioGroup } from '../../../../ui/index.ts'
import { audit, type Filter } from '../../audit/contract.ts'
import { download } from '../download.ts'

export function ExportDialog({ filter, onClose }: { filter: Filter; onClose: () => void }): ReactElement {
  const t = useText()
  const [format, setFormat] = useState('csv')
  const [state, setState] = useState<'ready' | 'busy' | 'failed'>('ready')
  const submit = () => {
    setState('busy')
    download(audit.exportAudit.path, 'audit.zip', { ...filter, format }).then(onClose, () => setState('failed'))
  }
  return (
    <Dialog title={t('governance.audit.export')} isOpen onOpenChange={onClose} closeLabel={t('console.close')}>
      <Form onSubmit={submit} fault={state === 'failed' ? t('governance.audit.export-failed') : undefined}>
        <p className="max-w-reading text-muted">{t('governance.audit.export-means')}</p>
        <RadioGroup label={t('governance.audit.format')} value={format} onChange={setFormat} options={[{ id: 'csv', label: t('governance.audit.export-csv') }, { id: 'jsonl', label: t('governance.audit.export-jsonl') }]} />
        <Actions><Button onPress={onClose}>{t('governance.cancel')}</Button><Button variant="primary" type="submit" busy={state === 'busy'}>{t('governance.audit.export')}</Button></Actions>
      </Form>
    </Dialog>
  )
}
