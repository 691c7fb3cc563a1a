import { clsx } from 'clsx'
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { toneLook } from './Badge.tsx'

type BannerTone = 'info' | 'ok' | 'soon' | 'late'
const icons = { info: Info, ok: CircleCheck, soon: TriangleAlert, late: CircleAlert }

/** A line above what it is about. It stays until its cause is gone. */
export function Banner({ tone = 'info', children, action, className }: { tone?: BannerTone; children: ReactNode; action?: ReactNode; className?: string }): ReactElement {
  const Icon = icons[tone]
  return (
    <div role={tone === 'late' ? 'alert' : 'status'} className={clsx('flex min-h-8 flex-wrap items-center gap-2 px-4 py-1', toneLook[tone], className)}>
      <Icon className="size-4 shrink-0" aria-hidden="true" />
      <span className="min-w-0 flex-1">{children}</span>
      {action}
    </div>
  )
}
