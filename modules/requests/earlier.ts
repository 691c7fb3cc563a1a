/** Seals what versions before this one wrote down as it is: some requests at a time, while everybody works on. */
import { type App, type Ctx, run } from '../../platform/context.ts'
import { holdKey, opened } from '../../platform/crypto/vault.ts'
import { openShown } from '../customers/index.ts'
import { isSealed } from '../../platform/crypto/envelope.ts'
import { giveFiles, sealStored } from '../../platform/files.ts'
import { DRAFT, draftRow, NAME, sealedMessage, sealedRequest, sealedTask, sealedVerification, sealFields } from './kept.ts'
import { toColumns } from './store.ts'
import { addSearchText, arrivalWords, NOTE_MARK } from './words.ts'

const DONE = 'requests.sealed'
const AT_ONCE = 100
const FIRST = '00000000-0000-0000-0000-000000000000'

/** A job that runs until nothing is left; where it stands is kept, so that a restart goes on from there. */
export async function sealEarlier(app: App): Promise<void> {
  for (;;) {
    const [state] = await app.pool<{ value: { after: string | null } }[]>`select value from platform.setting where key = ${DONE}`
    const after = state ? state.value.after : FIRST
    if (after === null) return
    await run(app, {}, (ctx) => sealSome(ctx, after))
  }
}

async function sealSome(ctx: Ctx, after: string): Promise<void> {
  const requests = await ctx.db<{ id: string }[]>`select id from requests.request where id > ${after} order by id limit ${AT_ONCE}`
  await sealRequests(ctx, requests.map((request) => request.id))
  const value = { after: requests.length < AT_ONCE ? null : requests.at(-1)!.id }
  ctx.later(ctx.db`insert into platform.setting (key, value, at) values (${DONE}, ${ctx.db.json(value)}, ${ctx.now}) on conflict (key) do update set value = excluded.value, at = excluded.at`)
}

export async function sealRequests(ctx: Ctx, ids: readonly string[]): Promise<void> {
  const requests = await ctx.db<{ id: string; customerId: string }[]>`
    select r.id, r.customer_id from requests.request r left join platform.data_key k on k.id = r.customer_id where r.id = any(${ids as string[]}::uuid[]) and k.forgotten_at is null order by r.id for update of r`
  for (const { id, customerId } of requests) {
    await holdKey(ctx, customerId)
    await sealRequest(ctx, id, customerId)
  }
}

type Row = { id: string } & Record<string, string | null>
type Message = Row & { kind: string; authorName: string; body: string }

async function sealRequest(ctx: Ctx, requestId: string, owner: string): Promise<void> {
  const { app, db } = ctx
  const [request] = await db<(Row & { subject: string; number: number })[]>`select id, number, subject, last_snippet, result from requests.request where id = ${requestId}`
  const messages = await db<Message[]>`select id, kind, author_name, body, html, quoted from requests.message where request_id = ${requestId} order by id`
  if (!isSealed(request!.subject)) await coverWords(ctx, requestId, owner, request!, messages.map((message) => ({ ...message })))
  sealRows(ctx, owner, 'requests.request', sealedRequest, [request!])
  sealRows(ctx, owner, 'requests.message', sealedMessage, messages)
  sealRows(ctx, owner, 'requests.task', sealedTask, await db<Row[]>`select id, title from requests.task where request_id = ${requestId}`)
  sealRows(ctx, owner, 'requests.verification', sealedVerification, await db<Row[]>`select id, result, reason from requests.verification where request_id = ${requestId}`)
  await sealFiles(ctx, requestId, owner)
  for (const draft of await db<{ personId: string; kind: string; body: string }[]>`select person_id, kind, body from requests.draft where request_id = ${requestId}`) {
    const body = isSealed(draft.body) ? draft.body : app.vault.seal(owner, DRAFT, draftRow({ requestId, ...draft }), draft.body)
    ctx.later(db`update requests.draft set body = ${body} where request_id = ${requestId} and person_id = ${draft.personId} and kind = ${draft.kind}`)
  }
}

/** Equal files were kept once: what several people sent is nobody's alone, and does not end with one of them. */
async function sealFiles(ctx: Ctx, requestId: string, owner: string): Promise<void> {
  const { db } = ctx
  const names = await db<Row[]>`select id, name from requests.attachment where request_id = ${requestId}`
  sealRows(ctx, owner, 'requests.attachment', { name: [NAME, 'id'] }, names)
  const uses = db`select a.file_id, r.id as request_id, r.customer_id from requests.attachment a join requests.request r on r.id = a.request_id union select m.raw_file_id, r.id, r.customer_id from requests.message m join requests.request r on r.id = m.request_id`
  const files = await db<{ id: string; people: number }[]>`
    select f.id, (select count(distinct u.customer_id) from (${uses}) u where u.file_id = f.id)::int as people from platform.file f
    where not f.is_sealed and f.id in (select file_id from requests.attachment where request_id = ${requestId} union select raw_file_id from requests.message where request_id = ${requestId})`
  for (const { id, people } of files) {
    const [file] = await db<{ bytes: Buffer }[]>`select bytes from platform.file where id = ${id} and not is_sealed for update`
    if (!file) continue
    sealStored(ctx, id, file.bytes)
    if (people === 1) await giveFiles(ctx, owner, [id])
  }
}

/** Writes the columns that hold something plain. */
function sealRows(ctx: Ctx, owner: string, table: string, places: Readonly<Record<string, readonly [string, string]>>, rows: readonly Row[]): void {
  for (const row of rows) {
    const plain = Object.fromEntries(Object.keys(places).filter((name) => typeof row[name] === 'string' && !isSealed(row[name])).map((name) => [name, row[name]!]))
    if (Object.keys(plain).length) ctx.later(ctx.db`update ${ctx.db(table)} set ${ctx.db(toColumns(sealFields(ctx, owner, row.id, places, plain)) as never)} where id = ${row.id}`)
  }
}

// The words of an earlier version stand there as they are; they are made anew from what is written.
async function coverWords(ctx: Ctx, requestId: string, owner: string, request: { subject: string; number: number }, messages: Message[]): Promise<void> {
  const addresses = await openShown(ctx, ctx.db<{ id: string; shown: string }[]>`select id, shown from customers.identity where customer_id = ${owner} and kind in ('email', 'phone')`, 'id')
  const [first, ...further] = await opened(ctx, messages, sealedMessage)
  ctx.later(ctx.db`update requests.search set tokens = array_to_tsvector(${arrivalWords(ctx, `${request.number} ${request.subject}`, first?.authorName ?? '', addresses.map((one) => one.shown), first?.body ?? '')}::text[]) where request_id = ${requestId}`)
  for (const message of further) if (message.kind !== 'result') addSearchText(ctx, requestId, message.body, message.kind === 'note' ? NOTE_MARK : '')
}
