/** Connecting mailboxes: settings in, settings without passwords out, and one try of the servers. */
import { ImapFlow } from 'imapflow'
import { createTransport } from 'nodemailer'
import { canonicalAddress, signReplyAddress } from '../../../lib/mail/index.ts'
import { newId } from '../../../lib/id/index.ts'
import type { App, Ctx } from '../../../platform/context.ts'
import { violatedKey } from '../../../platform/database/index.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault, notFound } from '../../../platform/fault.ts'
import { connectOutside } from '../../../platform/outside.ts'
import { isLoopbackName, readNetwork } from '../network.ts'
import type { Mailbox, MailboxChange, NewMailbox, ServerIn } from './contract.ts'
import { seal, unseal } from './secrets.ts'
import { insertMailbox, type MailboxRecord, type MailboxValues, selectMailbox, selectMailboxes, type Server, updateMailbox } from './store.ts'

export const markKey = (app: App): Buffer => app.keys.for('mail marks')

const shownServer = (server: Server | null, secret: Buffer | null): Mailbox['imap'] => (server ? { host: server.host, port: server.port, tls: server.tls, user: server.user, hasPassword: secret !== null } : null)
const shown = (row: MailboxRecord): Mailbox => ({
  id: row.id, name: row.name, address: row.address, imap: shownServer(row.imap, row.imapSecret), smtp: shownServer(row.smtp, row.smtpSecret), teamId: row.teamId, serviceId: row.serviceId, isActive: row.isActive,
  acknowledges: row.acknowledges, trustedAuthServer: row.trustedAuthServer, trustsSenders: row.trustsSenders, marksReplyAddress: row.marksReplyAddress, takesExisting: row.takesExisting, state: row.state, stateWhy: row.stateWhy, lastSeenAt: row.lastSeenAt, version: row.version,
})
export const listMailboxes = async (ctx: Ctx): Promise<{ rows: Mailbox[] }> => ({ rows: (await selectMailboxes(ctx)).map(shown) })

async function viewMailbox(ctx: Ctx, id: string): Promise<Mailbox> {
  const row = await selectMailbox(ctx, id)
  if (!row) throw notFound('channels.mail')
  return shown(row)
}

/** Connects a mailbox. Throws 422 `channels.mail.port-refused`, `…needs-tls`, `…address-too-long`, 409 `…address-taken`. */
export async function addMailbox(ctx: Ctx, given: NewMailbox): Promise<Mailbox> {
  const id = newId()
  const address = canonicalAddress(given.address)
  if (!address) throw new Fault('input.email', 422)
  const values = await valuesOf(ctx, id, null, given)
  mustBeMarkable(ctx.app, address, values)
  await insertMailbox(ctx, { ...values, id, address, takesExisting: given.takesExisting ?? false }).catch((error: unknown) => {
    throw violatedKey(error) === 'mailbox_address_key' ? new Fault('channels.mail.address-taken', 409) : error
  })
  await emit(ctx, 'channels.mailbox-added', { subject: id, data: { name: given.name, address } })
  return viewMailbox(ctx, id)
}

export async function changeMailbox(ctx: Ctx, id: string, change: MailboxChange): Promise<Mailbox> {
  const before = await selectMailbox(ctx, id)
  if (!before) throw notFound('channels.mail')
  const values = await valuesOf(ctx, id, before, change)
  mustBeMarkable(ctx.app, before.address, values)
  const isOtherBox = before.imap?.host !== values.imap?.host || before.imap?.user !== values.imap?.user
  if (!(await updateMailbox(ctx, id, change.version, values, isOtherBox))) throw new Fault('channels.mail.changed-meanwhile', 409)
  await emit(ctx, 'channels.mailbox-changed', { subject: id, data: { before: of(before), after: of(values) } })
  return viewMailbox(ctx, id)
}

export const replyAddress = (app: App, mailbox: Pick<MailboxRecord, 'address' | 'marksReplyAddress'>, requestId: string): string =>
  mailbox.marksReplyAddress ? signReplyAddress(mailbox.address, requestId, markKey(app)) : mailbox.address

function mustBeMarkable(app: App, address: string, { marksReplyAddress }: MailboxValues): void {
  try {
    replyAddress(app, { address, marksReplyAddress }, newId())
  } catch {
    throw new Fault('channels.mail.address-too-long', 422)
  }
}

async function valuesOf(ctx: Ctx, id: string, before: MailboxRecord | null, given: Partial<Omit<MailboxChange, 'version'>>): Promise<MailboxValues> {
  const imap = given.imap === undefined ? (before?.imap ?? null) : given.imap
  const smtp = given.smtp === undefined ? (before?.smtp ?? null) : given.smtp
  await mustBeAllowed(ctx, given)
  return {
    name: given.name ?? before?.name ?? '',
    imap: imap && bare(imap), imapSecret: given.imap === undefined ? (before?.imapSecret ?? null) : secretOf(ctx.app, id, 'imap', given.imap, before?.imap, before?.imapSecret),
    smtp: smtp && bare(smtp), smtpSecret: given.smtp === undefined ? (before?.smtpSecret ?? null) : secretOf(ctx.app, id, 'smtp', given.smtp, before?.smtp, before?.smtpSecret),
    teamId: given.teamId === undefined ? (before?.teamId ?? null) : given.teamId,
    serviceId: given.serviceId === undefined ? (before?.serviceId ?? null) : given.serviceId,
    isActive: given.isActive ?? before?.isActive ?? true,
    acknowledges: given.acknowledges ?? before?.acknowledges ?? true,
    trustedAuthServer: given.trustedAuthServer === undefined ? (before?.trustedAuthServer ?? null) : given.trustedAuthServer,
    trustsSenders: given.trustsSenders ?? before?.trustsSenders ?? false,
    marksReplyAddress: given.marksReplyAddress ?? before?.marksReplyAddress ?? true,
  }
}

