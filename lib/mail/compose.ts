import { canonicalAddress } from './addresses.ts'
import { cleanHtml, textToHtml } from './clean.ts'
import type { MailAddress } from './mail.ts'
import { plainFileName, plainText, singleLine } from './visible.ts'

export interface Composition {
  from: MailAddress
  to: MailAddress[]
  cc?: MailAddress[]
  replyTo?: MailAddress
  subject: string
  text: string
  /** Own markup; cleaned like any other. Made from `text` when absent. */
  html?: string
  messageId: string
  inReplyTo?: string
  references?: string[]
  /** An answer of the machine: marked so that other machines keep silent (RFC 3834). */
  isAutomatic?: boolean
  attachments?: { name: string; contentType: string; content: Uint8Array; contentId?: string }[]
  /** When the mail is sent. */
  date: Date
}

/** What nodemailer takes, and nothing of it could name a file or an address to load. */
export interface OutgoingMail {
  from: MailAddress
  to: MailAddress[]
  cc: MailAddress[]
  replyTo: MailAddress | undefined
  subject: string
  text: string
  html: string
  messageId: string
  inReplyTo: string | undefined
  references: string[]
  date: Date
  headers: Record<string, string>
  attachments: { filename: string; contentType: string; content: Buffer; cid: string | undefined; contentDisposition: 'attachment' | 'inline' }[]
  disableFileAccess: true
  disableUrlAccess: true
}

/**
 * A mail ready for sending: plain text and HTML say the same, no header holds a line end, each address is canonical.
 * @throws TypeError when an address, the Message-ID or a content type is none: nobody would know whom it reaches
 */
export function composeMail(composition: Composition): OutgoingMail {
  const text = plainText(composition.text)
  const headers: Record<string, string> = {}
  if (composition.isAutomatic === true) {
    headers['Auto-Submitted'] = 'auto-replied'
    headers['X-Auto-Response-Suppress'] = 'All'
    headers['Precedence'] = 'auto_reply'
  }
  return {
    from: safeMailbox(composition.from),
    to: composition.to.map(safeMailbox),
    cc: (composition.cc ?? []).map(safeMailbox),
    replyTo: composition.replyTo === undefined ? undefined : safeMailbox(composition.replyTo),
    subject: singleLine(composition.subject, 500),
    text,
    html: composition.html === undefined ? textToHtml(text) : cleanHtml(composition.html, { cid: id => `cid:${id}`, keepsRemoteImages: true }).html,
    messageId: safeMessageId(composition.messageId),
    inReplyTo: composition.inReplyTo === undefined ? undefined : safeMessageId(composition.inReplyTo),
    references: shortened((composition.references ?? []).map(safeMessageId)),
    date: composition.date,
    headers,
    attachments: (composition.attachments ?? []).map(attachment => ({
      filename: plainFileName(attachment.name, 'attachment.bin'),
      contentType: safeContentType(attachment.contentType),
      content: Buffer.from(attachment.content.buffer, attachment.content.byteOffset, attachment.content.byteLength),
      cid: attachment.contentId === undefined ? undefined : singleLine(attachment.contentId, 200),
      contentDisposition: attachment.contentId === undefined ? 'attachment' : 'inline',
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

function safeMailbox(mailbox: MailAddress): MailAddress {
  const address = canonicalAddress(mailbox.address)
  if (address === undefined || address.toLowerCase() !== mailbox.address.trim().toLowerCase()) throw new TypeError(`not an address to send to: ${singleLine(mailbox.address, 100)}`)
  return { name: singleLine(mailbox.name, 200), address }
}

function safeMessageId(messageId: string): string {
  if (!/^<[^<>\s\p{Cc}]{1,990}>$/u.test(messageId)) throw new TypeError(`not a Message-ID: ${singleLine(messageId, 100)}`)
  return messageId
}

function safeContentType(contentType: string): string {
  if (!/^[\w!#$&^.+-]{1,80}\/[\w!#$&^.+-]{1,80}$/.test(contentType)) throw new TypeError(`not a content type: ${singleLine(contentType, 100)}`)
  return contentType
}

/** The first and the newest: servers refuse References of many kilobytes, and these two ends carry the thread. */
function shortened(references: string[]): string[] {
  return references.length <= 20 ? references : [...references.slice(0, 1), ...references.slice(-19)]
}
