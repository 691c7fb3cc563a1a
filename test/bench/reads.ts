/** The bare SQL that fetches the rows of a page, and rows enough to make a page worth measuring. */
import type { Pool } from '../../platform/database/index.ts'
import { searchTokens } from '../../lib/search/index.ts'

/** Each takes the ids of the requests whose rows are wanted. */
export const bareReads = {
  inbox: (db: Pool, ids: string[]) => db`
    select r.id, r.number, r.subject, r.stage, r.stage_since, r.priority, r.channel, c.name as customer_name, c.tier as customer_tier, r.team_id, r.holder_id, h.name as holder_name,
      r.waiting_for, r.next_due_at, r.due_order, r.opened_at, r.last_message_at, r.last_snippet, r.last_by, r.score
    from requests.request r join customers.customer c on c.id = r.customer_id left join staff.person h on h.id = r.holder_id where r.id = any(${ids}::uuid[]) order by r.due_order, r.id`,
  request: (db: Pool, ids: string[]) => db`
    select r.*, c.name as customer_name, c.tier as customer_tier, t.name as team_name, h.name as holder_name, s.name as service_name from requests.request r
    join customers.customer c on c.id = r.customer_id left join staff.team t on t.id = r.team_id left join staff.person h on h.id = r.holder_id left join standards.service s on s.id = r.service_id
    where r.id = ${ids[0]!}`,
  events: (db: Pool, ids: string[]) => db`
    select e.id, e.seq, e.type, e.at, e.actor_kind, e.actor_id, p.name as actor_name, e.data from platform.event e left join staff.person p on p.id = e.actor_id
    where e.subject = ${ids[0]!} order by e.seq`,
}

const WORDS = ['退款', '斷線', '帳單', '攜碼', '合約', '訊號', '漫遊', '電視', '安裝', '維修', '地址', '發票', '優惠', '解約', '過戶', '補卡', '測速', '續約', '客訴', '門市']
/** Stands in one of a thousand requests. */
export const RARE = '鯨魚'

/** Adds requests `from`…`to` by set-based inserts: one in five open, spread over the teams, with message, search words, assignment and six events each. */
export async function addRequests(db: Pool, from: number, to: number, cover: (words: string[]) => string[]): Promise<void> {
  await db`create temporary table if not exists variant (nr int primary key, subject text, tokens text[])`
  await db`insert into variant select * from jsonb_to_recordset(${db.json(Array.from({ length: 1000 }, (_, nr) => {
    const subject = `${WORDS[nr % 20]}${WORDS[Math.floor(nr / 20) % 20]}的問題，請協助${nr === 7 ? RARE : ''}`
    return { nr, subject, tokens: cover(searchTokens(subject)) }
  }) as never)}) as v (nr int, subject text, tokens text[]) on conflict do nothing`
  await db`insert into customers.customer (id, name, created_at, words) select uuidv7(), '陳美玲 ' || n, '2026-03-01', '' from generate_series(${from / 5}::int, ${to / 5}::int - 1) n`
  await db`create temporary table fresh as
    select uuidv7(interval '1 ms' * (n - 2000000)) as id, n, n % 5 = 0 as is_open, timestamptz '2026-03-01' + n * interval '20 s' as at, v.subject, v.tokens, t.id as team_id, p.id as person_id, c.id as customer_id
    from generate_series(${from}::int, ${to}::int - 1) n join variant v on v.nr = n % 1000
    join (select id, row_number() over (order by id) - 1 as nr, count(*) over () as count from staff.team) t on t.nr = n % t.count
    join (select id, row_number() over (order by id) - 1 as nr, count(*) over () as count from staff.person) p on p.nr = n % p.count
    join (select id, row_number() over (order by id) - 1 as nr from customers.customer) c on c.nr = n % ${Math.floor(to / 5)}::int`
  await db`insert into requests.request (id, subject, stage, stage_since, priority, service_id, channel, language, customer_id, team_id, holder_id, answerable_id, opened_by_kind, opened_at, next_due_at, last_message_at, last_snippet, closed_at)
    select id, subject, case when is_open then 'execute' else 'closed' end, at, 'normal', (select id from standards.service limit 1), 'api', 'zh-Hant', customer_id, team_id, person_id, person_id, 'client', at, case when is_open then at + interval '1 day' end, at, subject, case when not is_open then at + interval '8 hours' end from fresh`
  await db`insert into requests.clock (id, request_id, kind, run, version_id, clause, target_ms, calendar_version, state, started_at, used_ms, since, due_at, ended_at, wake_at)
    select uuidv7(), id, 'resolution', 1, (select id from standards.version limit 1), 'resolution-normal', 86400000, 0, case when is_open then 'running' else 'met' end, at, 0, case when is_open then at end, at + interval '1 day', case when not is_open then at + interval '8 hours' end,
      case when is_open then now() + interval '1 year' end from fresh`
  await db`insert into requests.message (id, request_id, kind, author_kind, author_name, channel, body, state, state_at, created_at)
    select uuidv7(), id, 'customer', 'customer', '陳美玲', 'api', subject || '，' || repeat('請盡快處理。', 10), 'received', at, at from fresh`
  await db`insert into requests.search (request_id, tokens) select id, array_to_tsvector(tokens) from fresh`
  await db`insert into requests.assignment (id, request_id, team_id, agent_id, how, state, by_kind, reason, offered_at) select uuidv7(), id, team_id, person_id, 'rule', 'ended', 'system', 'routing.best-score', at from fresh`
  await db`insert into platform.event (id, type, subject, actor_kind, actor_id, at, data) select uuidv7(), t.type, f.id, case when t.nr > 3 then 'agent' else 'client' end, f.person_id, f.at, jsonb_build_object('channel', 'api', 'message', f.id)
    from fresh f cross join (values (1,'request.accepted'),(2,'request.recognised'),(3,'request.assigned'),(4,'request.assignment-accepted'),(5,'request.replied'),(6,'request.submitted')) as t(nr, type)`
  await db`drop table fresh`
  // They never happened: nobody is to act on them, and what is measured next begins when they are sealed.
  await db`update platform.cursor set xid = pg_snapshot_xmax(pg_current_snapshot()), seq = 0`
  const isSealed = async () => (await db<{ waits: boolean }[]>`select exists (select 1 from platform.event where (xid, seq) > (select last_xid, last_seq from platform.seal order by nr desc limit 1)) as waits`)[0]!.waits === false
  for (const end = Date.now() + 180_000; !(await isSealed()) && Date.now() < end;) await new Promise((wake) => setTimeout(wake, 500))
  await db`vacuum analyze`
}
