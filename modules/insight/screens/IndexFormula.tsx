import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { useMay, useSession } from '../../../apps/console/session.tsx'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { Actions, Badge, Button, Dialog, EmptyState, Form, NumberField, Section, Select, Table, TextArea, TextField, Time, toast } from '../../../ui/index.ts'
import { dayIn, indicatorGroups, metricKeys, metrics, oddity, sumOf, usualIndicators, valueWords, WEIGHTS, type Indicator } from '../../../lib/metrics/index.ts'
import { staff } from '../../staff/contract.ts'
import { MOST_INDICATORS, qualityIndex, type IndexVersion } from '../indicators/contract.ts'

function useRefusal(): string | undefined {
  const t = useText()
  return useMay()('insight.arrange') ? undefined : t('governance.may-not', { permission: 'insight.arrange' })
}
const useToday = (): string => dayIn(useSession().person?.zone ?? 'UTC', Date.now())
const given = ({ indicators }: IndexVersion): Indicator[] => indicators.map(({ owner, ...one }) => ({ ...one, ownerId: owner?.id ?? null }))

/** Before there is a formula: a usual one, taken by one press or changed first. */
export function FirstFormula({ isProposed }: { isProposed: boolean }): ReactElement {
  const t = useText()
  const { locale } = useLanguage()
  const refusal = useRefusal()
  const today = useToday()
  const [isOpen, setOpen] = useState(false)
  const take = useCall(qualityIndex.proposeIndex, { refresh: [qualityIndex.indexVersions, qualityIndex.qualityIndex], onDone: ({ state }) => { toast.ok(t(state === 'approved' ? 'insight.index.in-force' : 'insight.index.was-proposed')) } })
  if (isProposed) return <EmptyState title={t('insight.index.waits')}>{t('insight.index.waits-next')}</EmptyState>
  return (
    <>
      <EmptyState title={t('insight.index.empty')} action={(
        <div className="flex flex-wrap justify-center gap-2">
          <Button variant="primary" reason={refusal} busy={take.isPending} onPress={() => take.mutate({ body: { indicators: [...usualIndicators], effectiveOn: today, reason: t('insight.index.usual-reason') } })}>{t('insight.index.take-usual')}</Button>
          <Button reason={refusal} onPress={() => setOpen(true)}>{t('insight.index.change-first')}</Button>
        </div>
      )}>{t('insight.index.empty-next')}</EmptyState>
      <Section title={t('insight.index.usual')}>
        <Table<Indicator> label={t('insight.index.usual')} rows={usualIndicators} rowId={(row) => row.metric} density="compact" columns={[
          { id: 'metric', title: t('insight.index.indicator'), cell: (row) => t(`insight.metric.${row.metric}`) },
          { id: 'group', title: t('insight.index.group'), cell: (row) => t(`insight.index.group-${row.group}`) },
          { id: 'target', title: t('insight.index.target'), align: 'end', cell: (row) => valueWords(row.metric, locale, t)(row.target) },
          { id: 'zero', title: t('insight.index.zero'), align: 'end', cell: (row) => valueWords(row.metric, locale, t)(row.zero) },
          { id: 'weight', title: t('insight.index.weight'), align: 'end', cell: (row) => `${row.weight}%` },
        ]} />
      </Section>
      {isOpen && <FormulaDialog before={usualIndicators} onClose={() => setOpen(false)} />}
    </>
  )
}

