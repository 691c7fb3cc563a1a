import { clsx } from 'clsx'
import type { ReactElement, ReactNode } from 'react'
import { Button, type ButtonProps } from './Button.tsx'
import { Kbd } from './Kbd.tsx'
import { Tooltip } from './Tooltip.tsx'

export interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon' | 'aria-label'> {
  /** The verb, told to screen readers and on hover and focus. */
  label: string
  icon: ReactNode
  /** Keys as in `useShortcuts`, shown beside the label. */
  keys?: string
}

export function IconButton({ label, icon, keys, variant = 'quiet', className, ...props }: IconButtonProps): ReactElement {
  const button = <Button {...props} variant={variant} aria-label={label} icon={icon} className={clsx('aspect-square px-0!', className)} />
  if (props.reason) return button
  return <Tooltip text={<>{label}{keys && <Kbd keys={keys} className="ms-2" />}</>}>{button}</Tooltip>
}
