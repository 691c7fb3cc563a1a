/**
 * The clocks of a request follow it: whatever moves the request calls `moveRequest`, which settles what has run out by
 * now, lets each clock start, stand, go on or end, and writes rows, event and the nearest deadline in the same transaction.
 */
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import { type CaseFacts, selectClause } from '../../lib/clauses/index.ts'
import { newId } from '../../lib/id/index.ts'
import type { BusinessCalendar } from '../../lib/calendar/index.ts'
import { tierOf } from '../customers/index.ts'
import { calendarVersion, type Chosen, chosenCalendar } from '../staff/index.ts'
import { type CalendarChoice, chooseCalendar, type ClockKind, loadRecognition, type Recognition, type Standard, standardOf } from '../standards/index.ts'
import { breach, type Clock, end, iso, isOpen, move, pause, reckon, resume } from './clock.ts'
import { type LockedRequest, type Patch, patchRequest, writeClocks } from './store.ts'

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
  /** It is put under the present version of its calendar knowingly. */
  hours?: Chosen
}
/** Why clocks moved: the last part of a text key `requests.cause.*`. */
export type Cause = 'accepted' | 'taken' | 'assigned' | 'waiting' | 'resumed' | 'corrected' | 'escalated' | 'calendar' | 'standard' | 'answered' | 'submitted' | 'resolved' | 'wrote' | 'closed' | 'reopened' | 'moved' | 'due'

type Running = Pick<LockedRequest, 'calendarId' | 'calendarVersion' | 'serviceId' | 'teamId'>
/** The calendar a request's clocks run by: the version it began under, or was moved to since. */
export async function calendarFor(ctx: Ctx, request: Running): Promise<BusinessCalendar> {
  if (request.calendarId) return calendarVersion(ctx, request.calendarId, request.calendarVersion!)
  return (await chooseCalendar(ctx, (await loadRecognition(ctx)).service(request.serviceId), request.teamId)).calendar
}
/** The calendar one clock runs by. */
export const calendarOfClock = async (ctx: Ctx, { calendarId, calendarVersion: version }: Pick<Clock, 'calendarId' | 'calendarVersion'>): Promise<BusinessCalendar> =>
  calendarId ? calendarVersion(ctx, calendarId, version) : (await chosenCalendar(ctx, null)).calendar

export interface Mark { kind: 'paused' | 'resumed' | 'moved'; at: string; calendarId: string | null; calendarVersion: number | null; fromCalendar: string | null; fromVersion: number | null }

interface Beginning { standard: Standard; calendar: Chosen; facts: CaseFacts; now: number }

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
export function firstClocks(ctx: Ctx, recognition: Recognition['snapshot'], serviceId: string | null, calendar: Chosen, facts: { priority: string; tier: string; channel: string }): { standardId: string | null; clocks: Clock[] } {
  const standard = recognition.standardAt(serviceId, ctx.now.toISOString())
  if (!standard) return { standardId: null, clocks: [] }
  const beginning = { standard, calendar, facts, now: ctx.now.getTime() }
  const clocks = (['acceptance', 'first-response', 'resolution'] as const).map((kind) => begin(kind, 1, beginning)).filter((clock): clock is Clock => clock !== null)
  return { standardId: standard.id, clocks }
}

