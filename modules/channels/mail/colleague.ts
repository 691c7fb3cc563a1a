/** A mail to somebody who works here. It belongs to no request, and an answer to it starts none by its marks. */
import { composeMail } from '../../../lib/mail/index.ts'
import { type App, reading } from '../../../platform/context.ts'
import { hand, hostOf, isPermanent, isSmtpError, mayHaveArrived, senderFor } from './send.ts'

export interface ColleagueMail {
  /** Every try of the same mail has the same id, so that a second copy is recognised. */
  id: string
  to: { name: string; address: string }
  subject: string
  text: string
  attachments: readonly { name: string; contentType: string; content: Uint8Array }[]
}
/** sent · later: may be tried again · uncertain: may have arrived · failed: never will. `why`: the server's words, or a text key. */
export interface Handed { outcome: 'sent' | 'later' | 'uncertain' | 'failed'; why: string | null }

/** Outside any transaction: it speaks to a server. */
export async function mailColleague(app: App, mail: ColleagueMail): Promise<Handed> {
  const ctx = reading(app, {})
  const mailbox = await senderFor(ctx, null)
  if (!mailbox) return { outcome: 'failed', why: 'channels.mail.no-mailbox' }
  let composed
  try {
    composed = composeMail({
      from: { name: mailbox.name, address: mailbox.address }, to: [mail.to], subject: mail.subject, text: mail.text, isAutomatic: true, date: ctx.now,
      messageId: `<report.${mail.id}@${hostOf(mailbox)}>`, attachments: [...mail.attachments],
    })
  } catch (error) {
    // A login need not be an address.
    if (error instanceof TypeError || error instanceof RangeError) return { outcome: 'failed', why: 'channels.mail.no-address' }
    throw error
  }
  // RFC 3834: it answers nothing.
  composed.headers['Auto-Submitted'] = 'auto-generated'
  try {
    await hand(app, mailbox, composed)
    return { outcome: 'sent', why: null }
  } catch (error) {
    if (!isSmtpError(error)) throw error
    const why = (error.response ?? error.message).toWellFormed().replaceAll('\0', '').slice(0, 500)
    return { outcome: isPermanent(error) ? 'failed' : mayHaveArrived(error) ? 'uncertain' : 'later', why }
  }
}
