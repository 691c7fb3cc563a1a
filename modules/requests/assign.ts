/** Assign: who holds it. Every decision is a row with its candidates, scores and reason. */
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault } from '../../platform/fault.ts'
import { newId } from '../../lib/id/index.ts'
import { getPerson } from '../staff/index.ts'
import { getCustomer } from '../customers/index.ts'
import { allocate, type Allocation, takePlace } from './allocation.ts'
import { type Cause, moveRequest } from './clocks.ts'
import { whyNot } from './request.ts'
import { asker, endAssignments, insertAssignment, type LockedRequest, lockRequest } from './store.ts'
import type { Action } from './contract.ts'

/** Throws 409 with the table's reason when the action is not allowed now. */
export function mustAllow(ctx: Ctx, request: LockedRequest, action: Action): void {
  const reason = whyNot(request, asker(ctx), action)
  if (reason) throw new Fault(reason, reason.startsWith('requests.may-not') ? 403 : 409)
}

/** The person takes it; whoever held it stays in the history. */
export async function takeRequest(ctx: Ctx, id: string): Promise<void> {
  const request = await lockRequest(ctx, id)
  mustAllow(ctx, request, 'take')
  await holdBy(ctx, request, 'take', 'requests.reason-taken')
}

/** Makes the actor the accepted holder: by taking, by accepting an offer, or by answering what nobody holds. */
export async function holdBy(ctx: Ctx, request: LockedRequest, how: 'take' | 'creator', reason: string): Promise<void> {
  const me = ctx.actor.id!
  const before = request.holderId
  endAssignments(ctx, request.id, 'ended')
  insertAssignment(ctx, { requestId: request.id, teamId: request.teamId, agentId: me, how, state: 'accepted', reason })
  const stage = request.stage === 'track' ? 'track' : 'execute'
  request.offeredTo = request.acceptDueAt = null
  await moveRequest(ctx, request, {
    stage, stageSince: stage === request.stage ? request.stageSince : ctx.now.toISOString(), holderId: me, answerableId: me, firstResponderId: request.firstResponderId ?? me,
  }, 'taken', { accepted: true })
  await emit(ctx, 'request.taken', { subject: request.id, teamId: request.teamId, data: { by: me, name: ctx.actor.name, from: before } })
}

/** Accepts the offer or hand-over that waits for the actor. */
export async function acceptAssignment(ctx: Ctx, id: string): Promise<void> {
  const request = await lockRequest(ctx, id)
  mustAllow(ctx, request, 'accept')
  await acceptOffer(ctx, request)
}

export async function acceptOffer(ctx: Ctx, request: LockedRequest): Promise<void> {
  const me = ctx.actor.id!
  const from = request.holderId === me ? null : request.holderId
  // Whoever handed it over has it no longer; an offer to whom nobody had it ends nothing.
  if (from) ctx.later(ctx.db`update requests.assignment set state = 'ended', ended_at = ${ctx.now} where request_id = ${request.id} and state = 'accepted'`)
  ctx.later(ctx.db`update requests.assignment set state = 'accepted', how = case how when 'hand-over' then 'manual' else how end, answered_at = ${ctx.now} where id = ${request.offerId}`)
  const stage = request.stage === 'track' ? 'track' : 'execute'
  request.offeredTo = request.acceptDueAt = null
  await moveRequest(ctx, request, {
    stage, stageSince: stage === request.stage ? request.stageSince : ctx.now.toISOString(), holderId: me,
    // 首問負責 ends here: somebody else has accepted it.
    answerableId: me, firstResponderId: request.firstResponderId ?? me,
  }, 'taken', { accepted: true })
  await emit(ctx, 'request.assignment-accepted', { subject: request.id, teamId: request.teamId, data: { by: me, name: ctx.actor.name, from } })
}

/** Says no, with a reason; the request goes to the next suitable person or back to its holder or queue. */
export async function declineAssignment(ctx: Ctx, id: string, reason: string): Promise<void> {
  const request = await lockRequest(ctx, id)
  mustAllow(ctx, request, 'decline')
  endAssignments(ctx, request.id, 'declined', { onlyId: request.offerId!, reason })
  await emit(ctx, 'request.assignment-declined', { subject: request.id, teamId: request.teamId, data: { by: ctx.actor.id, name: ctx.actor.name, reason } })
  request.offeredTo = request.acceptDueAt = null
  if (request.offerHow === 'hand-over') return moveRequest(ctx, request, {}, 'assigned')
  await reallocate(ctx, request, [ctx.actor.id!])
}

