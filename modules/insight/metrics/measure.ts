/** Facts: what reports count, measured from the requests and their history whenever something happened to them. */
import type { BusinessCalendar } from '../../../lib/calendar/index.ts'
import type { App, Ctx } from '../../../platform/context.ts'
import { run } from '../../../platform/context.ts'
import { calendarFor } from '../../requests/index.ts'
import { hearPresence, keepInHand } from './attendance.ts'
import { type Held, inHandOf, NEVER } from './quarters.ts'

const LISTENER = 'insight.facts'
const BATCH = 2_000

interface Raw {
  id: string; serviceId: string | null; teamId: string | null; calendarId: string | null; calendarVersion: number | null; openedAt: string; acceptedAt: string | null; firstResponseAt: string | null; resolutionAt: string | null
  pauses: { type: string; at: string; isPaused: boolean | null }[] | null
  holders: { personId: string; from: string; until: string | null }[] | null
}
/** [from, to) in epoch ms. */
type Span = readonly [number, number]

/** Measures what happened since the last time, after whoever is measuring now; returns how many events were looked at. */
export async function measureNew(app: App): Promise<number> {
  let count = 0
  for (;;) {
    const looked = await run(app, {}, measureBatch)
    count += looked
    if (looked < BATCH) return count
  }
}

async function measureBatch(ctx: Ctx): Promise<number> {
  ctx.later(ctx.db`insert into platform.cursor (listener) values (${LISTENER}) on conflict do nothing`)
  const [found] = await ctx.db<{ xid: string; seq: number }[]>`select xid::text, seq from platform.cursor where listener = ${LISTENER} for update`
  const place = found!
  const events = await ctx.db<{ xid: string; seq: number; at: string; subject: string | null; ours: boolean; presence: string | null }[]>`
    select xid::text, seq, at, subject, type like 'request.%' as ours, case when type = 'staff.presence-changed' then data->>'to' end as presence from platform.event e
    where (e.xid, e.seq) > (${place.xid}::xid8, ${place.seq}) and e.xid < pg_snapshot_xmin(pg_current_snapshot()) order by e.xid, e.seq limit ${BATCH}`
  const last = events.at(-1)
  if (!last) return 0
  await measure(ctx, [...new Set(events.flatMap((event) => (event.ours && event.subject ? [event.subject] : [])))])
  await hearPresence(ctx, events.flatMap(({ subject, at, presence }) => (subject && presence ? [{ personId: subject, at, isThere: presence === 'online' }] : [])))
  await ctx.db`update platform.cursor set xid = ${last.xid}::xid8, seq = ${last.seq}, at = ${ctx.now} where listener = ${LISTENER}`
  return events.length
}

/** True when every readable event has been measured. */
export async function isMeasured(ctx: Pick<Ctx, 'db'>): Promise<boolean> {
  const [row] = await ctx.db<{ left: boolean }[]>`
    select exists (select 1 from platform.event where (xid, seq) > (select xid, seq from platform.cursor where listener = ${LISTENER} union all select '0', 0 limit 1) and xid < pg_snapshot_xmin(pg_current_snapshot())) as left`
  return !row!.left
}

