import { useState, type ReactElement } from 'react'
import { newId } from '../../../lib/id/index.ts'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useMay } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, AlertDialog, Button, Checkbox, Dialog, Form, MultiSelect, NumberField, Select, Table, TextField, toast } from '../../../ui/index.ts'
import { beginnings, lifecycle, MOST_STAGES, type NewStage, type Stage, type Stages as Set } from '../lifecycle/contract.ts'
import { CustomersFrame } from './CustomersFrame.tsx'
import { useDays, useServices, useStageName } from './stage-words.ts'

const sent = ({ key: _, ...stage }: Stage): NewStage => stage
const fresh = (): Stage => ({ id: newId(), key: null, name: null, begins: 'hand', fromIds: [], fromNone: false, quietDays: null, serviceIds: [], stallDays: 30 })

/** The stages of a customer's life with us, in their order: by what each begins and how long it may last. */
export default function Stages(): ReactElement {
  const t = useText()
  const found = useGet(lifecycle.stages, {}, { live: ['customer.stages-changed'] })
  return (
    <CustomersFrame here="stages" title={t('customers.stages')} lead={t('customers.stages-lead')}>
      <Loaded of={found}>{(stages) => <List stages={stages} />}</Loaded>
    </CustomersFrame>
  )
}

function List({ stages: { rows, version } }: { stages: Set }): ReactElement {
  const t = useText()
  const name = useStageName()
  const days = useDays()
  const services = useServices()
  const refusal = useMay()('customers.configure') ? undefined : t('customers.may-not-configure')
  const [edited, setEdited] = useState<Stage | null>(null)
  const [removed, setRemoved] = useState<Stage | null>(null)
  const change = useCall(lifecycle.changeStages, { refresh: [lifecycle.stages, lifecycle.line, lifecycle.lifecycleReport] })
  const save = (next: readonly Stage[]) => change.mutateAsync({ body: { rows: next.map(sent), version } }).then(() => toast.ok(t('customers.stages-saved')))
  const shift = (at: number, by: number) => { const next = [...rows]; next.splice(at + by, 0, ...next.splice(at, 1)); void save(next).catch(() => undefined) }
  const serviceNames = (ids: readonly string[]) => ids.map((id) => services.rows.find((one) => one.id === id)?.name ?? '–').join(t('customers.list-comma'))
  const fromWords = (stage: Stage) => stage.fromIds.length === 0 ? t('customers.from-any') : stage.fromIds.map((id) => name(rows.find((one) => one.id === id))).join(t('customers.list-comma'))
  const ruleWords = (stage: Stage) => t(`customers.begins-${stage.begins}-words`, { days: stage.quietDays ?? 0, services: stage.serviceIds.length ? serviceNames(stage.serviceIds) : t('customers.any-service') })
  return (
    <>
      <Table<Stage> label={t('customers.stages')} rows={rows} rowId={(row) => row.id} columns={[
        { id: 'name', title: t('customers.stage'), cell: (row) => <span className="font-bold">{name(row)}</span> },
        { id: 'begins', title: t('customers.begins'), cell: (row) => <span className="wrap-anywhere">{ruleWords(row)}{row.begins !== 'hand' && <span className="block text-sm text-muted">{t('customers.from-words', { from: fromWords(row) })}{row.fromNone && ` ${t('customers.from-none-words')}`}</span>}</span> },
        { id: 'standards', title: t('customers.stage-services'), priority: 3, cell: (row) => row.serviceIds.length ? serviceNames(row.serviceIds) : '–' },
        { id: 'stall', title: t('customers.stall-days'), align: 'end', cell: (row) => row.stallDays === null ? t('customers.no-limit') : days(row.stallDays) },
        { id: 'acts', title: t('customers.acts'), align: 'end', cell: (row) => {
          const at = rows.indexOf(row)
          const what = name(row)
          return (
            <span className="inline-flex flex-wrap justify-end gap-1">
              <Button size="sm" variant="quiet" aria-label={t('customers.earlier-one', { name: what })} reason={refusal ?? (at === 0 ? t('customers.is-first') : undefined)} onPress={() => shift(at, -1)}>↑</Button>
              <Button size="sm" variant="quiet" aria-label={t('customers.later-one', { name: what })} reason={refusal ?? (at === rows.length - 1 ? t('customers.is-last') : undefined)} onPress={() => shift(at, 1)}>↓</Button>
              <Button size="sm" aria-label={t('customers.edit-one', { name: what })} reason={refusal} onPress={() => setEdited(row)}>{t('customers.edit')}</Button>
              <Button size="sm" variant="quiet" aria-label={t('customers.remove-one', { name: what })} reason={refusal ?? (rows.length === 1 ? t('customers.is-last') : undefined)} onPress={() => setRemoved(row)}>{t('customers.remove')}</Button>
            </span>
          )
        } },
      ]} />
      <Button className="self-start" reason={refusal ?? (rows.length >= MOST_STAGES ? t('customers.stages-enough', { most: MOST_STAGES }) : undefined)} onPress={() => setEdited(fresh())}>{t('customers.add-stage')}</Button>
      <p className="max-w-reading text-sm text-muted">{t('customers.stages-mean')}</p>
      {edited && <StageDialog stage={edited} others={rows.filter((one) => one.id !== edited.id)} onClose={() => setEdited(null)} onSave={(next) => save(rows.some((one) => one.id === next.id) ? rows.map((one) => (one.id === next.id ? next : one)) : [...rows, next])} />}
      {removed && <AlertDialog title={t('customers.remove-stage', { name: name(removed) })} isOpen onOpenChange={() => setRemoved(null)} confirmLabel={t('customers.remove')} cancelLabel={t('customers.cancel')} isDangerous
        onConfirm={async () => { await save(rows.filter((one) => one.id !== removed.id).map((one) => ({ ...one, fromIds: one.fromIds.filter((id) => id !== removed.id) }))) }}>{t('customers.remove-stage-means')}</AlertDialog>}
    </>
  )
}

