/** Holidays out of an iCalendar file (RFC 5545): whole-day events, those that return included. */
import ICAL from 'ical.js'
import { parseDate } from '../hours.ts'

/** `worked`: a rest day that is worked in exchange, by what its title says; whoever takes it over may say otherwise. */
export interface ReadDay { date: string; name: string; kind: 'closed' | 'worked' }
/** leftOut: entries with a time of day, and cancelled ones */
export interface ReadHolidays { days: ReadDay[]; leftOut: number }

export type IcsTrouble = 'not-a-calendar' | 'broken-line' | 'unbalanced' | 'date' | 'rule' | 'too-many'
/** What is wrong with the file, and on which line of it, counted from 1. */
export class IcsError extends Error {
  readonly trouble: IcsTrouble
  readonly line: number
  constructor(trouble: IcsTrouble, line: number) { super(`${trouble} (line ${line})`); this.trouble = trouble; this.line = line }
}

const dayMs = 86_400_000
export const MOST_DAYS = 1_000
const workedName = /上班|補班|补班|[（(]班[)）]/

/** The days of the years `from` to `to`, both included, ascending. Throws IcsError. May run long on odd rules: call it bounded. */
export function readIcs(text: string, from: number, to: number): ReadHolidays {
  const places = checkLines(text)
  const found = new Map<string, ReadDay>()
  const first = Date.UTC(from, 0, 1) / dayMs
  const last = Date.UTC(to, 11, 31) / dayMs
  let leftOut = 0
  const component = whole(text)
  component.getAllSubcomponents('vevent').forEach((one, index) => {
    const place = places[index]!
    const event = new ICAL.Event(one)
    const start = dayOf(event.startDate, place)
    if (start === null || one.getFirstPropertyValue('status') === 'CANCELLED') { leftOut++; return }
    const length = Math.max(1, (one.hasProperty('dtend') || one.hasProperty('duration') ? dayOf(event.endDate, place) ?? start + 1 : start + 1) - start)
    for (const begins of beginnings(event, start, last, place))
      for (let day = Math.max(begins, first); day < begins + length && day <= last; day++) put(found, day, event.summary ?? '', place)
  })
  return { days: [...found.values()].sort((a, b) => (a.date < b.date ? -1 : 1)), leftOut }
}

function put(found: Map<string, ReadDay>, day: number, summary: string, place: number): void {
  const date = new Date(day * dayMs).toISOString().slice(0, 10)
  const name = summary.trim().slice(0, 100)
  const known = found.get(date)
  if (known) { if (name && !known.name.includes(name)) known.name = `${known.name} · ${name}`.slice(0, 100) }
  else if (found.size === MOST_DAYS) throw new IcsError('too-many', place)
  else found.set(date, { date, name, kind: workedName.test(name) ? 'worked' : 'closed' })
}

function whole(text: string): ICAL.Component {
  try { return new ICAL.Component(ICAL.parse(text) as unknown[]) } catch { throw new IcsError('broken-line', brokenLine(text)) }
}

/** The library does not say which line it stumbled over: the first that it can't read alone. */
function brokenLine(text: string): number {
  let line = 0
  let begun = 1
  let content = ''
  const isBroken = (): boolean => {
    if (!content || /^(BEGIN|END):/i.test(content)) return false
    try { ICAL.parse.property(content, ICAL.design.icalendar); return false } catch { return true }
  }
  for (const part of text.split(/\r\n|\n|\r/)) {
    line++
    if (/^[ \t]/.test(part)) { content += part.slice(1); continue }
    if (isBroken()) return begun
    content = part
    begun = line
  }
  return begun
}

/** Day number of a date; null for a moment of a day. */
function dayOf(time: ICAL.Time | null, place: number): number | null {
  try {
    if (time === null) throw new RangeError('no date')
    return time.isDate ? parseDate(time.toString()) : null
  } catch { throw new IcsError('date', place) }
}

function* beginnings(event: ICAL.Event, start: number, last: number, place: number): Generator<number> {
  if (!event.isRecurring()) { yield start; return }
  try {
    const times = event.iterator()
    for (let next = times.next(); next; next = times.next()) {
      const day = parseDate(next.toString().slice(0, 10))
      if (day > last) return
      yield day
    }
  } catch (error) { throw error instanceof IcsError ? error : new IcsError('rule', place) }
}

/** Where the library only says that something is wrong, this says on which line. Returns the line of each event's DTSTART. */
function checkLines(text: string): number[] {
  const open: string[] = []
  const starts: number[] = []
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  let line = 0
  for (const content of lines) {
    line++
    // A line that begins with a blank goes on the one before.
    if (content === '' || /^[ \t]/.test(content)) continue
    if (!/^[A-Za-z0-9-]+[;:]/.test(content) || !content.includes(':')) throw new IcsError(open.length || starts.length ? 'broken-line' : 'not-a-calendar', line)
    const [, verb, name] = /^(BEGIN|END):\s*([\w-]+)\s*$/i.exec(content) ?? []
    if (open.length === 0 && verb?.toUpperCase() !== 'BEGIN') throw new IcsError('not-a-calendar', line)
    if (verb?.toUpperCase() === 'BEGIN') {
      open.push(name!.toUpperCase())
      if (open.length === 1 && open[0] !== 'VCALENDAR') throw new IcsError('not-a-calendar', line)
      if (open.length === 2 && open[1] === 'VEVENT') starts.push(line)
    } else if (verb && open.pop() !== name!.toUpperCase()) throw new IcsError('unbalanced', line)
    const inEvent = open.length === 2 && open[1] === 'VEVENT'
    const value = content.slice(content.indexOf(':') + 1).trim()
    if (inEvent && /^DTSTART[;:]/i.test(content)) starts[starts.length - 1] = line
    if (inEvent && /^DT(START|END)[;:]/i.test(content) && !isMoment(value)) throw new IcsError('date', line)
  }
  if (open.length) throw new IcsError('unbalanced', line)
  if (line <= 1 && !text.trim()) throw new IcsError('not-a-calendar', 1)
  return starts
}

function isMoment(value: string): boolean {
  const found = /^(\d{4})(\d\d)(\d\d)(T\d{6}Z?)?$/.exec(value)
  try { return found !== null && parseDate(`${found[1]}-${found[2]}-${found[3]}`) >= 0 } catch { return false }
}
