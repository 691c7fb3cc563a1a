import { useState, type ReactElement } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { refresh, useCall, useGet } from '../../../apps/console/api.ts'
import { useSearchState } from '../../../apps/console/location.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, Button, Form, TextField, toast } from '../../../ui/index.ts'
import type { SignedIn } from '../../../apps/console/session.tsx'
import { staff } from '../contract.ts'

/** A new password, by the old one or, just after a link, without. */
export function Password({ person, onSet }: { person: Pick<SignedIn, 'hasPassword' | 'maySetPassword' | 'due'>; onSet?: () => void }): ReactElement {
  const t = useText()
  const client = useQueryClient()
  const [search, setSearch] = useSearchState<'first'>()
  const [form, setForm] = useState(0)
  const policy = useGet(staff.policy, {}, { staleSeconds: 600 })
  const needsOld = person.hasPassword && !person.maySetPassword
  const save = useCall(staff.setMyPassword, { onFault: () => undefined, onDone: () => {
    toast.ok(t('staff.password-set'))
    setForm((count) => count + 1)
    setSearch({ first: null })
    void refresh(client, [staff.me, staff.mySessions])
    onSet?.()
  } })
  return (
    <>
      {!person.hasPassword && <p className="max-w-reading rounded-md bg-info-surface px-3 py-2 text-info">{t('staff.account.first-password')}</p>}
      <Form key={form} faults={save.fieldFaults} fault={save.faultText} onSubmit={(values) => save.mutate({ body: { password: String(values.get('password')), ...(needsOld ? { current: String(values.get('current')) } : {}) } })}>
        {needsOld && <TextField name="current" type="password" label={t('staff.password-current')} autoComplete="current-password" revealLabel={t('staff.sign-in.reveal')} isRequired />}
        <TextField name="password" type="password" label={t('staff.password-new')} autoComplete="new-password" revealLabel={t('staff.sign-in.reveal')} description={t(policy.data?.profile === 'mlps3' ? 'staff.password-advice-mlps3' : 'staff.password-advice')} isRequired autoFocus={search.first === 'password'} />
        <Actions><span className="flex-1 text-sm text-faint">{t('staff.password-ends')}</span><Button type="submit" variant={person.hasPassword ? 'plain' : 'primary'} busy={save.isPending}>{t('staff.password-save')}</Button></Actions>
      </Form>
    </>
  )
}
