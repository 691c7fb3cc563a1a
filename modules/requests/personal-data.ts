/** What this room keeps of what customers ask and what is said about it. */
import type { Ctx } from '../../platform/context.ts'
import type { Db } from '../../platform/database/index.ts'
import { removeLoneFiles } from '../../platform/own-data.ts'
import { columns, type Declaration, type Person, type PersonalRoom, technical } from '../../platform/personal-data.ts'

const said: Declaration = { class: 'personal', purpose: 'answer', basis: 'contract', retention: 'as-request', source: 'customer', readers: 'team' }
const written: Declaration = { ...said, source: 'colleague' }
const derived: Declaration = { ...said, purpose: 'serve', source: 'system' }

const ids = (person: Person) => person.requestIds as string[]
const ofRequest: NonNullable<PersonalRoom['rows']>[string] = (db, person) => db`t.request_id = any(${ids(person)}::uuid[])`

export const requestsPersonal: PersonalRoom = {
  data: {
    'requests.request': {
      ...technical('id', 'number', 'stage', 'stage_since', 'priority', 'type', 'service_id', 'standard_id', 'channel', 'channel_account', 'language', 'customer_id', 'team_id', 'holder_id', 'answerable_id', 'first_responder_id',
        'opened_by_kind', 'opened_by_id', 'opened_at', 'waiting_for', 'wait_until', 'first_response_at', 'resolution_at', 'paused_at', 'next_due_at', 'due_order', 'verification', 'submitted_by', 'submitted_at', 'failed_verifications', 'score', 'scored_at', 'closed_at',
        'close_after', 'reopen_until', 'reopened', 'linked_from', 'link_kind', 'last_message_at', 'last_by', 'version', 'calendar_id', 'calendar_version', 'calendar_by', 'human_asked_at', 'human_asked_by'),
      ...columns(said, 'subject', 'last_snippet'), explanation: derived, ...columns(written, 'wait_reason', 'result', 'closed_why'),
    },
    'requests.search': { ...technical('request_id'), tokens: { ...derived, readers: 'nobody' } },
    'requests.intake': { ...technical('source', 'request_id', 'message_id', 'at'), ...columns({ ...derived, purpose: 'prove', readers: 'nobody' }, 'key', 'fingerprint') },
    'requests.message': {
      ...technical('id', 'request_id', 'kind', 'author_kind', 'author_id', 'channel', 'oddities', 'state', 'state_at', 'send_at', 'after_sending', 'raw_file_id', 'created_at', 'to_id'),
      ...columns(said, 'author_name', 'body', 'html', 'quoted'), state_why: { ...said, source: 'channel' },
    },
    'requests.attachment': { ...technical('id', 'request_id', 'message_id', 'file_id', 'content_type', 'size', 'content_id', 'created_at'), ...columns(said, 'name', 'owner') },
    'requests.assignment': { ...technical('id', 'request_id', 'team_id', 'agent_id', 'how', 'state', 'by_kind', 'by_id', 'score', 'rule_version', 'candidates', 'offered_at', 'accept_due_at', 'answered_at', 'ended_at'), reason: written },
    'requests.verification': { ...technical('id', 'request_id', 'how', 'submitted_by', 'submitted_at', 'verdict', 'by_kind', 'by_id', 'decided_at'), ...columns(written, 'result', 'reason') },
    'requests.task': { ...technical('id', 'request_id', 'owner_id', 'due_at', 'done_at', 'done_by', 'created_by', 'created_at', 'version'), title: written },
    'requests.draft': { ...technical('person_id', 'request_id', 'kind', 'at'), body: { ...written, readers: 'self' } },
    'requests.clock_mark': technical('nr', 'request_id', 'kind', 'at', 'calendar_id', 'calendar_version', 'from_calendar', 'from_version'),
    'requests.clock': 'impersonal', 'requests.escalation': 'impersonal', 'requests.template': 'impersonal', 'requests.notice': 'impersonal', 'requests.seen': 'impersonal',
  },
  rows: {
    'requests.request': (db, person) => db`t.id = any(${ids(person)}::uuid[])`,
    'requests.search': ofRequest, 'requests.intake': ofRequest, 'requests.message': ofRequest, 'requests.attachment': ofRequest, 'requests.assignment': ofRequest,
    'requests.verification': ofRequest, 'requests.task': ofRequest, 'requests.draft': ofRequest,
    // What hangs on the person's messages; a raw mail holds the same words and files once more.
    'platform.file': (db, person) => db`t.id in (select a.file_id from requests.attachment a where a.request_id = any(${ids(person)}::uuid[]))`,
  },
  erase,
}

/** What stands where a subject or a message was, in the language of its request. */
const erasedWord = (db: Db) => db`case r.language when 'en' then '(erased)' when 'zh-Hans' then '（已删除）' else '（已刪除）' end`

// Requests, assignments, times, scores and counts stay: the figures of the past do not change because somebody left.
async function erase(ctx: Ctx, person: Person): Promise<Record<string, number>> {
  const { db } = ctx
  const of = ids(person)
  const word = erasedWord(db)
  const files = await db<{ id: string }[]>`
    select file_id as id from requests.attachment where request_id = any(${of}::uuid[]) union select raw_file_id from requests.message where request_id = any(${of}::uuid[]) and raw_file_id is not null`
  const requests = await db`
    update requests.request r set subject = ${word}, last_snippet = '', explanation = '[]', wait_reason = null, result = case when result is null then null else ${word} end,
      closed_why = case when closed_why ~ '^[a-z]+[.-][a-z.-]+$' then closed_why end, version = version + 1 where id = any(${of}::uuid[]) returning 1`
  const messages = await db`
    update requests.message m set body = ${word}, html = null, quoted = null, state_why = null, raw_file_id = null, author_name = case when m.author_kind = 'agent' then m.author_name else '' end
    from requests.request r where r.id = m.request_id and m.request_id = any(${of}::uuid[]) returning 1`
  const attachments = await db`delete from requests.attachment where request_id = any(${of}::uuid[]) returning 1`
  await db`delete from requests.search where request_id = any(${of}::uuid[])`
  await db`delete from requests.draft where request_id = any(${of}::uuid[])`
  // Still the same arrival if it comes again by its own key, and nothing to be read.
  await db`update requests.intake set key = 'erased:' || encode(sha256(convert_to(key, 'UTF8')), 'hex'), fingerprint = '' where request_id = any(${of}::uuid[]) and key !~ '^erased:'`
  await db`update requests.assignment set reason = '' where request_id = any(${of}::uuid[]) and reason !~ '^routing\\.'`
  await db`update requests.verification v set result = ${word}, reason = null from requests.request r where r.id = v.request_id and v.request_id = any(${of}::uuid[])`
  const tasks = await db`update requests.task k set title = ${word}, version = k.version + 1 from requests.request r where r.id = k.request_id and k.request_id = any(${of}::uuid[]) returning 1`
  const gone = await removeLoneFiles(ctx, files.map((file) => file.id))
  return { 'requests.request': requests.length, 'requests.message': messages.length, 'requests.attachment': attachments.length, 'requests.task': tasks.length, 'platform.file': gone }
}

/** Every request of these customers, and whether one of them is still open. */
export async function requestsOf({ db }: Pick<Ctx, 'db'>, customerIds: readonly string[]): Promise<{ ids: string[]; open: number }> {
  const rows = await db<{ id: string; isOpen: boolean }[]>`select id, stage <> 'closed' as is_open from requests.request where customer_id = any(${customerIds as string[]}::uuid[]) order by id`
  return { ids: rows.map((row) => row.id), open: rows.filter((row) => row.isOpen).length }
}
