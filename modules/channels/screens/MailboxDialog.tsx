import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { Actions, Badge, Button, Dialog, Form, NumberField, Select, Switch, TextField, toast } from '../../../ui/index.ts'
import { standards } from '../../standards/contract.ts'
import { staff } from '../../staff/contract.ts'
import { mail, type Mailbox, type ServerIn } from '../mail/contract.ts'
import { useRefusal } from './ChannelsFrame.tsx'
import { guess } from './providers.ts'

type Server = Omit<ServerIn, 'password'> & { password: string }
interface Draft { name: string; address: string; imap: Server; smtp: Server; teamId: string | null; serviceId: string | null; isActive: boolean; acknowledges: boolean; takesExisting: boolean; trustedAuthServer: string; trustsSenders: boolean }

const blank = (port: number): Server => ({ host: '', port, tls: 'tls', user: '', password: '' })
const serverOf = (given: Mailbox['imap'], port: number): Server => given ? { host: given.host, port: given.port, tls: given.tls, user: given.user, password: '' } : blank(port)
const draftOf = (box: Mailbox | null): Draft => ({
  name: box?.name ?? '', address: box?.address ?? '', imap: serverOf(box?.imap ?? null, 993), smtp: serverOf(box?.smtp ?? null, 465), teamId: box?.teamId ?? null, serviceId: box?.serviceId ?? null,
  isActive: box?.isActive ?? true, acknowledges: box?.acknowledges ?? true, takesExisting: false, trustedAuthServer: box?.trustedAuthServer ?? '', trustsSenders: box?.trustsSenders ?? false,
})
/** A server without a name is not used; a password that was not typed stays as it is. */
const sent = ({ password, ...server }: Server): ServerIn | null => server.host.trim() === '' ? null : { ...server, host: server.host.trim(), ...(password ? { password } : {}) }

export function MailboxDialog({ mailbox, onClose }: { mailbox: Mailbox | null; onClose: () => void }): ReactElement {
  const t = useText()
  const refusal = useRefusal()
  const [draft, setDraft] = useState(() => draftOf(mailbox))
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change })
  const done = () => { toast.ok(t('channels.saved')); onClose() }
  const add = useCall(mail.addMailbox, { refresh: [mail.mailboxes], onFault: () => undefined, onDone: done })
  const change = useCall(mail.changeMailbox, { refresh: [mail.mailboxes], onFault: () => undefined, onDone: done })
  const test = useCall(mail.testMailbox, { onFault: () => undefined })
  const made = mailbox ? change : add
  const fields = { ...test.fieldFaults, ...made.fieldFaults }
  const withAddress = (address: string) => {
    const known = mailbox === null ? guess(address) : null
    const user = (server: Server) => server.user === '' || server.user === draft.address ? address : server.user
    set({ address, imap: { ...draft.imap, ...known?.imap, user: user(draft.imap) }, smtp: { ...draft.smtp, ...known?.smtp, user: user(draft.smtp) } })
  }
  const submit = () => {
    const { address, takesExisting, ...rest } = draft
    const body = { ...rest, imap: sent(draft.imap), smtp: sent(draft.smtp), name: draft.name.trim() || address, trustedAuthServer: draft.trustedAuthServer.trim() || null }
    if (mailbox) change.mutate({ params: { id: mailbox.id }, body: { ...body, version: mailbox.version } })
    else add.mutate({ body: { ...body, address: address.trim(), takesExisting } })
  }
  const tryIt = () => {
    const [imap, smtp] = [sent(draft.imap), sent(draft.smtp)]
    test.mutate({ body: { ...(mailbox ? { id: mailbox.id } : {}), ...(imap ? { imap } : {}), ...(smtp ? { smtp } : {}) } })
  }
  const hasServer = draft.imap.host.trim() !== '' || draft.smtp.host.trim() !== ''
  return (
    <Dialog title={mailbox?.address ?? t('channels.mailbox-add')} isOpen onOpenChange={onClose} size="lg" closeLabel={t('console.close')}>
      <Form onSubmit={submit} faults={fields} fault={made.faultText ?? test.faultText}>
        <div className="grid gap-4 sm:grid-cols-2">
          {!mailbox && <TextField label={t('channels.address')} type="email" value={draft.address} onChange={withAddress} description={guess(draft.address)?.needsAppPassword ? t('channels.app-password') : undefined} isRequired autoFocus error={fields['address']} />}
          <TextField label={t('channels.sender-name')} value={draft.name} onChange={(name) => set({ name })} description={t('channels.sender-name-how')} error={fields['name']} />
        </div>
        <div className="grid gap-6 sm:grid-cols-2">
          <ServerFields kind="imap" server={draft.imap} onChange={(imap) => set({ imap })} hasPassword={mailbox?.imap?.hasPassword ?? false} fields={fields} result={test.data?.imap ?? null} />
          <ServerFields kind="smtp" server={draft.smtp} onChange={(smtp) => set({ smtp })} hasPassword={mailbox?.smtp?.hasPassword ?? false} fields={fields} result={test.data?.smtp ?? null} />
        </div>
        <Destination draft={draft} set={set} />
        <div className="flex flex-col gap-1">
          {!mailbox && <Switch isSelected={draft.takesExisting} onChange={(takesExisting) => set({ takesExisting })}>{t('channels.takes-existing')}</Switch>}
          <Switch isSelected={draft.acknowledges} onChange={(acknowledges) => set({ acknowledges })}>{t('channels.acknowledges')}</Switch>
          <Switch isSelected={draft.isActive} onChange={(isActive) => set({ isActive })}>{t('channels.active')}</Switch>
        </div>
        <details>
          <summary className="cursor-pointer text-muted">{t('channels.proof')}</summary>
          <div className="mt-2 flex flex-col gap-3">
            <TextField label={t('channels.auth-server')} value={draft.trustedAuthServer} onChange={(trustedAuthServer) => set({ trustedAuthServer })} description={t('channels.auth-server-how')} error={fields['trustedAuthServer']} />
            <Switch isSelected={draft.trustsSenders} onChange={(trustsSenders) => set({ trustsSenders })}>{t('channels.trusts')}</Switch>
          </div>
        </details>
        <Actions>
          <Button className="me-auto" busy={test.isPending} reason={refusal ?? (hasServer ? undefined : t('channels.server-first'))} onPress={tryIt}>{t('channels.test')}</Button>
          <Button onPress={onClose}>{t('channels.cancel')}</Button>
          <Button variant="primary" type="submit" busy={made.isPending} reason={refusal}>{t('channels.save')}</Button>
        </Actions>
      </Form>
    </Dialog>
  )
}

