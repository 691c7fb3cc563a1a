import type { ReactElement } from 'react'
import { paths } from '../../../apps/console/paths.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Link, PriorityMark, Table, Time } from '../../../ui/index.ts'
import type { Ahead as Deadline } from '../../insight/contract.ts'
import { Steer } from './Steer.tsx'

/** The next deadlines, soonest first: trouble before the customer sees it. */
export function Ahead({ rows }: { rows: Deadline[] }): ReactElement {
  const t = useText()
  if (rows.length === 0) return <p className="text-muted">{t('routing.ahead-none')}</p>
  return (
    <Table<Deadline>
      label={t('routing.ahead')} rowId={(row) => row.id} rows={rows} density="compact"
      columns={[
        { id: 'due', title: t('routing.ahead-due'), width: '8rem', cell: (row) => <Time at={row.dueAt} isPlain className="font-bold" /> },
        { id: 'kind', title: t('routing.ahead-kind'), width: '7rem', priority: 3, cell: (row) => row.kind === null ? '' : row.kind === 'offer' ? t('routing.ahead-offer') : t(`requests.clock-kind.${row.kind}`) },
        { id: 'subject', title: t('routing.ahead-request'), cell: (row) => <span className="flex min-w-0 items-center gap-2"><PriorityMark priority={row.priority} label={t(`routing.priority.${row.priority}`)} /><Link href={paths.request({ id: row.id })} variant="quiet" className="block max-w-96 truncate">{row.subject}</Link></span> },
        { id: 'holder', title: t('routing.ahead-holder'), width: '10rem', cell: (row) => row.holder?.name ?? <span className="text-soon">{t('routing.nobody')}</span> },
        { id: 'steer', title: t('routing.steer-title'), align: 'end', width: '4rem', cell: (row) => <Steer row={row} /> },
      ]}
    />
  )
}
