/** What waits for a person's eye: looked at, released into a request, or discarded. */
import { classifyMail, parseMailBounded } from '../../../lib/mail/index.ts'
import { maskForeign } from '../../../lib/masking/index.ts'
import type { Infer } from '../../../platform/http/contract.ts'
import type { Ctx } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault, notFound } from '../../../platform/fault.ts'
import { systemActor } from '../../../platform/access/index.ts'
import { seesAll } from '../../customers/index.ts'
import type { mail as contract } from './contract.ts'
import { readRaw } from './read.ts'
import { coverAddress, type FullMail, selectMail, selectMailbox, updateVerdict } from './store.ts'
import { enter, type Sender } from './take.ts'

const MOST_HEADERS = 200

async function mustFind(ctx: Ctx, id: string, lock = false): Promise<FullMail> {
  const mail = await selectMail(ctx, id, lock)
  if (!mail) throw notFound('channels.mail')
  return mail
}

/** Headers and text as plain text: nothing of a doubtful mail is rendered. */
export async function viewMail(ctx: Ctx, id: string): Promise<Infer<typeof contract.mail.response>> {
  const { bytes, headerId: _, rawFileId: __, ...found } = await mustFind(ctx, id)
  const row = coverAddress(ctx, found)
  const cover = (text: string): string => seesAll(ctx) ? text : maskForeign(text, [])
  const empty = { ...row, headers: [], text: '', oddities: [], attachments: [] }
  if (!bytes) return empty
  const parsed = await parseMailBounded(bytes)
  if (!('mail' in parsed)) return { ...empty, text: cover(bytes.toString('latin1', 0, 4000)) }
  const { mail } = parsed
  const headers = [...mail.headers].flatMap(([name, values]) => values.map((value) => ({ name, value: cover(value.slice(0, 2000)) }))).slice(0, MOST_HEADERS)
  return { ...row, headers, text: cover(mail.text.slice(0, 100_000)), oddities: mail.oddities.map((oddity) => oddity.code), attachments: mail.attachments.map(({ name, contentType, size }) => ({ name, contentType, size })) }
}

export async function rawMail(ctx: Ctx, id: string): Promise<Buffer> {
  const { bytes } = await mustFind(ctx, id)
  if (!bytes) throw notFound('channels.mail')
  return bytes
}

/** Makes a request of it, by the same gate as any mail. Throws 409 `channels.mail.not-quarantined`. */
export async function releaseMail(ctx: Ctx, id: string, sender: Sender): Promise<{ requestId: string; number: number }> {
  const mail = await mustFind(ctx, id, true)
  const mailbox = await selectMailbox(ctx, mail.mailboxId)
  if (mail.verdict !== 'quarantined' || !mail.bytes || !mail.rawFileId || !mailbox) throw new Fault('channels.mail.not-quarantined', 409)
  const reading = await readRaw(mail.bytes)
  // The customer's request, not the colleague's: who released it is in the event.
  const became = await enter({ ...ctx, actor: systemActor }, { mailbox, reading, kind: reading.mail && { ...classifyMail(reading.mail), mayAutoReply: false }, rawFileId: mail.rawFileId, threads: [] }, sender)
  await updateVerdict(ctx, id, 'request', became.requestId, became.messageId)
  await emit(ctx, 'channels.mail-released', { subject: became.requestId ?? null, data: { mail: id } })
  const [request] = await ctx.db<{ number: number }[]>`select number from requests.request where id = ${became.requestId!}`
  return { requestId: became.requestId!, number: request!.number }
}

export async function discardMail(ctx: Ctx, id: string): Promise<void> {
  const mail = await mustFind(ctx, id, true)
  if (mail.verdict !== 'quarantined') throw new Fault('channels.mail.not-quarantined', 409)
  await updateVerdict(ctx, id, 'discarded')
  await emit(ctx, 'channels.mail-discarded', { subject: id, data: { from: mail.verdict } })
}