const ports = { imap: { tls: 993, starttls: 143, none: 143 }, smtp: { tls: 465, starttls: 587, none: 25 } }

interface ServerFieldsProps { kind: 'imap' | 'smtp'; server: Server; onChange: (server: Server) => void; hasPassword: boolean; fields: Record<string, string>; result: 'ok' | 'failed' | null }

function ServerFields({ kind, server, onChange, hasPassword, fields, result }: ServerFieldsProps): ReactElement {
  const t = useText()
  const set = (change: Partial<Server>) => onChange({ ...server, ...change })
  const withTls = (tls: Server['tls']) => set({ tls, ...(server.port === ports[kind][server.tls] ? { port: ports[kind][tls] } : {}) })
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="mb-1 flex w-full items-center gap-2 font-bold">{t(`channels.${kind}`)}{result && <Badge tone={result === 'ok' ? 'ok' : 'late'}>{t(`channels.test-${result}`)}</Badge>}</legend>
      <TextField label={t('channels.host')} value={server.host} onChange={(host) => set({ host })} placeholder={`${kind}.example.com`} error={fields[`${kind}.host`]} />
      <div className="grid grid-cols-2 gap-3">
        <Select label={t('channels.tls')} options={(['tls', 'starttls', 'none'] as const).map((id) => ({ id, label: t(`channels.tls.${id}`) }))} value={server.tls} onChange={(id) => withTls(id as Server['tls'])} />
        <NumberField label={t('channels.port')} minValue={1} maxValue={65_535} formatOptions={{ useGrouping: false }} value={server.port} onChange={(port) => { if (!Number.isNaN(port)) set({ port }) }} error={fields[`${kind}.port`]} />
      </div>
      <TextField label={t('channels.user')} value={server.user} onChange={(user) => set({ user })} autoComplete="off" error={fields[`${kind}.user`]} />
      <TextField label={t('channels.password')} type="password" value={server.password} onChange={(password) => set({ password })} autoComplete="new-password" revealLabel={t('staff.sign-in.reveal')} description={hasPassword ? t('channels.password-kept') : undefined} error={fields[`${kind}.password`]} />
    </fieldset>
  )
}

function Destination({ draft, set }: { draft: Draft; set: (change: Partial<Draft>) => void }): ReactElement {
  const t = useText()
  const may = useMay()
  const { locale } = useLanguage()
  const teams = useGet(staff.teams, { query: {} }, { isEnabled: may('staff.read') })
  const services = useGet(standards.services, {}, { isEnabled: may('standards.read') })
  const byRules = { id: '-', label: t('channels.by-rules') }
  const chosen = (id: string) => id === '-' ? null : id
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Select label={t('channels.to-team')} options={[byRules, ...(teams.data?.rows ?? []).map((team) => ({ id: team.id, label: team.name }))]} value={draft.teamId ?? '-'} onChange={(id) => set({ teamId: chosen(id) })} />
      <Select label={t('channels.to-service')} options={[byRules, ...(services.data?.rows ?? []).map((service) => ({ id: service.id, label: service.name[locale] }))]} value={draft.serviceId ?? '-'} onChange={(id) => set({ serviceId: chosen(id) })} />
    </div>
  )
}
