/** Execute: the conversation, notes, tasks and drafts. */
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault, notFound } from '../../platform/fault.ts'
import { enqueue } from '../../platform/jobs/index.ts'
import { holdKey, opened } from '../../platform/crypto/vault.ts'
import { DRAFT, draftRow, sealedMessage } from './kept.ts'
import { acceptOffer, holdBy, mustAllow, noticeTo } from './assign.ts'
import { moveRequest } from './clocks.ts'
import { snippet, UNDO_MS } from './request.ts'
import { attachFiles, insertMessage, type LockedRequest, lockRequest } from './store.ts'
import { addSearchText, NOTE_MARK } from './words.ts'
import { waitFor } from './track.ts'

export interface Writing { kind: 'reply' | 'note'; text: string; mentions?: string[]; /** Its holder: a whisper. */ to?: string; attachmentIds?: string[]; then?: 'wait' }

/** Writes a note, or a reply that is held for ten seconds. A reply to what nobody holds takes it. Returns the message's id. */
export async function writeMessage(ctx: Ctx, requestId: string, writing: Writing): Promise<string> {
  const request = await lockRequest(ctx, requestId)
  mustAllow(ctx, request, writing.to === undefined ? writing.kind : 'whisper')
  // Whoever was whispered to may have given it away meanwhile: what was meant for them is not told to another.
  if (writing.to !== undefined && writing.to !== request.holderId) throw new Fault('requests.not-its-holder', 409)
  if (writing.kind === 'note') return writeNote(ctx, request, writing)
  if (request.offeredTo === ctx.actor.id) await acceptOffer(ctx, request)
  else if (!request.holderId) await holdBy(ctx, request, 'take', 'requests.reason-answered')
  const sendAt = new Date(ctx.now.getTime() + UNDO_MS)
  const messageId = insertMessage(ctx, {
    requestId, customerId: request.customerId, kind: 'reply', authorKind: 'agent', authorId: ctx.actor.id, authorName: ctx.actor.name, channel: request.channel, body: writing.text,
    state: 'held', sendAt: sendAt.toISOString(), afterSending: writing.then ?? null,
  })
  await attachFiles(ctx, request, messageId, writing.attachmentIds ?? [])
  forgetDraft(ctx, requestId, 'reply')
  addSearchText(ctx, requestId, writing.text)
  enqueue(ctx, 'requests.release', { messageId }, { runAt: sendAt, key: messageId })
  await emit(ctx, 'request.reply-held', { subject: requestId, teamId: request.teamId, data: { message: messageId, sendAt: sendAt.toISOString() } })
  return messageId
}

async function writeNote(ctx: Ctx, request: LockedRequest, writing: Writing): Promise<string> {
  const messageId = insertMessage(ctx, { requestId: request.id, customerId: request.customerId, kind: 'note', authorKind: 'agent', authorId: ctx.actor.id, authorName: ctx.actor.name, channel: 'internal', body: writing.text, state: 'kept', toId: writing.to ?? null })
  await attachFiles(ctx, request, messageId, writing.attachmentIds ?? [])
  forgetDraft(ctx, request.id, 'note')
  if (writing.to !== undefined) noticeTo(ctx, writing.to, request.id, 'whispered', messageId)
  for (const personId of new Set(writing.mentions ?? [])) if (personId !== ctx.actor.id && personId !== writing.to) noticeTo(ctx, personId, request.id, 'mentioned', messageId)
  addSearchText(ctx, request.id, writing.text, NOTE_MARK)
  await emit(ctx, 'request.noted', { subject: request.id, teamId: request.teamId, data: { message: messageId, mentions: writing.mentions ?? [], ...(writing.to === undefined ? {} : { to: writing.to }) } })
  return messageId
}

/** Takes a held reply back and makes it the draft again. Throws 409 `requests.already-sent`. */
export async function unsendMessage(ctx: Ctx, requestId: string, messageId: string): Promise<string> {
  const request = await lockRequest(ctx, requestId)
  const [message] = await opened(ctx, ctx.db<{ id: string; body: string }[]>`
    delete from requests.message where id = ${messageId} and request_id = ${requestId} and state = 'held' and author_id = ${ctx.actor.id} returning id, body`, { body: sealedMessage.body })
  if (!message) throw new Fault('requests.already-sent', 409)
  ctx.later(ctx.db`delete from platform.job where queue = 'requests.release' and key = ${messageId} and leased_by is null`)
  saveDraft(ctx, request, 'reply', message.body)
  await emit(ctx, 'request.reply-withdrawn', { subject: requestId, teamId: request.teamId, data: { message: messageId } })
  return message.body
}