/** Writes the facts of these requests anew; of those that are gone they go. */
export async function measure(ctx: Ctx, ids: readonly string[]): Promise<void> {
  if (!ids.length) return
  const raws = await ctx.db<Raw[]>`
    select r.id, r.service_id, r.team_id, r.calendar_id, r.calendar_version, r.opened_at, r.first_response_at, r.resolution_at,
      (select min(a.answered_at) from requests.assignment a where a.request_id = r.id and a.state in ('accepted', 'ended') and a.agent_id is not null) as accepted_at,
      (select jsonb_agg(jsonb_build_object('type', e.type, 'at', e.at, 'isPaused', e.data->'isPaused') order by e.seq) from platform.event e
        where e.subject = r.id and e.type in ('request.waiting', 'request.resumed', 'request.closed', 'request.reopened', 'request.submitted', 'request.sent-back')) as pauses,
      (select jsonb_agg(jsonb_build_object('personId', a.agent_id, 'from', a.answered_at, 'until', a.ended_at) order by a.id) from requests.assignment a where a.request_id = r.id and a.agent_id is not null and a.answered_at is not null) as holders
    from requests.request r where r.id = any(${ids as string[]}::uuid[])`
  const lost = raws.length < ids.length ? await ctx.db<{ id: string }[]>`
    select e.id from insight.fact g join insight.fact e on e.customer_id = g.customer_id and e.closed_at is not null and e.back_at = g.opened_at
    where g.id = any(${ids as string[]}::uuid[]) and not exists (select 1 from requests.request r where r.id = g.id)` : []
  const measured = []
  for (const raw of raws) measured.push(times(raw, await calendarFor(ctx, raw)))
  await ctx.db`
    with kept as (select * from jsonb_to_recordset(${ctx.db.json(measured as never)}) as m (id uuid, accepted_at timestamptz, acceptance_s int, first_response_s int, handling_s int, resolution_s int)),
      gone as (delete from insight.fact where id = any(${ids as string[]}::uuid[]) and id not in (select id from kept))
    insert into insight.fact (id, number, customer_id, team_id, holder_id, answerable_id, opened_by_id, service_id, channel, priority, type, tier, opened_at, accepted_at, first_response_at, resolution_at, closed_at, scored_at,
      acceptance_s, first_response_s, handling_s, resolution_s, first_response_late, resolution_late, score, transfers, reopened, failed_verifications, asked, deadlines, missed, follow_ups, follow_ups_missed, by_channel_clause)
    select r.id, r.number, r.customer_id, r.team_id, r.holder_id, r.answerable_id, r.opened_by_id, r.service_id, r.channel, r.priority, r.type, c.tier, r.opened_at, m.accepted_at, r.first_response_at, r.resolution_at, r.closed_at, r.scored_at,
      m.acceptance_s, m.first_response_s, m.handling_s, m.resolution_s, exists (select 1 from requests.clock k where k.request_id = r.id and k.kind = 'first-response' and k.breached_at is not null),
      coalesce((select k.breached_at is not null from requests.clock k where k.request_id = r.id and k.kind = 'resolution' order by k.run desc limit 1), false), r.score,
      greatest(0, (select count(*) from requests.assignment a where a.request_id = r.id and a.answered_at is not null and a.state in ('accepted', 'ended') and a.agent_id is not null) - 1 - r.reopened),
      r.reopened, r.failed_verifications, (select count(*) from requests.message w where w.request_id = r.id and w.author_kind = 'customer'), d.deadlines, d.missed, d.follow_ups, d.follow_ups_missed,
      coalesce((select exists (select 1 from jsonb_array_elements(v.content->'clauses') c where c->>'key' = k.clause and c->'when' ? 'channel')
        from requests.clock k join standards.version v on v.id = k.version_id where k.request_id = r.id and k.kind = 'first-response' order by k.run desc limit 1), false)
    from kept m join requests.request r on r.id = m.id join customers.customer c on c.id = r.customer_id cross join lateral (${deadlinesOf(ctx.db)}) d
    on conflict (id) do update set (customer_id, team_id, holder_id, answerable_id, service_id, channel, priority, type, tier, accepted_at, first_response_at, resolution_at, closed_at, scored_at,
      acceptance_s, first_response_s, handling_s, resolution_s, first_response_late, resolution_late, score, transfers, reopened, failed_verifications, asked, deadlines, missed, follow_ups, follow_ups_missed, by_channel_clause)
      = (excluded.customer_id, excluded.team_id, excluded.holder_id, excluded.answerable_id, excluded.service_id, excluded.channel, excluded.priority, excluded.type, excluded.tier, excluded.accepted_at, excluded.first_response_at, excluded.resolution_at, excluded.closed_at, excluded.scored_at,
        excluded.acceptance_s, excluded.first_response_s, excluded.handling_s, excluded.resolution_s, excluded.first_response_late, excluded.resolution_late, excluded.score, excluded.transfers, excluded.reopened, excluded.failed_verifications, excluded.asked, excluded.deadlines, excluded.missed, excluded.follow_ups, excluded.follow_ups_missed, excluded.by_channel_clause)`
  await measureReturns(ctx, [...ids, ...lost.map((row) => row.id)])
  await measureBefore(ctx, ids)
  const held = new Map<string, Held[]>(ids.map((id) => [id, []]))
  for (const { id, holders, pauses } of raws) held.set(id, inHandOf((holders ?? []).map(({ personId, from, until }) => ({ personId, from: Date.parse(from), until: until === null ? NEVER : Date.parse(until) })), pauses ?? []))
  await keepInHand(ctx, held)
}

