import { useState, type ReactElement } from 'react'
import { paths } from '../../../apps/console/paths.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { languages, useLanguage, useText } from '../../../apps/console/text.tsx'
import type { Locale } from '../../../lib/text/index.ts'
import { CodeBlock, CopyField, Link, Section, Select } from '../../../ui/index.ts'
import { ChannelsFrame } from './ChannelsFrame.tsx'
import { Mailboxes } from './Mailboxes.tsx'
import { Webhooks } from './Webhooks.tsx'

/** Every way in which customers reach us, each with the one thing that connects it. */
export default function Channels(): ReactElement {
  const t = useText()
  const may = useMay()
  return (
    <ChannelsFrame here="channels" title={t('channels.channels')} lead={t('channels.lead')} width="reading">
      <Mailboxes />
      <Section title={t('channels.chat')}><Chat /></Section>
      <Section title={t('channels.portal')}>
        <p className="max-w-reading text-muted">{t('channels.portal-means')}</p>
        <CopyField label={t('channels.portal-link')} text={`${location.origin}/portal`} copyLabel={t('channels.copy')} copiedLabel={t('channels.copied')} />
        <p><Link href="/portal" target="_blank">{t('channels.portal-open')}</Link></p>
      </Section>
      <Webhooks />
      <Section title={t('channels.api')}>
        <p className="max-w-reading text-muted">{t('channels.api-means')}</p>
        <CodeBlock label={t('channels.api-example')} text={`curl -X POST ${location.origin}/api/requests \\\n  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -H "Idempotency-Key: order-1024" \\\n  -d '{"subject":"…","text":"…","customer":{"email":"a@example.com"}}'`} copyLabel={t('channels.copy')} copiedLabel={t('channels.copied')} />
        <p className="flex flex-wrap gap-4"><Link href="/docs" target="_blank">{t('channels.api-docs')}</Link>{may('access.grant') && <Link href={paths.tokens()}>{t('channels.api-tokens')}</Link>}</p>
      </Section>
    </ChannelsFrame>
  )
}

/** One line on any page opens the chat; its language and side are said in the line. */
function Chat(): ReactElement {
  const t = useText()
  const { locale } = useLanguage()
  const [language, setLanguage] = useState<Locale | 'page'>('page')
  const [side, setSide] = useState('right')
  const line = `<script src="${location.origin}/embed.js"${language === 'page' ? '' : ` data-lang="${language}"`}${side === 'left' ? ' data-side="left"' : ''} defer></script>`
  return (
    <>
      <p className="max-w-reading text-muted">{t('channels.chat-means')}</p>
      <div className="grid max-w-100 grid-cols-2 gap-3">
        <Select label={t('console.language')} options={[{ id: 'page', label: t('channels.chat-page-language') }, ...languages]} value={language} onChange={(id) => setLanguage(id as Locale | 'page')} />
        <Select label={t('channels.chat-side')} options={[{ id: 'right', label: t('channels.chat-right') }, { id: 'left', label: t('channels.chat-left') }]} value={side} onChange={setSide} />
      </div>
      <CodeBlock label={t('channels.chat-line')} text={line} copyLabel={t('channels.copy')} copiedLabel={t('channels.copied')} />
      <p><Link href={`/widget?lang=${language === 'page' ? locale : language}`} target="_blank">{t('channels.chat-preview')}</Link></p>
    </>
  )
}
