import { useState, type ReactElement } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { refresh, useCall } from '../../../apps/console/api.ts'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { Actions, Button, Dialog, Form, Select, Switch, TextField, toast } from '../../../ui/index.ts'
import { standards, type Rule } from '../contract.ts'
import { ConditionEditor, fromGroup, toGroup } from './ConditionEditor.tsx'
import { useRefusal } from './StandardsFrame.tsx'
import { useTiers } from './tiers.ts'
import { type Condition, conditionWords, type Named, outcomeWords } from './words.ts'

export interface RuleDialogProps { rule: Rule | null; fields: readonly string[]; ops: readonly string[]; known: Named; onClose: () => void }

/** When … then …, told in words while it is made. */
export function RuleDialog({ rule, fields, ops, known, onClose }: RuleDialogProps): ReactElement {
  const t = useText()
  const client = useQueryClient()
  const { locale } = useLanguage()
  const refusal = useRefusal()
  const tiers = useTiers()
  const [name, setName] = useState(rule?.name ?? '')
  const [group, setGroup] = useState(() => toGroup((rule?.condition as Condition | undefined) ?? { all: [{ field: 'subject', op: 'contains-any', value: [] }] }))
  const [outcome, setOutcome] = useState<Rule['outcome']>(rule?.outcome ?? {})
  const [isActive, setActive] = useState(rule?.isActive ?? true)
  const done = () => { toast.ok(t('standards.saved')); onClose() }
  const add = useCall(standards.addRule, { refresh: [standards.rules], onFault: () => undefined, onDone: done })
  const change = useCall(standards.changeRule, { refresh: [standards.rules], onFault: () => undefined, onDone: done })
  const made = rule ? change : add
  const condition = fromGroup(group)
  const submit = () => {
    const body = { name, condition, outcome, isActive }
    if (rule) change.mutate({ params: { id: rule.id }, body: { ...body, version: rule.version } })
    else add.mutate({ body })
  }
  const isConflict = made.error?.code === 'standards.changed-meanwhile'
  const conditionFault = Object.entries(made.fieldFaults ?? {}).find(([path]) => path.startsWith('condition'))?.[1]
  return (
    <Dialog title={t(rule ? 'standards.change-rule' : 'standards.add-rule')} isOpen onOpenChange={onClose} size="lg" closeLabel={t('standards.cancel')}>
      <Form onSubmit={submit} faults={made.fieldFaults} fault={!made.error ? undefined : isConflict
        ? <>{t('standards.conflict-rule')} <Button size="sm" onPress={() => { void refresh(client, [standards.rules]).then(onClose) }}>{t('standards.load-theirs')}</Button></>
        : (made.faultText ?? conditionFault)}>
        <TextField label={t('standards.rule-name')} value={name} onChange={setName} isRequired autoFocus={rule === null} error={made.fieldFaults?.['name']} />
        <fieldset><legend className="mb-1 font-bold">{t('standards.when')}</legend><ConditionEditor group={group} onChange={setGroup} fields={fields} ops={ops} /></fieldset>
        <fieldset><legend className="mb-1 font-bold">{t('standards.then')}</legend><OutcomeEditor outcome={outcome} onChange={setOutcome} known={known} /></fieldset>
        <p className="max-w-reading rounded-md bg-sunken px-3 py-2 text-muted">{t('standards.when')} {conditionWords(t, condition, tiers)} → {outcomeWords(t, locale, outcome, known) || t('standards.decides-nothing')}</p>
        <Switch isSelected={isActive} onChange={setActive}>{t('standards.active')}</Switch>
        <Actions><Button onPress={onClose}>{t('standards.cancel')}</Button><Button variant="primary" type="submit" busy={made.isPending} reason={refusal ?? (Object.keys(outcome).length === 0 ? t('standards.rule-without-outcome') : undefined)}>{t('standards.save')}</Button></Actions>
      </Form>
    </Dialog>
  )
}

function OutcomeEditor({ outcome, onChange, known }: { outcome: Rule['outcome']; onChange: (outcome: Rule['outcome']) => void; known: Named }): ReactElement {
  const t = useText()
  const { locale } = useLanguage()
  const unset = { id: '-', label: t('standards.leave') }
  const set = (part: keyof Rule['outcome'], value: string) => {
    const { [part]: _, ...rest } = outcome
    onChange(value === '-' ? rest : { ...rest, [part]: value } as Rule['outcome'])
  }
  const services = outcome.service === undefined ? known.services : known.services.filter((service) => service.key === outcome.service)
  const types = [...new Map(services.flatMap((service) => service.types).map((type) => [type.key, type])).values()]
  return (
    <div className="grid gap-3 sm:grid-cols-4">
      <Select label={t('standards.service')} value={outcome.service ?? '-'} onChange={(id) => set('service', id)} options={[unset, ...known.services.map((service) => ({ id: service.key, label: service.name[locale] }))]} />
      <Select label={t('standards.type')} value={outcome.type ?? '-'} onChange={(id) => set('type', id)} options={[unset, ...types.map((type) => ({ id: type.key, label: type.name[locale] }))]} />
      <Select label={t('standards.priority')} value={outcome.priority ?? '-'} onChange={(id) => set('priority', id)} options={[unset, ...(['urgent', 'normal', 'routine'] as const).map((id) => ({ id, label: t(`standards.priority.${id}`) }))]} />
      <Select label={t('standards.team')} value={outcome.team ?? '-'} onChange={(id) => set('team', id)} options={[unset, ...known.teams.map((team) => ({ id: team.id, label: team.name }))]} />
    </div>
  )
}