function StageDialog({ stage, others, onSave, onClose }: { stage: Stage; others: readonly Stage[]; onSave: (stage: Stage) => Promise<unknown>; onClose: () => void }): ReactElement {
  const t = useText()
  const name = useStageName()
  const services = useServices()
  const [draft, setDraft] = useState(stage)
  const [isSaving, setSaving] = useState(false)
  const set = (change: Partial<Stage>) => setDraft({ ...draft, ...change })
  const setName = (locale: 'zh-Hant' | 'zh-Hans' | 'en', word: string) => set({ name: { 'zh-Hant': '', 'zh-Hans': '', en: '', ...draft.name, [locale]: word } })
  const isUnnamed = draft.name === null ? draft.key === null : Object.values(draft.name).some((one) => one.trim() === '')
  return (
    <Dialog title={t('customers.edit-stage')} isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} closeLabel={t('console.close')}>
      <Form onSubmit={() => { setSaving(true); onSave(draft).then(onClose, () => setSaving(false)) }}>
        {draft.key !== null && draft.name === null
          ? <p>{name(draft)} <Button size="sm" variant="quiet" onPress={() => set({ name: { 'zh-Hant': '', 'zh-Hans': '', en: '' } })}>{t('customers.rename')}</Button></p>
          : <div className="grid gap-3 sm:grid-cols-3">{(['zh-Hant', 'zh-Hans', 'en'] as const).map((locale) => <TextField key={locale} label={t(`customers.language-${locale}`)} value={draft.name?.[locale] ?? ''} onChange={(word) => setName(locale, word)} maxLength={60} isRequired />)}</div>}
        <Select label={t('customers.begins')} value={draft.begins} onChange={(id) => { const begins = beginnings.find((one) => one === id) ?? draft.begins; set({ begins, quietDays: begins === 'quiet' ? draft.quietDays ?? 365 : null }) }} options={beginnings.map((id) => ({ id, label: t(`customers.begins-${id}`) }))} />
        {draft.quietDays !== null && <NumberField label={t('customers.quiet-days')} minValue={1} maxValue={3650} value={draft.quietDays} onChange={(quietDays) => set({ quietDays })} unit={t('customers.days-unit')} />}
        {services.mayRead && <MultiSelect label={t('customers.stage-services')} description={t('customers.stage-services-means')} value={draft.serviceIds} onChange={(serviceIds) => set({ serviceIds })} options={services.rows.map((one) => ({ id: one.id, label: one.name }))} />}
        {draft.begins !== 'hand' && (
          <fieldset className="flex flex-wrap gap-x-4 gap-y-1">
            <legend className="mb-1 text-sm font-bold text-muted">{t('customers.from-stages')}</legend>
            {others.map((one) => <Checkbox key={one.id} isSelected={draft.fromIds.includes(one.id)} onChange={(isOn) => set({ fromIds: isOn ? [...draft.fromIds, one.id] : draft.fromIds.filter((id) => id !== one.id) })}>{name(one)}</Checkbox>)}
            {draft.begins === 'accepted' && <Checkbox isSelected={draft.fromNone} onChange={(fromNone) => set({ fromNone })}>{t('customers.from-none')}</Checkbox>}
            <p className="basis-full text-sm text-faint">{t('customers.from-stages-mean')}</p>
          </fieldset>
        )}
        <Checkbox isSelected={draft.stallDays !== null} onChange={(isOn) => set({ stallDays: isOn ? 30 : null })}>{t('customers.has-limit')}</Checkbox>
        {draft.stallDays !== null && <NumberField label={t('customers.stall-days')} description={t('customers.stall-days-mean')} minValue={1} maxValue={3650} value={draft.stallDays} onChange={(stallDays) => set({ stallDays })} unit={t('customers.days-unit')} />}
        <Actions><Button onPress={onClose}>{t('customers.cancel')}</Button><Button type="submit" variant="primary" busy={isSaving} reason={isUnnamed ? t('customers.lifecycle.unnamed') : undefined}>{t('customers.save')}</Button></Actions>
      </Form>
    </Dialog>
  )
}
