/** Public holidays of other countries, computed by the rules of date-holidays: no official publication, and said to be none. */
import Holidays from 'date-holidays'
import type { ReadDay, ReadHolidays } from './ics.ts'

export interface Place { code: string; name: string }

/** Every country the library knows and, of the one asked for, its parts. Names in `language` where it has them. */
export function listPlaces(language: string, country?: string): { countries: Place[]; states: Place[] } {
  const library = new Holidays()
  const listed = (names: Record<string, string> | null | undefined): Place[] => Object.entries(names ?? {}).map(([code, name]) => ({ code, name }))
  return { countries: listed(library.getCountries(language)), states: country ? listed(library.getStates(country, language)) : [] }
}

/** Public holidays of the years `from` to `to`. Null when the library knows no such place. */
export function readCountry(country: string, state: string | undefined, from: number, to: number, language: string): ReadHolidays | null {
  const known = new Holidays()
  if (!(country in known.getCountries()) || (state && !(state in (known.getStates(country) ?? {})))) return null
  const library = state ? new Holidays(country, state) : new Holidays(country)
  library.setLanguages([language, 'en'])
  const days = new Map<string, ReadDay>()
  for (let year = from; year <= to; year++)
    for (const one of library.getHolidays(year)) {
      if (one.type !== 'public') continue
      // A feast that begins at sunset is off on the day after.
      const begins = Date.parse(`${one.date.slice(0, 10)}T00:00:00Z`) + (one.date.slice(11, 16) === '00:00' ? 0 : 86_400_000)
      const length = Math.max(1, Math.round((one.end.getTime() - one.start.getTime()) / 86_400_000))
      for (let day = 0; day < length; day++) {
        const date = new Date(begins + day * 86_400_000).toISOString().slice(0, 10)
        if (Number(date.slice(0, 4)) >= from && Number(date.slice(0, 4)) <= to && !days.has(date)) days.set(date, { date, name: one.name.slice(0, 100), kind: 'closed' })
      }
    }
  return { days: [...days.values()].sort((a, b) => (a.date < b.date ? -1 : 1)), leftOut: 0 }
}
