import { useRef, useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useText } from '../../../apps/console/text.tsx'
import { useGo } from '../../../apps/console/location.ts'
import { Actions, Button, CopyField, Dialog, Form, MultiSelect, Select, TextField, Time } from '../../../ui/index.ts'
import { staff, type LinkRow, type TeamRow } from '../contract.ts'
import { useSecondPerson } from './SecondPerson.tsx'
import { roleName } from './words.ts'

/** Adds a person; the answer is a link that is shown this once and handed over by whatever way the company trusts. */
export function Invite({ teams, onClose }: { teams: readonly TeamRow[]; onClose: () => void }): ReactElement {
  const t = useText()
  const go = useGo()
  const roles = useGet(staff.roles, {})
  const [made, setMade] = useState<{ id: string; link: LinkRow } | null>(null)
  const [roleId, setRoleId] = useState<string | null>(null)
  const [teamIds, setTeamIds] = useState<string[]>([])
  const second = useSecondPerson(onClose)
  const asked = useRef<{ name: string; login: string; roleId: string; teamIds: string[] } | null>(null)
  const usual = roles.data?.rows.find((role) => role.key === 'agent') ?? roles.data?.rows[0]
  const create = useCall(staff.createPerson, { refresh: [staff.people, staff.teams, staff.roles], onFault: (fault) => { if (asked.current) second.ask(fault, { kind: 'add-person', ...asked.current }) }, onDone: ({ person, invitation }) => setMade({ id: person.id, link: invitation }) })
  const submit = (values: FormData) => {
    const role = roleId ?? usual?.id
    if (role === undefined) return
    asked.current = { name: String(values.get('name')), login: String(values.get('login')).trim(), roleId: role, teamIds }
    create.mutate({ body: asked.current })
  }
  if (made) {
    return (
      <Dialog title={t('staff.invited')} isOpen onOpenChange={onClose} actions={(close) => <><Button onPress={() => go(paths.person({ id: made.id }))}>{t('staff.invited.open')}</Button><Button variant="primary" onPress={close}>{t('staff.done')}</Button></>}>
        <LinkOnce link={made.link} />
      </Dialog>
    )
  }
  return (
    <Dialog title={t('staff.people.invite')} isOpen onOpenChange={onClose} closeLabel={t('console.close')}>
      <Form onSubmit={submit} faults={create.fieldFaults} fault={create.error?.code === 'staff.needs-second-person' ? undefined : create.faultText}>
        <TextField name="name" label={t('staff.person-name')} isRequired autoFocus autoComplete="off" />
        <TextField name="login" type="email" label={t('staff.sign-in.login')} isRequired autoComplete="off" />
        <Select label={t('staff.role')} options={(roles.data?.rows ?? []).map((role) => ({ id: role.id, label: roleName(t, role) }))} value={roleId ?? usual?.id ?? null} onChange={setRoleId} error={create.fieldFaults?.['roleId']} />
        {teams.length > 0 && <MultiSelect label={t('staff.teams')} options={teams.map((team) => ({ id: team.id, label: team.name }))} value={teamIds} onChange={setTeamIds} />}
        <Actions><Button onPress={onClose}>{t('staff.cancel')}</Button><Button variant="primary" type="submit" busy={create.isPending}>{t('staff.people.make-link')}</Button></Actions>
      </Form>
      {second.dialog}
    </Dialog>
  )
}

/** A single-use link, with until when it works. */
export function LinkOnce({ link }: { link: LinkRow }): ReactElement {
  const t = useText()
  return (
    <div className="flex flex-col gap-3">
      <p className="max-w-reading">{t('staff.link-once')}</p>
      <CopyField label={t('staff.link')} text={link.url} copyLabel={t('staff.copy')} copiedLabel={t('staff.copied')} />
      <p className="text-sm text-faint">{t('staff.link-until')} <Time at={link.expiresAt} isExact /></p>
    </div>
  )
}
