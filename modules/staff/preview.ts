/** Calendars looked at: when a target is due and why, what a month looks like, and holidays read from elsewhere. */
import { type BusinessCalendar, type Interval, type Step, type WorkingHours, holidayPacks } from '../../lib/calendar/index.ts'
import { readCountryHolidays, readIcsFile, readPlaces, ReadTimeout } from '../../lib/calendar/read/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { Fault } from '../../platform/fault.ts'
import { compile, type Countable, getCalendar, isPublished, unpublishedOf, withHolidays, yearsOf } from './calendars.ts'
import type { CalendarMonth, CalendarPreview, Holidays, ImportedHolidays, StepRow } from './contract.ts'

interface Draft { hours: WorkingHours; holidays: Holidays; imports?: ImportedHolidays[] | undefined }
const countable = ({ hours, holidays, imports = [] }: Draft): Countable => ({ hours, holidays, years: yearsOf(holidays), imports })

export interface PreviewOf { calendarId?: string; hours?: WorkingHours; holidays: Holidays; imports?: ImportedHolidays[]; minutes: number; startAt?: string }
const MOST_STEPS = 500
const iso = (ms: number) => new Date(ms).toISOString()

/** A step as it is shown, times in ISO. */
export const shownStep = ({ from, to, ms, ...rest }: Step): StepRow => ({ from: iso(from), to: iso(to), minutes: ms / 60_000, ...rest })

/** When a target of `minutes` open minutes is due, and what was counted and skipped until then. */
export async function previewCalendar(ctx: Ctx, of: PreviewOf): Promise<CalendarPreview> {
  const stored = of.calendarId ? await getCalendar(ctx, of.calendarId) : null
  if (!of.hours && !stored) throw new Fault('staff.calendar.not-found', 404)
  const from: Countable = of.hours ? countable({ hours: of.hours, holidays: of.holidays, imports: of.imports }) : stored!
  const startMs = of.startAt ? Date.parse(of.startAt) : ctx.now.getTime()
  return inRange(() => {
    const calendar = compile(from, ctx.locale)
    const found = calendar.explain(startMs, of.minutes * 60_000)
    return {
      startAt: iso(startMs), dueAt: iso(found.dueAt), zone: from.hours.zone, openMinutes: of.minutes,
      counted: found.counted.map((one) => ({ from: iso(one.from), to: iso(one.to), minutes: one.ms / 60_000 })),
      exceptions: found.exceptions.map((one) => ({ date: one.date, name: one.name, openMinutes: one.openMs / 60_000 })),
      ...shownSteps(found.steps), provisionalYears: calendar.unknownYears(startMs, found.dueAt), unpublishedYears: unpublishedOf(ctx, from),
    }
  })
}

export const shownSteps = (steps: readonly Step[]) => ({ steps: steps.slice(0, MOST_STEPS).map(shownStep), stepsLeftOut: Math.max(0, steps.length - MOST_STEPS) })

function inRange<T>(compute: () => T): T {
  try { return compute() } catch (error) {
    if (error instanceof RangeError) throw new Fault('staff.calendar-out-of-range', 422)
    throw error
  }
}

/** The days of 'YYYY-MM' as a calendar has them. */
export function previewMonth(ctx: Ctx, draft: Draft & { month: string }): CalendarMonth {
  const from = countable(draft)
  const calendar: BusinessCalendar = compile(from, ctx.locale)
  const own = new Set(draft.hours.exceptions.map((one) => one.date))
  const exceptions = new Map(withHolidays(from, ctx.locale).exceptions.map((one) => [one.date, one]))
  const worked = new Set(draft.holidays === 'none' ? [] : Object.values(holidayPacks[draft.holidays].years).flatMap((year) => year.days.filter((day) => day.kind === 'worked').map((day) => day.date)))
  const first = Date.parse(`${draft.month}-01`)
  const days: CalendarMonth['days'] = []
  for (let at = first; iso(at).startsWith(draft.month); at += 86_400_000) {
    const date = iso(at).slice(0, 10)
    const exception = exceptions.get(date)
    const open = exception?.open ?? calendar.hours.week[((new Date(at).getUTCDay() + 6) % 7 + 1) as 1]
    const kind = !exception ? 'week' : own.has(date) && !exception.source ? 'own' : worked.has(date) || open.length > 0 ? 'make-up' : 'holiday'
    days.push({ date, open, minutes: open.reduce((sum, one) => sum + lengthOf(one), 0), kind, name: exception?.name ?? '', source: exception?.source ?? '', isKnown: isPublished(from)(Number(date.slice(0, 4))) })
  }
  return { days }
}

function lengthOf({ from, to }: Interval): number {
  const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))
  const length = minutes(to) - minutes(from)
  return length > 0 ? length : length + 1440
}

type Readable = { from: number; to: number } & ({ kind: 'ics'; text: string } | { kind: 'country'; country: string; state?: string | undefined })
/** Holidays out of a file or of another country. Throws 422 naming the line, or that there is no such place. */
export async function readHolidays(ctx: Pick<Ctx, 'locale'>, wanted: Readable) {
  if (wanted.to < wanted.from || wanted.to - wanted.from >= 10) throw new Fault('staff.years-wrong', 422, {}, [{ path: 'to', code: 'staff.years-wrong' }])
  try {
    if (wanted.kind === 'ics') {
      const found = await readIcsFile(wanted)
      if ('trouble' in found) throw new Fault(`staff.ics-${found.trouble}`, 422, { line: found.line }, [{ path: 'text', code: `staff.ics-${found.trouble}`, args: { line: found.line } }])
      return { label: 'iCalendar', ...found }
    }
    const found = await readCountryHolidays({ ...wanted, language: languageOf(ctx) })
    if (!found) throw new Fault('staff.country-unknown', 422, {}, [{ path: 'country', code: 'staff.country-unknown' }])
    return { label: `date-holidays ${[wanted.country, wanted.state].filter(Boolean).join('-')}`, ...found }
  } catch (error) {
    if (error instanceof ReadTimeout) throw new Fault('staff.ics-endless', 422, {}, [{ path: wanted.kind === 'ics' ? 'text' : 'country', code: 'staff.ics-endless' }])
    throw error
  }
}

export const holidayPlaces = (ctx: Pick<Ctx, 'locale'>, query: { country?: string }) => readPlaces({ ...query, language: languageOf(ctx) })

const languageOf = ({ locale }: Pick<Ctx, 'locale'>): string => (locale === 'en' ? 'en' : 'zh')
