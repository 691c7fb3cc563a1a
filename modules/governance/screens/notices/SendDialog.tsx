import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../../apps/console/api.ts'
import { useMay, useSession } from '../../../../apps/console/session.tsx'
import { useText } from '../../../../apps/console/text.tsx'
import { Actions, Button, Dialog, Form, MultiSelect, TextArea, TextField, toast, useNow } from '../../../../ui/index.ts'
import { requests } from '../../../requests/contract.ts'
import { staff } from '../../../staff/contract.ts'
import { notices } from '../../notices/contract.ts'
import { localInput } from '../local-time.ts'

const HOUR_MS = 3_600_000

/** A notice, or a hand-over of one's open requests, to people, teams and roles. */
export function SendDialog({ kind, onClose }: { kind: 'notice' | 'hand-over'; onClose: () => void }): ReactElement {
  const t = useText()
  const may = useMay()
  const now = useNow()
  const { person } = useSession()
  const isHandOver = kind === 'hand-over'
  const mayLook = may('staff.read')
  const people = useGet(staff.people, { query: { disabled: 'false', limit: 200 } }, { staleSeconds: 300, isEnabled: mayLook })
  const teams = useGet(staff.teams, { query: { archived: 'false' } }, { staleSeconds: 300, isEnabled: mayLook })
  const roles = useGet(staff.roles, {}, { staleSeconds: 300, isEnabled: mayLook && !isHandOver })
  const mine = useGet(requests.counts, {}, { isEnabled: isHandOver && may('requests.read') })
  const [personIds, setPersonIds] = useState<string[]>([])
  const [teamIds, setTeamIds] = useState<string[]>([])
  const [roleIds, setRoleIds] = useState<string[]>([])
  const done = { refresh: [notices.sentNotices], onFault: () => undefined, onDone: ({ recipients }: { recipients: number }) => { toast.ok(t('governance.notices.sent-to', { count: recipients })); onClose() } }
  const send = useCall(notices.sendNotice, done)
  const handOver = useCall(notices.sendHandOver, done)
  const made = isHandOver ? handOver : send
  const submit = (values: FormData) => {
    const due = new Date(String(values.get('dueAt')))
    const body = { title: String(values.get('title')), text: String(values.get('text')), dueAt: Number.isNaN(due.getTime()) ? '' : due.toISOString(), personIds, teamIds }
    if (isHandOver) handOver.mutate({ body })
    else send.mutate({ body: { ...body, roleIds } })
  }
  const near = person && person.scope !== 'all' ? new Set(person.teams.map((team) => team.id)) : null
  const choices = (people.data?.rows ?? []).filter((one) => one.id !== person?.id && (!near || one.teamIds.some((id) => near.has(id)))).map((one) => ({ id: one.id, label: one.name }))
  const find = { placeholder: t('governance.notices.find'), emptyText: t('governance.notices.nobody-fits') }
  return (
    <Dialog title={t(isHandOver ? 'governance.notices.hand-over' : 'governance.notices.send')} isOpen onOpenChange={onClose} closeLabel={t('console.close')}>
      <Form onSubmit={submit} faults={made.fieldFaults} fault={made.faultText}>
        {isHandOver && <p className="max-w-reading text-muted">{t('governance.notices.hand-over-means', { count: mine.data?.views['mine'] ?? 0 })}</p>}
        <MultiSelect label={t('governance.notices.people')} options={choices} value={personIds} onChange={setPersonIds} error={made.fieldFaults?.['personIds']} {...find} />
        <MultiSelect label={t('governance.notices.teams')} options={(teams.data?.rows ?? []).filter((one) => !near || near.has(one.id)).map((one) => ({ id: one.id, label: one.name }))} value={teamIds} onChange={setTeamIds} error={made.fieldFaults?.['teamIds']} {...find} />
        {!isHandOver && near === null && <MultiSelect label={t('governance.notices.roles')} options={(roles.data?.rows ?? []).map((one) => ({ id: one.id, label: one.name ?? t(`staff.role.${one.key}`) }))} value={roleIds} onChange={setRoleIds} error={made.fieldFaults?.['roleIds']} {...find} />}
        <TextField name="title" label={t('governance.notices.title')} isRequired {...(isHandOver && person ? { defaultValue: t('governance.notices.shift', { name: person.name }) } : {})} />
        <TextArea name="text" label={t('governance.notices.text')} rows={5} isRequired />
        <TextField name="dueAt" type="datetime-local" label={t('governance.notices.due')} isRequired defaultValue={localInput(now + (isHandOver ? HOUR_MS : 24 * HOUR_MS))} />
        <Actions><Button onPress={onClose}>{t('governance.cancel')}</Button><Button variant="primary" type="submit" busy={made.isPending}>{t(isHandOver ? 'governance.notices.hand-over' : 'governance.notices.send')}</Button></Actions>
      </Form>
    </Dialog>
  )
}
