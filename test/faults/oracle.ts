/**
 * The judge. It reads the clients' and peers' journal and the database by its own SQL, knows nothing of the product's
 * code but its tables, and asks of every invariant what is wrong with it. Ids as in the fault matrix.
 */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import type { Ctx } from '../../platform/context.ts'
import { loadKeys } from '../../platform/crypto/index.ts'
import { openMasters } from '../../platform/crypto/masters.ts'
import { opened, type Places, Vault } from '../../platform/crypto/vault.ts'
import { indexOf } from '../../platform/crypto/words.ts'
import { openPool, type Pool } from '../../platform/database/index.ts'
import { type Entry, readJournal } from './journal.ts'

export interface Finding { id: string; title: string; wrong: string[] }
export interface Judgement { findings: Finding[]; counts: Record<string, number> }

const LATE_JOB_SECONDS = 30

/** Waits until nothing is left to do; answers the milliseconds it took, or null when nothing more was done for `ms`. */
export async function settle(databaseUrl: string, ms: number): Promise<number | null> {
  const db = openPool(databaseUrl, { max: 1, name: 'faults-oracle' })
  const began = performance.now()
  let before = ''
  let movedAt = began
  try {
    while (performance.now() - movedAt < ms) {
      const [left] = await db<{ jobs: number; messages: number; unsealed: number; behind: number }[]>`
        select (select count(*) from platform.job where key is distinct from 'schedule' and failed_at is null)::int as jobs,
          (select count(*) from requests.message where state in ('held', 'queued'))::int as messages,
          (select count(*) from platform.event where (xid, seq) > (select last_xid, last_seq from platform.seal order by nr desc limit 1))::int as unsealed,
          (select count(*) from platform.event e join platform.cursor c on c.listener = 'channels' where (e.xid, e.seq) > (c.xid, c.seq) and e.type in ('request.accepted', 'request.replied', 'request.verified', 'request.answered'))::int as behind`
      if (left && left.jobs + left.messages + left.unsealed + left.behind === 0) return performance.now() - began
      const now = JSON.stringify(left)
      if (now !== before) { before = now; movedAt = performance.now() }
      await sleep(200)
    }
    return null
  } finally {
    await db.end({ timeout: 1 })
  }
}

export async function judge(journalPath: string, databaseUrl: string, { dataDir, secret }: { dataDir: string; secret: string | null }): Promise<Judgement> {
  const db = openPool(databaseUrl, { max: 2, name: 'faults-oracle' })
  // The one thing it takes from the product: without its keys nothing can be read.
  const vault = new Vault(await openMasters(join(dataDir, 'keys'), await loadKeys(dataDir, secret ? { LOOPDESK_KEY: secret } : {})))
  await vault.start(db)
  const journal = readJournal(journalPath)
  try {
    const findings: Finding[] = []
    const ask = async (id: string, title: string, look: (say: Say) => Promise<void>): Promise<void> => {
      const wrong: string[] = []
      await look((says, rows) => { if (rows.length) wrong.push(`${says}: ${rows.length}, e.g. ${JSON.stringify(rows[0])}`) })
      findings.push({ id, title, wrong })
    }
    await ask('I-1', 'what was acknowledged is there, once', (say) => acknowledged(db, vault, journal, say))
    await ask('I-2', 'what was given up happened once or not at all', (say) => givenUp(db, vault, journal, say))
    await ask('I-3', 'no mail and no webhook lost, none doubled without its mark', async (say) => { await mails(db, vault, journal, say); await webhooks(db, journal, say) })
    await ask('I-5', 'what was to happen later happened once and never early', (say) => timers(db, say))
    await ask('I-6', 'mails of one sender stand in the order they came in', (say) => mailsIn(db, journal, say))
    await ask('I-7', 'one event a change, every event sealed, timelines in order', async (say) => { await events(db, say); await seals(db, say); await timelines(db, say) })
    await ask('I-8', 'one owner each, nobody over capacity, nothing orphaned', (say) => owners(db, say))
    await ask('I-11', 'what could not be done was refused with “try again”, and nobody got in', async (say) => { say('clients saw', of(journal, 'wrong').map((one) => one.says)) })
    await ask('I-12', 'every job is done or due', (say) => jobs(db, say))
    return { findings, counts: await count(db, journal) }
  } finally {
    await db.end({ timeout: 1 })
  }
}

