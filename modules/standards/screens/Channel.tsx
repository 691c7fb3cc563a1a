import { useState, type ReactElement } from 'react'
import { useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useParam } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { Badge, Banner, Button, ErrorState, Facts, Link, Section, Table, Time } from '../../../ui/index.ts'
import { channelKeys, type ChannelKey, channelRecords, type ChannelRecord } from '../channels/contract.ts'
import { ChannelDialog } from './ChannelDialog.tsx'
import { channelSentence, limitWords, priceWords, targetsWords } from './channel-words.ts'
import { TierBadge } from './Channels.tsx'
import { StandardsFrame } from './StandardsFrame.tsx'

/** One channel: its record in force, and all there were. */
export default function ChannelPage(): ReactElement {
  const t = useText()
  const id = useParam('id')
  const channel = channelKeys.find((key) => key === id)
  return (
    <StandardsFrame here="channels" title={channel ? t(`requests.channel.${channel}`) : t('standards.channel.unknown')} lead={<Link href={paths.channelRecords()}>{t('standards.channel.back')}</Link>}>
      {channel ? <Channel channel={channel} /> : <ErrorState title={t('standards.channel.unknown')}><Link href={paths.channelRecords()}>{t('standards.channel.back')}</Link></ErrorState>}
    </StandardsFrame>
  )
}

function Channel({ channel }: { channel: ChannelKey }): ReactElement {
  const t = useText()
  const may = useMay()
  const { locale } = useLanguage()
  const [isOpen, setOpen] = useState(false)
  const found = useGet(channelRecords.channelHistory, { params: { channel } }, { live: ['standard.channel'] })
  const refusal = may('standards.approve') ? undefined : t('standards.may-not-approve')
  return (
    <Loaded of={found}>{({ rows }) => {
      const record = rows.find((row) => row.isEffective)
      const set = <Button variant="primary" reason={refusal} onPress={() => setOpen(true)}>{t(record ? 'standards.channel.set' : 'standards.channel.record')}</Button>
      return (
        <>
          {record ? (
            <>
              <p className="max-w-reading text-lg">{channelSentence(t, locale, record)}</p>
              <div className="flex flex-wrap gap-2">{set}{may('requests.read') && <Link href={paths.channelEffect({ channel })} variant="button">{t('standards.channel.to-effect')}</Link>}</div>
              <Facts facts={[
                { label: t('standards.channel.tier'), value: <span className="inline-flex flex-wrap items-center gap-2"><TierBadge tier={record.tier} /><span className="text-muted">{t(`standards.channel.tier.${record.tier}-means`)}</span></span> },
                { label: t('standards.channel.flow'), value: <span className="whitespace-pre-line">{record.flow || '–'}</span> },
                { label: t('standards.channel.limit'), value: limitWords(t, record) },
                { label: t('standards.channel.targets'), value: targetsWords(t, record.targets) },
                { label: t('standards.channel.cost'), value: priceWords(t, locale, record) },
              ]} />
            </>
          ) : <Banner tone="soon" action={set}>{t('standards.channel.no-record')}</Banner>}
          {rows.length > 0 && (
            <Section title={t('standards.channel.history')}>
              <Table<ChannelRecord> label={t('standards.channel.history')} rows={rows} rowId={(row) => row.id} columns={[
                { id: 'since', title: t('standards.channel.since'), cell: (row) => <span className="inline-flex flex-wrap items-center gap-2">{row.effectiveAt < '2001' ? t('standards.from-the-beginning') : <Time at={row.effectiveAt} />}<StateBadge row={row} /></span> },
                { id: 'tier', title: t('standards.channel.tier'), cell: (row) => <TierBadge tier={row.tier} /> },
                { id: 'limit', title: t('standards.channel.limit'), cell: (row) => limitWords(t, row) },
                { id: 'cost', title: t('standards.channel.cost'), align: 'end', cell: (row) => priceWords(t, locale, row) },
                { id: 'by', title: t('standards.channel.set-by'), cell: (row) => row.setBy?.name ?? t('standards.by-program') },
                { id: 'reason', title: t('standards.reason'), cell: (row) => row.reason || '–' },
              ]} />
            </Section>
          )}
          {isOpen && <ChannelDialog channel={channel} record={record ?? rows[0] ?? null} after={rows[0]?.number ?? 0} onClose={() => setOpen(false)} />}
        </>
      )
    }}</Loaded>
  )
}

function StateBadge({ row }: { row: ChannelRecord }): ReactElement {
  const t = useText()
  const state = row.isEffective ? 'effective' : row.effectiveAt > new Date().toISOString() ? 'coming' : 'past'
  return <Badge tone={state === 'effective' ? 'ok' : state === 'coming' ? 'info' : 'plain'}>{t(`standards.channel.state.${state}`)}</Badge>
}
