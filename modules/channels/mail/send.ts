/**
 * Answers on their way out. A try is written down before a server is spoken to, so that after a crash the next try
 * knows that the customer may have it already; every try carries the same signed Message-ID.
 */
import { createTransport } from 'nodemailer'
import { goOutside, OutsideRefused, wentOutside } from '../../../platform/outside.ts'
import { composeMail, type OutgoingMail, signMessageId } from '../../../lib/mail/index.ts'
import { type App, type Ctx, run } from '../../../platform/context.ts'
import type { StoredEvent } from '../../../platform/events/book.ts'
import { enqueue, type Job, RetryAt } from '../../../platform/jobs/index.ts'
import { deliveryOf, type Delivery, setDelivery } from '../../requests/index.ts'
import { followLink, rateLink } from '../chat/index.ts'
import { markKey, passwordOf, replyAddress, smtpOptions, withoutPassword } from './mailboxes.ts'
import { type Attempt, deleteMail, endAttempt, insertAttempt, insertMail, type MailboxRecord, selectAcknowledgement, selectAttempts, selectHeaderIds, selectMailbox, selectMailboxes, selectRoute, selectSentLines, senderOf, updateReason } from './store.ts'
import { mailText, writeAcknowledgement, writeAnswer } from './words.ts'

const GIVE_UP_MS = 2 * 86_400_000
const MINUTE = 60_000
const UNCERTAIN = 'channels.mail.delivery-uncertain'
const UNDER_WAY = 'channels.mail.under-way'
/** 1 min, 2, 4 … at most 6 hours; `tries` counts those made. */
export const pauseAfter = (tries: number): number => Math.min(360 * MINUTE, MINUTE * 2 ** Math.min(20, tries - 1))

/** Hears that a message is to go out and puts it into the lane of the server that will carry it. */
export async function routeMessage(ctx: Ctx, event: StoredEvent): Promise<void> {
  const messageId = String(event.data.message)
  const route = await selectRoute(ctx, messageId)
  if (!route || route.state !== 'queued' || route.channel === 'chat') return
  const mailbox = await senderFor(ctx, route.channelAccount)
  enqueue(ctx, 'channels.send-mail', { messageId }, { key: event.id, lane: mailbox?.smtp?.host ?? '' })
}

/** The mailbox the request came in by; else the first one that can send. */
export async function senderFor(ctx: Ctx, account: string | null): Promise<MailboxRecord | null> {
  const able = (await selectMailboxes(ctx)).filter((one) => one.isActive && one.smtp)
  return able.find((one) => one.id === account) ?? able[0] ?? null
}

/** A try that never ended, or broke off after the text was handed over, may have arrived. */
const mayHaveSent = ({ endedAt, outcome }: Attempt): boolean => endedAt === null || outcome === 'uncertain'

interface Prepared { mailbox: MailboxRecord; delivery: Delivery; mail: OutgoingMail; attemptId: string; attempts: Attempt[]; /** What said already that it was sent. */ linesBefore: readonly string[] }

export async function sendMail(app: App, job: Job<{ messageId: string }>): Promise<void> {
  const prepared = await run(app, {}, (ctx) => prepare(ctx, job.payload.messageId))
  if (!prepared) return
  const { mailbox, mail, attemptId, attempts } = prepared
  const isRepeated = attempts.some(mayHaveSent)
  // Only the mail server's trouble is a failed try: a database that goes away after the mail has left says nothing of it.
  const handed = await hand(app, mailbox, mail).then((answer) => ({ answer }), (error: unknown) => { if (!isSmtpError(error)) throw error; return { error } })
  if ('answer' in handed) return run(app, {}, (ctx) => recordSent(ctx, prepared, handed.answer, isRepeated))
  const retryAt = await run(app, {}, (ctx) => recordFailure(ctx, prepared, attemptId, handed.error, attempts))
  if (retryAt) throw new RetryAt(retryAt, handed.error.message)
}

