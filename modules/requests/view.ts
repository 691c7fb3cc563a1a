/** What people see of one request: the request with its names and allowed actions, its messages, history and decisions. */
import type { Ctx } from '../../platform/context.ts'
import { notFound } from '../../platform/fault.ts'
import { opened } from '../../platform/crypto/vault.ts'
import { CUSTOMER_NAME } from '../customers/index.ts'
import type { Assignment, Message, Request, RequestEvent } from './contract.ts'
import { NAME, sealedMessage, sealedRequest, sealedVerification } from './kept.ts'
import { calendarFor } from './clocks.ts'
import { allowedActions, type RequestRecord, type Situation } from './request.ts'
import { type Hands, nameOnRequest } from './relations.ts'
import type { Clock } from './clock.ts'
import { asker, clocksOf } from './store.ts'
import { visible } from './visible.ts'

interface ViewRow extends RequestRecord, Situation {
  serviceName: Record<string, string> | null
  customerName: string
  customerTier: string
  isVerified: boolean
  teamName: string | null
  holderName: string | null
  answerableName: string | null
  firstResponderName: string | null
  submittedByName: string | null
  openedByName: string | null
  linkedNumber: number | null
  offerId: string | null
  offerHow: string | null
  offeredToName: string | null
  offeredByName: string | null
  acceptDueAt: string | null
  clocks: Clock[]
}

const instantOf = (at: number | null | undefined): string | null => (at ? new Date(at).toISOString() : null)
function clockOf({ clocks }: ViewRow, kind: Clock['kind'], metAt: string | null) {
  const clock = clocks.find((one) => one.kind === kind)
  return { dueAt: instantOf(clock?.dueAt), metAt, breachedAt: instantOf(clock?.breachedAt), leftMs: clock?.state === 'paused' ? clock.targetMs - clock.usedMs : null }
}
const named = (id: string | null, name: string | null): { id: string; name: string } | null => (id ? { id, name: name ?? '' } : null)

/** The request as the actor sees it. Throws 404 when it does not exist or is not theirs to see. */
export async function viewRequest(ctx: Ctx, id: string): Promise<Request> {
  const [row] = await opened(ctx, ctx.db<ViewRow[]>`
    select r.*, s.name as service_name, c.name as customer_name, c.tier as customer_tier,
      exists (select 1 from customers.identity i where i.customer_id = c.id and i.verified_at is not null) as is_verified,
      t.name as team_name, h.name as holder_name, a.name as answerable_name, f.name as first_responder_name, b.name as submitted_by_name, l.number as linked_number,
      p.name as opened_by_name, ${clocksOf(ctx.db)} as clocks, o.id as offer_id, o.agent_id as offered_to, o.how as offer_how, o.accept_due_at, op.name as offered_to_name, ob.name as offered_by_name,
      (select count(*)::int from requests.task x where x.request_id = r.id and x.done_at is null) as open_tasks
    from requests.request r
    join customers.customer c on c.id = r.customer_id
    left join standards.service s on s.id = r.service_id
    left join staff.team t on t.id = r.team_id
    left join staff.person h on h.id = r.holder_id
    left join staff.person a on a.id = r.answerable_id
    left join staff.person f on f.id = r.first_responder_id
    left join staff.person b on b.id = r.submitted_by
    left join staff.person p on p.id = r.opened_by_id
    left join requests.request l on l.id = r.linked_from
    left join lateral (select id, agent_id, how, accept_due_at, by_id from requests.assignment where request_id = r.id and state = 'offered' order by id desc limit 1) o on true
    left join staff.person op on op.id = o.agent_id
    left join staff.person ob on ob.id = o.by_id
    where r.id = ${id} and ${visible(ctx)}`, { ...sealedRequest, customerName: [CUSTOMER_NAME, 'customerId'] })
  if (!row) throw notFound('requests')
  const calendar = await calendarFor(ctx, row)
  const openedMs = Date.parse(row.openedAt)
  const isProvisional = (dueAt: string | null): boolean => dueAt !== null && calendar.unknownYears(openedMs, Math.max(openedMs, Date.parse(dueAt))).length > 0
  const shown = (kind: Clock['kind'], metAt: string | null) => { const clock = clockOf(row, kind, metAt); return { ...clock, isProvisional: isProvisional(clock.dueAt) } }
  return {
    id: row.id, number: row.number, subject: row.subject, stage: row.stage, stageSince: row.stageSince, priority: row.priority, type: row.type,
    service: row.serviceId ? { id: row.serviceId, name: row.serviceName ?? {} } : null, explanation: row.explanation as Request['explanation'],
    channel: row.channel, language: row.language, customer: { id: row.customerId, name: nameOnRequest(ctx, row.customerName, row), tier: row.customerTier, isVerified: row.isVerified },
    team: named(row.teamId, row.teamName), holder: named(row.holderId, row.holderName), answerable: named(row.answerableId, row.answerableName), firstResponder: named(row.firstResponderId, row.firstResponderName),
    openedAt: row.openedAt, openedBy: row.openedByName ?? row.openedByKind, waitingFor: row.waitingFor, waitUntil: row.waitUntil, waitReason: row.waitReason,
    firstResponse: shown('first-response', row.firstResponseAt), resolution: shown('resolution', row.resolutionAt),
    pausedAt: row.pausedAt, nextDueAt: row.nextDueAt, verification: row.verification, result: row.result, submittedBy: named(row.submittedBy, row.submittedByName), submittedAt: row.submittedAt,
    failedVerifications: row.failedVerifications, score: row.score, scoredAt: row.scoredAt, closedAt: row.closedAt, closedWhy: row.closedWhy, closeAfter: row.closeAfter, reopenUntil: row.reopenUntil, reopened: row.reopened,
    linkedFrom: row.linkedFrom ? { id: row.linkedFrom, number: row.linkedNumber!, kind: row.linkKind ?? '' } : null,
    offer: row.offeredTo ? { id: row.offerId!, to: { id: row.offeredTo, name: row.offeredToName ?? '' }, by: row.offeredByName, how: row.offerHow!, acceptDueAt: row.acceptDueAt } : null,
    humanAsked: row.humanAskedAt ? { at: row.humanAskedAt, by: row.humanAskedBy ?? 'agent' } : null,
    openTasks: row.openTasks, version: row.version, actions: allowedActions(row, asker(ctx)),
  }
}

