import { clsx } from 'clsx'
import { Check, ChevronRight, RotateCcw } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { Explained } from './Tooltip.tsx'

export interface Stage {
  id: string
  label: string
  state: 'done' | 'here' | 'next' | 'returned'
  /** Who, when and until when; shown on hover and focus. */
  explanation?: ReactNode
}

/** The loop as words: what is done, where it is, what comes next. `stateLabels` tell the state to screen readers. */
export function StageLine({ label, stages, stateLabels }: { label: string; stages: readonly Stage[]; stateLabels: Record<Stage['state'], string> }): ReactElement {
  return (
    <ol aria-label={label} className="flex min-w-0 flex-wrap items-center gap-x-1 gap-y-0.5">
      {stages.map((stage, at) => (
        <li key={stage.id} className="inline-flex items-center gap-1" {...(stage.state === 'here' ? { 'aria-current': 'step' as const } : {})}>
          {at > 0 && <ChevronRight className="size-3 text-faint" aria-hidden="true" />}
          {stage.explanation === undefined ? <StageWord stage={stage} state={stateLabels[stage.state]} /> : (
            <Explained text={stage.explanation}><StageWord stage={stage} state={stateLabels[stage.state]} /></Explained>
          )}
        </li>
      ))}
    </ol>
  )
}

function StageWord({ stage, state }: { stage: Stage; state: string }) {
  return (
    <span className={clsx('inline-flex items-center gap-1 rounded-sm px-1.5 leading-6', {
      'text-muted': stage.state === 'done',
      'bg-accent font-bold text-on-accent': stage.state === 'here',
      'text-faint': stage.state === 'next',
      'bg-late-surface text-late': stage.state === 'returned',
    })}>
      {stage.label}
      {stage.state === 'done' && <Check className="size-3 text-ok" aria-hidden="true" />}
      {stage.state === 'returned' && <RotateCcw className="size-3" aria-hidden="true" />}
      <span className="sr-only">{state}</span>
    </span>
  )
}
