/**
 * Which deadlines were missed, worked out from the history alone: what happened to each request, what each version
 * promised, which hours held, and when somebody looked. Shares no code with the clocks it judges. For tests.
 */

export interface Interval { from: string; to: string }
/** Hours by ISO weekday, and by date (2026-02-17) where a day differs, in a zone eight hours ahead of UTC without summer time. */
export type Hours = Record<string, Interval[]>
export interface Promised { measure: string | null; target: number | null; when: Record<string, string> }
export interface Written { id: string; serviceId: string; effectiveAt: string; clauses: Promised[]; pausesOn: string[] }
export interface Told { seq: number; type: string; subject: string | null; at: string; data: Record<string, unknown> }
/** Somebody looked at everything at this moment, after the event of this number. */
export interface Look { afterSeq: number; at: number }
export interface Missed { request: string; kind: string; run: number; dueAt: number; notedAt: number }

const DAY = 86_400_000
const AHEAD = 8 * 3_600_000
const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))

/** Open stretches that touch [from, to], day by day. */
function* stretches(hours: Hours, from: number, to: number): Generator<[number, number]> {
  for (let day = Math.floor((from + AHEAD) / DAY); day * DAY - AHEAD <= to; day++) {
    const weekday = String(((day + 3) % 7) + 1)
    for (const one of hours[new Date(day * DAY).toISOString().slice(0, 10)] ?? hours[weekday] ?? []) yield [day * DAY - AHEAD + minutesOf(one.from) * 60_000, day * DAY - AHEAD + minutesOf(one.to) * 60_000]
  }
}
export function openBetween(hours: Hours, from: number, to: number): number {
  if (to < from) return -openBetween(hours, to, from)
  let sum = 0
  for (const [start, end] of stretches(hours, from, to)) sum += Math.max(0, Math.min(end, to) - Math.max(start, from))
  return sum
}
export function openAfter(hours: Hours, from: number, length: number): number {
  if (length <= 0) return from
  for (const [start, end] of stretches(hours, from, from + 400 * DAY)) {
    const begin = Math.max(start, from)
    if (end <= begin) continue
    if (end - begin >= length) return begin + length
    length -= end - begin
  }
  throw new Error('never due')
}

interface Watch { kind: string; run: number; hours: Hours; target: number; used: number; since: number | null; missed: boolean; /** Of the version the clock is under, which another service need not change. */ standsFor: readonly string[] }
interface Case { service: string; customer: string; version: Written | null; priority: string; channel: string; stage: string; waits: string | null; wasAnswered: boolean; isResolved: boolean; open: Map<string, Watch>; runs: Map<string, number>; hours: Hours }
export interface World { events: Told[]; looks: Look[]; versions: Written[]; calendars: Map<string, Hours>; calendarOf: (service: string) => string }

