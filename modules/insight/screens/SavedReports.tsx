import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useSearchState } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useText } from '../../../apps/console/text.tsx'
import { AlertDialog, Button, Drawer, EmptyState, Facts, Link, Section, Table, Time } from '../../../ui/index.ts'
import { savedReports, type ReportMail, type SavedReport } from '../reports/contract.ts'
import { InsightFrame } from './InsightFrame.tsx'
import { MailingDialog } from './MailingDialog.tsx'
import { SaveDialog } from './SaveDialog.tsx'

/** Where the report of a question stands. */
export const hrefOf = (report: SavedReport): string => paths.reports({ ...report.question, saved: report.id })

/** Reports under a name: mine, and those shared with me. */
export default function SavedReports(): ReactElement {
  const t = useText()
  const [search, setSearch] = useSearchState<'report'>()
  const found = useGet(savedReports.savedReports, {}, { live: ['report.'] })
  const open = found.data?.rows.find((row) => row.id === search.report)
  const questionWords = ({ question }: SavedReport) => `${t(`insight.metric.${question.metric}`)} · ${t(`insight.report.by-${question.by}`)} · ${question.period === 'own' ? `${question.from} – ${question.to}` : t(`insight.report.period-${question.period}`)}`
  return (
    <InsightFrame here="saved" title={t('insight.saved.title')} lead={t('insight.saved.lead')}>
      <Loaded of={found}>{({ rows }) => (
        <Table<SavedReport>
          label={t('insight.saved.title')} rows={rows} rowId={(row) => row.id} onOpen={(row) => setSearch({ report: row.id }, true)}
          empty={<EmptyState title={t('insight.saved.none')} action={<Link href={paths.reports()} variant="button">{t('insight.saved.to-reports')}</Link>}>{t('insight.saved.none-next')}</EmptyState>}
          columns={[
            { id: 'name', title: t('insight.saved.name'), cell: (row) => <Link href={hrefOf(row)} variant="quiet" className="font-bold">{row.name}</Link> },
            { id: 'question', title: t('insight.report.question'), priority: 3, cell: questionWords },
            { id: 'owner', title: t('insight.saved.owner'), priority: 3, cell: (row) => row.isMine ? t('insight.saved.me') : row.owner.name },
            { id: 'mail', title: t('insight.saved.by-mail'), cell: (row) => row.mailing ? t('insight.saved.sends', { rhythm: t(`insight.saved.rhythm-${row.mailing.rhythm}`), time: row.mailing.time, count: row.mailing.recipients.length }) : row.comesByMail ? t('insight.saved.comes') : '–' },
          ]}
        />
      )}</Loaded>
      {open && <ReportDrawer key={open.id} report={open} onClose={() => setSearch({ report: null })} />}
    </InsightFrame>
  )
}

function ReportDrawer({ report, onClose }: { report: SavedReport; onClose: () => void }): ReactElement {
  const t = useText()
  const [dialog, setDialog] = useState<'edit' | 'mail' | 'delete' | null>(null)
  const remove = useCall(savedReports.deleteReport, { refresh: [savedReports.savedReports], onDone: onClose })
  const leave = useCall(savedReports.leaveMailing, { refresh: [savedReports.savedReports] })
  const mails = useGet(savedReports.reportMails, { params: { id: report.id } })
  const shared = [...report.teams.map((one) => one.name), ...report.roles.map((one) => one.name ?? t(`staff.role.${one.key}`))].join(' · ')
  const refusal = report.isMine ? undefined : t('insight.saved.not-yours')
  return (
    <Drawer title={report.name} isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} closeLabel={t('console.close')}>
      <div className="flex flex-col gap-4">
        <div className="flex flex-wrap gap-2">
          <Link href={hrefOf(report)} variant="button">{t('insight.saved.open')}</Link>
          <Button reason={refusal} onPress={() => setDialog('edit')}>{t('insight.saved.edit')}</Button>
          <Button onPress={() => setDialog('mail')}>{t('insight.saved.by-mail')}</Button>
          {report.comesByMail && <Button busy={leave.isPending} onPress={() => leave.mutate({ params: { id: report.id } })}>{t('insight.saved.leave')}</Button>}
          <Button reason={refusal} onPress={() => setDialog('delete')}>{t('insight.saved.delete')}</Button>
        </div>
        <Facts facts={[{ label: t('insight.saved.owner'), value: report.isMine ? t('insight.saved.me') : report.owner.name }, { label: t('insight.saved.shared-with'), value: shared || t('insight.saved.shared-none') }]} />
        <Section title={t('insight.saved.log')}>
          <Loaded of={mails} rows={3}>{({ rows }) => rows.length === 0 ? <p className="text-muted">{t('insight.saved.log-none')}</p> : <Log rows={rows} />}</Loaded>
        </Section>
      </div>
      {dialog === 'edit' && <SaveDialog question={report.question} report={report} onClose={() => setDialog(null)} />}
      {dialog === 'mail' && <MailingDialog report={report} onClose={() => setDialog(null)} />}
      {dialog === 'delete' && <AlertDialog title={t('insight.saved.delete-title')} isOpen onOpenChange={() => setDialog(null)} confirmLabel={t('insight.saved.delete')} cancelLabel={t('insight.saved.cancel')} isDangerous onConfirm={async () => { await remove.mutateAsync({ params: { id: report.id } }) }}>{t('insight.saved.delete-means')}</AlertDialog>}
    </Drawer>
  )
}

function Log({ rows }: { rows: ReportMail[] }): ReactElement {
  const t = useText()
  // A reason is a text key, or what the mail server said.
  const whyWords = (why: string | null): string => (why === null ? '' : /^(insight|channels)\.[a-z.-]+$/.test(why) ? t(why) : why)
  return (
    <Table<ReportMail> label={t('insight.saved.log')} rows={rows} rowId={(row) => row.id} density="compact" columns={[
      { id: 'to', title: t('insight.saved.log-to'), cell: (row) => row.person.name },
      { id: 'due', title: t('insight.saved.log-due'), cell: (row) => <Time at={row.dueAt} isExact /> },
      { id: 'state', title: t('insight.saved.log-state'), cell: (row) => <span className={row.state === 'failed' ? 'text-late' : ''}>{t(`insight.saved.state-${row.state}`)}{row.why !== null && <span className="block text-sm wrap-anywhere text-muted">{whyWords(row.why)}</span>}</span> },
    ]} />
  )
}
