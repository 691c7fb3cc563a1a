/**
 * Accept: the one gate of every channel. Whatever arrives becomes exactly one request or one message of a
 * request; the same source and key again answers with what it became the first time.
 */
import { personIdOf } from '../../platform/access/index.ts'
import { createHash } from 'node:crypto'
import type { Ctx } from '../../platform/context.ts'
import { Fault } from '../../platform/fault.ts'
import { giveFiles } from '../../platform/files.ts'
import { emit } from '../../platform/events/book.ts'
import { newId } from '../../lib/id/index.ts'
import { type CustomerClaim, findOrCreateCustomer } from '../customers/index.ts'
import { type CalendarChoice, chooseCalendar, detectLanguage, loadRecognition, recognise, type Recognition } from '../standards/index.ts'
import { allocate, type Allocation, foresee } from './allocation.ts'
import { type Clock, dueAtOf } from './clock.ts'
import { changeOf, firstClocks, nextDue } from './clocks.ts'
import type { Priority, Stage } from './contract.ts'
import { keepHuman } from './human.ts'
import { sealedMessage, sealedRequest } from './kept.ts'
import { snippet } from './request.ts'
import { attachFiles, clockRow, clockTypes } from './store.ts'
import { arrivalWords } from './words.ts'

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
  const [gate, customer, foreseen] = await Promise.all([
    ctx.ask(selectGates, { source: arrival.source, key: arrival.key, isNumbered: arrival.number !== undefined }),
    findOrCreateCustomer(ctx, claim),
    foresee(ctx, teamOf(recognise(recognition, facts)), claim),
  ])
  if (gate.requestId) {
    if (!gate.fingerprint!.equals(fingerprint)) throw new Fault('input.idempotency-reused', 422)
    return acceptedBefore(ctx, gate.requestId, gate.messageId!)
  }
  const found = recognise(recognition, { ...facts, customerTier: customer.tier, customerLanguage: customer.language, customerRegion: customer.region })
  const id = newId()
  const serviceId = arrival.serviceId ?? found.serviceId
  const priority = arrival.priority ?? found.priority
  // A service that was chosen brings its team, as a recognised one does.
  const teamId = teamOf(found)
  const choice = await chooseCalendar(ctx, recognition.service(serviceId), teamId)
  const { clocks, standardId } = firstClocks(ctx, recognition, serviceId, choice, { priority, tier: customer.tier, channel: arrival.channel })
  const allocation = await allocate(ctx, { requestId: id, serviceId, teamId, priority, channel: arrival.channel, language, customerId: customer.id,
    isNewCustomer: customer.isNew, region: customer.region, type: arrival.type ?? found.type ?? null, exclude: [], foreseen })
  const messageId = newId()
  const accepted: Accepted = {
    id, number: arrival.number ?? gate.number!, messageId, stage: allocation?.agent ? 'assign' : 'accept', priority, type: arrival.type ?? found.type ?? null, serviceId, customerId: customer.id,
    teamId, holder: allocation?.agent ?? null, openedAt: ctx.now.toISOString(), firstResponseDueAt: dueAtOf(clocks, 'first-response'), resolutionDueAt: dueAtOf(clocks, 'resolution'), isNew: true,
  }
  const row = rowOf(ctx, arrival, accepted, { fingerprint, language, explanation: found.explanation, customerName: customer.name, allocation, choice, clocks, standardId, verification: recognition.service(serviceId)?.verification ?? 'rule' })
  const follows = arrival.linkKind === 'follow-up' && arrival.linkedFrom
  if (arrival.attachmentIds?.length || follows) {
    ctx.later(insertArrivals(ctx, [row]))
    if (follows) keepHuman(ctx, id, follows)
    await attachFiles(ctx, { id, customerId: customer.id }, messageId, arrival.attachmentIds ?? [])
  } else ctx.gather(insertArrivals, row)
  if (arrival.rawFileId) await giveFiles(ctx, customer.id, [arrival.rawFileId])
  await emit(ctx, 'request.accepted', { subject: id, teamId, data: { number: accepted.number, messageId, channel: arrival.channel, customer: customer.id, service: serviceId, source: arrival.source } })
  await emit(ctx, 'request.recognised', { subject: id, teamId, data: { service: serviceId, type: accepted.type, priority, explanation: found.explanation, standard: standardId, clocks: clocks.map((clock) => changeOf(clock, 'started')) } })
  if (allocation) await emit(ctx, allocation.agent ? 'request.assigned' : 'request.unassigned', { subject: id, teamId, data: { to: allocation.agent?.id ?? null, name: allocation.agent?.name ?? null, how: 'rule', reason: allocation.reason, score: allocation.score, candidates: allocation.candidates.length } })
  return accepted
}

