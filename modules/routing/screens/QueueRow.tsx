import type { ReactElement, ReactNode } from 'react'
import { paths } from '../../../apps/console/paths.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Link, PriorityMark, Time } from '../../../ui/index.ts'
import type { BoardRow } from '../../insight/contract.ts'
import { Steer } from './Steer.tsx'

/** What the rows of the board and those of the lists have in common. */
export type QueueRequest = BoardRow

/** One request among the oldest: whose it is, since when it lies there, and what may be done with it from here. */
export function QueueRow({ row, extra }: { row: QueueRequest; extra?: ReactNode }): ReactElement {
  const t = useText()
  return (
    <li className="flex min-w-0 items-start gap-2 border-t border-line py-1.5">
      <PriorityMark priority={row.priority} label={t(`routing.priority.${row.priority}`)} className="mt-1" />
      <div className="min-w-0 flex-1">
        <Link href={paths.request({ id: row.id })} variant="quiet" className="block truncate">{row.subject}</Link>
        <span className="flex min-w-0 gap-1 text-sm text-faint"><span className="truncate">{row.customerName} · {row.holder?.name ?? t('routing.nobody')} ·</span><Time at={row.stageSince} isPlain className="shrink-0" /></span>
        {extra}
      </div>
      <Steer row={row} />
    </li>
  )
}
