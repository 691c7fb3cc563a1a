/** Mailboxes, what came and went through them, and what waits in quarantine. */
import { z } from 'zod'
import type { Endpoints } from '../../../platform/http/contract.ts'
import { byId, cursor, email, id, instant, limit, line, page, text } from '../../../platform/http/shapes.ts'

const host = z.string().max(253).regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$|^[0-9a-f:.]+$/i, { message: 'input.wrong-value' })
/** tls: from the first byte; starttls: upgraded, or nothing is sent; none: in the clear, for servers on the same machine. */
const server = { host, port: z.number().int().min(1).max(65535), tls: z.enum(['tls', 'starttls', 'none']), user: text(254) }
const ServerIn = z.strictObject({ ...server, password: text(500).optional() })
const ServerOut = z.object({ host: z.string(), port: z.number(), tls: z.enum(['tls', 'starttls', 'none']), user: z.string(), hasPassword: z.boolean() })
export type ServerIn = z.infer<typeof ServerIn>

export const Mailbox = z.object({
  id, name: z.string(), address: z.string(), imap: ServerOut.nullable(), smtp: ServerOut.nullable(), teamId: id.nullable(), serviceId: id.nullable(), isActive: z.boolean(),
  acknowledges: z.boolean(), trustedAuthServer: z.string().nullable(), trustsSenders: z.boolean(), marksReplyAddress: z.boolean(), takesExisting: z.boolean(),
  state: z.enum(['new', 'ok', 'failing']), stateWhy: z.string().nullable(), lastSeenAt: instant.nullable(), version: z.number(),
})
export type Mailbox = z.infer<typeof Mailbox>

const settings = {
  name: line(120), imap: ServerIn.nullable(), smtp: ServerIn.nullable(), teamId: id.nullable(), serviceId: id.nullable(), isActive: z.boolean(), acknowledges: z.boolean(),
  /** Name the receiving server signs its Authentication-Results with; null: no sender counts as proven. */
  trustedAuthServer: host.nullable(),
  /** Every sender counts as proven: only for mailboxes that nobody outside can write to. */
  trustsSenders: z.boolean(),
  /** Answers are asked to go to `address+mark@host`. Off for servers that don't deliver such addresses: then Message-IDs alone carry the mark. */
  marksReplyAddress: z.boolean(),
}
export const NewMailbox = z.strictObject({ ...z.object(settings).partial().shape, name: settings.name, address: email, takesExisting: z.boolean().optional() })
export type NewMailbox = z.infer<typeof NewMailbox>
export const MailboxChange = z.strictObject({ ...z.object(settings).partial().shape, version: z.number().int() })
export type MailboxChange = z.infer<typeof MailboxChange>

export const verdicts = ['request', 'message', 'bounce', 'auto-reply', 'own-loop', 'quarantined', 'discarded', 'duplicate', 'sent', 'acknowledgement'] as const
export type Verdict = (typeof verdicts)[number]
export const MailRow = z.object({
  id, mailboxId: id, direction: z.enum(['in', 'out']), verdict: z.enum(verdicts),
  /** Text key, or the server's own words for bounces. */
  reason: z.string().nullable(),
  /** The other side: sender of what came, recipient of what went. */
  address: z.string(), subject: z.string(), size: z.number(), requestId: id.nullable(), messageId: id.nullable(), at: instant,
})
export type MailRow = z.infer<typeof MailRow>
export const MailView = MailRow.extend({
  headers: z.array(z.object({ name: z.string(), value: z.string() })), text: z.string(), oddities: z.array(z.string()),
  attachments: z.array(z.object({ name: z.string(), contentType: z.string(), size: z.number() })),
})

const outcome = z.enum(['ok', 'failed']).nullable()
const refusals = ['channels.mail.port-refused', 'channels.mail.address-too-long', 'channels.mail.address-taken'] as const

export const mail = {
  mailboxes: { method: 'GET', path: '/api/mailboxes', access: 'channels.read', response: z.object({ rows: z.array(Mailbox) }) },
  addMailbox: { method: 'POST', path: '/api/mailboxes', access: 'channels.configure', status: 201, body: NewMailbox, response: Mailbox, faults: refusals, summary: 'Connect a mailbox; unless takesExisting is set, only mail that arrives from now on is taken in.' },
  changeMailbox: { method: 'PATCH', path: '/api/mailboxes/:id', access: 'channels.configure', params: byId, body: MailboxChange, response: Mailbox, faults: [...refusals, 'channels.mail.changed-meanwhile', 'channels.mail.not-found'], summary: 'Change a mailbox; a password that is left out stays as it is.' },
  testMailbox: { method: 'POST', path: '/api/mailboxes/test', access: 'channels.configure', kind: 'raw', idempotency: 'none', body: z.strictObject({ id: id.optional(), imap: ServerIn.optional(), smtp: ServerIn.optional() }), response: z.object({ imap: outcome, smtp: outcome }), faults: refusals,
    summary: 'Sign in to the servers once. The answer says only whether it worked.' },

  mails: { method: 'GET', path: '/api/mails', access: 'mails.read', reads: 'mail-list', summary: 'What came and went, newest first.', response: page(MailRow),
    query: z.strictObject({ mailboxId: id.optional(), verdict: z.enum(verdicts).optional(), direction: z.enum(['in', 'out']).optional(), requestId: id.optional(), search: text(200).optional(), cursor: cursor.optional(), limit: limit(200, 50) }) },
  mail: { method: 'GET', path: '/api/mails/:id', access: 'mails.read', reads: 'mail', params: byId, response: MailView, faults: ['channels.mail.not-found'] },
  rawMail: { method: 'GET', path: '/api/mails/:id/raw', access: 'mails.release', reads: 'mail-source', kind: 'raw', params: byId, summary: 'The mail as it came, as a download.', faults: ['channels.mail.not-found'] },
  release: { method: 'PUT', path: '/api/mails/:id/release', access: 'mails.release', params: byId, response: z.object({ requestId: id, number: z.number() }), faults: ['channels.mail.not-found', 'channels.mail.not-quarantined'],
    body: z.strictObject({ email: email.optional(), name: line(200).optional() }), summary: 'Make a request of a quarantined mail; `email` names its sender when the mail does not.' },
  discard: { method: 'DELETE', path: '/api/mails/:id', access: 'mails.release', params: byId, faults: ['channels.mail.not-found', 'channels.mail.not-quarantined'], summary: 'Take a mail out of quarantine for good; it stays in the log.' },
} as const satisfies Endpoints
