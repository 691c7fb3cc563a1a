/**
 * Lists of requests. A page is read team by team along one index and merged, so it costs the same with ten
 * thousand requests as with a million. The lists at the end must be empty or owned.
 */
import { asHouse, type Ctx } from '../../platform/context.ts'
import { Fault } from '../../platform/fault.ts'
import { may } from '../../platform/access/index.ts'
import { opened } from '../../platform/crypto/vault.ts'
import { CUSTOMER_NAME } from '../customers/index.ts'
import type { RequestRow, View } from './contract.ts'
import { sealedRequest } from './kept.ts'
import { nameOnRequest } from './relations.ts'
import { visible } from './visible.ts'
import { wordsQuery } from './words.ts'

export interface ListQuery {
  view: View
  search?: string
  stage?: string
  teamId?: string
  holderId?: string
  customerId?: string
  priority?: string
  channel?: string
  cursor?: string
  limit: number
}

/** Untouched for a day in somebody's hands, or waited a quarter of an hour for a suitable person. */
export const STUCK_HOURS = 24
/** An answered request without rating after this long counts as unrated. */
const UNRATED_DAYS = 3
const DUE_SOON_MINUTES = 60

/** Views that are read newest first; the others by what is due. */
const NEWEST = new Set<View>(['closed', 'all', 'unrated'])

function condition(ctx: Ctx, view: View) {
  const { db, now } = ctx
  const ago = (hours: number): Date => new Date(now.getTime() - hours * 3_600_000)
  const isOpen = db`r.stage <> 'closed'`
  switch (view) {
    case 'mine': return db`${isOpen} and r.holder_id = ${ctx.actor.id}`
    case 'answerable': return db`${isOpen} and r.answerable_id = ${ctx.actor.id}`
    case 'open': return isOpen
    case 'queue': case 'unassigned': return db`r.stage = 'accept'`
    case 'due-soon': return db`${isOpen} and r.due_order <= ${new Date(now.getTime() + DUE_SOON_MINUTES * 60_000)}`
    case 'overdue': return db`${isOpen} and r.due_order <= ${now}`
    case 'waiting': return db`r.stage = 'track'`
    case 'to-verify': case 'unverified': return db`r.stage = 'verify'`
    case 'unaccepted': return db`r.stage = 'assign'`
    case 'stuck': return db`r.stage in ('accept', 'assign', 'execute') and r.stage_since < ${ago(STUCK_HOURS)} and r.last_message_at < ${ago(STUCK_HOURS)}`
    case 'failed': return db`exists (select 1 from requests.message m where m.request_id = r.id and m.state in ('failed', 'uncertain'))`
    case 'unrated': return db`r.closed_at > ${ago(30 * 24)} and r.closed_at < ${ago(UNRATED_DAYS * 24)} and r.score is null and r.result is not null`
    case 'closed': return db`r.stage = 'closed'`
    case 'all': return db`true`
  }
}

interface Keyset { order: string; id: string }
function readCursor(text: string | undefined): Keyset | null {
  if (!text) return null
  const [order, id] = text.split('~')
  if (!order || !id || !/^[0-9a-f-]{36}$/.test(id) || Number.isNaN(Date.parse(order))) throw new Fault('input.cursor', 422)
  return { order, id }
}

type Row = Omit<RequestRow, 'holder'> & { customerId: string; holderId: string | null; holderName: string | null; answerableId: string | null; dueOrder: string }

export async function listRequests(ctx: Ctx, query: ListQuery): Promise<{ rows: RequestRow[]; next: string | null }> {
  const rows = query.search?.trim() ? await search(ctx, query) : await pageOf(ctx, query)
  const shown = await opened(ctx, rows.slice(0, query.limit), { subject: sealedRequest.subject, lastSnippet: sealedRequest.lastSnippet, customerName: [CUSTOMER_NAME, 'customerId'] })
  const last = shown.at(-1)
  return {
    rows: shown.map(({ holderId, holderName, answerableId, customerId: _, dueOrder: __, ...row }) => ({ ...row, customerName: nameOnRequest(ctx, row.customerName, { stage: row.stage, holderId, answerableId }), holder: holderId ? { id: holderId, name: holderName ?? '' } : null })),
    next: rows.length > query.limit && last && !query.search?.trim() ? `${last.dueOrder}~${last.id}` : null,
  }
}

