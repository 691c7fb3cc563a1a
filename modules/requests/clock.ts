/**
 * One clock of a request: what starts, stands, runs out and ends. Working time is what counts: `usedMs` had passed at
 * `since`, from where the clock runs by its calendar. Pure; times are epoch milliseconds.
 */
import type { BusinessCalendar } from '../../lib/calendar/index.ts'
import type { ClockKind, Step } from '../standards/index.ts'

/** breached: the deadline has passed and nobody has done it yet; met and cancelled: over. */
export type ClockState = 'running' | 'paused' | 'breached' | 'met' | 'cancelled'
export interface Clock {
  id: string
  kind: ClockKind
  /** Counts from 1 for each kind: a reopened request runs anew. */
  run: number
  versionId: string
  clause: string
  targetMs: number
  calendarId: string | null
  calendarVersion: number
  state: ClockState
  startedAt: number
  usedMs: number
  /** Null while it stands and when it is over. */
  since: number | null
  /** Null while it stands; of a breached one for good the moment it was due. */
  dueAt: number | null
  pausedAt: number | null
  breachedAt: number | null
  endedAt: number | null
  /** Keys of the steps that were taken or passed over. */
  fired: string[]
  /** When somebody must look next; null: nothing lies ahead. */
  wakeAt: number | null
}

export const isOpen = (clock: Clock): boolean => clock.endedAt === null

export function iso(at: number): string
export function iso(at: number | null): string | null
export function iso(at: number | null): string | null { return at === null ? null : new Date(at).toISOString() }

/** When the clock of this kind is due, of those a request has; null without one and while it stands. */
export const dueAtOf = (clocks: readonly Clock[], kind: ClockKind): string | null => iso(clocks.find((clock) => clock.kind === kind)?.dueAt ?? null)

/** Working milliseconds that have passed on it. */
export const usedAt = (clock: Clock, now: number, calendar: BusinessCalendar): number =>
  clock.usedMs + (clock.since === null ? 0 : calendar.businessMsBetween(clock.since, now))

/** Due when what is left of the target has passed from `since`; a breached clock stays due when it was. */
const dueOf = (clock: Clock, calendar: BusinessCalendar): number | null =>
  clock.breachedAt ?? (clock.since === null ? null : calendar.addBusinessMs(clock.since, clock.targetMs - clock.usedMs))

const isRunning = (clock: Clock): boolean => clock.since !== null

/** The moment a step is to be taken: null when it never is on this clock, or not while it stands. */
export function stepAt(clock: Clock, step: Step, calendar: BusinessCalendar): number | null {
  const offset = step.offsetMinutes * 60_000
  // Longer before the deadline than there is time at all: it would be there from the start.
  if (clock.targetMs + offset <= 0 || !isRunning(clock) || clock.dueAt === null) return null
  if (step.time === 'wall') return clock.dueAt + offset
  return calendar.addBusinessMs(clock.since!, clock.targetMs + offset - clock.usedMs)
}

/** Works out anew when it is due and when somebody must look: at the deadline, or at the next step. */
export function reckon(clock: Clock, steps: readonly Step[], calendar: BusinessCalendar): void {
  clock.dueAt = dueOf(clock, calendar)
  const ahead = [clock.breachedAt === null && isRunning(clock) ? clock.dueAt : null, ...stepsLeft(clock, steps).map((step) => stepAt(clock, step, calendar))].filter((at): at is number => at !== null)
  clock.wakeAt = ahead.length ? Math.min(...ahead) : null
}

export const stepsLeft = (clock: Clock, steps: readonly Step[]): Step[] => steps.filter((step) => step.measure === clock.kind && !clock.fired.includes(step.key))

function stop(clock: Clock, now: number, calendar: BusinessCalendar): void {
  clock.usedMs = usedAt(clock, now, calendar)
  clock.since = null
}

export function pause(clock: Clock, now: number, calendar: BusinessCalendar): void {
  stop(clock, now, calendar)
  Object.assign(clock, { state: 'paused', pausedAt: now })
}

export function resume(clock: Clock, now: number): void {
  Object.assign(clock, { state: clock.breachedAt === null ? 'running' : 'breached', pausedAt: null, since: now })
}

/** Goes on by another target or calendar from now; what has passed has passed. A deadline never moves into the past. */
export function move(clock: Clock, to: Partial<Pick<Clock, 'targetMs' | 'versionId' | 'clause' | 'calendarId' | 'calendarVersion'>>, now: number, before: BusinessCalendar): void {
  if (isRunning(clock)) {
    stop(clock, now, before)
    clock.since = now
  }
  Object.assign(clock, to)
}

/** Notes the breach when the deadline has passed; true when it was not known before. */
export function breach(clock: Clock, now: number): boolean {
  if (clock.breachedAt !== null || !isOpen(clock) || clock.since === null || clock.dueAt === null || clock.dueAt > now) return false
  Object.assign(clock, { state: 'breached', breachedAt: clock.dueAt })
  return true
}

export function end(clock: Clock, how: 'met' | 'cancelled', now: number, calendar: BusinessCalendar): void {
  stop(clock, now, calendar)
  Object.assign(clock, { state: how, endedAt: now, pausedAt: null, wakeAt: null })
}
