import { useQueryClient } from '@tanstack/react-query'
import { useState, type ReactElement } from 'react'
import { refresh, useCall, useGet, type CallFault } from '../../../../apps/console/api.ts'
import { useText } from '../../../../apps/console/text.tsx'
import { Actions, AlertDialog, Button, CopyField, Drawer, Form, Select, Switch, TextArea, TextField, toast } from '../../../../ui/index.ts'
import { staff } from '../../contract.ts'
import { federation, isHandOut, type LdapSettings, type OidcSettings, type ProviderKind, type ProviderRow, type ProviderSettings, type SamlSettings } from '../../federation/contract.ts'
import { scim } from '../../scim/contract.ts'
import { useSecondPerson } from '../SecondPerson.tsx'
import { conflict, roleName } from '../words.ts'

const blank: Record<ProviderKind, ProviderSettings> = {
  oidc: { kind: 'oidc', issuer: '', clientId: '', asksSecondFactor: false, directoryClaim: 'sub', endsThere: false },
  saml: { kind: 'saml', entityId: '', signOnUrl: '', certificate: '', asksSecondFactor: false, signOutUrl: null },
  ldap: { kind: 'ldap', url: 'ldaps://', startTls: false, authority: null, bindDn: '', baseDn: '', filter: '(mail={login})', subjectAttribute: 'entryUUID', nameAttribute: 'cn', mailAttribute: 'mail', asksSecondFactor: false },
}
type Faults = Record<string, string>

export function ProviderDrawer({ provider, kind, onClose, onMade }: { provider: ProviderRow | null; kind: ProviderKind; onClose: () => void; onMade: (id: string) => void }): ReactElement {
  const t = useText()
  const client = useQueryClient()
  const [name, setName] = useState(provider?.name ?? '')
  const [settings, setSettings] = useState<ProviderSettings>(provider?.settings ?? blank[kind])
  const [secret, setSecret] = useState('')
  const [joining, setJoining] = useState({ roleId: provider?.roleId ?? null, domains: provider?.domains.join(', ') ?? '', directoryId: provider?.directoryId ?? null })
  const [asks, setAsks] = useState(false)
  const second = useSecondPerson(onClose)
  const policy = useGet(staff.policy, {})
  const isSeparated = Boolean(policy.data?.separatedAt)
  const list = [federation.providers, federation.signInWays]
  const add = useCall(federation.addProvider, { refresh: list, onFault: () => undefined, onDone: ({ id }) => { toast.ok(t('staff.saved')); onMade(id) } })
  const edit = useCall(federation.editProvider, { refresh: list, onFault: (fault) => { if (fault.code.endsWith('meanwhile')) conflict(t, fault, () => { void refresh(client, list); onClose() }); else propose(fault) }, onDone: () => { toast.ok(t('staff.saved')); onClose() } })
  const remove = useCall(federation.removeProvider, { refresh: list, onDone: onClose })
  const check = useCall(federation.checkProvider, { onDone: ({ isRight }) => { if (isRight) toast.ok(t('staff.providers.answers')); else toast.fault({ what: t('staff.federation.unreachable') }) } })
  const call = provider ? edit : add
  const isToSecond = call.error?.code === 'staff.needs-second-person'
  const faults = call.fieldFaults ?? {}
  const wanted = () => ({ name, settings, roleId: joining.roleId, directoryId: joining.directoryId, domains: joining.domains.split(/[\s,，、]+/).filter(Boolean).map((one) => one.toLowerCase()) })
  // What stands still is agreed to as it is; of one in force the change is. A secret is never part of a proposal.
  const propose = (fault: CallFault) => {
    if (!provider) return
    second.ask(fault, provider.disabledAt ? { kind: 'admit-provider', providerId: provider.id, version: provider.version } : { kind: 'change-provider', providerId: provider.id, version: provider.version, ...wanted() })
  }
  const submit = () => {
    const body = { ...wanted(), ...(secret ? { secret } : {}) }
    if (provider) edit.mutate({ params: { id: provider.id }, body: { ...body, version: provider.version } })
    else add.mutate({ body })
  }
  return (
    <Drawer title={provider?.name ?? t('staff.providers.add-one', { kind: t(`staff.providers.kind.${kind}`) })} isOpen onOpenChange={(open) => { if (!open) onClose() }} closeLabel={t('console.close')}>
      <Form onSubmit={submit} fault={isToSecond || call.error?.code.endsWith('meanwhile') ? undefined : call.faultText ?? (Object.keys(faults).length ? t('input.invalid', { count: Object.keys(faults).length }) : undefined)}>
        <TextField label={t('staff.name')} description={t('staff.providers.name-how')} value={name} onChange={setName} isRequired autoFocus={!provider} error={faults['name']} />
        {isSeparated && !provider?.admittedAt && <p className="max-w-reading text-muted">{t('staff.providers.needs-two')}</p>}
        {provider && settings.kind !== 'ldap' && <Theirs provider={provider} settings={settings} />}
        {settings.kind === 'oidc' && <Oidc value={settings} onChange={setSettings} faults={faults} />}
        {settings.kind === 'saml' && <Saml value={settings} onChange={setSettings} faults={faults} />}
        {settings.kind === 'ldap' && <Ldap value={settings} onChange={setSettings} faults={faults} />}
        {kind !== 'saml' && <TextField type="password" autoComplete="off" label={t(kind === 'oidc' ? 'staff.providers.client-secret' : 'staff.providers.bind-password')} description={t(provider?.hasSecret ? 'staff.providers.secret-kept' : 'staff.providers.secret-how')} value={secret} onChange={setSecret} revealLabel={t('staff.sign-in.reveal')} error={faults['secret']} />}
        <Switch isSelected={settings.asksSecondFactor} onChange={(asksSecondFactor) => setSettings({ ...settings, asksSecondFactor })}>{t('staff.providers.second-factor')}</Switch>
        <Joining value={joining} onChange={setJoining} faults={faults} />
        <Actions>
          {provider && <Button variant="danger" onPress={() => setAsks(true)}>{t('staff.providers.remove')}</Button>}
          {provider && kind !== 'saml' && <Button busy={check.isPending} onPress={() => check.mutate({ params: { id: provider.id } })}>{t('staff.providers.check')}</Button>}
          {provider && <Button busy={edit.isPending} onPress={() => edit.mutate({ params: { id: provider.id }, body: { version: provider.version, disabled: provider.disabledAt === null } })}>{t(provider.disabledAt ? 'staff.providers.turn-on' : 'staff.providers.turn-off')}</Button>}
          {provider && isSeparated && !provider.disabledAt && !provider.admittedAt && <Button onPress={() => second.propose({ kind: 'admit-provider', providerId: provider.id, version: provider.version })}>{t('staff.propose-do')}</Button>}
          <Button variant="primary" type="submit" busy={call.isPending}>{t('staff.save')}</Button>
        </Actions>
      </Form>
      {second.dialog}
      {provider && <AlertDialog isOpen={asks} onOpenChange={setAsks} title={t('staff.providers.remove-ask', { name: provider.name })} confirmLabel={t('staff.providers.remove')} cancelLabel={t('staff.cancel')} isDangerous onConfirm={() => remove.mutateAsync({ params: { id: provider.id } }).then(() => undefined)}>{t('staff.providers.remove-means', { count: provider.people })}</AlertDialog>}
    </Drawer>
  )
}

