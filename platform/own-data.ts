/** What the house itself keeps that may speak of people: events, files, answers kept for repeated keys, jobs. */
import { blankEventsOf } from './audit/blank.ts'
import type { Ctx } from './context.ts'
import { columns, containing, type Declaration, type Person, type PersonalRoom, spellings, technical } from './personal-data.ts'

const kept = (retention: Declaration['retention'], readers: Declaration['readers'], purpose: Declaration['purpose'] = 'prove'): Declaration => ({ class: 'personal', purpose, basis: 'legitimate-interest', retention, source: 'system', readers })

export const platformPersonal: PersonalRoom = {
  data: {
    'platform.event': { ...technical('seq', 'xid', 'id', 'type', 'subject', 'actor_kind', 'actor_id', 'at', 'team_id', 'call'), data: kept('as-request', 'team'), source: kept(400, 'audit', 'secure') },
    'platform.idempotency': { ...technical('actor', 'key', 'fingerprint', 'status', 'at'), response: kept(3, 'self', 'secure') },
    'platform.file': { ...technical('id', 'size', 'at'), key: { class: 'personal', purpose: 'secure', basis: 'contract', retention: 'as-request', source: 'system', readers: 'nobody' }, bytes: { class: 'personal', purpose: 'answer', basis: 'contract', retention: 'as-request', source: 'channel', readers: 'team' } },
    'platform.job': { ...technical('id', 'queue', 'lane', 'key', 'run_at', 'attempts', 'leased_by', 'leased_until', 'failed_at', 'created_at'), ...columns(kept('as-request', 'nobody', 'secure'), 'payload', 'error') },
    'platform.event_failure': { ...technical('id', 'listener', 'xid', 'seq', 'at'), error: kept('as-request', 'nobody', 'secure') },
    'platform.cursor': 'impersonal', 'platform.setting': 'impersonal', 'platform.seal': 'impersonal', 'platform.event_removed': 'impersonal', 'platform.event_blanked': 'impersonal',
    // Keys say nothing of anybody; without them nothing can be read that was sealed with them.
    'platform.data_key': 'impersonal', 'platform.master_key': 'impersonal',
  },
  rows: {
    'platform.event': (db, person) => db`t.subject = any(${subjects(person)}::uuid[])`,
    'platform.job': (db, person) => db`t.payload::text like any(${containing([...subjects(person), ...spellings(person)])})`,
    'platform.event_failure': (db, person) => db`exists (select 1 from platform.event e where (e.xid, e.seq) = (t.xid, t.seq) and e.subject = any(${subjects(person)}::uuid[]))`,
  },
  erase,
}

const subjects = (person: Person): string[] => [...person.customerIds, ...person.requestIds]

async function erase(ctx: Ctx, person: Person): Promise<Record<string, number>> {
  const { db } = ctx
  const ids = subjects(person)
  const told = containing([...ids, ...spellings(person)])
  const addresses = containing(spellings(person))
  const events = await blankEventsOf(ctx, ids, spellings(person), 'a person was erased')
  const answers = await db`delete from platform.idempotency where response::text like any(${told}) returning 1`
  const jobs = await db`delete from platform.job where payload::text like any(${addresses}) returning 1`
  await db`update platform.job set error = null where error is not null and (payload::text like any(${told}) or error like any(${addresses}))`
  const failures = await db`
    update platform.event_failure f set error = '' where error like any(${told}) or exists (select 1 from platform.event e where (e.xid, e.seq) = (f.xid, f.seq) and e.subject = any(${ids}::uuid[])) returning 1`
  return { 'platform.event': events, 'platform.idempotency': answers.length, 'platform.job': jobs.length, 'platform.event_failure': failures.length }
}

/** Removes those of these files that nothing refers to any longer, whichever room's column it would be. */
export async function removeLoneFiles({ db }: Pick<Ctx, 'db'>, ids: readonly string[]): Promise<number> {
  if (!ids.length) return 0
  const holders = await db<{ holder: string; name: string }[]>`
    select n.nspname || '.' || c.relname as holder, a.attname as name from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1] where k.contype = 'f' and k.confrelid = 'platform.file'::regclass order by 1, 2`
  const isHeld = holders.map(({ holder, name }) => db`and not exists (select 1 from ${db(holder)} h where h.${db(name)} = f.id)`)
  const gone = await db`with gone as (delete from platform.file f where f.id = any(${ids as string[]}::uuid[]) ${isHeld} returning f.id), keys as (delete from platform.data_key where id in (select id from gone)) select 1 from gone`
  return gone.length
}
