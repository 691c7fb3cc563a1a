/**
 * What a person takes along and brings along: one documented file (its schema stands in the API's contract), made from
 * the copy of what they provided. Taken in elsewhere and taken along again it says the same.
 */
import type { Ctx } from '../../../platform/context.ts'
import { opened } from '../../../platform/crypto/vault.ts'
import { indexOf } from '../../../platform/crypto/words.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault, notFound } from '../../../platform/fault.ts'
import { fileColumns, type FileRow, giveFiles, openFiles, storeFile } from '../../../platform/files.ts'
import { personIdOf } from '../../../platform/access/index.ts'
import { newId } from '../../../lib/id/index.ts'
import { bringCustomer } from '../../customers/index.ts'
import { displayName } from '../../requests/index.ts'
import { type Brought, PORTABLE, type PortableConversation, type PortableFile, type PortablePerson } from './contract.ts'
import type { Copy } from './copy.ts'

const CONVERSATION = 'governance.brought/conversation'
const NAME = 'governance.brought_file/name'
const MOST_SHOWN = 200

type Row = Readonly<Record<string, unknown>>
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const orNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
const at = (value: unknown): string => new Date(text(value)).toISOString()
const by = (rows: readonly Row[], column: string): Map<string, Row[]> => Map.groupBy(rows, (row) => text(row[column])) as Map<string, Row[]>
const byTime = (a: { openedAt: string; subject: string }, b: { openedAt: string; subject: string }): number => (a.openedAt < b.openedAt || (a.openedAt === b.openedAt && a.subject < b.subject) ? -1 : 1)
const FROM: Readonly<Record<string, 'person' | 'house'>> = { customer: 'person', reply: 'house', result: 'house', notice: 'house' }

/** The person's own words and what was answered to them; nothing that colleagues wrote among themselves. */
export function portableOf({ madeAt, stores }: Copy): PortablePerson {
  const of = (table: string): readonly Row[] => stores[table] ?? []
  const person = of('customers.customer').find((row) => row['merged_into'] === null) ?? {}
  const addresses = of('customers.identity').filter((row) => ['email', 'phone', 'external'].includes(text(row['kind']))).map((row) => ({ kind: row['kind'] as 'email', value: text(row['shown']) }))
  const bytes = new Map(of('platform.file').map((row) => [text(row['id']), orNull(row['bytes'])]))
  const fileOf = (row: Row): PortableFile => ({ name: text(row['name']), type: text(row['content_type']), size: Number(row['size']), bytes: bytes.get(text(row['file_id'])) ?? null })
  const [messages, files, ratings, broughtFiles] = [by(of('requests.message'), 'request_id'), by(of('requests.attachment'), 'message_id'), by(of('quality.rating'), 'request_id'), by(of('governance.brought_file'), 'brought_id')]
  const ours = of('requests.request').map((request): PortableConversation => ({
    subject: text(request['subject']), channel: text(request['channel']), openedAt: at(request['opened_at']), closedAt: request['closed_at'] ? at(request['closed_at']) : null,
    messages: (messages.get(text(request['id'])) ?? []).filter((row) => FROM[text(row['kind'])]).map((row) => ({ from: FROM[text(row['kind'])]!, at: at(row['created_at']), text: text(row['body']), files: (files.get(text(row['id'])) ?? []).map(fileOf) })).sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)),
    rating: (ratings.get(text(request['id'])) ?? []).map((row) => ({ score: Number(row['score']), comment: orNull(row['comment']), at: at(row['at']) }))[0] ?? null,
  }))
  const brought = of('governance.brought').map((row): PortableConversation => {
    const kept = JSON.parse(text(row['conversation'])) as Kept
    const own = (broughtFiles.get(text(row['id'])) ?? []).toSorted((a, b) => Number(a['nr']) - Number(b['nr']))
    return {
      subject: kept.subject, channel: text(row['channel']), openedAt: at(row['opened_at']), closedAt: row['closed_at'] ? at(row['closed_at']) : null,
      messages: kept.messages.map((message, nr) => ({ ...message, files: own.filter((file) => Number(file['message']) === nr).map(fileOf) })), rating: kept.rating,
    }
  })
  return {
    format: PORTABLE, madeAt,
    person: { name: text(person['name']), language: orNull(person['language']), region: orNull(person['region']), company: orNull(person['company']), addresses: [...new Map(addresses.map((one) => [`${one.kind} ${one.value}`, one])).values()].sort((a, b) => (`${a.kind} ${a.value}` < `${b.kind} ${b.value}` ? -1 : 1)) },
    conversations: [...ours, ...brought].sort(byTime),
  }
}

/** What is sealed of a conversation; its files stand beside it. */
type Kept = Pick<PortableConversation, 'subject' | 'rating'> & { messages: Omit<PortableConversation['messages'][number], 'files'>[] }

/**
 * Takes a document in: a record of its own for the person, their conversations as they were. The same document again is
 * the same record. Throws 422 `governance.privacy.brought-unreadable` where bytes are not what they are said to be.
 */
