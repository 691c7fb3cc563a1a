/**
 * Accept: the one gate of every channel. Whatever arrives becomes exactly one request or one message of a
 * request; the same source and key again answers with what it became the first time.
 */
import { createHash } from 'node:crypto'
import type { Ctx } from '../../platform/context.ts'
import { Fault } from '../../platform/fault.ts'
import { emit } from '../../platform/events/book.ts'
import { newId } from '../../lib/id/index.ts'
import { searchTokens } from '../../lib/search/index.ts'
import { type CustomerClaim, findOrCreateCustomer } from '../customers/index.ts'
import { detectLanguage, dueTimes, loadRecognition, recognise, type Recognition } from '../standards/index.ts'
import { allocate, type Allocation, foresee, takingPlace } from './allocation.ts'
import { clockCalendar } from './clocks.ts'
import type { Priority, Stage } from './contract.ts'
import { nextDue, snippet } from './request.ts'
import { attachFiles } from './store.ts'

export interface Arrival {
  /** Who vouches for the key, e.g. `api:<client>`, `mail:<mailbox>`, `chat:<conversation>`. */
  source: string
  key: string
  /** The number it was given before, e.g. in another system; else the next one. */
  number?: number
  channel: string
  channelAccount?: string | null
  subject: string
  text: string
  html?: string | null
  quoted?: string | null
  oddities?: string[]
  customer: CustomerClaim
  language?: string
  type?: string
  serviceId?: string
  priority?: Priority
  teamId?: string
  attachmentIds?: string[]
  rawFileId?: string
  linkedFrom?: string
  linkKind?: string
}

export interface Accepted {
  id: string
  number: number
  messageId: string
  stage: Stage
  priority: Priority
  type: string | null
  serviceId: string | null
  customerId: string
  teamId: string | null
  holder: { id: string; name: string } | null
  openedAt: string
  firstResponseDueAt: string | null
  resolutionDueAt: string | null
  /** False when this arrival had been accepted before. */
  isNew: boolean
}

const fingerprintOf = (arrival: Arrival): Buffer =>
  createHash('sha256').update(JSON.stringify([arrival.subject, arrival.text, arrival.channel, arrival.customer.email, arrival.customer.name, arrival.customer.phone, arrival.priority, arrival.type, arrival.serviceId])).digest()

/** Opens a request. Throws 422 `input.idempotency-reused` when the key came before with other content. */
export async function acceptRequest(ctx: Ctx, arrival: Arrival): Promise<Accepted> {
  const fingerprint = fingerprintOf(arrival)
  const language = arrival.language ?? detectLanguage(`${arrival.subject}\n${arrival.text}`)
  // Without any address the arrival itself is the visitor's mark, so that a repeat makes no second person.
  const claim = hasAddress(arrival.customer) ? arrival.customer : { ...arrival.customer, visitor: `${arrival.source}/${arrival.key}` }
  const recognition = await loadRecognition(ctx)
  const facts = { subject: arrival.subject, text: arrival.text, channel: arrival.channel, language, type: arrival.type, email: arrival.customer.email }
  const teamOf = (found: Recognition): string | null => arrival.teamId ?? recognition.service(arrival.serviceId ?? null)?.teamId ?? found.teamId ?? null
  // All of them travel in one round trip together with BEGIN.
  const [[gate], customer, foreseen] = await Promise.all([
    ctx.db<{ number: number | null; requestId: string | null; messageId: string | null; fingerprint: Buffer | null }[]>`
      select case when i.request_id is null and ${arrival.number === undefined} then nextval('requests.number') end as number, i.request_id, i.message_id, i.fingerprint
      from (select 1) one left join requests.intake i on i.source = ${arrival.source} and i.key = ${arrival.key}`,
    findOrCreateCustomer(ctx, claim),
    foresee(ctx, teamOf(recognise(recognition, facts)), claim),
  ])
  if (gate!.requestId) {
    if (!gate!.fingerprint!.equals(fingerprint)) throw new Fault('input.idempotency-reused', 422)
    return acceptedBefore(ctx, gate!.requestId, gate!.messageId!)
  }
  const found = recognise(recognition, { ...facts, customerTier: customer.tier, customerLanguage: customer.language, customerRegion: customer.region })
  const id = newId()
  const serviceId = arrival.serviceId ?? found.serviceId
  const priority = arrival.priority ?? found.priority
  // A service that was chosen brings its team, as a recognised one does.
  const teamId = teamOf(found)
  const calendar = await clockCalendar(ctx, recognition, serviceId)
  const due = dueTimes(recognition, serviceId, priority, ctx.now.getTime(), calendar)
  const allocation = await allocate(ctx, { requestId: id, serviceId, teamId, priority, channel: arrival.channel, language, customerId: customer.id,
    isNewCustomer: customer.isNew, region: customer.region, type: arrival.type ?? found.type ?? null, exclude: [], foreseen })
  const messageId = newId()
  const accepted: Accepted = {
    id, number: arrival.number ?? gate!.number!, messageId, stage: allocation?.agent ? 'assign' : 'accept', priority, type: arrival.type ?? found.type ?? null, serviceId, customerId: customer.id,
    teamId, holder: allocation?.agent ?? null, openedAt: ctx.now.toISOString(), firstResponseDueAt: due.firstResponseDueAt, resolutionDueAt: due.resolutionDueAt, isNew: true,
  }
  store(ctx, arrival, accepted, { fingerprint, language, explanation: found.explanation, customerName: customer.name, allocation, verification: recognition.service(serviceId)?.verification ?? 'rule' })
  await attachFiles(ctx, id, messageId, arrival.attachmentIds ?? [])
  await emit(ctx, 'request.accepted', { subject: id, teamId, data: { number: accepted.number, messageId, channel: arrival.channel, customer: customer.id, source: arrival.source } })
  await emit(ctx, 'request.recognised', { subject: id, teamId, data: { service: serviceId, type: accepted.type, priority, explanation: found.explanation } })
  if (allocation) await emit(ctx, allocation.agent ? 'request.assigned' : 'request.unassigned', { subject: id, teamId, data: { to: allocation.agent?.id ?? null, name: allocation.agent?.name ?? null, how: 'rule', reason: allocation.reason, score: allocation.score, candidates: allocation.candidates.length } })
  return accepted
}

