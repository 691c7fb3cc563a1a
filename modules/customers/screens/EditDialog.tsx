import { useState, type ReactElement } from 'react'
import { call, useCall } from '../../../apps/console/api.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, Banner, Button, Dialog, Form, Select, TextArea, TextField, toast } from '../../../ui/index.ts'
import { customers, type Customer } from '../contract.ts'
import { changedBoth, type Editable, readEdit } from './edit.ts'
import { useTiers, useKeepCustomer } from './parts.tsx'

const languages = ['zh-Hant', 'zh-Hans', 'en'] as const

/** Edits the record. When somebody else was faster, their changes are shown beside what was typed, and nothing typed is lost. */
export function EditDialog({ customer, onClose }: { customer: Customer; onClose: () => void }): ReactElement {
  const t = useText()
  const tiers = useTiers()
  const keep = useKeepCustomer()
  // What the fields were filled with: only what differs from it was changed here, whatever happens to the record meanwhile.
  const [shown] = useState(customer)
  // The record whose version is saved over: after a conflict the one the person was told about.
  const [base, setBase] = useState(customer)
  const [theirs, setTheirs] = useState<{ field: Editable; value: string }[] | null>(null)
  const [missing, setMissing] = useState<string | undefined>()
  const change = useCall(customers.change, {
    refresh: [customers.list], onDone: (answer) => { keep(answer); toast.ok(t('customers.saved')); onClose() },
    onFault: (fault) => {
      if (fault.code !== 'customers.changed-meanwhile') return
      void call(customers.get, { params: { id: customer.id } }).then((now) => {
        setTheirs(changedBoth(shown, now).map((field) => ({ field, value: words(field, now[field]) })))
        setBase(now)
        keep(now)
      }, () => undefined)
    },
  })
  const words = (field: Editable, value: string | null): string => value === null || value === '' ? t('customers.not-given') : field === 'tier' ? tiers.nameOf(value) : field === 'language' ? t(`customers.language-${value}`) : value
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('customers.edit-title', { name: customer.name })} closeLabel={t('console.close')}>
      {theirs !== null && (
        <Banner tone="soon" className="mb-4 rounded-md">
          <p className="font-bold">{t('customers.conflict')}</p>
          <ul>{theirs.map((one) => <li key={one.field}>{t('customers.conflict-field', { field: t(`customers.field-${one.field}`), value: one.value })}</li>)}</ul>
          <p>{t('customers.conflict-next')}</p>
        </Banner>
      )}
      <Form
        columns={2} faults={change.fieldFaults} {...(change.faultText && theirs === null ? { fault: change.faultText } : {})}
        onSubmit={(values) => {
          const edit = readEdit(values, shown)
          setMissing(edit.name === '' ? t('input.empty') : undefined)
          if (edit.name !== '') change.mutate({ params: { id: customer.id }, body: { ...edit, version: base.version } })
        }}
      >
        <TextField name="name" label={t('customers.field-name')} defaultValue={shown.name} isRequired error={missing} className="col-span-full" />
        <Select name="tier" label={t('customers.field-tier')} defaultValue={shown.tier} options={tiers.rows.map((row) => ({ id: row.key, label: row.name }))} />
        <Select name="language" label={t('customers.field-language')} defaultValue={shown.language ?? 'none'} options={[{ id: 'none', label: t('customers.not-given') }, ...languages.map((one) => ({ id: one, label: t(`customers.language-${one}`) }))]} />
        <TextField name="company" label={t('customers.field-company')} defaultValue={shown.company ?? ''} />
        <TextField name="region" label={t('customers.field-region')} defaultValue={shown.region ?? ''} />
        <TextArea name="note" label={t('customers.field-note')} description={t('customers.note-means')} defaultValue={shown.note ?? ''} rows={3} className="col-span-full" />
        <Actions><Button onPress={onClose}>{t('customers.cancel')}</Button><Button type="submit" variant="primary" busy={change.isPending}>{t(theirs === null ? 'customers.save' : 'customers.save-mine')}</Button></Actions>
      </Form>
    </Dialog>
  )
}