export async function bringPerson(ctx: Ctx, given: PortablePerson): Promise<{ customerId: string; conversations: number; isNew: boolean }> {
  const { madeAt: _, ...same } = given
  const digest = indexOf(ctx.app.vault.index, 'portable', JSON.stringify(same))
  const [known] = await ctx.db<{ customerId: string }[]>`select coalesce(c.merged_into, c.id) as customer_id from governance.brought_document d join customers.customer c on c.id = d.customer_id where d.digest = ${digest}`
  if (known) return { customerId: known.customerId, conversations: given.conversations.length, isNew: false }
  const { name, language, region, company, addresses } = given.person
  const customerId = await bringCustomer(ctx, { name, language: language ?? undefined, region: region ?? undefined, company: company ?? undefined, addresses })
  await ctx.db`insert into governance.brought_document (digest, customer_id, at) values (${digest}, ${customerId}, ${ctx.now})`
  const { vault } = ctx.app
  const fileIds: string[] = []
  for (const { subject, channel, openedAt, closedAt, messages, rating } of given.conversations) {
    const id = newId()
    const kept: Kept = { subject, messages: messages.map(({ files: __, ...message }) => message), rating }
    ctx.later(ctx.db`insert into governance.brought (id, customer_id, opened_at, closed_at, channel, conversation, brought_at, by_id)
      values (${id}, ${customerId}, ${openedAt}, ${closedAt}, ${channel}, ${vault.seal(customerId, CONVERSATION, id, JSON.stringify(kept))}, ${ctx.now}, ${personIdOf(ctx)})`)
    for (const [message, { files }] of messages.entries()) for (const [nr, file] of files.entries()) {
      const bytes = file.bytes === null ? null : Buffer.from(file.bytes, 'base64')
      if (bytes && bytes.length !== file.size) throw new Fault('governance.privacy.brought-unreadable', 422, { name: file.name })
      const fileId = bytes && bytes.length ? storeFile(ctx, bytes) : null
      if (fileId) fileIds.push(fileId)
      const row = newId()
      ctx.later(ctx.db`insert into governance.brought_file (id, brought_id, message, nr, file_id, name, content_type, size)
        values (${row}, ${id}, ${message}, ${nr}, ${fileId}, ${vault.seal(customerId, NAME, row, displayName(file.name))}, ${file.type}, ${file.size})`)
    }
  }
  await giveFiles(ctx, customerId, fileIds)
  await emit(ctx, 'privacy.person-brought', { subject: customerId, data: { conversations: given.conversations.length, files: fileIds.length } })
  return { customerId, conversations: given.conversations.length, isNew: true }
}

/** What these records brought along, newest first, at most 200. */
export async function listBrought(ctx: Ctx, customerIds: readonly string[]): Promise<{ rows: Brought[]; count: number }> {
  const ids = customerIds as string[]
  const [[sum], rows] = await Promise.all([
    ctx.db<{ count: number }[]>`select count(*)::int as count from governance.brought where customer_id = any(${ids}::uuid[])`,
    opened(ctx, ctx.db<{ id: string; openedAt: string; closedAt: string | null; channel: string; conversation: string }[]>`
      select id, opened_at, closed_at, channel, conversation from governance.brought where customer_id = any(${ids}::uuid[]) order by opened_at desc, id desc limit ${MOST_SHOWN}`, { conversation: [CONVERSATION, 'id'] }),
  ])
  const files = await opened(ctx, ctx.db<{ id: string; broughtId: string; message: number; name: string; size: number; hasBytes: boolean }[]>`
    select id, brought_id, message, name, size, file_id is not null as has_bytes from governance.brought_file where brought_id = any(${rows.map((row) => row.id)}::uuid[]) order by message, nr`, { name: [NAME, 'id'] })
  const byMessage = Map.groupBy(files, (file) => `${file.broughtId} ${file.message}`)
  return {
    count: sum!.count,
    // Empty where the person has been erased meanwhile.
    rows: rows.filter((row) => row.conversation !== '').map(({ conversation, ...row }) => {
      const { subject, messages, rating } = JSON.parse(conversation) as Kept
      return { ...row, subject, rating, messages: messages.map((message, nr) => ({ ...message, files: (byMessage.get(`${row.id} ${nr}`) ?? []).map(({ id, name, size, hasBytes }) => ({ id, name, size, hasBytes })) })) }
    }),
  }
}

/** Throws 404 `governance.privacy.brought-file.not-found`. */
export async function readBroughtFile(ctx: Ctx, customerIds: readonly string[], id: string): Promise<{ name: string; bytes: Buffer }> {
  const found = openFiles(ctx, ctx.db<({ id: string; name: string } & FileRow)[]>`
    select w.id, w.name, ${fileColumns(ctx)} from governance.brought_file w join governance.brought b on b.id = w.brought_id join platform.file f on f.id = w.file_id where w.id = ${id} and b.customer_id = any(${customerIds as string[]}::uuid[])`)
  const [row] = await opened(ctx, found, { name: [NAME, 'id'] })
  if (!row) throw notFound('governance.privacy.brought-file')
  return { name: row.name, bytes: row.bytes }
}
