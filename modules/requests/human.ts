/**
 * A person instead of rules. Whoever is concerned asks for it, or an agent for them; from then on a person verifies,
 * closes and answers, and no rule does (PIPL 24, GDPR 22). Who should hold it may still be proposed by rule, because
 * that is a person too; why is kept with the assignment and told to the customer.
 */
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault } from '../../platform/fault.ts'
import { mustAllow, noticeTo } from './assign.ts'
import { type LockedRequest, lockRequest, patchRequest } from './store.ts'

/** Asking again changes nothing. Throws 409 `requests.closed` when there is nothing left to treat. */
export async function askForHuman(ctx: Ctx, id: string): Promise<void> {
  const request = await lockRequest(ctx, id)
  if (request.humanAskedAt) return
  if (ctx.actor.kind !== 'customer') mustAllow(ctx, request, 'askHuman')
  else if (request.stage === 'closed') throw new Fault('requests.closed', 409)
  patchRequest(ctx, request, {
    humanAskedAt: ctx.now.toISOString(), humanAskedBy: ctx.actor.kind, ...(request.verification === 'rule' ? { verification: 'person' } : {}),
  })
  for (const one of new Set([request.holderId, request.answerableId, request.offeredTo])) if (one && one !== ctx.actor.id) noticeTo(ctx, one, id, 'human-asked')
  await emit(ctx, 'request.human-asked', { subject: id, teamId: request.teamId, data: { by: ctx.actor.kind } })
}

/** The silence is over that would have closed it: whoever answers for it is told, and a person closes. */
export async function silenceForHuman(ctx: Ctx, request: LockedRequest): Promise<void> {
  patchRequest(ctx, request, { closeAfter: null })
  const answers = request.holderId ?? request.answerableId
  if (answers) noticeTo(ctx, answers, request.id, 'silence-over')
  await emit(ctx, 'request.silence-over', { subject: request.id, teamId: request.teamId, data: { holder: answers } })
}

/** A follow-up of a request that a person was asked for is treated by a person too. */
export const keepHuman = (ctx: Ctx, id: string, linkedFrom: string): void => ctx.later(ctx.db`
  update requests.request n set human_asked_at = ${ctx.now}, human_asked_by = o.human_asked_by, verification = case n.verification when 'rule' then 'person' else n.verification end
  from requests.request o where n.id = ${id} and o.id = ${linkedFrom} and o.human_asked_at is not null`)
