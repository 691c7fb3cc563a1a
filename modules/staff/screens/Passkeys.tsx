import { KeyRound } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import { CallFault, faultTexts, refresh, useCall, useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { useQueryClient } from '@tanstack/react-query'
import { Actions, AlertDialog, Badge, Button, Form, Table, TextField, Time, toast } from '../../../ui/index.ts'
import { staff, type PasskeyRow } from '../contract.ts'
import { knowsPasskeys, makePasskey } from './passkey.ts'

/** Passkeys of the person: made here, named by them, taken off one by one. */
export function Passkeys({ onMade }: { onMade?: () => void }): ReactElement {
  const t = useText()
  const client = useQueryClient()
  const keys = useGet(staff.passkeys, {})
  const [isNaming, setNaming] = useState(false)
  const [ending, setEnding] = useState<PasskeyRow | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<CallFault | null>(null)
  const add = useCall(staff.addPasskey, { refresh: [staff.passkeys, staff.me], onFault: setFault, onDone: () => { setNaming(false); toast.ok(t('staff.passkey-made')); onMade?.() } })
  const remove = useCall(staff.removePasskey, { refresh: [staff.passkeys, staff.me], onDone: () => setEnding(null) })
  const make = async (name: string) => {
    setBusy(true)
    setFault(null)
    try {
      await add.mutateAsync({ body: { name, passkey: await makePasskey() } })
      await refresh(client, [staff.passkeys])
    } catch (error) {
      if (error instanceof CallFault) setFault(error)
      else throw error
    } finally {
      setBusy(false)
    }
  }
  const { fieldFaults, faultText } = faultTexts(fault, t)
  return (
    <>
      <p className="max-w-reading text-muted">{t('staff.passkey-what')}</p>
      <Loaded of={keys} rows={1}>
        {({ rows }) => rows.length === 0 ? null : (
          <Table<PasskeyRow>
            label={t('staff.passkeys')} rows={rows} rowId={(row) => row.id}
            columns={[
              { id: 'name', title: t('staff.name'), cell: (row) => <span className="inline-flex flex-wrap items-center gap-2">{row.name}{row.isSynced && <Badge>{t('staff.passkey-synced')}</Badge>}</span> },
              { id: 'made', title: t('staff.tokens.made'), cell: (row) => <Time at={row.createdAt} />, priority: 3 },
              { id: 'used', title: t('staff.tokens.used'), cell: (row) => row.lastUsedAt ? <Time at={row.lastUsedAt} /> : t('staff.tokens.never') },
              { id: 'act', title: t('staff.action'), align: 'end', cell: (row) => <Button size="sm" variant="quiet" onPress={() => setEnding(row)}>{t('staff.passkey-remove')}</Button> },
            ]}
          />
        )}
      </Loaded>
      {isNaming ? (
        <Form onSubmit={(values) => { void make(String(values.get('name')).trim()) }} faults={fieldFaults} fault={faultText}>
          <TextField name="name" label={t('staff.name')} description={t('staff.passkey-name-how')} maxLength={60} isRequired autoFocus autoComplete="off" />
          <Actions><Button onPress={() => { setNaming(false); setFault(null) }}>{t('staff.cancel')}</Button><Button variant="primary" type="submit" busy={isBusy}>{t('staff.passkey-make')}</Button></Actions>
        </Form>
      ) : <Button className="self-start" icon={<KeyRound className="size-4" aria-hidden="true" />} reason={knowsPasskeys() ? undefined : t('staff.passkey-unknown')} onPress={() => setNaming(true)}>{t('staff.passkey-make')}</Button>}
      <AlertDialog isOpen={ending !== null} onOpenChange={() => setEnding(null)} title={t('staff.passkey-remove-ask', { name: ending?.name ?? '' })} confirmLabel={t('staff.passkey-remove')} cancelLabel={t('staff.cancel')} isDangerous onConfirm={() => ending ? remove.mutateAsync({ params: { id: ending.id } }).then(() => undefined) : undefined}>{t('staff.passkey-remove-means')}</AlertDialog>
    </>
  )
}
