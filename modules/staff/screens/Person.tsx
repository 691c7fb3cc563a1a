import { useEffect, useState, type ReactElement } from 'react'
import { refresh, useCall, useGet, type CallFault } from '../../../apps/console/api.ts'
import { useQueryClient } from '@tanstack/react-query'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useParam } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useSession } from '../../../apps/console/session.tsx'
import { languages, useText } from '../../../apps/console/text.tsx'
import { Actions, AlertDialog, Avatar, Badge, Button, Dialog, Form, Link, MultiSelect, NumberField, Section, Select, TextField, Time, toast } from '../../../ui/index.ts'
import { staff, type CalendarRow, type LinkRow, type PersonRow, type RoleRow, type TeamRow } from '../contract.ts'
import { LinkOnce } from './Invite.tsx'
import { PersonSignIn } from './federation/PersonSignIn.tsx'
import { PeopleFrame, useRefusal } from './PeopleFrame.tsx'
import { PersonSkills } from './PersonSkills.tsx'
import { useSecondPerson } from './SecondPerson.tsx'
import { channelNames, conflict, roleName } from './words.ts'
import { ZoneField } from './ZoneField.tsx'

export default function PersonPage(): ReactElement {
  const id = useParam('id')
  const t = useText()
  const person = useGet(staff.person, { params: { id } }, { live: (event) => event.type.startsWith('staff.') && event.subject === id })
  const roles = useGet(staff.roles, {})
  const teams = useGet(staff.teams, { query: {} })
  const calendars = useGet(staff.calendars, {})
  return (
    <PeopleFrame here="people" title={person.data?.name ?? t('staff.person')} width="reading" lead={<Link href={paths.people()}>{t('staff.back-to-people')}</Link>} {...(person.data ? { actions: <PersonActions person={person.data} /> } : {})}>
      <Loaded of={person}>
        {(row) => (
          <>
            <Summary person={row} />
            <Loaded of={roles}>{(role) => <Loaded of={calendars}>{(calendar) => <Editor person={row} roles={role.rows} calendars={calendar.rows} />}</Loaded>}</Loaded>
            <Section title={t('staff.teams')}><Loaded of={teams} rows={1}>{(team) => <Teams person={row} teams={team.rows} />}</Loaded></Section>
            <Section title={t('staff.skills')}><PersonSkills person={row} /></Section>
            <PersonSignIn person={row} />
          </>
        )}
      </Loaded>
    </PeopleFrame>
  )
}

function Summary({ person }: { person: PersonRow }): ReactElement {
  const t = useText()
  return (
    <p className="flex flex-wrap items-center gap-2">
      <Avatar name={person.name} size="lg" isDecorative />
      <Badge tone={person.presence === 'online' ? 'ok' : person.presence === 'away' ? 'soon' : 'plain'}>{t(`console.presence.${person.presence}`)}</Badge>
      {person.disabledAt && <Badge tone="late">{t('staff.people.disabled')}</Badge>}
      {!person.hasPassword && !person.disabledAt && <Badge tone="soon">{t('staff.people.invited')}</Badge>}
      {person.hasTotp && <Badge>{t('staff.totp-active')}</Badge>}
      {person.passkeys > 0 && <Badge>{t('staff.passkeys')}</Badge>}
      <span className="text-sm text-faint">{t('staff.since')} <Time at={person.createdAt} /></span>
      {person.lastSeenAt && <span className="text-sm text-faint">{t('staff.last-seen')} <Time at={person.lastSeenAt} /></span>}
    </p>
  )
}

