import { clsx } from 'clsx'
import { CircleAlert } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'

export interface EmptyStateProps {
  title: string
  /** What this place is for. */
  children: ReactNode
  /** The one thing to do here. */
  action?: ReactNode
  /** How it looks when there is something. */
  example?: ReactNode
  /** Word before the example ("例如"). */
  exampleLabel?: string
}

/** An empty place teaches: what it is for, one action, one example. */
export function EmptyState({ title, children, action, example, exampleLabel }: EmptyStateProps): ReactElement {
  return (
    <section className="mx-auto flex max-w-120 flex-col items-start gap-3 px-4 py-10">
      <h2 className="text-lg font-bold">{title}</h2>
      <div className="max-w-reading text-muted">{children}</div>
      {action}
      {example !== undefined && (
        <div className="w-full">
          {exampleLabel !== undefined && <p className="mb-1 text-sm text-faint">{exampleLabel}</p>}
          <div className="w-full rounded-md border border-dashed border-edge/60 px-3 py-2">{example}</div>
        </div>
      )}
    </section>
  )
}

export interface ErrorStateProps {
  /** What happened. */
  title: string
  /** What was kept. */
  kept?: ReactNode
  /** What to do. */
  children?: ReactNode
  action?: ReactNode
  /** For the person who is asked for help: code, time, request id. */
  reference?: string
  /** 1 where it is all the page shows. */
  level?: 1 | 2
}

export function ErrorState({ title, kept, children, action, reference, level = 2 }: ErrorStateProps): ReactElement {
  const Title = level === 1 ? 'h1' : 'h2'
  return (
    <section role="alert" className="mx-auto flex max-w-120 flex-col items-start gap-2 px-4 py-10">
      <Title className="flex items-center gap-2 text-lg font-bold"><CircleAlert className="size-5 text-late" aria-hidden="true" />{title}</Title>
      {kept !== undefined && <p className="text-muted">{kept}</p>}
      {children !== undefined && <div className="text-muted">{children}</div>}
      {action !== undefined && <div className="mt-2 flex gap-2">{action}</div>}
      {reference !== undefined && <p className="mt-2 font-mono text-sm text-faint select-all">{reference}</p>}
    </section>
  )
}

/** Grey lines in the size of what is coming; told once as `label`. */
export function Skeleton({ label, rows = 3, className }: { label: string; rows?: number; className?: string }): ReactElement {
  return (
    <div role="status" aria-label={label} className={clsx('flex flex-col gap-3 p-3', className)}>
      {Array.from({ length: rows }, (_, at) => (
        <span key={at} aria-hidden="true" className="h-3.5 animate-breathe rounded-sm bg-hover" style={{ width: `${[92, 64, 78, 55][at % 4]}%` }} />
      ))}
    </div>
  )
}
