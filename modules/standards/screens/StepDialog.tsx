import { useState, type ReactElement } from 'react'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, Button, ComboBox, Dialog, Form, MultiSelect, NumberField, Select } from '../../../ui/index.ts'
import { clockKinds, deeds, levels, priorities, recipients, type Step } from '../versions/contract.ts'
import type { Known } from './standard-words.ts'
import { channelOptions } from './words.ts'

const fresh: Step = { key: '', measure: 'resolution', offsetMinutes: -30, time: 'business', level: 'L1', when: { priorities: [], tiers: [], channels: [], stages: [] }, does: 'notify', to: 'holder', personId: null, role: null, teamId: null }

/** One step of escalation: when, for which cases, who does or hears what. */
export function StepDialog({ step, taken, known, onSave, onClose }: { step: Step | null; taken: readonly string[]; known: Known; onSave: (step: Step) => void; onClose: () => void }): ReactElement {
  const t = useText()
  const [draft, setDraft] = useState<Step>(step ?? fresh)
  const set = (change: Partial<Step>) => setDraft({ ...draft, ...change })
  const tells = draft.does === 'notify' || draft.does === 'call' || draft.does === 'alarm'
  const does = (id: string) => { const deed = id as Step['does']; set({ does: deed, to: deed === 'reassign' || deed === 'raise' ? null : deed === 'call' ? 'duty-lead' : (draft.to ?? 'lead') }) }
  const side = draft.offsetMinutes < 0 ? 'before' : 'after'
  const save = () => {
    let key = draft.key
    for (let nr = 1; !key || (key !== step?.key && taken.includes(key)); nr++) key = `${draft.measure}-${draft.level.toLowerCase()}-${nr}`
    onSave({ ...draft, key })
  }
  return (
    <Dialog title={t(step ? 'standards.change-step' : 'standards.add-step')} isOpen onOpenChange={onClose} size="lg" closeLabel={t('standards.cancel')}>
      <Form onSubmit={save}>
        <div className="grid gap-3 sm:grid-cols-4">
          <Select label={t('standards.clock')} options={clockKinds.map((id) => ({ id, label: t(`standards.clock.${id}`) }))} value={draft.measure} onChange={(id) => set({ measure: id as Step['measure'] })} />
          <NumberField label={t('standards.offset')} unit={t('standards.unit.minutes')} minValue={0} maxValue={525_600} value={Math.abs(draft.offsetMinutes)} onChange={(value) => { if (!Number.isNaN(value)) set({ offsetMinutes: side === 'before' ? -value : value }) }} />
          <Select label={t('standards.side')} options={(['before', 'after'] as const).map((id) => ({ id, label: t(`standards.side.${id}`) }))} value={side} onChange={(id) => set({ offsetMinutes: (id === 'before' ? -1 : 1) * Math.abs(draft.offsetMinutes) })} />
          <Select label={t('standards.time')} options={(['business', 'wall'] as const).map((id) => ({ id, label: t(`standards.time.${id}`) }))} value={draft.time} onChange={(id) => set({ time: id as Step['time'] })} />
        </div>
        <div className="grid gap-3 sm:grid-cols-3">
          <Select label={t('standards.level')} options={levels.map((id) => ({ id, label: t(`standards.level.${id}`) }))} value={draft.level} onChange={(id) => set({ level: id as Step['level'] })} />
          <Select label={t('standards.does')} options={deeds.map((id) => ({ id, label: t(`standards.deed.${id}`) }))} value={draft.does} onChange={does} />
          {tells && <Select label={t('standards.to')} options={recipients.map((id) => ({ id, label: t(`standards.recipient.${id}`) }))} value={draft.to ?? 'lead'} onChange={(id) => set({ to: id as Step['to'] })} />}
          {tells && draft.to === 'person' && <ComboBox label={t('standards.recipient.person')} options={known.people.map((one) => ({ id: one.id, label: one.name }))} value={draft.personId} onChange={(personId) => set({ personId })} />}
          {tells && draft.to === 'role' && <Select label={t('standards.recipient.role')} options={known.roles} value={draft.role} onChange={(role) => set({ role })} />}
          {draft.does === 'reassign' && <Select label={t('standards.to-team')} options={[{ id: '-', label: t('standards.same-team') }, ...known.teams.map((team) => ({ id: team.id, label: team.name }))]} value={draft.teamId ?? '-'} onChange={(id) => set({ teamId: id === '-' ? null : id })} />}
        </div>
        <fieldset className="grid gap-3 sm:grid-cols-3">
          <legend className="mb-1 text-sm font-bold text-muted">{t('standards.step-only-for')}</legend>
          <MultiSelect label={t('standards.priority')} options={priorities.map((id) => ({ id, label: t(`standards.priority.${id}`) }))} value={draft.when.priorities} onChange={(ids) => set({ when: { ...draft.when, priorities: ids as Step['when']['priorities'] } })} />
          <MultiSelect label={t('standards.tier')} options={known.tiers} value={draft.when.tiers} onChange={(tiers) => set({ when: { ...draft.when, tiers } })} />
          <MultiSelect label={t('standards.channel')} options={channelOptions.map((id) => ({ id, label: t(`standards.value.${id}`) }))} value={draft.when.channels} onChange={(channels) => set({ when: { ...draft.when, channels } })} />
        </fieldset>
        <Actions><Button onPress={onClose}>{t('standards.cancel')}</Button><Button variant="primary" type="submit" reason={tells && ((draft.to === 'person' && !draft.personId) || (draft.to === 'role' && !draft.role)) ? t('standards.step-recipient') : undefined}>{t('standards.take-over')}</Button></Actions>
      </Form>
    </Dialog>
  )
}
