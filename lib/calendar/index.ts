/**
 * Business time. Every clock, deadline, roster and report takes "open" from here: a working week in a zone,
 * with dated exceptions (holidays, make-up workdays), compiled to a sorted table of open stretches with
 * running sums, so that adding, measuring and explaining business time are two look-ups. Instants are epoch
 * milliseconds in and out; daylight saving is in the table, so arithmetic never meets it.
 */
import { stepsOf, type Step } from './explain.ts'
import { WallClock, parseDate, parseInterval, type WallInterval, type Weekday, type WorkingHours } from './hours.ts'

export { type Step, type SkipReason } from './explain.ts'
export { always24x7, type Exception, type Interval, type Weekday, type WorkingHours } from './hours.ts'
export { holidayExceptions, holidayPacks, publishedYears, regions, unpublishedYears, type HolidayDay, type HolidayPack, type HolidayYear } from './holidays/index.ts'

/** an open stretch [from, to) that was counted, in epoch milliseconds; ms = to − from */
export type CountedStretch = { from: number; to: number; ms: number }
export type DeadlineExplanation = {
  dueAt: number
  counted: CountedStretch[]
  /** the exceptions whose dates lie between start and deadline, in order: why days were left out or put in */
  exceptions: { date: string; name: string; source: string; openMs: number }[]
  /** everything between start and deadline in order: what was counted, and what was skipped and why */
  steps: Step[]
}

export type BusinessCalendar = {
  hours: WorkingHours
  /** the first instant at which `durationMs` of open time have passed since `startMs`; 0 or less: `startMs` */
  addBusinessMs(startMs: number, durationMs: number): number
  /** open milliseconds from a to b, negative when b is before a */
  businessMsBetween(a: number, b: number): number
  isOpen(ms: number): boolean
  /** `ms` itself when open, else when it next opens */
  nextOpen(ms: number): number
  /** when the open stretch at `ms` ends, or undefined when closed; Infinity when it never closes */
  closesAt(ms: number): number | undefined
  /** addBusinessMs with the stretches it counted */
  explain(startMs: number, durationMs: number): DeadlineExplanation
  /** what lies between two instants: counted and skipped stretches in order */
  steps(fromMs: number, toMs: number): Step[]
  /** the years between two instants, where the calendar is, whose holidays nobody has published: a deadline there is provisional */
  unknownYears(fromMs: number, toMs: number): number[]
}

const dayMs = 86_400_000
/** the table covers whole years from 1970; what lies outside these bounds is refused rather than computed */
const firstYear = 1970
const lastYear = 2399

/**
 * Compiles working hours. Throws RangeError on an unknown zone, a wrong date or time, or a week that never opens.
 * The first question about a year costs a few milliseconds; keep the calendar, do not compile per request.
 * `isPublished` tells whether the holidays of a year are known; without it every year counts as known.
 */
