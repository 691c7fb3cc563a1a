/**
 * The clocks of a request follow it: whatever moves the request calls `moveRequest`, which settles what has run out by
 * now, lets each clock start, stand, go on or end, and writes rows, event and the nearest deadline in the same transaction.
 */
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import { type CaseFacts, selectClause } from '../../lib/clauses/index.ts'
import { newId } from '../../lib/id/index.ts'
import type { BusinessCalendar } from '../../lib/calendar/index.ts'
import { getCustomer } from '../customers/index.ts'
import { calendarOf, compileHours, type Dated, datedCalendar } from '../staff/index.ts'
import { type ClockKind, loadRecognition, type Recognition, type Standard, standardOf } from '../standards/index.ts'
import { breach, type Clock, end, isOpen, move, pause, reckon, resume } from './clock.ts'
import { type LockedClock, type LockedRequest, type Patch, patchRequest, writeClocks } from './store.ts'

/** What happened to the request, as far as clocks begin or end by it. */
export interface Happened {
  /** Somebody took it on. */
  accepted?: true
  /** The customer got an answer, and with `resolved` the one that counts. */
  answered?: true
  resolved?: true
  /** The customer wrote again. */
  wrote?: true
  closed?: true
  reopened?: true
  /** It went to another team. */
  moved?: { from: string | null; to: string | null }
  /** Service or priority is another. */
  corrected?: true
  /** It is put under this version knowingly. */
  under?: Standard
}
/** Why clocks moved: the last part of a text key `requests.cause.*`. */
export type Cause = 'accepted' | 'taken' | 'assigned' | 'waiting' | 'resumed' | 'corrected' | 'escalated' | 'calendar' | 'standard' | 'answered' | 'submitted' | 'resolved' | 'wrote' | 'closed' | 'reopened' | 'moved' | 'due'

/** The calendar a service's clocks run over: its own, else the installation's. */
export async function clockCalendar(ctx: Ctx, recognition: Recognition['snapshot'], serviceId: string | null): Promise<BusinessCalendar> {
  return (await calendarFor(ctx, recognition, serviceId)).calendar
}
const calendarFor = (ctx: Ctx, recognition: Recognition['snapshot'], serviceId: string | null): Promise<Dated> => datedCalendar(ctx, recognition.service(serviceId)?.calendarId ?? null)

interface Beginning { standard: Standard; calendar: Dated; facts: CaseFacts; now: number }

/** A clock that begins now; null when no clause of the standard times it. */
function begin(kind: ClockKind, run: number, { standard, calendar, facts, now }: Beginning): Clock | null {
  const clause = selectClause(standard.content.clauses, kind, facts)
  if (!clause) return null
  const clock: Clock = {
    id: newId(), kind, run, versionId: standard.id, clause: clause.key, targetMs: clause.target! * 60_000, calendarId: calendar.id, calendarVersion: calendar.version, state: 'running',
    startedAt: now, usedMs: 0, since: now, dueAt: null, pausedAt: null, breachedAt: null, endedAt: null, fired: [], wakeAt: null,
  }
  reckon(clock, standard.content.steps, calendar.calendar)
  return clock
}

/** The clocks of a request that is accepted now, and the version they begin under. */
export async function firstClocks(ctx: Ctx, recognition: Recognition['snapshot'], serviceId: string | null, facts: { priority: string; tier: string; channel: string }): Promise<{ standardId: string | null; clocks: Clock[] }> {
  const standard = recognition.standardAt(serviceId, ctx.now.toISOString())
  if (!standard) return { standardId: null, clocks: [] }
  const beginning = { standard, calendar: await calendarFor(ctx, recognition, serviceId), facts, now: ctx.now.getTime() }
  const clocks = (['acceptance', 'first-response', 'resolution'] as const).map((kind) => begin(kind, 1, beginning)).filter((clock): clock is Clock => clock !== null)
  return { standardId: standard.id, clocks }
}