function filters(ctx: Ctx, query: ListQuery) {
  const { db } = ctx
  return db`${condition(ctx, query.view)}
    ${query.stage ? db`and r.stage = ${query.stage}` : db``} ${query.holderId ? db`and r.holder_id = ${query.holderId}` : db``}
    ${query.customerId ? db`and r.customer_id = ${query.customerId}` : db``} ${query.priority ? db`and r.priority = ${query.priority}` : db``}
    ${query.channel ? db`and r.channel = ${query.channel}` : db``}`
}

const columns = (ctx: Ctx) => ctx.db`
  r.id, r.number, r.subject, r.stage, r.stage_since, r.priority, r.channel, r.customer_id, c.name as customer_name, c.tier as customer_tier, r.team_id, r.holder_id, r.answerable_id, h.name as holder_name, r.waiting_for,
  r.next_due_at, r.due_order, r.paused_at is not null as is_paused, r.stage <> 'closed' and r.due_order <= ${ctx.now} as is_late, r.opened_at, r.last_message_at, r.last_snippet, r.last_by, r.score,
  (r.last_by = 'customer' and not exists (select 1 from requests.seen s where s.request_id = r.id and s.person_id = ${ctx.actor.id} and s.at >= r.last_message_at)) as is_unread`

/** Teams whose requests a list may walk through one by one; null when the list has an index of its own. */
async function teamsToWalk(ctx: Ctx, query: ListQuery): Promise<(string | null)[] | null> {
  if (ctx.actor.kind === 'client' || query.customerId || query.view === 'mine' || query.view === 'answerable' || query.holderId || query.view === 'failed') return null
  if (ctx.actor.scope === 'own' || ctx.actor.scope === 'region') return null
  if (query.teamId) return [query.teamId]
  if (ctx.actor.scope === 'team') return [...ctx.actor.teamIds]
  const teams = await ctx.db<{ id: string }[]>`select id from staff.team`
  return [...teams.map((team) => team.id), null]
}

async function pageOf(ctx: Ctx, query: ListQuery): Promise<Row[]> {
  const { db } = ctx
  const newest = NEWEST.has(query.view)
  const after = readCursor(query.cursor)
  const beyond = after ? (newest ? db`and r.id < ${after.id}` : db`and (r.due_order, r.id) > (${after.order}, ${after.id})`) : db``
  const order = newest ? db`r.id desc` : db`r.due_order, r.id`
  const teams = await teamsToWalk(ctx, query)
  const limit = query.limit + 1
  if (teams === null) {
    return db<Row[]>`select ${columns(ctx)} from requests.request r join customers.customer c on c.id = r.customer_id left join staff.person h on h.id = r.holder_id
      where ${filters(ctx, query)} and ${visible(ctx)} ${query.teamId ? db`and r.team_id = ${query.teamId}` : db``} ${beyond} order by ${order} limit ${limit}`
  }
  const allowed = query.teamId && ctx.actor.scope === 'team' && !ctx.actor.teamIds.includes(query.teamId) ? visible(ctx) : db`true`
  const known = teams.filter((team): team is string => team !== null)
  const walk = db`select r.* from unnest(${known}::uuid[]) as team(id) cross join lateral (
      select r.* from requests.request r where r.team_id = team.id and ${filters(ctx, query)} ${beyond} order by ${order} limit ${limit}) r`
  const teamless = teams.includes(null) ? db`union all (select r.* from requests.request r where r.team_id is null and ${filters(ctx, query)} ${beyond} order by ${order} limit ${limit})` : db``
  return db<Row[]>`
    with r as (${walk} ${teamless}), page as (select r.* from r where ${allowed} order by ${order} limit ${limit})
    select ${columns(ctx)} from page r join customers.customer c on c.id = r.customer_id left join staff.person h on h.id = r.holder_id order by ${order}`
}

const SEARCH_CAP = 300

