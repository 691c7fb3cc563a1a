import { clsx } from 'clsx'
import type { ReactElement, ReactNode } from 'react'

export type Tone = 'plain' | 'accent' | 'customer' | 'note' | 'ok' | 'soon' | 'late' | 'paused' | 'info'

export const toneLook: Record<Tone, string> = {
  plain: 'bg-sunken text-muted', accent: 'bg-selected text-accent', customer: 'bg-customer-surface text-customer', note: 'bg-note-surface text-note',
  ok: 'bg-ok-surface text-ok', soon: 'bg-soon-surface text-soon', late: 'bg-late-surface text-late', paused: 'bg-paused-surface text-paused', info: 'bg-info-surface text-info',
}

/** One or two words about a thing. The words carry the meaning, the tone only helps. */
export function Badge({ tone = 'plain', icon, children, className }: { tone?: Tone; icon?: ReactNode; children: ReactNode; className?: string }): ReactElement {
  return <span className={clsx('inline-flex h-5 shrink-0 items-center gap-1 rounded-sm px-1.5 text-sm whitespace-nowrap', toneLook[tone], className)}>{icon}{children}</span>
}
