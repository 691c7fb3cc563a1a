/** All SQL of the mail channel. */
import type { App, Ctx } from '../../../platform/context.ts'
import { destroyKey, HOUSE, opened } from '../../../platform/crypto/vault.ts'
import { coverQuery, coverWords } from '../../../platform/crypto/words.ts'
import { searchTokens, toTsquery } from '../../../lib/search/index.ts'
import type { Db } from '../../../platform/database/index.ts'
import { newId } from '../../../lib/id/index.ts'
import { fileColumns, type FileRow, openFiles } from '../../../platform/files.ts'
import { maskEmail, maskForeign } from '../../../lib/masking/index.ts'
import { addressIndex, foldEmail, seesAll } from '../../customers/index.ts'
import { visible } from '../../requests/index.ts'
import type { MailRow, Verdict } from './contract.ts'

export interface Server { host: string; port: number; tls: 'tls' | 'starttls' | 'none'; user: string }
export interface MailboxRecord {
  id: string
  name: string
  address: string
  imap: Server | null
  imapSecret: Buffer | null
  smtp: Server | null
  smtpSecret: Buffer | null
  teamId: string | null
  serviceId: string | null
  isActive: boolean
  acknowledges: boolean
  trustedAuthServer: string | null
  trustsSenders: boolean
  marksReplyAddress: boolean
  takesExisting: boolean
  takesSince: string | null
  uidValidity: number | null
  lastUid: number
  renumberedUntil: number
  lastSeenAt: string | null
  state: 'new' | 'ok' | 'failing'
  stateWhy: string | null
  version: number
  createdAt: string
}

type Reader = Pick<Ctx, 'db'>
export const selectMailboxes = (ctx: Reader): Promise<MailboxRecord[]> => ctx.db<MailboxRecord[]>`select * from channels.mailbox order by created_at, id`
export async function selectMailbox(ctx: Reader, id: string): Promise<MailboxRecord | null> {
  const [row] = await ctx.db<MailboxRecord[]>`select * from channels.mailbox where id = ${id}`
  return row ?? null
}

export type MailboxValues = Pick<MailboxRecord, 'name' | 'imap' | 'imapSecret' | 'smtp' | 'smtpSecret' | 'teamId' | 'serviceId' | 'isActive' | 'acknowledges' | 'trustedAuthServer' | 'trustsSenders' | 'marksReplyAddress'>
const asJson = (db: Db, value: unknown) => (value === null ? null : db.json(value as never))

export function insertMailbox(ctx: Ctx, row: MailboxValues & { id: string; address: string; takesExisting: boolean }) {
  return ctx.db`insert into channels.mailbox (id, name, address, imap, imap_secret, smtp, smtp_secret, team_id, service_id, is_active, acknowledges, trusted_auth_server, trusts_senders, marks_reply_address, takes_existing, takes_since, created_at)
    values (${row.id}, ${row.name}, ${row.address}, ${asJson(ctx.db, row.imap)}, ${row.imapSecret}, ${asJson(ctx.db, row.smtp)}, ${row.smtpSecret}, ${row.teamId}, ${row.serviceId}, ${row.isActive}, ${row.acknowledges},
      ${row.trustedAuthServer}, ${row.trustsSenders}, ${row.marksReplyAddress}, ${row.takesExisting}, ${row.takesExisting ? null : ctx.now}, ${ctx.now})`
}

/** False when somebody changed it meanwhile. Another server is another box: its numbering starts anew. */
export async function updateMailbox(ctx: Ctx, id: string, version: number, row: MailboxValues, isOtherBox: boolean): Promise<boolean> {
  const rows = await ctx.db`update channels.mailbox set name = ${row.name}, imap = ${asJson(ctx.db, row.imap)}, imap_secret = ${row.imapSecret}, smtp = ${asJson(ctx.db, row.smtp)}, smtp_secret = ${row.smtpSecret},
      team_id = ${row.teamId}, service_id = ${row.serviceId}, is_active = ${row.isActive}, acknowledges = ${row.acknowledges}, trusted_auth_server = ${row.trustedAuthServer}, trusts_senders = ${row.trustsSenders}, marks_reply_address = ${row.marksReplyAddress},
      uid_validity = case when ${isOtherBox} then null else uid_validity end, last_uid = case when ${isOtherBox} then 0 else last_uid end, takes_since = case when ${isOtherBox} and not takes_existing then ${ctx.now} else takes_since end, state = 'new', state_why = null, version = version + 1
    where id = ${id} and version = ${version} returning id`
  return rows.length > 0
}

