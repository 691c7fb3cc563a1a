import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { useMay, useSession } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, Button, Checkbox, Dialog, Form, MultiSelect, NumberField, Select, TextField, toast } from '../../../ui/index.ts'
import { staff } from '../../staff/contract.ts'
import { formats, rhythms, savedReports, type Mailing, type SavedReport } from '../reports/contract.ts'

const usual: Omit<Mailing, 'recipients'> = { rhythm: 'weekly', weekday: 1, monthDay: null, time: '08:00', attachments: ['xlsx'] }

/** When a report goes out, to whom, with what attached. Whoever does not own it sends it to themselves. */
export function MailingDialog({ report, onClose }: { report: SavedReport; onClose: () => void }): ReactElement {
  const t = useText()
  const may = useMay()
  const { person } = useSession()
  const choosesOthers = report.isMine && may('staff.read') && report.roles.length + report.teams.length > 0
  const people = useGet(staff.people, { query: { disabled: 'false', limit: 200 } }, { isEnabled: choosesOthers, staleSeconds: 300 })
  const here = useGet(savedReports.fileFormats, {}, { staleSeconds: 300 })
  const refusals = new Map((here.data?.rows ?? []).flatMap(({ format, reason }) => (reason === null ? [] : [[format, reason] as const])))
  const [set, setSet] = useState(report.mailing ?? usual)
  const [personIds, setPersonIds] = useState(report.mailing?.recipients.map((one) => one.id) ?? (person ? [person.id] : []))
  const change = useCall(savedReports.setMailing, { refresh: [savedReports.savedReports], onFault: () => undefined, onDone: (saved) => { toast.ok(t('insight.saved.mailing-set', { at: new Date(saved.mailing!.recipients[0]!.nextAt) })); onClose() } })
  const stop = useCall(savedReports.endMailing, { refresh: [savedReports.savedReports], onDone: () => { toast.ok(t('insight.saved.mailing-ended')); onClose() } })
  const { weekday, monthDay, rhythm } = set
  const isNear = (one: { id: string; roleId: string; teamIds: string[] }): boolean => one.id === person?.id || report.roles.some((role) => role.id === one.roleId) || report.teams.some((team) => one.teamIds.includes(team.id))
  const names = new Map([...(report.mailing?.recipients ?? []), ...(person ? [{ id: person.id, name: person.name }] : []), ...(people.data?.rows ?? []).filter(isNear)].map((one) => [one.id, one.name]))
  const submit = () => change.mutate({ params: { id: report.id }, body: { rhythm, time: set.time, attachments: set.attachments, weekday: rhythm === 'weekly' ? (weekday ?? 1) : null, monthDay: rhythm === 'monthly' ? (monthDay ?? 1) : null, personIds } })
  return (
    <Dialog title={t('insight.saved.mailing-title', { name: report.name })} isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} closeLabel={t('console.close')}>
      <Form onSubmit={submit} faults={change.fieldFaults} fault={change.faultText}>
        <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
          <Select label={t('insight.saved.rhythm')} value={rhythm} onChange={(id) => setSet({ ...set, rhythm: rhythms.find((one) => one === id) ?? rhythm })} options={rhythms.map((id) => ({ id, label: t(`insight.saved.rhythm-${id}`) }))} />
          {rhythm === 'weekly' && <Select label={t('insight.saved.weekday')} value={String(weekday ?? 1)} onChange={(id) => setSet({ ...set, weekday: Number(id) })} options={[1, 2, 3, 4, 5, 6, 7].map((id) => ({ id: String(id), label: t(`insight.saved.weekday-${id}`) }))} />}
          {rhythm === 'monthly' && <NumberField label={t('insight.saved.month-day')} description={t('insight.saved.month-day-means')} value={monthDay ?? 1} minValue={1} maxValue={31} onChange={(value) => setSet({ ...set, monthDay: value })} />}
          <TextField type="time" label={t('insight.saved.time')} value={set.time} onChange={(time) => setSet({ ...set, time })} isRequired />
        </div>
        <fieldset className="flex flex-col gap-1">
          <legend className="mb-1">{t('insight.saved.attachments')}</legend>
          {formats.map((format) => refusals.has(format) ? <p key={format} className="text-sm text-muted">{t(`insight.saved.format-${format}`)}: {t(refusals.get(format)!)}</p> : <Checkbox key={format} isSelected={set.attachments.includes(format)} onChange={(isOn) => setSet({ ...set, attachments: isOn ? [...set.attachments, format] : set.attachments.filter((one) => one !== format) })}>{t(`insight.saved.format-${format}`)}</Checkbox>)}
        </fieldset>
        {choosesOthers && <MultiSelect label={t('insight.saved.recipients')} options={[...names].map(([id, label]) => ({ id, label }))} value={personIds} onChange={setPersonIds} error={change.fieldFaults?.['personIds']} placeholder={t('insight.saved.find')} emptyText={t('insight.saved.nobody-fits')} />}
        <p className="max-w-reading text-sm text-muted">{t('insight.saved.mailing-means')}</p>
        <Actions>
          {report.mailing && <Button busy={stop.isPending} onPress={() => stop.mutate({ params: { id: report.id } })}>{t('insight.saved.end-mailing')}</Button>}
          <Button onPress={onClose}>{t('insight.saved.cancel')}</Button>
          <Button variant="primary" type="submit" busy={change.isPending}>{t('insight.saved.set-mailing')}</Button>
        </Actions>
      </Form>
    </Dialog>
  )
}