function PersonActions({ person }: { person: PersonRow }): ReactElement {
  const t = useText()
  const client = useQueryClient()
  const { person: me } = useSession()
  const refusal = useRefusal('access.grant')
  const second = useSecondPerson()
  const [link, setLink] = useState<LinkRow | null>(null)
  const [asks, setAsks] = useState<'disable' | 'codes' | null>(null)
  const again = [staff.person, staff.people]
  const invite = useCall(staff.invite, { onFault: (fault) => { if (!second.ask(fault, { kind: 'sign-in-link', personId: person.id })) tell(fault) }, onDone: setLink })
  const disable = useCall(staff.disablePerson, { refresh: again, onFault: (fault) => { if (!second.ask(fault, { kind: 'enable-person', personId: person.id })) conflict(t, fault, () => { void refresh(client, again) }) } })
  const resetTotp = useCall(staff.resetTotp, { refresh: again, onFault: (fault) => { if (!second.ask(fault, { kind: 'reset-second-factor', personId: person.id })) tell(fault) }, onDone: () => toast.ok(t('staff.totp-reset-done')) })
  const endAll = useCall(staff.endSessions, { onDone: () => toast.ok(t('staff.sessions-ended')) })
  const tell = (fault: CallFault) => toast.fault({ what: t(fault.code, fault.args) })
  const params = { id: person.id }
  const isDisabled = person.disabledAt !== null
  return (
    <>
      <Button reason={refusal ?? (isDisabled ? t('staff.person-disabled') : undefined)} busy={invite.isPending} onPress={() => invite.mutate({ params })}>{t('staff.new-link')}</Button>
      {(person.hasTotp || person.passkeys > 0) && <Button reason={refusal} onPress={() => setAsks('codes')}>{t('staff.totp-reset')}</Button>}
      {!isDisabled && <Button reason={refusal} busy={endAll.isPending} onPress={() => endAll.mutate({ params })}>{t('staff.sessions-end-all')}</Button>}
      {isDisabled
        ? <Button reason={refusal} busy={disable.isPending} onPress={() => disable.mutate({ params, body: { disabled: false, version: person.version } })}>{t('staff.enable')}</Button>
        : <Button variant="danger" reason={refusal ?? (me?.id === person.id ? t('staff.not-yourself') : undefined)} onPress={() => setAsks('disable')}>{t('staff.disable')}</Button>}
      {second.dialog}
      <Dialog title={t('staff.new-link')} isOpen={link !== null} onOpenChange={() => setLink(null)} actions={(close) => <Button variant="primary" onPress={close}>{t('staff.done')}</Button>}>{link && <LinkOnce link={link} />}</Dialog>
      <AlertDialog isOpen={asks === 'disable'} onOpenChange={() => setAsks(null)} title={t('staff.disable-ask', { name: person.name })} confirmLabel={t('staff.disable')} cancelLabel={t('staff.cancel')} isDangerous onConfirm={() => disable.mutateAsync({ params, body: { disabled: true, version: person.version } }).then(() => setAsks(null))}>{t('staff.disable-means')}</AlertDialog>
      <AlertDialog isOpen={asks === 'codes'} onOpenChange={() => setAsks(null)} title={t('staff.totp-reset')} confirmLabel={t('staff.totp-reset')} cancelLabel={t('staff.cancel')} isDangerous onConfirm={() => resetTotp.mutateAsync({ params }).then(() => undefined, () => undefined).then(() => setAsks(null))}>{t('staff.totp-reset-means', { name: person.name })}</AlertDialog>
    </>
  )
}

const words = (text: string): string[] => text.split(/[\s,，、;；]+/).filter(Boolean)

type Draft = Pick<PersonRow, 'name' | 'login' | 'roleId' | 'locale' | 'zone' | 'capacity' | 'calendarId'> & { languages: string; regions: string }
const draftOf = (person: PersonRow): Draft => ({ name: person.name, login: person.login, roleId: person.roleId, locale: person.locale, zone: person.zone, capacity: person.capacity, calendarId: person.calendarId, languages: person.languages.join(', '), regions: person.regions.join(', ') })