/** It has been sent. A try that never ended may have sent it too: the one that says so may have looked before that one began, and written after. */
async function doubt(ctx: Ctx, messageId: string): Promise<void> {
  const [lines, attempts] = await Promise.all([selectSentLines(ctx, messageId), selectAttempts(ctx, messageId)])
  if (!lines.length || !attempts.some(mayHaveSent)) return
  await setDelivery(ctx, messageId, 'sent', UNCERTAIN)
  for (const line of lines) ctx.later(updateReason(ctx, line, UNCERTAIN))
}

async function prepare(ctx: Ctx, messageId: string): Promise<Prepared | null> {
  const delivery = await deliveryOf(ctx, messageId, { lock: true })
  if (!delivery) {
    await doubt(ctx, messageId)
    return null
  }
  const mailbox = await senderFor(ctx, delivery.channelAccount)
  if (!mailbox || !delivery.toAddress) {
    await withoutMail(ctx, delivery, mailbox !== null)
    return null
  }
  const [attempts, headers, linesBefore] = await Promise.all([selectAttempts(ctx, messageId), selectHeaderIds(ctx, delivery.requestId), selectSentLines(ctx, messageId)])
  const mail = await compose(ctx, mailbox, delivery, headers).catch(async (error: unknown) => {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error
    await setDelivery(ctx, messageId, 'failed', 'channels.mail.cannot-compose')
    return null
  })
  return mail && { mailbox, delivery, mail, attempts, linesBefore, attemptId: insertAttempt(ctx, messageId, mailbox.id) }
}

// Portal, chat and API clients show answers by themselves; on the telephone and at the counter they are spoken.
async function withoutMail(ctx: Ctx, delivery: Delivery, hasMailbox: boolean): Promise<void> {
  if (['portal', 'api', 'chat'].includes(delivery.channel)) return setDelivery(ctx, delivery.messageId, 'sent', 'channels.mail.shown-on-page')
  if (delivery.channel === 'phone' || delivery.channel === 'outlet') return setDelivery(ctx, delivery.messageId, 'sent', 'channels.mail.told-in-person')
  return setDelivery(ctx, delivery.messageId, 'failed', hasMailbox ? 'channels.mail.no-address' : 'channels.mail.no-mailbox')
}

export const hostOf = (mailbox: MailboxRecord): string => mailbox.address.slice(mailbox.address.lastIndexOf('@') + 1)
const safeId = /^<[^<>\s\p{Cc}]{1,500}>$/u

async function compose(ctx: Ctx, mailbox: MailboxRecord, delivery: Delivery, headers: { headerId: string; direction: 'in' | 'out' }[]): Promise<OutgoingMail> {
  const { app } = ctx
  const chain = headers.map((one) => one.headerId).filter((one) => safeId.test(one))
  const isRateable = delivery.isResult && !delivery.asksCustomer
  const written = writeAnswer(delivery.language, delivery.number, delivery.body, { follow: followLink(app, delivery.requestId), ...(isRateable ? { rate: (score) => rateLink(app, delivery.requestId, score) } : {}) }, delivery.asksCustomer)
  const subject = delivery.subject.replace(/^(?:re|回覆|回复|答覆|答复)\s*[:：]\s*/i, '')
  const mail = composeMail({
    from: { name: mailbox.name, address: mailbox.address }, to: [{ name: '', address: delivery.toAddress! }], replyTo: { name: mailbox.name, address: replyAddress(app, mailbox, delivery.requestId) },
    subject: mailText(delivery.language)('channels.mail.answer-subject', { subject, number: String(delivery.number) }), ...written,
    messageId: signMessageId(delivery.messageId, hostOf(mailbox), markKey(app)), references: chain, inReplyTo: headers.findLast((one) => one.direction === 'in' && safeId.test(one.headerId))?.headerId,
    attachments: delivery.attachments.map((file) => ({ name: file.name, contentType: file.contentType, content: file.bytes })), date: ctx.now,
  })
  mail.headers['X-Loopdesk-Request'] = String(delivery.number)
  return mail
}