export function recompute({ events, looks, versions, calendars, calendarOf }: World): Missed[] {
  const cases = new Map<string, Case>()
  const tiers = new Map<string, string>()
  const missed: Missed[] = []
  const hoursOf = (watch: Watch): Hours => watch.hours

  function look(id: string, one: Case, now: number): void {
    for (const watch of one.open.values()) {
      if (watch.missed || watch.since === null) continue
      const due = openAfter(hoursOf(watch), watch.since, watch.target - watch.used)
      if (due > now) continue
      watch.missed = true
      missed.push({ request: id, kind: watch.kind, run: watch.run, dueAt: due, notedAt: now })
    }
  }
  const stop = (watch: Watch, now: number): void => {
    if (watch.since !== null) watch.used += openBetween(hoursOf(watch), watch.since, now)
    watch.since = null
  }
  function promised(one: Case, kind: string, teams: Record<string, string | null> = {}): number | null {
    const facts: Record<string, string | null> = { priority: one.priority, channel: one.channel, tier: tiers.get(one.customer) ?? 'standard', ...teams }
    const fitting = (one.version?.clauses ?? []).filter((clause) => clause.measure === kind && Object.entries(clause.when).every(([name, value]) => facts[name] === value))
    const rank = (clause: Promised): number[] => [Object.keys(clause.when).length, ...['fromTeam', 'toTeam', 'tier', 'channel', 'priority'].map((name) => Number(name in clause.when))]
    const best = fitting.map((clause, nr) => ({ clause, rank: [...rank(clause), -nr] })).sort((a, b) => { const at = a.rank.findIndex((value, nr) => value !== b.rank[nr]); return at < 0 ? 0 : b.rank[at]! - a.rank[at]! })[0]
    return best?.clause.target ?? null
  }
  function start(one: Case, kind: string, now: number, teams: Record<string, string | null> = {}): void {
    const target = promised(one, kind, teams)
    if (target === null) return
    const run = (one.runs.get(kind) ?? 0) + 1
    one.runs.set(kind, run)
    one.open.set(kind, { kind, run, hours: one.hours, target: target * 60_000, used: 0, since: now, missed: false, standsFor: one.version?.pausesOn ?? [] })
  }
  const versionAt = (service: string, now: number): Written | null => versions.filter((one) => one.serviceId === service && Date.parse(one.effectiveAt) <= now).sort((a, b) => Date.parse(b.effectiveAt) - Date.parse(a.effectiveAt))[0] ?? null
  const done = (one: Case, ...kinds: string[]): void => { for (const kind of kinds) one.open.delete(kind) }
  function stand(one: Case, now: number): void {
    for (const watch of one.open.values()) {
      const stands = one.stage === 'track' && one.waits !== null && watch.standsFor.includes(one.waits)
      if (stands && watch.since !== null) stop(watch, now)
      else if (!stands && watch.since === null) watch.since = now
    }
  }
  function corrected(one: Case, id: string, after: Record<string, unknown>, now: number): void {
    if (after.priority) one.priority = after.priority as string
    if (after.serviceId) { one.service = after.serviceId as string; one.version = versionAt(one.service, now) }
    if (!after.priority && !after.serviceId) return
    // A correction chooses the hours anew, as they stand.
    one.hours = calendars.get(calendarOf(one.service))!
    for (const watch of one.open.values()) {
      if (watch.missed || watch.kind === 'hand-over') continue
      const target = promised(one, watch.kind)
      if (target === null) { one.open.delete(watch.kind); continue }
      const ran = watch.since !== null
      stop(watch, now)
      watch.hours = one.hours
      watch.target = target * 60_000
      watch.standsFor = one.version?.pausesOn ?? []
      if (ran) watch.since = now
    }
    look(id, one, now)
    if (!one.runs.get('acceptance') && ['accept', 'assign'].includes(one.stage)) start(one, 'acceptance', now)
    if (!one.runs.get('first-response') && !one.wasAnswered) start(one, 'first-response', now)
    if (!one.runs.get('resolution') && !one.isResolved) start(one, 'resolution', now)
  }

  function happen(id: string, one: Case, { type, data }: Told, now: number): void {
    switch (type.slice('request.'.length)) {
      case 'assigned': case 'unassigned': one.stage = data.to ? 'assign' : 'accept'; one.waits = null; break
      case 'taken': case 'assignment-accepted': done(one, 'acceptance', 'hand-over'); if (one.stage !== 'track') one.stage = 'execute'; break
      case 'waiting': one.stage = 'track'; one.waits = data.for as string; break
      case 'resumed': case 'sent-back': one.stage = 'execute'; one.waits = null; break
      case 'submitted': done(one, 'acceptance', 'hand-over'); one.stage = 'verify'; one.waits = null; break
      case 'replied': one.wasAnswered = true; done(one, 'first-response', 'next-response'); break
      case 'customer-wrote': if (one.wasAnswered && !one.open.has('next-response') && one.stage !== 'feedback' && one.stage !== 'closed') start(one, 'next-response', now); break
      case 'answered': one.isResolved = true; one.stage = 'feedback'; one.waits = null; one.open.clear(); break
      case 'closed': one.stage = 'closed'; one.waits = null; one.open.clear(); break
      case 'reopened': one.stage = 'execute'; one.isResolved = false; one.hours = calendars.get(calendarOf(one.service))!; start(one, 'resolution', now); if (!one.wasAnswered && !one.open.has('first-response')) start(one, 'first-response', now); break
      case 'moved': if (data.from !== data.team) { done(one, 'hand-over'); start(one, 'hand-over', now, { fromTeam: data.from as string | null, toTeam: data.team as string }) } break
      case 'deadlines-moved': {
        one.hours = calendars.get(data.calendar as string)!
        for (const watch of one.open.values()) {
          if (watch.missed) continue
          const ran = watch.since !== null
          stop(watch, now)
          watch.hours = one.hours
          if (ran) watch.since = now
        }
        break
      }
      case 'corrected': corrected(one, id, data.after as Record<string, unknown>, now); break
    }
    stand(one, now)
    // One that goes on with nothing left is missed as it goes on.
    look(id, one, now)
  }

  let next = 0
  const lookUpTo = (seq: number): void => {
    for (; next < looks.length && looks[next]!.afterSeq < seq; next++) for (const [id, one] of cases) look(id, one, looks[next]!.at)
  }
  const arrived = new Map<string, { channel: string; customer: string }>()
  for (const event of events) {
    lookUpTo(event.seq)
    const now = Date.parse(event.at)
    if (event.type === 'staff.calendar-changed') {
      // What runs goes on by the hours it began under.
      calendars.set(event.subject!, (event.data as unknown as { after: { hours: { week: Hours } } }).after.hours.week)
      continue
    }
    if (event.type === 'customer.changed') {
      const { tier } = event.data.after as { tier?: string }
      if (tier !== undefined) tiers.set(event.subject!, tier)
    }
    if (!event.type.startsWith('request.') || !event.subject) continue
    if (event.type === 'request.accepted') arrived.set(event.subject, event.data as { channel: string; customer: string })
    if (event.type === 'request.recognised') {
      const service = event.data.service as string
      const { channel, customer } = arrived.get(event.subject)!
      const one: Case = { service, customer, channel, version: versionAt(service, now), priority: event.data.priority as string, stage: 'accept', waits: null, wasAnswered: false, isResolved: false, open: new Map(), runs: new Map(), hours: calendars.get(calendarOf(service))! }
      cases.set(event.subject, one)
      for (const kind of ['acceptance', 'first-response', 'resolution']) start(one, kind, now)
      continue
    }
    const one = cases.get(event.subject)
    // Breaches, clocks and steps are what is judged; they are no evidence. A reply that is still held moves nothing yet.
    if (!one || /-breached$|clocks-changed|escalated|escalation|reply-held/.test(event.type)) continue
    look(event.subject, one, now)
    happen(event.subject, one, event, now)
  }
  lookUpTo(Infinity)
  return missed
}