/** What the administrators of the other system need of us. */
function Theirs({ provider, settings }: { provider: ProviderRow; settings: OidcSettings | SamlSettings }): ReactElement | null {
  const t = useText()
  const copy = { copyLabel: t('staff.copy'), copiedLabel: t('staff.copied') }
  if (provider.returnUrl === null) return null
  return (
    <div className="flex min-w-0 flex-col gap-3 rounded-md bg-sunken px-3 py-3">
      <p className="text-sm text-muted">{t('staff.providers.theirs')}</p>
      <CopyField label={t(provider.kind === 'saml' ? 'staff.providers.consumer' : 'staff.providers.return-url')} text={provider.returnUrl} {...copy} />
      {provider.signOutUrl !== null && (settings.kind === 'oidc' || settings.signOutUrl !== null) && <CopyField label={t(provider.kind === 'saml' ? 'staff.providers.single-logout' : 'staff.providers.back-channel')} text={provider.signOutUrl} {...copy} />}
      {provider.signedOutUrl !== null && settings.kind === 'oidc' && settings.endsThere && <CopyField label={t('staff.providers.signed-out-url')} text={provider.signedOutUrl} {...copy} />}
      {provider.entityId !== null && <CopyField label={t('staff.providers.entity-id')} text={provider.entityId} {...copy} />}
    </div>
  )
}