/** When the customers came back after these requests, and after those before which these are the first to be opened. */
export const measureReturns = ({ db }: Pick<Ctx, 'db'>, ids: readonly string[]) => db`
  update insight.fact f set back_at = n.back_at from (
    select o.id, (select min(n.opened_at) from insight.fact n where n.customer_id = o.customer_id and n.opened_at > o.closed_at) as back_at
    from insight.fact o where o.id in (
      select unnest(${ids as string[]}::uuid[])
      union select e.id from insight.fact m join insight.fact e on e.customer_id = m.customer_id and e.closed_at < m.opened_at and e.back_at is null where m.id = any(${ids as string[]}::uuid[])
      union select e.id from insight.fact m join insight.fact e on e.customer_id = m.customer_id and e.closed_at < m.opened_at and e.back_at > m.opened_at where m.id = any(${ids as string[]}::uuid[]))) n
  where f.id = n.id and f.back_at is distinct from n.back_at`

/** What the customers had said the time before they rated these, and before the ratings that follow these or followed them until now. */
export const measureBefore = ({ db }: Pick<Ctx, 'db'>, ids: readonly string[]) => db`
  update insight.fact f set rated_before = n.before, score_before = n.score from (
    select o.id, b.id as before, b.score from insight.fact o
      left join lateral (select p.id, p.score from insight.fact p where p.customer_id = o.customer_id and p.score is not null and (p.scored_at, p.id) < (o.scored_at, o.id) order by p.scored_at desc, p.id desc limit 1) b on o.score is not null
    where o.id in (
      select unnest(${ids as string[]}::uuid[])
      union select e.id from insight.fact e where e.rated_before = any(${ids as string[]}::uuid[])
      union select e.id from insight.fact m cross join lateral (select x.id from insight.fact x where x.customer_id = m.customer_id and x.score is not null and (x.scored_at, x.id) > (m.scored_at, m.id) order by x.scored_at, x.id limit 1) e where m.id = any(${ids as string[]}::uuid[]) and m.score is not null)) n
  where f.id = n.id and (f.rated_before, f.score_before) is distinct from (n.before, n.score)`

/** How many deadlines of `r` were kept or missed, all of them and those after the first answer; one that was called off counts only when it had been missed. */
const deadlinesOf = (db: Ctx['db']) => db`
  select count(*) as deadlines, count(k.breached_at) as missed, count(*) filter (where k.kind in ('next-response', 'hand-over')) as follow_ups, count(k.breached_at) filter (where k.kind in ('next-response', 'hand-over')) as follow_ups_missed
  from requests.clock k where k.request_id = r.id and (k.state = 'met' or k.breached_at is not null)`

/** Working seconds of a request's stretches. A stretch that has not ended has none. */
export function times(raw: Raw, calendar: BusinessCalendar) {
  const stood = pausesOf(raw.pauses ?? [])
  const seconds = (from: string | null, to: string | null): number | null => {
    if (!from || !to || to < from) return null
    const [a, b] = [Date.parse(from), Date.parse(to)]
    const paused = stood.reduce((sum, [begin, end]) => { const [x, y] = [Math.max(a, begin), Math.min(b, end)]; return x < y ? sum + calendar.businessMsBetween(x, y) : sum }, 0)
    return Math.round((calendar.businessMsBetween(a, b) - paused) / 1000)
  }
  return {
    id: raw.id, accepted_at: raw.acceptedAt, acceptance_s: seconds(raw.openedAt, raw.acceptedAt), first_response_s: seconds(raw.openedAt, raw.firstResponseAt),
    handling_s: seconds(raw.acceptedAt, raw.resolutionAt), resolution_s: seconds(raw.openedAt, raw.resolutionAt),
  }
}

/** When the clocks stood: while the customer was asked, and between a close and what reopened it. Stretches never overlap. */
function pausesOf(events: readonly { type: string; at: string; isPaused: boolean | null }[]): Span[] {
  const spans: Span[] = []
  let since: number | null = null
  for (const event of events) {
    const at = Date.parse(event.at)
    const stops = (event.type === 'request.waiting' && event.isPaused === true) || event.type === 'request.closed'
    const starts = event.type === 'request.resumed' || event.type === 'request.reopened' || event.type === 'request.submitted' || event.type === 'request.sent-back'
    if (stops) since ??= at
    else if (starts && since !== null) { spans.push([since, at]); since = null }
  }
  if (since !== null) spans.push([since, Infinity])
  return spans
}

