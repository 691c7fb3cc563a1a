/** Time at the desk and time with work in hand, cut into quarters of an hour. Pure. */

export const QUARTER_MS = 900_000
export const NEVER = Infinity
/** [from, until) in epoch ms. */
export type Span = readonly [number, number]
export const quarterOf = (ms: number): number => Math.floor(ms / QUARTER_MS) * QUARTER_MS

/** The same time without overlaps, in order. */
export function merged(spans: readonly Span[]): Span[] {
  const all: [number, number][] = []
  for (const [from, until] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = all.at(-1)
    if (until <= from) continue
    if (last && from <= last[1]) last[1] = Math.max(last[1], until)
    else all.push([from, until])
  }
  return all
}

/** What lies in both; each given without overlaps and in order. */
export function shared(a: readonly Span[], b: readonly Span[]): Span[] {
  const all: Span[] = []
  for (let x = 0, y = 0; x < a.length && y < b.length;) {
    const [from, until] = [Math.max(a[x]![0], b[y]![0]), Math.min(a[x]![1], b[y]![1])]
    if (from < until) all.push([from, until])
    if (a[x]![1] < b[y]![1]) x++
    else y++
  }
  return all
}

export interface Quarter { start: number; presentMs: number; occupiedMs: number }
/** The quarters somebody was there at all, and how much of that time had work in hand. */
export function quartersOf(present: readonly Span[], inHand: readonly Span[]): Quarter[] {
  const there = merged(present)
  const found = new Map<number, Quarter>()
  const add = (spans: readonly Span[], what: 'presentMs' | 'occupiedMs'): void => {
    for (const [from, until] of spans) for (let start = quarterOf(from); start < until; start += QUARTER_MS) {
      const quarter = found.get(start) ?? { start, presentMs: 0, occupiedMs: 0 }
      quarter[what] += Math.min(until, start + QUARTER_MS) - Math.max(from, start)
      found.set(start, quarter)
    }
  }
  add(there, 'presentMs')
  add(shared(there, merged(inHand)), 'occupiedMs')
  return [...found.values()].sort((a, b) => a.start - b.start)
}

export interface Held { personId: string; from: number; until: number }
const stops = new Set(['request.waiting', 'request.submitted', 'request.closed'])
const starts = new Set(['request.resumed', 'request.sent-back', 'request.reopened'])
/** When each holder could work on a request: while it was theirs, and neither waited for others nor was handed in or closed. */
export function inHandOf(holders: readonly Held[], events: readonly { type: string; at: string }[]): Held[] {
  const idle: [number, number][] = []
  let since: number | null = null
  for (const { type, at } of events) {
    if (stops.has(type)) since ??= Date.parse(at)
    else if (starts.has(type) && since !== null) { idle.push([since, Date.parse(at)]); since = null }
  }
  if (since !== null) idle.push([since, NEVER])
  return holders.flatMap(({ personId, from, until }) => {
    const spells: Held[] = []
    let at = from
    for (const [begin, end] of idle) {
      if (begin > at && begin < until) spells.push({ personId, from: at, until: begin })
      if (begin < until) at = Math.max(at, end)
    }
    if (at < until) spells.push({ personId, from: at, until })
    return spells
  })
}

/** From when on what was held of somebody is told differently; nothing of those it is told alike of. */
export function changedFrom(before: readonly Held[], after: readonly Held[]): Map<string, number> {
  const key = ({ personId, from }: Held): string => `${personId} ${from}`
  const [old, now] = [new Map(before.map((one) => [key(one), one])), new Map(after.map((one) => [key(one), one]))]
  const first = new Map<string, number>()
  for (const at of new Set([...old.keys(), ...now.keys()])) {
    const [was, is] = [old.get(at), now.get(at)]
    if (was && is && was.until === is.until) continue
    const { personId, from } = (was ?? is)!
    const change = was && is ? Math.min(was.until, is.until) : from
    first.set(personId, Math.min(first.get(personId) ?? NEVER, change))
  }
  return first
}
