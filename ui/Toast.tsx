import { clsx } from 'clsx'
import { Check, CircleAlert, X } from 'lucide-react'
import { useEffect, useState, useSyncExternalStore, type ReactElement } from 'react'
import { Button } from './Button.tsx'
import { IconButton } from './IconButton.tsx'

export interface ToastAction {
  label: string
  run: () => void
}

export interface FaultToast {
  /** What happened. */
  what: string
  /** What was kept ("您寫的內容還在"). */
  kept?: string
  /** What to do now. */
  next?: string
  action?: ToastAction
}

type Entry = { id: number; kind: 'ok'; what: string; action?: ToastAction | undefined; seconds: number } | ({ id: number; kind: 'fault' } & FaultToast)

let entries: readonly Entry[] = []
let nextId = 1
const watchers = new Set<() => void>()

function set(next: readonly Entry[]): void {
  entries = next
  for (const watcher of watchers) watcher()
}

const subscribe = (watcher: () => void) => { watchers.add(watcher); return () => { watchers.delete(watcher) } }

/** Short messages at the edge of the screen. Success goes by itself; a fault stays until it is closed. */
export const toast = {
  /** Something went well; with an action (撤銷) it stays `seconds` (default 4, with an action 10). Returns its id. */
  ok(what: string, action?: ToastAction, seconds = action ? 10 : 4): number {
    const id = nextId++
    set([...entries.slice(-3), { id, kind: 'ok', what, action, seconds }])
    return id
  },
  fault(fault: FaultToast): number {
    const id = nextId++
    // The same sentence again is the same fault: one message, not a wall of them.
    set([...entries.filter((entry) => entry.what !== fault.what).slice(-3), { id, kind: 'fault', ...fault }])
    return id
  },
  close(id: number): void {
    set(entries.filter((entry) => entry.id !== id))
  },
}

/** The place where toasts appear; once, in the shell. */
export function ToastRegion({ label, closeLabel }: { label: string; closeLabel: string }): ReactElement {
  const shown = useSyncExternalStore(subscribe, () => entries)
  return (
    <section aria-label={label} className="pointer-events-none fixed end-4 bottom-4 z-50 flex w-90 max-w-[calc(100vw-2rem)] flex-col gap-2 max-sm:bottom-18">
      <div role="status" className="contents">{shown.filter((entry) => entry.kind === 'ok').map((entry) => <ToastCard key={entry.id} entry={entry} closeLabel={closeLabel} />)}</div>
      <div role="alert" className="contents">{shown.filter((entry) => entry.kind === 'fault').map((entry) => <ToastCard key={entry.id} entry={entry} closeLabel={closeLabel} />)}</div>
    </section>
  )
}

function ToastCard({ entry, closeLabel }: { entry: Entry; closeLabel: string }) {
  const [isHeld, setHeld] = useState(false)
  const { id, kind } = entry
  const seconds = kind === 'ok' ? entry.seconds : 0
  useEffect(() => {
    if (kind === 'fault' || isHeld) return
    const timer = setTimeout(() => toast.close(id), seconds * 1000)
    return () => clearTimeout(timer)
  }, [id, kind, seconds, isHeld])
  const hold = { onMouseEnter: () => setHeld(true), onMouseLeave: () => setHeld(false), onFocus: () => setHeld(true), onBlur: () => setHeld(false) }
  return (
    <div {...hold} className={clsx('pointer-events-auto flex animate-appear items-start gap-2 rounded-md border bg-raised py-1.5 ps-3 pe-1.5 shadow-float', kind === 'ok' ? 'border-line' : 'border-late/60')}>
      {kind === 'ok' ? <Check className="mt-1.5 size-4 shrink-0 text-ok" aria-hidden="true" /> : <CircleAlert className="mt-1.5 size-4 shrink-0 text-late" aria-hidden="true" />}
      <div className="min-w-0 flex-1 py-1">
        <p className={kind === 'fault' ? 'font-bold text-late' : ''}>{entry.what}</p>
        {entry.kind === 'fault' && entry.kept !== undefined && <p className="text-muted">{entry.kept}</p>}
        {entry.kind === 'fault' && entry.next !== undefined && <p className="text-muted">{entry.next}</p>}
      </div>
      {entry.action && <Button size="sm" className="mt-0.5" onPress={() => { entry.action?.run(); toast.close(id) }}>{entry.action.label}</Button>}
      <IconButton size="sm" label={closeLabel} icon={<X className="size-4" aria-hidden="true" />} onPress={() => toast.close(id)} />
    </div>
  )
}
