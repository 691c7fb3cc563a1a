/** SQL of the figures of a day. Every statement reaches its rows by an index: `store.test.ts` asks the planner. */
import { asHouse, type Ctx } from '../../platform/context.ts'
import { may } from '../../platform/access/index.ts'
import { opened } from '../../platform/crypto/vault.ts'
import { CUSTOMER_NAME } from '../customers/index.ts'
import { nameOnRequest, SUBJECT, visible } from '../requests/index.ts'
import { type Column, columns, type Load, type Today } from './contract.ts'

const WEEK_MS = 7 * 86_400_000
const DUE_SOON_MS = 60 * 60_000
const STAGES = ['accept', 'assign', 'execute', 'track', 'verify', 'feedback'] as const

/** Midnight of the present day where the person lives. API clients have no home: theirs is that of the default calendar. */
export async function dayOf(ctx: Ctx): Promise<{ zone: string; dayStartAt: Date }> {
  const [row] = await ctx.db<{ zone: string; start: string }[]>`
    with place as (select coalesce((select zone from staff.person where id = ${ctx.actor.id}), (select hours->>'zone' from staff.calendar where is_default), 'UTC') as zone)
    select zone, date_trunc('day', ${ctx.now}::timestamptz at time zone zone) at time zone zone as start from place`
  return { zone: row!.zone, dayStartAt: new Date(row!.start) }
}

/** One statement for each figure, so that each has its own index. `teamId` narrows all of them. */
export function figures(ctx: Ctx, dayStartAt: Date, teamId: string | undefined) {
  const { db, now } = ctx
  const mine = ctx.actor.id
  const seen = db`${visible(ctx)} ${teamId ? db`and r.team_id = ${teamId}` : db``}`
  const [before, beforeEnd] = [new Date(dayStartAt.getTime() - WEEK_MS), new Date(now.getTime() - WEEK_MS)]
  const between = (column: 'opened_at' | 'closed_at', from: Date, to: Date) => db<{ count: number }[]>`
    select count(*)::int as count from requests.request r where r.${db(column)} >= ${from} and r.${db(column)} <= ${to} and ${seen}`
  return {
    opened: between('opened_at', dayStartAt, now), openedBefore: between('opened_at', before, beforeEnd),
    closed: between('closed_at', dayStartAt, now), closedBefore: between('closed_at', before, beforeEnd),
    // Minutes the customer waited by the clock on the wall, not business minutes: this is what the customer felt.
    first: db<Today['firstResponses'][]>`
      select count(*)::int as count, (count(*) filter (where not exists (select 1 from requests.clock k where k.request_id = r.id and k.kind = 'first-response' and k.breached_at is not null)))::int as in_time,
        percentile_cont(0.5) within group (order by extract(epoch from first_response_at - opened_at) / 60)::float8 as median_minutes
      from requests.request r where r.first_response_at >= ${dayStartAt} and r.first_response_at <= ${now} and ${seen}`,
    resolved: db<Today['resolutions'][]>`
      select count(*)::int as count, (count(*) filter (where not exists (select 1 from requests.clock k where k.request_id = r.id and k.kind = 'resolution' and k.breached_at is not null and k.ended_at = r.resolution_at)))::int as in_time
      from requests.request r where r.resolution_at >= ${dayStartAt} and r.resolution_at <= ${now} and ${seen}`,
    rated: db<Today['rating'][]>`
      select count(*)::int as count, avg(score)::float8 as mean from requests.request r where r.scored_at >= ${dayStartAt} and r.scored_at <= ${now} and r.score is not null and ${seen}`,
    stages: db<Today['stages']>`select stage, count(*)::int as count from requests.request r where r.stage <> 'closed' and ${seen} group by stage`,
    mine: db<Today['mine'][]>`
      select count(*)::int as held, (count(*) filter (where stage = 'assign'))::int as unaccepted, (count(*) filter (where stage = 'track'))::int as waiting,
        (count(*) filter (where due_order <= ${now}))::int as overdue, (count(*) filter (where due_order > ${now} and due_order <= ${new Date(now.getTime() + DUE_SOON_MS)}))::int as due_soon
      from requests.request r where r.holder_id = ${mine} and r.stage <> 'closed'`,
  }
}

export async function todayOf(ctx: Ctx, query: { teamId?: string }): Promise<Today> {
  const day = await dayOf(ctx)
  const asked = figures(ctx, day.dayStartAt, query.teamId)
  const [[opened], [openedBefore], [closed], [closedBefore], [first], [resolved], [rated], stages, [mine]] = await Promise.all([
    asked.opened, asked.openedBefore, asked.closed, asked.closedBefore, asked.first, asked.resolved, asked.rated, asked.stages, asked.mine,
  ])
  return {
    dayStartAt: day.dayStartAt.toISOString(), zone: day.zone,
    opened: { count: opened!.count, early: openedBefore!.count }, closed: { count: closed!.count, early: closedBefore!.count },
    firstResponses: first!, resolutions: resolved!, rating: rated!,
    stages: STAGES.map((stage) => ({ stage, count: stages.find((row) => row.stage === stage)?.count ?? 0 })),
    mine: mine!,
  }
}

type Oldest = Omit<Column['oldest'][number], 'holder'> & { column: Column['id']; holderId: string | null; holderName: string | null; customerId: string }