interface Gate { number: number | null; requestId: string | null; messageId: string | null; fingerprint: Buffer | null }
/** What became of these keys before; for the new ones the next numbers. As subselects: for lists whose length is known a plan is made at every call. */
const selectGates = async ({ db }: Pick<Ctx, 'db'>, keys: readonly { source: string; key: string; isNumbered: boolean }[]): Promise<Gate[]> => db<Gate[]>`
  select case when i.request_id is null and a.wants = 'number' then nextval('requests.number') end as number, i.request_id, i.message_id, i.fingerprint
  from unnest((select ${keys.map((one) => one.source)}::text[]), (select ${keys.map((one) => one.key)}::text[]), (select ${keys.map((one) => (one.isNumbered ? '' : 'number'))}::text[])) with ordinality as a (source, key, wants, nr)
  left join lateral (select request_id, message_id, fingerprint from requests.intake where source = a.source and key = a.key limit 1) i on true order by a.nr`

const hasAddress = ({ id, email, phone, external, visitor }: CustomerClaim): boolean => Boolean(id ?? email ?? phone ?? external ?? visitor)

interface Details { fingerprint: Buffer; language: string; explanation: Recognition['explanation']; customerName: string; allocation: Allocation | null; choice: CalendarChoice; clocks: readonly Clock[]; standardId: string | null; verification: string }

/** What an arrival leaves behind, in the columns of the statement that stores it. */
function rowOf(ctx: Ctx, arrival: Arrival, accepted: Accepted, details: Details) {
  const { allocation } = details
  const agentId = allocation?.agent?.id ?? null
  // A request opened by an agent (phone, counter) has its first responder from the first second.
  const creator = personIdOf(ctx)
  const { vault } = ctx.app
  const seal = <T extends string | null>(field: readonly [string, string], row: string, text: T) => vault.seal(accepted.customerId, field[0], row, text)
  return {
    id: accepted.id, number: accepted.number, subject: seal(sealedRequest.subject, accepted.id, arrival.subject), stage: accepted.stage, priority: accepted.priority, type: accepted.type, service_id: accepted.serviceId,
    explanation: details.explanation, channel: arrival.channel, channel_account: arrival.channelAccount ?? null, language: details.language, customer_id: accepted.customerId, team_id: accepted.teamId,
    agent_id: agentId, answerable_id: creator ?? agentId, opened_by_kind: ctx.actor.kind, opened_by_id: ctx.actor.id, at: ctx.now,
    standard_id: details.standardId, clocks: details.clocks.map(clockRow), next_due_at: nextDue(details.clocks, allocation?.acceptDueAt ?? null), verification: details.verification,
    calendar_id: details.choice.id, calendar_version: details.choice.id && details.choice.version, calendar_by: details.choice.id && details.choice.by,
    linked_from: arrival.linkedFrom ?? null, link_kind: arrival.linkKind ?? null, snippet: seal(sealedRequest.lastSnippet, accepted.id, snippet(arrival.text)),
    message_id: accepted.messageId, customer_name: seal(sealedMessage.authorName, accepted.messageId, details.customerName), body: seal(sealedMessage.body, accepted.messageId, arrival.text),
    html: seal(sealedMessage.html, accepted.messageId, arrival.html ?? null), quoted: seal(sealedMessage.quoted, accepted.messageId, arrival.quoted ?? null), oddities: arrival.oddities ?? [], raw_file_id: arrival.rawFileId ?? null,
    source: arrival.source, key: arrival.key, fingerprint: details.fingerprint.toString('hex'),
    tokens: arrivalWords(ctx, `${accepted.number} ${arrival.subject}`, details.customerName, [arrival.customer.email, arrival.customer.phone], arrival.text),
    assignment_id: allocation ? newId() : null, score: allocation?.score ?? null, reason: allocation?.reason ?? '', rule_version: allocation?.ruleVersion ?? null, candidates: allocation?.candidates ?? [], accept_due_at: allocation?.acceptDueAt ?? null, places: allocation?.places ?? 0,
  }
}
type ArrivalRow = ReturnType<typeof rowOf>

