/**
 * How long each law leaves for a person's request. Pure.
 * 個資法 Art. 13: 15 days for Art. 10 (see, copy), 30 for Art. 11, each once more with the reason in writing. GDPR Art.
 * 12(3): one month, two more for complex ones. PIPL Art. 50 says "in time"; GB/T 35273-2020 8.7 puts it at 30 days.
 */
import type { BusinessCalendar } from '../../../lib/calendar/index.ts'
import { WallClock } from '../../../lib/calendar/hours.ts'
import type { Kind, Law } from './contract.ts'

type Span = { days: number } | { months: number }
interface Term { first: Span; /** Counted from the first end; null: the law knows no extension. */ more: Span | null }

const twoWeeks: Term = { first: { days: 15 }, more: { days: 15 } }
const thirty: Term = { first: { days: 30 }, more: { days: 30 } }
const terms: Record<Law, (kind: Kind) => Term> = {
  'tw-pdpa': (kind) => kind === 'see' || kind === 'copy' || kind === 'move' ? twoWeeks : thirty,
  'pipl': () => ({ first: { days: 30 }, more: null }),
  'gdpr': () => ({ first: { months: 1 }, more: { months: 2 } }),
}
const DAY = 86_400_000
/** Midnight is told as the last minute of its day: shown as the next one it would promise a day too many. */
const MINUTE = 60_000

export const mayExtend = (law: Law, kind: Kind): boolean => terms[law](kind).more !== null

/** A month later is the same date, or the last one of a shorter month. Wall time of a midnight in and out. */
function after(midnight: number, span: Span): number {
  if ('days' in span) return midnight + span.days * DAY
  const date = new Date(midnight)
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + span.months, 1)
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + span.months + 1, 0)).getUTCDate()
  return first + (Math.min(date.getUTCDate(), last) - 1) * DAY
}

/**
 * When it must be answered: the end of the last working day on or before the last day the law leaves, so that the due
 * time lies where somebody works and never after the law's own. The day it came is not counted.
 */
export function dueOf(law: Law, kind: Kind, receivedAt: Date, calendar: BusinessCalendar, isExtended = false): Date {
  const clock = new WallClock(calendar.hours.zone)
  clock.learn(receivedAt.getTime() - DAY, receivedAt.getTime() + 130 * DAY)
  const { first, more } = terms[law](kind)
  const midnight = Math.floor(clock.wallOf(receivedAt.getTime()) / DAY) * DAY
  const ends = after(midnight, first)
  const last = isExtended && more ? after(ends, more) : ends
  for (let day = last; day > midnight; day -= DAY) {
    const closes = closingOf(calendar, clock.instantOf(day), clock.instantOf(day + DAY))
    if (closes !== null) return new Date(closes === clock.instantOf(day + DAY) ? closes - MINUTE : closes)
  }
  return new Date(clock.instantOf(last + DAY) - MINUTE)
}

/** The last open moment between two instants; null when closed throughout. */
function closingOf(calendar: BusinessCalendar, from: number, until: number): number | null {
  let closes: number | null = null
  for (let at = calendar.nextOpen(from); at < until; at = calendar.nextOpen(closes)) {
    closes = Math.min(calendar.closesAt(at) ?? until, until)
    if (closes === until) break
  }
  return closes
}
