import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState, type ReactElement } from 'react'
import { refresh, useCall, useGet, type CallFault } from '../../../../apps/console/api.ts'
import { Loaded } from '../../../../apps/console/Loaded.tsx'
import { useText } from '../../../../apps/console/text.tsx'
import { Actions, AlertDialog, Badge, Button, CopyField, Dialog, EmptyState, Facts, Form, Num, Section, Select, Table, TextField, Time, toast } from '../../../../ui/index.ts'
import { staff, type Proposed, type RoleRow, type TeamRow } from '../../contract.ts'
import { isHandOut } from '../../federation/contract.ts'
import { scim, type DirectoryGroupRow, type DirectoryRow } from '../../scim/contract.ts'
import { PeopleFrame } from '../PeopleFrame.tsx'
import { useSecondPerson } from '../SecondPerson.tsx'
import { conflict, roleName } from '../words.ts'

const NOTHING = 'nothing'

/** Directories that tell us of joiners and leavers, and what their groups give here. */
export default function Directories(): ReactElement {
  const t = useText()
  const directories = useGet(scim.directories, {}, { live: ['staff.'] })
  const roles = useGet(staff.roles, {})
  const teams = useGet(staff.teams, { query: { archived: 'false' } })
  const [isMaking, setMaking] = useState(false)
  const [token, setToken] = useState<string | null>(null)
  const add = <Button variant="primary" onPress={() => setMaking(true)}>{t('staff.directories.add')}</Button>
  return (
    <PeopleFrame here="directories" title={t('staff.part.directories')} lead={t('staff.directories.lead')} actions={add}>
      <Loaded of={directories}>
        {({ rows, address }) => (
          <>
            {rows.length === 0 && <EmptyState title={t('staff.directories.none')} action={add}>{t('staff.directories.none-next')}</EmptyState>}
            {rows.length > 0 && <CopyField label={t('staff.directories.address')} text={address} copyLabel={t('staff.copy')} copiedLabel={t('staff.copied')} />}
            {rows.map((row) => <OneDirectory key={row.id} directory={row} roles={roles.data?.rows ?? []} teams={teams.data?.rows ?? []} onToken={setToken} />)}
            {isMaking && <NewDirectory roles={roles.data?.rows ?? []} onClose={() => setMaking(false)} onMade={(made) => { setMaking(false); setToken(made) }} />}
            {token !== null && (
              <Dialog title={t('staff.directories.token')} isOpen onOpenChange={() => setToken(null)} actions={(close) => <Button variant="primary" onPress={close}>{t('staff.done')}</Button>}>
                <div className="flex flex-col gap-3">
                  <p className="max-w-reading font-bold">{t('staff.tokens.once')}</p>
                  <CopyField label={t('staff.directories.address')} text={address} copyLabel={t('staff.copy')} copiedLabel={t('staff.copied')} />
                  <CopyField label={t('staff.tokens.token')} text={token} copyLabel={t('staff.copy')} copiedLabel={t('staff.copied')} />
                </div>
              </Dialog>
            )}
          </>
        )}
      </Loaded>
    </PeopleFrame>
  )
}

const roleOptions = (t: ReturnType<typeof useText>, roles: readonly RoleRow[]) => roles.filter(isHandOut).map((role) => ({ id: role.id, label: roleName(t, role) }))

function NewDirectory({ roles, onClose, onMade }: { roles: readonly RoleRow[]; onClose: () => void; onMade: (token: string) => void }): ReactElement {
  const t = useText()
  const [roleId, setRoleId] = useState<string | null>(null)
  const chosen = roleId ?? roles.find((role) => role.key === 'agent')?.id ?? null
  const second = useSecondPerson(onClose)
  const [name, setName] = useState('')
  const add = useCall(scim.addDirectory, { refresh: [scim.directories, staff.tokens], onFault: (fault) => { if (chosen) second.ask(fault, { kind: 'add-directory', name, roleId: chosen }) }, onDone: (made) => onMade(made.token) })
  return (
    <Dialog title={t('staff.directories.add')} isOpen onOpenChange={onClose} closeLabel={t('console.close')}>
      <Form onSubmit={() => { if (chosen) add.mutate({ body: { name, roleId: chosen } }) }} faults={add.fieldFaults} fault={add.error?.code === 'staff.needs-second-person' ? undefined : add.faultText}>
        <TextField name="name" value={name} onChange={setName} label={t('staff.name')} description={t('staff.directories.name-how')} isRequired autoFocus />
        <Select label={t('staff.directories.role')} description={t('staff.directories.role-how')} options={roleOptions(t, roles)} value={chosen} onChange={setRoleId} error={add.fieldFaults?.['roleId']} />
        <Actions><Button onPress={onClose}>{t('staff.cancel')}</Button><Button variant="primary" type="submit" busy={add.isPending}>{t('staff.directories.add')}</Button></Actions>
      </Form>
      {second.dialog}
    </Dialog>
  )
}

