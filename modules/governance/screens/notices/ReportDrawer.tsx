import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../../apps/console/api.ts'
import { Loaded } from '../../../../apps/console/Loaded.tsx'
import { useSession } from '../../../../apps/console/session.tsx'
import { useText } from '../../../../apps/console/text.tsx'
import { AlertDialog, Button, Drawer, Facts, Table, Time } from '../../../../ui/index.ts'
import { notices } from '../../notices/contract.ts'
import { HandedRequests } from './HandedRequests.tsx'

/** How far a notice came with each, those who have not confirmed first. */
export function ReportDrawer({ id, onClose }: { id: string; onClose: () => void }): ReactElement {
  const t = useText()
  const { person } = useSession()
  const [isAsking, setAsking] = useState(false)
  const found = useGet(notices.noticeReport, { params: { id } }, { live: ['notice.'] })
  const withdraw = useCall(notices.withdrawNotice, { refresh: [notices.sentNotices, notices.noticeReport, notices.myNotices], onDone: () => setAsking(false) })
  const at = (time: string | null) => time === null ? '–' : <Time at={time} />
  return (
    <Drawer title={found.data?.title ?? t('governance.notices.kind.notice')} isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} closeLabel={t('console.close')}>
      <Loaded of={found}>
        {(row) => (
          <div className="flex flex-col gap-4">
            <Facts facts={[
              { label: t('governance.audit.who'), value: row.by.name }, { label: t('governance.audit.at'), value: <Time at={row.at} isExact /> }, { label: t('governance.notices.due'), value: <Time at={row.dueAt} isExact /> },
              { label: t('governance.notices.confirmed'), value: t('governance.notices.progress', { confirmed: row.confirmed, recipients: row.recipients }) },
              ...(row.withdrawnAt !== null ? [{ label: t('governance.notices.withdrawn'), value: <Time at={row.withdrawnAt} isExact /> }] : []),
            ]} />
            <p className="max-w-reading whitespace-pre-wrap wrap-anywhere">{row.text}</p>
            <HandedRequests rows={row.requests} />
            <Table
              label={t('governance.notices.report')} rows={row.receipts} rowId={(one) => one.person.id} density="compact"
              columns={[
                { id: 'person', title: t('governance.notices.person'), cell: (one) => one.person.name },
                { id: 'delivered', title: t('governance.notices.delivered'), cell: (one) => at(one.deliveredAt) },
                { id: 'read', title: t('governance.notices.read'), cell: (one) => at(one.readAt) },
                { id: 'confirmed', title: t('governance.notices.confirmed-when'), cell: (one) => at(one.confirmedAt) },
                { id: 'escalated', title: t('governance.notices.escalated-to'), cell: (one) => one.escalatedTo?.name ?? '–' },
              ]}
            />
            {row.withdrawnAt === null && row.by.id === person?.id && <Button variant="danger" className="self-start" onPress={() => setAsking(true)}>{t('governance.notices.withdraw')}</Button>}
            <AlertDialog isOpen={isAsking} onOpenChange={() => setAsking(false)} title={t('governance.notices.withdraw-ask', { title: row.title })} confirmLabel={t('governance.notices.withdraw')} cancelLabel={t('governance.cancel')} isDangerous onConfirm={() => withdraw.mutateAsync({ params: { id } }).then(() => undefined)}>{t('governance.notices.withdraw-means')}</AlertDialog>
          </div>
        )}
      </Loaded>
    </Drawer>
  )
}
