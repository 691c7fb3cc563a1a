/** A further word of the customer, from whichever channel. */
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import { giveFiles } from '../../platform/files.ts'
import { moveRequest } from './clocks.ts'
import { reopenRequest } from './feedback.ts'
import { snippet } from './request.ts'
import { addSearchText } from './words.ts'
import { attachFiles, insertMessage, type LockedRequest, lockRequest } from './store.ts'

export interface CustomerMessage {
  source: string
  key: string
  channel: string
  text: string
  html?: string | null
  quoted?: string | null
  oddities?: string[]
  authorName: string
  customerId: string
  rawFileId?: string | null
  attachmentIds?: string[]
}
export interface Received { messageId: string; requestId: string; isNew: boolean; isReopened: boolean }

/** A further word of the customer. In feedback or shortly after closing it brings the request back to work. Null when it is closed for good: the caller opens a linked request. */
export async function receiveMessage(ctx: Ctx, requestId: string, message: CustomerMessage): Promise<Received | null> {
  const [before] = await ctx.db<{ requestId: string; messageId: string }[]>`select request_id, message_id from requests.intake where source = ${message.source} and key = ${message.key}`
  if (before) return { ...before, isNew: false, isReopened: false }
  const request = await lockRequest(ctx, requestId)
  const now = ctx.now.toISOString()
  if (request.stage === 'closed' && (request.reopenUntil ?? '') < now) return null
  const messageId = insertMessage(ctx, { requestId, customerId: request.customerId, kind: 'customer', authorKind: 'customer', authorId: message.customerId, authorName: message.authorName, channel: message.channel, body: message.text,
    html: message.html, quoted: message.quoted, oddities: message.oddities, state: 'received', rawFileId: message.rawFileId })
  ctx.later(ctx.db`insert into requests.intake (source, key, fingerprint, request_id, message_id, at) values (${message.source}, ${message.key}, ${Buffer.alloc(0)}, ${requestId}, ${messageId}, ${ctx.now})`)
  await attachFiles(ctx, request, messageId, message.attachmentIds ?? [])
  if (message.rawFileId) await giveFiles(ctx, request.customerId, [message.rawFileId])
  addSearchText(ctx, requestId, message.text)
  const isAnswerable = request.stage !== 'feedback' && request.stage !== 'closed'
  await moveRequest(ctx, request, { lastMessageAt: now, lastSnippet: snippet(message.text), lastBy: 'customer' }, 'wrote', isAnswerable ? { wrote: true } : {})
  await emit(ctx, 'request.customer-wrote', { subject: requestId, teamId: request.teamId, data: { message: messageId, channel: message.channel, customer: request.customerId } })
  const isReopened = await backToWork(ctx, request)
  return { messageId, requestId, isNew: true, isReopened }
}

async function backToWork(ctx: Ctx, request: LockedRequest): Promise<boolean> {
  if (request.stage === 'track' && request.waitingFor === 'customer') {
    await moveRequest(ctx, request, { stage: 'execute', stageSince: ctx.now.toISOString(), waitingFor: null, waitUntil: null, waitReason: null }, 'wrote')
    await emit(ctx, 'request.resumed', { subject: request.id, teamId: request.teamId, data: { because: 'customer-wrote' } })
    return false
  }
  if (request.stage !== 'feedback' && request.stage !== 'closed') return false
  await reopenRequest(ctx, request, 'requests.reason-customer-wrote')
  return true
}