/** The request's team and hands; throws 404 unless the actor may see the request. */
export async function mustSee(ctx: Ctx, id: string): Promise<{ teamId: string | null; customerId: string } & Hands> {
  const [row] = await ctx.db<({ teamId: string | null; customerId: string } & Hands)[]>`
    select r.team_id, r.customer_id, r.stage, r.holder_id, r.answerable_id, (select o.agent_id from requests.assignment o where o.request_id = r.id and o.state = 'offered' order by o.id desc limit 1) as offered_to
    from requests.request r where r.id = ${id} and ${visible(ctx)}`
  if (!row) throw notFound('requests')
  return row
}

const messageColumns = (ctx: Ctx) => ctx.db`
  m.id, m.kind, m.author_kind, m.author_id, m.author_name, m.channel, m.body, (select jsonb_build_object('id', w.id, 'name', w.name) from staff.person w where w.id = m.to_id) as "to", m.html, m.quoted, m.oddities, m.state, m.state_why, m.send_at, m.created_at,
  coalesce((select jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name, 'contentType', a.content_type, 'size', a.size, 'contentId', a.content_id) order by a.id)
    from requests.attachment a where a.message_id = m.id), '[]') as attachments`

async function openMessages(ctx: Ctx, rows: PromiseLike<readonly Message[]>): Promise<Message[]> {
  const messages = await opened(ctx, rows, sealedMessage)
  await opened(ctx, messages.flatMap((message) => message.attachments), { name: [NAME, 'id'] })
  return messages
}

/** One message just written by a command of this transaction. */
export async function oneMessage(ctx: Ctx, id: string): Promise<Message> {
  const [row] = await openMessages(ctx, ctx.db<Message[]>`select ${messageColumns(ctx)} from requests.message m where m.id = ${id}`)
  if (!row) throw notFound('requests.message')
  return row
}

