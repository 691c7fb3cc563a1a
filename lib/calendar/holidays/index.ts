/**
 * Public holidays as the authorities published them: days off that fall on weekdays and weekends, and weekend
 * days that are worked in exchange (調休, 補行上班). A year that is not published is said, never guessed.
 */
import type { Locale } from '../../text/index.ts'
import type { Interval, Exception } from '../hours.ts'
import { china } from './china.ts'
import { hongKong } from './hongkong.ts'
import { macau } from './macau.ts'
import { singapore } from './singapore.ts'
import { taiwan } from './taiwan.ts'

export type Names = Record<Locale, string>
/** date: 'YYYY-MM-DD' in the region's zone; `worked` is a weekend day that is a working day */
export type HolidayDay = { date: string; kind: 'closed' | 'worked'; names: Names }
export type HolidayYear = { source: string; days: HolidayDay[] }
export const regions = ['CN', 'TW', 'HK', 'MO', 'SG'] as const
export type HolidayPack = { region: (typeof regions)[number]; zone: string; names: Names; years: Record<number, HolidayYear> }

export const holidayPacks: Record<HolidayPack['region'], HolidayPack> = { CN: china, TW: taiwan, HK: hongKong, MO: macau, SG: singapore }

/** The years from `from` to `to`, both included, for which this pack knows no published calendar. */
export function unpublishedYears(pack: HolidayPack, from: number, to: number): number[] {
  const missing: number[] = []
  for (let year = from; year <= to; year++) if (!pack.years[year]) missing.push(year)
  return missing
}

/** The years a pack knows, ascending. */
export const publishedYears = (pack: HolidayPack): number[] => Object.keys(pack.years).map(Number).sort((a, b) => a - b)

/**
 * The pack as exceptions of a working week: closed days open never, worked weekend days open in the
 * intervals `worked` (as a rule those of an ordinary weekday). Names in the asked language; `years` narrows it.
 */
export function holidayExceptions(pack: HolidayPack, worked: Interval[], locale: Locale, years: readonly number[] = publishedYears(pack)): Exception[] {
  return years.flatMap((number) => (pack.years[number]?.days ?? []).map((day) => ({
    date: day.date, open: day.kind === 'worked' ? worked : [], name: day.names[locale], source: pack.years[number]!.source,
  })))
}
