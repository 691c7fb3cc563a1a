/** Track: waiting for the customer or somebody else, and corrections. */
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault } from '../../platform/fault.ts'
import { loadRecognition } from '../standards/index.ts'
import { mustAllow } from './assign.ts'
import { type Cause, moveRequest } from './clocks.ts'
import { type LockedRequest, lockRequest } from './store.ts'
import type { Priority } from './contract.ts'

export interface Waiting { for: 'customer' | 'third-party'; until?: string; reason?: string }

export async function startWaiting(ctx: Ctx, id: string, waiting: Waiting): Promise<void> {
  const request = await lockRequest(ctx, id)
  mustAllow(ctx, request, 'wait')
  if (waiting.until && Date.parse(waiting.until) <= ctx.now.getTime()) throw new Fault('requests.until-past', 422)
  await waitFor(ctx, request, waiting)
}

/** Puts it into tracking. Its standard says for whom the clocks stand still. */
export async function waitFor(ctx: Ctx, request: LockedRequest, waiting: Waiting): Promise<void> {
  await moveRequest(ctx, request, { stage: 'track', stageSince: ctx.now.toISOString(), waitingFor: waiting.for, waitUntil: waiting.until ?? null, waitReason: waiting.reason ?? null }, 'waiting')
  await emit(ctx, 'request.waiting', { subject: request.id, teamId: request.teamId, data: { for: waiting.for, until: waiting.until ?? null, reason: waiting.reason ?? null, isPaused: request.pausedAt !== null } })
}

export async function stopWaiting(ctx: Ctx, id: string): Promise<void> {
  const request = await lockRequest(ctx, id)
  mustAllow(ctx, request, 'resume')
  await resume(ctx, request, 'person')
}

export async function resume(ctx: Ctx, request: LockedRequest, because: string): Promise<void> {
  await moveRequest(ctx, request, { stage: 'execute', stageSince: ctx.now.toISOString(), waitingFor: null, waitUntil: null, waitReason: null }, 'resumed')
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
  const verification = correction.serviceId ? { verification: verificationOf(request, recognition.service(correction.serviceId)!.verification) } : {}
  await change(ctx, request, { before, after: changed, more: verification, reason: correction.reason ?? null, cause: 'corrected' })
}

/** Writes what was corrected, with both values; another service or priority moves the clocks. */
export async function change(ctx: Ctx, request: LockedRequest, what: { before: Record<string, unknown>; after: Record<string, unknown>; more?: Partial<LockedRequest>; reason: string | null; cause: Cause }): Promise<void> {
  const movesClocks = 'serviceId' in what.after || 'priority' in what.after
  await moveRequest(ctx, request, { ...(what.after as Partial<LockedRequest>), ...what.more }, what.cause, movesClocks ? { corrected: true } : {})
  await emit(ctx, 'request.corrected', { subject: request.id, teamId: request.teamId, data: { before: withoutWords(what.before), after: withoutWords(what.after), reason: what.reason } })
}

/** What a rule would verify, a person does where one was asked for. */
const verificationOf = (request: LockedRequest, usual: LockedRequest['verification']): LockedRequest['verification'] => request.humanAskedAt && usual === 'rule' ? 'person' : usual

/** The history outlives the person: it keeps that the subject was corrected, not what it said. */
const withoutWords = ({ subject, ...values }: Record<string, unknown>): Record<string, unknown> => (subject === undefined ? values : { ...values, subject: null })
