import { clsx } from 'clsx'
import type { ReactElement } from 'react'

export type Priority = 'urgent' | 'normal' | 'routine'

const shape: Record<Priority, ReactElement> = {
  urgent: <path d="M6 1.2 11.4 10.8H.6z" fill="currentColor" />,
  normal: <circle cx="6" cy="6" r="3.6" fill="currentColor" />,
  routine: <circle cx="6" cy="6" r="3.2" fill="none" stroke="currentColor" strokeWidth="1.3" />,
}

const colour: Record<Priority, string> = { urgent: 'text-late', normal: 'text-muted', routine: 'text-faint' }

/** ▲ urgent, ● normal, ○ routine: the shape says it before the colour. */
export function PriorityMark({ priority, label, hasWords, className }: { priority: Priority; label: string; hasWords?: boolean; className?: string }): ReactElement {
  return (
    <span className={clsx('inline-flex shrink-0 items-center gap-1', colour[priority], className)} {...(hasWords ? {} : { role: 'img', 'aria-label': label, title: label })}>
      <svg viewBox="0 0 12 12" className="size-3" aria-hidden="true">{shape[priority]}</svg>
      {hasWords && label}
    </span>
  )
}