type Say = (what: string, rows: readonly unknown[]) => void
type Line = Entry & { at: number }
const of = <W extends Entry['what']>(journal: readonly Line[], what: W): Extract<Line, { what: W }>[] => journal.filter((one): one is Extract<Line, { what: W }> => one.what === what)
const tally = (keys: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

async function acknowledged(db: Pool, vault: Vault, journal: readonly Line[], say: Say): Promise<void> {
  const stored = new Map((await db<{ key: string; id: string; number: number; rows: number }[]>`
    select i.key, i.request_id as id, max(r.number) as number, count(r.id)::int as rows from requests.intake i left join requests.request r on r.id = i.request_id group by i.source, i.key, i.request_id`).map((row) => [row.key, row]))
  say('acknowledged requests that are not there, or not once, or under another id or number', of(journal, 'request').filter(({ key, id, number }) => { const row = stored.get(key); return row?.id !== id || row.number !== number || row.rows !== 1 }))
  const keys = tally((await db<{ key: string }[]>`select key from platform.idempotency`).map((row) => row.key))
  const commands = of(journal, 'command')
  say('acknowledged commands whose key is not kept once', commands.filter(({ key }) => keys.get(indexOf(vault.index, 'idempotency', key)) !== 1))
  const effects: Record<string, { id: string; made: string | null }[]> = {
    accept: await db`select distinct subject as id, actor_id as made from platform.event where type = 'request.assignment-accepted'`,
    reply: await db`select request_id as id, id as made from requests.message where kind = 'reply'`,
    submit: await db`select distinct request_id as id, submitted_by as made from requests.verification`,
    verify: await db`select distinct request_id as id, by_id as made from requests.verification where verdict is not null`,
  }
  const done = new Set(Object.entries(effects).flatMap(([verb, rows]) => rows.map(({ id, made }) => `${verb} ${id} ${made}`)))
  say('acknowledged commands without their effect', commands.filter(({ verb, request, made, by }) => !done.has(`${verb} ${request} ${made ?? by}`)))
}

const openIn = <T extends object>(db: Pool, vault: Vault, rows: PromiseLike<readonly T[]>, places: Places<T>): Promise<T[]> => opened({ app: { vault }, db } as Pick<Ctx, 'app' | 'db'>, rows, places)
const doubled = (keys: readonly string[]): string[] => [...tally(keys)].filter(([, times]) => times > 1).map(([key]) => key)

async function givenUp(db: Pool, vault: Vault, journal: readonly Line[], say: Say): Promise<void> {
  say('requests with one text', await db`select fingerprint, count(*)::int as count from requests.intake where source like 'client:%' group by fingerprint having count(*) > 1`)
  say('replies with one text', doubled((await openIn(db, vault, db<{ id: string; requestId: string; kind: string; body: string }[]>`select id, request_id, kind, body from requests.message where kind in ('reply', 'result')`, { body: ['requests.message/body', 'id'] })).map((row) => `${row.requestId} ${row.kind} ${row.body}`)))
  say('results handed in twice', doubled((await openIn(db, vault, db<{ id: string; result: string }[]>`select id, result from requests.verification`, { result: ['requests.verification/result', 'id'] })).map((row) => row.result)))
  const sent = new Set([...of(journal, 'request').map((one) => one.key), ...of(journal, 'given-up').map((one) => one.key)])
  say('requests nobody sent', (await db<{ key: string }[]>`select i.key from requests.intake i where i.source like 'client:%'`).filter(({ key }) => !sent.has(key)))
}

async function mails(db: Pool, vault: Vault, journal: readonly Line[], say: Say): Promise<void> {
  const taken = tally(of(journal, 'mail-out').map(({ id, to }) => `${id} ${to}`))
  const told = await openIn(db, vault, db<{ id: string; mailId: string; to: string; verdict: string; isMarked: boolean }[]>`
    select k.header_id as id, k.id as mail_id, k.address as "to", k.verdict, (coalesce(k.reason, '') = 'channels.mail.delivery-uncertain' or coalesce(m.state, '') = 'uncertain' or coalesce(m.state_why, '') = 'channels.mail.delivery-uncertain') as is_marked
    from channels.mail k left join requests.message m on m.id = k.message_id where k.direction = 'out'`, { to: ['channels.mail/address', 'mailId'] })
  const known = new Map(told.map((row) => [`${row.id} ${row.to}`, row]))
  // What tells a colleague of an alarm or a notice has one id over every try, and a second copy of it is no fault.
  const toColleagues = await db<{ id: string; to: string; isSent: boolean }[]>`select t.id, p.login as "to", t.sent_at is not null as is_sent from governance.told t join staff.person p on p.id = t.person_id`
  const keyOf = new Map([...taken.keys()].flatMap((key) => { const found = /^<report\.(?<id>[0-9a-f-]{36})@/.exec(key); return found ? [[found.groups!['id']!, key] as const] : [] }))
  const internal = new Set(toColleagues.flatMap(({ id, to }) => keyOf.get(id)?.endsWith(` ${to}`) ? [keyOf.get(id)!] : []))
  say('mails that are said to be sent and no server ever had', told.filter((row) => !taken.has(`${row.id} ${row.to}`)))
  say('colleagues that are said to be told and no server ever had the mail', toColleagues.filter((row) => row.isSent && !keyOf.has(row.id)))
  say('mails a server had that nobody here knows of', [...taken.keys()].filter((key) => !known.has(key) && !internal.has(key)))
  say('mails that went out twice without a mark', [...taken].filter(([key, times]) => times > 1 && !internal.has(key) && !known.get(key)?.isMarked))
  say('mails recorded twice as sent', [...tally(told.map(({ id, to }) => `${id} ${to}`))].filter(([, times]) => times > 1))
  say('messages to mail customers that were neither sent nor are due', await db`
    select m.id, m.state from requests.message m join requests.request r on r.id = m.request_id where r.channel = 'email' and m.kind in ('reply', 'result', 'notice') and m.state not in ('held', 'queued')
      and not exists (select 1 from channels.mail k where k.message_id = m.id and k.direction = 'out')`)
  say('messages that failed', await db`select id, state, state_why from requests.message where state in ('failed', 'uncertain')`)
}

async function webhooks(db: Pool, journal: readonly Line[], say: Say): Promise<void> {
  const taken = Map.groupBy(of(journal, 'webhook'), (one) => one.id)
  const deliveries = await db<{ id: string; state: string }[]>`select 'msg_' || event_id as id, state from channels.webhook_delivery`
  say('events without their one webhook', await db`
    select e.id, e.type from platform.event e left join channels.webhook_delivery d on d.event_id = e.id, channels.webhook w
    where e.type = any(w.types) and e.at >= w.created_at group by e.id, e.type having count(d.id) <> 1`)
  say('webhooks that were not delivered', deliveries.filter((one) => one.state !== 'delivered'))
  say('webhooks that are said to be delivered and were not', deliveries.filter((one) => one.state === 'delivered' && !taken.has(one.id)))
  const known = new Set(deliveries.map((one) => one.id))
  say('webhooks of nothing', [...taken.keys()].filter((id) => !known.has(id)))
  say('webhooks repeated with other words', [...taken.values()].filter((all) => new Set(all.map((one) => one.body)).size > 1))
}

async function timers(db: Pool, say: Say): Promise<void> {
  const rows = await db<{ id: string; held: number; sent: number; earlyMs: number | null }[]>`
    select m.id, count(distinct h.id)::int as held, count(distinct s.id)::int as sent, max(extract(epoch from (h.data->>'sendAt')::timestamptz - s.at) * 1000)::float8 as early_ms
    from requests.message m left join platform.event h on h.subject = m.request_id and h.type = 'request.reply-held' and h.data->>'message' = m.id::text
      left join platform.event s on s.subject = m.request_id and s.type = 'request.replied' and s.data->>'message' = m.id::text
    where m.kind = 'reply' group by m.id`
  say('replies not told of once as held and once as sent', rows.filter((row) => row.held !== 1 || row.sent !== 1))
  say('replies that left before their ten seconds', rows.filter((row) => (row.earlyMs ?? 0) > 0))
  say('breaches told of twice or before their time', await db`
    select e.subject, e.type, count(*)::int as count from platform.event e left join requests.clock k on k.id::text = e.data->>'clock' where e.type like 'request.%-breached'
    group by e.subject, e.type, k.id, k.breached_at having count(*) > 1 or k.breached_at is null or min(e.at) < k.breached_at`)
}

async function mailsIn(db: Pool, journal: readonly Line[], say: Say): Promise<void> {
  const rows = await db<{ id: string; address: string; uid: number; number: number | null }[]>`
    select k.header_id as id, k.address_index as address, k.uid, r.number from channels.mail k left join requests.request r on r.id = k.request_id where k.direction = 'in' and k.verdict in ('request', 'message') order by k.uid`
  const became = tally(rows.filter((row) => row.number !== null).map((row) => row.id))
  say('mails in the mailbox that did not become one request', of(journal, 'mail-in').filter(({ id }) => became.get(id) !== 1))
  const last = new Map<string, number>()
  say('mails of one sender that were overtaken', rows.filter(({ address, number }) => { const before = last.get(address) ?? 0; last.set(address, number ?? 0); return number !== null && number < before }))
}

async function events(db: Pool, say: Say): Promise<void> {
  say('events with one id', await db`select id, count(*)::int as count from platform.event group by id having count(*) > 1`)
  say('requests whose acceptance is not told of once', await db`select r.id, count(e.id)::int as count from requests.request r left join platform.event e on e.subject = r.id and e.type = 'request.accepted' group by r.id having count(e.id) <> 1`)
  say('acceptances of nothing', await db`select e.subject from platform.event e left join requests.request r on r.id = e.subject where e.type = 'request.accepted' and r.id is null`)
  say('verifications not told of once', await db`
    select v.request_id, count(*)::int as rows, count(v.verdict)::int as verdicts, (select count(*) from platform.event e where e.subject = v.request_id and e.type = 'request.submitted')::int as submitted,
      (select count(*) from platform.event e where e.subject = v.request_id and e.type in ('request.verified', 'request.sent-back'))::int as judged
    from requests.verification v group by v.request_id
    having count(*) <> (select count(*) from platform.event e where e.subject = v.request_id and e.type = 'request.submitted')
      or count(v.verdict) <> (select count(*) from platform.event e where e.subject = v.request_id and e.type in ('request.verified', 'request.sent-back'))`)
  say('requests without key, first message or search words', await db`
    select r.id from requests.request r where (select count(*) from requests.intake i where i.request_id = r.id and i.message_id in (select id from requests.message m where m.request_id = r.id and m.kind = 'customer')) <> 1 or not exists (select from requests.search s where s.request_id = r.id)`)
  say('customers twice for one address', await db`select value, count(*)::int as count from customers.identity group by kind, value having count(*) > 1`)
  say('events a listener gave up', await db`select listener, error from platform.event_failure`)
}

/** Without the key: that the seals follow one another, cover each event once, and hold its digest. `audit verify` tries the marks. */
async function seals(db: Pool, say: Say): Promise<void> {
  const rows = await db<{ id: string; text: string }[]>`
    select id, concat(id, '|', xid, '|', seq, '|', type, '|', subject, '|', actor_kind, '|', actor_id, '|', at, '|', team_id, '|', data, '|' || source, '|' || call) as text from platform.event order by xid, seq`
  const made = await db<{ nr: number; ids: Buffer; digests: Buffer }[]>`select nr, ids, digests from platform.seal order by nr`
  say('gaps between seals', made.filter((one, place) => one.nr !== place + 1).map((one) => one.nr))
  const ids = Buffer.concat(made.map((one) => one.ids)).toString('hex')
  const digests = Buffer.concat(made.map((one) => one.digests))
  say('events that are not sealed in their place', rows.filter((row, place) => ids.slice(place * 32, place * 32 + 32) !== row.id.replaceAll('-', '')).slice(0, 1))
  say('events that are not what was sealed', rows.filter((row, place) => !createHash('sha256').update(row.text).digest().equals(digests.subarray(place * 32, place * 32 + 32))).slice(0, 1))
  say('more sealed than there is', ids.length / 32 > rows.length ? [ids.length / 32 - rows.length] : [])
}

async function timelines(db: Pool, say: Say): Promise<void> {
  say('timelines that do not begin with the acceptance', await db`
    select subject, type from (select subject, type, row_number() over (partition by subject order by xid, seq) as place from platform.event where type like 'request.%') e where place = 1 and type <> 'request.accepted'`)
  say('timelines that go back in time', await db`
    select subject, type, at, before from (select subject, type, at, lag(at) over (partition by subject order by seq) as before from platform.event where type like 'request.%') e where at < before`)
}

async function owners(db: Pool, say: Say): Promise<void> {
  say('requests in work without a holder', await db`select id, stage from requests.request where stage in ('assign', 'execute') and holder_id is null`)
  say('requests with two holders', await db`select request_id, count(*)::int as count from requests.assignment where state in ('offered', 'accepted') and how <> 'hand-over' group by request_id having count(*) > 1`)
  say('requests held by another than was assigned', await db`
    select r.id from requests.request r join requests.assignment a on a.request_id = r.id and a.state in ('offered', 'accepted') and a.how <> 'hand-over' where r.stage in ('assign', 'execute') and a.agent_id is distinct from r.holder_id`)
  say('people over their capacity', await db`
    select p.id, r.channel, count(*)::int as held from staff.person p join requests.request r on r.holder_id = p.id and r.stage in ('assign', 'execute') group by p.id, r.channel having count(*) > coalesce((p.capacity->>r.channel)::int, 0)`)
}

async function jobs(db: Pool, say: Say): Promise<void> {
  say('jobs that failed', await db`select queue, error from platform.job where failed_at is not null`)
  say('jobs that are due and nobody works on', await db`select queue, run_at, leased_until, error from platform.job where failed_at is null and run_at < now() - make_interval(secs => ${LATE_JOB_SECONDS}) and (leased_until is null or leased_until < clock_timestamp())`)
  say('schedules without their one job', await db`select queue, count(*)::int as count from platform.job where key = 'schedule' group by queue having count(*) <> 1`)
}

async function count(db: Pool, journal: readonly Line[]): Promise<Record<string, number>> {
  const [row] = await db<Record<string, number>[]>`
    select (select count(*) from requests.request)::int as requests, (select count(*) from platform.event)::int as events, (select count(*) from platform.seal)::int as seals,
      (select max(number) - min(number) + 1 - count(*) from requests.request)::int as numbers_skipped,
      (select count(*) from channels.mail where direction = 'out' and reason = 'channels.mail.delivery-uncertain')::int as marked_uncertain,
      (select coalesce(max(extract(epoch from s.at - (h.data->>'sendAt')::timestamptz)), 0) from platform.event h join platform.event s on s.subject = h.subject and s.type = 'request.replied' and s.data->>'message' = h.data->>'message' where h.type = 'request.reply-held')::float8 as latest_reply_seconds`
  const repeated = (keys: string[]): number => [...tally(keys).values()].filter((times) => times > 1).length
  const alarms = await db<{ kind: string; count: number }[]>`select kind, count(*)::int as count from governance.alarm group by kind`
  return {
    ...Object.fromEntries(alarms.map(({ kind, count }) => [`alarm:${kind}`, count])), acknowledged: of(journal, 'request').length, commands: of(journal, 'command').length, givenUp: of(journal, 'given-up').length, mailsIn: of(journal, 'mail-in').length,
    mailsOut: of(journal, 'mail-out').length, mailsTwice: repeated(of(journal, 'mail-out').map((one) => one.id)), webhooks: of(journal, 'webhook').length, webhooksTwice: repeated(of(journal, 'webhook').map((one) => one.id)), ...row!,
  }
}
