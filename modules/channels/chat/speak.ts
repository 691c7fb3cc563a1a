/** What customers do without signing in: ask, say, write on, confirm. Everything goes through the one gate of the requests room. */
import { Fault, notFound } from '../../../platform/fault.ts'
import type { Ctx } from '../../../platform/context.ts'
import { newToken } from '../../../platform/crypto/index.ts'
import type { Infer } from '../../../platform/http/contract.ts'
import { newId } from '../../../lib/id/index.ts'
import { addIdentity } from '../../customers/index.ts'
import { acceptRequest, askForHuman, customerVerdict, customerView, type CustomerView, receiveMessage, setDelivery } from '../../requests/index.ts'
import { loadRecognition } from '../../standards/index.ts'
import type { chat, CustomerMessageRow, FollowView } from './contract.ts'
import { claimOf, insertSession, introduceSession, type RequestHead, selectOutgoing, selectRequest, selectSession, type Session, updateSession } from './store.ts'
import { chatTokenHash, followToken, requestOfToken, visitorId } from './tokens.ts'
import { chatText, languageOf } from './words.ts'

/** Who came through a token acts as a customer, never as the colleague who may be signed in in the same browser. */
export const asVisitor = (ctx: Ctx, id: string, name: string): Ctx =>
  ({ ...ctx, actor: { kind: 'customer', id, name, permissions: new Set(), scope: 'all', teamIds: [] } })

export async function askOnPortal(ctx: Ctx, asked: Infer<typeof chat.ask.body>): Promise<{ number: number; token: string }> {
  if (!asked.email && !asked.phone) throw new Fault('channels.chat.address-needed', 422, {}, [{ path: 'email', code: 'channels.chat.address-needed' }])
  if (asked.serviceId && !(await loadRecognition(ctx)).service(asked.serviceId)?.isActive) throw new Fault('channels.chat.service-unknown', 422, {}, [{ path: 'serviceId', code: 'channels.chat.service-unknown' }])
  const visitor = visitorId(asked.visitor)
  const accepted = await acceptRequest(asVisitor(ctx, visitor, asked.name), {
    source: `portal:${visitor}`, key: asked.key, channel: 'portal', subject: asked.subject, text: asked.text, serviceId: asked.serviceId, attachmentIds: asked.attachmentIds,
    language: languageOf(`${asked.subject}\n${asked.text}`, asked.locale),
    customer: { name: asked.name, email: asked.email, phone: asked.phone, verified: false, channel: 'portal', language: asked.locale },
  })
  return { number: accepted.number, token: followToken(ctx.app, accepted.id) }
}

async function headOf(ctx: Ctx, token: string): Promise<RequestHead> {
  const head = await selectRequest(ctx, requestOfToken(ctx.app, token))
  if (!head) throw new Fault('channels.chat.link-unknown', 404)
  return head
}

export const messageRow = (message: CustomerView['messages'][number]): CustomerMessageRow => ({
  id: message.id, from: message.from, author: message.from === 'you' ? '' : message.authorName, isResult: message.kind === 'result', text: message.body, at: message.createdAt,
  files: message.attachments.map(({ id, name, size }) => ({ id, name, size })),
})

export async function followRequest(ctx: Ctx, token: string): Promise<FollowView> {
  const view = await customerView(ctx, requestOfToken(ctx.app, token))
  return { ...view, messages: view.messages.map(messageRow) }
}

export async function writeByLink(ctx: Ctx, token: string, said: Infer<typeof chat.write.body>) {
  const head = await headOf(ctx, token)
  const visitor = asVisitor(ctx, head.customerId, head.customerName)
  const source = `follow:${head.id}`
  const received = await receiveMessage(visitor, head.id, { source, key: said.key, channel: 'portal', text: said.text, authorName: head.customerName, customerId: head.customerId, attachmentIds: said.attachmentIds })
  const at = received ?? await openFollowUp(visitor, head, { source, key: said.key, channel: 'portal', text: said.text, attachmentIds: said.attachmentIds })
  return sent(ctx, at, head.id)
}

interface Landed { requestId: string; messageId: string; isNew: boolean }
interface Word { source: string; key: string; channel: string; text: string; attachmentIds?: string[] }
// Closed for good: the same customer's new request, linked to the old one, with its service.
async function openFollowUp(ctx: Ctx, head: RequestHead, word: Word): Promise<Landed> {
  const customer = await claimOf(ctx, head.customerId, word.channel)
  const accepted = await acceptRequest(ctx, { ...word, subject: head.subject, customer, language: head.language, serviceId: head.serviceId ?? undefined, teamId: head.teamId ?? undefined, linkedFrom: head.id, linkKind: 'follow-up' })
  return { requestId: accepted.id, messageId: accepted.messageId, isNew: accepted.isNew }
}

async function sent(ctx: Ctx, at: { requestId: string; messageId: string }, before: string | null) {
  const [row] = await ctx.db<{ number: number }[]>`select number from requests.request where id = ${at.requestId}`
  return { id: at.messageId, number: row!.number, follow: followToken(ctx.app, at.requestId), isFollowUp: before !== null && at.requestId !== before }
}

