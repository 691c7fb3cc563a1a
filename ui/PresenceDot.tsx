import { clsx } from 'clsx'
import type { ReactElement } from 'react'

export type Presence = 'online' | 'busy' | 'away' | 'offline'

const look: Record<Presence, string> = {
  online: 'rounded-full bg-ok',
  busy: 'rounded-[1px] bg-late',
  away: 'rounded-full border-2 border-soon bg-raised',
  offline: 'rounded-full border border-edge bg-raised',
}

/** Presence as shape and colour: full, square, ring, empty. With `label` it is told to screen readers. */
export function PresenceDot({ state, label, className }: { state: Presence; label?: string; className?: string }): ReactElement {
  return <span className={clsx('inline-block size-2 shrink-0', look[state], className)} {...(label !== undefined ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })} />
}
