import { useState, type ReactElement } from 'react'
import type { Call } from '../../../../apps/console/api.ts'
import { useText } from '../../../../apps/console/text.tsx'
import { Badge, Checkbox, NumberField, TextArea, TextField, Time } from '../../../../ui/index.ts'
import { laws, type Law } from '../../privacy/contract.ts'
import { dataCategories, type breaches, type Breach, type BreachDuty } from '../../breaches/contract.ts'

/** By when the authority of this law must know, and whether that is near, over or settled. */
export function DutyBadge({ duty }: { duty: BreachDuty }): ReactElement {
  const t = useText()
  if (duty.outcome) return <Badge tone="ok">{t(`governance.breach.outcome.${duty.outcome}`)}</Badge>
  return (
    <span className="inline-flex flex-wrap items-center gap-1.5">
      {duty.hours === 0 ? <Badge tone="late">{t('governance.breach.at-once')}</Badge> : <Time at={duty.dueAt} isPlain />}
      {duty.missedAt ? <Badge tone="late">{t('governance.breach.late')}</Badge> : duty.remindedAt && duty.hours > 0 ? <Badge tone="soon">{t('governance.breach.soon')}</Badge> : null}
    </span>
  )
}

/** What the fields of `KnownFields` say, ready to send; null with what is missing. */
export function readKnown(values: FormData, isCountKnown: boolean) {
  const word = (name: string): string => String(values.get(name) ?? '').trim()
  const count = Number(values.get('persons'))
  return {
    title: word('title'), happened: word('happened'), cause: word('cause'), harm: word('harm'), measures: word('measures'), advice: word('advice'), contact: word('contact'),
    persons: isCountKnown && Number.isInteger(count) ? count : null,
    categories: dataCategories.filter((one) => values.get(`category-${one}`) !== null), laws: laws.filter((one) => values.get(`law-${one}`) !== null),
  }
}

/** Everything a notice will say; only what happened and under which law must be known at once. */
export function KnownFields({ breach, usualLaw, faults, isCountKnown, onCountKnown }: { breach: Breach | null; usualLaw: Law; faults: Call<typeof breaches.openBreach>['fieldFaults']; isCountKnown: boolean; onCountKnown: (isKnown: boolean) => void }): ReactElement {
  const t = useText()
  const [named] = useState(() => new Set<Law>(breach ? breach.duties.map((duty) => duty.law) : [usualLaw]))
  const area = (name: 'cause' | 'harm' | 'measures' | 'advice') => <TextArea name={name} label={t(`governance.breach.${name}`)} rows={2} defaultValue={breach?.[name] ?? ''} />
  return (
    <>
      <TextField name="title" label={t('governance.breach.short')} isRequired defaultValue={breach?.title ?? ''} autoFocus={breach === null} />
      <TextArea name="happened" label={t('governance.breach.happened')} rows={3} isRequired defaultValue={breach?.happened ?? ''} />
      <fieldset className="flex flex-wrap gap-x-4 gap-y-1">
        <legend className="mb-1 text-sm font-bold text-muted">{t('governance.breach.laws')}</legend>
        {laws.map((one) => <Checkbox key={one} name={`law-${one}`} defaultSelected={named.has(one)} isReadOnly={breach !== null && named.has(one)}>{t(`governance.privacy.law.${one}`)}</Checkbox>)}
        <p className="w-full text-sm text-muted">{faults?.laws ?? t('governance.breach.laws-means')}</p>
      </fieldset>
      <fieldset className="flex flex-wrap gap-x-4 gap-y-1">
        <legend className="mb-1 text-sm font-bold text-muted">{t('governance.breach.categories')}</legend>
        {dataCategories.map((one) => <Checkbox key={one} name={`category-${one}`} defaultSelected={breach?.categories.includes(one) ?? false}>{t(`governance.breach.category.${one}`)}</Checkbox>)}
      </fieldset>
      <Checkbox isSelected={!isCountKnown} onChange={(isUnknown) => onCountKnown(!isUnknown)}>{t('governance.breach.persons-unknown')}</Checkbox>
      {isCountKnown && <NumberField name="persons" label={t('governance.breach.persons')} minValue={0} maxValue={2_000_000_000} defaultValue={breach?.persons ?? 0} className="w-48" />}
      {area('cause')}{area('harm')}{area('measures')}{area('advice')}
      <TextField name="contact" label={t('governance.breach.contact')} defaultValue={breach?.contact ?? ''} />
    </>
  )
}
