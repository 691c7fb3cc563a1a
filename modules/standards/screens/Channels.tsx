import type { ReactElement } from 'react'
import { useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { paths } from '../../../apps/console/paths.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { Badge, Link, Table, Time } from '../../../ui/index.ts'
import { channelRecords, type ChannelState, type ChannelTier } from '../channels/contract.ts'
import { limitWords, priceWords, targetsWords } from './channel-words.ts'
import { StandardsFrame } from './StandardsFrame.tsx'

export function TierBadge({ tier }: { tier: ChannelTier }): ReactElement {
  const t = useText()
  return <Badge tone={tier === 'core' ? 'accent' : tier === 'auxiliary' ? 'info' : 'plain'}>{t(`standards.channel.tier.${tier}`)}</Badge>
}

/** What each channel is for us, what it promises and costs. */
export default function Channels(): ReactElement {
  const t = useText()
  const may = useMay()
  const { locale } = useLanguage()
  const found = useGet(channelRecords.channelRecords, {}, { live: ['standard.channel'] })
  const none = <span className="text-late">{t('standards.gap.no-channel-record')}</span>
  return (
    <StandardsFrame here="channels" title={t('standards.channel.title')} lead={t('standards.channel.lead')} actions={may('requests.read') ? (
      <>
        <Link href={paths.channelEffect()} variant="button">{t('standards.channel.to-effect')}</Link>
        <Link href={paths.channelTiers()} variant="button">{t('standards.channel.to-tiers')}</Link>
      </>
    ) : undefined}>
      <Loaded of={found}>{({ rows }) => (
        <Table<ChannelState> label={t('standards.channel.title')} rows={rows} rowId={(row) => row.channel} rowHref={(row) => paths.channelRecord({ id: row.channel })} columns={[
          { id: 'channel', title: t('standards.channel.name'), cell: (row) => <span className="font-bold">{t(`requests.channel.${row.channel}`)}</span> },
          { id: 'tier', title: t('standards.channel.tier'), cell: ({ record, coming }) => record ? (
            <span className="inline-flex flex-wrap items-center gap-2"><TierBadge tier={record.tier} />{coming[0] && <span className="text-sm text-muted">{t('standards.channel.coming', { at: coming[0].effectiveAt.slice(0, 10), tier: t(`standards.channel.tier.${coming[0].tier}`) })}</span>}</span>
          ) : none },
          { id: 'limit', title: t('standards.channel.limit'), cell: ({ record }) => record ? limitWords(t, record) : '–' },
          { id: 'targets', title: t('standards.channel.targets'), priority: 3, cell: ({ record }) => record ? targetsWords(t, record.targets) : '–' },
          { id: 'cost', title: t('standards.channel.cost'), align: 'end', cell: ({ record }) => record ? priceWords(t, locale, record) : '–' },
          { id: 'since', title: t('standards.channel.since'), priority: 3, cell: ({ record }) => record === null ? '–' : record.effectiveAt < '2001' ? t('standards.from-the-beginning') : <Time at={record.effectiveAt} /> },
        ]} />
      )}</Loaded>
    </StandardsFrame>
  )
}
