import { clsx } from 'clsx'
import { Check, Pause } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { Explained } from './Tooltip.tsx'

export type ClockState = 'ok' | 'soon' | 'late' | 'paused' | 'met' | 'missed'

const colour: Record<ClockState, string> = {
  ok: 'text-muted', soon: 'text-soon', late: 'text-late', paused: 'text-paused', met: 'text-ok', missed: 'text-late',
}

export interface ClockRingProps {
  state: ClockState
  /** Used share of the allowed time, 0–1; the ring empties as it grows. */
  used: number
  /** "還有 12 分", "已逾 3 分", "暫停：等客戶". */
  words: string
  /** The calculation, shown on hover and focus. */
  explanation?: ReactNode
  className?: string
}

/** What is due and when: a ring that empties, with words beside it. */
export function ClockRing({ state, used, words, explanation, className }: ClockRingProps): ReactElement {
  const left = Math.max(0, Math.min(1, 1 - used))
  const turn = 2 * Math.PI * 6
  const content = (
    <span className={clsx('inline-flex items-center gap-1 whitespace-nowrap', colour[state], (state === 'late' || state === 'soon') && 'font-bold', className)}>
      {state === 'paused' ? <Pause className="size-3.5" aria-hidden="true" /> : state === 'met' ? <Check className="size-3.5" aria-hidden="true" /> : (
        <svg viewBox="0 0 16 16" className="size-3.5 -rotate-90" aria-hidden="true">
          <circle cx="8" cy="8" r="6" fill={left === 0 ? 'currentColor' : 'none'} stroke="currentColor" strokeOpacity={left === 0 ? 1 : 0.25} strokeWidth="2.5" />
          <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="2.5" strokeDasharray={`${left * turn} ${turn}`} />
        </svg>
      )}
      {words}
    </span>
  )
  return explanation === undefined ? content : <Explained text={explanation}>{content}</Explained>
}