/** The conversation, oldest first; `before` pages back in time. Notes are for staff only: API clients don't get them. */
export async function listMessages(ctx: Ctx, id: string, query: { before?: string; limit: number }): Promise<{ rows: Message[]; next: string | null }> {
  const seen = mustSee(ctx, id)
  seen.catch(() => {})
  const rows = await openMessages(ctx, ctx.db<Message[]>`
    select ${messageColumns(ctx)}
    from requests.message m where m.request_id = ${id} ${query.before ? ctx.db`and m.id < ${query.before}` : ctx.db``}
      ${ctx.actor.kind === 'client' ? ctx.db`and m.kind <> 'note'` : ctx.db``}
    order by m.id desc limit ${query.limit + 1}`)
  const hands = await seen
  const more = rows.length > query.limit
  const shown = rows.slice(0, query.limit)
  return { rows: shown.map((row) => row.authorKind === 'customer' ? { ...row, authorName: nameOnRequest(ctx, row.authorName, hands) } : row).reverse(), next: more ? shown.at(-1)!.id : null }
}

export async function listEvents(ctx: Ctx, id: string, query: { after: number; limit: number }): Promise<{ rows: RequestEvent[]; next: number | null }> {
  const seen = mustSee(ctx, id)
  seen.catch(() => {})
  const rows = await opened(ctx, ctx.db<RequestEvent[]>`
    select e.id, e.seq, e.type, e.at, e.actor_kind, e.actor_id, coalesce(p.name, c.name) as actor_name, e.data
    from platform.event e left join staff.person p on e.actor_kind = 'agent' and p.id = e.actor_id
    left join customers.customer c on e.actor_kind = 'customer' and c.id = e.actor_id
    where e.subject = ${id} and e.seq > ${query.after} and e.type not like 'access.%' ${ctx.actor.kind === 'client' ? ctx.db`and e.type <> 'request.noted'` : ctx.db``} order by e.seq limit ${query.limit + 1}`, { actorName: [CUSTOMER_NAME, 'actorId'] })
  const hands = await seen
  const shown = rows.slice(0, query.limit).map((row) => row.actorKind === 'customer' && row.actorName ? { ...row, actorName: nameOnRequest(ctx, row.actorName, hands) } : row)
  return { rows: shown, next: rows.length > query.limit ? shown.at(-1)!.seq : null }
}

export async function listAssignments(ctx: Ctx, id: string): Promise<{ rows: Assignment[] }> {
  const seen = mustSee(ctx, id)
  seen.catch(() => {})
  const rows = await ctx.db<(Omit<Assignment, 'agent'> & { agentId: string | null; agentName: string | null })[]>`
    select a.id, a.team_id, t.name as team_name, a.agent_id, p.name as agent_name, a.how, a.state, a.by_kind, b.name as by_name, a.score, a.reason, a.rule_version, a.candidates, a.offered_at, a.accept_due_at, a.answered_at, a.ended_at
    from requests.assignment a left join staff.person p on p.id = a.agent_id left join staff.person b on b.id = a.by_id left join staff.team t on t.id = a.team_id
    where a.request_id = ${id} order by a.id`
  await seen
  return { rows: rows.map(({ agentId, agentName, ...row }) => ({ ...row, agent: named(agentId, agentName) })) }
}

export async function listVerifications(ctx: Ctx, id: string) {
  const hands = await mustSee(ctx, id)
  const rows = await opened(ctx, ctx.db<{ id: string; how: string; result: string; submittedByName: string | null; submittedAt: string; verdict: string | null; byKind: string | null; byId: string | null; byName: string | null; decidedAt: string | null; reason: string | null }[]>`
    select v.id, v.how, v.result, s.name as submitted_by_name, v.submitted_at, v.verdict, v.by_kind, v.by_id, coalesce(b.name, c.name) as by_name, v.decided_at, v.reason
    from requests.verification v left join staff.person s on s.id = v.submitted_by left join staff.person b on b.id = v.by_id left join customers.customer c on c.id = v.by_id
    where v.request_id = ${id} order by v.id`, { ...sealedVerification, byName: [CUSTOMER_NAME, 'byId'] })
  return { rows: rows.map(({ byId: _, ...row }) => row.byKind === 'customer' && row.byName ? { ...row, byName: nameOnRequest(ctx, row.byName, hands) } : row) }
}
