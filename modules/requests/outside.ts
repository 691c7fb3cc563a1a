/** What leaves the house: the request in the customer's words, and an outgoing message with what its channel needs. Notes never pass here. */
import type { Ctx } from '../../platform/context.ts'
import { notFound } from '../../platform/fault.ts'
import { opened } from '../../platform/crypto/vault.ts'
import { CUSTOMER_NAME, findEmail } from '../customers/index.ts'
import type { Message, Stage } from './contract.ts'
import { fileColumns, type FileRow, openFiles } from '../../platform/files.ts'
import { NAME, sealedMessage, sealedRequest, SUBJECT } from './kept.ts'

/** Five steps a customer understands, in their order. */
export const customerSteps = ['received', 'assigned', 'working', 'checking', 'answered'] as const
export type CustomerStep = (typeof customerSteps)[number]

/** Why the holder: how it came into their hands and, where a rule ranked, what set them apart among how many. */
export interface WhyHolder { how: string; reason: string; ruleVersion: string | null; factors: string[]; of: number }

interface Chosen { how: string; reason: string; ruleVersion: string | null; candidates: { agentId: string; parts: Record<string, number>; excludedBecause: string[] }[] }
export function whyHolder(holderId: string, { how, reason, ruleVersion, candidates }: Chosen): WhyHolder {
  const parts = candidates.find((one) => one.agentId === holderId)?.parts ?? {}
  // Only what set them apart from somebody who could have had it: a part that all have says nothing.
  const others = candidates.filter((one) => one.agentId !== holderId && one.excludedBecause.length === 0)
  // Reasons a colleague wrote are for colleagues.
  return { how, reason: /^routing\.[a-z-]+$/.test(reason) ? reason.slice(8) : '', ruleVersion, factors: Object.keys(parts).filter((part) => others.some((one) => parts[part]! > (one.parts[part] ?? 0))), of: candidates.length }
}

export interface CustomerView {
  id: string
  number: number
  subject: string
  stage: Stage
  step: CustomerStep
  /** It waits for the customer's own answer. */
  isYourTurn: boolean
  /** The result is there and the customer is asked whether it is solved. */
  asksYou: boolean
  /** Who is in charge, by name; null while it waits in the queue. */
  holderName: string | null
  since: string
  nextUpdateBy: string | null
  openedAt: string
  closedAt: string | null
  canReopen: boolean
  /** Since when a person is to treat it instead of rules. */
  humanAskedAt: string | null
  why: WhyHolder | null
  score: number | null
  mayScore: boolean
  language: string
  customerId: string
  customerName: string
  channel: string
  messages: { id: string; from: 'you' | 'us'; authorName: string; kind: Message['kind']; body: string; html: string | null; createdAt: string; attachments: { id: string; name: string; contentType: string; size: number }[] }[]
}

const STEP: Record<Stage, CustomerStep> = { accept: 'received', assign: 'assigned', execute: 'working', track: 'working', verify: 'checking', feedback: 'answered', closed: 'answered' }

export type CustomerHead = Omit<CustomerView, 'messages'>

/** The request as its customer sees it, without what was written. Throws 404. */
export async function customerHead(ctx: Ctx, id: string): Promise<CustomerHead> {
  const [row] = await opened(ctx, ctx.db<{ id: string; number: number; subject: string; stage: Stage; stageSince: string; waitingFor: string | null; holderName: string | null; nextDueAt: string | null; openedAt: string; closedAt: string | null; reopenUntil: string | null; score: number | null; result: string | null; language: string; verification: string; customerId: string; customerName: string; channel: string; humanAskedAt: string | null; holderId: string | null; chosen: Chosen | null }[]>`
    select r.id, r.number, r.subject, r.stage, r.stage_since, r.waiting_for, h.name as holder_name, r.next_due_at, r.opened_at, r.closed_at, r.reopen_until, r.score, r.result, r.language, r.verification, r.customer_id, c.name as customer_name, r.channel, r.human_asked_at, r.holder_id,
      (select jsonb_build_object('how', a.how, 'reason', a.reason, 'ruleVersion', a.rule_version, 'candidates', a.candidates) from requests.assignment a where a.request_id = r.id and a.agent_id = r.holder_id order by a.id desc limit 1) as chosen
    from requests.request r join customers.customer c on c.id = r.customer_id left join staff.person h on h.id = r.holder_id where r.id = ${id}`, { subject: sealedRequest.subject, customerName: [CUSTOMER_NAME, 'customerId'] })
  if (!row) throw notFound('requests')
  const answered = row.stage === 'feedback' || row.stage === 'closed'
  return {
    id, number: row.number, subject: row.subject, stage: row.stage, step: STEP[row.stage], isYourTurn: row.waitingFor === 'customer', asksYou: row.stage === 'verify' && row.verification === 'customer',
    holderName: row.holderName, since: row.stageSince, nextUpdateBy: row.nextDueAt && row.nextDueAt > ctx.now.toISOString() ? row.nextDueAt : null, openedAt: row.openedAt, closedAt: row.closedAt,
    canReopen: row.stage === 'feedback' || (row.stage === 'closed' && (row.reopenUntil ?? '') >= ctx.now.toISOString()), humanAskedAt: row.humanAskedAt, why: row.holderId && row.chosen ? whyHolder(row.holderId, row.chosen) : null,
    score: row.score, mayScore: answered && row.result !== null, language: row.language,
    customerId: row.customerId, customerName: row.customerName, channel: row.channel,
  }
}

