/** Track, the clocks' half: due times over the business calendar, pause while the customer is asked, breaches. */
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import type { BusinessCalendar } from '../../lib/calendar/index.ts'
import { calendarVersion } from '../staff/index.ts'
import { chooseCalendar, dueTimes, loadRecognition, resumeClock } from '../standards/index.ts'
import { nextDue, type RequestRecord } from './request.ts'
import { type LockedRequest, patchRequest } from './store.ts'

type Running = Pick<RequestRecord, 'calendarId' | 'calendarVersion' | 'serviceId' | 'teamId'>
/** The calendar a request's clocks run by: the version it began under, or was moved to since. */
export async function calendarFor(ctx: Ctx, request: Running): Promise<BusinessCalendar> {
  if (request.calendarId) return calendarVersion(ctx, request.calendarId, request.calendarVersion!)
  return (await chooseCalendar(ctx, (await loadRecognition(ctx)).service(request.serviceId), request.teamId)).calendar
}

export interface Mark { kind: 'paused' | 'resumed' | 'restarted' | 'moved'; at: string; calendarId: string | null; calendarVersion: number | null; fromVersion: number | null }
/** Writes down what happened to the clocks, so that every deadline can be told step by step. */
function mark(ctx: Ctx, request: Pick<RequestRecord, 'id' | 'calendarId' | 'calendarVersion'>, kind: Mark['kind'], at: string | Date = ctx.now): void {
  ctx.later(ctx.db`insert into requests.clock_mark (request_id, kind, at, calendar_id, calendar_version) values (${request.id}, ${kind}, ${at}, ${request.calendarId}, ${request.calendarVersion})`)
}

type ClockPatch = Partial<Pick<RequestRecord, 'firstResponseDueAt' | 'resolutionDueAt' | 'firstResponseLeftMs' | 'resolutionLeftMs' | 'pausedAt' | 'nextDueAt' | 'firstResponseAt' | 'resolutionAt' | 'firstResponseBreachedAt' | 'resolutionBreachedAt' | 'calendarId' | 'calendarVersion' | 'calendarBy'>>

/** Stops the clocks and keeps the business time left on each. */
export async function pausedClocks(ctx: Ctx, request: LockedRequest): Promise<ClockPatch> {
  if (request.pausedAt) return {}
  const calendar = await calendarFor(ctx, request)
  const now = ctx.now.getTime()
  mark(ctx, request, 'paused')
  const left = (due: string | null, met: string | null): number | null => (due && !met ? calendar.businessMsBetween(now, Date.parse(due)) : null)
  return {
    pausedAt: ctx.now.toISOString(), nextDueAt: null,
    firstResponseLeftMs: left(request.firstResponseDueAt, request.firstResponseAt), resolutionLeftMs: left(request.resolutionDueAt, request.resolutionAt),
    firstResponseDueAt: request.firstResponseAt ? request.firstResponseDueAt : null, resolutionDueAt: request.resolutionAt ? request.resolutionDueAt : null,
  }
}

/** Starts the clocks again with what was left. */
export async function resumedClocks(ctx: Ctx, request: LockedRequest): Promise<ClockPatch> {
  if (!request.pausedAt) return {}
  const calendar = await calendarFor(ctx, request)
  const now = ctx.now.getTime()
  mark(ctx, request, 'resumed')
  const due = (left: number | null, before: string | null): string | null =>
    left === null ? before : resumeClock(left, now, calendar)
  const patch = {
    pausedAt: null, firstResponseLeftMs: null, resolutionLeftMs: null,
    firstResponseDueAt: due(request.firstResponseLeftMs, request.firstResponseDueAt), resolutionDueAt: due(request.resolutionLeftMs, request.resolutionDueAt),
  }
  return { ...patch, nextDueAt: nextDue({ ...request, ...patch }, null) }
}

/** Fresh due times from now, for another service or priority, or after reopening. */
export async function freshClocks(ctx: Ctx, request: RequestRecord, from: number, what: { serviceId: string | null; priority: RequestRecord['priority'] }): Promise<ClockPatch> {
  const recognition = await loadRecognition(ctx)
  const choice = await chooseCalendar(ctx, recognition.service(what.serviceId), request.teamId)
  const due = dueTimes(recognition, what.serviceId, what.priority, from, choice.calendar)
  const runsBy = { calendarId: choice.id, calendarVersion: choice.id ? choice.version : null, calendarBy: choice.id ? choice.by : null }
  mark(ctx, { id: request.id, ...runsBy }, 'restarted', new Date(from))
  const patch = { ...runsBy, firstResponseDueAt: request.firstResponseAt ? request.firstResponseDueAt : due.firstResponseDueAt, resolutionDueAt: due.resolutionDueAt }
  return { ...patch, nextDueAt: nextDue({ ...request, ...patch }, null) }
}

/** Notes what became late, with the time it was due, and plans the next look. Run by the sweep. */
export async function noteBreaches(ctx: Ctx, request: LockedRequest, acceptDueAt: string | null): Promise<void> {
  const now = ctx.now.toISOString()
  const late = (due: string | null, met: string | null, breached: string | null): boolean => due !== null && !met && !breached && due <= now
  const patch: ClockPatch = {}
  if (late(request.firstResponseDueAt, request.firstResponseAt, request.firstResponseBreachedAt)) {
    patch.firstResponseBreachedAt = request.firstResponseDueAt
    await emit(ctx, 'request.first-response-breached', { subject: request.id, teamId: request.teamId, data: { dueAt: request.firstResponseDueAt } })
  }
  if (late(request.resolutionDueAt, request.resolutionAt, request.resolutionBreachedAt)) {
    patch.resolutionBreachedAt = request.resolutionDueAt
    await emit(ctx, 'request.resolution-breached', { subject: request.id, teamId: request.teamId, data: { dueAt: request.resolutionDueAt } })
  }
  // The list keeps its order by what was due; only what is still ahead wakes the sweep again.
  if (Object.keys(patch).length) patchRequest(ctx, request, patch)
  const ahead = [request.firstResponseAt ? null : request.firstResponseDueAt, request.resolutionAt ? null : request.resolutionDueAt, acceptDueAt].filter((due): due is string => due !== null && due > now).sort()
  ctx.later(ctx.db`update requests.request set sweep_at = ${ahead[0] ?? null} where id = ${request.id}`)
}
