/** A working week as the editor holds it; pure. */
import type { CalendarRow } from '../contract.ts'

export type Week = CalendarRow['hours']['week']
export type Interval = Week[1][number]
export type Weekday = keyof Week
export const weekdays: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7]

const of = (from: string, to: string, days: readonly Weekday[]): Week =>
  Object.fromEntries(weekdays.map((day) => [day, days.includes(day) ? [{ from, to }] : []])) as unknown as Week

/** Weeks most companies have, to start from. */
export const presets = {
  office: of('09:00', '18:00', [1, 2, 3, 4, 5]),
  daily: of('09:00', '21:00', weekdays),
  always: of('00:00', '24:00', weekdays),
} as const satisfies Record<string, Week>
export type Preset = keyof typeof presets

export const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))

/** An interval that ends before it begins goes over midnight. Minutes, 1–1440. */
export function lengthOf({ from, to }: Interval): number {
  const length = minutesOf(to) - minutesOf(from)
  return length > 0 ? length : length + 1440
}

export const openMinutes = (week: Week): number => weekdays.reduce((sum, day) => sum + week[day].reduce((day, one) => day + lengthOf(one), 0), 0)

/** Stretches of one day's strip as shares of 24 h; the part over midnight is cut off at the end. */
export const stretches = (intervals: readonly Interval[]): { start: number; width: number }[] =>
  intervals.map((one) => ({ start: minutesOf(one.from) / 1440, width: Math.min(lengthOf(one), 1440 - minutesOf(one.from)) / 1440 }))

export const sameWeek = (a: Week, b: Week): boolean => JSON.stringify(weekdays.map((day) => a[day])) === JSON.stringify(weekdays.map((day) => b[day]))
