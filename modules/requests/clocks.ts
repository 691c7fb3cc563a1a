/** Track, the clocks' half: due times over the business calendar, pause while the customer is asked, breaches. */
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import type { BusinessCalendar } from '../../lib/calendar/index.ts'
import { calendarOf, defaultCalendar } from '../staff/index.ts'
import { dueTimes, loadRecognition, resumeClock, type Recognition } from '../standards/index.ts'
import { nextDue, type RequestRecord } from './request.ts'
import { type LockedRequest, patchRequest } from './store.ts'

/** The calendar a service's clocks run over: its own, else the installation's. */
export async function clockCalendar(ctx: Ctx, recognition: Recognition['snapshot'], serviceId: string | null): Promise<BusinessCalendar> {
  const own = recognition.service(serviceId)?.calendarId
  return own ? calendarOf(ctx, own) : defaultCalendar(ctx)
}

export async function calendarFor(ctx: Ctx, request: RequestRecord): Promise<BusinessCalendar> {
  return clockCalendar(ctx, await loadRecognition(ctx), request.serviceId)
}

type ClockPatch = Partial<Pick<RequestRecord, 'firstResponseDueAt' | 'resolutionDueAt' | 'firstResponseLeftMs' | 'resolutionLeftMs' | 'pausedAt' | 'nextDueAt' | 'firstResponseAt' | 'resolutionAt' | 'firstResponseBreachedAt' | 'resolutionBreachedAt'>>

/** Stops the clocks and keeps the business time left on each. */
export async function pausedClocks(ctx: Ctx, request: LockedRequest): Promise<ClockPatch> {
  if (request.pausedAt) return {}
  const calendar = await calendarFor(ctx, request)
  const now = ctx.now.getTime()
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
  const calendar = await clockCalendar(ctx, recognition, what.serviceId)
  const due = dueTimes(recognition, what.serviceId, what.priority, from, calendar)
  const patch = { firstResponseDueAt: request.firstResponseAt ? request.firstResponseDueAt : due.firstResponseDueAt, resolutionDueAt: due.resolutionDueAt }
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
