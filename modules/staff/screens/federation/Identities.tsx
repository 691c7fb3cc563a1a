import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../../apps/console/api.ts'
import { Loaded } from '../../../../apps/console/Loaded.tsx'
import { useSearchState } from '../../../../apps/console/location.ts'
import { useText } from '../../../../apps/console/text.tsx'
import { Actions, AlertDialog, Badge, Button, Dialog, Form, Section, Table, TextField, Time, toast } from '../../../../ui/index.ts'
import { federation, type IdentityRow, type WayRow } from '../../federation/contract.ts'
import { Refusal } from './OtherWays.tsx'

/** The accounts elsewhere a person can sign in by; nothing is shown where no provider is set up. */
export function Identities(): ReactElement | null {
  const t = useText()
  const ways = useGet(federation.signInWays, {}, { staleSeconds: 60 })
  const mine = useGet(federation.myIdentities, {}, { live: ['staff.identity'] })
  const [search, setSearch] = useSearchState<'connect' | 'refused'>()
  const [connecting, setConnecting] = useState<WayRow | null>(null)
  const [removing, setRemoving] = useState<IdentityRow | null>(null)
  const remove = useCall(federation.removeIdentity, { refresh: [federation.myIdentities], onDone: () => setRemoving(null) })
  const confirm = useCall(federation.confirmIdentity, { refresh: [federation.myIdentities], onDone: () => { setSearch({ connect: null }); toast.ok(t('staff.identities.connected')) } })
  if (!ways.data?.rows.length && !mine.data?.rows.length) return null
  return (
    <Section title={t('staff.identities')}>
      <p className="max-w-reading text-muted">{t('staff.identities.what')}</p>
      <Refusal code={search.refused} />
      <Loaded of={mine} rows={2}>
        {({ rows, waiting, needsPassword }) => (
          <>
            {rows.length > 0 && (
              <Table<IdentityRow>
                label={t('staff.identities')} rows={rows} rowId={(row) => row.id}
                columns={[
                  { id: 'provider', title: t('staff.providers.one'), cell: (row) => <span className="inline-flex flex-wrap items-center gap-2">{row.provider}<Badge>{t(`staff.providers.kind.${row.kind}`)}</Badge></span> },
                  { id: 'account', title: t('staff.identities.account'), cell: (row) => <span className="wrap-anywhere">{row.account}</span> },
                  { id: 'used', title: t('staff.identities.used'), cell: (row) => row.lastUsedAt ? <Time at={row.lastUsedAt} /> : t('staff.tokens.never'), priority: 3 },
                  { id: 'end', title: t('staff.action'), align: 'end', cell: (row) => <Button size="sm" variant="quiet" onPress={() => setRemoving(row)}>{t('staff.identities.remove')}</Button> },
                ]}
              />
            )}
            <div className="flex flex-wrap gap-2">
              {(ways.data?.rows ?? []).filter((way) => !rows.some((row) => row.providerId === way.id)).map((way) => <Button key={way.id} onPress={() => setConnecting(way)}>{t('staff.identities.connect', { name: way.name })}</Button>)}
            </div>
            {connecting && <Connect way={connecting} needsPassword={needsPassword} onClose={() => setConnecting(null)} />}
            <AlertDialog
              isOpen={search.connect !== undefined && waiting !== null} onOpenChange={() => setSearch({ connect: null })} title={t('staff.identities.confirm-ask', { account: waiting?.account ?? '' })} confirmLabel={t('staff.identities.confirm')} cancelLabel={t('staff.cancel')}
              onConfirm={() => waiting ? confirm.mutateAsync({ params: { id: waiting.id } }).then(() => undefined) : undefined}
            >
              {t('staff.identities.confirm-means', { provider: waiting?.provider ?? '', account: waiting?.account ?? '' })}
            </AlertDialog>
          </>
        )}
      </Loaded>
      <AlertDialog isOpen={removing !== null} onOpenChange={() => setRemoving(null)} title={t('staff.identities.remove-ask', { account: removing?.account ?? '' })} confirmLabel={t('staff.identities.remove')} cancelLabel={t('staff.cancel')} isDangerous onConfirm={() => removing ? remove.mutateAsync({ params: { id: removing.id } }).then(() => undefined) : undefined}>{t('staff.identities.remove-means')}</AlertDialog>
    </Section>
  )
}

/** The own password once more; for a directory its login and password too, for others the browser leaves and comes back. */
function Connect({ way, needsPassword, onClose }: { way: WayRow; needsPassword: boolean; onClose: () => void }): ReactElement {
  const t = useText()
  const connect = useCall(federation.connectIdentity, { refresh: [federation.myIdentities], onFault: () => undefined, onDone: ({ url }) => {
    if (url !== null) { location.assign(url); return }
    toast.ok(t('staff.identities.connected'))
    onClose()
  } })
  const isDirectory = way.kind === 'ldap'
  const text = (values: FormData, name: string) => String(values.get(name) ?? '')
  return (
    <Dialog title={t('staff.identities.connect', { name: way.name })} isOpen onOpenChange={onClose} closeLabel={t('console.close')}>
      <Form
        faults={connect.fieldFaults} fault={connect.faultText}
        onSubmit={(values) => connect.mutate({ body: { providerId: way.id, ...(needsPassword ? { current: text(values, 'current') } : {}), ...(isDirectory ? { login: text(values, 'login'), password: text(values, 'password') } : {}) } })}
      >
        <p className="max-w-reading text-muted">{t(isDirectory ? 'staff.identities.connect-directory' : 'staff.identities.connect-away', { name: way.name })}</p>
        {needsPassword && <TextField name="current" type="password" label={t('staff.password-current')} autoComplete="current-password" revealLabel={t('staff.sign-in.reveal')} isRequired autoFocus />}
        {isDirectory && <TextField name="login" label={t('staff.ways.login', { name: way.name })} autoComplete="off" isRequired />}
        {isDirectory && <TextField name="password" type="password" label={t('staff.ways.password', { name: way.name })} autoComplete="off" revealLabel={t('staff.sign-in.reveal')} isRequired />}
        <Actions><Button onPress={onClose}>{t('staff.cancel')}</Button><Button variant="primary" type="submit" busy={connect.isPending}>{t('staff.identities.go')}</Button></Actions>
      </Form>
    </Dialog>
  )
}