const hasAddress = ({ id, email, phone, external, visitor }: CustomerClaim): boolean => Boolean(id ?? email ?? phone ?? external ?? visitor)

interface Details { fingerprint: Buffer; language: string; explanation: Recognition['explanation']; customerName: string; allocation: Allocation | null; verification: string }

// One statement for everything an arrival leaves behind: a statement costs more than a row.
function store(ctx: Ctx, arrival: Arrival, accepted: Accepted, details: Details): void {
  const { allocation } = details
  const agentId = allocation?.agent?.id ?? null
  const clocks = { firstResponseDueAt: accepted.firstResponseDueAt, firstResponseAt: null, resolutionDueAt: accepted.resolutionDueAt, resolutionAt: null }
  const dueNext = nextDue(clocks, allocation?.acceptDueAt ?? null)
  const tokens = searchTokens(`${accepted.number} ${arrival.subject}\n${details.customerName} ${arrival.customer.email ?? ''} ${arrival.customer.phone ?? ''}\n${arrival.text.slice(0, 8000)}`)
  // A request opened by an agent (phone, counter) has its first responder from the first second.
  const creator = ctx.actor.kind === 'agent' ? ctx.actor.id : null
  ctx.later(ctx.db`
    with place as materialized (${takingPlace(ctx, allocation, arrival.channel)}),
    request as (
      insert into requests.request (id, number, subject, stage, stage_since, priority, type, service_id, explanation, channel, channel_account, language, customer_id, team_id,
        holder_id, answerable_id, first_responder_id, opened_by_kind, opened_by_id, opened_at, first_response_due_at, resolution_due_at, next_due_at, sweep_at, verification,
        linked_from, link_kind, last_message_at, last_snippet)
      select ${accepted.id}, ${accepted.number}, ${arrival.subject}, ${accepted.stage}, ${ctx.now}, ${accepted.priority}, ${accepted.type}, ${accepted.serviceId},
        ${ctx.db.json(details.explanation as never)}, ${arrival.channel}, ${arrival.channelAccount ?? null}, ${details.language}, ${accepted.customerId}, ${accepted.teamId},
        ${agentId}, ${creator ?? agentId}, ${creator ?? agentId}, ${ctx.actor.kind}, ${ctx.actor.id}, ${ctx.now}, ${accepted.firstResponseDueAt}, ${accepted.resolutionDueAt},
        ${dueNext}, ${dueNext}, ${details.verification}, ${arrival.linkedFrom ?? null}, ${arrival.linkKind ?? null}, ${ctx.now}, ${snippet(arrival.text)} from place
      returning id),
    message as (
      insert into requests.message (id, request_id, kind, author_kind, author_id, author_name, channel, body, html, quoted, oddities, state, state_at, raw_file_id, created_at)
      select ${accepted.messageId}, id, 'customer', 'customer', ${accepted.customerId}::uuid, ${details.customerName}, ${arrival.channel}, ${arrival.text}, ${arrival.html ?? null},
        ${arrival.quoted ?? null}, ${arrival.oddities ?? []}, 'received', ${ctx.now}, ${arrival.rawFileId ?? null}::uuid, ${ctx.now} from request returning 1),
    intake as (
      insert into requests.intake (source, key, fingerprint, request_id, message_id, at)
      select ${arrival.source}, ${arrival.key}, ${details.fingerprint}, id, ${accepted.messageId}, ${ctx.now} from request returning 1),
    words as (
      insert into requests.search (request_id, tokens) select id, array_to_tsvector(${tokens}) from request returning 1)
    insert into requests.assignment (id, request_id, team_id, agent_id, how, state, by_kind, by_id, score, reason, candidates, offered_at, accept_due_at)
    select ${newId()}, id, ${accepted.teamId}, ${agentId}, 'rule', ${agentId ? 'offered' : 'nobody'}, 'system', null, ${allocation?.score ?? null}, ${allocation?.reason ?? ''},
      ${ctx.db.json((allocation?.candidates ?? []) as never)}, ${ctx.now}, ${allocation?.acceptDueAt ?? null}
    from request where ${allocation !== null}`)
}

async function acceptedBefore(ctx: Ctx, id: string, messageId: string): Promise<Accepted> {
  const [row] = await ctx.db<(Omit<Accepted, 'holder'> & { holderId: string | null; holderName: string | null })[]>`
    select r.id, r.number, r.stage, r.priority, r.type, r.service_id, r.customer_id, r.team_id, r.opened_at, r.first_response_due_at, r.resolution_due_at,
      r.holder_id, p.name as holder_name
    from requests.request r left join staff.person p on p.id = r.holder_id where r.id = ${id}`
  if (!row) throw new Fault('requests.not-found', 404)
  const { holderId, holderName, ...rest } = row
  return { ...rest, messageId, holder: holderId ? { id: holderId, name: holderName! } : null, isNew: false }
}
