import { useState, type ReactElement } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { refresh, useCall, useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useSearchState } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, AlertDialog, Button, ComboBox, Drawer, EmptyState, Form, Link, Num, Select, Table, TextField, toast } from '../../../ui/index.ts'
import { staff, type PersonRow, type TeamRow } from '../contract.ts'
import { PeopleFrame, useRefusal } from './PeopleFrame.tsx'
import { conflict } from './words.ts'

export default function Teams(): ReactElement {
  const t = useText()
  const refusal = useRefusal('staff.configure')
  const [search, setSearch] = useSearchState<'team'>()
  const teams = useGet(staff.teams, { query: {} }, { live: ['staff.team'] })
  const people = useGet(staff.people, { query: { disabled: 'false', limit: 200 } })
  const calendars = useGet(staff.calendars, {})
  const add = <Button variant="primary" reason={refusal} onPress={() => setSearch({ team: 'new' }, true)}>{t('staff.teams.make')}</Button>
  const name = (id: string | null) => people.data?.rows.find((person) => person.id === id)?.name ?? '–'
  return (
    <PeopleFrame here="teams" title={t('staff.part.teams')} lead={t('staff.teams.lead')} actions={add}>
      <Loaded of={teams}>
        {({ rows }) => (
          <>
            <Table<TeamRow>
              label={t('staff.part.teams')} rows={rows} rowId={(row) => row.id} onOpen={(row) => setSearch({ team: row.id }, true)}
              empty={<EmptyState title={t('staff.teams.empty')} action={add} exampleLabel={t('staff.example')} example={t('staff.teams.example')}>{t('staff.teams.empty-next')}</EmptyState>}
              columns={[
                { id: 'name', title: t('staff.name'), cell: (row) => row.name },
                { id: 'people', title: t('staff.teams.members'), align: 'end', cell: (row) => <Num value={row.memberIds.length} href={paths.people({ team: row.id })} /> },
                { id: 'lead', title: t('staff.teams.leader'), cell: (row) => name(row.leadId) },
                { id: 'region', title: t('staff.teams.region'), cell: (row) => row.region ?? '–', priority: 3 },
                { id: 'calendar', title: t('staff.calendar'), cell: (row) => calendars.data?.rows.find((one) => one.id === row.calendarId)?.name ?? t('staff.calendar-of-house'), priority: 3 },
              ]}
            />
            <TeamDrawer key={search.team ?? ''} team={rows.find((row) => row.id === search.team) ?? null} isOpen={search.team === 'new' || rows.some((row) => row.id === search.team)} onClose={() => setSearch({ team: null })} people={people.data?.rows ?? []} />
          </>
        )}
      </Loaded>
    </PeopleFrame>
  )
}