/** The formula as it was, is and is proposed. */
export function Formulas({ rows }: { rows: readonly IndexVersion[] }): ReactElement {
  const t = useText()
  const refusal = useRefusal()
  const { person } = useSession()
  const [dialog, setDialog] = useState<'propose' | 'drop' | null>(null)
  const today = useToday()
  const refresh = [qualityIndex.indexVersions, qualityIndex.qualityIndex]
  const approve = useCall(qualityIndex.approveIndex, { refresh, onDone: () => { toast.ok(t('insight.index.in-force')) } })
  const open = rows.find((row) => row.state === 'proposed')
  const effective = rows.find((row) => row.isEffective)
  const mayDecide = refusal ?? (person?.scope === 'all' ? undefined : t('insight.index.oversees-all'))
  const stateOf = (row: IndexVersion) => (row.state === 'proposed' ? 'proposed' : row.isEffective ? 'effective' : row.effectiveOn > today ? 'coming' : 'past')
  return (
    <Section title={t('insight.index.formulas')} actions={effective && !open && <Button size="sm" reason={refusal} onPress={() => setDialog('propose')}>{t('insight.index.propose')}</Button>}>
      {open && (
        <div className="flex flex-wrap items-center gap-2 rounded-md border border-line px-4 py-3">
          <p className="min-w-0 flex-1 basis-64 wrap-anywhere">{t('insight.index.proposed-by', { number: open.number, name: open.writtenBy.name, day: open.isFirst ? t('insight.index.ever') : open.effectiveOn, reason: open.reason })}</p>
          <Button size="sm" variant="primary" reason={mayDecide} busy={approve.isPending} onPress={() => approve.mutate({ params: { id: open.id } })}>{t('insight.index.approve')}</Button>
          <Button size="sm" reason={open.isMine ? refusal : mayDecide} onPress={() => setDialog('drop')}>{t(open.isMine ? 'insight.index.take-back' : 'insight.index.refuse')}</Button>
          <Differences before={effective} after={open} />
        </div>
      )}
      <Table<IndexVersion> label={t('insight.index.formulas')} rows={rows} rowId={(row) => row.id} density="compact" columns={[
        { id: 'number', title: t('insight.index.version'), cell: (row) => <span className="inline-flex flex-wrap items-center gap-2">{t('insight.index.version-number', { number: row.number })}<Badge tone={stateOf(row) === 'effective' ? 'ok' : stateOf(row) === 'past' ? 'plain' : 'soon'}>{t(`insight.index.state-${stateOf(row)}`)}</Badge></span> },
        { id: 'from', title: t('insight.index.effective-on'), cell: (row) => row.isFirst ? t('insight.index.ever') : row.effectiveOn },
        { id: 'reason', title: t('insight.index.reason'), cell: (row) => <span className="wrap-anywhere">{row.reason}</span> },
        { id: 'by', title: t('insight.index.written-by'), priority: 3, cell: (row) => <span>{row.writtenBy.name} <Time at={row.writtenAt} isPlain className="text-faint" /></span> },
        { id: 'approved', title: t('insight.index.approved-by'), priority: 3, cell: (row) => row.decidedBy === null ? '–' : row.isAlone ? t('insight.index.alone', { name: row.decidedBy.name }) : row.decidedBy.name },
        { id: 'count', title: t('insight.index.indicators'), align: 'end', priority: 3, cell: (row) => row.indicators.length },
      ]} />
      {dialog === 'propose' && effective && <FormulaDialog before={given(effective)} onClose={() => setDialog(null)} />}
      {dialog === 'drop' && open && <DropDialog version={open} onClose={() => setDialog(null)} />}
    </Section>
  )
}

/** What a proposal changes, indicator by indicator. */
function Differences({ before, after }: { before: IndexVersion | undefined; after: IndexVersion }): ReactElement | null {
  const t = useText()
  const { locale } = useLanguage()
  if (!before) return null
  const words = (one: IndexVersion['indicators'][number]) => { const value = valueWords(one.metric, locale, t); return t('insight.index.in-words', { weight: one.weight, target: value(one.target), zero: value(one.zero) }) }
  const keys = [...new Set([...after.indicators, ...before.indicators].map((one) => one.metric))]
  const changes = keys.flatMap((metric) => {
    const [was, is] = [before, after].map((version) => version.indicators.find((one) => one.metric === metric))
    const [a, b] = [was && words(was), is && words(is)]
    return a === b && was?.owner?.id === is?.owner?.id && was?.group === is?.group ? [] : [{ metric, a: a ?? t('insight.index.not-there'), b: b ?? t('insight.index.not-there') }]
  })
  return <ul className="flex basis-full flex-col gap-1 text-sm">{changes.map(({ metric, a, b }) => <li key={metric} className="wrap-anywhere"><span className="font-bold">{t(`insight.metric.${metric}`)}</span> <span className="text-muted">{a} → {b}</span></li>)}</ul>
}

function DropDialog({ version, onClose }: { version: IndexVersion; onClose: () => void }): ReactElement {
  const t = useText()
  const [reason, setReason] = useState('')
  const drop = useCall(qualityIndex.dropIndex, { refresh: [qualityIndex.indexVersions], onFault: () => undefined, onDone: () => { toast.ok(t('insight.index.dropped')); onClose() } })
  const title = t(version.isMine ? 'insight.index.take-back' : 'insight.index.refuse')
  return (
    <Dialog title={title} isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} closeLabel={t('console.close')}>
      <Form onSubmit={() => drop.mutate({ params: { id: version.id }, query: { reason: reason.trim() } })} faults={drop.fieldFaults} fault={drop.faultText}>
        <TextArea label={t('insight.index.reason')} value={reason} onChange={setReason} rows={2} isRequired autoFocus />
        <Actions><Button onPress={onClose}>{t('insight.alarm.cancel')}</Button><Button variant="primary" type="submit" busy={drop.isPending} reason={reason.trim() ? undefined : t('input.empty')}>{title}</Button></Actions>
      </Form>
    </Dialog>
  )
}

const directed = metricKeys.filter((key) => metrics[key].better !== null)
/** In the numbers people write: per cent for shares. */
const factorOf = (one: Indicator): number => (metrics[one.metric].unit === 'share' ? 100 : 1)

