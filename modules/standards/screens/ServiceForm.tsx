import type { ReactElement, ReactNode } from 'react'
import { useGet } from '../../../apps/console/api.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { languages, useLanguage, useText } from '../../../apps/console/text.tsx'
import { Actions, Button, Form, NumberField, RadioGroup, Section, Select, Switch, TextArea, TextField } from '../../../ui/index.ts'
import { staff } from '../../staff/contract.ts'
import type { Service } from '../contract.ts'
import { SkillNeeds, Types } from './ServiceParts.tsx'
import { useRefusal } from './StandardsFrame.tsx'

export type ServiceDraft = Omit<Service, 'id' | 'key' | 'isDefault' | 'version' | 'standard'>

export interface ServiceFormProps {
  draft: ServiceDraft
  onChange: (draft: ServiceDraft) => void
  /** Only for a new service: its key never changes. */
  serviceKey?: { value: string; onChange: (key: string) => void }
  isDefault: boolean
  isBusy: boolean
  isChanged: boolean
  fault: ReactNode
  fields: Record<string, string>
  onSubmit: () => void
  onUndo?: () => void
}

export function ServiceForm({ draft, onChange, serviceKey, isDefault, isBusy, isChanged, fault, fields, onSubmit, onUndo }: ServiceFormProps): ReactElement {
  const t = useText()
  const may = useMay()
  const refusal = useRefusal()
  const sees = may('staff.read')
  const teams = useGet(staff.teams, { query: {} }, { isEnabled: sees })
  const calendars = useGet(staff.calendars, {}, { isEnabled: sees })
  const set = (change: Partial<ServiceDraft>) => onChange({ ...draft, ...change })
  return (
    <Form onSubmit={onSubmit} fault={fault}>
      <Names draft={draft} set={set} fields={fields} isNew={serviceKey !== undefined} />
      {serviceKey && <TextField label={t('standards.key')} value={serviceKey.value} onChange={serviceKey.onChange} description={t('standards.key-how')} isRequired error={fields['key'] === undefined ? undefined : t('standards.key-how')} />}
      <Section title={t('standards.how')}>
        <div className="grid gap-4 sm:grid-cols-2">
          <Select label={t('standards.team')} options={[{ id: 'none', label: t('standards.team-none') }, ...(teams.data?.rows ?? []).map((team) => ({ id: team.id, label: team.name }))]} value={draft.teamId ?? 'none'} onChange={(id) => set({ teamId: id === 'none' ? null : id })} description={t('standards.team-means')} />
          <Select label={t('standards.calendar')} options={[{ id: 'none', label: t('standards.calendar-default') }, ...(calendars.data?.rows ?? []).map((one) => ({ id: one.id, label: one.name }))]} value={draft.calendarId ?? 'none'} onChange={(id) => set({ calendarId: id === 'none' ? null : id })} description={t('standards.calendar-means')} />
          <NumberField label={t('standards.accept')} unit={t('standards.unit.minutes')} minValue={1} maxValue={10_080} value={draft.acceptMinutes} onChange={(acceptMinutes) => set({ acceptMinutes })} description={t('standards.accept-means')} error={fields['acceptMinutes']} />
          <NumberField label={t('standards.silence')} unit={t('standards.unit.hours')} minValue={1} maxValue={2160} value={draft.closeAfterHours} onChange={(closeAfterHours) => set({ closeAfterHours })} description={t('standards.silence-means')} error={fields['closeAfterHours']} />
          <NumberField label={t('standards.reopen')} unit={t('standards.unit.days')} minValue={0} maxValue={365} value={draft.reopenDays} onChange={(reopenDays) => set({ reopenDays })} description={t('standards.reopen-means')} error={fields['reopenDays']} />
        </div>
        <RadioGroup label={t('standards.verification')} options={(['rule', 'person', 'customer'] as const).map((id) => ({ id, label: t(`standards.verification.${id}`), description: t(`standards.verification.${id}-means`) }))} value={draft.verification} onChange={(id) => set({ verification: id as ServiceDraft['verification'] })} />
      </Section>
      <Section title={t('standards.skills')}><SkillNeeds needs={draft.skills} onChange={(skills) => set({ skills })} /></Section>
      <Section title={t('standards.types')}><Types types={draft.types} onChange={(types) => set({ types })} fields={fields} /></Section>
      <Section title={t('standards.description')}>
        <TextArea label={t('standards.description')} isLabelHidden value={draft.description} onChange={(description) => set({ description })} description={t('standards.description-means')} />
        <Switch isSelected={draft.isActive} isReadOnly={isDefault} onChange={(isActive) => set({ isActive })}>{t(isDefault ? 'standards.default-stays-on' : 'standards.active')}</Switch>
      </Section>
      <Actions className="sticky bottom-0 border-t border-line bg-surface py-3">
        {isChanged && onUndo && <Button variant="quiet" onPress={onUndo}>{t('standards.undo')}</Button>}
        <Button variant="primary" type="submit" busy={isBusy} reason={refusal ?? (isChanged ? undefined : t('standards.nothing-changed'))}>{t('standards.save')}</Button>
      </Actions>
    </Form>
  )
}

function Names({ draft, set, fields, isNew }: { draft: ServiceDraft; set: (change: Partial<ServiceDraft>) => void; fields: Record<string, string>; isNew: boolean }): ReactElement {
  const t = useText()
  const { locale } = useLanguage()
  const ordered = [...languages].sort((a, b) => Number(b.id === locale) - Number(a.id === locale))
  return (
    <fieldset className="grid gap-3 sm:grid-cols-3">
      <legend className="mb-1 text-sm font-bold text-muted">{t('standards.name-in')}</legend>
      {ordered.map((language, at) => <TextField key={language.id} label={language.label} value={draft.name[language.id]} onChange={(name) => set({ name: { ...draft.name, [language.id]: name } })} error={fields[`name.${language.id}`]} autoFocus={isNew && at === 0} />)}
    </fieldset>
  )
}