const LEASE_SECONDS = 20

/** Takes free mailboxes to read and keeps the own ones, for 20 seconds of the database's clock. */
export const leaseMailboxes = (app: App, node: string): Promise<MailboxRecord[]> => app.pool<MailboxRecord[]>`
  update channels.mailbox set leased_by = ${node}, leased_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
  where is_active and imap is not null and (leased_by = ${node} or leased_until is null or leased_until < clock_timestamp()) returning *`
export const freeMailboxes = (app: App, node: string) => app.pool`update channels.mailbox set leased_by = null, leased_until = null where leased_by = ${node}`

/** The server's numbering as found on connecting; `lastUid` is where reading goes on. */
export const saveNumbering = (ctx: Ctx, id: string, numbering: { uidValidity: number; lastUid: number; renumberedUntil: number; takesSince: string | null }) =>
  ctx.db`update channels.mailbox set uid_validity = ${numbering.uidValidity}, last_uid = ${numbering.lastUid}, renumbered_until = ${numbering.renumberedUntil}, takes_since = ${numbering.takesSince} where id = ${id}`
export const saveProgress = (app: App, id: string, lastUid: number) =>
  app.pool`update channels.mailbox set last_uid = greatest(last_uid, ${lastUid}), last_seen_at = ${app.clock.now()} where id = ${id}`
/** True when the state is another than before. */
export async function saveState(ctx: Ctx, id: string, state: 'ok' | 'failing', why: string | null): Promise<boolean> {
  const [row] = await ctx.db<{ before: string }[]>`
    with old as (select state from channels.mailbox where id = ${id} for update)
    update channels.mailbox m set state = ${state}, state_why = ${why}, last_seen_at = case when ${state === 'ok'} then ${ctx.now} else last_seen_at end from old where m.id = ${id} returning old.state as before`
  return row !== undefined && row.before !== state
}

export interface NewMail {
  id?: string
  mailboxId: string
  direction: 'in' | 'out'
  headerId: string | null
  uidValidity?: number | null
  uid?: number | null
  fingerprint?: Buffer | null
  rawFileId?: string | null
  verdict: Verdict
  reason?: string | null
  address: string
  subject: string
  size: number
  requestId?: string | null
  messageId?: string | null
}
export function insertMail(ctx: Ctx, row: NewMail): string {
  const id = row.id ?? newId()
  const { masterId, wrapped } = ctx.app.vault.create(id)
  const kept = sealMail(ctx.app, id, { address: row.address.slice(0, 320), subject: row.subject.slice(0, 500), reason: row.reason ?? null })
  ctx.later(ctx.db`with kept as (
      insert into channels.mail (id, mailbox_id, direction, header_id, uid_validity, uid, fingerprint, raw_file_id, verdict, reason, address, address_index, subject, words, size, request_id, message_id, at)
      values (${id}, ${row.mailboxId}, ${row.direction}, ${row.headerId}, ${row.uidValidity ?? null}, ${row.uid ?? null}, ${row.fingerprint ?? null}, ${row.rawFileId ?? null}, ${row.verdict}, ${kept.reason},
        ${kept.address}, ${kept.index}, ${kept.subject}, array_to_tsvector(${kept.words}), ${row.size}, ${row.requestId ?? null}, ${row.messageId ?? null}, ${ctx.now}) returning id)
    insert into platform.data_key (id, master_id, wrapped) select id, ${masterId}, ${wrapped} from kept`)
  return id
}

const sealedMail = { address: ['channels.mail/address', 'id'], subject: ['channels.mail/subject', 'id'], reason: ['channels.mail/reason', 'id'] } as const
type Words = { address: string; subject: string; reason: string | null }
/** Stands before the words of an address, which only who may see all of them finds a mail by. */
const ADDRESS_MARK = '@'
const isTextKey = (words: string): boolean => /^[a-z]+(\.[a-z-]+)+$/.test(words)

function sealMail({ vault }: App, id: string, { address, subject, reason }: Words, owner = id) {
  const seal = (name: keyof Words, text: string | null) => (text ? vault.seal(owner, sealedMail[name][0], id, text) : text)
  return {
    address: seal('address', address)!, subject: seal('subject', subject)!, reason: reason && !isTextKey(reason) ? seal('reason', reason) : reason,
    index: address ? addressIndex({ vault }, 'email', foldEmail(address)) : null,
    words: [...coverWords(vault.index, searchTokens(subject)), ...coverWords(vault.index, searchTokens(address)).map((word) => ADDRESS_MARK + word)],
  }
}