export function compileCalendar(hours: WorkingHours, isPublished: (year: number) => boolean = () => true): BusinessCalendar {
  const week = ([1, 2, 3, 4, 5, 6, 7] as Weekday[]).map((day) => hours.week[day].map(parseInterval))
  if (week.every((day) => day.length === 0)) throw new RangeError('the week never opens')
  const exceptions = new Map(hours.exceptions.map((one) => [parseDate(one.date), one.open.map(parseInterval)]))
  const dated = hours.exceptions.map((one) => ({ ...one, day: parseDate(one.date) })).sort((a, b) => a.day - b.day)
  // A week that is always open and has no exceptions needs no table and has no last year.
  if (exceptions.size === 0 && week.every((day) => fullDay(day))) return endless(hours, isPublished)

  const clock = new WallClock(hours.zone)
  let from = Infinity
  let until = -Infinity
  // Open stretches [starts[i], ends[i]) ascend and never touch; before[i] is the open time of all stretches before i.
  let starts = new Float64Array(0)
  let ends = starts
  let before = starts
  // For each UTC day of the table the first stretch that ends after the day begins: the search starts there.
  let firstOfDay = new Int32Array(0)

  function cover(instant: number): void {
    const year = new Date(instant).getUTCFullYear()
    if (!(year >= firstYear && year <= lastYear)) throw new RangeError(`outside the calendar: ${instant}`)
    // a year of margin on both sides: the next question lies near, and the table has no edge where it is asked
    const lo = Math.min(year - 1, from === Infinity ? year : new Date(from).getUTCFullYear())
    const hi = Math.max(year + 1, until === -Infinity ? year : new Date(until - 1).getUTCFullYear())
    from = Date.UTC(lo, 0, 1)
    until = Date.UTC(hi + 1, 0, 1)
    clock.learn(from - 3 * dayMs, until + 3 * dayMs)
    const stretches: number[] = []
    // Three days of margin: a zone is up to 14 hours off, an interval up to a day long.
    for (let day = from / dayMs - 3; day < until / dayMs + 3; day++) {
      const intervals = exceptions.get(day) ?? week[(((day + 3) % 7) + 7) % 7]!
      for (const interval of intervals) {
        const start = Math.max(clock.instantOf(day * dayMs + interval.from), from)
        const end = Math.min(clock.instantOf(day * dayMs + interval.to), until)
        if (start < end) stretches.push(start, end)
      }
    }
    build(stretches)
  }

  function build(stretches: number[]): void {
    const order = Array.from({ length: stretches.length / 2 }, (_, i) => i * 2).sort((a, b) => stretches[a]! - stretches[b]!)
    starts = new Float64Array(order.length)
    ends = new Float64Array(order.length)
    let n = 0
    for (const i of order) {
      const start = stretches[i]!
      const end = stretches[i + 1]!
      if (n > 0 && start <= ends[n - 1]!) ends[n - 1] = Math.max(ends[n - 1]!, end)
      else {
        starts[n] = start
        ends[n++] = end
      }
    }
    starts = starts.subarray(0, n)
    ends = ends.subarray(0, n)
    before = new Float64Array(n + 1)
    for (let i = 0; i < n; i++) before[i + 1] = before[i]! + ends[i]! - starts[i]!
    firstOfDay = new Int32Array((until - from) / dayMs)
    for (let day = 0, i = 0; day < firstOfDay.length; day++) {
      while (i < n && ends[i]! <= from + day * dayMs) i++
      firstOfDay[day] = i
    }
  }

  /** The first stretch that ends after the instant; covers the instant's year first. */
  function stretchAt(instant: number): number {
    if (!(instant >= from && instant < until)) cover(instant)
    let i = firstOfDay[Math.floor((instant - from) / dayMs)]!
    while (i < ends.length && ends[i]! <= instant) i++
    return i
  }

  /** As stretchAt, but the table then reaches beyond a next opening. */
  function openingAt(instant: number): number {
    let i = stretchAt(instant)
    while (i === starts.length) {
      cover(until)
      i = stretchAt(instant)
    }
    return i
  }

  function passed(instant: number, i: number): number {
    return before[i]! + (i < starts.length && instant > starts[i]! ? instant - starts[i]! : 0)
  }

  function addBusinessMs(startMs: number, durationMs: number): number {
    if (!(durationMs > 0)) {
      if (durationMs !== durationMs) throw new RangeError('a duration of NaN')
      return startMs
    }
    let target = passed(startMs, stretchAt(startMs)) + durationMs
    while (target > before[starts.length]!) {
      cover(until)
      target = passed(startMs, stretchAt(startMs)) + durationMs
    }
    // The last stretch before which less than the target has passed holds the deadline; it is seldom far away.
    let low = stretchAt(startMs)
    let step = 1
    while (low + step < starts.length && before[low + step]! < target) {
      low += step
      step *= 2
    }
    let high = Math.min(low + step, starts.length)
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (before[middle]! < target) low = middle
      else high = middle
    }
    return starts[low]! + target - before[low]!
  }

  function countedBetween(startMs: number, endMs: number): CountedStretch[] {
    const counted: CountedStretch[] = []
    if (!(endMs > startMs)) return counted
    stretchAt(endMs)
    for (let i = stretchAt(startMs); i < starts.length && starts[i]! < endMs; i++) {
      const stretch = { from: Math.max(starts[i]!, startMs), to: Math.min(ends[i]!, endMs) }
      if (stretch.to > stretch.from) counted.push({ ...stretch, ms: stretch.to - stretch.from })
    }
    return counted
  }

  const byDay = new Map(dated.map((one) => [one.day, one]))
  const wall = {
    wallOf: (instant: number) => clock.wallOf(instant), instantOf: (time: number) => clock.instantOf(time),
    weekOf: (day: number) => week[(((day + 3) % 7) + 7) % 7]!, exceptionOf: (day: number) => byDay.get(day),
  }

  function businessMsBetween(a: number, b: number): number {
    stretchAt(a)
    const atB = passed(b, stretchAt(b))
    return atB - passed(a, stretchAt(a))
  }

  return {
    hours, addBusinessMs, businessMsBetween,
    isOpen(ms) {
      const i = stretchAt(ms)
      return i < starts.length && starts[i]! <= ms
    },
    nextOpen(ms) {
      const i = openingAt(ms)
      return Math.max(ms, starts[i]!)
    },
    closesAt(ms) {
      let i = stretchAt(ms)
      if (!(starts[i]! <= ms)) return undefined
      // A stretch that reaches the table's edge may go on beyond it.
      while (ends[i]! === until && until < Date.UTC(lastYear, 0, 1)) {
        cover(until)
        i = stretchAt(ms)
      }
      return ends[i]!
    },
    explain(startMs, durationMs) {
      const dueAt = addBusinessMs(startMs, durationMs)
      const counted = countedBetween(startMs, dueAt)
      const first = Math.floor(clock.wallOf(startMs) / dayMs)
      const last = Math.floor(clock.wallOf(dueAt) / dayMs)
      return { dueAt, counted, steps: stepsOf(startMs, dueAt, counted, wall), exceptions: dated.filter((one) => one.day >= first && one.day <= last).map((one) => ({
        date: one.date, name: one.name ?? '', source: one.source ?? '', openMs: exceptions.get(one.day)!.reduce((sum, open) => sum + open.to - open.from, 0),
      })) }
    },
    steps: (fromMs, toMs) => stepsOf(fromMs, toMs, countedBetween(fromMs, toMs), wall),
    unknownYears(fromMs, toMs) {
      stretchAt(fromMs)
      stretchAt(toMs)
      return yearsBetween(clock.wallOf(fromMs), clock.wallOf(toMs)).filter((year) => !isPublished(year))
    },
  }
}

