/** What this room keeps of how messages came and went. */
import type { Ctx } from '../../platform/context.ts'
import type { Db } from '../../platform/database/index.ts'
import { destroyKey } from '../../platform/crypto/vault.ts'
import { removeLoneFiles } from '../../platform/own-data.ts'
import { columns, type Declaration, type Person, type PersonalRoom, technical } from '../../platform/personal-data.ts'

const carried: Declaration = { class: 'personal', purpose: 'contact', basis: 'contract', retention: 'as-request', source: 'channel', readers: 'channels' }

const requestIds = (person: Person) => person.requestIds as string[]
const emails = (person: Person): string[] => person.addresses.filter((one) => one.kind === 'email').map((one) => one.index)
const ofMail = (db: Db, person: Person) => db`(t.request_id = any(${requestIds(person)}::uuid[]) or t.message_id in (select m.id from requests.message m where m.request_id = any(${requestIds(person)}::uuid[])) or t.address_index = any(${emails(person)}))`
const ofChat = (db: Db, person: Person) => db`(t.request_id = any(${requestIds(person)}::uuid[]) or t.email_index = any(${emails(person)}))`

export const channelsPersonal: PersonalRoom = {
  data: {
    'channels.mail': {
      ...technical('id', 'mailbox_id', 'direction', 'uid_validity', 'uid', 'raw_file_id', 'verdict', 'size', 'request_id', 'message_id', 'at'),
      ...columns({ ...carried, readers: 'nobody' }, 'header_id', 'fingerprint', 'address_index', 'words'), ...columns(carried, 'address', 'subject'), reason: { ...carried, purpose: 'prove' },
    },
    'channels.attempt': { ...technical('id', 'message_id', 'mailbox_id', 'at', 'ended_at', 'outcome'), answer: { ...carried, purpose: 'prove' } },
    'channels.automatic': { ...technical('at'), address: { ...carried, purpose: 'secure', readers: 'nobody' } },
    'channels.chat_session': {
      ...technical('id', 'token_hash', 'request_id', 'created_at', 'seen_at'), ...columns({ ...carried, source: 'customer', retention: 90, readers: 'team' }, 'name', 'email', 'page'), email_index: { ...carried, retention: 90, readers: 'nobody' },
      locale: { ...carried, class: 'internal', purpose: 'language', retention: 90, readers: 'team' },
    },
    'channels.mailbox': 'impersonal', 'channels.webhook': 'impersonal',
    // Number, stage and address of a request, in a fixed form.
    'channels.webhook_delivery': 'impersonal',
  },
  rows: {
    'channels.mail': ofMail,
    'channels.attempt': (db, person) => db`t.message_id in (select m.id from requests.message m where m.request_id = any(${requestIds(person)}::uuid[]))`,
    'channels.automatic': (db, person) => db`t.address = any(${emails(person)})`,
    'channels.chat_session': ofChat,
  },
  erase,
}

/** Takes the words out of mails that belong to no request. */
export async function blankMails(ctx: Ctx, ids: readonly string[]): Promise<number> {
  const { db } = ctx
  const files = await db<{ id: string }[]>`select raw_file_id as id from channels.mail where id = any(${ids as string[]}::uuid[]) and raw_file_id is not null`
  const rows = await db<{ id: string }[]>`update channels.mail set address = '', subject = '', header_id = null, reason = null, raw_file_id = null, address_index = null, words = '' where id = any(${ids as string[]}::uuid[]) and request_id is null and message_id is null returning id`
  for (const { id } of rows) destroyKey(ctx, id)
  await removeLoneFiles(ctx, files.map((file) => file.id))
  return rows.length
}

// That a mail came, when and what became of it stays; so does the mark by which a second delivery of it is known.
async function erase(ctx: Ctx, person: Person): Promise<Record<string, number>> {
  const { db } = ctx
  const files = await db<{ id: string }[]>`select t.raw_file_id as id from channels.mail t where t.raw_file_id is not null and ${ofMail(db, person)}`
  const mails = await db<{ id: string }[]>`update channels.mail t set address = '', subject = '', header_id = null, reason = null, raw_file_id = null, address_index = null, words = '' where ${ofMail(db, person)} returning id`
  await db`update channels.attempt t set answer = null where t.message_id in (select m.id from requests.message m where m.request_id = any(${requestIds(person)}::uuid[]))`
  await db`delete from channels.automatic where address = any(${emails(person)})`
  const chats = await db<{ id: string }[]>`delete from channels.chat_session t where ${ofChat(db, person)} returning id`
  for (const { id } of [...mails, ...chats]) destroyKey(ctx, id)
  const gone = await removeLoneFiles(ctx, files.map((file) => file.id))
  return { 'channels.mail': mails.length, 'channels.chat_session': chats.length, 'platform.file': gone }
}