interface Part<S> { value: S; onChange: (value: S) => void; faults: Faults }
function Oidc({ value, onChange, faults }: Part<OidcSettings>): ReactElement {
  const t = useText()
  return (
    <>
      <TextField type="url" label={t('staff.providers.issuer')} description={t('staff.providers.issuer-how')} value={value.issuer} onChange={(issuer) => onChange({ ...value, issuer })} isRequired error={faults['settings.issuer']} />
      <TextField label={t('staff.providers.client-id')} value={value.clientId} onChange={(clientId) => onChange({ ...value, clientId })} isRequired error={faults['settings.clientId']} />
      <TextField label={t('staff.providers.directory-claim')} description={t('staff.providers.directory-claim-how')} value={value.directoryClaim} onChange={(directoryClaim) => onChange({ ...value, directoryClaim })} isRequired error={faults['settings.directoryClaim']} />
      <Switch isSelected={value.endsThere ?? false} onChange={(endsThere) => onChange({ ...value, endsThere })}>{t('staff.providers.ends-there')}</Switch>
    </>
  )
}
function Saml({ value, onChange, faults }: Part<SamlSettings>): ReactElement {
  const t = useText()
  return (
    <>
      <TextField label={t('staff.providers.their-entity-id')} value={value.entityId} onChange={(entityId) => onChange({ ...value, entityId })} isRequired error={faults['settings.entityId']} />
      <TextField type="url" label={t('staff.providers.sign-on-url')} value={value.signOnUrl} onChange={(signOnUrl) => onChange({ ...value, signOnUrl })} isRequired error={faults['settings.signOnUrl']} />
      <TextField type="url" label={t('staff.providers.sign-out-url')} description={t('staff.providers.sign-out-url-how')} value={value.signOutUrl ?? ''} onChange={(url) => onChange({ ...value, signOutUrl: url.trim() === '' ? null : url })} error={faults['settings.signOutUrl']} />
      <TextArea label={t('staff.providers.certificate')} description={t('staff.providers.certificate-how')} value={value.certificate} onChange={(certificate) => onChange({ ...value, certificate })} isRequired error={faults['settings.certificate']} />
    </>
  )
}
function Ldap({ value, onChange, faults }: Part<LdapSettings>): ReactElement {
  const t = useText()
  const set = (change: Partial<LdapSettings>) => onChange({ ...value, ...change })
  return (
    <>
      <TextField label={t('staff.providers.url')} description={t('staff.providers.url-how')} value={value.url} onChange={(url) => set({ url })} isRequired error={faults['settings.url']} />
      <Switch isSelected={value.startTls} onChange={(startTls) => set({ startTls })}>{t('staff.providers.start-tls')}</Switch>
      {faults['settings.startTls'] !== undefined && <p role="alert" className="text-late">{faults['settings.startTls']}</p>}
      <TextArea label={t('staff.providers.authority')} description={t('staff.providers.authority-how')} value={value.authority ?? ''} onChange={(authority) => set({ authority: authority.trim() === '' ? null : authority })} error={faults['settings.authority']} />
      <TextField label={t('staff.providers.bind-dn')} description={t('staff.providers.bind-dn-how')} value={value.bindDn} onChange={(bindDn) => set({ bindDn })} error={faults['settings.bindDn']} />
      <TextField label={t('staff.providers.base-dn')} value={value.baseDn} onChange={(baseDn) => set({ baseDn })} isRequired error={faults['settings.baseDn']} />
      <TextField label={t('staff.providers.filter')} description={t('staff.providers.filter-how')} value={value.filter} onChange={(filter) => set({ filter })} isRequired error={faults['settings.filter']} />
      <div className="grid gap-4 sm:grid-cols-3">
        <TextField label={t('staff.providers.subject-attribute')} value={value.subjectAttribute} onChange={(subjectAttribute) => set({ subjectAttribute })} isRequired error={faults['settings.subjectAttribute']} />
        <TextField label={t('staff.providers.name-attribute')} value={value.nameAttribute} onChange={(nameAttribute) => set({ nameAttribute })} isRequired error={faults['settings.nameAttribute']} />
        <TextField label={t('staff.providers.mail-attribute')} value={value.mailAttribute} onChange={(mailAttribute) => set({ mailAttribute })} isRequired error={faults['settings.mailAttribute']} />
      </div>
    </>
  )
}

interface Join { roleId: string | null; domains: string; directoryId: string | null }
/** Whom it may bring in who is nobody here yet. */
function Joining({ value, onChange, faults }: Part<Join>): ReactElement {
  const t = useText()
  const roles = useGet(staff.roles, {})
  const directories = useGet(scim.directories, {})
  const NOBODY = 'nobody'
  return (
    <fieldset className="flex min-w-0 flex-col gap-4">
      <legend className="mb-2 font-bold">{t('staff.providers.joining')}</legend>
      <Select
        label={t('staff.providers.new-people')} description={t('staff.providers.new-people-how')} value={value.roleId ?? NOBODY} onChange={(id) => onChange({ ...value, roleId: id === NOBODY ? null : id })} error={faults['roleId']}
        options={[{ id: NOBODY, label: t('staff.providers.nobody-new') }, ...(roles.data?.rows ?? []).filter(isHandOut).map((role) => ({ id: role.id, label: t('staff.providers.become', { role: roleName(t, role) }) }))]}
      />
      {value.roleId !== null && <TextField label={t('staff.providers.domains')} description={t('staff.providers.domains-how')} value={value.domains} onChange={(domains) => onChange({ ...value, domains })} isRequired error={Object.entries(faults).find(([path]) => path.startsWith('domains'))?.[1]} />}
      {(directories.data?.rows.length ?? 0) > 0 && (
        <Select
          label={t('staff.providers.directory')} description={t('staff.providers.directory-how')} value={value.directoryId ?? NOBODY} onChange={(id) => onChange({ ...value, directoryId: id === NOBODY ? null : id })} error={faults['directoryId']}
          options={[{ id: NOBODY, label: t('staff.providers.no-directory') }, ...(directories.data?.rows ?? []).map((row) => ({ id: row.id, label: row.name }))]}
        />
      )}
    </fieldset>
  )
}
