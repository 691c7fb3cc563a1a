import { Globe, Mail, MessageCircle, Phone, Plug, Store, type LucideIcon } from 'lucide-react'
import { clsx } from 'clsx'
import { useEffect, useRef, useState, type ReactElement, type ReactNode } from 'react'
import { useText } from '../../../apps/console/text.tsx'
import { Avatar, Button, ClockRing, ErrorState, List, PriorityMark, Skeleton, useNow, useShortcuts } from '../../../ui/index.ts'
import type { RequestRow } from '../contract.ts'
import { useTierName, type useRequestList } from './data.ts'
import { readRowClock } from './words.ts'

const ROW_PX = 60
/** The next page is asked for when fewer rows than this lie below the window. */
const AHEAD_ROWS = 15

/** Keys that follow each other faster than this are a way through the list, not a choice. */
const FAST_MS = 150

const channelIcons: Record<string, LucideIcon> = { email: Mail, chat: MessageCircle, portal: Globe, phone: Phone, outlet: Store, api: Plug }

export interface RequestListProps {
  label: string
  list: ReturnType<typeof useRequestList>
  selected: string | null
  onSelect: (id: string) => void
  onOpen: (id: string) => void
  empty: ReactNode
}

/** The rows of a view. j and k walk it from anywhere; the next page comes before its end is reached. */
export function RequestList({ label, list, selected, onSelect, onOpen, empty }: RequestListProps): ReactElement {
  const t = useText()
  const box = useRef<HTMLDivElement>(null)
  const { rows, hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const more = useRef<() => void>(() => undefined)
  more.current = () => {
    const element = box.current
    if (!element || !hasNextPage || isFetchingNextPage) return
    if (element.scrollHeight - element.scrollTop - element.clientHeight < AHEAD_ROWS * ROW_PX) void fetchNextPage()
  }
  useEffect(() => {
    const element = box.current
    if (!element) return
    const hear = () => more.current()
    hear()
    element.addEventListener('scroll', hear, { passive: true })
    return () => element.removeEventListener('scroll', hear)
  }, [rows.length === 0, rows.length])
  const { cursor, move } = useCursor(selected, onSelect)
  const walk = (step: 1 | -1) => {
    const at = rows.findIndex((row) => row.id === cursor.current)
    const next = Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + step))
    const row = rows[next]
    if (!row) return
    move(row.id)
    const element = box.current
    if (!element) return
    // From here on the list's own arrow keys and Enter go on.
    if (!element.contains(document.activeElement)) element.focus({ preventScroll: true })
    const top = next * ROW_PX
    if (top < element.scrollTop) element.scrollTop = top
    else if (top + ROW_PX > element.scrollTop + element.clientHeight) element.scrollTop = top + ROW_PX - element.clientHeight
  }
  const group = t('requests.list')
  useShortcuts([
    { keys: 'j', label: t('requests.key.down'), group, run: () => walk(1) },
    { keys: 'k', label: t('requests.key.up'), group, run: () => walk(-1) },
  ])
  if (list.isPending) return <Skeleton label={t('requests.loading')} rows={10} />
  if (list.isError && rows.length === 0) {
    return <ErrorState title={t(list.error.code, list.error.args)} action={<Button onPress={() => { void list.refetch() }}>{t('console.try-again')}</Button>}>{t('console.unreachable-next')}</ErrorState>
  }
  return (
    <List
      label={label} items={rows} itemId={idOf} itemText={textOf} rowHeight={ROW_PX} selected={cursor.current} onSelect={move} onOpen={onOpen} listRef={box} className="flex-1" empty={empty}
    >{(row) => <Row row={row} />}</List>
  )
}

/** The row one stands on moves at once; the request itself is opened where one rests, not at every row passed. */
function useCursor(selected: string | null, onSelect: (id: string) => void): { cursor: { readonly current: string | null }; move: (id: string) => void } {
  const cursor = useRef(selected)
  const rest = useRef<{ timer: ReturnType<typeof setTimeout> | undefined; movedAt: number }>({ timer: undefined, movedAt: 0 })
  const [, show] = useState<string | null>(null)
  // The address follows a moment later; what it said before must not pull the cursor back.
  const seen = useRef(selected)
  if (seen.current !== selected) {
    seen.current = selected
    if (rest.current.timer === undefined) cursor.current = selected
  }
  const latest = useRef(onSelect)
  latest.current = onSelect
  useEffect(() => () => clearTimeout(rest.current.timer), [])
  const move = (id: string) => {
    const now = Date.now()
    const isFast = now - rest.current.movedAt < FAST_MS
    rest.current.movedAt = now
    cursor.current = id
    show(id)
    clearTimeout(rest.current.timer)
    rest.current.timer = setTimeout(() => { rest.current.timer = undefined; latest.current(id) }, isFast ? FAST_MS : 0)
  }
  return { cursor, move }
}

const idOf = (row: RequestRow): string => row.id
const textOf = (row: RequestRow): string => `#${row.number} ${row.subject} ${row.customerName}`

function Row({ row }: { row: RequestRow }) {
  const t = useText()
  const tierName = useTierName()
  const clock = readRowClock(row, useNow(), t)
  const Icon = channelIcons[row.channel] ?? Plug
  return (
    <div className="flex min-w-0 flex-1 flex-col gap-0.5">
      <div className="flex min-w-0 items-center gap-1.5">
        <PriorityMark priority={row.priority} label={t(`requests.priority.${row.priority}`)} />
        <span className={clsx('min-w-0 flex-1 truncate', row.isUnread ? 'font-bold' : 'text-text')}>{row.subject}</span>
        {row.isUnread && <span role="img" aria-label={t('requests.unread')} className="size-2 shrink-0 rounded-full bg-accent" />}
        {clock ? <ClockRing {...clock} className="text-sm" /> : <span className="text-sm text-faint">{t(`requests.stage.${row.stage}`)}</span>}
      </div>
      <div className="flex min-w-0 items-center gap-1.5 text-sm text-muted">
        <span className="tabular-nums">#{row.number}</span>
        <span className="min-w-0 truncate">{row.customerName || t('requests.nameless')}</span>
        {row.customerTier !== 'standard' && <span className="shrink-0 text-accent">{tierName(row.customerTier)}</span>}
        <span role="img" aria-label={t(`requests.channel.${row.channel}`)} title={t(`requests.channel.${row.channel}`)} className="shrink-0"><Icon className="size-3.5" aria-hidden="true" /></span>
        <span className="ms-auto inline-flex min-w-0 shrink-0 items-center gap-1">{row.holder ? <><Avatar name={row.holder.name} size="sm" isDecorative /><span className="max-w-20 truncate">{row.holder.name}</span></> : <span className="text-faint">{t('requests.in-queue')}</span>}</span>
      </div>
    </div>
  )
}