export interface KnownMail { id: string; fingerprint: Buffer; uidValidity: number | null; uid: number | null; verdict: Verdict; requestId: string | null; messageId: string | null }
export const selectKnown = (ctx: Reader, mailboxId: string, fingerprints: Buffer[]): Promise<KnownMail[]> => ctx.db<KnownMail[]>`
  select id, fingerprint, uid_validity, uid, verdict, request_id, message_id from channels.mail where mailbox_id = ${mailboxId} and fingerprint in (select decode(h, 'hex') from unnest(${fingerprints.map((one) => one.toString('hex'))}::text[]) h)`
export async function selectKnownUids(app: App, mailboxId: string, uidValidity: number, uids: number[]): Promise<Set<number>> {
  const rows = await app.pool<{ uid: number }[]>`select uid from channels.mail where mailbox_id = ${mailboxId} and uid_validity = ${uidValidity} and uid = any(${uids}::bigint[])`
  return new Set(rows.map((row) => row.uid))
}

export interface Seen { id: string; headerId: string | null; uid: number; size: number }
/** The server's new numbers for mails that are known from before. */
export const renumberMails = (ctx: Ctx, uidValidity: number, mails: Seen[]) => ctx.db`
  update channels.mail m set uid_validity = ${uidValidity}, uid = n.uid from unnest(${mails.map((one) => one.id)}::uuid[], ${mails.map((one) => one.uid)}::bigint[]) n(id, uid) where m.id = n.id`
/** Further deliveries of mails that are known. */
export async function insertDuplicates(ctx: Ctx, mailboxId: string, uidValidity: number, mails: Seen[]): Promise<void> {
  const known = await opened(ctx, ctx.db<{ id: string; headerId: string | null; address: string; subject: string; requestId: string | null }[]>`
    select id, header_id, address, subject, request_id from channels.mail where id = any(${mails.map((one) => one.id)}::uuid[])`, { address: sealedMail.address, subject: sealedMail.subject })
  const byId = new Map(known.map((one) => [one.id, one]))
  const rows = mails.flatMap(({ id, uid, size }) => {
    const before = byId.get(id)
    if (!before) return []
    const newOne = newId()
    // Under the key of the first one: they end together.
    const kept = sealMail(ctx.app, newOne, { ...before, reason: null }, ctx.app.vault.has(id) ? id : HOUSE)
    return [{ id: newOne, header_id: before.headerId, uid, address: kept.address, address_index: kept.index, subject: kept.subject, words: kept.words, size, request_id: before.requestId }]
  })
  ctx.later(ctx.db`
    insert into channels.mail (id, mailbox_id, direction, header_id, uid_validity, uid, verdict, address, address_index, subject, words, size, request_id, at)
    select id, ${mailboxId}, 'in', header_id, ${uidValidity}, uid, 'duplicate', address, address_index, subject, array_to_tsvector(words), size, request_id, ${ctx.now}
    from jsonb_to_recordset(${ctx.db.json(rows as never)}) as n (id uuid, header_id text, uid bigint, address text, address_index text, subject text, words text[], size int, request_id uuid) on conflict do nothing`)
}

/** Ends with their customer: the keys of the mails of these requests. */
export async function forgetMails(ctx: Ctx, customerId: string): Promise<void> {
  const rows = await ctx.db<{ id: string }[]>`update channels.mail m set address_index = null, words = '' from requests.request r where r.id = m.request_id and r.customer_id = ${customerId} returning m.id`
  for (const { id } of rows) destroyKey(ctx, id)
}

export interface Thread { requestId: string; customerId: string; isTheirs: boolean; teamId: string | null; serviceId: string | null; language: string }
/** Requests that signed marks name (a confirmation's Message-ID is made from the request's own id), and whether the address belongs to the request's customer or a record folded with it. */
export const selectThreads = (ctx: Pick<Ctx, 'app' | 'db'>, requestIds: string[], messageIds: string[], address: string): Promise<Thread[]> => ctx.db<Thread[]>`
  select r.id as request_id, r.customer_id, r.team_id, r.service_id, r.language,
    exists (select 1 from customers.customer c join customers.customer f on coalesce(f.merged_into, f.id) = coalesce(c.merged_into, c.id)
      join customers.identity i on i.customer_id = f.id where c.id = r.customer_id and i.kind = 'email' and i.value = ${addressIndex(ctx.app, 'email', address)}) as is_theirs
  from requests.request r where r.id = any(${[...requestIds, ...messageIds]}::uuid[]) or r.id in (select m.request_id from requests.message m where m.id = any(${messageIds}::uuid[]))`

