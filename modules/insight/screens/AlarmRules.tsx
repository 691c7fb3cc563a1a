import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useMay, useSession } from '../../../apps/console/session.tsx'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { Actions, Badge, Button, Checkbox, Dialog, EmptyState, Form, NumberField, Select, Table, TextField, toast } from '../../../ui/index.ts'
import { dimensionsOf, isOfTime, metricKeys, metrics, valueWords, type MetricKey } from '../../../lib/metrics/index.ts'
import { staff } from '../../staff/contract.ts'
import { conditions, eachOf, metricAlarms, ruleBuckets, type NewRule, type Rule } from '../alarms/contract.ts'

const usual: NewRule = { name: '', metric: 'backlog', filters: {}, each: null, bucket: 'day', condition: 'above', bound: 50, least: 1, ackMinutes: 60, isPaused: false, nextId: null }

/** The rules that raise alarms. */
export function AlarmRules(): ReactElement {
  const t = useText()
  const may = useMay()
  const { locale } = useLanguage()
  const found = useGet(metricAlarms.alarmRules, {}, { live: ['alarm.rule'] })
  const [edited, setEdited] = useState<Rule | 'new' | null>(null)
  const refusal = may('insight.arrange') ? undefined : t('governance.may-not', { permission: 'insight.arrange' })
  const add = <Button reason={refusal} onPress={() => setEdited('new')}>{t('insight.alarm.add')}</Button>
  return (
    <div className="flex flex-col items-start gap-4 pt-4">
      {found.data && found.data.rows.length > 0 && add}
      <Loaded of={found}>{({ rows }) => (
        <Table<Rule> label={t('insight.alarm.rules')} rows={rows} rowId={(row) => row.id} onOpen={(row) => { if (refusal === undefined) setEdited(row) }}
          empty={<EmptyState title={t('insight.alarm.rules-none')} action={add}>{t('insight.alarm.rules-none-next')}</EmptyState>}
          columns={[
            { id: 'name', title: t('insight.alarm.name'), cell: (row) => <span className="inline-flex flex-wrap items-center gap-2">{row.name}{row.isPaused && <Badge>{t('insight.alarm.paused')}</Badge>}{row.isAsleep && <span className="text-sm text-late">{t('insight.alarm.asleep')}</span>}</span> },
            { id: 'metric', title: t('insight.alarm.metric'), priority: 3, cell: (row) => `${t(`insight.metric.${row.metric}`)}${row.each ? ` · ${t(`insight.report.by-${row.each}`)}` : ''}` },
            { id: 'when', title: t('insight.alarm.condition'), cell: (row) => `${t(`insight.alarm.condition-${row.condition}`)}${row.bound === null ? '' : ` ${valueWords(row.metric, locale, t)(row.bound)}`} · ${t(`insight.alarm.bucket-${row.bucket}`)}` },
            { id: 'owner', title: t('insight.alarm.owner'), priority: 3, cell: (row) => row.owner.name },
          ]}
        />
      )}</Loaded>
      {edited && <RuleDialog {...(edited === 'new' ? {} : { rule: edited })} onClose={() => setEdited(null)} />}
    </div>
  )
}

