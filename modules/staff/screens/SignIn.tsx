import { KeyRound } from 'lucide-react'
import { useEffect, useRef, useState, type ReactElement } from 'react'
import { call, faultTexts, CallFault, useGet } from '../../../apps/console/api.ts'
import { useGo, useSearchState } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useSession } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, Button, Form, TextField } from '../../../ui/index.ts'
import { staff } from '../contract.ts'
import { federation, type WayRow } from '../federation/contract.ts'
import { Door, dropFragment, takeFragment } from './Door.tsx'
import { OtherWays, Refusal } from './federation/OtherWays.tsx'
import { answerPasskey, knowsPasskeys } from './passkey.ts'

/** Signing in by password or by a single-use link (`#token`), with a one-time code when the person has them. */
export default function SignIn(): ReactElement | null {
  const t = useText()
  const [token] = useState(takeFragment)
  const [isByLink, setByLink] = useState(token !== '')
  const { person } = useSession()
  const [search] = useSearchState<'return' | 'refused' | 'code'>()
  const go = useGo()
  useEffect(() => { if (person && !isByLink) go(wayIn(search.return), true) }, [person, isByLink, go, search.return])
  if (person && !isByLink) return null
  return (
    <Door title={t(isByLink ? 'staff.sign-in.link-title' : 'staff.sign-in.title')} {...(isByLink ? { lead: t('staff.sign-in.link-lead') } : {})}>
      {isByLink ? <ByLink token={token} onPassword={() => { dropFragment(); setByLink(false) }} /> : search.code ? <AfterProvider /> : <ByPassword returnTo={search.return} refused={search.refused} />}
    </Door>
  )
}

/** Only an address of this console may follow signing in. */
function wayIn(wanted: string | undefined): string {
  return wanted !== undefined && /^\/(?![/\\])/.test(wanted) && !wanted.startsWith('/sign-in') ? wanted : paths.start()
}

/** Signing in both ways: calls, and remembers whether a code is wanted. */
function useDoor(enter: (code: string | undefined) => Promise<unknown>) {
  const t = useText()
  const { renew } = useSession()
  const [wantsCode, setWantsCode] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<CallFault | null>(null)
  const send = async (code: string | undefined): Promise<boolean> => {
    setBusy(true)
    setFault(null)
    try {
      await enter(code?.replaceAll(/\s/g, ''))
      await renew()
      return true
    } catch (error) {
      if (!(error instanceof CallFault)) throw error
      if (error.code === 'staff.code-needed') setWantsCode(true)
      else setFault(error)
      return false
    } finally {
      setBusy(false)
    }
  }
  return { wantsCode, setWantsCode, isBusy, fault, faultText: faultTexts(fault, t).faultText, fieldFaults: faultTexts(fault, t).fieldFaults, send }
}

function ByPassword({ returnTo, refused }: { returnTo: string | undefined; refused: string | undefined }): ReactElement {
  const t = useText()
  const [directory, setDirectory] = useState<WayRow | null>(null)
  const setup = useGet(staff.setupState, {}, { staleSeconds: 600 })
  const given = useRef({ login: '', password: '' })
  const door = useDoor((code): Promise<unknown> => {
    const body = { ...given.current, ...(code ? { code } : {}) }
    return directory ? call(federation.signInByDirectory, { body: { ...body, providerId: directory.id } }) : call(staff.signIn, { body })
  })
  const submit = (values: FormData) => {
    if (!door.wantsCode) given.current = { login: String(values.get('login')).trim(), password: String(values.get('password')) }
    void door.send(values.get('code')?.toString())
  }
  return (
    <>
      <Refusal code={refused} />
      <Form onSubmit={submit} fault={door.faultText} faults={door.fieldFaults} aria-label={t('staff.sign-in.title')}>
        {door.wantsCode ? <CodeField /> : (
          <>
            {directory ? <TextField key={directory.id} name="login" label={t('staff.ways.login', { name: directory.name })} autoComplete="username" isRequired autoFocus /> : <TextField key="own" name="login" label={t('staff.sign-in.login')} type="email" autoComplete="username" inputMode="email" isRequired autoFocus />}
            <TextField name="password" label={directory ? t('staff.ways.password', { name: directory.name }) : t('staff.sign-in.password')} type="password" autoComplete="current-password" revealLabel={t('staff.sign-in.reveal')} isRequired />
          </>
        )}
        <Actions className="justify-between!">
          {door.wantsCode ? <Button variant="quiet" onPress={() => door.setWantsCode(false)}>{t('staff.sign-in.back')}</Button> : directory ? <Button variant="quiet" onPress={() => setDirectory(null)}>{t('staff.sign-in.with-password')}</Button> : <span />}
          <Button variant="primary" type="submit" busy={door.isBusy}>{t('staff.sign-in.enter')}</Button>
        </Actions>
      </Form>
      {knowsPasskeys() && !door.wantsCode && <ByPasskey />}
      {!door.wantsCode && <OtherWays returnTo={returnTo ?? '/'} onDirectory={setDirectory} />}
      <p className="text-sm text-faint">{t(setup.data?.needed ? 'staff.sign-in.not-set-up' : 'staff.sign-in.forgotten')}</p>
    </>
  )
}

