import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../../apps/console/api.ts'
import { Loaded } from '../../../../apps/console/Loaded.tsx'
import { useText } from '../../../../apps/console/text.tsx'
import { Actions, Badge, Button, Dialog, EmptyState, Form, Num, NumberField, RadioGroup, Section, Table, Time, toast } from '../../../../ui/index.ts'
import { privacy, type RetentionRow, type RetentionRun } from '../../privacy/contract.ts'
import { GovernanceFrame, useRefusal } from '../GovernanceFrame.tsx'
import { named } from './Register.tsx'

const USUAL_DAYS = 730

/** What goes by itself when its time is over, what is due now, and what went. */
export default function Retention(): ReactElement {
  const t = useText()
  const refusal = useRefusal('privacy.edit')
  const found = useGet(privacy.retention, {}, { live: ['privacy.retention', 'privacy.hold', 'privacy.customer-held'] })
  const [edited, setEdited] = useState<string | null>(null)
  const [opened, setOpened] = useState<RetentionRun | null>(null)
  return (
    <GovernanceFrame here="retention" title={t('governance.privacy.retention-page')} lead={t('governance.privacy.retention-lead')}>
      <Loaded of={found} rows={6}>
        {({ rows, runs }) => {
          const row = rows.find((one) => one.category === edited)
          return (
            <>
              <Table<RetentionRow>
                label={t('governance.privacy.retention-page')} rows={rows} rowId={(one) => one.category}
                columns={[
                  { id: 'category', title: t('governance.privacy.category'), cell: (one) => <span className="block py-1"><span className="font-bold">{t(`governance.privacy.category.${one.category}`)}</span><span className="block text-sm text-muted">{t(`governance.privacy.category-means.${one.category}`)}</span></span> },
                  { id: 'days', title: t('governance.privacy.kept-for'), cell: (one) => one.days === null ? <Badge tone="soon">{t('governance.privacy.until-asked')}</Badge> : t('governance.privacy.retention-days', { days: one.days }) },
                  { id: 'due', title: t('governance.privacy.due-now'), align: 'end', cell: (one) => one.days === null ? '' : <Num value={one.due} /> },
                  { id: 'held', title: t('governance.privacy.held-back'), align: 'end', cell: (one) => one.days === null ? '' : <Num value={one.held} /> },
                  { id: 'act', title: t('governance.privacy.change'), align: 'end', cell: (one) => <Button size="sm" reason={refusal} onPress={() => setEdited(one.category)} aria-label={t('governance.privacy.change-of', { category: t(`governance.privacy.category.${one.category}`) })}>{t('governance.privacy.change')}</Button> },
                ]}
              />
              <Section title={t('governance.privacy.runs')}>
                <Table<RetentionRun>
                  label={t('governance.privacy.runs')} rows={runs} rowId={(run) => run.id} density="compact" onOpen={setOpened}
                  empty={<EmptyState title={t('governance.privacy.runs-none')}>{t('governance.privacy.runs-none-next')}</EmptyState>}
                  columns={[
                    { id: 'at', title: t('governance.privacy.run-at'), cell: (run) => <Time at={run.at} isPlain /> },
                    { id: 'category', title: t('governance.privacy.category'), cell: (run) => t(`governance.privacy.category.${run.category}`) },
                    { id: 'days', title: t('governance.privacy.kept-for'), cell: (run) => t('governance.privacy.retention-days', { days: run.days }) },
                    { id: 'count', title: t('governance.privacy.erased-count'), align: 'end', cell: (run) => <Num value={run.count} /> },
                    { id: 'held', title: t('governance.privacy.held-back'), align: 'end', cell: (run) => <Num value={run.held} /> },
                  ]}
                />
              </Section>
              {row && <ScheduleDialog key={`${row.category}/${row.version}`} row={row} onClose={() => setEdited(null)} />}
              {opened && (
                <Dialog isOpen onOpenChange={() => setOpened(null)} title={t('governance.privacy.report')} closeLabel={t('console.close')}>
                  <Table
                    label={t('governance.privacy.report')} density="compact" rows={Object.entries(opened.report)} rowId={([table]) => table}
                    columns={[{ id: 'table', title: t('governance.privacy.store'), cell: ([table]) => named(t, 'table', table) }, { id: 'rows', title: t('governance.privacy.rows'), align: 'end', cell: ([, count]) => <Num value={count} /> }]}
                  />
                </Dialog>
              )}
            </>
          )
        }}
      </Loaded>
    </GovernanceFrame>
  )
}

/** Shows what would go before it is said so. */
function ScheduleDialog({ row, onClose }: { row: RetentionRow; onClose: () => void }) {
  const t = useText()
  const [mode, setMode] = useState(row.days === null ? 'asked' : 'days')
  const [days, setDays] = useState(row.days ?? USUAL_DAYS)
  const isDays = mode === 'days' && days >= 30 && days <= 3650
  const preview = useGet(privacy.previewRetention, { params: { category: row.category }, query: { days } }, { isEnabled: isDays, keepsPrevious: true, staleSeconds: 5 })
  const save = useCall(privacy.changeRetention, { refresh: [privacy.retention], onFault: () => undefined, onDone: () => { toast.ok(t('governance.privacy.saved')); onClose() } })
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('governance.privacy.change-of', { category: t(`governance.privacy.category.${row.category}`) })} closeLabel={t('console.close')}>
      <Form
        faults={save.fieldFaults} {...(save.faultText ? { fault: save.faultText } : {})}
        onSubmit={() => { if (mode === 'asked' || isDays) save.mutate({ params: { category: row.category }, body: { days: mode === 'days' ? days : null, version: row.version } }) }}
      >
        <p className="max-w-reading text-muted">{t(`governance.privacy.category-means.${row.category}`)}</p>
        <RadioGroup label={t('governance.privacy.kept-for')} value={mode} onChange={setMode} options={[{ id: 'asked', label: t('governance.privacy.until-asked') }, { id: 'days', label: t('governance.privacy.so-many-days') }]} />
        {mode === 'days' && <NumberField label={t('governance.privacy.days')} value={days} onChange={setDays} minValue={30} maxValue={3650} />}
        <p role="status" className="max-w-reading">{isDays && preview.data ? t(preview.data.due > 0 ? 'governance.privacy.would-go' : 'governance.privacy.nothing-would-go', { due: preview.data.due, held: preview.data.held }) : ''}{isDays && preview.data?.oldest && <> {t('governance.privacy.oldest')} <Time at={preview.data.oldest} isPlain /></>}</p>
        <p className="max-w-reading text-sm text-muted">{t('governance.privacy.next-day')}</p>
        <Actions><Button onPress={onClose}>{t('governance.privacy.cancel')}</Button><Button type="submit" variant="primary" busy={save.isPending}>{t('governance.privacy.save')}</Button></Actions>
      </Form>
    </Dialog>
  )
}
