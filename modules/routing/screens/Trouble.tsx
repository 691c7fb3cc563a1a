import { clsx } from 'clsx'
import { Check } from 'lucide-react'
import type { ReactElement } from 'react'
import { useGet } from '../../../apps/console/api.ts'
import { useRenewal } from '../../../apps/console/live.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Link, Skeleton } from '../../../ui/index.ts'
import { requests } from '../../requests/contract.ts'
import { QueueRow } from './QueueRow.tsx'

const lists = ['unassigned', 'unaccepted', 'stuck', 'overdue', 'unverified', 'unrated', 'failed'] as const
const MOST = 100
/** Seven lists, in a busy house with events every second. */
const RENEWAL_MS = 3_000

/** Lists in which nothing may lie without somebody knowing. An empty one says so; the others open and show the oldest. */
export function Trouble({ teamId }: { teamId: string | undefined }): ReactElement {
  return <ul className="flex flex-col">{lists.map((view) => <One key={view} view={view} teamId={teamId} />)}</ul>
}

function One({ view, teamId }: { view: (typeof lists)[number]; teamId: string | undefined }): ReactElement {
  const t = useText()
  const team = teamId === undefined ? {} : { teamId }
  const found = useGet(requests.list, { query: { ...team, view, limit: MOST } }, { keepsPrevious: true })
  useRenewal('request.', found.refetch, RENEWAL_MS)
  const rows = found.data?.rows ?? []
  const count = rows.length
  const words = found.data?.next ? `${MOST}+` : String(count)
  return (
    <li className="border-b border-line">
      <details className="group/list">
        <summary className={clsx('flex min-h-row cursor-pointer list-none flex-wrap items-center gap-x-3 py-1', count === 0 && 'text-muted')}>
          <span aria-hidden="true" className={clsx('text-faint transition-transform group-open/list:rotate-90', count === 0 && 'invisible')}>▸</span>
          <span className="w-28 font-bold">{t(`routing.list.${view}`)}</span>
          {found.isPending ? <Skeleton label={t('console.loading')} rows={1} className="w-20 p-0!" /> : count === 0 ? <span className="inline-flex items-center gap-1 text-ok"><Check className="size-4" aria-hidden="true" />{t('routing.list-empty')}</span> : <span className={clsx('text-lg font-bold', view === 'unrated' ? '' : 'text-late')}>{words}</span>}
          <span className="min-w-0 flex-1 text-sm text-faint max-sm:basis-full max-sm:ps-6">{t(`routing.list.${view}-means`)}</span>
        </summary>
        {count > 0 && (
          <div className="pb-3 ps-6">
            <ul>{rows.slice(0, 5).map((row) => <QueueRow key={row.id} row={row} />)}</ul>
            <Link href={paths.inbox({ view, team: teamId })}>{t('routing.open-list', { count: words })}</Link>
          </div>
        )}
      </details>
    </li>
  )
}
