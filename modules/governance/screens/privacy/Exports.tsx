import { Download, Plus, Settings2 } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../../apps/console/api.ts'
import { Loaded } from '../../../../apps/console/Loaded.tsx'
import { useMay } from '../../../../apps/console/session.tsx'
import { useLanguage, useText } from '../../../../apps/console/text.tsx'
import { Actions, Badge, Button, Checkbox, Dialog, EmptyState, Facts, Form, Num, NumberField, Select, Table, TextArea, TextField, Time, toast, type Tone } from '../../../../ui/index.ts'
import { customers } from '../../../customers/contract.ts'
import { exportColumns, exportPurposes, privacy, type ExportColumn, type ExportRow } from '../../privacy/contract.ts'
import { outside } from '../../outside/contract.ts'
import { GovernanceFrame, useRefusal } from '../GovernanceFrame.tsx'

const tones: Record<ExportRow['state'], Tone> = { waiting: 'soon', ready: 'ok', refused: 'plain', expired: 'plain' }
const usual: readonly ExportColumn[] = ['name', 'email', 'phone', 'tier']

/** Customers in a file: asked for with a reason, agreed by somebody else, fetched within a day. */
export default function Exports(): ReactElement {
  const t = useText()
  const found = useGet(privacy.exports, {}, { live: ['privacy.export'] })
  const [opened, setOpened] = useState<string | 'new' | 'rules' | 'mark' | null>(null)
  const may = useMay()
  const add = <Button variant="primary" icon={<Plus className="size-4" aria-hidden="true" />} onPress={() => setOpened('new')}>{t('governance.privacy.export-new')}</Button>
  return (
    <GovernanceFrame
      here="exports" title={t('governance.privacy.exports')} lead={t('governance.privacy.exports-lead')}
      actions={<>{may('privacy.read') && <Button onPress={() => setOpened('mark')}>{t('governance.privacy.mark-trace')}</Button>}<Button icon={<Settings2 className="size-4" aria-hidden="true" />} onPress={() => setOpened('rules')}>{t('governance.privacy.settings')}</Button>{add}</>}
    >
      <Loaded of={found} rows={5}>
        {({ rows }) => {
          const row = rows.find((one) => one.id === opened)
          return (
            <>
              <Table<ExportRow>
                label={t('governance.privacy.exports')} rows={rows} rowId={(one) => one.id} onOpen={(one) => setOpened(one.id)}
                empty={<EmptyState title={t('governance.privacy.exports-none')} action={add}>{t('governance.privacy.exports-none-next')}</EmptyState>}
                columns={[
                  { id: 'what', title: t('governance.privacy.export'), cell: (one) => <span className="block py-1"><span className="text-muted">#{one.number}</span> {t(`governance.privacy.export-purpose.${one.purpose}`)}<span className="block text-sm wrap-anywhere text-muted">{one.reason}</span></span> },
                  { id: 'state', title: t('governance.privacy.stage'), cell: (one) => <Badge tone={tones[one.state]}>{t(`governance.privacy.export-state.${one.state}`)}</Badge> },
                  { id: 'by', title: t('governance.privacy.asked-by'), cell: (one) => one.askedBy.name },
                  { id: 'rows', title: t('governance.privacy.rows'), align: 'end', cell: (one) => <Num value={one.rows} /> },
                  { id: 'at', title: t('governance.privacy.asked-at'), align: 'end', cell: (one) => <Time at={one.askedAt} isPlain /> },
                ]}
              />
              {row && <ExportDialog key={row.id} row={row} onClose={() => setOpened(null)} />}
              {opened === 'new' && <NewExport onClose={() => setOpened(null)} />}
              {opened === 'rules' && <RulesDialog onClose={() => setOpened(null)} />}
              {opened === 'mark' && <MarkDialog onClose={() => setOpened(null)} />}
            </>
          )
        }}
      </Loaded>
    </GovernanceFrame>
  )
}

function About({ row }: { row: ExportRow }) {
  const t = useText()
  return (
    <Facts facts={[
      { label: t('governance.privacy.asked-by'), value: <>{row.askedBy.name} <Time at={row.askedAt} className="text-faint" /></> },
      { label: t('governance.privacy.reason'), value: <span className="whitespace-pre-wrap">{row.reason}</span> },
      { label: t('governance.privacy.columns'), value: row.columns.map((one) => t(`governance.privacy.export-column.${one}`)).join(t('governance.privacy.list-comma')) },
      { label: t('governance.privacy.rows'), value: <Num value={row.rows} /> },
      ...(row.decidedAt ? [{ label: t('governance.privacy.decision'), value: <>{row.decidedBy?.name ?? t('governance.privacy.by-rule')} {row.decisionReason} <Time at={row.decidedAt} className="text-faint" /></> }] : []),
      ...(row.state === 'ready' && row.expiresAt ? [{ label: t('governance.privacy.fetch-until'), value: <Time at={row.expiresAt} isExact /> }] : []),
      { label: t('governance.privacy.downloads'), value: <Num value={row.downloads} /> },
    ]} />
  )
}

function ExportDialog({ row, onClose }: { row: ExportRow; onClose: () => void }) {
  const t = useText()
  const decide = useCall(privacy.decideExport, { refresh: [privacy.exports], onFault: () => undefined, onDone: () => { toast.ok(t('governance.privacy.saved')); onClose() } })
  const take = useCall(privacy.takeExport, {
    refresh: [privacy.exports],
    onDone: ({ name, text, mark }) => {
      const address = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
      Object.assign(document.createElement('a'), { href: address, download: name }).click()
      setTimeout(() => URL.revokeObjectURL(address), 60_000)
      toast.ok(t('governance.privacy.export-taken', { mark }))
    },
  })
  const mayNot = useRefusal('privacy.approve')
  const refusal = mayNot ?? (row.isMine ? t('governance.privacy.own-export') : undefined)
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('governance.privacy.export-title', { number: row.number })} closeLabel={t('console.close')}>
      <div className="flex flex-col gap-4">
        <About row={row} />
        {row.isMine && (row.state === 'ready' || row.state === 'waiting') && <Button variant={row.state === 'ready' ? 'primary' : 'plain'} className="self-start" icon={<Download className="size-4" aria-hidden="true" />} reason={row.state === 'waiting' ? t('governance.privacy.export-waiting') : undefined} busy={take.isPending} onPress={() => take.mutate({ params: { id: row.id } })}>{t('governance.privacy.export-take')}</Button>}
        {row.state === 'waiting' && (
          <Form
            faults={decide.fieldFaults} {...(decide.faultText ? { fault: decide.faultText } : {})}
            onSubmit={(values) => {
              const reason = String(values.get('reason') ?? '').trim()
              decide.mutate({ params: { id: row.id }, body: { verdict: 'approved', ...(reason ? { reason } : {}) } })
            }}
          >
            <TextArea name="reason" label={t('governance.privacy.decision-words')} rows={2} />
            <Actions>
              <Button reason={refusal} busy={decide.isPending} onPress={() => decide.mutate({ params: { id: row.id }, body: { verdict: 'refused' } })}>{t('governance.privacy.act.refuse')}</Button>
              <Button type="submit" variant="primary" reason={refusal} busy={decide.isPending}>{t('governance.privacy.approve')}</Button>
            </Actions>
          </Form>
        )}
      </div>
    </Dialog>
  )
}

