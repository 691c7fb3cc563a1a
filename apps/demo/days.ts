/** The company's days: when customers ask and when people work, in the time of Taipei. */
import type { DemoAgent } from './found.ts'
import type { Random } from './random.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** Share of a day's requests by hour in Taipei; the phone rings in the morning and after dinner. */
const HOURS = [2, 1, 1, 1, 1, 2, 4, 8, 18, 26, 28, 26, 16, 20, 24, 24, 22, 18, 14, 14, 16, 15, 10, 5]
const WEEKDAYS = [0.55, 1.15, 1.05, 1, 1, 1.05, 0.7]
const OPEN_HOUR = 9
const CLOSE_HOUR = 18
const TAIPEI = 8 * HOUR

/** When customers ask, in milliseconds since 1970, ascending: `requests` moments of `days` days that end with `endAt`. */
export function planArrivals(random: Random, { days, requests, endAt }: { days: number; requests: number; endAt: Date }): number[] {
  const first = Math.floor((endAt.getTime() + TAIPEI) / DAY) * DAY - TAIPEI - (days - 1) * DAY
  const byDay = Array.from({ length: days }, (_, day) => [first + day * DAY, WEEKDAYS[new Date(first + day * DAY + TAIPEI).getUTCDay()]!] as const)
  const byHour = HOURS.map((weight, hour) => [hour, weight] as const)
  const times: number[] = []
  while (times.length < requests) {
    const at = random.weighted(byDay) + random.weighted(byHour) * HOUR + random.next() * HOUR
    if (at < endAt.getTime()) times.push(at)
  }
  return times.sort((a, b) => a - b)
}

const localHour = (ms: number): number => ((ms + TAIPEI) % DAY) / HOUR
const isWeekday = (ms: number): boolean => ![0, 6].includes(new Date(ms + TAIPEI).getUTCDay())
export const isOpenHour = (ms: number): boolean => isWeekday(ms) && localHour(ms) >= OPEN_HOUR && localHour(ms) < CLOSE_HOUR
/** When the morning begins that comes next. */
export function nextOpening(ms: number): number {
  let at = Math.floor((ms + TAIPEI) / DAY) * DAY - TAIPEI + OPEN_HOUR * HOUR
  while (at <= ms || !isWeekday(at)) at += DAY
  return at
}
/** The moment, or the next at which the agent works. */
export const workTime = (ms: number, agent: Pick<DemoAgent, 'worksAlways'>): number => (agent.worksAlways || isOpenHour(ms) ? ms : nextOpening(ms) + (ms % (10 * MINUTE)))