/** Asks for another holder, leaving out whoever already had their chance on this request. */
export async function reallocate(ctx: Ctx, request: LockedRequest, exclude: string[] = []): Promise<void> {
  const past = await ctx.db<{ agentId: string }[]>`select distinct agent_id from requests.assignment where request_id = ${request.id} and state in ('declined', 'taken-back') and agent_id is not null`
  const customer = await getCustomer(ctx, request.customerId)
  request.offeredTo = request.acceptDueAt = null
  await moveRequest(ctx, request, { holderId: null, stage: 'accept', stageSince: ctx.now.toISOString(), waitingFor: null, waitUntil: null, waitReason: null }, 'assigned')
  const found = await allocate(ctx, {
    requestId: request.id, serviceId: request.serviceId, teamId: request.teamId, priority: request.priority, channel: request.channel, language: request.language,
    customerId: request.customerId, isNewCustomer: false, region: customer.region, type: request.type, exclude: [...new Set([...exclude, ...past.map((row) => row.agentId)])],
  })
  if (!found) return
  takePlace(ctx, found, request.channel)
  insertAssignment(ctx, { requestId: request.id, teamId: request.teamId, agentId: found.agent?.id ?? null, how: 'rule', state: found.agent ? 'offered' : 'nobody', score: found.score, reason: found.reason, ruleVersion: found.ruleVersion, candidates: found.candidates, acceptDueAt: found.acceptDueAt })
  if (found.agent) {
    request.acceptDueAt = found.acceptDueAt
    await moveRequest(ctx, request, { stage: 'assign', holderId: found.agent.id, answerableId: request.answerableId ?? found.agent.id, firstResponderId: request.firstResponderId ?? found.agent.id }, 'assigned')
  }
  await emit(ctx, found.agent ? 'request.assigned' : 'request.unassigned', { subject: request.id, teamId: request.teamId, data: { to: found.agent?.id ?? null, name: found.agent?.name ?? null, how: 'rule', reason: found.reason, score: found.score, candidates: found.candidates.length } })
}

/** Offers it to a person or sends it to another team. From its accepted holder this is a hand-over: the holder stays answerable until it is accepted. */
export async function assignRequest(ctx: Ctx, id: string, to: { agentId?: string; teamId?: string; reason?: string }): Promise<void> {
  const request = await lockRequest(ctx, id)
  const handsOver = request.holderId === ctx.actor.id && request.stage !== 'assign'
  mustAllow(ctx, request, handsOver ? 'handOver' : 'assign')
  if (!to.agentId && !to.teamId) throw new Fault('requests.no-assignee', 422)
  if (to.agentId) return offerTo(ctx, request, to.agentId, handsOver, to)
  await moveToTeam(ctx, request, to.teamId!, to.reason ?? null, 'moved')
}

/** Sends it to another team, whose people are asked next; what the two teams agreed on begins to count. */
export async function moveToTeam(ctx: Ctx, request: LockedRequest, teamId: string, reason: string | null, cause: Cause): Promise<void> {
  const from = request.teamId
  endAssignments(ctx, request.id, 'ended')
  await moveRequest(ctx, request, { teamId }, cause, from === teamId ? {} : { moved: { from, to: teamId } })
  await emit(ctx, 'request.moved', { subject: request.id, teamId, data: { team: teamId, from, reason } })
  await reallocate(ctx, request)
}

