import { clsx } from 'clsx'
import { useId, useState, type ReactElement, type ReactNode, type Ref } from 'react'
import { Button as AriaButton, TooltipTrigger, type ButtonProps as AriaButtonProps } from 'react-aria-components'
import { TooltipBubble } from './Tooltip.tsx'

type Variant = 'primary' | 'plain' | 'quiet' | 'danger' | 'note'

const look: Record<Variant, string> = {
  primary: 'bg-accent text-on-accent border-transparent hover:bg-accent-strong',
  plain: 'bg-raised text-text border-edge/70 hover:bg-hover',
  quiet: 'bg-transparent text-muted border-transparent hover:bg-hover hover:text-text data-pressed:bg-hover',
  danger: 'bg-raised text-late border-late/60 hover:bg-late-surface',
  note: 'bg-note-surface text-note border-note/60 border-dashed hover:border-note',
}

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'children' | 'isDisabled' | 'style'> {
  variant?: Variant
  /** `md` is the height of a control (32 px, 44 px by touch), `sm` 28 px. */
  size?: 'md' | 'sm'
  icon?: ReactNode
  children?: ReactNode
  /** Why the button cannot be used now. It then stays in the tab order and tells this sentence. */
  reason?: string | undefined
  /** The action is running: presses are ignored, the label stays. */
  busy?: boolean
  className?: string
  ref?: Ref<HTMLButtonElement>
}

/** A button is a verb. It is never greyed out without a word: give `reason` instead of disabling. */
export function Button({ variant = 'plain', size = 'md', icon, children, reason, busy, className, ...props }: ButtonProps): ReactElement {
  const classes = clsx(
    'inline-flex shrink-0 cursor-default items-center justify-center gap-1.5 rounded-md border whitespace-nowrap select-none transition-colors',
    size === 'md' ? 'h-control px-3' : 'h-7 px-2 text-sm pointer-coarse:h-control',
    reason ? 'border-dashed border-edge/70 bg-transparent text-faint' : look[variant],
    variant === 'primary' && 'font-bold', busy && 'cursor-progress', className,
  )
  const content = <>{busy ? <Spinner /> : icon}{children}</>
  if (reason) return <Refused {...props} className={classes} reason={reason}>{content}</Refused>
  if (busy) {
    // React Aria's own `isPending` announces the button by its id; when the answer takes the button away, that id leads nowhere.
    const { onPress: _press, onPressStart: _start, onPressEnd: _end, type: _type, ...rest } = props
    return <AriaButton {...rest} type="button" aria-disabled="true" className={classes}>{content}</AriaButton>
  }
  return <AriaButton {...props} className={classes}>{content}</AriaButton>
}

function Refused({ reason, children, ...props }: AriaButtonProps & { reason: string; children: ReactNode }) {
  const [isOpen, setOpen] = useState(false)
  const id = useId()
  // A finger has no hover: pressing the refused button opens its reason.
  return (
    <>
      <TooltipTrigger delay={200} isOpen={isOpen} onOpenChange={setOpen}>
        <AriaButton {...props} type="button" aria-disabled="true" aria-describedby={id} onPress={() => setOpen(true)}>{children}</AriaButton>
        <TooltipBubble>{reason}</TooltipBubble>
      </TooltipTrigger>
      <span id={id} hidden>{reason}</span>
    </>
  )
}

export function Spinner(): ReactElement {
  return (
    <svg viewBox="0 0 16 16" className="size-4 animate-spin" aria-hidden="true">
      <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeOpacity="0.25" strokeWidth="2" />
      <path d="M8 2a6 6 0 0 1 6 6" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
    </svg>
  )
}
