import { Eye } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import { useCall } from '../../../apps/console/api.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, Button, Checkbox, Dialog, Form, TextArea, toast } from '../../../ui/index.ts'
import { customers, revealable, type Customer, type Revelation } from '../contract.ts'

/** The customer with what was revealed in place of its covers. */
export function uncovered(customer: Customer, revelation: Revelation | null): Customer {
  if (!revelation) return customer
  const shown = new Map(revelation.identities.map((one) => [one.id, one.shown]))
  const kinds = new Set(customer.identities.filter((one) => shown.has(one.id)).map((one): string => one.kind))
  const { name = customer.name, ...words } = revelation.values
  return {
    ...customer, ...words, name: name ?? '', identities: customer.identities.map((one) => ({ ...one, shown: shown.get(one.id) ?? one.shown })),
    masked: customer.masked.filter((field) => !(field in revelation.values) && !kinds.has(field)),
  }
}

/** Says that fields are covered and lets one look at them for a reason. What it shows lives with the page. */
export function CoveredNotice({ customer, onRevealed }: { customer: Customer; onRevealed: (revelation: Revelation) => void }): ReactElement | null {
  const t = useText()
  const [isOpen, setOpen] = useState(false)
  if (customer.masked.length === 0) return null
  return (
    <section aria-label={t('customers.masked')} className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-md border border-line bg-sunken px-4 py-2">
      <p className="min-w-0 flex-1 text-sm text-muted"><strong className="text-text">{t('customers.masked')}</strong> {t('customers.masked-means')}</p>
      <Button icon={<Eye className="size-4" aria-hidden="true" />} onPress={() => setOpen(true)}>{t('customers.reveal')}</Button>
      {isOpen && <RevealDialog customer={customer} onClose={() => setOpen(false)} onRevealed={onRevealed} />}
    </section>
  )
}

const nameOf = (field: string): string => field === 'email' || field === 'phone' || field === 'chat' || field === 'portal' || field === 'external' ? `customers.kind-${field}` : `customers.field-${field}`

function RevealDialog({ customer, onClose, onRevealed }: { customer: Customer; onClose: () => void; onRevealed: (revelation: Revelation) => void }) {
  const t = useText()
  const [missing, setMissing] = useState<Record<string, string>>({})
  const reveal = useCall(customers.reveal, { onFault: () => undefined, onDone: (answer) => { onRevealed(answer); onClose(); toast.ok(t('customers.revealed-left', { left: answer.left })) } })
  const fields = revealable.filter((field) => customer.masked.includes(field))
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('customers.reveal-title')} closeLabel={t('console.close')}>
      <Form
        faults={{ ...reveal.fieldFaults, ...missing }} {...(reveal.faultText ?? missing.fields ? { fault: reveal.faultText ?? missing.fields } : {})}
        onSubmit={(values) => {
          const reason = String(values.get('reason') ?? '').trim()
          const chosen = fields.filter((field) => values.get(`field-${field}`) !== null)
          const lacking = { ...(reason === '' ? { reason: t('input.empty') } : {}), ...(chosen.length === 0 ? { fields: t('customers.choose-field') } : {}) }
          setMissing(lacking)
          if (Object.keys(lacking).length === 0) reveal.mutate({ params: { id: customer.id }, body: { fields: chosen, reason } })
        }}
      >
        <p className="max-w-reading text-muted">{t('customers.reveal-means')}</p>
        <fieldset className="flex flex-wrap gap-x-4 gap-y-1">
          <legend className="mb-1 text-sm text-muted">{t('customers.reveal-fields')}</legend>
          {fields.map((field) => <Checkbox key={field} name={`field-${field}`} defaultSelected>{t(nameOf(field))}</Checkbox>)}
        </fieldset>
        <TextArea name="reason" label={t('customers.reveal-reason')} placeholder={t('customers.reveal-reason-example')} rows={2} isRequired autoFocus />
        <Actions><Button onPress={onClose}>{t('customers.cancel')}</Button><Button type="submit" variant="primary" busy={reveal.isPending}>{t('customers.reveal')}</Button></Actions>
      </Form>
    </Dialog>
  )
}