async function offerTo(ctx: Ctx, request: LockedRequest, agentId: string, handsOver: boolean, to: { teamId?: string; reason?: string }): Promise<void> {
  const person = await getPerson(ctx, agentId)
  if (person.disabledAt) throw new Fault('staff.person-disabled', 409)
  if (agentId === request.holderId) throw new Fault('requests.holds-already', 409)
  if (handsOver) {
    endHandOver(ctx, request)
    insertAssignment(ctx, { requestId: request.id, teamId: to.teamId ?? request.teamId, agentId, how: 'hand-over', state: 'offered', reason: to.reason ?? 'requests.reason-handed-over', acceptDueAt: acceptBy(ctx) })
    await emit(ctx, 'request.handed-over', { subject: request.id, teamId: request.teamId, data: { to: agentId, name: person.name, from: ctx.actor.id, reason: to.reason ?? null } })
  } else {
    endAssignments(ctx, request.id, 'ended')
    insertAssignment(ctx, { requestId: request.id, teamId: to.teamId ?? request.teamId, agentId, how: 'manual', state: 'offered', reason: to.reason ?? 'requests.reason-assigned', acceptDueAt: acceptBy(ctx) })
    const from = request.teamId
    const isOther = to.teamId !== undefined && to.teamId !== from
    request.acceptDueAt = acceptBy(ctx)
    await moveRequest(ctx, request, { stage: 'assign', stageSince: ctx.now.toISOString(), holderId: agentId, teamId: to.teamId ?? request.teamId, answerableId: request.answerableId ?? agentId,
      firstResponderId: request.firstResponderId ?? agentId, waitingFor: null, waitUntil: null, waitReason: null }, 'assigned', isOther ? { moved: { from, to: to.teamId! } } : {})
    await emit(ctx, 'request.assigned', { subject: request.id, teamId: request.teamId, data: { to: agentId, name: person.name, how: 'manual', by: ctx.actor.id, reason: to.reason ?? null } })
  }
  noticeTo(ctx, agentId, request.id, handsOver ? 'handed-over' : 'assigned')
}

/** Wall-clock minutes a person has to accept what a colleague offers. */
const acceptBy = (ctx: Ctx): string => new Date(ctx.now.getTime() + 30 * 60_000).toISOString()

function endHandOver(ctx: Ctx, request: LockedRequest): void {
  ctx.later(ctx.db`update requests.assignment set state = 'ended', ended_at = ${ctx.now} where request_id = ${request.id} and state = 'offered' and how = 'hand-over'`)
}

/** Puts a line into a person's notices. */
export function noticeTo(ctx: Ctx, personId: string, requestId: string, kind: string, messageId: string | null = null, more: { level?: string; needsConfirmation?: boolean } = {}): void {
  ctx.later(ctx.db`insert into requests.notice (id, person_id, request_id, message_id, kind, at, level, needs_confirmation)
    values (${newId()}, ${personId}, ${requestId}, ${messageId}, ${kind}, ${ctx.now}, ${more.level ?? null}, ${more.needsConfirmation ?? false})`)
}

/** Offers a request that waits in the queue to the person routing chose; nothing when it no longer waits. */
export async function offerFromQueue(ctx: Ctx, id: string, found: Allocation): Promise<boolean> {
  const request = await lockRequest(ctx, id)
  if (request.stage !== 'accept' || !found.agent) return false
  takePlace(ctx, found, request.channel)
  insertAssignment(ctx, { requestId: id, teamId: request.teamId, agentId: found.agent.id, how: 'rule', state: 'offered', score: found.score, reason: found.reason, ruleVersion: found.ruleVersion, candidates: found.candidates, acceptDueAt: found.acceptDueAt })
  request.acceptDueAt = found.acceptDueAt
  await moveRequest(ctx, request, { stage: 'assign', stageSince: ctx.now.toISOString(), holderId: found.agent.id, answerableId: request.answerableId ?? found.agent.id, firstResponderId: request.firstResponderId ?? found.agent.id }, 'assigned')
  await emit(ctx, 'request.assigned', { subject: id, teamId: request.teamId, data: { to: found.agent.id, name: found.agent.name, how: 'rule', reason: found.reason, score: found.score, candidates: found.candidates.length } })
  return true
}

/** The sweep found an offer that nobody accepted in time. */
export async function takeBack(ctx: Ctx, request: LockedRequest): Promise<void> {
  const agent = request.offeredTo!
  endAssignments(ctx, request.id, 'taken-back', { onlyId: request.offerId! })
  await emit(ctx, 'request.taken-back', { subject: request.id, teamId: request.teamId, data: { from: agent, how: request.offerHow } })
  request.offeredTo = request.acceptDueAt = null
  // A hand-over that nobody wanted stays where it was; a first offer goes on to somebody else.
  if (request.offerHow !== 'hand-over') await reallocate(ctx, request, [agent])
  else await moveRequest(ctx, request, {}, 'assigned')
}
