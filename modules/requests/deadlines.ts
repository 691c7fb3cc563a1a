/** Deadlines told and moved: why each is when it is, and what a changed calendar makes of those that run. */
import type { BusinessCalendar, Step } from '../../lib/calendar/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { may, systemActor } from '../../platform/access/index.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault, notFound } from '../../platform/fault.ts'
import { calendarVersion, chosenCalendar, shownSteps } from '../staff/index.ts'
import { type Clock, dueAtOf, iso, isOpen, move, reckon } from './clock.ts'
import { calendarFor, calendarOfClock, type Mark, moveRequest } from './clocks.ts'
import type { Deadlines, MovedDeadlines } from './contract.ts'
import type { RequestRecord } from './request.ts'
import { clocksOf, lockRequest } from './store.ts'
import { visible } from './visible.ts'

interface Told extends RequestRecord { calendarName: string | null; clocks: Clock[] }

/** The deadlines of a request: what was counted, what skipped and when the clock stood, from its start. Throws 404. */
export async function explainDeadlines(ctx: Ctx, id: string): Promise<Deadlines> {
  const [[request], marks] = await Promise.all([
    ctx.db<Told[]>`select r.*, c.name as calendar_name, ${clocksOf(ctx.db)} as clocks from requests.request r left join staff.calendar c on c.id = r.calendar_id where r.id = ${id} and ${visible(ctx)}`,
    ctx.db<Mark[]>`select kind, at, calendar_id, calendar_version, from_calendar, from_version from requests.clock_mark where request_id = ${id} order by nr`,
  ])
  if (!request) throw notFound('requests')
  const now = await calendarFor(ctx, request)
  const versions = new Map<Mark, BusinessCalendar>()
  for (const one of marks) if (one.kind === 'moved') versions.set(one, await calendarVersion(ctx, one.calendarId!, one.calendarVersion!))
  const tell = async (clock: Clock): Promise<Deadlines['clocks']> => {
    const isPaused = clock.state === 'paused'
    if (clock.state === 'cancelled' || (clock.dueAt === null && !isPaused)) return []
    const own = await calendarOfClock(ctx, clock)
    // What was missed goes by the hours it was missed by.
    const since = marks.filter((one) => Date.parse(one.at) >= clock.startedAt && (clock.breachedAt === null || Date.parse(one.at) < clock.breachedAt))
    const moved = since.find((one) => one.kind === 'moved')
    const first = moved?.fromCalendar ? await calendarVersion(ctx, moved.fromCalendar, moved.fromVersion!) : own
    const startAt = iso(clock.startedAt)
    const metAt = clock.state === 'met' ? iso(clock.endedAt!) : null
    const steps = walk({ startMs: clock.startedAt, endMs: clock.dueAt ?? clock.pausedAt!, until: metAt, marks: since, first, versions })
    const counted = steps.reduce((sum, one) => sum + (one.isCounted ? one.ms : 0), 0)
    return [{
      clock: clock.kind, startAt, dueAt: iso(clock.dueAt), metAt, leftMinutes: isPaused ? (clock.targetMs - clock.usedMs) / 60_000 : null, countedMinutes: counted / 60_000, ...shownSteps(steps as Step[]),
      provisionalYears: clock.dueAt === null ? [] : own.unknownYears(clock.startedAt, clock.dueAt),
    }]
  }
  return {
    calendar: request.calendarId ? { id: request.calendarId, name: request.calendarName!, version: request.calendarVersion!, by: request.calendarBy! } : null,
    zone: now.hours.zone,
    clocks: (await Promise.all(request.clocks.map(tell))).flat(),
  }
}

type Paused = { from: number; to: number; ms: number; isCounted: false; why: 'paused' }
interface Way { startMs: number; endMs: number; until: string | null; marks: readonly Mark[]; first: BusinessCalendar; versions: ReadonlyMap<Mark, BusinessCalendar> }

/** From start to end over the marks: each stretch by the calendar of its time; what came after the clock was met changed nothing. */
function walk({ startMs, endMs, until, marks, first, versions }: Way): (Step | Paused)[] {
  const steps: (Step | Paused)[] = []
  let at = startMs
  let calendar = first
  let isPaused = false
  const go = (to: number): void => {
    const end = Math.min(to, endMs)
    if (end > at) steps.push(...(isPaused ? [{ from: at, to: end, ms: end - at, isCounted: false as const, why: 'paused' as const }] : calendar.steps(at, end)))
    at = Math.max(at, end)
  }
  for (const one of marks) {
    if (until && one.at > until) break
    if (one.kind !== 'moved' || !isPaused) go(Date.parse(one.at))
    if (one.kind === 'moved') calendar = versions.get(one)!
    else isPaused = one.kind === 'paused'
  }
  go(endMs)
  return steps
}