async function recordSent(ctx: Ctx, { mailbox, delivery, mail, attemptId, linesBefore }: Prepared, answer: string, wasTried: boolean): Promise<void> {
  ctx.later(endAttempt(ctx, attemptId, 'sent', answer))
  // One that took this job over meanwhile may have sent it as well, and may never come to say so.
  const isRepeated = wasTried || (await selectAttempts(ctx, delivery.messageId)).some((one) => one.id > attemptId && mayHaveSent(one))
  // Holds the message, so that two tries that met (a process stood still, another took its job over) write one line.
  await setDelivery(ctx, delivery.messageId, 'sent', isRepeated ? UNCERTAIN : null)
  await wentOutside(ctx, mailbox.smtp!.host, delivery.requestId)
  // By name and not by time: the other's line bears the moment its transaction began, which may be long before it could be read.
  const other = (await selectSentLines(ctx, delivery.messageId)).find((line) => !linesBefore.includes(line))
  if (other) {
    if (isRepeated) ctx.later(updateReason(ctx, other, UNCERTAIN))
    return
  }
  insertMail(ctx, { mailboxId: mailbox.id, direction: 'out', headerId: mail.messageId, verdict: 'sent', reason: isRepeated ? UNCERTAIN : null, address: delivery.toAddress!, subject: mail.subject, size: mail.text.length, requestId: delivery.requestId, messageId: delivery.messageId })
}

/** When to try again; null when this was the end. */
async function recordFailure(ctx: Ctx, { delivery }: Prepared, attemptId: string, error: SmtpError, before: Attempt[]): Promise<Date | null> {
  const words = (error.response ?? error.message).toWellFormed().replaceAll('\0', '').slice(0, 500)
  const first = new Date(before[0]?.at ?? ctx.now)
  const isLate = ctx.now.getTime() - first.getTime() >= GIVE_UP_MS
  if (isPermanent(error)) {
    ctx.later(endAttempt(ctx, attemptId, 'failed', words))
    await setDelivery(ctx, delivery.messageId, 'failed', words)
    return null
  }
  ctx.later(endAttempt(ctx, attemptId, mayHaveArrived(error) ? 'uncertain' : 'later', words))
  if (!isLate) return new Date(ctx.now.getTime() + pauseAfter(before.length + 1))
  await setDelivery(ctx, delivery.messageId, 'failed', 'channels.mail.given-up')
  return null
}

export interface SmtpError extends Error { code?: string; command?: string; response?: string; responseCode?: number; permanent?: boolean; originalCode?: string; timeoutType?: string }
const CODES = /^(E(CONNECTION|TIMEDOUT|SOCKET|DNS|TLS|REQUIRETLS|PROTOCOL|ENVELOPE|MESSAGE|STREAM|ABORT|AUTH|NOAUTH|MAXLIMIT|MAXRECIPIENTS|CONFIG|PROXY|CONNREFUSED|CONNRESET|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN))$/
/** The server's trouble, or that nobody may go there now: neither is a fault of the program, and both may pass. */
export const isSmtpError = (error: unknown): error is SmtpError => error instanceof OutsideRefused || (error instanceof Error && CODES.test((error as SmtpError).code ?? ''))
// A refused sign-in is our setting, not the customer's address: it is mended and tried again.
export const isPermanent = (error: SmtpError): boolean => error.code !== 'EAUTH' && (error.permanent === true || error.code === 'EMAXRECIPIENTS' || (error.code === 'EENVELOPE' && error.responseCode === undefined))
// A connection that broke off in the middle does not say how far it came; one never made does.
export const mayHaveArrived = (error: SmtpError): boolean => error.responseCode === undefined
  && ((error.code === 'ECONNECTION' && error.command !== undefined) || error.timeoutType === 'SOCKET_TIMEOUT' || /^(ECONNRESET|EPIPE)$/.test(error.originalCode ?? error.code ?? ''))

interface Pooled { version: number; transport: ReturnType<typeof openTransport> }
const pools = new WeakMap<App, Map<string, Pooled>>()
// Requeueing inside the pool would send again without an attempt on record.
const openTransport = (app: App, mailbox: MailboxRecord) => createTransport({ ...smtpOptions(mailbox.smtp!, passwordOf(app, mailbox, 'smtp')), pool: true, maxConnections: 2, maxMessages: 100, maxRequeues: 0 })