function Editor({ person, roles, calendars }: { person: PersonRow; roles: readonly RoleRow[]; calendars: readonly CalendarRow[] }): ReactElement {
  const t = useText()
  const client = useQueryClient()
  const work = useRefusal('staff.configure')
  const access = useRefusal('access.grant')
  const second = useSecondPerson(() => setDraft(draftOf(base)))
  const [draft, setDraft] = useState(() => draftOf(person))
  const [base, setBase] = useState(person)
  const isChanged = JSON.stringify(draft) !== JSON.stringify(draftOf(base))
  // What others changed meanwhile comes in while nothing is typed; typed things wait for the conflict to be told.
  useEffect(() => { if (!isChanged && person.version !== base.version) { setBase(person); setDraft(draftOf(person)) } }, [person, base, isChanged])
  const reload = () => { void refresh(client, [staff.person]).then(() => setBase(person)) }
  // Who looks after access gives roles; who looks after the work gives hours and hands. One may be both.
  const grants = { ...(draft.roleId !== base.roleId ? { roleId: draft.roleId } : {}), ...(draft.login !== base.login ? { login: draft.login } : {}) }
  const isGrant = Object.keys(grants).length > 0
  const onDone = (row: PersonRow) => { setBase(row); setDraft(draftOf(row)); toast.ok(t('staff.saved')) }
  const give = useCall(staff.giveRole, { refresh: [staff.people, staff.person], onFault: (fault) => { if (!second.ask(fault, { kind: 'change-person', personId: person.id, ...grants })) conflict(t, fault, () => { setDraft(draftOf(base)); reload() }) }, onDone })
  const save = useCall(staff.editPerson, {
    refresh: [staff.people, staff.person], onFault: (fault) => second.ask(fault, { kind: 'change-person', personId: person.id, ...grants }) || conflict(t, fault, () => { setDraft(draftOf(base)); reload() }),
    onDone,
  })
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change })
  const submit = () => {
    const { roleId: _, login: __, ...rest } = draft
    if (work !== undefined) give.mutate({ params: { id: person.id }, body: { roleId: draft.roleId, version: base.version } })
    else save.mutate({ params: { id: person.id }, body: { ...rest, ...grants, languages: words(draft.languages), regions: words(draft.regions), version: base.version } })
  }
  const refusal = isGrant ? (access ?? (work !== undefined && draft.login !== base.login ? work : undefined)) : work
  const fields = save.fieldFaults ?? {}
  return (
    <Form columns={2} onSubmit={submit} faults={save.fieldFaults} fault={save.error && !save.error.code.endsWith('meanwhile') && save.error.code !== 'staff.needs-second-person' ? save.faultText : undefined}>
      <TextField label={t('staff.person-name')} value={draft.name} onChange={(name) => set({ name })} error={fields['name']} />
      <TextField label={t('staff.sign-in.login')} type="email" value={draft.login} onChange={(login) => set({ login })} error={fields['login']} />
      <Select label={t('staff.role')} options={roles.map((role) => ({ id: role.id, label: roleName(t, role) }))} value={draft.roleId} onChange={(roleId) => set({ roleId })} error={fields['roleId']} />
      <Select label={t('staff.calendar')} options={[{ id: 'default', label: t('staff.calendar-of-team') }, ...calendars.map((one) => ({ id: one.id, label: one.name }))]} value={draft.calendarId ?? 'default'} onChange={(id) => set({ calendarId: id === 'default' ? null : id })} description={t('staff.calendar-person-why')} />
      <Select label={t('console.language')} options={languages} value={draft.locale} onChange={(id) => { const chosen = languages.find((one) => one.id === id); if (chosen) set({ locale: chosen.id }) }} />
      <ZoneField value={draft.zone} onChange={(zone) => set({ zone })} error={fields['zone']} />
      <TextField label={t('staff.languages')} value={draft.languages} onChange={(text) => set({ languages: text })} description={t('staff.languages-how')} error={Object.entries(fields).find(([path]) => path.startsWith('languages'))?.[1]} />
      <TextField label={t('staff.regions')} value={draft.regions} onChange={(text) => set({ regions: text })} description={t('staff.regions-how')} error={Object.entries(fields).find(([path]) => path.startsWith('regions'))?.[1]} />
      <fieldset className="col-span-full">
        <legend className="mb-1 text-sm font-bold text-muted">{t('staff.capacity')}</legend>
        <p className="mb-2 text-sm text-faint">{t('staff.capacity-means')}</p>
        <div className="grid grid-cols-2 gap-3 sm:grid-cols-3">
          {[...new Set([...channelNames, ...Object.keys(draft.capacity)])].map((channel) => (
            <NumberField key={channel} label={t(`staff.channel.${channel}`)} minValue={0} maxValue={1000} value={draft.capacity[channel] ?? 0} onChange={(count) => set({ capacity: { ...draft.capacity, [channel]: Number.isNaN(count) ? 0 : count } })} />
          ))}
        </div>
      </fieldset>
      <Actions>
        {isChanged && <Button variant="quiet" onPress={() => setDraft(draftOf(base))}>{t('staff.undo-changes')}</Button>}
        {second.dialog}
        <Button variant="primary" type="submit" busy={save.isPending || give.isPending} reason={refusal ?? (isChanged ? undefined : t('staff.nothing-changed'))}>{t('staff.save')}</Button>
      </Actions>
    </Form>
  )
}

function Teams({ person, teams }: { person: PersonRow; teams: readonly TeamRow[] }): ReactElement {
  const t = useText()
  const refusal = useRefusal('staff.configure')
  const again = { refresh: [staff.person, staff.people, staff.teams] }
  const add = useCall(staff.addMember, again)
  const remove = useCall(staff.removeMember, again)
  if (teams.length === 0) return <p className="text-muted">{t('staff.teams.none')} <Link href={paths.teams()}>{t('staff.teams.make')}</Link></p>
  if (refusal !== undefined) return <p>{person.teamIds.map((id) => teams.find((team) => team.id === id)?.name).join(t('staff.list-comma')) || '–'}</p>
  const change = (ids: string[]) => {
    for (const id of ids) if (!person.teamIds.includes(id)) add.mutate({ params: { id, personId: person.id } })
    for (const id of person.teamIds) if (!ids.includes(id)) remove.mutate({ params: { id, personId: person.id } })
  }
  return <MultiSelect label={t('staff.teams')} isLabelHidden options={teams.map((team) => ({ id: team.id, label: team.name }))} value={person.teamIds} onChange={change} placeholder={t('staff.teams.add')} />
}
