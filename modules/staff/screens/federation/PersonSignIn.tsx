import { useRef, useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../../apps/console/api.ts'
import { Loaded } from '../../../../apps/console/Loaded.tsx'
import { useMay } from '../../../../apps/console/session.tsx'
import { useText } from '../../../../apps/console/text.tsx'
import { AlertDialog, Badge, Button, Section, Select, Table, Time, toast } from '../../../../ui/index.ts'
import { isHandOut, federation, type IdentityRow } from '../../federation/contract.ts'
import { staff, type PersonRow } from '../../contract.ts'
import { scim } from '../../scim/contract.ts'
import { useSecondPerson } from '../SecondPerson.tsx'

/** For administrators: by which accounts somebody comes in, and which directory takes care of them. */
export function PersonSignIn({ person }: { person: PersonRow }): ReactElement | null {
  const may = useMay()
  return may('access.grant') ? <Ways person={person} /> : null
}

const NOBODY = 'nobody'
function Ways({ person }: { person: PersonRow }): ReactElement | null {
  const t = useText()
  const ways = useGet(federation.personSignIn, { params: { id: person.id } }, { live: ['staff.'] })
  const directories = useGet(scim.directories, {})
  const roles = useGet(staff.roles, {})
  const [removing, setRemoving] = useState<IdentityRow | null>(null)
  const refresh = [federation.personSignIn, scim.directories]
  const remove = useCall(federation.removePersonIdentity, { refresh, onDone: () => setRemoving(null) })
  const done = { refresh, onDone: () => { toast.ok(t('staff.saved')) } }
  const second = useSecondPerson()
  const asked = useRef('')
  const handOver = useCall(scim.handOver, { ...done, onFault: (fault) => { if (!second.ask(fault, { kind: 'hand-over', directoryId: asked.current, personId: person.id })) toast.fault({ what: t(fault.code, fault.args) }) } })
  const give = (id: string) => { asked.current = id; handOver.mutate({ params: { id, personId: person.id } }) }
  const takeBack = useCall(scim.takeBack, done)
  const rows = directories.data?.rows ?? []
  if (!ways.data || (ways.data.identities.length === 0 && rows.length === 0)) return null
  const mayGo = roles.data?.rows.some((role) => role.id === person.roleId && isHandOut(role)) ?? false
  return (
    <Section title={t('staff.person-sign-in')}>
      <Loaded of={ways} rows={1}>
        {({ identities, directory }) => (
          <>
            {identities.length > 0 && (
              <Table<IdentityRow>
                label={t('staff.identities')} rows={identities} rowId={(row) => row.id}
                columns={[
                  { id: 'provider', title: t('staff.providers.one'), cell: (row) => <span className="inline-flex flex-wrap items-center gap-2">{row.provider}<Badge>{t(`staff.providers.kind.${row.kind}`)}</Badge></span> },
                  { id: 'account', title: t('staff.identities.account'), cell: (row) => <span className="wrap-anywhere">{row.account}</span> },
                  { id: 'used', title: t('staff.identities.used'), cell: (row) => row.lastUsedAt ? <Time at={row.lastUsedAt} /> : t('staff.tokens.never'), priority: 3 },
                  { id: 'end', title: t('staff.action'), align: 'end', cell: (row) => <Button size="sm" variant="quiet" onPress={() => setRemoving(row)}>{t('staff.identities.remove')}</Button> },
                ]}
              />
            )}
            {rows.length > 0 && (
              <Select
                className="max-w-80" label={t('staff.directories.carer')} description={t(mayGo || directory ? 'staff.directories.carer-means' : 'staff.scim.stronger')} isDisabled={!mayGo && !directory} value={directory?.id ?? NOBODY}
                options={[{ id: NOBODY, label: t('staff.directories.carer-nobody') }, ...rows.map((row) => ({ id: row.id, label: row.name }))]}
                onChange={(id) => {
                  if (directory) takeBack.mutate({ params: { id: directory.id, personId: person.id } }, { onSuccess: () => { if (id !== NOBODY) give(id) } })
                  else if (id !== NOBODY) give(id)
                }}
              />
            )}
          </>
        )}
      </Loaded>
      {second.dialog}
      <AlertDialog isOpen={removing !== null} onOpenChange={() => setRemoving(null)} title={t('staff.identities.remove-ask', { account: removing?.account ?? '' })} confirmLabel={t('staff.identities.remove')} cancelLabel={t('staff.cancel')} isDangerous onConfirm={() => removing ? remove.mutateAsync({ params: { id: person.id, identityId: removing.id } }).then(() => undefined) : undefined}>{t('staff.person-sign-in.remove-means')}</AlertDialog>
    </Section>
  )
}