export interface ClockChange { clock: string; kind: ClockKind; run: number; did: 'started' | 'paused' | 'resumed' | 'moved' | 'met' | 'cancelled'; dueAt: string | null; leftMinutes: number; clause: string; version: string }
const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())
export const changeOf = (clock: Clock, did: ClockChange['did']): ClockChange =>
  ({ clock: clock.id, kind: clock.kind, run: clock.run, did, dueAt: iso(clock.dueAt), leftMinutes: Math.round((clock.targetMs - clock.usedMs) / 6_000) / 10, clause: clock.clause, version: clock.versionId })

/** The nearest of what is due: clocks that run, and an acceptance. */
export function nextDue(clocks: readonly Clock[], acceptDueAt: string | null): string | null {
  const due = clocks.filter((clock) => isOpen(clock) && clock.pausedAt === null && clock.dueAt !== null).map((clock) => new Date(clock.dueAt!).toISOString())
  if (acceptDueAt) due.push(acceptDueAt)
  return due.sort()[0] ?? null
}

/** Changes the request and lets its clocks follow. */
export async function moveRequest(ctx: Ctx, request: LockedRequest, patch: Patch, cause: Cause, happened: Happened = {}): Promise<void> {
  const before = { serviceId: request.serviceId }
  Object.assign(request, patch)
  const follower = new Follower(ctx, request, cause)
  await follower.prepare()
  await follower.settle()
  await follower.follow(happened, before.serviceId !== request.serviceId)
  const isPaused = request.clocks.some((clock) => clock.pausedAt !== null)
  patchRequest(ctx, request, {
    ...patch, pausedAt: isPaused ? (request.pausedAt ?? ctx.now.toISOString()) : null, standardId: request.standardId,
    nextDueAt: nextDue(request.clocks, isPaused ? null : request.acceptDueAt),
  })
  await follower.write()
}

/** Notes what has run out by now, and changed hours. The request counts as changed only when its nearest deadline is another. */
export async function settleClocks(ctx: Ctx, request: LockedRequest, cause: Cause): Promise<void> {
  const follower = new Follower(ctx, request, cause)
  await follower.prepare()
  await follower.settle()
  const due = nextDue(request.clocks, request.pausedAt ? null : request.acceptDueAt)
  if (due !== request.nextDueAt) patchRequest(ctx, request, { nextDueAt: due })
  await follower.write()
}

class Follower {
  #ctx: Ctx
  #request: LockedRequest
  #cause: Cause
  #now: number
  #recognition!: Recognition['snapshot']
  #calendars = new Map<Clock, BusinessCalendar>()
  #standards = new Map<string, Standard>()
  #changes: ClockChange[] = []
  #changed = new Set<Clock>()
  #tier: string | null = null

  constructor(ctx: Ctx, request: LockedRequest, cause: Cause) {
    this.#ctx = ctx
    this.#request = request
    this.#cause = cause
    this.#now = ctx.now.getTime()
  }

  async prepare(): Promise<void> {
    this.#recognition = await loadRecognition(this.#ctx)
    for (const clock of this.#open()) {
      await this.#standard(clock.versionId)
      await this.#catchUp(clock)
    }
  }

  #open(): LockedClock[] { return this.#request.clocks.filter(isOpen) }
  #latest(kind: ClockKind): LockedClock | undefined { return this.#request.clocks.find((clock) => clock.kind === kind) }

