import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { useMay, useSession } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, Button, Dialog, Form, MultiSelect, TextField, toast } from '../../../ui/index.ts'
import { staff } from '../../staff/contract.ts'
import { savedReports, type Question, type SavedReport } from '../reports/contract.ts'

/** Gives a question a name and says with whom it is shared; with `report` it changes that one. */
export function SaveDialog({ question, report, onClose, onSaved }: { question: Question; report?: SavedReport; onClose: () => void; onSaved?: (report: SavedReport) => void }): ReactElement {
  const t = useText()
  const may = useMay()
  const { person } = useSession()
  const seesAll = person?.scope === 'all' && may('staff.read')
  const all = useGet(staff.teams, { query: {} }, { isEnabled: seesAll, staleSeconds: 300 })
  const roles = useGet(staff.roles, {}, { isEnabled: seesAll, staleSeconds: 300 })
  const [roleIds, setRoleIds] = useState((report?.roles ?? []).map((one) => one.id))
  const [teamIds, setTeamIds] = useState((report?.teams ?? []).map((one) => one.id))
  const done = { refresh: [savedReports.savedReports, savedReports.savedReport], onFault: () => undefined, onDone: (saved: SavedReport) => { toast.ok(t('insight.saved.saved')); onSaved?.(saved); onClose() } }
  const save = useCall(savedReports.saveReport, done)
  const change = useCall(savedReports.changeReport, done)
  const made = report ? change : save
  const submit = (values: FormData) => {
    const body = { name: String(values.get('name')), question, roleIds, teamIds }
    if (report) change.mutate({ params: { id: report.id }, body: { ...body, version: report.version } })
    else save.mutate({ body })
  }
  const find = { placeholder: t('insight.saved.find'), emptyText: t('insight.saved.nobody-fits') }
  const teams = seesAll ? (all.data?.rows ?? []) : (person?.teams ?? [])
  return (
    <Dialog title={t(report ? 'insight.saved.edit' : 'insight.saved.save')} isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} closeLabel={t('console.close')}>
      <Form onSubmit={submit} faults={made.fieldFaults} fault={made.faultText}>
        <TextField name="name" label={t('insight.saved.name')} isRequired maxLength={120} defaultValue={report?.name ?? ''} placeholder={t('insight.saved.name-example')} />
        {teams.length > 0 && <MultiSelect label={t('insight.saved.teams')} options={teams.map((one) => ({ id: one.id, label: one.name }))} value={teamIds} onChange={setTeamIds} error={made.fieldFaults?.['teamIds']} {...find} />}
        {seesAll && <MultiSelect label={t('insight.saved.roles')} options={(roles.data?.rows ?? []).map((one) => ({ id: one.id, label: one.name ?? t(`staff.role.${one.key}`) }))} value={roleIds} onChange={setRoleIds} error={made.fieldFaults?.['roleIds']} {...find} />}
        <p className="max-w-reading text-sm text-muted">{t('insight.saved.lead')}</p>
        <Actions><Button onPress={onClose}>{t('insight.saved.cancel')}</Button><Button variant="primary" type="submit" busy={made.isPending}>{t('insight.saved.save')}</Button></Actions>
      </Form>
    </Dialog>
  )
}
