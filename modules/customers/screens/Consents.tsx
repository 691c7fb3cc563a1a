import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { Actions, Badge, Button, Dialog, Form, Section, Select, TextArea, Time, toast, type Tone } from '../../../ui/index.ts'
import { consentChannels, privacy, type ConsentRow } from '../../governance/privacy/contract.ts'

const tones: Record<ConsentRow['state'], Tone> = { none: 'plain', valid: 'ok', outdated: 'soon', withdrawn: 'plain' }

/** What the customer agreed to, purpose by purpose. Nothing is shown where the company asks for no consent. */
export function Consents({ customerId, refusal }: { customerId: string; refusal: string | undefined }): ReactElement | null {
  const t = useText()
  const { data } = useGet(privacy.consents, { params: { id: customerId } }, { live: ['privacy.consent', 'privacy.notice'] })
  const [asked, setAsked] = useState<ConsentRow | null>(null)
  const withdraw = useCall(privacy.unconsent, { refresh: [privacy.consents, privacy.notices], onDone: () => { toast.ok(t('governance.privacy.consent-withdrawn')) } })
  const optOut = useCall(privacy.optOut, { refresh: [privacy.consents, privacy.notices], onDone: () => { toast.ok(t('governance.privacy.opted-out')) } })
  if (!data || data.rows.length === 0) return null
  const hasEither = data.rows.some((row) => (row.purpose === 'marketing' || row.purpose === 'profiling') && (row.state === 'valid' || row.state === 'outdated'))
  return (
    <Section title={t('governance.privacy.consents')}>
      <ul className="flex flex-col">
        {data.rows.map((row) => (
          <li key={row.purpose} className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line py-1.5">
            <span className="min-w-40 flex-1">
              <span className="font-bold">{t(`governance.privacy.consent.${row.purpose}`)}</span> <Badge tone={tones[row.state]}>{t(`governance.privacy.consent-state.${row.state}`)}</Badge>
              {row.givenAt && <span className="block text-sm text-muted">{t(`governance.privacy.channel.${row.channel ?? 'phone'}`)} · {row.evidence} · {t('governance.privacy.version-nr', { version: row.givenVersion ?? 0 })} <Time at={row.withdrawnAt ?? row.givenAt} className="text-faint" /></span>}
            </span>
            {row.state === 'valid' || row.state === 'outdated' ? <Button size="sm" reason={refusal} busy={withdraw.isPending} onPress={() => withdraw.mutate({ params: { id: customerId, purpose: row.purpose } })}>{t('governance.privacy.consent-withdraw')}</Button> : null}
            {row.state !== 'valid' && <Button size="sm" reason={refusal} onPress={() => setAsked(row)}>{t('governance.privacy.consent-record')}</Button>}
          </li>
        ))}
      </ul>
      {hasEither && <Button size="sm" className="self-start" reason={refusal} busy={optOut.isPending} onPress={() => optOut.mutate({ params: { id: customerId } })}>{t('governance.privacy.opt-out')}</Button>}
      {asked && <RecordDialog customerId={customerId} row={asked} onClose={() => setAsked(null)} />}
    </Section>
  )
}

/** The words stand in the dialog, because they are what the person is to hear or read. */
function RecordDialog({ customerId, row, onClose }: { customerId: string; row: ConsentRow; onClose: () => void }) {
  const t = useText()
  const { locale } = useLanguage()
  const [missing, setMissing] = useState<string | undefined>()
  const give = useCall(privacy.consent, { refresh: [privacy.consents, privacy.notices], onFault: () => undefined, onDone: () => { toast.ok(t('governance.privacy.consent-recorded')); onClose() } })
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('governance.privacy.consent-record-of', { purpose: t(`governance.privacy.consent.${row.purpose}`) })} closeLabel={t('console.close')}>
      <Form
        faults={give.fieldFaults} {...(give.faultText ? { fault: give.faultText } : {})}
        onSubmit={(values) => {
          const evidence = String(values.get('evidence') ?? '').trim()
          setMissing(evidence === '' ? t('input.empty') : undefined)
          const channel = consentChannels.find((one) => one === values.get('channel'))
          if (evidence !== '' && channel && channel !== 'portal') give.mutate({ params: { id: customerId, purpose: row.purpose }, body: { noticeId: row.noticeId, channel, evidence } })
        }}
      >
        <blockquote className="max-w-reading border-s-2 border-edge ps-3 whitespace-pre-wrap wrap-anywhere">{row.words[locale]}</blockquote>
        <Select name="channel" label={t('governance.privacy.consent-by')} defaultValue="phone" options={consentChannels.filter((one) => one !== 'portal').map((id) => ({ id, label: t(`governance.privacy.channel.${id}`) }))} />
        <TextArea name="evidence" label={t('governance.privacy.evidence')} description={t('governance.privacy.evidence-means')} rows={2} isRequired error={missing} />
        <Actions><Button onPress={onClose}>{t('governance.privacy.cancel')}</Button><Button type="submit" variant="primary" busy={give.isPending}>{t('governance.privacy.consent-record')}</Button></Actions>
      </Form>
    </Dialog>
  )
}