// One statement for everything that arrivals leave behind, of one text however many they are: a statement costs more
// than a row, and making its plan more than both.
function insertArrivals(ctx: Pick<Ctx, 'db'>, rows: readonly ArrivalRow[]): PromiseLike<unknown> {
  const taken = new Map<string, number>()
  // Rows of this very statement are not counted by the database.
  const placed = rows.map(({ clocks: _, ...row }) => {
    const hand = `${row.agent_id}/${row.channel}`
    const before = taken.get(hand) ?? 0
    taken.set(hand, before + 1)
    return { ...row, places: row.places - before }
  })
  // Taken apart once for all: as a field of each row it would be looked up anew for each.
  const clocks = rows.flatMap((row) => row.clocks.map((clock) => ({ request_id: row.id, ...clock })))
  return ctx.db`
    with arrived as materialized (
      select a.*, case when a.agent_id is not null then requests.take_place(a.agent_id, a.channel, a.places) end
      from jsonb_to_recordset(${ctx.db.json(placed as never)}) as a (id uuid, number bigint, subject text, stage text, priority text, type text, service_id uuid, explanation jsonb, channel text,
        channel_account uuid, language text, customer_id uuid, team_id uuid, agent_id uuid, answerable_id uuid, opened_by_kind text, opened_by_id uuid, at timestamptz, standard_id uuid,
        next_due_at timestamptz, verification text, calendar_id uuid, calendar_version int, calendar_by text, linked_from uuid, link_kind text, snippet text, message_id uuid, customer_name text, body text, html text, quoted text,
        oddities text[], raw_file_id uuid, source text, key text, fingerprint text, tokens text[], assignment_id uuid, score real, reason text, rule_version text, candidates jsonb, accept_due_at timestamptz, places int)),
    request as (
      insert into requests.request (id, number, subject, stage, stage_since, priority, type, service_id, explanation, channel, channel_account, language, customer_id, team_id,
        holder_id, answerable_id, first_responder_id, opened_by_kind, opened_by_id, opened_at, standard_id, next_due_at, verification,
        calendar_id, calendar_version, calendar_by, linked_from, link_kind, last_message_at, last_snippet)
      select id, number, subject, stage, at, priority, type, service_id, explanation, channel, channel_account, language, customer_id, team_id,
        agent_id, answerable_id, answerable_id, opened_by_kind, opened_by_id, at, standard_id, next_due_at, verification,
        calendar_id, calendar_version, calendar_by, linked_from, link_kind, at, snippet from arrived),
    message as (
      insert into requests.message (id, request_id, kind, author_kind, author_id, author_name, channel, body, html, quoted, oddities, state, state_at, raw_file_id, created_at)
      select message_id, id, 'customer', 'customer', customer_id, customer_name, channel, body, html, quoted, oddities, 'received', at, raw_file_id, at from arrived),
    intake as (
      insert into requests.intake (source, key, fingerprint, request_id, message_id, at) select source, key, decode(fingerprint, 'hex'), id, message_id, at from arrived),
    clock as (
      insert into requests.clock (id, request_id, kind, run, version_id, clause, target_ms, calendar_id, calendar_version, state, started_at, used_ms, since, due_at, wake_at)
      select c.id, c.request_id, c.kind, c.run, c.version_id, c.clause, c.target_ms, c.calendar_id, c.calendar_version, c.state, c.started_at, c.used_ms, c.since, c.due_at, c.wake_at
      from jsonb_to_recordset(${ctx.db.json(clocks as never)}) as c (request_id uuid, ${clockTypes(ctx.db)})),
    words as (
      insert into requests.search (request_id, tokens) select id, array_to_tsvector(tokens) from arrived)
    insert into requests.assignment (id, request_id, team_id, agent_id, how, state, by_kind, by_id, score, reason, rule_version, candidates, offered_at, accept_due_at)
    select assignment_id, id, team_id, agent_id, 'rule', case when agent_id is null then 'nobody' else 'offered' end, 'system', null, score, reason, rule_version, candidates, at, accept_due_at
    from arrived where assignment_id is not null`
}

async function acceptedBefore(ctx: Ctx, id: string, messageId: string): Promise<Accepted> {
  const [row] = await ctx.db<(Omit<Accepted, 'holder'> & { holderId: string | null; holderName: string | null })[]>`
    select r.id, r.number, r.stage, r.priority, r.type, r.service_id, r.customer_id, r.team_id, r.opened_at, (select due_at from requests.clock k where k.request_id = r.id and k.kind = 'first-response' order by run desc limit 1) as first_response_due_at,
      (select due_at from requests.clock k where k.request_id = r.id and k.kind = 'resolution' order by run desc limit 1) as resolution_due_at, r.holder_id, p.name as holder_name
    from requests.request r left join staff.person p on p.id = r.holder_id where r.id = ${id}`
  if (!row) throw new Fault('requests.not-found', 404)
  const { holderId, holderName, ...rest } = row
  return { ...rest, messageId, holder: holderId ? { id: holderId, name: holderName! } : null, isNew: false }
}