/** Gives the mail to the mailbox's server; answers the server's words. */
export async function hand(app: App, mailbox: MailboxRecord, mail: OutgoingMail): Promise<string> {
  await goOutside(app, 'mail-out', mailbox.smtp!.host)
  try {
    const { response } = await transportOf(app, mailbox).sendMail(mail)
    return response
  } catch (error) {
    throw withoutPassword(error, mailbox.smtp!.user, passwordOf(app, mailbox, 'smtp'))
  }
}

function transportOf(app: App, mailbox: MailboxRecord): Pooled['transport'] {
  let open = pools.get(app)
  if (!open) pools.set(app, (open = new Map()))
  const known = open.get(mailbox.id)
  if (known?.version === mailbox.version) return known.transport
  known?.transport.close()
  const transport = openTransport(app, mailbox)
  // A connection that breaks while nothing is sent concerns nobody; unheard it would end the program.
  transport.on('error', () => {})
  open.set(mailbox.id, { version: mailbox.version, transport })
  return transport
}

export function closeTransports(app: App): void {
  for (const { transport } of pools.get(app)?.values() ?? []) transport.close()
  pools.delete(app)
}

/**
 * Tells a sender once that the mail has arrived. It is worth a few tries, not two days of them. It stands in the log as
 * under way before a server is spoken to, and until that has answered.
 */
export async function acknowledge(app: App, job: Job<{ requestId: string; mailboxId: string; answers: string | null }>): Promise<void> {
  const { requestId, answers } = job.payload
  const prepared = await run(app, {}, async (ctx) => {
    const mailbox = await selectMailbox(ctx, job.payload.mailboxId)
    const [request] = await ctx.db<{ number: number; language: string }[]>`select number, language from requests.request where id = ${requestId} and human_asked_at is null`
    const address = await senderOf(ctx, requestId)
    if (!mailbox?.isActive || !mailbox.smtp || !request || !address) return null
    const written = writeAcknowledgement(request.language, request.number, followLink(app, requestId))
    const mail = composeMail({
      from: { name: mailbox.name, address: mailbox.address }, to: [{ name: '', address }], replyTo: { name: mailbox.name, address: replyAddress(app, mailbox, requestId) }, ...written,
      // The request's own id: nothing else is ever sent under it, and a returned one belongs to no message.
      messageId: signMessageId(requestId, hostOf(mailbox), markKey(app)), isAutomatic: true, date: ctx.now, ...(answers && safeId.test(answers) ? { inReplyTo: answers, references: [answers] } : {}),
    })
    const before = await selectAcknowledgement(ctx, requestId)
    if (before && before.reason === null) return null
    // From now on the first try, should it come to its end after all, finds that it was not the only one.
    if (before) ctx.later(updateReason(ctx, before.id, UNCERTAIN))
    const mailId = before?.id ?? insertMail(ctx, { mailboxId: mailbox.id, direction: 'out', headerId: mail.messageId, verdict: 'acknowledgement', reason: UNDER_WAY, address, subject: mail.subject, size: mail.text.length, requestId })
    return { mailbox, mail, mailId, isRepeated: before !== undefined }
  })
  if (!prepared) return
  const { mailbox, mail, mailId, isRepeated } = prepared
  try {
    await hand(app, mailbox, mail)
  } catch (error) {
    if (!isSmtpError(error)) throw error
    if (!isRepeated) await run(app, {}, async (ctx) => { ctx.later(mayHaveArrived(error) ? updateReason(ctx, mailId, UNCERTAIN) : deleteMail(ctx, mailId, UNDER_WAY)) })
    if (!isPermanent(error)) throw error
    return
  }
  await run(app, {}, async (ctx) => {
    if (!isRepeated) ctx.later(updateReason(ctx, mailId, null, UNDER_WAY))
    await wentOutside(ctx, mailbox.smtp!.host, requestId)
  })
}
