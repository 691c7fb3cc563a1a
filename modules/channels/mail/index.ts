/**
 * The mail channel: any number of mailboxes read by IMAP and answered by SMTP. `takeIn` is the gate every raw mail
 * passes, whoever brings it. Answers of portal and API requests leave by the first mailbox that can send.
 */
import { type Ctx, run } from '../../../platform/context.ts'
import type { Mount } from '../../../platform/http/server.ts'
import type { Module } from '../../../platform/module.ts'
import { closeMailWorkers, selfTestCleaner } from '../../../lib/mail/index.ts'
import { fileHeaders } from '../../requests/index.ts'
import { mail } from './contract.ts'
import { addMailbox, changeMailbox, listMailboxes, testMailbox } from './mailboxes.ts'
import { discardMail, rawMail, releaseMail, viewMail } from './quarantine.ts'
import { startReceiving } from './receive.ts'
import { acknowledge, closeTransports, routeMessage, sendMail } from './send.ts'
import { deleteOldTraces, forgetMails, listMails } from './store.ts'

export { type ColleagueMail, type Handed, mailColleague } from './colleague.ts'
export { addMailbox, changeMailbox } from './mailboxes.ts'
export { type Taken, takeIn } from './take.ts'

function mountMail(mount: Mount): void {
  mount(mail.mailboxes, (ctx) => listMailboxes(ctx))
  mount(mail.addMailbox, (ctx, { body }) => addMailbox(ctx, body))
  mount(mail.changeMailbox, (ctx, { params, body }) => changeMailbox(ctx, params.id, body))
  mount(mail.testMailbox, async (ctx, { body, reply }) => reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(await testMailbox(ctx, body))))
  mount(mail.mails, (ctx, { query }) => listMails(ctx, query))
  mount(mail.mail, (ctx, { params }) => viewMail(ctx, params.id))
  mount(mail.rawMail, async (ctx, { params, reply }) => {
    const bytes = await rawMail(ctx, params.id)
    return reply.headers(fileHeaders({ name: 'mail.eml', bytes }, false)).send(bytes)
  })
  mount(mail.release, (ctx, { params, body }) => releaseMail(ctx, params.id, body))
  mount(mail.discard, (ctx, { params }) => discardMail(ctx, params.id))
}

const DAY = 86_400_000
const ago = (ctx: Ctx, days: number): Date => new Date(ctx.now.getTime() - days * DAY)

export const mailPart: Omit<Module, 'name'> = {
  contract: mail,
  routes: mountMail,
  events: { followers: { 'customer.key-destroyed': (ctx, event) => forgetMails(ctx, event.subject!) }, listeners: { 'request.replied': routeMessage, 'request.resent': routeMessage } },
  queues: {
    // Give-up is by time; the count only has to be out of its way.
    'channels.send-mail': { work: sendMail, perLane: 2, attempts: 1000 },
    'channels.acknowledge': { work: acknowledge, perLane: 2, attempts: 6 },
    'channels.forget-mail-traces': { every: DAY, work: (app) => run(app, {}, (ctx) => deleteOldTraces(ctx, { duplicates: ago(ctx, 30), attempts: ago(ctx, 90), automatic: ago(ctx, 1) })) },
  },
  selfTest: () => selfTestCleaner(),
  services: async (app, { log }) => {
    const receiving = await startReceiving(app, log)
    return [{ stop: async () => { await receiving.stop(); closeTransports(app); await closeMailWorkers() } }]
  },
}
