import { BadgeCheck, Plus, Trash2 } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import { useCall } from '../../../apps/console/api.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, AlertDialog, Badge, Button, Checkbox, Form, IconButton, Select, TextField, Time, toast } from '../../../ui/index.ts'
import { customers, type Customer } from '../contract.ts'
import { useKeepCustomer } from './parts.tsx'

type Identity = Customer['identities'][number]
const kinds = ['email', 'phone', 'external'] as const

/** How the customer is known, and whether it was proven or only said. */
export function Identities({ customer, refusal }: { customer: Customer; refusal: string | undefined }): ReactElement {
  const t = useText()
  const keep = useKeepCustomer()
  const [isAdding, setAdding] = useState(false)
  const [removed, setRemoved] = useState<Identity | null>(null)
  const verify = useCall(customers.verifyIdentity, { onDone: (answer) => { keep(answer); toast.ok(t('customers.identity-verified')) } })
  const remove = useCall(customers.removeIdentity, { onDone: (answer) => { keep(answer); toast.ok(t('customers.identity-removed')) } })
  return (
    <div className="flex flex-col gap-2">
      {customer.identities.length === 0 && <p className="text-muted">{t('customers.no-identities')}</p>}
      <ul className="flex flex-col">
        {customer.identities.map((one) => (
          <li key={one.id} className="flex flex-wrap items-center gap-x-2 gap-y-0.5 border-b border-line py-1.5">
            <span className="w-28 shrink-0 text-sm text-faint">{t(`customers.kind-${one.kind}`)}</span>
            <span className="min-w-0 flex-1 wrap-anywhere">{one.shown}
              {!one.isLeading && <span className="block text-sm text-muted">{t('customers.not-leading')}</span>}
              {one.customerId !== customer.id && <span className="block text-sm text-muted">{t('customers.from-merged')}</span>}
            </span>
            {one.verifiedAt !== null ? <span className="inline-flex items-center gap-1 text-sm text-ok"><BadgeCheck className="size-4" aria-hidden="true" />{t('customers.verified')} <Time at={one.verifiedAt} className="text-faint" /></span> : (
              <><Badge tone="soon">{t('customers.only-claimed')}</Badge>{one.kind !== 'chat' && one.kind !== 'portal' && <Button size="sm" reason={refusal} onPress={() => verify.mutate({ params: { id: customer.id, identityId: one.id } })}>{t('customers.vouch')}</Button>}</>
            )}
            <IconButton size="sm" label={t('customers.remove-identity', { value: one.shown })} icon={<Trash2 className="size-4" aria-hidden="true" />} reason={refusal} onPress={() => setRemoved(one)} />
          </li>
        ))}
      </ul>
      {isAdding ? <NewIdentity customer={customer} onClose={() => setAdding(false)} /> : <Button size="sm" variant="quiet" className="-ms-2 self-start" icon={<Plus className="size-4" aria-hidden="true" />} reason={refusal} onPress={() => setAdding(true)}>{t('customers.add-identity')}</Button>}
      {removed && (
        <AlertDialog
          isOpen onOpenChange={(isOpen) => { if (!isOpen) setRemoved(null) }} title={t('customers.remove-identity', { value: removed.shown })} confirmLabel={t('customers.remove')} cancelLabel={t('customers.cancel')} isDangerous
          onConfirm={async () => { await remove.mutateAsync({ params: { id: customer.id, identityId: removed.id } }) }}
        >{t('customers.remove-identity-means')}</AlertDialog>
      )}
    </div>
  )
}

function NewIdentity({ customer, onClose }: { customer: Customer; onClose: () => void }) {
  const t = useText()
  const keep = useKeepCustomer()
  const add = useCall(customers.addIdentity, { onDone: (answer) => { keep(answer); onClose() }, onFault: () => undefined })
  return (
    <Form
      columns={2} className="gap-2!" faults={add.fieldFaults} {...(add.faultText ? { fault: add.faultText } : {})}
      onSubmit={(values) => {
        const kind = kinds.find((one) => one === values.get('kind')) ?? 'email'
        add.mutate({ params: { id: customer.id }, body: { kind, value: String(values.get('value') ?? '').trim(), isVerified: values.get('isVerified') !== null } })
      }}
    >
      <Select name="kind" label={t('customers.identity-kind')} defaultValue="phone" options={kinds.map((kind) => ({ id: kind, label: t(`customers.kind-${kind}`) }))} />
      <TextField name="value" label={t('customers.identity-value')} isRequired autoFocus />
      <Checkbox name="isVerified" className="col-span-full">{t('customers.vouch-for')}</Checkbox>
      <Actions><Button size="sm" onPress={onClose}>{t('customers.cancel')}</Button><Button size="sm" type="submit" variant="primary" busy={add.isPending}>{t('customers.add-identity')}</Button></Actions>
    </Form>
  )
}