/** Which of these messages left this house. */
export const selectOutgoing = (ctx: Reader, messageIds: string[]): Promise<{ id: string; requestId: string }[]> => ctx.db<{ id: string; requestId: string }[]>`
  select id, request_id from requests.message where id = any(${messageIds}::uuid[]) and kind in ('reply', 'result', 'notice')`

/** True when this address may get an automatic mail now; it then counts as sent. */
export async function mayWriteAutomatically(ctx: Ctx, address: string, notWithinMs: number): Promise<boolean> {
  const rows = await ctx.db`insert into channels.automatic (address, at) values (${addressIndex(ctx.app, 'email', address)}, ${ctx.now})
    on conflict (address) do update set at = excluded.at where channels.automatic.at <= ${new Date(ctx.now.getTime() - notWithinMs)} returning 1`
  return rows.length > 0
}

const rowColumns = (ctx: Reader) => ctx.db`m.id, m.mailbox_id, m.direction, m.verdict, m.reason, m.address, m.subject, m.size, m.request_id, m.message_id, m.at`
// A mail is seen by who sees its request; one without a request by who sees all or works in its mailbox's team.
const inSight = (ctx: Ctx) => ctx.actor.scope === 'all' ? ctx.db`true` : ctx.db`case when m.request_id is not null then exists (select 1 from requests.request r where r.id = m.request_id and ${visible(ctx)})
  else exists (select 1 from channels.mailbox b where b.id = m.mailbox_id and (b.team_id is null or b.team_id = any(${ctx.actor.teamIds as string[]}::uuid[]))) end`

export async function listMails(ctx: Ctx, query: { mailboxId?: string; verdict?: Verdict; direction?: 'in' | 'out'; requestId?: string; search?: string; cursor?: string; limit: number }): Promise<{ rows: MailRow[]; next: string | null }> {
  const { db } = ctx
  const before = query.cursor && /^[0-9a-f-]{36}$/.test(query.cursor) ? query.cursor : null
  // By parts of a covered address one could spell it out: it is found whole.
  const search = query.search?.trim()
  const plain = search ? toTsquery(search) : ''
  const words = plain && coverQuery(ctx.app.vault.index, plain)
  const byWords = words ? db`or m.words @@ ${seesAll(ctx) ? words.replace(/'([^']*)'(:\*)?/g, (term, word: string, start = '') => `(${term} | '${ADDRESS_MARK}${word}'${String(start)})`) : words}::tsquery` : db``
  const rows = await opened(ctx, db<MailRow[]>`select ${rowColumns(ctx)} from channels.mail m where ${inSight(ctx)}
    ${query.mailboxId ? db`and m.mailbox_id = ${query.mailboxId}` : db``} ${query.verdict ? db`and m.verdict = ${query.verdict}` : db``} ${query.direction ? db`and m.direction = ${query.direction}` : db``}
    ${query.requestId ? db`and m.request_id = ${query.requestId}` : db``} ${search ? db`and (m.address_index = ${addressIndex(ctx.app, 'email', foldEmail(search))} ${byWords})` : db``}
    ${before ? db`and m.id < ${before}` : db``} order by m.id desc limit ${query.limit + 1}`, sealedMail)
  const shown = rows.slice(0, query.limit)
  return { rows: shown.map((row) => coverAddress(ctx, row)), next: rows.length > query.limit ? shown.at(-1)!.id : null }
}

/** Whoever may not see all addresses of customers sees that of a mail covered too. */
export const coverAddress = <R extends { address: string }>(ctx: Ctx, row: R): R => seesAll(ctx) || !row.address ? row : { ...row, address: maskEmail(row.address) }

export type FullMail = MailRow & { headerId: string | null; bytes: Buffer | null; rawFileId: string | null }
/** `lock`: to change its verdict in this transaction. */
export async function selectMail(ctx: Ctx, id: string, lock = false): Promise<FullMail | null> {
  const [row] = await opened(ctx, ctx.db<(FullMail & FileRow)[]>`select ${rowColumns(ctx)}, m.header_id, m.raw_file_id, ${fileColumns(ctx)} from channels.mail m left join platform.file f on f.id = m.raw_file_id where m.id = ${id} and ${inSight(ctx)} ${lock ? ctx.db`for update of m` : ctx.db``}`, sealedMail)
  if (!row?.bytes) return row ?? null
  return (await openFiles(ctx, Promise.resolve([row])))[0]!
}
export const updateVerdict = (ctx: Ctx, id: string, verdict: Verdict, requestId: string | null = null, messageId: string | null = null) =>
  ctx.db`update channels.mail set verdict = ${verdict}, request_id = ${requestId}, message_id = ${messageId} where id = ${id}`

