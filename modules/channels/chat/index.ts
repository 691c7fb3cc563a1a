/**
 * What customers use without signing in: the portal, the page that follows a request, the chat. They enter by
 * tokens that open one request or one conversation and nothing else.
 */
import { run, type Ctx } from '../../../platform/context.ts'
import type { StoredEvent } from '../../../platform/events/book.ts'
import type { Module } from '../../../platform/module.ts'
import { deliveryOf, setDelivery } from '../../requests/index.ts'
import { chat } from './contract.ts'
import { mountChat } from './routes.ts'
import { deleteOldSessions } from './store.ts'

export { limiter } from './limits.ts'
export { asVisitor } from './speak.ts'
export { claimOf } from './store.ts'
export { followLink, rateLink, requestOfToken } from './tokens.ts'

const KEPT_MS = 90 * 86_400_000

/** A reply in a chat is sent by being there to be shown; so is one on the portal when there is no address to mail it to. */
async function showReply(ctx: Ctx, event: StoredEvent): Promise<void> {
  const delivery = await deliveryOf(ctx, String(event.data.message))
  if (delivery && (delivery.channel === 'chat' || (delivery.channel === 'portal' && !delivery.toAddress))) await setDelivery(ctx, delivery.messageId, 'sent')
}

export const chatPart: Omit<Module, 'name'> = {
  contract: chat,
  routes: mountChat,
  events: { listeners: { 'request.replied': showReply, 'request.resent': showReply } },
  queues: {
    'channels.forget-conversations': { every: 86_400_000, work: (app) => run(app, {}, async (ctx) => { await deleteOldSessions(ctx, new Date(ctx.now.getTime() - KEPT_MS)) }) },
  },
}
