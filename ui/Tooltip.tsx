import type { ReactElement, ReactNode } from 'react'
import { Focusable, Tooltip as AriaTooltip, TooltipTrigger, type TooltipProps as AriaTooltipProps } from 'react-aria-components'

/** The dark bubble itself, for parts that drive their own `TooltipTrigger`. */
export function TooltipBubble({ children, ...props }: { children: ReactNode } & Pick<AriaTooltipProps, 'placement'>): ReactElement {
  return (
    <AriaTooltip
      {...props} offset={6}
      className="pointer-events-none z-50 max-w-80 animate-appear rounded-md bg-text px-2.5 py-1.5 text-sm text-raised shadow-float"
    >
      {children}
    </AriaTooltip>
  )
}

export interface TooltipProps {
  text: ReactNode
  /** One React Aria control (Button, Link …). */
  children: ReactElement
  placement?: AriaTooltipProps['placement']
}

/** Tells more about a control on hover and focus. Never the only place of something needed: fingers do not hover. */
export function Tooltip({ text, children, placement }: TooltipProps): ReactElement {
  return (
    <TooltipTrigger delay={350} closeDelay={80}>
      {children}
      <TooltipBubble {...(placement ? { placement } : {})}>{text}</TooltipBubble>
    </TooltipTrigger>
  )
}

/** Tells more about words that are no control; they become reachable by keyboard. */
export function Explained({ text, children, label, className }: { text: ReactNode; children: ReactNode; label?: string; className?: string }): ReactElement {
  return (
    <TooltipTrigger delay={250} closeDelay={80}>
      <Focusable>
        <span role="button" tabIndex={0} aria-label={label} className={className ?? 'cursor-help rounded-sm'}>{children}</span>
      </Focusable>
      <TooltipBubble>{text}</TooltipBubble>
    </TooltipTrigger>
  )
}
