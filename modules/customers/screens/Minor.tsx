import { useState, type ReactElement } from 'react'
import { useCall } from '../../../apps/console/api.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, Badge, Button, Dialog, Form, Section, Select, TextArea, TextField, Time, toast } from '../../../ui/index.ts'
import { customers, guardianChannels, guardianRelations, type Customer } from '../contract.ts'
import { useKeepCustomer } from './parts.tsx'

/** A child: what that means, and whether a guardian has agreed. */
export function Minor({ customer, refusal }: { customer: Customer; refusal: string | undefined }): ReactElement | null {
  const t = useText()
  const keep = useKeepCustomer()
  const [asked, setAsked] = useState(false)
  const done = (words: string) => ({ onDone: (answer: Customer) => { keep(answer); toast.ok(t(words)) } })
  const end = useCall(customers.endMinor, done('customers.minor-ended'))
  const withdraw = useCall(customers.endGuardian, done('customers.guardian-withdrawn'))
  const { minor } = customer
  if (!minor) return null
  return (
    <Section title={t('customers.minor')} actions={<Button size="sm" reason={refusal} busy={end.isPending} onPress={() => end.mutate({ params: { id: customer.id } })}>{t('customers.minor-end')}</Button>}>
      <p className="max-w-reading text-muted">{t('customers.minor-means')}{minor.birthYear !== null && ` ${t('customers.minor-year')} ${minor.birthYear}`}</p>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="min-w-40 flex-1 wrap-anywhere">
          {minor.guardian
            ? <><span className="font-bold">{t('customers.guardian')}</span> {minor.guardian.name} · {t(`customers.guardian-relation-${minor.guardian.relation}`)}<span className="block text-sm text-muted">{t(`customers.guardian-channel-${minor.guardian.channel}`)} · {minor.guardian.evidence} <Time at={minor.guardian.at} className="text-faint" /></span></>
            : <Badge tone="soon">{t('customers.guardian-none')}</Badge>}
        </span>
        {minor.guardian
          ? <Button size="sm" reason={refusal} busy={withdraw.isPending} onPress={() => withdraw.mutate({ params: { id: customer.id } })}>{t('customers.guardian-withdraw')}</Button>
          : <Button size="sm" reason={refusal} onPress={() => setAsked(true)}>{t('customers.guardian-record')}</Button>}
      </div>
      {asked && <GuardianDialog id={customer.id} onClose={() => setAsked(false)} />}
    </Section>
  )
}

function GuardianDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useText()
  const keep = useKeepCustomer()
  const [missing, setMissing] = useState<Record<string, string>>({})
  const record = useCall(customers.guardian, { onFault: () => undefined, onDone: (answer) => { keep(answer); toast.ok(t('customers.guardian-recorded')); onClose() } })
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('customers.guardian-record')} closeLabel={t('console.close')}>
      <Form
        faults={{ ...record.fieldFaults, ...missing }} {...(record.faultText ? { fault: record.faultText } : {})}
        onSubmit={(values) => {
          const word = (name: string): string => String(values.get(name) ?? '').trim()
          const lacking = Object.fromEntries((['name', 'evidence'] as const).filter((one) => word(one) === '').map((one) => [one, t('input.empty')]))
          setMissing(lacking)
          if (Object.keys(lacking).length > 0) return
          record.mutate({ params: { id }, body: { name: word('name'), relation: guardianRelations.find((one) => one === word('relation')) ?? 'parent', channel: guardianChannels.find((one) => one === word('channel')) ?? 'phone', evidence: word('evidence') } })
        }}
      >
        <TextField name="name" label={t('customers.guardian-name')} isRequired autoFocus />
        <Select name="relation" label={t('customers.guardian-relation')} defaultValue="parent" options={guardianRelations.map((one) => ({ id: one, label: t(`customers.guardian-relation-${one}`) }))} />
        <Select name="channel" label={t('customers.guardian-channel')} defaultValue="phone" options={guardianChannels.map((one) => ({ id: one, label: t(`customers.guardian-channel-${one}`) }))} />
        <TextArea name="evidence" label={t('customers.guardian-evidence')} description={t('customers.guardian-evidence-means')} rows={2} isRequired />
        <Actions><Button onPress={onClose}>{t('customers.cancel')}</Button><Button type="submit" variant="primary" busy={record.isPending}>{t('customers.guardian-record')}</Button></Actions>
      </Form>
    </Dialog>
  )
}

/** Whoever knows the year writes it down, so that the mark ends by itself. */
export function MinorDialog({ id, onClose }: { id: string; onClose: () => void }): ReactElement {
  const t = useText()
  const keep = useKeepCustomer()
  const mark = useCall(customers.markMinor, { onFault: () => undefined, onDone: (answer) => { keep(answer); toast.ok(t('customers.minor-marked')); onClose() } })
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('customers.minor-mark')} closeLabel={t('console.close')}>
      <Form
        faults={mark.fieldFaults} {...(mark.faultText ? { fault: mark.faultText } : {})}
        onSubmit={(values) => { const year = String(values.get('birthYear') ?? '').trim(); mark.mutate({ params: { id }, body: { birthYear: year === '' ? null : Number(year) } }) }}
      >
        <p className="max-w-reading text-muted">{t('customers.minor-means')}</p>
        <TextField name="birthYear" inputMode="numeric" maxLength={4} label={t('customers.minor-year')} description={t('customers.minor-year-means')} autoFocus />
        <Actions><Button onPress={onClose}>{t('customers.cancel')}</Button><Button type="submit" variant="primary" busy={mark.isPending}>{t('customers.minor-mark')}</Button></Actions>
      </Form>
    </Dialog>
  )
}