function OneDirectory({ directory, roles, teams, onToken }: { directory: DirectoryRow; roles: readonly RoleRow[]; teams: readonly TeamRow[]; onToken: (token: string) => void }): ReactElement {
  const t = useText()
  const client = useQueryClient()
  const [asks, setAsks] = useState(false)
  const second = useSecondPerson()
  const policy = useGet(staff.policy, {})
  const isSeparated = Boolean(policy.data?.separatedAt)
  // A field shows its own fault; somebody else's change is said and brought in.
  const onFault = (fault: CallFault) => {
    if (fault.code.endsWith('meanwhile') || fault.fields.length === 0) conflict(t, fault, () => void refresh(client, [scim.directories]))
    else toast.fault({ what: t(fault.fields[0]!.code) })
  }
  const asked = useRef<Proposed | null>(null)
  const orPropose = (fault: CallFault) => { if (!asked.current || !second.ask(fault, asked.current)) onFault(fault) }
  const saved = { refresh: [scim.directories], onFault: orPropose, onDone: () => { toast.ok(t('staff.saved')) } } as const
  const edit = useCall(scim.editDirectory, saved)
  const map = useCall(scim.mapGroup, saved)
  const renew = useCall(scim.renewDirectory, { refresh: [scim.directories, staff.tokens], onFault: orPropose, onDone: (made) => onToken(made.token) })
  const change = (roleId: string) => {
    asked.current = { kind: 'change-directory', directoryId: directory.id, version: directory.version, roleId }
    edit.mutate({ params: { id: directory.id }, body: { version: directory.version, roleId } })
  }
  const mapping = (group: DirectoryGroupRow): Extract<Proposed, { kind: 'map-group' }> => ({ kind: 'map-group', groupId: group.id, version: group.version, roleId: group.roleId, teamId: group.teamId })
  const give = (group: DirectoryGroupRow, given: Partial<Pick<DirectoryGroupRow, 'roleId' | 'teamId'>>) => {
    asked.current = { ...mapping(group), ...given }
    map.mutate({ params: { id: group.id }, body: { version: group.version, roleId: group.roleId, teamId: group.teamId, ...given } })
  }
  const unagreed = (what: Proposed) => <span className="inline-flex flex-wrap items-center gap-2"><Badge tone="soon">{t('staff.not-admitted')}</Badge><Button size="sm" onPress={() => second.propose(what)}>{t('staff.propose-do')}</Button></span>
  const orNothing = (id: string) => (id === NOTHING ? null : id)
  return (
    <Section title={directory.name}>
      <Facts facts={[
        { label: t('staff.providers.people'), value: <Num value={directory.people} /> },
        { label: t('staff.tokens.used'), value: directory.lastUsedAt ? <Time at={directory.lastUsedAt} /> : t('staff.tokens.never') },
      ]} />
      <div className="flex flex-wrap items-end gap-4">
        <Select className="min-w-60" label={t('staff.directories.role')} options={roleOptions(t, roles)} value={directory.roleId} onChange={change} />
        {isSeparated && !directory.roleAdmittedAt && unagreed({ kind: 'change-directory', directoryId: directory.id, version: directory.version, roleId: directory.roleId })}
        <Button onPress={() => setAsks(true)}>{t('staff.directories.renew')}</Button>
      </div>
      <p className="max-w-reading text-muted">{t('staff.directories.groups-what')}</p>
      <Table<DirectoryGroupRow>
        label={t('staff.directories.groups')} rows={directory.groups} rowId={(row) => row.id}
        empty={<p className="text-muted">{t('staff.directories.no-groups')}</p>}
        columns={[
          { id: 'name', title: t('staff.directories.group'), cell: (row) => <span className="wrap-anywhere">{row.displayName}</span> },
          { id: 'members', title: t('staff.providers.people'), align: 'end', cell: (row) => <Num value={row.members} />, priority: 3 },
          { id: 'role', title: t('staff.role'), cell: (row) => <span className="flex flex-col gap-1"><Select isLabelHidden label={t('staff.directories.role-of', { group: row.displayName })} value={row.roleId ?? NOTHING} onChange={(id) => give(row, { roleId: orNothing(id) })} options={[{ id: NOTHING, label: t('staff.directories.nothing') }, ...roleOptions(t, roles)]} />{isSeparated && row.roleId !== null && !row.roleAdmittedAt && unagreed(mapping(row))}</span> },
          { id: 'team', title: t('staff.directories.team'), cell: (row) => <Select isLabelHidden label={t('staff.directories.team-of', { group: row.displayName })} value={row.teamId ?? NOTHING} onChange={(id) => give(row, { teamId: orNothing(id) })} options={[{ id: NOTHING, label: t('staff.directories.nothing') }, ...teams.map((team) => ({ id: team.id, label: team.name }))]} /> },
        ]}
      />
      {second.dialog}
      <AlertDialog isOpen={asks} onOpenChange={setAsks} title={t('staff.directories.renew-ask', { name: directory.name })} confirmLabel={t('staff.directories.renew')} cancelLabel={t('staff.cancel')} onConfirm={() => { asked.current = { kind: 'renew-directory', directoryId: directory.id }; return renew.mutateAsync({ params: { id: directory.id }, body: {} }).then(() => undefined, () => undefined).then(() => setAsks(false)) }}>{t('staff.directories.renew-means')}</AlertDialog>
    </Section>
  )
}
