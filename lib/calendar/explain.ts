/** "Why this deadline?": what lies between two instants, piece by piece. Pure. */
import type { Exception, WallInterval } from './hours.ts'

/** Why a stretch did not count: the day has other hours, the week has none on it, or the date is an exception. */
export type SkipReason = 'outside-hours' | 'day-off' | 'exception'
/** [from, to) in epoch milliseconds, ms = to − from. An exception brings its date, name and source. */
export type Step = { from: number; to: number; ms: number } & (
  | { isCounted: true }
  | { isCounted: false; why: SkipReason; date?: string; name?: string; source?: string }
)

/** What a calendar knows of its days; days are numbers since 1970-01-01 on its wall. */
export interface Days {
  wallOf(instant: number): number
  instantOf(wall: number): number
  weekOf(day: number): readonly WallInterval[]
  exceptionOf(day: number): (Exception & { day: number }) | undefined
}

const dayMs = 86_400_000

/** Counted stretches with the gaps between them; a gap is cut at midnights and days skipped for the same reason are one step. */
export function stepsOf(fromMs: number, toMs: number, counted: readonly { from: number; to: number; ms: number }[], days: Days): Step[] {
  const steps: Step[] = []
  let at = fromMs
  for (const one of counted) {
    skip(steps, at, one.from, days)
    steps.push({ ...one, isCounted: true })
    at = one.to
  }
  skip(steps, at, toMs, days)
  return steps
}

function skip(steps: Step[], from: number, to: number, days: Days): void {
  for (let at = from; at < to;) {
    const day = Math.floor(days.wallOf(at) / dayMs)
    const end = Math.min(to, Math.max(at + 1, days.instantOf((day + 1) * dayMs)))
    const cause = causeOf(day, days.wallOf(at) - day * dayMs, days)
    const last = steps.at(-1)
    if (last && !last.isCounted && last.to === at && last.why === cause.why && last.date === cause.date) {
      last.to = end
      last.ms = last.to - last.from
    } else steps.push({ from: at, to: end, ms: end - at, isCounted: false, ...cause })
    at = end
  }
}

type Cause = { why: SkipReason; date?: string; name?: string; source?: string }

function causeOf(day: number, since: number, days: Days): Cause {
  const here = days.exceptionOf(day)
  if (here) return named(here)
  // A shift that would have come over midnight, had its own day not been an exception.
  const before = days.exceptionOf(day - 1)
  if (before && days.weekOf(day - 1).some((one) => one.to - dayMs > since)) return named(before)
  return { why: days.weekOf(day).length === 0 ? 'day-off' : 'outside-hours' }
}

const named = (one: Exception): Cause => ({ why: 'exception', date: one.date, name: one.name ?? '', source: one.source ?? '' })
