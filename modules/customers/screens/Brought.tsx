import { Download } from 'lucide-react'
import type { ReactElement } from 'react'
import { useGet } from '../../../apps/console/api.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Badge, Section, Time } from '../../../ui/index.ts'
import { privacy, type Brought as Conversation } from '../../governance/privacy/contract.ts'

/** Conversations the customer had elsewhere and brought along. Nothing is shown where there are none. */
export function Brought({ customerId }: { customerId: string }): ReactElement | null {
  const t = useText()
  const { data } = useGet(privacy.brought, { params: { id: customerId } }, { live: ['privacy.person-brought'] })
  if (!data || data.count === 0) return null
  return (
    <Section title={t('governance.privacy.brought')}>
      <p className="text-sm text-muted">{t('governance.privacy.brought-lead')} {data.count > data.rows.length && t('governance.privacy.brought-most', { count: data.count, shown: data.rows.length })}</p>
      <ul className="flex flex-col">{data.rows.map((row) => <li key={row.id} className="border-b border-line"><One customerId={customerId} row={row} /></li>)}</ul>
    </Section>
  )
}

function One({ customerId, row }: { customerId: string; row: Conversation }) {
  const t = useText()
  return (
    <details className="group py-1.5">
      <summary className="cursor-pointer wrap-anywhere">
        <span className="font-bold">{row.subject || t('customers.nameless')}</span> <Time at={row.openedAt} isPlain className="text-faint" /> {row.rating && <Badge>{t('governance.privacy.brought-rated', { score: row.rating.score })}</Badge>}
      </summary>
      <ol className="mt-2 flex max-w-reading flex-col gap-3 ps-4">
        {row.messages.map((message, nr) => (
          <li key={nr}>
            <p className="text-sm text-muted">{t(message.from === 'person' ? 'governance.privacy.brought-person' : 'governance.privacy.brought-house')} · <Time at={message.at} isPlain /></p>
            <p className="whitespace-pre-wrap wrap-anywhere">{message.text}</p>
            {message.files.map((file) => (
              <p key={file.id} className="text-sm">{file.hasBytes ? <a className="inline-flex items-center gap-1 underline" href={`/api/customers/${customerId}/brought-files/${file.id}`} download={file.name}><Download className="size-4" aria-hidden="true" />{file.name}</a> : <>{file.name} {t('governance.privacy.brought-missing')}</>}</p>
            ))}
          </li>
        ))}
        {row.rating?.comment && <li className="wrap-anywhere">{row.rating.comment}</li>}
      </ol>
    </details>
  )
}
