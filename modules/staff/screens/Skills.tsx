import { useState, type ReactElement } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { refresh, useCall, useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, Badge, Button, Dialog, EmptyState, Form, Num, Table, TextField, toast } from '../../../ui/index.ts'
import { staff, type SkillRow } from '../contract.ts'
import { PeopleFrame, useRefusal } from './PeopleFrame.tsx'
import { conflict } from './words.ts'

export default function Skills(): ReactElement {
  const t = useText()
  const client = useQueryClient()
  const refusal = useRefusal('staff.configure')
  const skills = useGet(staff.skills, {})
  const [open, setOpen] = useState<SkillRow | 'new' | null>(null)
  const edit = useCall(staff.editSkill, { refresh: [staff.skills], onFault: (fault) => conflict(t, fault, () => { void refresh(client, [staff.skills]) }) })
  const add = <Button variant="primary" reason={refusal} onPress={() => setOpen('new')}>{t('staff.skills.make')}</Button>
  return (
    <PeopleFrame here="skills" title={t('staff.part.skills')} lead={t('staff.skills.lead')} actions={add} width="reading">
      <Loaded of={skills}>
        {({ rows }) => (
          <Table<SkillRow>
            label={t('staff.part.skills')} rows={rows} rowId={(row) => row.id} onOpen={(row) => { if (refusal === undefined) setOpen(row) }}
            empty={<EmptyState title={t('staff.skills.none')} action={add} exampleLabel={t('staff.example')} example={t('staff.skills.example')}>{t('staff.skills.none-next')}</EmptyState>}
            columns={[
              { id: 'name', title: t('staff.name'), cell: (row) => <>{row.name} {row.archivedAt && <Badge>{t('staff.archived')}</Badge>}</> },
              { id: 'key', title: t('staff.key'), cell: (row) => <code className="font-mono text-sm">{row.key}</code> },
              { id: 'people', title: t('staff.part.people'), align: 'end', cell: (row) => <Num value={row.people} /> },
              { id: 'act', title: t('staff.action'), align: 'end', cell: (row) => <Button size="sm" variant="quiet" reason={refusal} onPress={() => edit.mutate({ params: { id: row.id }, body: { archived: row.archivedAt === null, version: row.version } })}>{t(row.archivedAt ? 'staff.bring-back' : 'staff.archive')}</Button> },
            ]}
          />
        )}
      </Loaded>
      {open !== null && <SkillDialog skill={open === 'new' ? null : open} onClose={() => setOpen(null)} />}
    </PeopleFrame>
  )
}

/** A key out of Latin words; what was written in Chinese gets a key by hand. */
export const keyOf = (name: string): string => name.toLowerCase().normalize('NFKD').replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^[-0-9]+|-+$/g, '').slice(0, 40)

function SkillDialog({ skill, onClose }: { skill: SkillRow | null; onClose: () => void }): ReactElement {
  const t = useText()
  const [name, setName] = useState(skill?.name ?? '')
  const [key, setKey] = useState<string | null>(null)
  const done = () => { toast.ok(t('staff.saved')); onClose() }
  const add = useCall(staff.addSkill, { refresh: [staff.skills], onFault: () => undefined, onDone: done })
  const edit = useCall(staff.editSkill, { refresh: [staff.skills], onFault: () => undefined, onDone: done })
  const call = skill ? edit : add
  const submit = () => {
    if (skill) edit.mutate({ params: { id: skill.id }, body: { name, version: skill.version } })
    else add.mutate({ body: { name, key: key ?? keyOf(name) } })
  }
  return (
    <Dialog title={t(skill ? 'staff.skills.change' : 'staff.skills.make')} isOpen onOpenChange={onClose} size="sm">
      <Form onSubmit={submit} faults={call.fieldFaults} fault={call.faultText}>
        <TextField label={t('staff.name')} value={name} onChange={setName} isRequired autoFocus error={call.fieldFaults?.['name']} />
        {!skill && <TextField label={t('staff.key')} value={key ?? keyOf(name)} onChange={setKey} description={t('staff.key-how')} isRequired error={call.fieldFaults?.['key'] === undefined ? undefined : t('staff.key-how')} />}
        <Actions><Button onPress={onClose}>{t('staff.cancel')}</Button><Button variant="primary" type="submit" busy={call.isPending}>{t('staff.save')}</Button></Actions>
      </Form>
    </Dialog>
  )
}
