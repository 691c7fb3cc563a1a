import { useState, type ReactElement } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { refresh, useCall, useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useSearchState } from '../../../apps/console/location.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, AlertDialog, Badge, Button, Checkbox, Drawer, Form, Num, RadioGroup, Table, TextField, toast } from '../../../ui/index.ts'
import { staff, type RoleRow } from '../contract.ts'
import { PeopleFrame, useRefusal } from './PeopleFrame.tsx'
import { useSecondPerson } from './SecondPerson.tsx'
import { byRoom, conflict, permissionWords, roleName } from './words.ts'
import { keyOf } from './Skills.tsx'

export default function Roles(): ReactElement {
  const t = useText()
  const refusal = useRefusal('access.grant')
  const roles = useGet(staff.roles, {})
  const [search, setSearch] = useSearchState<'role'>()
  const add = <Button variant="primary" reason={refusal} onPress={() => setSearch({ role: 'new' }, true)}>{t('staff.roles.make')}</Button>
  return (
    <PeopleFrame here="roles" title={t('staff.part.roles')} lead={t('staff.roles.lead')} actions={add}>
      <Loaded of={roles}>
        {({ rows }) => (
          <>
            <Table<RoleRow>
              label={t('staff.part.roles')} rows={rows} rowId={(row) => row.id} onOpen={(row) => setSearch({ role: row.id }, true)}
              columns={[
                { id: 'name', title: t('staff.role'), cell: (row) => <span className="inline-flex items-center gap-2">{roleName(t, row)}{row.builtIn && <Badge>{t('staff.roles.built-in')}</Badge>}</span> },
                { id: 'sees', title: t('staff.roles.sees'), cell: (row) => t(`staff.scope.${row.scope}`) },
                { id: 'may', title: t('staff.roles.may'), cell: (row) => row.permissions.includes('*') ? t('staff.may.everything') : t('staff.roles.count', { count: row.permissions.length }) },
                { id: 'people', title: t('staff.part.people'), align: 'end', cell: (row) => <Num value={row.people} /> },
              ]}
            />
            <RoleDrawer key={search.role ?? ''} role={rows.find((row) => row.id === search.role) ?? null} isOpen={search.role === 'new' || rows.some((row) => row.id === search.role)} onClose={() => setSearch({ role: null })} refusal={refusal} />
          </>
        )}
      </Loaded>
    </PeopleFrame>
  )
}

function RoleDrawer({ role, isOpen, onClose, refusal }: { role: RoleRow | null; isOpen: boolean; onClose: () => void; refusal: string | undefined }): ReactElement {
  const t = useText()
  const client = useQueryClient()
  const [draft, setDraft] = useState({ name: role ? roleName(t, role) : '', scope: role?.scope ?? 'team', permissions: role?.permissions ?? ['requests.read', 'requests.work', 'requests.open', 'customers.read'] })
  const [key, setKey] = useState<string | null>(null)
  const [asks, setAsks] = useState(false)
  const known = useGet(staff.permissions, {}, { staleSeconds: 600 })
  const done = () => { toast.ok(t('staff.saved')); onClose() }
  const second = useSecondPerson(onClose)
  const create = useCall(staff.createRole, { refresh: [staff.roles], onFault: (fault) => { second.ask(fault, { kind: 'add-role', ...draft, key: key ?? keyOf(draft.name) }) }, onDone: done })
  const edit = useCall(staff.editRole, { refresh: [staff.roles, staff.me], onFault: (fault) => { if (role) second.ask(fault, { kind: 'change-role', roleId: role.id, ...draft, version: role.version }); if (fault.code.endsWith('meanwhile')) conflict(t, fault, () => { void refresh(client, [staff.roles]); onClose() }) }, onDone: done })
  const remove = useCall(staff.removeRole, { refresh: [staff.roles], onDone: onClose })
  const call = role ? edit : create
  const why = refusal ?? (role?.builtIn ? t('staff.role-built-in') : undefined)
  const submit = () => {
    if (role) edit.mutate({ params: { id: role.id }, body: { ...draft, version: role.version } })
    else create.mutate({ body: { ...draft, key: key ?? keyOf(draft.name) } })
  }
  const set = (change: Partial<typeof draft>) => setDraft({ ...draft, ...change })
  const holdsAll = draft.permissions.includes('*')
  return (
    <Drawer title={role ? roleName(t, role) : t('staff.roles.make')} isOpen={isOpen} onOpenChange={(open) => { if (!open) onClose() }} closeLabel={t('console.close')}>
      <Form onSubmit={submit} faults={call.fieldFaults} fault={call.error?.code.endsWith('meanwhile') || call.error?.code === 'staff.needs-second-person' ? undefined : call.faultText}>
        {role?.builtIn && <p className="rounded-md bg-info-surface px-3 py-2 text-info">{t('staff.roles.built-in-means')}</p>}
        {!role?.builtIn && <TextField label={t('staff.name')} value={draft.name} onChange={(name) => set({ name })} isRequired error={call.fieldFaults?.['name']} autoFocus={role === null} />}
        {!role && <TextField label={t('staff.key')} value={key ?? keyOf(draft.name)} onChange={setKey} description={t('staff.key-how')} isRequired error={call.fieldFaults?.['key'] === undefined ? undefined : t('staff.key-how')} />}
        <RadioGroup label={t('staff.roles.sees')} isDisabled={role?.builtIn ?? false} options={(['own', 'team', 'region', 'all'] as const).map((id) => ({ id, label: t(`staff.scope.${id}`), description: t(`staff.scope.${id}-means`) }))} value={draft.scope} onChange={(id) => set({ scope: id as RoleRow['scope'] })} />
        {holdsAll ? <p className="font-bold">{t('staff.may.everything')}</p> : byRoom(known.data?.rows ?? draft.permissions).map(({ room, permissions }) => (
          <Permissions key={room} title={t(`staff.room.${room}`)} permissions={permissions} chosen={draft.permissions} isFixed={why !== undefined} onChange={(next) => set({ permissions: next })} />
        ))}
        <Actions>
          {role && !role.builtIn && <Button variant="danger" reason={refusal ?? (role.people > 0 ? t('staff.role-in-use') : undefined)} onPress={() => setAsks(true)}>{t('staff.roles.remove')}</Button>}
          <Button variant="primary" type="submit" busy={call.isPending} reason={why}>{t('staff.save')}</Button>
        </Actions>
      </Form>
      {second.dialog}
      {role && <AlertDialog isOpen={asks} onOpenChange={setAsks} title={t('staff.roles.remove-ask', { name: roleName(t, role) })} confirmLabel={t('staff.roles.remove')} cancelLabel={t('staff.cancel')} isDangerous onConfirm={() => remove.mutateAsync({ params: { id: role.id } }).then(() => undefined)}>{t('staff.roles.remove-means')}</AlertDialog>}
    </Drawer>
  )
}

function Permissions({ title, permissions, chosen, isFixed, onChange }: { title: string; permissions: readonly string[]; chosen: readonly string[]; isFixed: boolean; onChange: (permissions: string[]) => void }): ReactElement {
  const t = useText()
  return (
    <fieldset className="flex flex-col">
      <legend className="mb-1 text-sm font-bold text-muted">{title}</legend>
      {permissions.map((permission) => (
        <Checkbox key={permission} isSelected={chosen.includes(permission)} isReadOnly={isFixed} onChange={(isOn) => onChange(isOn ? [...chosen, permission] : chosen.filter((one) => one !== permission))}>
          <span>{permissionWords(t, permission)}</span>
        </Checkbox>
      ))}
    </fieldset>
  )
}