export interface ClockChange { clock: string; kind: ClockKind; run: number; did: 'started' | 'paused' | 'resumed' | 'moved' | 'met' | 'cancelled'; dueAt: string | null; leftMinutes: number; clause: string; version: string }
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
    ...patch, pausedAt: isPaused ? (request.pausedAt ?? ctx.now.toISOString()) : null, standardId: request.standardId, calendarId: request.calendarId, calendarVersion: request.calendarVersion, calendarBy: request.calendarBy,
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
  #hours: Chosen | null = null
  #before: { calendarId: string | null; calendarVersion: number | null } | null = null
  #isMarked = false

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
      this.#calendars.set(clock, await calendarOfClock(this.#ctx, clock))
    }
  }

  #open(): Clock[] { return this.#request.clocks.filter(isOpen) }
  #latest(kind: ClockKind): Clock | undefined { return this.#request.clocks.find((clock) => clock.kind === kind) }

  async #standard(id: string): Promise<Standard> {
    let found = this.#standards.get(id)
    if (!found) this.#standards.set(id, (found = await standardOf(this.#ctx, this.#recognition, id)))
    return found
  }

  /** Deadlines that have passed were missed before what happens now. */
  async settle(): Promise<void> {
    for (const clock of this.#open()) {
      if (!breach(clock, this.#now)) continue
      await this.#missed(clock)
    }
  }

  async #missed(clock: Clock): Promise<void> {
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
    if (happened.hours) this.#rehour(happened.hours)
    if (happened.corrected || happened.reopened) await this.#chooseHours()
    if (happened.corrected || happened.under) await this.#reselect(happened.under !== undefined)
    if (happened.corrected) this.#markMoved()
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

  #note(clock: Clock, did: ClockChange['did']): void {
    this.#changed.add(clock)
    this.#changes.push(changeOf(clock, did))
  }

  async #facts(more: { fromTeam?: string | null; toTeam?: string | null } = {}) {
    this.#tier ??= await tierOf(this.#ctx, this.#request.customerId)
    return { priority: this.#request.priority, channel: this.#request.channel, tier: this.#tier, ...more }
  }

  async #start(kind: ClockKind, more: { fromTeam?: string | null; toTeam?: string | null } = {}): Promise<void> {
    if (!this.#request.standardId) return
    const standard = await this.#standard(this.#request.standardId)
    const { calendarId, calendarVersion: version } = this.#request
    const calendar: Chosen = { id: calendarId, version: version ?? 0, calendar: await calendarFor(this.#ctx, this.#request) }
    const clock = begin(kind, (this.#latest(kind)?.run ?? 0) + 1, { standard, calendar, facts: await this.#facts(more), now: this.#now })
    if (!clock) return
    this.#request.clocks = [...this.#request.clocks.filter((one) => one.kind !== kind), clock]
    this.#calendars.set(clock, calendar.calendar)
    this.#note(clock, 'started')
  }

  // A correction and a reopening choose the calendar anew, as it stands.
  async #chooseHours(): Promise<void> {
    const choice: CalendarChoice = await chooseCalendar(this.#ctx, this.#recognition.service(this.#request.serviceId), this.#request.teamId)
    if (!choice.id) return
    this.#hours = { id: choice.id, version: choice.version, calendar: choice.calendar }
    this.#before = { calendarId: this.#request.calendarId, calendarVersion: this.#request.calendarVersion }
    Object.assign(this.#request, { calendarId: choice.id, calendarVersion: choice.version, calendarBy: choice.by })
  }

  // What is left of each target counts on from now by the present version; what is late stays late.
  #rehour(hours: Chosen): void {
    this.#before = { calendarId: this.#request.calendarId, calendarVersion: this.#request.calendarVersion }
    Object.assign(this.#request, { calendarId: hours.id, calendarVersion: hours.version })
    for (const clock of this.#open()) {
      if (clock.breachedAt !== null) continue
      const due = clock.dueAt
      move(clock, { calendarId: hours.id, calendarVersion: hours.version }, this.#now, this.#calendars.get(clock)!)
      this.#calendars.set(clock, hours.calendar)
      reckon(clock, this.#standards.get(clock.versionId)!.content.steps, hours.calendar)
      this.#changed.add(clock)
      if (due !== clock.dueAt) this.#changes.push(changeOf(clock, 'moved'))
    }
    this.#markMoved()
  }

  /** Writes down that hours are counted by another calendar from now, so that every deadline can be told step by step. */
  #markMoved(): void {
    const before = this.#before
    const { calendarId, calendarVersion: version } = this.#request
    if (!before || (before.calendarId === calendarId && before.calendarVersion === version)) return
    this.#mark('moved', before)
  }
  #mark(kind: Mark['kind'], before: { calendarId: string | null; calendarVersion: number | null } | null = null): void {
    const { id, calendarId, calendarVersion: version } = this.#request
    this.#ctx.later(this.#ctx.db`insert into requests.clock_mark (request_id, kind, at, calendar_id, calendar_version, from_calendar, from_version)
      values (${id}, ${kind}, ${this.#ctx.now}, ${calendarId}, ${version}, ${before?.calendarId ?? null}, ${before?.calendarVersion ?? null})`)
  }

  // Another service or priority: the clause that fits now, with what has passed already counted. What was missed stays missed.
  async #reselect(isOtherVersion: boolean): Promise<void> {
    const standard = this.#request.standardId ? await this.#standard(this.#request.standardId) : null
    const hours = this.#hours
    for (const clock of this.#open()) {
      if (clock.breachedAt !== null || clock.kind === 'hand-over') continue
      const clause = standard && selectClause(standard.content.clauses, clock.kind, await this.#facts())
      if (!clause) { this.#end([clock.kind], 'cancelled'); continue }
      const hasOtherHours = hours !== null && (clock.calendarId !== hours.id || clock.calendarVersion !== hours.version)
      if (!hasOtherHours && !isOtherVersion && clause.key === clock.clause && standard.id === clock.versionId) continue
      move(clock, { versionId: standard.id, clause: clause.key, targetMs: clause.target! * 60_000, ...(hasOtherHours ? { calendarId: hours.id, calendarVersion: hours.version } : {}) }, this.#now, this.#calendars.get(clock)!)
      if (hasOtherHours) this.#calendars.set(clock, hours.calendar)
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
      // A correction may have left it nothing while it stood: then it is missed as it goes on, whoever looks next.
      if (breach(clock, this.#now)) await this.#missed(clock)
      if (!this.#isMarked) this.#mark(stands ? 'paused' : 'resumed')
      this.#isMarked = true
    }
  }

  async write(): Promise<void> {
    if (this.#changed.size) writeClocks(this.#ctx, this.#request.id, [...this.#changed])
    if (this.#changes.length) await emit(this.#ctx, 'request.clocks-changed', { subject: this.#request.id, teamId: this.#request.teamId, data: { cause: this.#cause, changes: this.#changes } })
  }
}

