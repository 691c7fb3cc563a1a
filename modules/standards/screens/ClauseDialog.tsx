import { useState, type ReactElement } from 'react'
import { useText } from '../../../apps/console/text.tsx'
import { metrics, requestMetricKeys, type MetricKey } from '../../../lib/metrics/index.ts'
import { Actions, Button, ComboBox, Dialog, Form, NumberField, Select, TextField } from '../../../ui/index.ts'
import { clockKinds, isClockKind, isoDimensions, priorities, type Clause } from '../versions/contract.ts'
import type { Known } from './standard-words.ts'
import { channelOptions } from './words.ts'

const fresh: Clause = { key: '', words: '', measure: 'first-response', target: 60, when: {}, ownerId: null, dimension: 'delivery' }
const slug = (clause: Clause, taken: readonly string[]): string => {
  const base = [clause.measure ?? 'promise', ...Object.values(clause.when).map((one) => (one ?? '').toLowerCase().replace(/[^a-z0-9]/g, '').slice(0, 8))].filter(Boolean).join('-').slice(0, 52)
  let key = base
  for (let nr = 2; taken.includes(key); nr++) key = `${base}-${nr}`
  return key
}

/** One promise: for which case, measured how, how much. */
export function ClauseDialog({ clause, taken, known, onSave, onClose }: { clause: Clause | null; taken: readonly string[]; known: Known; onSave: (clause: Clause) => void; onClose: () => void }): ReactElement {
  const t = useText()
  const [draft, setDraft] = useState<Clause>(clause ?? fresh)
  const set = (change: Partial<Clause>) => setDraft({ ...draft, ...change })
  const when = (name: keyof Clause['when'], id: string) => { const { [name]: _, ...rest } = draft.when; set({ when: id === '-' ? rest : { ...rest, [name]: id } as Clause['when'] }) }
  const any = { id: '-', label: t('standards.any') }
  const unit = draft.measure === null ? null : isClockKind(draft.measure) ? 'minutes' : metrics[draft.measure as MetricKey].unit
  const isShare = unit === 'share'
  const measure = (id: string) => set(id === '-' ? { measure: null, target: null } : { measure: id as Clause['measure'], target: isClockKind(id) ? 60 : { share: 0.9, score: 4, times: 1, requests: 10, minutes: 60, money: 50 }[metrics[id as MetricKey].unit] })
  const choose = (name: 'priority' | 'tier' | 'channel' | 'fromTeam' | 'toTeam', label: string, options: { id: string; label: string }[]) =>
    <Select label={label} options={[any, ...options]} value={draft.when[name] ?? '-'} onChange={(id) => when(name, id)} />
  const teams = known.teams.map((team) => ({ id: team.id, label: team.name }))
  return (
    <Dialog title={t(clause ? 'standards.change-clause' : 'standards.add-clause')} isOpen onOpenChange={onClose} size="lg" closeLabel={t('standards.cancel')}>
      <Form onSubmit={() => onSave({ ...draft, key: draft.key || slug(draft, taken) })}>
        <div className="grid gap-3 sm:grid-cols-2">
          <ComboBox label={t('standards.measure')} options={[{ id: '-', label: t('standards.no-measure') }, ...clockKinds.map((id) => ({ id, label: t(`standards.clock.${id}`), description: t('standards.is-clock') })), ...requestMetricKeys.map((id) => ({ id, label: t(`insight.metric.${id}`) }))]} value={draft.measure ?? '-'} onChange={(id) => { if (id !== null) measure(id) }} />
          {draft.target !== null && <NumberField label={t('standards.target')} unit={t(`standards.unit-of-measure.${unit ?? 'minutes'}`)} minValue={0} maxValue={525_600} step={isShare ? 0.1 : unit === 'score' ? 0.1 : 1} value={isShare ? Math.round(draft.target * 1000) / 10 : draft.target} onChange={(value) => { if (!Number.isNaN(value)) set({ target: isShare ? value / 100 : value }) }} />}
        </div>
        <fieldset className="grid gap-3 sm:grid-cols-3">
          <legend className="mb-1 text-sm font-bold text-muted">{t('standards.holds-for')}</legend>
          {choose('priority', t('standards.priority'), priorities.map((id) => ({ id, label: t(`standards.priority.${id}`) })))}
          {choose('tier', t('standards.tier'), known.tiers.map(({ id, label }) => ({ id, label })))}
          {choose('channel', t('standards.channel'), channelOptions.map((id) => ({ id, label: t(`standards.value.${id}`) })))}
          {draft.measure === 'hand-over' && choose('fromTeam', t('standards.from-team'), teams)}
          {draft.measure === 'hand-over' && choose('toTeam', t('standards.to-team'), teams)}
        </fieldset>
        <div className="grid gap-3 sm:grid-cols-2">
          <Select label={t('standards.dimension')} options={isoDimensions.map((id) => ({ id, label: t(`standards.dimension.${id}`) }))} value={draft.dimension} onChange={(id) => set({ dimension: id as Clause['dimension'] })} />
          <ComboBox label={t('standards.owner')} options={[{ id: '-', label: t('standards.owner-of-standard') }, ...known.people.map((one) => ({ id: one.id, label: one.name }))]} value={draft.ownerId ?? '-'} onChange={(id) => set({ ownerId: id === null || id === '-' ? null : id })} />
        </div>
        <TextField label={t('standards.in-words')} value={draft.words} onChange={(words) => set({ words })} description={t('standards.in-words-means')} />
        <Actions><Button onPress={onClose}>{t('standards.cancel')}</Button><Button variant="primary" type="submit" reason={draft.measure === null && !draft.words.trim() ? t('standards.words-needed') : undefined}>{t('standards.take-over')}</Button></Actions>
      </Form>
    </Dialog>
  )
}
