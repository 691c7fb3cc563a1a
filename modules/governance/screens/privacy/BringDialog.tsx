import { useState, type ReactElement } from 'react'
import type { z } from 'zod'
import { useCall } from '../../../../apps/console/api.ts'
import { useGo } from '../../../../apps/console/location.ts'
import { paths } from '../../../../apps/console/paths.ts'
import { useText } from '../../../../apps/console/text.tsx'
import { Actions, Banner, Button, Dialog, FileDrop, toast } from '../../../../ui/index.ts'
import { customers } from '../../../customers/contract.ts'
import { PORTABLE, privacy } from '../../privacy/contract.ts'

type Document = z.input<(typeof privacy)['bring']['body']>
const isDocument = (value: unknown): value is Document => typeof value === 'object' && value !== null && 'format' in value && value.format === PORTABLE && 'person' in value && 'conversations' in value && Array.isArray(value.conversations)

/** A file somebody brings from another house: looked into here, judged by the server. */
export function BringDialog({ onClose }: { onClose: () => void }): ReactElement {
  const t = useText()
  const go = useGo()
  const [files, setFiles] = useState<File[]>([])
  const [found, setFound] = useState<Document | 'not-portable' | null>(null)
  const bring = useCall(privacy.bring, {
    refresh: [customers.list], onFault: () => undefined,
    onDone: (made) => { toast.ok(made.isNew ? t('governance.privacy.bring-done', { count: made.conversations }) : t('governance.privacy.bring-before')); onClose(); go(paths.customer({ id: made.customerId })) },
  })
  const look = (list: File[]) => {
    const [file] = list.slice(-1)
    setFiles(file ? [file] : [])
    setFound(null)
    bring.reset()
    if (file) void file.text().then((text) => { const value: unknown = JSON.parse(text); setFound(isDocument(value) ? value : 'not-portable') }).catch(() => setFound('not-portable'))
  }
  const document = found === 'not-portable' ? null : found
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('governance.privacy.bring')} closeLabel={t('console.close')}>
      <div className="flex flex-col gap-4">
        <p className="max-w-reading text-muted">{t('governance.privacy.bring-lead')}</p>
        <FileDrop label={t('governance.privacy.bring-drop')} chooseLabel={t('governance.privacy.bring-choose')} removeLabel={t('governance.privacy.bring-remove')} files={files} onChange={look} accept={['.json', 'application/json']} />
        {found === 'not-portable' && <Banner tone="late">{t('governance.privacy.bring-not-portable')}</Banner>}
        {document && <p className="font-bold wrap-anywhere">{t('governance.privacy.bring-found', { name: document.person.name, count: document.conversations.length, addresses: document.person.addresses.length })}</p>}
        {bring.faultText && <Banner tone="late">{bring.faultText}</Banner>}
        <Actions><Button onPress={onClose}>{t('governance.privacy.cancel')}</Button><Button variant="primary" busy={bring.isPending} reason={document ? undefined : t('governance.privacy.bring-choose')} onPress={() => { if (document) bring.mutate({ body: document }) }}>{t('governance.privacy.bring-do')}</Button></Actions>
      </div>
    </Dialog>
  )
}
