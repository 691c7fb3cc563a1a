import { clsx } from 'clsx'
import type { ReactElement, ReactNode } from 'react'
import { useNumberFormatter } from './number.ts'
import { Link } from './Link.tsx'

export interface NumProps {
  value: number | null
  /** `percent` takes 0–1. */
  style?: 'decimal' | 'percent'
  digits?: number
  unit?: ReactNode
  /** The rows behind the number: numbers are doors. */
  href?: string
  className?: string
}

export function Num({ value, style = 'decimal', digits = 0, unit, href, className }: NumProps): ReactElement {
  const format = useNumberFormatter({ style, minimumFractionDigits: digits, maximumFractionDigits: digits })
  const words = <>{value === null ? '–' : format.format(value)}{unit !== undefined && <span className="ms-1 text-[0.75em] font-normal text-muted">{unit}</span>}</>
  const look = clsx('tabular-nums', className)
  return href === undefined ? <span className={look}>{words}</span> : <Link href={href} variant="quiet" className={look}>{words}</Link>
}
