/** Feedback: the result reaches the customer, is rated or quietly agreed to, and the request closes; or it comes back. */
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault } from '../../platform/fault.ts'
import { loadRecognition } from '../standards/index.ts'
import { getPerson, namesOfPeople } from '../staff/index.ts'
import { mustAllow, reallocate } from './assign.ts'
import { moveRequest } from './clocks.ts'
import { outgoing } from './execute.ts'
import { endAssignments, insertAssignment, insertMessage, type LockedRequest, lockRequest, patchRequest } from './store.ts'

const HOUR = 3_600_000

/** Sends the result in the customer's channel. `asks`: the customer is to say whether it is solved before it counts. */
export async function deliverResult(ctx: Ctx, request: LockedRequest, how: { asks: boolean; wasDelivered?: boolean }): Promise<void> {
  if (!how.wasDelivered) {
    const by = request.submittedBy
    const name = by === null || by === ctx.actor.id ? ctx.actor.name : (await namesOfPeople(ctx, [by]))(by) ?? ''
    const messageId = insertMessage(ctx, { requestId: request.id, customerId: request.customerId, kind: 'result', authorKind: by ? 'agent' : 'system', authorId: by, authorName: name,
      channel: request.channel, body: request.result ?? '', state: 'queued' })
    await outgoing(ctx, request, { messageId, body: request.result ?? '', by })
    await emit(ctx, 'request.result-sent', { subject: request.id, teamId: request.teamId, data: { message: messageId, asks: how.asks } })
  }
  if (how.asks) return
  const service = (await loadRecognition(ctx)).service(request.serviceId)
  request.acceptDueAt = null
  await moveRequest(ctx, request, {
    stage: 'feedback', stageSince: ctx.now.toISOString(), resolutionAt: ctx.now.toISOString(), closeAfter: new Date(ctx.now.getTime() + (service?.closeAfterHours ?? 72) * HOUR).toISOString(),
  }, 'resolved', { resolved: true })
  await emit(ctx, 'request.answered', { subject: request.id, teamId: request.teamId, data: { holder: request.holderId, isInTime: !request.clocks.some((clock) => clock.kind === 'resolution' && clock.breachedAt !== null), customer: request.customerId, channel: request.channel } })
}

/** The customer's rating, 1 to 5; closes the request. A second rating within the reopening days replaces the first. */
export async function scoreRequest(ctx: Ctx, id: string, score: number): Promise<void> {
  const request = await lockRequest(ctx, id)
  if (request.stage !== 'feedback' && request.stage !== 'closed') throw new Fault('requests.not-answered', 409)
  patchRequest(ctx, request, { score, scoredAt: ctx.now.toISOString() })
  await emit(ctx, 'request.scored', { subject: id, teamId: request.teamId, data: { score, holder: request.holderId } })
  if (request.stage === 'feedback') await close(ctx, request, 'requests.closed-rated')
}

/** The agreed time has passed without a word. */
export const closeSilently = (ctx: Ctx, request: LockedRequest): Promise<void> => close(ctx, request, 'requests.closed-silence')

/** Closes without a result (spam, duplicate, withdrawn), or ends the feedback early; the reason is kept. */
export async function closeRequest(ctx: Ctx, id: string, reason: string): Promise<void> {
  const request = await lockRequest(ctx, id)
  mustAllow(ctx, request, 'close')
  await close(ctx, request, reason)
}

async function close(ctx: Ctx, request: LockedRequest, why: string): Promise<void> {
  const service = (await loadRecognition(ctx)).service(request.serviceId)
  endAssignments(ctx, request.id, 'ended')
  request.acceptDueAt = null
  await moveRequest(ctx, request, {
    stage: 'closed', stageSince: ctx.now.toISOString(), closedAt: ctx.now.toISOString(), closedWhy: why, closeAfter: null, waitingFor: null, waitUntil: null,
    reopenUntil: new Date(ctx.now.getTime() + (service?.reopenDays ?? 7) * 24 * HOUR).toISOString(),
  }, 'closed', { closed: true })
  await emit(ctx, 'request.closed', { subject: request.id, teamId: request.teamId, data: { why, score: request.score, holder: request.holderId, customer: request.customerId, service: request.serviceId } })
}

export async function reopenByPerson(ctx: Ctx, id: string, reason: string): Promise<void> {
  const request = await lockRequest(ctx, id)
  mustAllow(ctx, request, 'reopen')
  await reopenRequest(ctx, request, reason)
}

/** Back to work with fresh clocks, at its last holder when that person still works here. */
export async function reopenRequest(ctx: Ctx, request: LockedRequest, why: string): Promise<void> {
  const wasClosed = request.stage === 'closed'
  await moveRequest(ctx, request, { stage: 'execute', stageSince: ctx.now.toISOString(), closedAt: null, closedWhy: null, closeAfter: null, reopenUntil: null, resolutionAt: null, reopened: request.reopened + (wasClosed ? 1 : 0) }, 'reopened', { reopened: true })
  await emit(ctx, 'request.reopened', { subject: request.id, teamId: request.teamId, data: { why, wasClosed, count: request.reopened } })
  const holder = request.holderId ? await getPerson(ctx, request.holderId) : null
  if (holder && !holder.disabledAt) {
    if (wasClosed) insertAssignment(ctx, { requestId: request.id, teamId: request.teamId, agentId: holder.id, how: 'rule', state: 'accepted', reason: 'requests.reason-reopened' })
  } else await reallocate(ctx, request)
}
