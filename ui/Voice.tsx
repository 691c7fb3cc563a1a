import { clsx } from 'clsx'
import { Lock } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { Time } from './Time.tsx'

export interface VoiceProps {
  /** customer and reply are read by the customer; a note never leaves the house. */
  kind: 'customer' | 'reply' | 'note'
  /** "客戶", "回覆客戶", "內部備註": said in words, not by colour alone. */
  kindLabel: string
  author: string
  at: string | number | Date
  /** Meant for whoever reads it. */
  isMarked?: boolean
  /** Delivery state, tools. */
  aside?: ReactNode
  children: ReactNode
}

/** One message. Customer, reply and internal note differ in surface, border, label and sign. */
export function Voice({ kind, kindLabel, author, at, isMarked = false, aside, children }: VoiceProps): ReactElement {
  return (
    <article aria-label={`${kindLabel} · ${author}`} className={clsx('rounded-md px-4 py-2.5', {
      'border-s-3 border-customer bg-customer-surface': kind === 'customer',
      'border border-line bg-raised': kind === 'reply',
      'border border-dashed border-note bg-note-surface': kind === 'note' && !isMarked,
      'border-2 border-note bg-note-surface': kind === 'note' && isMarked,
    })}>
      <header className="mb-1 flex flex-wrap items-center gap-x-2 text-sm text-muted">
        <span className={clsx('inline-flex items-center gap-1 font-bold', { 'text-customer': kind === 'customer', 'text-accent': kind === 'reply', 'text-note': kind === 'note' })}>
          {kind === 'note' && <Lock className="size-3" aria-hidden="true" />}{kindLabel}
        </span>
        <span>{author}</span><Time at={at} />
        {aside !== undefined && <span className="ms-auto">{aside}</span>}
      </header>
      <div className={clsx('max-w-reading wrap-anywhere whitespace-pre-wrap', kind === 'customer' && 'text-lg')}>{children}</div>
    </article>
  )
}