/** Calendar years that two wall times span, both ends included. */
function yearsBetween(from: number, to: number): number[] {
  const first = new Date(from).getUTCFullYear()
  return Array.from({ length: Math.max(0, new Date(to).getUTCFullYear() - first + 1) }, (_, i) => first + i)
}

function fullDay(day: WallInterval[]): boolean {
  return day.some((interval) => interval.from === 0 && interval.to >= dayMs)
}

function endless(hours: WorkingHours, isPublished: (year: number) => boolean): BusinessCalendar {
  const clock = new WallClock(hours.zone)
  const addBusinessMs = (startMs: number, durationMs: number) => {
    if (durationMs !== durationMs) throw new RangeError('a duration of NaN')
    return durationMs > 0 ? startMs + durationMs : startMs
  }
  const plain = (fromMs: number, toMs: number): Step[] => (toMs > fromMs ? [{ from: fromMs, to: toMs, ms: toMs - fromMs, isCounted: true }] : [])
  return {
    hours, addBusinessMs,
    businessMsBetween: (a, b) => b - a,
    isOpen: () => true,
    nextOpen: (ms) => ms,
    closesAt: () => Infinity,
    explain(startMs, durationMs) {
      const dueAt = addBusinessMs(startMs, durationMs)
      return { dueAt, counted: dueAt > startMs ? [{ from: startMs, to: dueAt, ms: dueAt - startMs }] : [], exceptions: [], steps: plain(startMs, dueAt) }
    },
    steps: plain,
    unknownYears(fromMs, toMs) {
      clock.learn(fromMs - dayMs, toMs + dayMs)
      return yearsBetween(clock.wallOf(fromMs), clock.wallOf(toMs)).filter((year) => !isPublished(year))
    },
  }
}