/** The other system has answered; our own code is still wanted. */
function AfterProvider(): ReactElement {
  const t = useText()
  const go = useGo()
  const [, setSearch] = useSearchState<'code'>()
  const returnTo = useRef('/')
  const door = useDoor(async (code) => { ({ returnTo: returnTo.current } = await call(federation.finishSignIn, { body: { code: code ?? '' } })) })
  const submit = (values: FormData) => { void door.send(String(values.get('code'))).then((isIn) => { if (isIn) go(wayIn(returnTo.current), true) }) }
  return (
    <Form onSubmit={submit} fault={door.faultText} faults={door.fieldFaults} aria-label={t('staff.sign-in.title')}>
      <CodeField />
      <Actions className="justify-between!">
        <Button variant="quiet" onPress={() => setSearch({ code: null })}>{t('staff.sign-in.back')}</Button>
        <Button variant="primary" type="submit" busy={door.isBusy}>{t('staff.sign-in.enter')}</Button>
      </Actions>
    </Form>
  )
}

function ByPasskey(): ReactElement {
  const t = useText()
  const door = useDoor(async () => call(staff.signInByPasskey, { body: { passkey: await answerPasskey() } }))
  return (
    <div className="flex flex-col gap-2">
      <Button busy={door.isBusy} icon={<KeyRound className="size-4" aria-hidden="true" />} onPress={() => { void door.send(undefined) }}>{t('staff.sign-in.by-passkey')}</Button>
      {door.faultText !== undefined && <p role="alert" className="text-sm text-late">{door.faultText}</p>}
    </div>
  )
}

function ByLink({ token, onPassword }: { token: string; onPassword: () => void }): ReactElement {
  const t = useText()
  const go = useGo()
  const door = useDoor((code) => call(staff.signInByLink, { body: { token, ...(code ? { code } : {}) } }))
  const submit = (values: FormData) => {
    // The account page asks for a password at once: a link works only one time.
    void door.send(values.get('code')?.toString()).then((isIn) => { if (isIn) { dropFragment(); go(paths.account({ first: 'password' }), true) } })
  }
  const isDead = door.fault !== null && door.fault.code === 'staff.link-dead'
  return (
    <Form onSubmit={submit} fault={door.faultText} aria-label={t('staff.sign-in.link-title')}>
      {door.wantsCode && <CodeField />}
      <Actions className="justify-between!">
        <Button variant="quiet" onPress={onPassword}>{t('staff.sign-in.with-password')}</Button>
        {!isDead && <Button variant="primary" type="submit" busy={door.isBusy} autoFocus>{t('staff.sign-in.enter')}</Button>}
      </Actions>
      {isDead && <p className="text-sm text-faint">{t('staff.sign-in.link-dead-next')}</p>}
    </Form>
  )
}

function CodeField(): ReactElement {
  const t = useText()
  return <TextField name="code" label={t('staff.sign-in.code')} description={t('staff.sign-in.code-where')} autoComplete="one-time-code" maxLength={20} isRequired autoFocus />
}
