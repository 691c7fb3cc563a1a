import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, Button, ComboBox, Dialog, Form, RadioGroup, Select, TextArea, TextField, toast } from '../../../ui/index.ts'
import { customers } from '../../customers/contract.ts'
import { priorities, requests } from '../contract.ts'
import { useNamed, useServices } from './data.ts'

/** A colleague opens a request for somebody on the telephone or at the counter. */
export function NewRequestDialog({ onClose, onOpened, customer }: { onClose: () => void; onOpened: (id: string) => void; customer?: { id: string; name: string } }): ReactElement {
  const t = useText()
  const named = useNamed()
  const services = useServices()
  const [channel, setChannel] = useState('phone')
  const [search, setSearch] = useState(customer?.name ?? '')
  const [customerId, setCustomerId] = useState<string | null>(customer?.id ?? null)
  const [serviceId, setServiceId] = useState<string | null>(null)
  const [missing, setMissing] = useState<Record<string, string>>({})
  const found = useGet(customers.list, { query: { ...(search ? { search } : {}), limit: 20 } }, { keepsPrevious: true })
  const open = useCall(requests.open, { refresh: [requests.list, requests.counts], onDone: (answer) => { toast.ok(t('requests.opened-as', { number: answer.number })); onOpened(answer.id) }, onFault: () => undefined })
  const rows = found.data?.rows ?? []
  const options = rows.map((row) => ({ id: row.id, label: row.name || row.contact || t('requests.nameless'), description: [row.contact, row.company].filter(Boolean).join(' · ') }))
  const types = (services.data?.rows ?? []).find((one) => one.id === serviceId)?.types ?? []
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('requests.new-request')} closeLabel={t('console.close')} size="md">
      <Form
        columns={2} faults={{ ...open.fieldFaults, ...missing }} {...(open.faultText ? { fault: open.faultText } : {})}
        onSubmit={(values) => {
          const read = (name: string) => String(values.get(name) ?? '').trim()
          const lacking = Object.fromEntries(['subject', 'text'].filter((name) => read(name) === '').map((name) => [name, t('input.empty')]))
          setMissing(lacking)
          if (Object.keys(lacking).length > 0) return
          const priority = priorities.find((one) => one === read('priority'))
          const [name, phone, email] = [read('customer.name'), read('customer.phone'), read('customer.email')]
          open.mutate({ body: {
            subject: read('subject'), text: read('text'), channel: channel === 'outlet' ? 'outlet' : 'phone', ...(serviceId ? { serviceId } : {}), ...(read('type') ? { type: read('type') } : {}), ...(priority ? { priority } : {}),
            customer: customerId ? { id: customerId } : { ...(name ? { name } : {}), ...(phone ? { phone } : {}), ...(email ? { email } : {}) },
          } })
        }}
      >
        <RadioGroup label={t('requests.channel')} orientation="horizontal" value={channel} onChange={setChannel} options={[{ id: 'phone', label: t('requests.channel.phone') }, { id: 'outlet', label: t('requests.channel.outlet') }]} className="col-span-full" />
        <ComboBox
          className="col-span-full" label={t('requests.customer')} description={t('requests.customer-search-means')} placeholder={t('requests.customer-search')} options={options} isFiltered
          inputValue={search} onInputChange={setSearch} value={customerId} onChange={setCustomerId} emptyText={t('requests.customer-none')} allowsCustomValue={false}
        />
        {customerId === null && (
          <div className="col-span-full grid grid-cols-3 gap-3 max-sm:grid-cols-1">
            <TextField name="customer.name" label={t('requests.customer-name')} />
            <TextField name="customer.phone" type="tel" label={t('requests.customer-phone')} />
            <TextField name="customer.email" type="email" label={t('requests.customer-email')} />
          </div>
        )}
        <TextField name="subject" label={t('requests.field.subject')} placeholder={t('requests.subject-example')} isRequired className="col-span-full" />
        <TextArea name="text" label={t('requests.what-they-said')} rows={5} isRequired className="col-span-full" />
        <Select label={t('requests.field.service')} description={t('requests.left-to-rules')} value={serviceId} onChange={setServiceId} options={(services.data?.rows ?? []).filter((one) => one.isActive).map((one) => ({ id: one.id, label: named(one.name) }))} />
        <Select name="priority" label={t('requests.field.priority')} description={t('requests.left-to-rules')} options={priorities.map((one) => ({ id: one, label: t(`requests.priority.${one}`) }))} />
        {types.length > 0 && <Select key={serviceId} name="type" label={t('requests.field.type')} options={types.map((one) => ({ id: one.key, label: named(one.name) }))} />}
        <Actions>
          <Button onPress={onClose}>{t('requests.cancel')}</Button>
          <Button type="submit" variant="primary" busy={open.isPending}>{t('requests.open-request')}</Button>
        </Actions>
      </Form>
    </Dialog>
  )
}
