import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, Button, ComboBox, Dialog, Facts, Form, TextArea, toast } from '../../../ui/index.ts'
import { customers, type Customer } from '../contract.ts'
import { useTiers, useKeepCustomer } from './parts.tsx'

/** Folds another record into this one. Both are shown before, and it can be undone afterwards. */
export function MergeDialog({ customer, other, onClose }: { customer: Customer; other?: { id: string; name: string }; onClose: () => void }): ReactElement {
  const t = useText()
  const keep = useKeepCustomer()
  const [search, setSearch] = useState(other?.name ?? '')
  const [otherId, setOtherId] = useState<string | null>(other?.id ?? null)
  const [missing, setMissing] = useState<string | undefined>()
  const found = useGet(customers.list, { query: { ...(search ? { search } : {}), limit: 20 } }, { keepsPrevious: true, isEnabled: other === undefined })
  const unmerge = useCall(customers.unmerge, { refresh: [customers.list], onDone: (answer) => { keep(answer); toast.ok(t('customers.unmerged')) } })
  const merge = useCall(customers.merge, {
    refresh: [customers.list], onFault: () => undefined,
    onDone: (answer, { params }) => { keep(answer); onClose(); toast.ok(t('customers.merged'), { label: t('customers.undo'), run: () => unmerge.mutate({ params }) }, 10) },
  })
  const options = (found.data?.rows ?? []).filter((row) => row.id !== customer.id).map((row) => ({ id: row.id, label: row.name || row.contact || t('customers.nameless'), description: [row.contact, row.company].filter(Boolean).join(' · ') }))
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('customers.merge-title', { name: customer.name })} closeLabel={t('console.close')}>
      <Form
        faults={merge.fieldFaults} {...(merge.faultText ? { fault: merge.faultText } : {})}
        onSubmit={(values) => {
          const reason = String(values.get('reason') ?? '').trim()
          setMissing(reason === '' ? t('input.empty') : undefined)
          if (reason !== '' && otherId !== null) merge.mutate({ params: { id: customer.id, otherId }, body: { reason } })
        }}
      >
        <p className="max-w-reading text-muted">{t('customers.merge-means', { name: customer.name })}</p>
        {other === undefined && <ComboBox label={t('customers.other-record')} placeholder={t('customers.search-example')} options={options} isFiltered inputValue={search} onInputChange={setSearch} value={otherId} onChange={setOtherId} emptyText={t('customers.none-found')} autoFocus />}
        {otherId !== null && <Compare kept={customer} otherId={otherId} />}
        <TextArea name="reason" label={t('customers.merge-reason')} placeholder={t('customers.merge-reason-example')} rows={2} isRequired error={missing} />
        <Actions><Button onPress={onClose}>{t('customers.cancel')}</Button><Button type="submit" variant="primary" busy={merge.isPending} reason={otherId === null ? t('customers.choose-other') : undefined}>{t('customers.merge')}</Button></Actions>
      </Form>
    </Dialog>
  )
}

function Compare({ kept, otherId }: { kept: Customer; otherId: string }) {
  const t = useText()
  const { nameOf } = useTiers()
  const { data } = useGet(customers.get, { params: { id: otherId } })
  if (!data) return null
  return (
    <div className="grid grid-cols-2 gap-4 max-sm:grid-cols-1">
      {[kept, data].map((one, at) => (
        <div key={one.id} className="rounded-md border border-line px-3 py-2">
          <p className="mb-1 text-sm font-bold text-muted">{t(at === 0 ? 'customers.kept' : 'customers.folded-in')}</p>
          <Facts facts={[
            { label: t('customers.field-name'), value: one.name || t('customers.nameless') }, { label: t('customers.field-tier'), value: nameOf(one.tier) },
            { label: t('customers.contact'), value: one.identities.filter((identity) => identity.kind !== 'chat').map((identity) => identity.shown).join(t('customers.list-comma')) || t('customers.not-given') },
          ]} />
        </div>
      ))}
    </div>
  )
}
