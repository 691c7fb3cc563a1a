import { clsx } from 'clsx'
import type { ReactElement } from 'react'
import { Link as AriaLink } from 'react-aria-components'
import { paths } from '../../../apps/console/paths.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Select } from '../../../ui/index.ts'
import type { View } from '../contract.ts'
import type { useCounts } from './data.ts'

/** The everyday views first, then those that must be empty or owned. */
const workViews: readonly View[] = ['mine', 'queue', 'due-soon', 'waiting', 'to-verify', 'answerable', 'open']
const careViews: readonly View[] = ['unassigned', 'unaccepted', 'overdue', 'stuck', 'failed', 'unverified', 'unrated']
const restViews: readonly View[] = ['closed', 'all']
/** A number here is a thing somebody has to look at. */
const alarming = new Set<View>(['overdue', 'stuck', 'failed', 'unaccepted'])

interface ViewsProps {
  view: View
  team: string | undefined
  counts: ReturnType<typeof useCounts>['data']
}

const shownCount = (count: number | undefined): string => count === undefined ? '' : count >= 1000 ? '999+' : String(count)

export function Views({ view, team, counts }: ViewsProps): ReactElement {
  const t = useText()
  const may = useMay()
  const groups: { id: string; views: readonly View[] }[] = [
    { id: 'work', views: may('requests.work') ? workViews : workViews.filter((one) => one !== 'mine' && one !== 'answerable') },
    { id: 'care', views: careViews }, { id: 'rest', views: restViews },
  ]
  return (
    <nav aria-label={t('requests.views')} className="flex h-full flex-col overflow-y-auto py-2">
      {groups.map((group) => (
        <div key={group.id} className="mb-2">
          <h2 className="px-3 pb-0.5 text-sm font-bold text-faint">{t(`requests.views.${group.id}`)}</h2>
          {group.views.map((one) => (
            <ViewLink key={one} href={paths.inbox({ view: one, team })} isHere={view === one} label={t(`requests.view.${one}`)} count={counts?.views[one]} isAlarming={alarming.has(one)} />
          ))}
        </div>
      ))}
      <div>
        <h2 className="px-3 pb-0.5 text-sm font-bold text-faint">{t('requests.teams')}</h2>
        {team !== undefined && <ViewLink href={paths.inbox({ view })} isHere={false} label={t('requests.all-teams')} count={undefined} />}
        {(counts?.teams ?? []).map((one) => (
          <ViewLink key={one.id} href={paths.inbox({ view: view === 'mine' ? 'open' : view, team: one.id })} isHere={team === one.id} label={one.name} count={one.open} />
        ))}
      </div>
    </nav>
  )
}

function ViewLink({ href, isHere, label, count, isAlarming }: { href: string; isHere: boolean; label: string; count: number | undefined; isAlarming?: boolean }) {
  const isBad = isAlarming === true && (count ?? 0) > 0
  return (
    <AriaLink
      href={href} {...(isHere ? { 'aria-current': 'page' as const } : {})}
      className={clsx('mx-1.5 flex h-7.5 cursor-pointer items-center gap-2 rounded-sm px-1.5 -outline-offset-2', isHere ? 'bg-selected font-bold text-accent' : 'text-text hover:bg-hover')}
    >
      <span className="min-w-0 flex-1 truncate">{label}</span>
      {(count ?? 0) > 0 && <span className={clsx('text-sm tabular-nums', isBad ? 'font-bold text-late' : isHere ? '' : 'font-normal text-muted')}>{shownCount(count)}{isBad && ' !'}</span>}
    </AriaLink>
  )
}

/** The same choice where there is no room for a column. */
export function ViewSelect({ view, counts, onChange }: ViewsProps & { onChange: (view: View) => void }): ReactElement {
  const t = useText()
  const options = [...workViews, ...careViews, ...restViews].map((one) => {
    const count = counts?.views[one] ?? 0
    return { id: one, label: count > 0 ? `${t(`requests.view.${one}`)}  ${shownCount(count)}` : t(`requests.view.${one}`) }
  })
  return <Select label={t('requests.views')} isLabelHidden value={view} options={options} onChange={(id) => onChange(id as View)} />
}