/** The same with the conversation; held replies and notes are not in it. Throws 404. */
export async function customerView(ctx: Ctx, id: string): Promise<CustomerView> {
  const [head, messages] = await Promise.all([customerHead(ctx, id), opened(ctx, ctx.db<CustomerView['messages']>`
    select m.id, case m.kind when 'customer' then 'you' else 'us' end as from, m.author_name, m.kind, m.body, m.html, m.created_at,
      coalesce((select jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name, 'contentType', a.content_type, 'size', a.size) order by a.id) from requests.attachment a where a.message_id = m.id), '[]') as attachments
    from requests.message m where m.request_id = ${id} and m.kind <> 'note' and m.state <> 'held' order by m.id limit 500`, { authorName: sealedMessage.authorName, body: sealedMessage.body, html: sealedMessage.html })])
  await opened(ctx, messages.flatMap((message) => message.attachments), { name: [NAME, 'id'] })
  return { ...head, messages }
}

export interface Delivery {
  messageId: string
  requestId: string
  number: number
  subject: string
  kind: Message['kind']
  body: string
  authorName: string
  state: string
  channel: string
  channelAccount: string | null
  language: string
  asksCustomer: boolean
  isResult: boolean
  toAddress: string | null
  customerName: string
  customerId: string
  attachments: { name: string; contentType: string; bytes: Buffer }[]
}

/**
 * An outgoing message with everything needed to carry it; null when it is not waiting to be sent. With `lock`, whoever is
 * writing down that it was sent is waited for, and what is read afterwards is what they wrote.
 */
export async function deliveryOf(ctx: Ctx, messageId: string, { lock } = { lock: false }): Promise<Delivery | null> {
  const [row] = await opened(ctx, ctx.db<(Omit<Delivery, 'attachments' | 'toAddress' | 'asksCustomer' | 'isResult'> & { stage: string; verification: string })[]>`
    select m.id as message_id, m.request_id, r.number, r.subject, m.kind, m.body, m.author_name, m.state, r.channel, r.channel_account, r.language, c.name as customer_name, r.customer_id, r.stage, r.verification
    from requests.message m join requests.request r on r.id = m.request_id join customers.customer c on c.id = r.customer_id
    where m.id = ${messageId} and m.kind in ('reply', 'result', 'notice') ${lock ? ctx.db`for update of m` : ctx.db``}`, { subject: [SUBJECT, 'requestId'], body: [sealedMessage.body[0], 'messageId'], authorName: [sealedMessage.authorName[0], 'messageId'], customerName: [CUSTOMER_NAME, 'customerId'] })
  if (!row || row.state !== 'queued') return null
  const { stage, verification, ...rest } = row
  const attachments = await opened(ctx, openFiles(ctx, ctx.db<({ id: string; name: string; contentType: string } & FileRow)[]>`
    select a.id, a.name, a.content_type, ${fileColumns(ctx)} from requests.attachment a join platform.file f on f.id = a.file_id where a.message_id = ${messageId} order by a.id`), { name: [NAME, 'id'] })
  return { ...rest, asksCustomer: stage === 'verify' && verification === 'customer', isResult: row.kind === 'result', toAddress: await findEmail(ctx, row.customerId), attachments }
}
