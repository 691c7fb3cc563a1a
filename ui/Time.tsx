import type { ReactElement } from 'react'
import { useTimeWords } from './display.ts'
import { Explained } from './Tooltip.tsx'

export interface TimeProps {
  /** An instant: ISO text, epoch milliseconds or Date. */
  at: string | number | Date
  /** Show the exact words instead of the relative ones. */
  isExact?: boolean
  /** Inside rows and options nothing may take focus: the exact time is then only a hover title. */
  isPlain?: boolean
  className?: string
}

/** When something was or will be: relative within a day, the exact time on hover and focus. */
export function Time({ at, isExact, isPlain, className }: TimeProps): ReactElement {
  const words = useTimeWords(at)
  const time = (
    <time dateTime={new Date(at).toISOString()} className={className} {...(isPlain ? { title: words.exact } : {})}>{isExact ? words.exact : words.relative}</time>
  )
  return isPlain || isExact ? time : <Explained text={words.exact}>{time}</Explained>
}
