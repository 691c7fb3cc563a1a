import { useRef, useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useSession } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, AlertDialog, Badge, Button, CodeBlock, CopyField, Dialog, EmptyState, Form, Link, RadioGroup, Select, Table, TextField, Time, useNow } from '../../../ui/index.ts'
import { staff, type Proposed, type TokenRow } from '../contract.ts'
import { PeopleFrame } from './PeopleFrame.tsx'
import { useSecondPerson } from './SecondPerson.tsx'
import { roleName } from './words.ts'

export default function Tokens(): ReactElement {
  const t = useText()
  const tokens = useGet(staff.tokens, {}, { live: ['staff.token'] })
  const [isMaking, setMaking] = useState(false)
  const [ending, setEnding] = useState<TokenRow | null>(null)
  const revoke = useCall(staff.revokeToken, { refresh: [staff.tokens], onDone: () => setEnding(null) })
  const add = <Button variant="primary" onPress={() => setMaking(true)}>{t('staff.tokens.make')}</Button>
  return (
    <PeopleFrame here="tokens" title={t('staff.part.tokens')} lead={<>{t('staff.tokens.lead')} <Link href="/docs" target="_blank">{t('staff.tokens.docs')}</Link></>} actions={add}>
      <Loaded of={tokens}>
        {({ rows }) => (
          <Table<TokenRow>
            label={t('staff.part.tokens')} rows={rows} rowId={(row) => row.id}
            empty={<EmptyState title={t('staff.tokens.none')} action={add} exampleLabel={t('staff.example')} example={<code className="font-mono text-sm wrap-anywhere">curl -H "Authorization: Bearer …" {location.origin}/api/requests</code>}>{t('staff.tokens.none-next')}</EmptyState>}
            columns={[
              { id: 'name', title: t('staff.name'), cell: (row) => <span className="inline-flex flex-wrap items-center gap-2">{row.name}{row.revokedAt && <Badge>{t('staff.tokens.ended')}</Badge>}</span> },
              { id: 'holder', title: t('staff.tokens.acts-as'), cell: (row) => row.kind === 'client' ? t('staff.tokens.client') : row.holder },
              { id: 'may', title: t('staff.roles.may'), cell: (row) => row.permissions.includes('*') ? t('staff.may.everything') : t('staff.roles.count', { count: row.permissions.length }), priority: 3 },
              { id: 'made', title: t('staff.tokens.made'), cell: (row) => <Time at={row.createdAt} />, priority: 3 },
              { id: 'used', title: t('staff.tokens.used'), cell: (row) => row.lastUsedAt ? <Time at={row.lastUsedAt} /> : t('staff.tokens.never') },
              { id: 'until', title: t('staff.tokens.until'), cell: (row) => row.expiresAt ? <Time at={row.expiresAt} /> : t('staff.tokens.no-end'), priority: 3 },
              { id: 'act', title: t('staff.action'), align: 'end', cell: (row) => <Button size="sm" variant="quiet" reason={row.revokedAt ? t('staff.tokens.already') : undefined} onPress={() => setEnding(row)}>{t('staff.tokens.end')}</Button> },
            ]}
          />
        )}
      </Loaded>
      {isMaking && <TokenDialog onClose={() => setMaking(false)} />}
      <AlertDialog isOpen={ending !== null} onOpenChange={() => setEnding(null)} title={t('staff.tokens.end-ask', { name: ending?.name ?? '' })} confirmLabel={t('staff.tokens.end')} cancelLabel={t('staff.cancel')} isDangerous onConfirm={() => ending ? revoke.mutateAsync({ params: { id: ending.id } }).then(() => undefined) : undefined}>{t('staff.tokens.end-means')}</AlertDialog>
    </PeopleFrame>
  )
}

const DAY_MS = 86_400_000

function TokenDialog({ onClose }: { onClose: () => void }): ReactElement {
  const t = useText()
  const { person } = useSession()
  const roles = useGet(staff.roles, {})
  const [kind, setKind] = useState<'client' | 'person'>('client')
  const [roleId, setRoleId] = useState<string | null>(null)
  const now = useNow()
  const [days, setDays] = useState('365')
  const second = useSecondPerson(onClose)
  const asked = useRef<Extract<Proposed, { kind: 'add-token' }> | null>(null)
  const create = useCall(staff.createToken, { refresh: [staff.tokens], onFault: (fault) => { if (asked.current) second.ask(fault, asked.current) } })
  const submit = (values: FormData) => {
    const role = roleId ?? roles.data?.rows.find((one) => one.key === 'agent')?.id
    const expiresAt = days === 'none' ? null : new Date(now + Number(days) * DAY_MS).toISOString()
    asked.current = kind === 'client' && role !== undefined ? { kind: 'add-token', name: String(values.get('name')), expiresAt, roleId: role } : null
    create.mutate({ body: { name: String(values.get('name')), expiresAt, ...(kind === 'person' ? (person ? { personId: person.id } : {}) : role !== undefined ? { roleId: role } : {}) } })
  }
  if (create.data) {
    const { token } = create.data
    return (
      <Dialog title={t('staff.tokens.made-one')} isOpen onOpenChange={onClose} actions={(close) => <Button variant="primary" onPress={close}>{t('staff.done')}</Button>}>
        <div className="flex flex-col gap-3">
          <p className="max-w-reading font-bold">{t('staff.tokens.once')}</p>
          <CopyField label={t('staff.tokens.token')} text={token} copyLabel={t('staff.copy')} copiedLabel={t('staff.copied')} />
          <CodeBlock label={t('staff.tokens.try')} text={`curl -H "Authorization: Bearer ${token}" \\\n  ${location.origin}/api/requests`} copyLabel={t('staff.copy')} copiedLabel={t('staff.copied')} />
        </div>
      </Dialog>
    )
  }
  return (
    <Dialog title={t('staff.tokens.make')} isOpen onOpenChange={onClose} closeLabel={t('console.close')}>
      <Form onSubmit={submit} faults={create.fieldFaults} fault={create.error?.code === 'staff.needs-second-person' ? undefined : create.faultText}>
        <TextField name="name" label={t('staff.name')} description={t('staff.tokens.name-how')} isRequired autoFocus />
        <RadioGroup label={t('staff.tokens.acts-as')} value={kind} onChange={(id) => setKind(id as typeof kind)} options={[{ id: 'client', label: t('staff.tokens.client'), description: t('staff.tokens.client-means') }, { id: 'person', label: t('staff.tokens.me'), description: t('staff.tokens.me-means') }]} />
        {kind === 'client' && <Select label={t('staff.role')} options={(roles.data?.rows ?? []).map((role) => ({ id: role.id, label: roleName(t, role), description: t(`staff.scope.${role.scope}`) }))} value={roleId ?? roles.data?.rows.find((one) => one.key === 'agent')?.id ?? null} onChange={setRoleId} />}
        <Select label={t('staff.tokens.until')} options={[...['30', '90', '365'].map((id) => ({ id, label: t('staff.tokens.days', { days: Number(id) }) })), { id: 'none', label: t('staff.tokens.no-end') }]} value={days} onChange={setDays} error={create.fieldFaults?.['expiresAt']} />
        <Actions><Button onPress={onClose}>{t('staff.cancel')}</Button><Button variant="primary" type="submit" busy={create.isPending}>{t('staff.tokens.make')}</Button></Actions>
      </Form>
      {second.dialog}
    </Dialog>
  )
}
