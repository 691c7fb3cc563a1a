/**
 * The gate for mail. Each mail becomes, in one transaction with its record, a request, a message of one, a bounce
 * at the message it belongs to, or an item somebody can see and release. A mail that comes again is only counted.
 */
import { classifyMail, listThreadMarks, readMessageId, readReplyAddress, type Classification, type DeliveryReport } from '../../../lib/mail/index.ts'
import { type App, type Ctx, run } from '../../../platform/context.ts'
import { violatedKey } from '../../../platform/database/index.ts'
import { enqueue } from '../../../platform/jobs/index.ts'
import { foldEmail } from '../../customers/index.ts'
import { acceptRequest, addAttachment, MOST_BYTES, receiveMessage, setDelivery } from '../../requests/index.ts'
import { storeFile } from '../../../platform/files.ts'
import type { Verdict } from './contract.ts'
import { markKey } from './mailboxes.ts'
import { authenticate, type Reading, readRaw } from './read.ts'
import { insertDuplicates, insertMail, type KnownMail, type MailboxRecord, mayWriteAutomatically, renumberMails, selectKnown, selectMailboxes, selectOutgoing, selectThreads, type Thread } from './store.ts'
import { mailText } from './words.ts'

export interface Place { uid: number; uidValidity: number }
export interface Taken { verdict: Verdict; mailId: string; requestId: string | null; messageId: string | null }
interface Became { verdict: Verdict; reason?: string | null; requestId?: string | null; messageId?: string | null }

const AUTOMATIC_PAUSE_MS = 3_600_000
const MOST_ATTACHMENTS = 50

/** Takes one raw mail in. Throws only when the database can't be reached; then nothing of the mail is stored. */
export async function takeIn(app: App, mailboxId: string, raw: Buffer, place?: Place): Promise<Taken> {
  const reading = await readRaw(raw)
  for (let attempt = 1; ; attempt++) {
    try {
      return await run(app, {}, (ctx) => takeRead(ctx, mailboxId, reading, place))
    } catch (error) {
      // Somebody else has just taken the same mail: the next look finds it.
      if (attempt >= 3 || !['mail_fingerprint', 'mail_uid'].includes(violatedKey(error) ?? '')) throw error
    }
  }
}

/** Keeps a mail that our own program failed on, so that the mailbox goes on and somebody sees it. */
export const setAside = (app: App, mailboxId: string, raw: Buffer, place: Place, size: number, reason: string): Promise<string> => run(app, {}, async (ctx) => insertMail(ctx, {
  mailboxId, direction: 'in', headerId: null, ...place, rawFileId: storeFile(ctx, raw), verdict: 'quarantined', reason, address: '', subject: '', size }))

async function takeRead(ctx: Ctx, mailboxId: string, reading: Reading, place: Place | undefined): Promise<Taken> {
  const key = markKey(ctx.app)
  const marks = reading.mail ? listThreadMarks(reading.mail, key) : []
  const [[known], mailboxes, threads] = await Promise.all([
    selectKnown(ctx, mailboxId, [reading.fingerprint]), selectMailboxes(ctx),
    marks.length ? selectThreads(ctx, marks.filter((mark) => mark.by === 'reply-address').map((mark) => mark.id), marks.filter((mark) => mark.by === 'message-id').map((mark) => mark.id), foldEmail(reading.from.address)) : [],
  ])
  if (known) return countAgain(ctx, mailboxId, known, reading.raw.length, place)
  const rawFileId = storeFile(ctx, reading.raw)
  const mailbox = mailboxes.find((one) => one.id === mailboxId)
  if (!mailbox) throw new Error(`no mailbox ${mailboxId}`)
  const addresses = mailboxes.map((one) => one.address)
  const isOwn = readReplyAddress(reading.from.address, key) !== undefined
  const kind = reading.mail ? classifyMail(reading.mail, { addresses: isOwn ? [...addresses, reading.from.address] : addresses, isOwnMessageId: (id) => readMessageId(id, key) !== undefined }) : null
  const became = await decide(ctx, { mailbox, reading, kind, rawFileId, threads, isMarked: marks.length > 0, messageIds: marks.filter((mark) => mark.by === 'message-id').map((mark) => mark.id) })
  const mailId = insertMail(ctx, { mailboxId, direction: 'in', headerId: reading.headerId, fingerprint: reading.fingerprint, rawFileId, address: reading.from.address, subject: reading.subject, size: reading.raw.length, ...place, ...became })
  return { verdict: became.verdict, mailId, requestId: became.requestId ?? null, messageId: became.messageId ?? null }
}

/** A known mail under another number: the server renumbered it, or it was delivered once more. */
async function countAgain(ctx: Ctx, mailboxId: string, known: KnownMail, size: number, place: Place | undefined): Promise<Taken> {
  if (place && known.uidValidity !== place.uidValidity) await renumberMails(ctx, place.uidValidity, [{ id: known.id, headerId: null, uid: place.uid, size }])
  else if (place && known.uid !== place.uid) await insertDuplicates(ctx, mailboxId, place.uidValidity, [{ id: known.id, headerId: null, uid: place.uid, size }])
  return { verdict: 'duplicate', mailId: known.id, requestId: known.requestId, messageId: known.messageId }
}

interface Case { mailbox: MailboxRecord; reading: Reading; kind: Classification | null; rawFileId: string; threads: Thread[]; isMarked: boolean; messageIds: string[] }