interface RunningRow { id: string; number: number; teamId: string | null; calendarVersion: number; pausedAt: string | null; clocks: Clock[]; isVisible: boolean }
/** What one call looks at. */
const MOST = 2_000
const MOST_SHOWN = 20

const running = (ctx: Ctx, calendarId: string, version: number): Promise<RunningRow[]> => ctx.db<RunningRow[]>`
  select r.id, r.number, r.team_id, r.calendar_version, r.paused_at, ${clocksOf(ctx.db)} as clocks, ${visible(ctx)} as is_visible
  from requests.request r where r.calendar_id = ${calendarId} and r.calendar_version <> ${version} and r.resolution_at is null and r.stage <> 'closed' order by r.id limit ${MOST}`

interface Shift { id: string; number: number; isVisible: boolean; clock: Clock['kind']; from: string; to: string }
interface Moves { requests: number; paused: number; shifts: Shift[] }

/** Where the deadlines come to lie: what is left of the target by the earlier version, counted on from now by the present one. */
async function movesOf(ctx: Ctx, rows: readonly RunningRow[], calendar: BusinessCalendar): Promise<Moves> {
  const now = ctx.now.getTime()
  const shifts: Shift[] = []
  for (const row of rows) for (const clock of row.clocks) {
    // What was met or is late already stays as it was.
    if (!isOpen(clock) || clock.dueAt === null || clock.dueAt <= now || clock.breachedAt !== null) continue
    const before = clock.dueAt
    move(clock, {}, now, await calendarOfClock(ctx, clock))
    reckon(clock, [], calendar)
    if (clock.dueAt !== before) shifts.push({ id: row.id, number: row.number, isVisible: row.isVisible, clock: clock.kind, from: iso(before), to: iso(clock.dueAt) })
  }
  return { requests: rows.length, paused: rows.filter((row) => row.pausedAt).length, shifts }
}

const countMoves = (ctx: Ctx, { requests, paused, shifts }: Moves): MovedDeadlines => ({
  requests, deadlines: shifts.length, earlier: shifts.filter((one) => one.to < one.from).length, later: shifts.filter((one) => one.to > one.from).length, paused,
  rows: shifts.filter((one) => one.isVisible && may(ctx.actor, 'requests.read')).slice(0, MOST_SHOWN).map(({ isVisible: _, ...one }) => one), isMore: requests === MOST,
})

/** What would happen to what runs by earlier versions of a calendar. Throws 404 `staff.calendar.not-found`. */
export async function previewDeadlines(ctx: Ctx, calendarId: string): Promise<MovedDeadlines & { version: number }> {
  const { version, calendar } = await chosenCalendar(ctx, calendarId)
  return { version, ...countMoves(ctx, await movesOf(ctx, await running(ctx, calendarId, version), calendar)) }
}

const dueOf = (clocks: readonly Clock[]) => ({ firstResponseDueAt: dueAtOf(clocks, 'first-response'), resolutionDueAt: dueAtOf(clocks, 'resolution') })

/** Moves them, at most some thousands a call; each request's history and the audit say so. Throws 409 when the calendar has another version by now. */
export async function moveDeadlines(ctx: Ctx, calendarId: string, wanted: { version: number; reason: string }): Promise<MovedDeadlines> {
  const hours = await chosenCalendar(ctx, calendarId)
  const { version } = hours
  if (version !== wanted.version) throw new Fault('staff.changed-meanwhile', 409)
  const rows = await running(ctx, calendarId, version)
  const counted = countMoves(ctx, await movesOf(ctx, rows.map((row) => ({ ...row, clocks: row.clocks.map((clock) => ({ ...clock })) })), hours.calendar))
  if (!rows.length) return counted
  for (const { id } of rows) {
    // Whoever applies a calendar moves all that runs by it, and sees only their own.
    const request = await lockRequest({ ...ctx, actor: systemActor }, id)
    if (request.calendarId !== calendarId || request.calendarVersion === version || request.stage === 'closed') continue
    const before = { version: request.calendarVersion, ...dueOf(request.clocks) }
    await moveRequest(ctx, request, {}, 'calendar', { hours })
    await emit(ctx, 'request.deadlines-moved', { subject: id, teamId: request.teamId, data: { calendar: calendarId, before, after: { version, ...dueOf(request.clocks) }, reason: wanted.reason } })
  }
  await emit(ctx, 'request.calendar-applied', { data: { calendar: calendarId, version, requests: counted.requests, deadlines: counted.deadlines, earlier: counted.earlier, later: counted.later, reason: wanted.reason } })
  return counted
}
