/** What a board shows, counted once for all who see the same. Names and subjects stay sealed: each viewer opens their own. */
import { asHouse, type Ctx } from '../../../platform/context.ts'
import type { Fragment } from '../../../platform/database/index.ts'
import { type Ahead, type Board, type Column, columns, type Load } from '../contract.ts'
import { figures } from '../store.ts'
import { young } from '../young.ts'
import type { Scope } from './scope.ts'

const FRESH_MS = 1_000
/** What is usual by now moves on slowly, and eight weeks are much to count each second. */
const USUAL_MS = 60_000
const WEEKS = 8
/** Fewer say nothing of what is usual. */
const LEAST_WEEKS = 3
const DUE_SOON_MS = 60 * 60_000
const AHEAD = 8

type Sealed<T> = Omit<T, 'holder'> & { holderId: string | null; holderName: string | null; customerId: string }
export type SealedOldest = Sealed<Column['oldest'][number]> & { column: Column['id'] }
export type SealedAhead = Sealed<Ahead>
export interface SealedLoad extends Omit<Load, 'current'> { first: { id: string; number: number; subject: string } | null }
export interface Counted extends Omit<Board, 'ageMs' | 'columns' | 'ahead' | 'people' | 'alarms'> {
  columns: Omit<Column, 'oldest'>[]
  oldest: SealedOldest[]
  ahead: SealedAhead[]
  people: SealedLoad[]
}

interface Day { zone: string; dayStartAt: Date }
/** At most a second old; `at` on the steady clock. */
export const boardFigures = (ctx: Ctx, scope: Scope, day: Day): { at: number; value: Promise<Counted> } =>
  young(ctx.app, `board ${day.zone} ${scope.key}`, FRESH_MS, () => countBoard(ctx, scope, day))

/** Each statement by its name, so that a test can ask the planner of every one. */
export function boardQueries(ctx: Ctx, seen: Fragment) {
  const { db, now } = ctx
  const ago = (hours: number): Date => new Date(now.getTime() - hours * 3_600_000)
  const open = db`
    select r.*, case stage when 'accept' then 'waiting' when 'track' then 'others' when 'verify' then 'verify' else 'in-hand' end as "column" from requests.request r
    where r.stage <> 'closed' and r.stage <> 'feedback' and ${seen}`
  const shown = db`r.id, r.number, r.subject, r.priority, r.team_id, r.stage_since, r.customer_id, c.name as customer_name, h.id as holder_id, h.name as holder_name`
  const named = db`join customers.customer c on c.id = r.customer_id left join staff.person h on h.id = r.holder_id`
  return {
    counts: db<{ column: Column['id']; count: number; hour: number; four: number; day: number; since: string }[]>`
      select "column", count(*)::int as count, (count(*) filter (where stage_since > ${ago(1)}))::int as hour, (count(*) filter (where stage_since > ${ago(4)}))::int as four,
        (count(*) filter (where stage_since > ${ago(24)}))::int as day, min(stage_since) as since
      from (${open}) o group by "column"`,
    oldest: db<SealedOldest[]>`
      select ${shown}, r."column" from (select *, row_number() over (partition by "column" order by stage_since, id) as nr from (${open}) o) r ${named} where r.nr <= 3 order by r."column", r.nr`,
    dues: db<{ overdue: number; soon: number }[]>`
      select (count(*) filter (where r.due_order <= ${now}))::int as overdue, (count(*) filter (where r.due_order > ${now}))::int as soon
      from requests.request r where r.stage <> 'closed' and r.due_order <= ${new Date(now.getTime() + DUE_SOON_MS)} and ${seen}`,
    // A request without a deadline has one beyond all time in its index.
    ahead: db<SealedAhead[]>`
      select ${shown}, r.due_order as due_at, coalesce(
        (select k.kind from requests.clock k where k.request_id = r.id and k.due_at = r.due_order and k.ended_at is null order by k.id limit 1),
        (select 'offer' from requests.assignment a where a.request_id = r.id and a.accept_due_at = r.due_order and a.state = 'offered' limit 1)) as kind
      from (select * from requests.request r where r.stage <> 'closed' and r.due_order > ${now} and r.next_due_at is not null and ${seen} order by r.due_order, r.id limit ${AHEAD}) r ${named} order by r.due_order, r.id`,
  }
}