export async function giveVerdict(ctx: Ctx, token: string, verdict: { isSolved: boolean; reason?: string }): Promise<FollowView> {
  if (!verdict.isSolved && !verdict.reason) throw new Fault('channels.chat.reason-needed', 422, {}, [{ path: 'reason', code: 'channels.chat.reason-needed' }])
  const head = await headOf(ctx, token)
  await customerVerdict(asVisitor(ctx, head.customerId, head.customerName), head.id, { verdict: verdict.isSolved ? 'passed' : 'failed', reason: verdict.reason ?? '' })
  return followRequest(ctx, token)
}

export async function askHumanByLink(ctx: Ctx, token: string): Promise<FollowView> {
  const head = await headOf(ctx, token)
  await askForHuman(asVisitor(ctx, head.customerId, head.customerName), head.id)
  return followRequest(ctx, token)
}

/** A new conversation; the answer is its secret, of which only a keyed hash is kept. */
export async function startSession(ctx: Ctx, who: Infer<typeof chat.start.body>): Promise<{ token: string }> {
  const token = newToken()
  await insertSession(ctx, { id: newId(), tokenHash: chatTokenHash(ctx.app, token), name: who.name ?? null, email: who.email ?? null, locale: who.locale, page: pageOf(who.page) })
  return { token }
}

// Where the visitor was, without what the address may carry about them.
const pageOf = (page: string | undefined): string | null => {
  if (!page || !URL.canParse(page)) return null
  const { protocol, origin, pathname } = new URL(page)
  return protocol === 'http:' || protocol === 'https:' ? (origin + pathname).slice(0, 500) : null
}

/** Throws 401 `channels.chat.session-unknown`. */
export async function sessionOf(ctx: Ctx, token: unknown, lock = false): Promise<Session> {
  const session = typeof token === 'string' && token.length === 43 ? await selectSession(ctx, chatTokenHash(ctx.app, token), lock) : undefined
  if (!session) throw new Fault('channels.chat.session-unknown', 401)
  return session
}

/** Keeps a name or an address the visitor gives later; the address is a claim, so it opens nothing that was there before. */
export async function introduce(ctx: Ctx, token: unknown, who: { name?: string; email?: string; locale?: string }): Promise<void> {
  const session = await sessionOf(ctx, token, true)
  await introduceSession(ctx, session.id, who)
  const head = session.requestId && who.email ? await selectRequest(ctx, session.requestId) : undefined
  if (!head) return
  try {
    await addIdentity(asVisitor(ctx, session.id, session.name ?? ''), head.customerId, { kind: 'email', value: who.email!, isVerified: false })
  } catch (error) {
    // Somebody else has claimed it before: this conversation stays without, the next one finds that record.
    if (!(error instanceof Fault)) throw error
  }
}

export const chatSource = (sessionId: string): string => `chat:${sessionId}`
const subjectOf = (text: string): string => {
  const first = text.trim().split('\n')[0]!.replace(/[\u0000-\u001f\u007f]/g, ' ').trim()
  return first.length <= 80 ? first : `${first.slice(0, 79).replace(/[\ud800-\udbff]$/, '')}…`
}

/** Says something in a conversation: the first word opens the request, a word after its end a linked one. */
export async function sayInChat(ctx: Ctx, token: unknown, said: Infer<typeof chat.say.body>) {
  const session = await sessionOf(ctx, token, true)
  const name = session.name ?? chatText(session.locale)('channels.chat.visitor', { code: session.id.slice(-4).toUpperCase() })
  const visitor = asVisitor(ctx, session.id, name)
  const word = { source: chatSource(session.id), key: said.clientKey, channel: 'chat', text: said.text, attachmentIds: said.attachmentIds }
  const head = session.requestId ? await selectRequest(ctx, session.requestId) : undefined
  let at: Landed | null = head ? await receiveMessage(visitor, head.id, { ...word, authorName: name, customerId: head.customerId }) : null
  if (!at && head) at = await openFollowUp(visitor, head, word)
  else if (!at) {
    const accepted = await acceptRequest(visitor, { ...word, subject: subjectOf(said.text), language: languageOf(said.text, session.locale),
      customer: { name, email: session.email ?? undefined, visitor: session.id, verified: false, channel: 'chat', language: session.locale } })
    at = { requestId: accepted.id, messageId: accepted.messageId, isNew: accepted.isNew }
  }
  // A late repetition of an earlier word must not turn the conversation back to an earlier request.
  if (at.isNew) ctx.later(updateSession(ctx, session.id, at.requestId))
  const { isFollowUp: _, ...answer } = await sent(ctx, at, null)
  return answer
}

/** The visitor's page has shown these replies. Ids of other requests are passed over in silence. */
export async function markSeenInChat(ctx: Ctx, token: unknown, seen: { ids: string[]; isRead: boolean }): Promise<void> {
  const session = await sessionOf(ctx, token)
  if (!session.requestId) throw notFound('requests')
  const state = seen.isRead ? 'read' : 'delivered'
  for (const message of await selectOutgoing(ctx, session.requestId, seen.ids)) await setDelivery(asVisitor(ctx, session.id, ''), message.id, state)
}
