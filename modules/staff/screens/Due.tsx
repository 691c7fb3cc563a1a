import type { ReactElement } from 'react'
import { useSession, type SignedIn } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Button, Section, ToastRegion } from '../../../ui/index.ts'
import { Door } from './Door.tsx'
import { Passkeys } from './Passkeys.tsx'
import { Password } from './Password.tsx'
import { Totp } from './Totp.tsx'

/** What the profile in force asks for before anything else: a new password, or a second factor. */
export default function Due({ person }: { person: SignedIn }): ReactElement {
  const t = useText()
  const { renew, signOut } = useSession()
  const isPassword = person.due === 'staff.password-due'
  return (
    <>
      <main>
        <Door title={t(isPassword ? 'staff.due.password' : 'staff.due.second-factor')} lead={t(person.due ?? '')}>
          {isPassword ? <Password person={person} onSet={() => { void renew() }} /> : (
            <>
              <Section title={t('staff.totp')}><Totp isOn={person.hasTotp} codesLeft={person.recoveryCodesLeft} onShown={() => { void renew() }} /></Section>
              <Section title={t('staff.passkeys')}><Passkeys onMade={() => { void renew() }} /></Section>
            </>
          )}
          <Button variant="quiet" className="self-start" onPress={signOut}>{t('console.sign-out')}</Button>
        </Door>
      </main>
      <ToastRegion label={t('console.messages')} closeLabel={t('console.close')} />
    </>
  )
}