function NewExport({ onClose }: { onClose: () => void }) {
  const t = useText()
  const { locale } = useLanguage()
  const mayRead = useMay()('privacy.read')
  const assessments = useGet(outside.assessments, {}, { isEnabled: mayRead })
  const tiers = useGet(customers.tiers, {}, { staleSeconds: 600 })
  const [missing, setMissing] = useState<Record<string, string>>({})
  const ask = useCall(privacy.askExport, { refresh: [privacy.exports], onFault: () => undefined, onDone: (made) => { toast.ok(t(made.state === 'ready' ? 'governance.privacy.export-is-ready' : 'governance.privacy.export-waits', { number: made.number })); onClose() } })
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('governance.privacy.export-new')} closeLabel={t('console.close')}>
      <Form
        columns={2} faults={{ ...ask.fieldFaults, ...missing }} {...(ask.faultText ?? missing.columns ? { fault: ask.faultText ?? missing.columns } : {})}
        onSubmit={(values) => {
          const word = (name: string) => String(values.get(name) ?? '').trim()
          const columns = exportColumns.filter((one) => values.get(`column-${one}`) !== null)
          const lacking = { ...(word('reason') === '' ? { reason: t('input.empty') } : {}), ...(columns.length === 0 ? { columns: t('governance.privacy.choose-column') } : {}) }
          setMissing(lacking)
          if (Object.keys(lacking).length > 0) return
          const tier = word('tier')
          const filter = { ...(tier && tier !== 'all' ? { tier } : {}), ...(word('from') ? { from: word('from') } : {}), ...(word('to') ? { to: word('to') } : {}) }
          const assessmentId = word('assessment')
          ask.mutate({ body: { ...(assessmentId && assessmentId !== 'none' ? { assessmentId } : {}), purpose: exportPurposes.find((one) => one === word('purpose')) ?? 'service', columns, filter, reason: word('reason') } })
        }}
      >
        <p className="col-span-full max-w-reading text-muted">{t('governance.privacy.export-means')}</p>
        <Select name="purpose" label={t('governance.privacy.export-for')} className="col-span-full" defaultValue="service" description={t('governance.privacy.export-for-means')} options={exportPurposes.map((id) => ({ id, label: t(`governance.privacy.export-purpose.${id}`) }))} />
        <fieldset className="col-span-full flex flex-wrap gap-x-4 gap-y-1">
          <legend className="mb-1 text-sm text-muted">{t('governance.privacy.columns')}</legend>
          {exportColumns.map((one) => <Checkbox key={one} name={`column-${one}`} defaultSelected={usual.includes(one)}>{t(`governance.privacy.export-column.${one}`)}</Checkbox>)}
        </fieldset>
        <Select name="tier" label={t('governance.privacy.export-column.tier')} className="col-span-full" defaultValue="all" options={[{ id: 'all', label: t('governance.privacy.all-tiers') }, ...(tiers.data?.rows ?? []).map((row) => ({ id: row.key, label: row.name?.[locale] ?? t(`customers.tier-${row.key}`) }))]} />
        {mayRead && <Select name="assessment" label={t('governance.assessment.choose')} className="col-span-full" defaultValue="none" error={ask.fieldFaults?.assessmentId} options={[{ id: 'none', label: t('governance.assessment.choose-none') }, ...(assessments.data?.rows ?? []).filter((row) => row.decision?.verdict === 'approved').map((row) => ({ id: row.id, label: t('governance.assessment.name', { number: row.number, title: row.title }) }))]} />}
        <TextField name="from" type="date" label={t('governance.privacy.since-from')} error={ask.fieldFaults?.['filter.from']} />
        <TextField name="to" type="date" label={t('governance.privacy.since-to')} error={ask.fieldFaults?.['filter.to']} />
        <TextArea name="reason" label={t('governance.privacy.reason')} description={t('governance.privacy.export-reason-means')} rows={2} isRequired className="col-span-full" />
        <Actions><Button onPress={onClose}>{t('governance.privacy.cancel')}</Button><Button type="submit" variant="primary" busy={ask.isPending}>{t('governance.privacy.export-ask')}</Button></Actions>
      </Form>
    </Dialog>
  )
}