/** What the audit compares: everything but the passwords. */
const of = ({ name, imap, smtp, teamId, serviceId, isActive, acknowledges, trustedAuthServer, trustsSenders, marksReplyAddress }: MailboxValues) =>
  ({ name, imap: imap && bare(imap), smtp: smtp && bare(smtp), teamId, serviceId, isActive, acknowledges, trustedAuthServer, trustsSenders, marksReplyAddress })

const bare = ({ host, port, tls, user }: Server): Server => ({ host: host.toLowerCase(), port, tls, user })
// A kept password follows only its own server: otherwise changing the host would send it to whoever listens there.
const isSame = (a: Server, b: Server | null | undefined): boolean => b !== null && b !== undefined && a.host.toLowerCase() === b.host && a.port === b.port && a.user === b.user && a.tls === b.tls
function secretOf(app: App, id: string, which: 'imap' | 'smtp', given: ServerIn | null, before: Server | null | undefined, secret: Buffer | null | undefined): Buffer | null {
  if (!given) return null
  if (given.password !== undefined) return seal(app, `mailbox:${id}:${which}`, given.password)
  return isSame(given, before) ? (secret ?? null) : null
}

async function mustBeAllowed(ctx: Ctx, { imap, smtp }: { imap?: Server | null | undefined; smtp?: Server | null | undefined }): Promise<void> {
  const network = await readNetwork(ctx)
  for (const [way, server] of [['mail-in', imap], ['mail-out', smtp]] as const) {
    if (!server) continue
    if (!network.mailPorts.includes(server.port)) throw new Fault('channels.mail.port-refused', 422, { port: server.port })
    if (server.tls === 'none' && !network.clearText && !isLoopbackName(server.host)) throw new Fault('channels.mail.needs-tls', 422)
    await connectOutside(ctx, way, server.host)
  }
}

export const passwordOf = (app: App, row: MailboxRecord, which: 'imap' | 'smtp'): string => {
  const secret = which === 'imap' ? row.imapSecret : row.smtpSecret
  return secret ? unseal(app, `mailbox:${row.id}:${which}`, secret) : ''
}

/** Takes the password out of what a server said: some repeat the command they refuse, and their words are kept and logged. */
export function withoutPassword<T>(error: T, user: string, password: string): T {
  if (password.length < 4 || !(error instanceof Error)) return error
  const spellings = [password, Buffer.from(password).toString('base64'), Buffer.from(`\0${user}\0${password}`).toString('base64')]
  const words = error as unknown as Record<string, unknown>
  for (const key of new Set(['message', 'stack', ...Object.keys(error)])) {
    const text = words[key]
    if (typeof text === 'string' && spellings.some((one) => text.includes(one))) words[key] = spellings.reduce((rest, one) => rest.replaceAll(one, '•••'), text)
  }
  return error
}

const TIMEOUTS = { connectionTimeout: 15_000, greetingTimeout: 15_000 }
export const imapClient = (server: Server, pass: string): ImapFlow => new ImapFlow({
  host: server.host, port: server.port, secure: server.tls === 'tls', ...(server.tls === 'tls' ? {} : { doSTARTTLS: server.tls === 'starttls' }),
  auth: { user: server.user, pass }, logger: false, maxIdleTime: 240_000, socketTimeout: 300_000, ...TIMEOUTS,
})
export const smtpOptions = (server: Server, pass: string) => ({
  host: server.host, port: server.port, secure: server.tls === 'tls', requireTLS: server.tls === 'starttls', ignoreTLS: server.tls === 'none',
  ...(server.user ? { auth: { user: server.user, pass } } : {}), ...TIMEOUTS, socketTimeout: 60_000, disableFileAccess: true, disableUrlAccess: true,
})

type Outcome = 'ok' | 'failed' | null
/** Signs in once. The answer is the same whatever went wrong: who may configure must not map the network by it. */
export async function testMailbox(ctx: Ctx, given: { id?: string; imap?: ServerIn; smtp?: ServerIn }): Promise<{ imap: Outcome; smtp: Outcome }> {
  await mustBeAllowed(ctx, given)
  const row = given.id ? await selectMailbox(ctx, given.id) : null
  const password = (which: 'imap' | 'smtp'): string => {
    const server = given[which]
    if (server?.password !== undefined) return server.password
    return row && server && isSame(server, row[which]) ? passwordOf(ctx.app, row, which) : ''
  }
  const began = performance.now()
  const [imap, smtp] = await Promise.all([given.imap ? tryImap(bare(given.imap), password('imap')) : null, given.smtp ? trySmtp(bare(given.smtp), password('smtp')) : null])
  // Refused at once or never answered would tell whether something is there.
  if (imap === 'failed' || smtp === 'failed') await new Promise((wake) => setTimeout(wake, Math.max(0, 2_000 - (performance.now() - began))))
  return { imap, smtp }
}
async function tryImap(server: Server, pass: string): Promise<Outcome> {
  const client = imapClient(server, pass)
  client.on('error', () => {})
  try {
    await client.connect()
    await client.mailboxOpen('INBOX', { readOnly: true })
    return 'ok'
  } catch {
    return 'failed'
  } finally {
    client.close()
  }
}
async function trySmtp(server: Server, pass: string): Promise<Outcome> {
  const transport = createTransport(smtpOptions(server, pass))
  try {
    await transport.verify()
    return 'ok'
  } catch {
    return 'failed'
  } finally {
    transport.close()
  }
}