function TeamDrawer({ team, isOpen, onClose, people }: { team: TeamRow | null; isOpen: boolean; onClose: () => void; people: readonly PersonRow[] }): ReactElement {
  const t = useText()
  const client = useQueryClient()
  const refusal = useRefusal('staff.configure')
  const calendars = useGet(staff.calendars, {}, { isEnabled: isOpen })
  const [draft, setDraft] = useState({ name: team?.name ?? '', region: team?.region ?? '', calendarId: team?.calendarId ?? null, leadId: team?.leadId ?? null })
  const [asks, setAsks] = useState(false)
  const again = [staff.teams, staff.people]
  const create = useCall(staff.createTeam, { refresh: again, onFault: () => undefined, onDone: () => { toast.ok(t('staff.saved')); onClose() } })
  const edit = useCall(staff.editTeam, { refresh: again, onFault: (fault) => { if (fault.code.endsWith('meanwhile')) conflict(t, fault, () => { void refresh(client, again); onClose() }) }, onDone: () => { toast.ok(t('staff.saved')); onClose() } })
  const call = team ? edit : create
  const submit = () => {
    const body = { name: draft.name, region: draft.region.trim() || null, calendarId: draft.calendarId, leadId: draft.leadId }
    if (team) edit.mutate({ params: { id: team.id }, body: { ...body, version: team.version } })
    else create.mutate({ body })
  }
  const set = (change: Partial<typeof draft>) => setDraft({ ...draft, ...change })
  return (
    <Drawer title={team?.name ?? t('staff.teams.make')} isOpen={isOpen} onOpenChange={(open) => { if (!open) onClose() }} closeLabel={t('console.close')}>
      <div className="flex flex-col gap-6">
        <Form onSubmit={submit} faults={call.fieldFaults} fault={call.error?.code.endsWith('meanwhile') ? undefined : call.faultText}>
          <TextField label={t('staff.name')} value={draft.name} onChange={(name) => set({ name })} isRequired autoFocus={team === null} error={call.fieldFaults?.['name']} />
          <Select label={t('staff.calendar')} options={[{ id: 'default', label: t('staff.calendar-of-house') }, ...(calendars.data?.rows ?? []).map((one) => ({ id: one.id, label: one.name }))]} value={draft.calendarId ?? 'default'} onChange={(id) => set({ calendarId: id === 'default' ? null : id })} />
          <ComboBox label={t('staff.teams.leader')} options={people.map((person) => ({ id: person.id, label: person.name }))} value={draft.leadId} onChange={(leadId) => set({ leadId })} emptyText={t('staff.none-fits')} />
          <TextField label={t('staff.teams.region')} value={draft.region} onChange={(region) => set({ region })} description={t('staff.teams.region-how')} error={call.fieldFaults?.['region']} />
          <Actions>
            {team && <Button variant="danger" reason={refusal} onPress={() => setAsks(true)}>{t('staff.teams.archive')}</Button>}
            <Button variant="primary" type="submit" busy={call.isPending} reason={refusal}>{t('staff.save')}</Button>
          </Actions>
        </Form>
        {team && <Members team={team} people={people} refusal={refusal} />}
      </div>
      {team && <AlertDialog isOpen={asks} onOpenChange={setAsks} title={t('staff.teams.archive-ask', { name: team.name })} confirmLabel={t('staff.teams.archive')} cancelLabel={t('staff.cancel')} isDangerous onConfirm={() => edit.mutateAsync({ params: { id: team.id }, body: { archived: true, version: team.version } }).then(() => undefined)}>{t('staff.teams.archive-means')}</AlertDialog>}
    </Drawer>
  )
}

function Members({ team, people, refusal }: { team: TeamRow; people: readonly PersonRow[]; refusal: string | undefined }): ReactElement {
  const t = useText()
  const again = { refresh: [staff.teams, staff.people] }
  const add = useCall(staff.addMember, again)
  const remove = useCall(staff.removeMember, again)
  const members = people.filter((person) => team.memberIds.includes(person.id))
  const others = people.filter((person) => !team.memberIds.includes(person.id))
  return (
    <section className="flex flex-col gap-2">
      <h3 className="font-bold">{t('staff.teams.members')}</h3>
      {members.length === 0 && <p className="text-muted">{t('staff.teams.no-members')}</p>}
      <ul>
        {members.map((person) => (
          <li key={person.id} className="flex items-center gap-2 border-b border-line py-1">
            <Link href={paths.person({ id: person.id })} variant="quiet" className="min-w-0 flex-1 truncate">{person.name}</Link>
            <Button size="sm" variant="quiet" reason={refusal} onPress={() => remove.mutate({ params: { id: team.id, personId: person.id } })} aria-label={t('staff.teams.take-out-name', { name: person.name })}>{t('staff.teams.take-out')}</Button>
          </li>
        ))}
      </ul>
      {refusal === undefined && others.length > 0 && <ComboBox key={members.length} label={t('staff.teams.add-member')} options={others.map((person) => ({ id: person.id, label: person.name, description: person.login }))} emptyText={t('staff.none-fits')} onChange={(id) => { if (id !== null) add.mutate({ params: { id: team.id, personId: id } }) }} />}
    </section>
  )
}
