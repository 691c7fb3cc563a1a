/** Track: waiting for the customer or somebody else, and corrections. */
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault } from '../../platform/fault.ts'
import { loadRecognition } from '../standards/index.ts'
import { mustAllow } from './assign.ts'
import { freshClocks, pausedClocks, resumedClocks } from './clocks.ts'
import { nextDue } from './request.ts'
import { type LockedRequest, lockRequest, patchRequest } from './store.ts'
import type { Priority } from './contract.ts'

export interface Waiting { for: 'customer' | 'third-party'; until?: string; reason?: string }

export async function startWaiting(ctx: Ctx, id: string, waiting: Waiting): Promise<void> {
  const request = await lockRequest(ctx, id)
  mustAllow(ctx, request, 'wait')
  if (waiting.until && Date.parse(waiting.until) <= ctx.now.getTime()) throw new Fault('requests.until-past', 422)
  await waitFor(ctx, request, waiting)
}

/** Puts it into tracking. The clocks stand still while the customer is asked; they run on while we wait for others. */
export async function waitFor(ctx: Ctx, request: LockedRequest, waiting: Waiting): Promise<void> {
  const clocks = waiting.for === 'customer' ? await pausedClocks(ctx, request) : {}
  patchRequest(ctx, request, { ...clocks, stage: 'track', stageSince: ctx.now.toISOString(), waitingFor: waiting.for, waitUntil: waiting.until ?? null, waitReason: waiting.reason ?? null })
  await emit(ctx, 'request.waiting', { subject: request.id, teamId: request.teamId, data: { for: waiting.for, until: waiting.until ?? null, reason: waiting.reason ?? null, isPaused: waiting.for === 'customer' } })
}

export async function stopWaiting(ctx: Ctx, id: string): Promise<void> {
  const request = await lockRequest(ctx, id)
  mustAllow(ctx, request, 'resume')
  await resume(ctx, request, 'person')
}

export async function resume(ctx: Ctx, request: LockedRequest, because: string): Promise<void> {
  const clocks = await resumedClocks(ctx, request)
  patchRequest(ctx, request, { ...clocks, stage: 'execute', stageSince: ctx.now.toISOString(), waitingFor: null, waitUntil: null, waitReason: null, nextDueAt: nextDue({ ...request, ...clocks }, null) })
  await emit(ctx, 'request.resumed', { subject: request.id, teamId: request.teamId, data: { because } })
}

export interface Correction { subject?: string; serviceId?: string; type?: string | null; priority?: Priority; reason?: string; version: number }

/** Corrects what was recognised; kept as a correction with both values, so that recognition can learn from it. */
export async function correctRequest(ctx: Ctx, id: string, correction: Correction): Promise<void> {
  const request = await lockRequest(ctx, id)
  mustAllow(ctx, request, 'correct')
  if (request.version !== correction.version) throw new Fault('requests.changed-meanwhile', 409)
  const recognition = await loadRecognition(ctx)
  if (correction.serviceId && !recognition.service(correction.serviceId)) throw new Fault('standards.service-unknown', 422)
  const wanted = { subject: correction.subject, serviceId: correction.serviceId, type: correction.type, priority: correction.priority }
  const changed = Object.fromEntries(Object.entries(wanted).filter(([name, value]) => value !== undefined && value !== request[name as keyof typeof wanted]))
  if (!Object.keys(changed).length) return
  const before = Object.fromEntries(Object.keys(changed).map((name) => [name, request[name as keyof typeof wanted]]))
  const patch = changed as Partial<LockedRequest>
  const clocks = ('serviceId' in changed || 'priority' in changed) && !request.resolutionAt && !request.pausedAt
    ? await freshClocks(ctx, request, Date.parse(request.openedAt), { serviceId: patch.serviceId ?? request.serviceId, priority: patch.priority ?? request.priority }) : {}
  const verification = patch.serviceId ? { verification: verificationOf(request, recognition.service(patch.serviceId)!.verification) } : {}
  patchRequest(ctx, request, { ...patch, ...clocks, ...verification })
  await emit(ctx, 'request.corrected', { subject: id, teamId: request.teamId, data: { before: withoutWords(before), after: withoutWords(changed), reason: correction.reason ?? null } })
}

/** What a rule would verify, a person does where one was asked for. */
const verificationOf = (request: LockedRequest, usual: LockedRequest['verification']): LockedRequest['verification'] => request.humanAskedAt && usual === 'rule' ? 'person' : usual

/** The history outlives the person: it keeps that the subject was corrected, not what it said. */
const withoutWords = ({ subject, ...values }: Record<string, unknown>): Record<string, unknown> => (subject === undefined ? values : { ...values, subject: null })