async function countBoard(ctx: Ctx, { key, seen, teams }: Scope, { zone, dayStartAt }: Day): Promise<Counted> {
  const asked = boardQueries(ctx, seen)
  const today = figures(ctx, dayStartAt, seen)
  const [counts, oldest, [due], ahead, [opened], [closed], [first], [resolved], weeks, people] = await Promise.all([
    asked.counts, asked.oldest, asked.dues, asked.ahead, today.opened, today.closed, today.first, today.resolved,
    young(ctx.app, `usual ${zone} ${key}`, USUAL_MS, async () => usual(ctx, seen, dayStartAt, zone)).value, loads(ctx, teams, seen),
  ])
  const mean = (of: 'opened' | 'closed') => (weeks.length < LEAST_WEEKS ? null : { mean: weeks.reduce((sum, week) => sum + week[of], 0) / weeks.length, weeks: weeks.length })
  return {
    zone, asOf: ctx.now.toISOString(),
    columns: columns.map((id) => {
      const { count = 0, hour = 0, four = 0, day = 0 } = counts.find((row) => row.column === id) ?? {}
      return { id, count, ages: [hour, four - hour, day - four, count - day] }
    }),
    oldest: [...oldest], ahead: [...ahead], people,
    waitingSince: counts.find((row) => row.column === 'waiting')?.since ?? null, overdue: due!.overdue, dueSoon: due!.soon,
    opened: { count: opened!.count, usual: mean('opened') }, closed: { count: closed!.count, usual: mean('closed') },
    firstResponses: { count: first!.count, inTime: first!.inTime }, resolutions: resolved!,
  }
}

interface Week { opened: number; closed: number }
/** The same weekday of each of the last eight weeks up to this time of day, as the clock on the wall has it; only weeks the installation was there for. */
const usual = (ctx: Ctx, seen: Fragment, dayStartAt: Date, zone: string) => {
  const { db, now } = ctx
  const flow = (column: 'opened_at' | 'closed_at') => db`(select count(*)::int from requests.request r where r.${db(column)} >= w.start and r.${db(column)} <= w.until and ${seen})`
  return db<Week[]>`
    select ${flow('opened_at')} as opened, ${flow('closed_at')} as closed
    from (select (${dayStartAt}::timestamptz at time zone ${zone} - n * interval '7 days') at time zone ${zone} as start, (${now}::timestamptz at time zone ${zone} - n * interval '7 days') at time zone ${zone} as until from generate_series(1, ${WEEKS}::int) n) w
    where w.start >= (select min(opened_at) from requests.request)`
}

type Person = Omit<Load, 'channels' | 'overdue' | 'current'> & { capacity: Record<string, number> }
interface Held { holderId: string; channel: string; inHand: number; overdue: number; /** Of those the board shows. */ first: { id: string; number: number; subject: string; due: string } | null }

/** People who may work on requests, with what they hold. */
async function loads(ctx: Ctx, teams: readonly string[] | null, seen: Fragment): Promise<SealedLoad[]> {
  const { db, now } = ctx
  const people = await db<Person[]>`
    select p.id, p.name, case when p.presence_until < ${now} then 'offline' else p.presence end as presence, p.presence_at, p.capacity,
      array(select m.team_id from staff.membership m join staff.team t on t.id = m.team_id where m.person_id = p.id and t.archived_at is null) as team_ids
    from staff.person p join staff.role o on o.id = p.role_id
    where p.disabled_at is null and o.permissions && ${['requests.work', '*']}
      and ${teams ? db`exists (select from staff.membership m where m.person_id = p.id and m.team_id = any(${teams as string[]}::uuid[]))` : db`true`}
    order by p.name, p.id limit 300`
  const held = await asHouse(ctx).db<Held[]>`
    select holder_id, channel, count(*)::int as in_hand, (count(*) filter (where due_order <= ${now}))::int as overdue,
      (array_agg(jsonb_build_object('id', id, 'number', number, 'subject', subject, 'due', due_order) order by due_order, id) filter (where ${seen}))[1] as first
    from requests.request r where holder_id = any(${people.map((person) => person.id)}::uuid[]) and stage in ('assign', 'execute') group by holder_id, channel`
  return people.map(({ capacity, ...person }) => {
    const own = held.filter((row) => row.holderId === person.id)
    const names = [...new Set([...Object.keys(capacity), ...own.map((row) => row.channel)])]
    const first = own.flatMap((row) => row.first ?? []).sort((a, b) => a.due.localeCompare(b.due))[0]
    return {
      ...person, overdue: own.reduce((sum, row) => sum + row.overdue, 0),
      channels: names.map((channel) => ({ channel, inHand: own.find((row) => row.channel === channel)?.inHand ?? 0, capacity: capacity[channel] ?? 0 })).filter((one) => one.inHand > 0 || one.capacity > 0),
      first: first ? { id: first.id, number: first.number, subject: first.subject } : null,
    }
  })
}