/** Open requests by column of the board. Both statements read the open ones only, never what is closed. */
export function board(ctx: Ctx, teamId: string | undefined) {
  const { db, now } = ctx
  const ago = (hours: number): Date => new Date(now.getTime() - hours * 3_600_000)
  const open = db`
    select r.*, case stage when 'accept' then 'waiting' when 'track' then 'others' when 'verify' then 'verify' else 'in-hand' end as "column" from requests.request r
    where r.stage <> 'closed' and r.stage <> 'feedback' and ${visible(ctx)} ${teamId ? db`and r.team_id = ${teamId}` : db``}`
  return {
    counts: db<{ column: Column['id']; count: number; hour: number; four: number; day: number; since: string }[]>`
      select "column", count(*)::int as count, (count(*) filter (where stage_since > ${ago(1)}))::int as hour, (count(*) filter (where stage_since > ${ago(4)}))::int as four,
        (count(*) filter (where stage_since > ${ago(24)}))::int as day, min(stage_since) as since
      from (${open}) o group by "column"`,
    oldest: db<Oldest[]>`
      select o.id, o.number, o.subject, o.priority, o.team_id, o.stage_since, o."column", o.customer_id, c.name as customer_name, h.id as holder_id, h.name as holder_name
      from (select *, row_number() over (partition by "column" order by stage_since, id) as nr from (${open}) r) o
        join customers.customer c on c.id = o.customer_id left join staff.person h on h.id = o.holder_id
      where o.nr <= 3 order by o."column", o.nr`,
  }
}

export async function columnsToday(ctx: Ctx, query: { teamId?: string }): Promise<{ rows: Column[] }> {
  const asked = board(ctx, query.teamId)
  const [counts, oldest] = await Promise.all([asked.counts, opened(ctx, asked.oldest, { subject: [SUBJECT, 'id'], customerName: [CUSTOMER_NAME, 'customerId'] })])
  return { rows: columns.map((id) => {
    const { count = 0, hour = 0, four = 0, day = 0 } = counts.find((row) => row.column === id) ?? {}
    return {
      id, count, ages: [hour, four - hour, day - four, count - day],
      oldest: oldest.filter((row) => row.column === id).map(({ column: _, holderId, holderName, customerId: __, ...row }) => ({ ...row, customerName: nameOnRequest(ctx, row.customerName, { stage: id, holderId }), holder: holderId ? { id: holderId, name: holderName ?? '' } : null })),
    }
  }) }
}

type Person = Omit<Load, 'channels' | 'overdue' | 'current'> & { capacity: Record<string, number> }
interface Held { holderId: string; channel: string; inHand: number; overdue: number; /** Of those the actor may see. */ first: { id: string; number: number; subject: string; due: string } | null }

/** People who may work on requests, with what they hold. Whoever does not see everything sees the own teams' people. */
export async function loadsToday(ctx: Ctx, query: { teamId?: string }): Promise<{ rows: Load[] }> {
  const { db, now } = ctx
  const teams = ctx.actor.scope === 'all' ? (query.teamId ? [query.teamId] : null) : ctx.actor.teamIds.filter((team) => !query.teamId || team === query.teamId)
  const people = await db<Person[]>`
    select p.id, p.name, case when p.presence_until < ${now} then 'offline' else p.presence end as presence, p.presence_at, p.capacity,
      array(select m.team_id from staff.membership m join staff.team t on t.id = m.team_id where m.person_id = p.id and t.archived_at is null) as team_ids
    from staff.person p join staff.role o on o.id = p.role_id
    where p.disabled_at is null and o.permissions && ${['requests.work', '*']}
      and ${teams ? db`exists (select from staff.membership m where m.person_id = p.id and m.team_id = any(${teams as string[]}::uuid[]))` : db`true`}
    order by p.name, p.id limit 300`
  const held = await asHouse(ctx).db<Held[]>`
    select holder_id, channel, count(*)::int as in_hand, (count(*) filter (where due_order <= ${now}))::int as overdue,
      (array_agg(jsonb_build_object('id', id, 'number', number, 'subject', subject, 'due', due_order) order by due_order, id) filter (where ${visible(ctx)}))[1] as first
    from requests.request r where holder_id = any(${people.map((person) => person.id)}::uuid[]) and stage in ('assign', 'execute') group by holder_id, channel`
  const mayRead = may(ctx.actor, 'requests.read')
  await opened(ctx, held.flatMap((row) => row.first ?? []), { subject: [SUBJECT, 'id'] })
  return { rows: people.map(({ capacity, ...person }) => {
    const own = held.filter((row) => row.holderId === person.id)
    const names = [...new Set([...Object.keys(capacity), ...own.map((row) => row.channel)])]
    const first = own.flatMap((row) => row.first ?? []).sort((a, b) => a.due.localeCompare(b.due))[0]
    return {
      ...person, overdue: own.reduce((sum, row) => sum + row.overdue, 0),
      channels: names.map((channel) => ({ channel, inHand: own.find((row) => row.channel === channel)?.inHand ?? 0, capacity: capacity[channel] ?? 0 })).filter((one) => one.inHand > 0 || one.capacity > 0),
      current: first && mayRead ? { id: first.id, number: first.number, subject: first.subject } : null,
    }
  }) }
}
