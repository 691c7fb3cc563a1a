/** The shapes this folder speaks in: what a raw mail becomes, what is remarkable about it, and the bounds it is read within. */

/** One mailbox. `address` is canonical (`local@domain`, domain lower-case ASCII) or '' when it had to be refused. */
export interface MailAddress {
  name: string
  address: string
}

export interface MailAttachment {
  /** Name for people: no path, no control or direction characters; never use it as a storage key. */
  name: string
  /** As claimed by the sender, lower-case, without parameters: advice only. */
  contentType: string
  /** Bytes. */
  size: number
  content: Uint8Array
  /** Without angle brackets. */
  contentId: string | undefined
  /** Shown inside the HTML through its content id. */
  isInline: boolean
}

/**
 * What was remarkable. A person or a rule decides what follows; only `quarantineReason` below names those that
 * make the sender's identity unsafe.
 */
export type OddityCode =
  | 'empty'
  | 'headers-truncated'
  | 'parts-truncated'
  | 'structure-broken'
  | 'too-deep'
  | 'text-truncated'
  | 'from-missing'
  | 'from-repeated'
  | 'from-several'
  | 'from-refused'
  | 'sender-differs'
  | 'address-refused'
  | 'addresses-truncated'
  | 'name-imitates-address'
  | 'message-id-missing'
  | 'date-unreadable'
  | 'header-control-characters'
  | 'charset-guessed'
  | 'charset-mislabelled'
  | 'charset-unknown'
  | 'charset-refused'
  | 'transfer-encoding-unknown'
  | 'tnef-unpacked'
  | 'tnef-broken'
  | 'failed'

export interface Oddity {
  code: OddityCode
  /** Short, for the log and the agent: a header name, a charset, an error message. */
  detail?: string
}

export interface ParsedMail {
  from: MailAddress[]
  sender: MailAddress | undefined
  replyTo: MailAddress[]
  to: MailAddress[]
  cc: MailAddress[]
  /** Envelope recipients that mail servers wrote down (Delivered-To, X-Original-To, Envelope-To). */
  deliveredTo: string[]
  /** '' is the null return path of RFC 5321 (bounces), undefined when no Return-Path was written. */
  returnPath: string | undefined
  subject: string
  /** With angle brackets, as all ids here. */
  messageId: string | undefined
  inReplyTo: string[]
  /** Oldest first, at most the newest 100. */
  references: string[]
  /** What the sender claims; never a business time. */
  date: Date | undefined
  text: string
  /** Raw, dangerous: only ever shown through `cleanHtml`. */
  html: string | undefined
  attachments: MailAttachment[]
  /** Lower-case name → decoded, unfolded values in order. */
  headers: Map<string, string[]>
  /** Content type of the whole, lower-case, e.g. `multipart/report`. */
  contentType: string
  oddities: Oddity[]
  /** Bytes of the raw mail. */
  size: number
}

/** Bounds of one parse. A mail beyond them keeps what was read so far and an oddity. */
export const mailLimits = {
  headerBytes: 256 * 1024,
  headerLines: 2_000,
  parts: 500,
  depth: 50,
  /** Characters of text, and of HTML, kept for showing; the raw mail keeps everything. */
  textLength: 2_000_000,
  addresses: 1_000,
  addressHeaderLength: 128 * 1024,
  references: 100,
  nameLength: 200,
} as const

/** Why nobody may be written down as the sender of this mail; undefined when its identity can be read. */
export function quarantineReason(mail: ParsedMail): OddityCode | undefined {
  const unsafe: OddityCode[] = ['from-repeated', 'from-refused', 'from-missing', 'failed', 'empty']
  return mail.oddities.find(oddity => unsafe.includes(oddity.code))?.code
}

export function emptyMail(size: number): ParsedMail {
  return {
    from: [], sender: undefined, replyTo: [], to: [], cc: [], deliveredTo: [], returnPath: undefined, subject: '',
    messageId: undefined, inReplyTo: [], references: [], date: undefined, text: '', html: undefined, attachments: [],
    headers: new Map(), contentType: 'text/plain', oddities: [], size,
  }
}
