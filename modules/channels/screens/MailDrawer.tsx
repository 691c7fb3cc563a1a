import type { ReactElement } from 'react'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { paths } from '../../../apps/console/paths.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, Banner, Button, Drawer, Facts, Form, Link, TextField, Time, toast } from '../../../ui/index.ts'
import { fillPath } from '../../../platform/http/contract.ts'
import { mail } from '../mail/contract.ts'
import { useRefusal } from './ChannelsFrame.tsx'

/** One mail as it came: who, what, why it was judged so, and for a held one the two things that can be done. */
export function MailDrawer({ id, onClose }: { id: string; onClose: () => void }): ReactElement {
  const t = useText()
  const refusal = useRefusal('mails.release')
  const found = useGet(mail.mail, { params: { id } })
  return (
    <Drawer title={found.data?.subject || t('channels.mail-one')} isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} closeLabel={t('console.close')}>
      <Loaded of={found}>
        {(row) => (
          <div className="flex flex-col gap-4">
            <Facts facts={[
              { label: t('channels.verdict'), value: t(`channels.verdict.${row.verdict}`) },
              ...(row.reason !== null ? [{ label: t('channels.reason'), value: t(row.reason) }] : []),
              { label: t(row.direction === 'in' ? 'channels.from' : 'channels.to'), value: row.address },
              { label: t('channels.at'), value: <Time at={row.at} isExact /> },
              ...(row.requestId !== null ? [{ label: t('channels.request'), value: <Link href={paths.request({ id: row.requestId })}>{t('channels.open')}</Link> }] : []),
              ...(row.attachments.length > 0 ? [{ label: t('channels.files'), value: row.attachments.map((file) => file.name).join(', ') }] : []),
            ]} />
            {row.verdict === 'quarantined' && <Held id={id} refusal={refusal} onDone={onClose} />}
            <pre className="max-w-reading font-sans whitespace-pre-wrap wrap-anywhere">{row.text || t('channels.no-text')}</pre>
            <details>
              <summary className="cursor-pointer text-muted">{t('channels.headers')}</summary>
              <dl className="mt-2 flex flex-col gap-1 font-mono text-sm">{row.headers.map((header, at) => <div key={at}><dt className="inline font-bold">{header.name}: </dt><dd className="inline wrap-anywhere">{header.value}</dd></div>)}</dl>
            </details>
            {refusal === undefined && <p><Link href={fillPath(mail.rawMail.path, { id })} target="_blank">{t('channels.raw')}</Link></p>}
          </div>
        )}
      </Loaded>
    </Drawer>
  )
}

function Held({ id, refusal, onDone }: { id: string; refusal: string | undefined; onDone: () => void }): ReactElement {
  const t = useText()
  const release = useCall(mail.release, { refresh: [mail.mails, mail.mail], onFault: () => undefined, onDone: ({ number }) => { toast.ok(t('channels.released', { number })); onDone() } })
  const discard = useCall(mail.discard, { refresh: [mail.mails, mail.mail], onDone })
  const submit = (values: FormData) => {
    const email = String(values.get('email')).trim()
    const name = String(values.get('name')).trim()
    release.mutate({ params: { id }, body: { ...(email ? { email } : {}), ...(name ? { name } : {}) } })
  }
  return (
    <Form onSubmit={submit} faults={release.fieldFaults} fault={release.faultText}>
      <Banner tone="soon">{t('channels.held-means')}</Banner>
      <TextField name="email" type="email" label={t('channels.held-sender')} description={t('channels.held-sender-how')} />
      <TextField name="name" label={t('channels.held-name')} />
      <Actions>
        <Button variant="danger" reason={refusal} busy={discard.isPending} onPress={() => discard.mutate({ params: { id } })}>{t('channels.discard')}</Button>
        <Button variant="primary" type="submit" reason={refusal} busy={release.isPending}>{t('channels.release')}</Button>
      </Actions>
    </Form>
  )
}
