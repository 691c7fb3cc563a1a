/** Periods by name, as days. Pure. */
import type { Bucket } from './catalogue.ts'

export const periods = ['today', 'yesterday', 'week', 'last-week', '4-weeks', 'this-month', 'last-month', 'quarter', 'year', 'own'] as const
export type PeriodName = (typeof periods)[number]
export const comparisons = ['none', 'previous', 'year'] as const
export type Comparison = (typeof comparisons)[number]

const DAY_MS = 86_400_000
export const dayIn = (zone: string, at: number): string => new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(at)
const plus = (day: string, days: number): string => new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10)

/** The days of a named period as of `today`, both included. Weeks begin on Monday (ISO 8601). */
export function daysOf(period: PeriodName, today: string, own: { from?: string; to?: string } = {}): { from: string; to: string } {
  const first = `${today.slice(0, 8)}01`
  const lastOfBefore = plus(first, -1)
  const monday = plus(today, -((new Date(Date.parse(today)).getUTCDay() + 6) % 7))
  switch (period) {
    case 'today': return { from: today, to: today }
    case 'yesterday': return { from: plus(today, -1), to: plus(today, -1) }
    case 'week': return { from: plus(today, -6), to: today }
    case 'last-week': return { from: plus(monday, -7), to: plus(monday, -1) }
    // Whole weeks: as many Mondays as Sundays, so that the period before is like it.
    case '4-weeks': return { from: plus(today, -27), to: today }
    case 'this-month': return { from: first, to: today }
    case 'last-month': return { from: `${lastOfBefore.slice(0, 8)}01`, to: lastOfBefore }
    case 'quarter': return { from: plus(today, -90), to: today }
    case 'year': return { from: plus(today, -364), to: today }
    case 'own': return { from: own.from ?? plus(today, -27), to: own.to ?? today }
  }
}

/** As many points as the eye can take in. */
export function bucketOf(from: string, to: string): Bucket {
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1
  return days <= 2 ? 'hour' : days <= 62 ? 'day' : days <= 200 ? 'week' : 'month'
}
