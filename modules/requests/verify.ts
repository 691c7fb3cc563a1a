/** Verify: a result is handed in and judged by a second person, the customer or a rule. What fails goes back with its reason. */
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault } from '../../platform/fault.ts'
import { newId } from '../../lib/id/index.ts'
import { sealedVerification } from './kept.ts'
import { mustAllow, noticeTo } from './assign.ts'
import { moveRequest } from './clocks.ts'
import { deliverResult } from './feedback.ts'
import { type LockedRequest, lockRequest, patchRequest } from './store.ts'

/** Hands the result in. A service verified by rule is judged at once; one verified by the customer goes out with the question. */
export async function submitRequest(ctx: Ctx, id: string, result: string): Promise<void> {
  const request = await lockRequest(ctx, id)
  mustAllow(ctx, request, 'submit')
  const verificationId = newId()
  if (request.offerId) ctx.later(ctx.db`update requests.assignment set state = 'ended', ended_at = ${ctx.now} where request_id = ${id} and state = 'offered'`)
  ctx.later(ctx.db`insert into requests.verification (id, request_id, how, result, submitted_by, submitted_at) values (${verificationId}, ${id}, ${request.verification}, ${ctx.app.vault.seal(request.customerId, sealedVerification.result[0], verificationId, result)}, ${ctx.actor.id}, ${ctx.now})`)
  request.offeredTo = request.acceptDueAt = null
  await moveRequest(ctx, request, { stage: 'verify', stageSince: ctx.now.toISOString(), result, submittedBy: ctx.actor.id, submittedAt: ctx.now.toISOString(), waitingFor: null, waitUntil: null, waitReason: null }, 'submitted', { accepted: true })
  await emit(ctx, 'request.submitted', { subject: id, teamId: request.teamId, data: { by: ctx.actor.id, name: ctx.actor.name, how: request.verification } })
  if (request.verification === 'rule') return judge(ctx, request, await ruleVerdict(ctx, request), { kind: 'system', id: null })
  if (request.verification === 'customer') await deliverResult(ctx, request, { asks: true })
}

// By rule: somebody held it, the customer got an answer or gets one with the result, and nothing was left undone.
async function ruleVerdict(ctx: Ctx, request: LockedRequest): Promise<{ verdict: 'passed' | 'failed'; reason: string }> {
  const [row] = await ctx.db<{ failed: number }[]>`select count(*)::int as failed from requests.message where request_id = ${request.id} and state in ('failed', 'uncertain')`
  if (row!.failed > 0) return { verdict: 'failed', reason: 'requests.rule-unsent' }
  return { verdict: 'passed', reason: 'requests.rule-complete' }
}

/** A second person's verdict. Failing needs a reason. */
export async function verifyRequest(ctx: Ctx, id: string, verdict: { verdict: 'passed' | 'failed'; reason?: string }): Promise<void> {
  const request = await lockRequest(ctx, id)
  mustAllow(ctx, request, 'verify')
  if (verdict.verdict === 'failed' && !verdict.reason) throw new Fault('requests.reason-needed', 422)
  await judge(ctx, request, { verdict: verdict.verdict, reason: verdict.reason ?? '' }, { kind: ctx.actor.kind, id: ctx.actor.id })
}

/** The customer's own verdict on a delivered result, from the portal. */
export async function customerVerdict(ctx: Ctx, id: string, verdict: { verdict: 'passed' | 'failed'; reason: string }): Promise<void> {
  const request = await lockRequest(ctx, id)
  if (request.stage !== 'verify' || request.verification !== 'customer') throw new Fault('requests.not-verifying', 409)
  await judge(ctx, request, verdict, { kind: 'customer', id: request.customerId })
}

async function judge(ctx: Ctx, request: LockedRequest, verdict: { verdict: 'passed' | 'failed'; reason: string }, by: { kind: string; id: string | null }): Promise<void> {
  const [open] = await ctx.db<{ id: string }[]>`select id from requests.verification where request_id = ${request.id} and verdict is null order by id desc limit 1`
  if (open) ctx.later(ctx.db`update requests.verification set verdict = ${verdict.verdict}, by_kind = ${by.kind}, by_id = ${by.id}, decided_at = ${ctx.now},
    reason = ${ctx.app.vault.seal(request.customerId, sealedVerification.reason[0], open.id, verdict.reason)} where id = ${open.id}`)
  // The history outlives the person: a customer's own words stand with the verdict, sealed, and not in the event.
  const reason = by.kind === 'customer' ? null : verdict.reason
  if (verdict.verdict === 'passed') {
    await emit(ctx, 'request.verified', { subject: request.id, teamId: request.teamId, data: { by: by.id, byKind: by.kind, reason } })
    return deliverResult(ctx, request, { asks: false, wasDelivered: request.verification === 'customer' })
  }
  patchRequest(ctx, request, { stage: 'execute', stageSince: ctx.now.toISOString(), failedVerifications: request.failedVerifications + 1 })
  if (request.submittedBy) noticeTo(ctx, request.submittedBy, request.id, 'sent-back')
  await emit(ctx, 'request.sent-back', { subject: request.id, teamId: request.teamId, data: { by: by.id, byKind: by.kind, reason, count: request.failedVerifications } })
}