/** Sends a held reply: the first response is met, the channels carry it out. Nothing when it was taken back. */
export async function releaseMessage(ctx: Ctx, messageId: string): Promise<void> {
  const [message] = await opened(ctx, ctx.db<{ id: string; requestId: string; body: string; afterSending: string | null; authorId: string | null }[]>`
    update requests.message set state = 'queued', state_at = ${ctx.now}, send_at = null where id = ${messageId} and state = 'held'
    returning id, request_id, body, after_sending, author_id`, { body: sealedMessage.body })
  if (!message) return
  const request = await lockRequest(ctx, message.requestId)
  await outgoing(ctx, request, { messageId, body: message.body, by: message.authorId })
  if (message.afterSending === 'wait' && ['assign', 'execute'].includes(request.stage)) await waitFor(ctx, request, { for: 'customer' })
}

/** What every outgoing message does to its request. */
export async function outgoing(ctx: Ctx, request: LockedRequest, message: { messageId: string; body: string; by: string | null }): Promise<void> {
  const first = !request.firstResponseAt
  const now = ctx.now.toISOString()
  await moveRequest(ctx, request, { lastMessageAt: now, lastSnippet: snippet(message.body), lastBy: 'agent', ...(first ? { firstResponseAt: now } : {}) }, 'answered', { answered: true })
  await emit(ctx, 'request.replied', { subject: request.id, teamId: request.teamId, data: { message: message.messageId, by: message.by, isFirst: first, isInTime: first ? !request.clocks.some((clock) => clock.kind === 'first-response' && clock.breachedAt !== null) : null } })
}

/** Sends a failed message again. */
export async function resendMessage(ctx: Ctx, requestId: string, messageId: string): Promise<void> {
  const request = await lockRequest(ctx, requestId)
  const rows = await ctx.db`update requests.message set state = 'queued', state_why = null, state_at = ${ctx.now} where id = ${messageId} and request_id = ${requestId} and state in ('failed', 'uncertain') returning id`
  if (!rows.length) throw new Fault('requests.not-failed', 409)
  await emit(ctx, 'request.resent', { subject: requestId, teamId: request.teamId, data: { message: messageId } })
}

const RANK: Record<string, number> = { held: 0, queued: 1, uncertain: 2, failed: 2, sent: 3, delivered: 4, read: 5 }

/** A channel reports what became of an outgoing message; a late report never moves it backwards, except that a bounce after sending fails it. */
export async function setDelivery(ctx: Ctx, messageId: string, state: 'queued' | 'sent' | 'delivered' | 'read' | 'failed' | 'uncertain', why: string | null = null): Promise<void> {
  const [message] = await ctx.db<{ requestId: string; state: string; stateWhy: string | null; teamId: string | null; customerId: string }[]>`
    select m.request_id, m.state, m.state_why, r.team_id, r.customer_id from requests.message m join requests.request r on r.id = m.request_id where m.id = ${messageId} for update of m`
  if (!message) throw notFound('requests.message')
  const bounced = state === 'failed' && message.state !== 'read'
  // Sent, and later found to be sent perhaps twice.
  const doubted = state === message.state && why !== null && message.stateWhy === null
  if (!bounced && !doubted && (RANK[state] ?? 0) <= (RANK[message.state] ?? 0)) return
  // A server's own words often name the address.
  const isKey = why === null || /^[a-z]+(\.[a-z-]+)+$/.test(why)
  if (!isKey) await holdKey(ctx, message.customerId)
  ctx.later(ctx.db`update requests.message set state = ${state}, state_why = ${isKey ? why : ctx.app.vault.seal(message.customerId, sealedMessage.stateWhy[0], messageId, why)}, state_at = ${ctx.now} where id = ${messageId}`)
  await emit(ctx, `request.message-${state}`, { subject: message.requestId, teamId: message.teamId, data: { message: messageId, why: isKey ? why : null } })
}

/** The actor's draft of this kind, the customer's key at hand; an empty text forgets it. */
export function saveDraft(ctx: Ctx, { id: requestId, customerId }: { id: string; customerId: string }, kind: string, body: string): void {
  if (!body.trim()) return forgetDraft(ctx, requestId, kind)
  const sealed = ctx.app.vault.seal(customerId, DRAFT, draftRow({ requestId, personId: ctx.actor.id!, kind }), body)
  ctx.later(ctx.db`insert into requests.draft (person_id, request_id, kind, body, at) values (${ctx.actor.id}, ${requestId}, ${kind}, ${sealed}, ${ctx.now})
    on conflict (person_id, request_id, kind) do update set body = excluded.body, at = excluded.at`)
}
function forgetDraft(ctx: Ctx, requestId: string, kind: string): void {
  ctx.later(ctx.db`delete from requests.draft where person_id = ${ctx.actor.id} and request_id = ${requestId} and kind = ${kind}`)
}