  async #standard(id: string): Promise<Standard> {
    let found = this.#standards.get(id)
    if (!found) this.#standards.set(id, (found = await standardOf(this.#ctx, this.#recognition, id)))
    return found
  }

  // A calendar was changed since the clock was reckoned: what had passed by then passed by the old hours.
  async #catchUp(clock: LockedClock): Promise<void> {
    let current = clock.calendarId ? await calendarOf(this.#ctx, clock.calendarId) : (await datedCalendar(this.#ctx, null)).calendar
    if (clock.calendarId && clock.calendarNow !== null && clock.calendarNow !== clock.calendarVersion) {
      const changes = await this.#ctx.db<{ version: number; endedAt: string; before: { hours: never; holidays: never } }[]>`
        select version, ended_at, before from requests.calendar_change where calendar_id = ${clock.calendarId} and version >= ${clock.calendarVersion} order by version`
      // Another process may have changed it while this one still remembers the old hours.
      const dated = await datedCalendar(this.#ctx, clock.calendarId, { isFresh: true })
      for (const change of changes) move(clock, {}, Math.max(Date.parse(change.endedAt), clock.since ?? 0), compileHours(change.before.hours, change.before.holidays))
      clock.calendarVersion = dated.version
      current = dated.calendar
      const due = clock.dueAt
      reckon(clock, (await this.#standard(clock.versionId)).content.steps, current)
      this.#changed.add(clock)
      if (due !== clock.dueAt) this.#changes.push(changeOf(clock, 'moved'))
    }
    this.#calendars.set(clock, current)
  }

  /** Deadlines that have passed were missed before what happens now. */
  async settle(): Promise<void> {
    for (const clock of this.#open()) {
      if (!breach(clock, this.#now)) continue
      await this.#missed(clock)
    }
  }

  async #missed(clock: LockedClock): Promise<void> {
    this.#changed.add(clock)
    reckon(clock, (await this.#standard(clock.versionId)).content.steps, this.#calendars.get(clock)!)
    await emit(this.#ctx, `request.${clock.kind}-breached`, { subject: this.#request.id, teamId: this.#request.teamId, data: { clock: clock.id, run: clock.run, dueAt: iso(clock.breachedAt), clause: clock.clause, version: clock.versionId } })
  }

  async follow(happened: Happened, isOtherService: boolean): Promise<void> {
    if (happened.accepted) this.#end(['acceptance', 'hand-over'], 'met')
    if (happened.answered) this.#end(['first-response', 'next-response'], 'met')
    if (happened.resolved) { this.#end(['resolution'], 'met'); this.#end(['acceptance', 'first-response', 'next-response', 'hand-over'], 'cancelled') }
    if (happened.closed) this.#end(['acceptance', 'first-response', 'next-response', 'hand-over', 'resolution'], 'cancelled')
    if (isOtherService) this.#request.standardId = this.#recognition.standardAt(this.#request.serviceId, this.#ctx.now.toISOString())?.id ?? null
    if (happened.under) this.#request.standardId = happened.under.id
    if (happened.corrected || happened.under) await this.#reselect(isOtherService, happened.under !== undefined)
    if (happened.moved) await this.#handOver(happened.moved)
    if (happened.reopened) await this.#again()
    if (happened.wrote && this.#request.firstResponseAt && !this.#isOpen('next-response') && !['feedback', 'closed'].includes(this.#request.stage)) await this.#start('next-response')
    await this.#stand()
  }

  #isOpen(kind: ClockKind): boolean { const clock = this.#latest(kind); return clock !== undefined && isOpen(clock) }

  #end(kinds: readonly ClockKind[], how: 'met' | 'cancelled'): void {
    for (const clock of this.#open()) {
      if (!kinds.includes(clock.kind)) continue
      end(clock, how, this.#now, this.#calendars.get(clock)!)
      this.#note(clock, how)
    }
  }

  #note(clock: LockedClock, did: ClockChange['did']): void {
    this.#changed.add(clock)
    this.#changes.push(changeOf(clock, did))
  }

  async #facts(more: { fromTeam?: string | null; toTeam?: string | null } = {}) {
    this.#tier ??= (await getCustomer(this.#ctx, this.#request.customerId)).tier
    return { priority: this.#request.priority, channel: this.#request.channel, tier: this.#tier, ...more }
  }

  async #start(kind: ClockKind, more: { fromTeam?: string | null; toTeam?: string | null } = {}): Promise<void> {
    if (!this.#request.standardId) return
    const standard = await this.#standard(this.#request.standardId)
    const calendar = await calendarFor(this.#ctx, this.#recognition, this.#request.serviceId)
    const clock = begin(kind, (this.#latest(kind)?.run ?? 0) + 1, { standard, calendar, facts: await this.#facts(more), now: this.#now })
    if (!clock) return
    const started: LockedClock = { ...clock, calendarNow: calendar.version }
    this.#request.clocks = [...this.#request.clocks.filter((one) => one.kind !== kind), started]
    this.#calendars.set(started, calendar.calendar)
    this.#note(started, 'started')
  }

  // Another service or priority: the clause that fits now, with what has passed already counted. What was missed stays missed.
  async #reselect(isOtherService: boolean, isOtherVersion: boolean): Promise<void> {
    const standard = this.#request.standardId ? await this.#standard(this.#request.standardId) : null
    const calendar = await calendarFor(this.#ctx, this.#recognition, this.#request.serviceId)
    for (const clock of this.#open()) {
      if (clock.breachedAt !== null || clock.kind === 'hand-over') continue
      const clause = standard && selectClause(standard.content.clauses, clock.kind, await this.#facts())
      if (!clause) { this.#end([clock.kind], 'cancelled'); continue }
      const hasOtherCalendar = isOtherService && clock.calendarId !== calendar.id
      if (!hasOtherCalendar && !isOtherVersion && clause.key === clock.clause && standard.id === clock.versionId) continue
      move(clock, { versionId: standard.id, clause: clause.key, targetMs: clause.target! * 60_000, ...(hasOtherCalendar ? { calendarId: calendar.id, calendarVersion: calendar.version } : {}) }, this.#now, this.#calendars.get(clock)!)
      if (hasOtherCalendar) this.#calendars.set(clock, calendar.calendar)
      reckon(clock, standard.content.steps, this.#calendars.get(clock)!)
      this.#note(clock, 'moved')
      // The new promise may have been passed already: it is missed from the moment it is made.
      if (breach(clock, this.#now)) await this.#missed(clock)
    }
    for (const kind of ['acceptance', 'first-response', 'resolution'] as const) if (!this.#latest(kind) && this.#isOwed(kind)) await this.#start(kind)
  }

  #isOwed(kind: 'acceptance' | 'first-response' | 'resolution'): boolean {
    if (kind === 'resolution') return this.#request.resolutionAt === null
    return kind === 'first-response' ? this.#request.firstResponseAt === null : ['accept', 'assign'].includes(this.#request.stage)
  }

  async #handOver({ from, to }: { from: string | null; to: string | null }): Promise<void> {
    this.#end(['hand-over'], 'cancelled')
    if (to) await this.#start('hand-over', { fromTeam: from, toTeam: to })
  }

  async #again(): Promise<void> {
    await this.#start('resolution')
    if (!this.#request.firstResponseAt && !this.#isOpen('first-response')) await this.#start('first-response')
  }

  // The standard says for whom one may wait without the clocks running.
  async #stand(): Promise<void> {
    const { stage, waitingFor } = this.#request
    for (const clock of this.#open()) {
      const standard = await this.#standard(clock.versionId)
      const stands = stage === 'track' && waitingFor !== null && standard.content.pausesOn.includes(waitingFor)
      if (stands === (clock.pausedAt !== null)) continue
      const calendar = this.#calendars.get(clock)!
      if (stands) pause(clock, this.#now, calendar)
      else resume(clock, this.#now)
      reckon(clock, standard.content.steps, calendar)
      this.#note(clock, stands ? 'paused' : 'resumed')
    }
  }

  async write(): Promise<void> {
    if (this.#changed.size) writeClocks(this.#ctx, this.#request.id, [...this.#changed])
    if (this.#changes.length) await emit(this.#ctx, 'request.clocks-changed', { subject: this.#request.id, teamId: this.#request.teamId, data: { cause: this.#cause, changes: this.#changes } })
  }
}

