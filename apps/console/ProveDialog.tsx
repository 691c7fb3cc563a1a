import { KeyRound } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import { staff, type MeRow } from '../../modules/staff/contract.ts'
import { answerPasskey } from '../../modules/staff/screens/passkey.ts'
import { Actions, Button, Dialog, Form, TextField } from '../../ui/index.ts'
import { call, CallFault, faultTexts } from './api.ts'
import { useText } from './text.tsx'

type Given = Parameters<typeof call<typeof staff.prove>>[1]['body']

/** By password, one-time code or passkey. */
export default function ProveDialog({ person, onEnd }: { person: MeRow; onEnd: (isProven: boolean) => void }): ReactElement {
  const t = useText()
  return (
    <Dialog title={t('staff.prove.title')} isOpen onOpenChange={(isOpen) => { if (!isOpen) onEnd(false) }} closeLabel={t('console.close')}>
      <Ways person={person} onProven={() => onEnd(true)} onCancel={() => onEnd(false)} />
    </Dialog>
  )
}

function Ways({ person, onProven, onCancel }: { person: MeRow; onProven: () => void; onCancel: () => void }): ReactElement {
  const t = useText()
  const [byCode, setByCode] = useState(!person.hasPassword && person.hasTotp)
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<CallFault | null>(null)
  const send = async (give: () => Promise<Given>) => {
    setBusy(true)
    setFault(null)
    try {
      await call(staff.prove, { body: await give() })
      onProven()
    } catch (error) {
      setFault(error instanceof CallFault ? error : new CallFault('staff.passkey-cancelled', 422))
    } finally {
      setBusy(false)
    }
  }
  const field = byCode ? 'code' : 'password'
  const { fieldFaults, faultText } = faultTexts(fault, t)
  const hasField = person.hasPassword || person.hasTotp
  return (
    <Form onSubmit={(values) => { void send(async () => ({ [field]: String(values.get(field) ?? '') })) }} faults={fieldFaults} fault={faultText}>
      <p className="max-w-reading text-muted">{t(hasField || person.passkeys > 0 ? 'staff.prove.why' : 'staff.prove.by-signing-in')}</p>
      {person.passkeys > 0 && <Button className="self-start" busy={isBusy} icon={<KeyRound className="size-4" aria-hidden="true" />} onPress={() => { void send(async () => ({ passkey: await answerPasskey() })) }}>{t('staff.prove.by-passkey')}</Button>}
      {hasField && (byCode
        ? <TextField key="code" name="code" label={t('staff.sign-in.code')} description={t('staff.prove.code-how')} autoComplete="one-time-code" maxLength={20} isRequired autoFocus />
        : <TextField key="password" name="password" type="password" label={t('staff.sign-in.password')} autoComplete="current-password" revealLabel={t('staff.sign-in.reveal')} isRequired autoFocus />)}
      {person.hasPassword && person.hasTotp && <Button variant="quiet" className="self-start" onPress={() => setByCode(!byCode)}>{t(byCode ? 'staff.prove.by-password' : 'staff.prove.by-code')}</Button>}
      <Actions><Button onPress={onCancel}>{t('staff.cancel')}</Button>{hasField && <Button variant="primary" type="submit" busy={isBusy}>{t('staff.prove.go-on')}</Button>}</Actions>
    </Form>
  )
}
