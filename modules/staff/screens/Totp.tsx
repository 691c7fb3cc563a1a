import { useState, type ReactElement } from 'react'
import { useCall, type Answer } from '../../../apps/console/api.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, Badge, Button, CodeBlock, CopyField, Form, TextField, toast } from '../../../ui/index.ts'
import { staff } from '../contract.ts'

/** One-time codes: offered with a picture to scan, in force only after a first code proved that it worked. */
export function Totp({ isOn, codesLeft, onShown }: { isOn: boolean; codesLeft: number; onShown?: () => void }): ReactElement {
  const t = useText()
  const [offered, setOffered] = useState<Answer<typeof staff.offerTotp> | null>(null)
  const [isRemoving, setRemoving] = useState(false)
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  const renew = useCall(staff.renewRecoveryCodes, { refresh: [staff.me], onDone: (answer) => setCodes(answer.codes) })
  const offer = useCall(staff.offerTotp, { onDone: setOffered })
  const confirm = useCall(staff.confirmTotp, { refresh: [staff.me], onFault: () => undefined, onDone: (answer) => { setOffered(null); setCodes(answer.codes); toast.ok(t('staff.totp-is-on')) } })
  const remove = useCall(staff.removeTotp, { refresh: [staff.me], onFault: () => undefined, onDone: () => { setRemoving(false); toast.ok(t('staff.totp-is-off')) } })
  if (codes) return <RecoveryCodes codes={codes} onDone={() => { setCodes(null); onShown?.() }} />
  if (isOn) {
    return (
      <>
        <p className="flex flex-wrap items-center gap-2"><Badge tone="ok">{t('staff.totp-active')}</Badge><span className="text-muted">{t('staff.totp-on-means')}</span></p>
        <p className="flex flex-wrap items-center gap-3"><span className="text-muted">{t('staff.recovery-left', { count: codesLeft })}</span><Button size="sm" busy={renew.isPending} onPress={() => renew.mutate({})}>{t('staff.recovery-renew')}</Button></p>
        {isRemoving ? (
          <Form onSubmit={(values) => remove.mutate({ body: { password: String(values.get('password')) } })} fault={remove.faultText}>
            <TextField name="password" type="password" label={t('staff.totp-remove-password')} autoComplete="current-password" revealLabel={t('staff.sign-in.reveal')} isRequired autoFocus />
            <Actions><Button onPress={() => setRemoving(false)}>{t('staff.cancel')}</Button><Button variant="danger" type="submit" busy={remove.isPending}>{t('staff.totp-remove')}</Button></Actions>
          </Form>
        ) : <Button className="self-start" onPress={() => setRemoving(true)}>{t('staff.totp-remove')}</Button>}
      </>
    )
  }
  if (!offered) {
    return (
      <>
        <p className="max-w-reading text-muted">{t('staff.totp-what')}</p>
        <Button className="self-start" busy={offer.isPending} onPress={() => offer.mutate({})}>{t('staff.totp-begin')}</Button>
      </>
    )
  }
  return (
    <Form onSubmit={(values) => confirm.mutate({ body: { code: String(values.get('code')).replaceAll(/\s/g, '') } })} fault={confirm.faultText}>
      <ol className="flex list-decimal flex-col gap-3 ps-5">
        <li>{t('staff.totp-scan')}<img alt={t('staff.totp-picture')} src={`data:image/svg+xml;utf8,${encodeURIComponent(offered.svg)}`} className="mt-2 size-44 rounded-md border border-line bg-[#fff] p-1" /></li>
        <li><CopyField label={t('staff.totp-secret')} text={offered.secret} copyLabel={t('staff.copy')} copiedLabel={t('staff.copied')} /></li>
        <li><TextField name="code" label={t('staff.totp-first-code')} inputMode="numeric" autoComplete="one-time-code" maxLength={9} isRequired autoFocus /></li>
      </ol>
      <Actions><Button onPress={() => setOffered(null)}>{t('staff.cancel')}</Button><Button variant="primary" type="submit" busy={confirm.isPending}>{t('staff.totp-confirm')}</Button></Actions>
    </Form>
  )
}

function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }): ReactElement {
  const t = useText()
  return (
    <section aria-label={t('staff.recovery')} className="flex flex-col gap-3">
      <p className="max-w-reading font-bold">{t('staff.recovery-once')}</p>
      <p className="max-w-reading text-muted">{t('staff.recovery-what')}</p>
      <CodeBlock label={t('staff.recovery')} text={codes.join('\n')} copyLabel={t('staff.copy')} copiedLabel={t('staff.copied')} />
      <Actions><Button variant="primary" onPress={onDone}>{t('staff.recovery-kept')}</Button></Actions>
    </section>
  )
}
