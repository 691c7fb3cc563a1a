/**
 * What customers use without signing in: the portal, the page that follows a request, the chat. They enter by
 * tokens that open one request or one conversation and nothing else.
 */
import { run, type Ctx } from '../../../platform/context.ts'
import type { StoredEvent } from '../../../platform/events/book.ts'
import { enqueue } from '../../../platform/jobs/index.ts'
import type { Module } from '../../../platform/module.ts'
import { deliveryOf, setDelivery } from '../../requests/index.ts'
import { selectMailboxes } from '../mail/store.ts'
import { chat } from './contract.ts'
import { mountChat } from './routes.ts'
import { deleteOldSessions, forgetSessions } from './store.ts'

export { asVisitor } from './speak.ts'
export { claimOf } from './store.ts'
export { followLink, rateLink, requestOfToken } from './tokens.ts'

const KEPT_MS = 90 * 86_400_000

/** A reply nobody has looked at for so long is mailed, if the visitor left an address. */
const UNSEEN_MS = 3 * 60_000

// A reply in a chat is sent by being there to be shown. Where it can also be mailed, that is held back until it is
// clear that the visitor has left; a page that shows it first ends the waiting.
async function showReply(ctx: Ctx, event: StoredEvent): Promise<void> {
  const delivery = await deliveryOf(ctx, String(event.data.message))
  if (delivery?.channel !== 'chat') return
  const { messageId } = delivery
  if (delivery.toAddress && (await sender(ctx))) enqueue(ctx, 'channels.mail-unseen', { messageId }, { key: messageId, runAt: new Date(ctx.now.getTime() + UNSEEN_MS) })
  else await setDelivery(ctx, messageId, 'sent')
}

const sender = async (ctx: Ctx) => (await selectMailboxes(ctx)).find((mailbox) => mailbox.isActive && mailbox.smtp)

async function mailUnseen(ctx: Ctx, messageId: string): Promise<void> {
  if (!(await deliveryOf(ctx, messageId))) return
  const mailbox = await sender(ctx)
  if (mailbox) enqueue(ctx, 'channels.send-mail', { messageId }, { key: messageId, lane: mailbox.smtp?.host ?? '' })
  else await setDelivery(ctx, messageId, 'sent')
}

export const chatPart: Omit<Module, 'name'> = {
  contract: chat,
  routes: mountChat,
  events: { followers: { 'customer.key-destroyed': (ctx, event) => forgetSessions(ctx, event.subject!) }, listeners: { 'request.replied': showReply, 'request.resent': showReply } },
  queues: {
    'channels.mail-unseen': { work: (app, job: { payload: { messageId: string } }) => run(app, {}, (ctx) => mailUnseen(ctx, job.payload.messageId)) },
    'channels.forget-conversations': { every: 86_400_000, work: (app) => run(app, {}, async (ctx) => { await deleteOldSessions(ctx, new Date(ctx.now.getTime() - KEPT_MS)) }) },
  },
}