function FormulaDialog({ before, onClose }: { before: readonly Indicator[]; onClose: () => void }): ReactElement {
  const t = useText()
  const may = useMay()
  const today = useToday()
  const people = useGet(staff.people, { query: { disabled: 'false', limit: 200 } }, { isEnabled: may('staff.read'), staleSeconds: 300 })
  const [list, setList] = useState<readonly Indicator[]>(before)
  const [effectiveOn, setDay] = useState(today)
  const [reason, setReason] = useState('')
  const propose = useCall(qualityIndex.proposeIndex, { refresh: [qualityIndex.indexVersions, qualityIndex.qualityIndex], onFault: () => undefined, onDone: ({ state }) => { toast.ok(t(state === 'approved' ? 'insight.index.in-force' : 'insight.index.was-proposed')); onClose() } })
  const odd = oddity(list)
  const left = directed.filter((metric) => !list.some((one) => one.metric === metric))
  const set = (at: number, change: Partial<Indicator>) => setList(list.map((one, nr) => (nr === at ? { ...one, ...change } : one)))
  const owners = [{ id: 'none', label: t('insight.index.nobody') }, ...(people.data?.rows ?? []).map((one) => ({ id: one.id, label: one.name }))]
  return (
    <Dialog title={t('insight.index.propose')} isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} size="lg" closeLabel={t('console.close')}>
      <Form onSubmit={() => propose.mutate({ body: { indicators: [...list], effectiveOn, reason: reason.trim() } })} faults={propose.fieldFaults} fault={propose.faultText ?? (odd ? t(`insight.index.${odd.code}`) : undefined)}>
        <p className="max-w-reading text-muted">{t('insight.index.propose-means')}</p>
        {list.map((one, at) => {
          const name = t(`insight.metric.${one.metric}`)
          const { unit } = metrics[one.metric]
          const unitWords = unit === 'minutes' || unit === 'share' ? { unit: t(`insight.alarm.bound-${unit}`) } : {}
          return (
            <fieldset key={one.metric} className="grid grid-cols-2 items-end gap-3 border-t border-line pt-3 sm:grid-cols-6">
              <legend className="sr-only">{name}</legend>
              <p className="col-span-2 self-center font-bold sm:col-span-5">{name} <span className="font-normal text-muted">{t(metrics[one.metric].better === 'more' ? 'insight.index.more-is-better' : 'insight.index.less-is-better')}</span></p>
              <Button size="sm" variant="quiet" className="col-span-2 justify-self-end sm:col-span-1" aria-label={t('insight.index.remove-one', { name })} onPress={() => setList(list.filter((_, nr) => nr !== at))}>{t('insight.index.remove')}</Button>
              <Select label={t('insight.index.group')} className="sm:col-span-2" value={one.group} onChange={(id) => set(at, { group: indicatorGroups.find((group) => group === id) ?? one.group })} options={indicatorGroups.map((id) => ({ id, label: t(`insight.index.group-${id}`) }))} />
              <Select label={t('insight.index.owner')} className="sm:col-span-2" value={owners.some((owner) => owner.id === one.ownerId) ? one.ownerId! : 'none'} onChange={(id) => set(at, { ownerId: id === 'none' ? null : id })} options={owners} />
              <NumberField label={t('insight.index.weight')} className="col-span-2" minValue={0.5} maxValue={100} value={one.weight} onChange={(weight) => set(at, { weight })} unit="%" />
              <NumberField label={t('insight.index.target')} className="sm:col-span-3" minValue={0} value={Math.round(one.target * factorOf(one) * 1000) / 1000} onChange={(value) => set(at, { target: value / factorOf(one) })} {...unitWords} />
              <NumberField label={t('insight.index.zero')} className="sm:col-span-3" minValue={0} value={Math.round(one.zero * factorOf(one) * 1000) / 1000} onChange={(value) => set(at, { zero: value / factorOf(one) })} {...unitWords} />
            </fieldset>
          )
        })}
        {left.length > 0 && list.length < MOST_INDICATORS && (
          <Select label={t('insight.index.add')} value="none" onChange={(id) => {
            const metric = left.find((one) => one === id)
            if (metric) setList([...list, { metric, group: 'reliability', ownerId: null, target: metrics[metric].better === 'more' ? 1 : 0, zero: metrics[metric].better === 'more' ? 0 : 1, weight: 5 }])
          }} options={[{ id: 'none', label: t('insight.index.add-choose') }, ...left.map((id) => ({ id, label: t(`insight.metric.${id}`) }))]} />
        )}
        <p role="status" className={sumOf(list) === WEIGHTS ? 'text-ok' : 'text-late'}>{t('insight.index.sum-now', { sum: sumOf(list), whole: WEIGHTS })}</p>
        <TextField name="effectiveOn" type="date" label={t('insight.index.effective-on')} description={t('insight.index.effective-means')} value={effectiveOn} onChange={(day) => { if (day) setDay(day) }} />
        <TextField name="reason" label={t('insight.index.reason')} value={reason} onChange={setReason} maxLength={1000} isRequired />
        <Actions><Button onPress={onClose}>{t('insight.alarm.cancel')}</Button><Button variant="primary" type="submit" busy={propose.isPending} reason={odd ? t(`insight.index.${odd.code}`) : reason.trim() ? undefined : t('insight.index.reason-needed')}>{t('insight.index.send')}</Button></Actions>
      </Form>
    </Dialog>
  )
}