/** Message-IDs of a request's mails, oldest first; incoming ones are the customer's. */
export const selectHeaderIds = (ctx: Reader, requestId: string): Promise<{ headerId: string; direction: 'in' | 'out' }[]> => ctx.db<{ headerId: string; direction: 'in' | 'out' }[]>`
  select header_id, direction from channels.mail where request_id = ${requestId} and header_id is not null and verdict in ('request', 'message', 'sent', 'acknowledgement') order by id`

/** The confirmation a request's sender was sent; with a reason while its fate is unknown. */
export async function selectAcknowledgement(ctx: Reader, requestId: string): Promise<{ id: string; reason: string | null } | undefined> {
  const [row] = await ctx.db<{ id: string; reason: string | null }[]>`select id, reason from channels.mail where request_id = ${requestId} and direction = 'out' and verdict = 'acknowledgement'`
  return row
}
/** The lines that say a message was sent. */
export const selectSentLines = async (ctx: Reader, messageId: string): Promise<string[]> =>
  (await ctx.db<{ id: string }[]>`select id from channels.mail where message_id = ${messageId} and direction = 'out' and verdict = 'sent' order by id`).map((row) => row.id)
/** `only`: if that is its reason until now. */
export const updateReason = (ctx: Ctx, id: string, reason: string | null, only?: string) => ctx.db`update channels.mail set reason = ${reason} where id = ${id} ${only === undefined ? ctx.db`` : ctx.db`and reason = ${only}`}`
export const deleteMail = (ctx: Ctx, id: string, only: string) => ctx.db`with gone as (delete from channels.mail where id = ${id} and reason = ${only} returning id) delete from platform.data_key where id in (select id from gone)`

export interface Attempt { id: string; at: string; endedAt: string | null; outcome: string | null }
export const selectAttempts = (ctx: Reader, messageId: string): Promise<Attempt[]> => ctx.db<Attempt[]>`select id, at, ended_at, outcome from channels.attempt where message_id = ${messageId} order by id`
export function insertAttempt(ctx: Ctx, messageId: string, mailboxId: string): string {
  const id = newId()
  ctx.later(ctx.db`insert into channels.attempt (id, message_id, mailbox_id, at) values (${id}, ${messageId}, ${mailboxId}, ${ctx.now})`)
  return id
}
export const endAttempt = (ctx: Ctx, id: string, outcome: 'sent' | 'later' | 'failed' | 'uncertain', answer: string) =>
  ctx.db`update channels.attempt set ended_at = ${ctx.now}, outcome = ${outcome}, answer = ${maskForeign(answer.slice(0, 1000), [])} where id = ${id}`

/** Forgets what only mattered for a while; the mails themselves stay. */
export async function deleteOldTraces(ctx: Ctx, before: { duplicates: Date; attempts: Date; automatic: Date }): Promise<void> {
  ctx.later(ctx.db`delete from channels.mail where verdict = 'duplicate' and at < ${before.duplicates}`)
  ctx.later(ctx.db`delete from channels.attempt where ended_at < ${before.attempts}`)
  ctx.later(ctx.db`delete from channels.automatic where at < ${before.automatic}`)
}

/** Who wrote the mail that opened this request. */
export async function senderOf(ctx: Ctx, requestId: string): Promise<string | null> {
  const [row] = await opened(ctx, ctx.db<{ id: string; address: string }[]>`select id, address from channels.mail where request_id = ${requestId} and verdict = 'request' order by id limit 1`, { address: sealedMail.address })
  return row?.address || null
}

/** What decides how an outgoing message travels. */
export async function selectRoute(ctx: Reader, messageId: string): Promise<{ channel: string; channelAccount: string | null; state: string } | null> {
  const [row] = await ctx.db<{ channel: string; channelAccount: string | null; state: string }[]>`
    select r.channel, r.channel_account, m.state from requests.message m join requests.request r on r.id = m.request_id where m.id = ${messageId} and m.kind in ('reply', 'result', 'notice')`
  return row ?? null
}
