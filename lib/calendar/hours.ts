/** 'HH:MM' wall time, '00:00' to '24:00'. `to` at or before `from` is on the next day: 22:00–06:00, 00:00–00:00. */
export type Interval = { from: string; to: string }
/** 'YYYY-MM-DD' in the calendar's zone; `open` replaces what the week says for intervals that *begin* on this date; `source` says who published it */
export type Exception = { date: string; open: Interval[]; name?: string; source?: string }
/** ISO weekday, 1 = Monday */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7
export type WorkingHours = { zone: string; week: Record<Weekday, Interval[]>; exceptions: Exception[] }

const allDay: Interval[] = [{ from: '00:00', to: '24:00' }]

/** Never closed. */
export const always24x7: WorkingHours = {
  zone: 'UTC', week: { 1: allDay, 2: allDay, 3: allDay, 4: allDay, 5: allDay, 6: allDay, 7: allDay }, exceptions: [],
}

const minuteMs = 60_000
const dayMs = 86_400_000

/** An interval in milliseconds after the midnight of the day it begins on; `to` exceeds a day when it crosses midnight. */
export type WallInterval = { from: number; to: number }

/** Throws RangeError on anything but 'HH:MM' up to '24:00'. */
export function parseInterval(interval: Interval): WallInterval {
  const from = parseTime(interval.from)
  const to = parseTime(interval.to)
  if (from === dayMs) throw new RangeError('an interval cannot begin at 24:00')
  return { from, to: to > from ? to : to + dayMs }
}

function parseTime(text: string): number {
  const found = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(text)
  const ms = found ? (Number(found[1]) * 60 + Number(found[2])) * minuteMs : Infinity
  if (ms > dayMs) throw new RangeError(`not a time of day: ${text}`)
  return ms
}

/** Day number since 1970-01-01 of 'YYYY-MM-DD'; throws RangeError when there is no such day. */
export function parseDate(text: string): number {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : NaN
  if (ms !== ms || new Date(ms).toISOString().slice(0, 10) !== text) throw new RangeError(`not a date: ${text}`)
  return ms / dayMs
}

/**
 * The wall clock of one zone over a stretch of time: found offsets instead of one Intl call per conversion.
 * Instants and wall times are both in milliseconds; a wall time is written as if its zone were UTC.
 */
export class WallClock {
  private readonly format: Intl.DateTimeFormat
  /** instants at which an offset begins, and that offset */
  private since: number[] = []
  private offsets: number[] = []

  /** Throws RangeError when the zone is unknown. */
  constructor(zone: string) {
    this.format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    })
  }

  /** Learns all changes of the offset between two instants. Zones keep an offset for a week at least (the shortest on record is a month). */
  learn(from: number, to: number): void {
    this.since = [-Infinity]
    let offset = this.measure(from)
    this.offsets = [offset]
    for (let week = from; week < to; week += 7 * dayMs) {
      const end = Math.min(week + 7 * dayMs, to)
      const changed = this.measure(end)
      if (changed === offset) continue
      let before = week
      let after = end
      while (after - before > 1000) {
        const middle = Math.floor((before + after) / 2000) * 1000
        if (this.measure(middle) === offset) before = middle
        else after = middle
      }
      this.since.push(after)
      this.offsets.push(changed)
      offset = changed
    }
  }

  private measure(instant: number): number {
    const found = /^(\d+)\/(\d+)\/(\d+), (\d+):(\d+):(\d+)$/.exec(this.format.format(instant))!
    const wall = Date.UTC(+found[3]!, +found[1]! - 1, +found[2]!, +found[4]!, +found[5]!, +found[6]!)
    return wall - Math.floor(instant / 1000) * 1000
  }

  /** The instant of a wall time: of a time shown twice the first, of a skipped time the moment of the skip. */
  instantOf(wall: number): number {
    for (let i = 0; i < this.since.length; i++) {
      const instant = wall - this.offsets[i]!
      const ends = this.since[i + 1] ?? Infinity
      if (instant < ends) return Math.max(instant, this.since[i]!)
    }
    throw new RangeError('no such wall time')
  }

  wallOf(instant: number): number {
    let i = this.since.length - 1
    while (i > 0 && this.since[i]! > instant) i--
    return instant + this.offsets[i]!
  }
}
