/** What business time costs beside the least a calendar could do: reading weekday and time of an instant from the clock of UTC. */
import { compileCalendar, holidayExceptions, holidayPacks, type Interval } from '../../lib/calendar/index.ts'

const HOUR = 3_600_000
/** 1.2-b: a million additions a second or better. */
const WANTED_A_SECOND = 1_000_000
/** With its whole table of stretches and holidays an addition costs about as much as reading a clock twice, mostly less. */
const MOST_OF_BARE = 2

let sink = 0
/** Nanoseconds a round; the best of five, because everything that disturbs makes it slower. */
function cost(work: (i: number) => number, rounds: number): number {
  for (let i = 0; i < rounds / 4; i++) sink += work(i)
  let best = Infinity
  for (let turn = 0; turn < 5; turn++) {
    const started = performance.now()
    for (let i = 0; i < rounds; i++) sink += work(i)
    best = Math.min(best, performance.now() - started)
  }
  return (best * 1e6) / rounds
}

export function measureCalendar(): { what: string; figures: string; ratio?: number; most?: number }[] {
  const open: Interval[] = [{ from: '09:00', to: '12:00' }, { from: '13:00', to: '18:00' }]
  const calendar = compileCalendar({ zone: 'Asia/Shanghai', week: { 1: open, 2: open, 3: open, 4: open, 5: open, 6: [], 7: [] }, exceptions: holidayExceptions(holidayPacks.CN, open, 'zh-Hans') })
  const start = Date.UTC(2026, 0, 1)
  const rounds = 500_000
  const bare = cost((i) => { const date = new Date(start + i * 60_000); return date.getUTCDay() + date.getUTCHours() * 60 + date.getUTCMinutes() }, rounds)
  const short = cost((i) => calendar.addBusinessMs(start + i * 60_000, 4 * HOUR), rounds)
  const long = cost((i) => calendar.addBusinessMs(start + i * 60_000, 160 * HOUR), rounds)
  const between = cost((i) => calendar.businessMsBetween(start + i * 60_000, start + i * 90_000), rounds)
  const aSecond = (ns: number): string => `${(1e9 / ns / 1e6).toFixed(1)} million a second (${ns.toFixed(0)} ns)`
  const line = (what: string, ns: number) => ({ what, figures: aSecond(ns), ratio: ns / bare, most: MOST_OF_BARE })
  return [
    { what: 'weekday and time of an instant, bare', figures: aSecond(bare) },
    line('four business hours added', short), line('twenty business days added', long), line('business time between two instants', between),
    { what: 'a million additions, of a second', figures: `${(WANTED_A_SECOND * long / 1e9).toFixed(3)} s, the longer kind`, ratio: WANTED_A_SECOND * long / 1e9, most: 1 },
  ]
}
