import { useState, type ReactElement } from 'react'
import { useCall } from '../../../apps/console/api.ts'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import type { Locale } from '../../../lib/text/index.ts'
import { metrics } from '../../../lib/metrics/index.ts'
import { Actions, Button, Checkbox, Dialog, Form, NumberField, RadioGroup, TextArea, TextField, toast } from '../../../ui/index.ts'
import { type ChannelFields, type ChannelKey, channelRecords, type ChannelRecord, channelTargets, channelTiers } from '../channels/contract.ts'
import { versions } from '../versions/contract.ts'

/** What is most likely where the reader's language is written. */
const usualCurrency: Record<Locale, string> = { 'zh-Hant': 'TWD', 'zh-Hans': 'CNY', en: 'USD' }
const fresh: ChannelFields = { tier: 'supplementary', flow: '', responseMinutes: null, targets: [], cost: null, currency: null }

/** Sets the record of a channel anew: everything it says, from when, and why. */
export function ChannelDialog({ channel, record, after, onClose }: { channel: ChannelKey; record: ChannelRecord | null; after: number; onClose: () => void }): ReactElement {
  const t = useText()
  const [draft, setDraft] = useState<ChannelFields>(() => {
    if (!record) return fresh
    const { tier, flow, responseMinutes, targets, cost, currency } = record
    return { tier, flow, responseMinutes, targets, cost, currency }
  })
  const { locale } = useLanguage()
  const [reason, setReason] = useState('')
  const [from, setFrom] = useState('')
  const set = (change: Partial<ChannelFields>) => setDraft({ ...draft, ...change })
  const save = useCall(channelRecords.setChannel, { refresh: [channelRecords.channelRecords, channelRecords.channelHistory, versions.gaps], onFault: () => undefined, onDone: () => { toast.ok(t('standards.channel.saved')); onClose() } })
  const target = (metric: (typeof channelTargets)[number]) => draft.targets.find((one) => one.metric === metric)?.target
  const setTarget = (metric: (typeof channelTargets)[number], value: number | null) => {
    const others = draft.targets.filter((one) => one.metric !== metric)
    set({ targets: value === null ? others : [...others, { metric, target: value }].sort((a, b) => channelTargets.indexOf(a.metric) - channelTargets.indexOf(b.metric)) })
  }
  const submit = () => save.mutate({ params: { channel }, body: { ...draft, reason, after, ...(from ? { effectiveAt: new Date(from).toISOString() } : {}) } })
  return (
    <Dialog title={t('standards.channel.set-one', { channel: t(`requests.channel.${channel}`) })} isOpen onOpenChange={onClose} size="lg" closeLabel={t('standards.cancel')}>
      <Form onSubmit={submit} faults={save.fieldFaults} fault={save.faultText}>
        <RadioGroup label={t('standards.channel.tier')} value={draft.tier} onChange={(tier) => set({ tier: tier as ChannelFields['tier'] })} options={channelTiers.map((id) => ({ id, label: t(`standards.channel.tier.${id}`), description: t(`standards.channel.tier.${id}-means`) }))} />
        <TextArea name="flow" label={t('standards.channel.flow')} description={t('standards.channel.flow-means')} value={draft.flow} onChange={(flow) => set({ flow })} maxLength={2000} />
        <div className="grid items-start gap-3 sm:grid-cols-2">
          <Checkbox isSelected={draft.responseMinutes !== null} onChange={(has) => set({ responseMinutes: has ? 60 : null })}>{t('standards.channel.has-limit')}</Checkbox>
          {draft.responseMinutes !== null && <NumberField name="responseMinutes" label={t('standards.channel.limit')} description={t('standards.channel.limit-means')} unit={t('standards.unit.minutes')} minValue={1} maxValue={525_600} value={draft.responseMinutes} onChange={(value) => { if (!Number.isNaN(value)) set({ responseMinutes: value }) }} />}
          <Checkbox isSelected={draft.cost !== null} onChange={(has) => set({ cost: has ? 0 : null, currency: has ? (record?.currency ?? usualCurrency[locale]) : null })} className="sm:col-start-1">{t('standards.channel.has-cost')}</Checkbox>
          {draft.cost !== null && (
            <div className="grid grid-cols-2 items-start gap-3">
              <NumberField name="cost" label={t('standards.channel.cost')} minValue={0} maxValue={1_000_000} formatOptions={{ maximumFractionDigits: 4 }} value={draft.cost} onChange={(value) => { if (!Number.isNaN(value)) set({ cost: value }) }} />
              <TextField name="currency" label={t('standards.channel.currency')} description={t('standards.channel.currency-means')} value={draft.currency ?? ''} onChange={(currency) => set({ currency: currency.toUpperCase() })} maxLength={3} isRequired />
            </div>
          )}
        </div>
        <fieldset className="grid items-start gap-3 sm:grid-cols-2">
          <legend className="mb-1 text-sm font-bold text-muted">{t('standards.channel.targets')}</legend>
          {channelTargets.map((metric) => {
            const isShare = metrics[metric].unit === 'share'
            const value = target(metric)
            return (
              <NumberField key={metric} label={t(`insight.metric.${metric}`)} unit={t(`standards.unit-of-measure.${metrics[metric].unit}`)} minValue={0} maxValue={isShare ? 100 : 5} step={isShare ? 1 : 0.1}
                value={value === undefined ? Number.NaN : isShare ? Math.round(value * 1000) / 10 : value} onChange={(typed) => setTarget(metric, Number.isNaN(typed) ? null : isShare ? typed / 100 : typed)} />
            )
          })}
        </fieldset>
        <div className="grid items-start gap-3 sm:grid-cols-2">
          <TextField name="effectiveAt" type="datetime-local" label={t('standards.channel.since')} value={from} onChange={setFrom} description={t('standards.channel.since-means')} />
          <TextArea name="reason" label={t('standards.reason')} value={reason} onChange={setReason} isRequired maxLength={1000} />
        </div>
        <Actions><Button onPress={onClose}>{t('standards.cancel')}</Button><Button variant="primary" type="submit" busy={save.isPending} reason={reason.trim() ? undefined : t('standards.reason-needed')}>{t('standards.save')}</Button></Actions>
      </Form>
    </Dialog>
  )
}
