/** Deadlines told and moved: why each is when it is, and what a changed calendar makes of those that run. */
import type { BusinessCalendar, Step } from '../../lib/calendar/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { may } from '../../platform/access/index.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault, notFound } from '../../platform/fault.ts'
import { calendarVersion, chosenCalendar, shownSteps } from '../staff/index.ts'
import { calendarFor, type Mark } from './clocks.ts'
import type { Deadlines, MovedDeadlines } from './contract.ts'
import type { RequestRecord } from './request.ts'
import { visible } from './visible.ts'

const iso = (ms: number): string => new Date(ms).toISOString()

interface Told extends RequestRecord { calendarName: string | null }

/** Both deadlines of a request: what was counted, what skipped and when the clock stood, from its start. Throws 404. */
export async function explainDeadlines(ctx: Ctx, id: string): Promise<Deadlines> {
  const [[request], marks] = await Promise.all([
    ctx.db<Told[]>`select r.*, c.name as calendar_name from requests.request r left join staff.calendar c on c.id = r.calendar_id where r.id = ${id} and ${visible(ctx)}`,
    ctx.db<Mark[]>`select kind, at, calendar_id, calendar_version, from_version from requests.clock_mark where request_id = ${id} order by nr`,
  ])
  if (!request) throw notFound('requests')
  const now = await calendarFor(ctx, request)
  const restarted = marks.findLastIndex((one) => one.kind === 'restarted')
  const since = marks.slice(restarted + 1)
  const startAt = restarted < 0 ? request.openedAt : marks[restarted]!.at
  const moved = since.find((one) => one.kind === 'moved')
  const first = moved ? await calendarVersion(ctx, moved.calendarId!, moved.fromVersion!) : now
  const versions = new Map<Mark, BusinessCalendar>()
  for (const one of since) if (one.kind === 'moved') versions.set(one, await calendarVersion(ctx, one.calendarId!, one.calendarVersion!))
  const tell = (clock: Deadlines['clocks'][number]['clock'], dueAt: string | null, metAt: string | null, leftMs: number | null): Deadlines['clocks'][number][] => {
    if (!dueAt && leftMs === null) return []
    const steps = walk({ startMs: Date.parse(startAt), endMs: Date.parse(dueAt ?? request.pausedAt!), until: metAt, marks: since, first, versions })
    const counted = steps.reduce((sum, one) => sum + (one.isCounted ? one.ms : 0), 0)
    return [{
      clock, startAt, dueAt, metAt, leftMinutes: leftMs === null ? null : leftMs / 60_000, countedMinutes: counted / 60_000, ...shownSteps(steps as Step[]),
      provisionalYears: dueAt ? now.unknownYears(Date.parse(startAt), Date.parse(dueAt)) : [],
    }]
  }
  return {
    calendar: request.calendarId ? { id: request.calendarId, name: request.calendarName!, version: request.calendarVersion!, by: request.calendarBy! } : null,
    zone: now.hours.zone,
    clocks: [...tell('first-response', request.firstResponseDueAt, request.firstResponseAt, request.firstResponseLeftMs), ...tell('resolution', request.resolutionDueAt, request.resolutionAt, request.resolutionLeftMs)],
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

interface RunningRow extends Pick<RequestRecord, 'id' | 'number' | 'teamId' | 'calendarVersion' | 'firstResponseDueAt' | 'firstResponseAt' | 'resolutionDueAt' | 'resolutionAt' | 'pausedAt'> { acceptDueAt: string | null; isVisible: boolean }
/** What one call looks at. */
const MOST = 2_000
const MOST_SHOWN = 20

const running = (ctx: Ctx, calendarId: string, version: number, isLocked: boolean): Promise<RunningRow[]> => ctx.db<RunningRow[]>`
  select r.id, r.number, r.team_id, r.calendar_version, r.first_response_due_at, r.first_response_at, r.resolution_due_at, r.resolution_at, r.paused_at, ${visible(ctx)} as is_visible,
    (select min(a.accept_due_at) from requests.assignment a where a.request_id = r.id and a.state = 'offered') as accept_due_at
  from requests.request r where r.calendar_id = ${calendarId} and r.calendar_version <> ${version} and r.resolution_at is null and r.stage <> 'closed'
  order by r.id limit ${MOST} ${isLocked ? ctx.db`for update of r` : ctx.db``}`

interface Move { row: RunningRow; firstResponseDueAt: string | null; resolutionDueAt: string | null }

/** Where the deadlines come to lie: what is left of the target by the earlier version, counted on from now by the present one. */
async function movesOf(ctx: Ctx, calendarId: string, rows: readonly RunningRow[], calendar: BusinessCalendar): Promise<Move[]> {
  const now = ctx.now.getTime()
  const moves: Move[] = []
  for (const row of rows) {
    const before = await calendarVersion(ctx, calendarId, row.calendarVersion!)
    // What was met or is late already stays as it was.
    const move = (dueAt: string | null, metAt: string | null): string | null =>
      !dueAt || metAt || Date.parse(dueAt) <= now ? dueAt : iso(calendar.addBusinessMs(now, before.businessMsBetween(now, Date.parse(dueAt))))
    moves.push({ row, firstResponseDueAt: move(row.firstResponseDueAt, row.firstResponseAt), resolutionDueAt: move(row.resolutionDueAt, row.resolutionAt) })
  }
  return moves
}

function countMoves(ctx: Ctx, moves: readonly Move[]): MovedDeadlines {
  const shifts = moves.flatMap(({ row, ...after }) => (['firstResponseDueAt', 'resolutionDueAt'] as const).flatMap((clock) =>
    row[clock] !== after[clock] ? [{ id: row.id, number: row.number, isVisible: row.isVisible, clock: clock === 'resolutionDueAt' ? 'resolution' as const : 'first-response' as const, from: row[clock]!, to: after[clock]! }] : []))
  return {
    requests: moves.length, deadlines: shifts.length, earlier: shifts.filter((one) => one.to < one.from).length, later: shifts.filter((one) => one.to > one.from).length,
    paused: moves.filter(({ row }) => row.pausedAt).length,
    rows: shifts.filter((one) => one.isVisible && may(ctx.actor, 'requests.read')).slice(0, MOST_SHOWN).map(({ isVisible: _, ...one }) => one), isMore: moves.length === MOST,
  }
}

/** What would happen to what runs by earlier versions of a calendar. Throws 404 `staff.calendar.not-found`. */
export async function previewDeadlines(ctx: Ctx, calendarId: string): Promise<MovedDeadlines & { version: number }> {
  const { version, calendar } = await chosenCalendar(ctx, calendarId)
  return { version, ...countMoves(ctx, await movesOf(ctx, calendarId, await running(ctx, calendarId, version, false), calendar)) }
}

/** Moves them, at most some thousands a call; each request's history and the audit say so. Throws 409 when the calendar has another version by now. */
export async function moveDeadlines(ctx: Ctx, calendarId: string, wanted: { version: number; reason: string }): Promise<MovedDeadlines> {
  const { version, calendar } = await chosenCalendar(ctx, calendarId)
  if (version !== wanted.version) throw new Fault('staff.changed-meanwhile', 409)
  const moves = await movesOf(ctx, calendarId, await running(ctx, calendarId, version, true), calendar)
  const counted = countMoves(ctx, moves)
  if (!moves.length) return counted
  const now = ctx.now.toISOString()
  const rows = moves.map(({ row, firstResponseDueAt, resolutionDueAt }) => {
    const open = row.pausedAt ? [] : [row.firstResponseAt ? null : firstResponseDueAt, resolutionDueAt, row.acceptDueAt].filter((due): due is string => due !== null).sort()
    return { id: row.id, first_response_due_at: firstResponseDueAt, resolution_due_at: resolutionDueAt, next_due_at: open[0] ?? null, sweep_at: open.find((due) => due > now) ?? null, from_version: row.calendarVersion }
  })
  await ctx.db`
    with moved as (select * from jsonb_to_recordset(${ctx.db.json(rows as never)}) as m (id uuid, first_response_due_at timestamptz, resolution_due_at timestamptz, next_due_at timestamptz, sweep_at timestamptz, from_version int)),
    marked as (insert into requests.clock_mark (request_id, kind, at, calendar_id, calendar_version, from_version) select id, 'moved', ${ctx.now}, ${calendarId}, ${version}, from_version from moved)
    update requests.request r set (first_response_due_at, resolution_due_at, next_due_at, sweep_at, calendar_version, version) =
      (m.first_response_due_at, m.resolution_due_at, m.next_due_at, m.sweep_at, ${version}, r.version + 1) from moved m where r.id = m.id`
  for (const { row, firstResponseDueAt, resolutionDueAt } of moves)
    await emit(ctx, 'request.deadlines-moved', { subject: row.id, teamId: row.teamId, data: {
      calendar: calendarId, before: { version: row.calendarVersion, firstResponseDueAt: row.firstResponseDueAt, resolutionDueAt: row.resolutionDueAt },
      after: { version, firstResponseDueAt, resolutionDueAt }, reason: wanted.reason,
    } })
  await emit(ctx, 'request.calendar-applied', { data: { calendar: calendarId, version, requests: counted.requests, deadlines: counted.deadlines, earlier: counted.earlier, later: counted.later, reason: wanted.reason } })
  return counted
}
