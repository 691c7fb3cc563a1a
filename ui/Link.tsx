import { clsx } from 'clsx'
import type { ReactElement, ReactNode } from 'react'
import { Link as AriaLink, type LinkProps as AriaLinkProps } from 'react-aria-components'

export interface LinkProps extends Omit<AriaLinkProps, 'className' | 'children' | 'style'> {
  href: string
  children: ReactNode
  /** `quiet` looks like its surroundings until it is hovered or focused; `button` like a plain button. */
  variant?: 'plain' | 'quiet' | 'button'
  className?: string
}

const look = {
  plain: 'rounded-sm text-accent underline underline-offset-2 decoration-accent/40 hover:decoration-accent',
  quiet: 'rounded-sm hover:text-accent hover:underline underline-offset-2',
  button: 'inline-flex h-control items-center gap-1.5 rounded-md border border-edge/70 bg-raised px-3 whitespace-nowrap hover:bg-hover',
}

/** A link to a page. The application's `RouterProvider` (React Aria) decides how it is followed. */
export function Link({ variant = 'plain', className, ...props }: LinkProps): ReactElement {
  return <AriaLink {...props} className={clsx('cursor-pointer', look[variant], className)} />
}