/** A number finds its request first; words find the newest requests that hold them all. */
async function search(ctx: Ctx, query: ListQuery): Promise<Row[]> {
  const { db } = ctx
  const text = query.search!.trim()
  const number = /^#?(\d{1,15})$/.exec(text)?.[1]
  const words = wordsQuery(ctx, text)
  // Matching first, in a materialised step: with ORDER BY … LIMIT the planner may otherwise walk the whole table for a rare word.
  return db<Row[]>`
    with hit as materialized (
      select request_id from requests.search where ${words ? db`tokens @@ ${words}::tsquery` : db`false`}),
    newest as (select request_id from hit order by request_id desc limit ${SEARCH_CAP}),
    found as (select request_id from newest union select id from requests.request where number = ${number ?? null}::bigint)
    select ${columns(ctx)} from found f join requests.request r on r.id = f.request_id join customers.customer c on c.id = r.customer_id left join staff.person h on h.id = r.holder_id
    where ${filters(ctx, query)} and ${visible(ctx)} ${query.teamId ? db`and r.team_id = ${query.teamId}` : db``}
    order by (r.number = ${number ?? null}::bigint) desc nulls last, r.id desc limit ${query.limit + 1}`
}

const COUNTED: View[] = ['mine', 'queue', 'due-soon', 'waiting', 'to-verify', 'answerable', 'open', 'unassigned', 'unaccepted', 'stuck', 'overdue', 'unverified', 'failed']
const COUNT_CAP = 1000

// A count promises what its list shows: the own teams, but for the two personal views.
const inList = (ctx: Ctx, view: View) =>
  ctx.actor.kind === 'agent' && ctx.actor.scope === 'team' && view !== 'mine' && view !== 'answerable' ? ctx.db`r.team_id = any(${ctx.actor.teamIds as string[]}::uuid[])` : visible(ctx)

/** Sizes of the views, each counted to a thousand at most. */
export async function countViews(ctx: Ctx): Promise<{ views: Record<string, number>; teams: { id: string; name: string; open: number; queue: number }[] }> {
  const { db } = ctx
  const { scope, kind } = ctx.actor
  const isWhole = kind === 'agent' && (scope === 'all' || scope === 'team')
  const listed = scope === 'all' || scope === 'region' ? db`true` : db`t.id = any(${ctx.actor.teamIds as string[]}::uuid[])`
  const lists = COUNTED.filter((view) => may(ctx.actor, 'requests.work') || view !== 'mine')
  const counts = Promise.all(lists.map(async (view) => {
    const [row] = await db<{ count: number }[]>`select count(*)::int as count from (select 1 from requests.request r where ${condition(ctx, view)} and ${inList(ctx, view)} limit ${COUNT_CAP}) one`
    return [view, row!.count] as const
  }))
  const teams = db<{ id: string; name: string; open: number; queue: number }[]>`
    select t.id, t.name, count(r.id)::int as open, (count(r.id) filter (where r.stage = 'accept'))::int as queue
    from staff.team t left join requests.request r on r.team_id = t.id and r.stage <> 'closed' ${isWhole ? db`` : db`and ${visible(ctx)}`} where ${listed} group by t.id
    ${scope === 'region' ? db`having count(r.id) > 0` : db``} order by t.name`
  return { views: Object.fromEntries(await counts), teams: [...(await teams)] }
}

/** What each person of a team (or everybody) has in hand: for whoever hands work over all of it, for others what they may see. */
export async function countLoads(ctx: Ctx, teamId?: string): Promise<{ rows: { agentId: string; open: number }[] }> {
  const isWhole = ctx.actor.kind === 'agent' && (ctx.actor.scope === 'all' || ctx.actor.scope === 'team')
  const rows = await asHouse(ctx).db<{ agentId: string; open: number }[]>`
    select holder_id as agent_id, count(*)::int as open from requests.request r where holder_id is not null and stage in ('assign', 'execute') ${isWhole ? ctx.db`` : ctx.db`and ${visible(ctx)}`}
      ${teamId ? ctx.db`and holder_id in (select person_id from staff.membership where team_id = ${teamId})` : ctx.db``} group by holder_id`
  return { rows: [...rows] }
}
