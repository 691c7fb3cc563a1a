import { clsx } from 'clsx'
import type { ReactElement, ReactNode } from 'react'
import { Link } from './Link.tsx'

export interface PageProps {
  title: string
  /** One quiet line under the title: what this is. */
  lead?: ReactNode
  actions?: ReactNode
  children: ReactNode
  /** `full` for tables and boards, `reading` for forms and text. */
  width?: 'full' | 'reading'
}

/** An ordinary page: a heading, what can be done, then the content. */
export function Page({ title, lead, actions, children, width = 'full' }: PageProps): ReactElement {
  return (
    <div className={clsx('flex flex-col gap-4 px-6 py-5 max-sm:px-4', width === 'reading' && 'max-w-180')}>
      <header className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-64"><h1 className="text-xl font-bold">{title}</h1>{lead !== undefined && <p className="max-w-reading text-muted">{lead}</p>}</div>
        {actions !== undefined && <div className="flex flex-wrap gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  )
}

export interface PageRowProps {
  /** Told to screen readers. */
  label: string
  pages: readonly { id: string; label: string; href: string }[]
  here: string
}

/** Pages that stand side by side, each with an address of its own; stands above `Page`. */
export function PageRow({ label, pages, here }: PageRowProps): ReactElement {
  return (
    <nav aria-label={label} className="flex gap-4 overflow-x-auto border-b border-line px-6 max-sm:px-4">
      {pages.map((page) => (
        <Link key={page.id} href={page.href} variant="quiet" {...(page.id === here ? { 'aria-current': 'page' as const } : {})} className={clsx('-mb-px flex h-10 shrink-0 items-center border-b-2 no-underline!', page.id === here ? 'border-accent font-bold' : 'border-transparent text-muted')}>{page.label}</Link>
      ))}
    </nav>
  )
}

/** A named part of a page, divided by a line, never by a card. */
export function Section({ title, actions, children, className }: { title: string; actions?: ReactNode; children: ReactNode; className?: string }): ReactElement {
  return (
    <section className={clsx('flex flex-col gap-3 border-t border-line pt-4', className)}>
      <header className="flex items-center gap-2"><h2 className="flex-1 font-bold">{title}</h2>{actions}</header>
      {children}
    </section>
  )
}

/** Facts by name: label at the left, value at the right. */
export function Facts({ facts }: { facts: readonly { label: string; value: ReactNode }[] }): ReactElement {
  return (
    <dl className="grid content-start grid-cols-[minmax(5em,auto)_minmax(0,1fr)] gap-x-4 gap-y-1">
      {facts.map((fact) => <div key={fact.label} className="contents"><dt className="text-faint">{fact.label}</dt><dd className="min-w-0 wrap-anywhere">{fact.value}</dd></div>)}
    </dl>
  )
}