async function decide(ctx: Ctx, one: Case): Promise<Became> {
  const { reading, kind } = one
  // Bounces and loops first: their senders are often missing on purpose.
  if (kind?.kind === 'own-loop') return { verdict: 'own-loop', reason: 'channels.mail.own-loop' }
  if (kind?.kind === 'bounce') return bounce(ctx, one, kind.delivery)
  if (kind?.kind === 'auto-reply' && one.isMarked) return { verdict: 'auto-reply', reason: 'channels.mail.auto-reply', requestId: one.threads[0]?.requestId ?? null }
  if (reading.trouble) return { verdict: 'quarantined', reason: `channels.mail.${reading.trouble}` }
  // A machine's answer to nothing of ours: a person may have written it all the same, so it is kept where people look.
  if (kind?.kind === 'auto-reply') return { verdict: 'quarantined', reason: 'channels.mail.auto-reply' }
  return enter(ctx, one)
}

/** The message a returned mail speaks of fails, with the server's words. Delays and receipts change nothing. */
async function bounce(ctx: Ctx, one: Case, report: DeliveryReport | undefined): Promise<Became> {
  const original = report?.originalMessageId ? readMessageId(report.originalMessageId, markKey(ctx.app)) : undefined
  const [message] = await selectOutgoing(ctx, [...(original ? [original] : []), ...one.messageIds])
  const recipient = report?.recipients.find((each) => each.isPermanent) ?? report?.recipients[0]
  const words = [recipient?.status, recipient?.diagnostic].filter(Boolean).join(' ').toWellFormed() || null
  const hasFailed = report !== undefined && (report.recipients.length === 0 || report.recipients.some((each) => each.isPermanent))
  if (message && hasFailed) await setDelivery(ctx, message.id, 'failed', words ?? 'channels.mail.bounced')
  return { verdict: 'bounce', reason: message ? (words ?? 'channels.mail.bounced') : 'channels.mail.bounce-of-unknown', requestId: message?.requestId ?? null, messageId: message?.id ?? null }
}

/** What a release may say about a mail whose sender could not be read. */
export interface Sender { email?: string; name?: string }

/** A person's mail becomes a message of the request whose signed mark it carries, if its sender is that request's customer; else a request. */
export async function enter(ctx: Ctx, one: Omit<Case, 'isMarked' | 'messageIds'>, sender: Sender = {}): Promise<Became> {
  const { mailbox, reading, rawFileId, kind } = one
  const proof = reading.mail ? authenticate(reading.mail, mailbox.trustedAuthServer) : 'unknown'
  const oddities = [...reading.oddities, ...(proof === 'failed' ? ['dmarc-fail'] : [])]
  const { ids: attachmentIds, isComplete } = await keepAttachments(ctx, reading)
  if (!isComplete) oddities.push('parts-truncated')
  const word = { source: `mail:${mailbox.id}`, key: reading.fingerprint.toString('hex'), channel: 'email', text: reading.body, html: reading.html, quoted: reading.quoted, rawFileId, attachmentIds }
  const address = sender.email ?? reading.from.address
  const thread = proof === 'failed' ? undefined : one.threads.find((each) => each.isTheirs)
  if (thread) {
    const received = await receiveMessage(ctx, thread.requestId, { ...word, oddities, authorName: reading.from.name || address, customerId: thread.customerId })
    if (received) return { verdict: 'message', requestId: received.requestId, messageId: received.messageId }
  }
  // Whoever else holds the mark (forwarded, copied, used as somebody's address) gets a request of their own, linked for us alone.
  const about = thread ?? one.threads[0]
  const accepted = await acceptRequest(ctx, {
    ...word, channelAccount: mailbox.id, subject: reading.subject || mailText(thread?.language ?? 'zh-Hant')('channels.mail.no-subject'), oddities: about && !thread ? [...oddities, 'unknown-sender'] : oddities,
    customer: { name: sender.name ?? (reading.from.name || (address ? undefined : mailText('zh-Hant')('channels.mail.no-name'))), email: address || undefined, verified: mailbox.trustsSenders || proof === 'passed', channel: 'email' },
    teamId: thread?.teamId ?? mailbox.teamId ?? undefined, serviceId: thread?.serviceId ?? mailbox.serviceId ?? undefined,
    ...(about ? { linkedFrom: about.requestId, linkKind: thread ? 'follow-up' : 'unknown-sender' } : {}),
  })
  if (mailbox.acknowledges && mailbox.smtp && address && proof !== 'failed' && kind?.mayAutoReply === true && (await mayWriteAutomatically(ctx, foldEmail(address), AUTOMATIC_PAUSE_MS)))
    enqueue(ctx, 'channels.acknowledge', { requestId: accepted.id, mailboxId: mailbox.id, answers: reading.headerId }, { key: accepted.id, lane: mailbox.smtp.host })
  return { verdict: 'request', requestId: accepted.id, messageId: accepted.messageId }
}

async function keepAttachments(ctx: Ctx, reading: Reading): Promise<{ ids: string[]; isComplete: boolean }> {
  const ids: string[] = []
  const files = (reading.mail?.attachments ?? []).filter((file) => file.content.length > 0)
  const kept = files.filter((file) => file.content.length <= MOST_BYTES).slice(0, MOST_ATTACHMENTS)
  for (const file of kept) {
    ids.push((await addAttachment(ctx, { name: file.name, contentType: file.contentType, bytes: file.content, contentId: file.contentId?.toWellFormed().replaceAll('\0', '') ?? null })).id)
  }
  // What could not be read at all is handed on as it came.
  if (!reading.mail && reading.raw.length <= MOST_BYTES) ids.push((await addAttachment(ctx, { name: 'mail.eml', contentType: 'message/rfc822', bytes: reading.raw })).id)
  return { ids, isComplete: kept.length === files.length }
}
