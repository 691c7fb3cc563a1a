/** The words the packs are written in: a name in three languages, days off, days off in lieu. */
import type { HolidayDay, Names } from './index.ts'

export function name(traditional: string, simplified: string, english: string): Names {
  return { 'zh-Hant': traditional, 'zh-Hans': simplified, en: english }
}

export function off(names: Names, ...dates: string[]): HolidayDay[] {
  return dates.map((date) => ({ date, kind: 'closed', names }))
}

/** A day off in lieu 補假, because the holiday itself falls on a rest day. */
export function inLieu(names: Names, date: string): HolidayDay {
  return { date, kind: 'closed', names: name(`${names['zh-Hant']}補假`, `${names['zh-Hans']}补假`, `${names.en} (day off in lieu)`) }
}