function RulesDialog({ onClose }: { onClose: () => void }) {
  const t = useText()
  const refusal = useRefusal('privacy.edit')
  const found = useGet(privacy.exportRules, {})
  const save = useCall(privacy.changeExportRules, { refresh: [privacy.exportRules], onFault: () => undefined, onDone: () => { toast.ok(t('governance.privacy.saved')); onClose() } })
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('governance.privacy.settings')} closeLabel={t('console.close')}>
      <Loaded of={found} rows={3}>
        {(rules) => (
          <Form faults={save.fieldFaults} {...(save.faultText ? { fault: save.faultText } : {})} onSubmit={(values) => save.mutate({ body: { freeRows: Number(values.get('freeRows')), monthlyRows: Number(values.get('monthlyRows')) } })}>
            <NumberField name="freeRows" label={t('governance.privacy.free-rows')} description={t('governance.privacy.free-rows-means')} defaultValue={rules.freeRows} minValue={0} maxValue={10_000} />
            <NumberField name="monthlyRows" label={t('governance.privacy.monthly-rows')} description={t('governance.privacy.monthly-rows-means')} defaultValue={rules.monthlyRows} minValue={0} maxValue={1_000_000} />
            <Actions><Button onPress={onClose}>{t('governance.privacy.cancel')}</Button><Button type="submit" variant="primary" busy={save.isPending} reason={refusal}>{t('governance.privacy.save')}</Button></Actions>
          </Form>
        )}
      </Loaded>
    </Dialog>
  )
}

/** A file turned up somewhere: whose was it? */
function MarkDialog({ onClose }: { onClose: () => void }) {
  const t = useText()
  const [mark, setMark] = useState('')
  const isMark = /^LD\d{1,12}-[0-9a-f]{10}$/.test(mark.trim())
  const found = useGet(privacy.mark, { params: { mark: mark.trim() } }, { isEnabled: isMark })
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('governance.privacy.mark-trace')} closeLabel={t('console.close')}>
      <div className="flex flex-col gap-4">
        <TextField label={t('governance.privacy.mark')} description={t('governance.privacy.mark-means')} placeholder="LD1001-0123456789" value={mark} onChange={setMark} autoFocus {...(found.error ? { error: t(found.error.code, found.error.args) } : {})} />
        {found.data && <><p role="status">{t('governance.privacy.mark-of', { by: found.data.by, at: found.data.at, number: found.data.export.number })}</p><About row={found.data.export} /></>}
      </div>
    </Dialog>
  )
}