function RuleDialog({ rule, onClose }: { rule?: Rule; onClose: () => void }): ReactElement {
  const t = useText()
  const may = useMay()
  const { person } = useSession()
  const mayLook = may('staff.read')
  const sees = person?.scope === 'all' && mayLook
  const people = useGet(staff.people, { query: { disabled: 'false', limit: 200 } }, { isEnabled: mayLook, staleSeconds: 300 })
  const all = useGet(staff.teams, { query: {} }, { isEnabled: sees, staleSeconds: 300 })
  const [set, setSet] = useState<NewRule>(() => {
    if (!rule) return usual
    const { metric, filters, each, bucket, condition, bound, least, ackMinutes, isPaused, name } = rule
    return { name, metric, filters, each, bucket, condition, bound, least, ackMinutes, isPaused, nextId: rule.next?.id ?? null }
  })
  const done = { refresh: [metricAlarms.alarmRules], onFault: () => undefined, onDone: () => { toast.ok(t('insight.alarm.saved')); onClose() } }
  const add = useCall(metricAlarms.addAlarmRule, done)
  const change = useCall(metricAlarms.changeAlarmRule, done)
  const remove = useCall(metricAlarms.removeAlarmRule, { refresh: [metricAlarms.alarmRules], onDone: onClose })
  const made = rule ? change : add
  const { unit } = metrics[set.metric]
  // Shares are kept as parts of one and typed in per cent.
  const factor = unit === 'share' ? 100 : 1
  const isControl = set.condition === 'control'
  const submit = () => {
    const body = { ...set, each: isControl || set.bucket === 'hour' ? null : set.each, bound: isControl ? null : (set.bound ?? 0) }
    if (rule) change.mutate({ params: { id: rule.id }, body: { ...body, version: rule.version } })
    else add.mutate({ body })
  }
  const chosen = <T extends string>(of: readonly T[], id: string, otherwise: T): T => of.find((one) => one === id) ?? otherwise
  const teams = sees ? (all.data?.rows ?? []) : (person?.teams ?? [])
  const channels = ['email', 'chat', 'portal', 'phone', 'outlet', 'api']
  // People's time is not told apart by what belongs to requests.
  const choose = (metric: MetricKey): void => setSet({ ...set, metric, bound: metrics[metric].unit === unit ? set.bound : null,
    ...(isOfTime(metric) ? { filters: set.filters.teamId ? { teamId: set.filters.teamId } : {}, each: set.each && dimensionsOf(metric).includes(set.each) ? set.each : null } : {}) })
  const filter = (name: 'teamId' | 'channel', id: string) => { const { [name]: _, ...rest } = set.filters; setSet({ ...set, filters: id === 'all' ? rest : { ...rest, [name]: id } }) }
  return (
    <Dialog title={t(rule ? 'insight.alarm.edit' : 'insight.alarm.add')} isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} closeLabel={t('console.close')}>
      <Form onSubmit={submit} faults={made.fieldFaults} fault={made.faultText}>
        <TextField name="name" label={t('insight.alarm.name')} isRequired maxLength={120} value={set.name} onChange={(name) => setSet({ ...set, name })} placeholder={t('insight.alarm.name-example')} />
        <Select label={t('insight.alarm.metric')} value={set.metric} onChange={(id) => choose(chosen(metricKeys, id, set.metric))} options={metricKeys.map((id) => ({ id, label: t(`insight.metric.${id}`) }))} />
        <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
          <Select label={t('insight.alarm.condition')} value={set.condition} onChange={(id) => setSet({ ...set, condition: chosen(conditions, id, set.condition) })} options={conditions.map((id) => ({ id, label: t(`insight.alarm.condition-${id}`) }))} />
          {!isControl && <NumberField label={t('insight.alarm.bound')} minValue={0} value={(set.bound ?? 0) * factor} onChange={(value) => setSet({ ...set, bound: value / factor })} {...(unit === 'minutes' || unit === 'share' ? { unit: t(`insight.alarm.bound-${unit}`) } : {})} />}
          <Select label={t('insight.alarm.bucket')} value={set.bucket} onChange={(id) => setSet({ ...set, bucket: chosen(ruleBuckets, id, set.bucket) })} options={ruleBuckets.map((id) => ({ id, label: t(`insight.alarm.bucket-${id}`) }))} />
          {!isControl && set.bucket !== 'hour' && <Select label={t('insight.alarm.each')} value={set.each ?? 'none'} onChange={(id) => setSet({ ...set, each: eachOf.find((one) => one === id) ?? null })} options={[{ id: 'none', label: t('insight.alarm.each-none') }, ...eachOf.filter((id) => dimensionsOf(set.metric).includes(id)).map((id) => ({ id, label: t(`insight.report.by-${id}`) }))]} />}
          {teams.length > 0 && <Select label={t('insight.alarm.team')} value={set.filters.teamId ?? 'all'} onChange={(id) => filter('teamId', id)} options={[{ id: 'all', label: t('insight.alarm.all') }, ...teams.map((one) => ({ id: one.id, label: one.name }))]} />}
          {!isOfTime(set.metric) && <Select label={t('insight.alarm.channel')} value={set.filters.channel ?? 'all'} onChange={(id) => filter('channel', id)} options={[{ id: 'all', label: t('insight.alarm.all') }, ...channels.map((id) => ({ id, label: t(`requests.channel.${id}`) }))]} />}
          <NumberField label={t('insight.alarm.least')} minValue={1} maxValue={100_000} value={set.least} onChange={(least) => setSet({ ...set, least })} unit={t('insight.alarm.least-unit')} />
          <NumberField label={t('insight.alarm.ack')} minValue={5} maxValue={10_080} value={set.ackMinutes} onChange={(ackMinutes) => setSet({ ...set, ackMinutes })} unit={t('insight.alarm.bound-minutes')} />
          <Select label={t('insight.alarm.next')} value={set.nextId ?? 'none'} onChange={(id) => setSet({ ...set, nextId: id === 'none' ? null : id })} options={[{ id: 'none', label: t('insight.alarm.next-none') }, ...(people.data?.rows ?? (rule?.next ? [rule.next] : [])).filter((one) => one.id !== person?.id).map((one) => ({ id: one.id, label: one.name }))]} />
        </div>
        {isControl && <p className="max-w-reading text-sm text-muted">{t('insight.alarm.condition-control-means')}</p>}
        <Checkbox isSelected={set.isPaused} onChange={(isPaused) => setSet({ ...set, isPaused })}>{t('insight.alarm.pause')}</Checkbox>
        <Actions>
          {rule && <Button busy={remove.isPending} onPress={() => remove.mutate({ params: { id: rule.id } })}>{t('insight.alarm.remove')}</Button>}
          <Button onPress={onClose}>{t('insight.alarm.cancel')}</Button>
          <Button variant="primary" type="submit" busy={made.isPending}>{t('insight.alarm.save')}</Button>
        </Actions>
      </Form>
    </Dialog>
  )
}
