import type { ReactElement } from 'react'
import type { Estimated } from '../channels/contract.ts'

/** Two figures one under the other, each a dot on its interval, and the target as a line: what the numbers beside it say. */
export function IntervalDots({ now, before, target }: { now: Estimated; before: Estimated; target: number | null }): ReactElement | null {
  const known = [now.value, now.low, now.high, before.value, before.low, before.high, target].filter((one) => one !== null)
  if (now.value === null || known.length < 2) return null
  const [least, most] = [Math.min(...known), Math.max(...known)]
  const x = (value: number): number => (most === least ? 50 : 4 + ((value - least) / (most - least)) * 92)
  const line = (one: Estimated, y: number, look: string) => one.value === null ? null : (
    <g className={look}>
      {one.low !== null && one.high !== null && <line x1={`${x(one.low)}%`} x2={`${x(one.high)}%`} y1={y} y2={y} stroke="currentColor" strokeWidth="2" />}
      <circle cx={`${x(one.value)}%`} cy={y} r="4" fill="currentColor" />
    </g>
  )
  return (
    <svg className="h-8 w-full min-w-32" aria-hidden="true">
      {target !== null && <line x1={`${x(target)}%`} x2={`${x(target)}%`} y1="2" y2="30" className="text-text" stroke="currentColor" strokeDasharray="3 2" />}
      {line(before, 10, 'text-faint')}
      {line(now, 22, 'text-accent')}
    </svg>
  )
}
