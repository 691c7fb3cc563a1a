/** Target times over a business calendar: when due, what is left at a pause, when due after it, and why. Pure. */
import type { BusinessCalendar, DeadlineExplanation } from '../../lib/calendar/index.ts'
import type { Service } from './contract.ts'

export type Priority = 'urgent' | 'normal' | 'routine'
/** The part of a snapshot that due times need. */
export interface Targets { service(id: string | null): Pick<Service, 'targets'> | undefined }
export interface DueTimes { firstResponseDueAt: string | null; resolutionDueAt: string | null }

const targetOf = (from: Targets, serviceId: string | null, priority: string) => from.service(serviceId)?.targets.find((one) => one.priority === priority)
const minutes = (count: number): number => count * 60_000

/** First response and resolution due, ISO instants over the business calendar; null without a target. */
export function dueTimes(from: Targets, serviceId: string | null, priority: string, startMs: number, calendar: BusinessCalendar): DueTimes {
  const target = targetOf(from, serviceId, priority)
  if (!target) return { firstResponseDueAt: null, resolutionDueAt: null }
  const due = (count: number): string => new Date(calendar.addBusinessMs(startMs, minutes(count))).toISOString()
  return { firstResponseDueAt: due(target.firstResponseMinutes), resolutionDueAt: due(target.resolutionMinutes) }
}

/** Which open stretches led to the due times, and which holidays lay between; null without a target. */
export function explainDue(from: Targets, serviceId: string | null, priority: string, startMs: number, calendar: BusinessCalendar): { firstResponse: DeadlineExplanation; resolution: DeadlineExplanation } | null {
  const target = targetOf(from, serviceId, priority)
  return target ? { firstResponse: calendar.explain(startMs, minutes(target.firstResponseMinutes)), resolution: calendar.explain(startMs, minutes(target.resolutionMinutes)) } : null
}

/** Business milliseconds left at a pause; negative when it was late already: then the lateness is kept. */
export function pauseClock(dueAt: string, pausedAtMs: number, calendar: BusinessCalendar): number {
  const due = Date.parse(dueAt)
  return due >= pausedAtMs ? calendar.businessMsBetween(pausedAtMs, due) : due - pausedAtMs
}

/** The due time of a clock that goes on with what was left, ISO. What was late stays as late as it was. */
export function resumeClock(leftMs: number, resumedAtMs: number, calendar: BusinessCalendar): string {
  return new Date(leftMs >= 0 ? calendar.addBusinessMs(resumedAtMs, leftMs) : resumedAtMs + leftMs).toISOString()
}
