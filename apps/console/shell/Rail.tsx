import { clsx } from 'clsx'
import { useLocation, useNavigate } from '@tanstack/react-router'
import { Ellipsis, type LucideIcon } from 'lucide-react'
import { useMemo, type ReactElement } from 'react'
import { Link as AriaLink } from 'react-aria-components'
import { Kbd, Menu, Button, Tooltip } from '../../../ui/index.ts'
import { patterns, type PageName } from '../paths.ts'
import { routes } from '../routes.tsx'
import { useMay } from '../session.tsx'
import { useText } from '../text.tsx'
import { places } from './rail.ts'

export interface RailEntry {
  id: string
  label: string
  href: string
  keys: string
  icon: LucideIcon
  isHere: boolean
  open: () => void
}

const baseOf = (path: string): string => path.split('/')[1] ?? ''

/** The places this person may open, in the order of the loop. */
export function useRail(): RailEntry[] {
  const t = useText()
  const may = useMay()
  const navigate = useNavigate()
  const { pathname } = useLocation()
  return useMemo(() => places.flatMap((place) => {
    const pages = Object.entries(routes) as [PageName, (typeof routes)[PageName]][]
    const found = pages.find(([, route]) => route?.rail === place.id && (route.needs === undefined || may(route.needs)))
    if (!found) return []
    const href = patterns[found[0]]
    const isHere = baseOf(pathname) === baseOf(href) || pages.some(([name, route]) => route?.within === place.id && baseOf(patterns[name]) === baseOf(pathname))
    return [{ id: place.id, label: t(`console.place.${place.id}`), href, keys: place.keys, icon: place.icon, isHere, open: () => { void navigate({ href }) } }]
  }), [t, may, navigate, pathname])
}

/** 48 px of icons at the left; names appear on hover and focus. */
export function Rail({ entries }: { entries: readonly RailEntry[] }): ReactElement {
  const t = useText()
  return (
    <nav aria-label={t('console.rail')} className="row-span-2 flex flex-col items-center gap-1 overflow-y-auto border-e border-line bg-sunken py-2 max-sm:hidden">
      <span className="mb-1 flex size-9 items-center justify-center" aria-hidden="true"><Mark /></span>
      {entries.map((entry) => (
        <Tooltip key={entry.id} placement="right" text={<>{entry.label}<Kbd keys={entry.keys} className="ms-2" /></>}>
          <AriaLink href={entry.href} aria-label={entry.label} {...(entry.isHere ? { 'aria-current': 'page' as const } : {})} className={clsx('relative flex size-9 shrink-0 items-center justify-center rounded-md', entry.isHere ? 'bg-raised text-accent before:absolute before:inset-y-1.5 before:-start-1.5 before:w-0.75 before:rounded-full before:bg-accent' : 'text-muted hover:bg-hover hover:text-text')}>
            <entry.icon className="size-5" strokeWidth={1.75} aria-hidden="true" />
          </AriaLink>
        </Tooltip>
      ))}
    </nav>
  )
}

const AT_BOTTOM = 4

/** On a phone the first four places stand at the bottom with their names, the others in a menu. */
export function BottomBar({ entries }: { entries: readonly RailEntry[] }): ReactElement {
  const t = useText()
  const rest = entries.slice(AT_BOTTOM)
  const look = 'flex h-13 min-w-0 flex-1 flex-col items-center justify-center gap-0.5 text-sm'
  return (
    <nav aria-label={t('console.rail')} className="hidden border-t border-line bg-sunken pb-[env(safe-area-inset-bottom)] max-sm:flex">
      {entries.slice(0, AT_BOTTOM).map((entry) => (
        <AriaLink key={entry.id} href={entry.href} {...(entry.isHere ? { 'aria-current': 'page' as const } : {})} className={clsx(look, entry.isHere ? 'font-bold text-accent' : 'text-muted')}>
          <entry.icon className="size-5" strokeWidth={1.75} aria-hidden="true" /><span className="max-w-full truncate">{entry.label}</span>
        </AriaLink>
      ))}
      {rest.length > 0 && (
        <Menu
          label={t('console.more')} placement="top end"
          trigger={<Button variant="quiet" className="h-13! flex-1 flex-col gap-0.5! text-sm" icon={<Ellipsis className="size-5" aria-hidden="true" />}>{t('console.more')}</Button>}
          groups={[{ id: 'places', entries: rest.map((entry) => ({ id: entry.id, label: entry.label, href: entry.href, icon: <entry.icon className="size-4" aria-hidden="true" /> })) }]}
        />
      )}
    </nav>
  )
}

/** The sign of Loopdesk: a closed loop, half full. */
export function Mark(): ReactElement {
  return (
    <svg viewBox="0 0 32 32" className="size-5 text-accent" aria-hidden="true">
      <circle cx="16" cy="16" r="11" fill="none" stroke="currentColor" strokeWidth="5" />
      <path d="M16 5a11 11 0 0 1 0 22z" fill="currentColor" />
    </svg>
  )
}
