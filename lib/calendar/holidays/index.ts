/**
 * Public holidays as the authorities published them: days off that fall on weekdays and weekends, and weekend
 * days that are worked in exchange (調休, 補行上班). A year that is not published is said, never guessed.
 */
import type { Locale } from '../../text/index.ts'
import type { Interval, Exception } from '../hours.ts'
import { china } from './china.ts'
import { taiwan } from './taiwan.ts'

export type Names = Record<Locale, string>
/** date: 'YYYY-MM-DD' in the region's zone; `worked` is a weekend day that is a working day */
export type HolidayDay = { date: string; kind: 'closed' | 'worked'; names: Names }
export type HolidayYear = { source: string; days: HolidayDay[] }
export type HolidayPack = { region: 'CN' | 'TW'; zone: string; names: Names; years: Record<number, HolidayYear> }

export const holidayPacks: Record<HolidayPack['region'], HolidayPack> = { CN: china, TW: taiwan }

/** The years from `from` to `to`, both included, for which this pack knows no published calendar. */
export function unpublishedYears(pack: HolidayPack, from: number, to: number): number[] {
  const missing: number[] = []
  for (let year = from; year <= to; year++) if (!pack.years[year]) missing.push(year)
  return missing
}

/**
 * The pack as exceptions of a working week: closed days open never, worked weekend days open in the
 * intervals `worked` (as a rule those of an ordinary weekday). Names in the asked language.
 */
export function holidayExceptions(pack: HolidayPack, worked: Interval[], locale: Locale): Exception[] {
  return Object.values(pack.years).flatMap((year) => year.days.map((day) => ({
    date: day.date, open: day.kind === 'worked' ? worked : [], name: day.names[locale],
  })))
}
