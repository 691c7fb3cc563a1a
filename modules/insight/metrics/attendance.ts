/**
 * When people were at the desk and had requests in hand: heard from the history as it is measured, and cut into quarters
 * of an hour when somebody asks. What is told differently later is cut anew from there on.
 */
import type { BusinessCalendar } from '../../../lib/calendar/index.ts'
import type { App, Ctx } from '../../../platform/context.ts'
import { run } from '../../../platform/context.ts'
import { hoursOfPeople } from '../../staff/index.ts'
import { changedFrom, type Held, NEVER, quarterOf, quartersOf, type Span } from './quarters.ts'

/** What goes on is kept until 'infinity', and read as null. */
interface Kept { personId: string; fromAt: string; untilAt: string | null }
/** People and days at a time: a year of fifty people is many rows. */
const PEOPLE = 50
const STRETCH_MS = 14 * 86_400_000

const ms = (at: string | null): number => (at === null ? NEVER : Date.parse(at))
const instant = (at: number): string => (at === NEVER ? 'infinity' : new Date(at).toISOString())

/** From these moments on the quarters are to be cut anew. */
const recut = ({ db }: Pick<Ctx, 'db'>, first: ReadonlyMap<string, number>) => db`
  insert into insight.reckoned as r (person_id, through_at) select * from unnest(${[...first.keys()]}::uuid[], ${[...first.values()].map(instant)}::timestamptz[])
  on conflict (person_id) do update set through_at = least(r.through_at, excluded.through_at)`

export interface Attended { personId: string; at: string; isThere: boolean }
/** Takes over who came to the desk and who left it, in the order it happened. */
export async function hearPresence(ctx: Ctx, changes: readonly Attended[]): Promise<void> {
  if (!changes.length) return
  const people = [...new Set(changes.map((one) => one.personId))]
  const open = new Map((await ctx.db<{ personId: string; fromAt: string }[]>`delete from insight.desk_time where person_id = any(${people}::uuid[]) and until_at = 'infinity' returning person_id, from_at`).map((row) => [row.personId, ms(row.fromAt)]))
  const spans: Held[] = []
  const first = new Map<string, number>()
  for (const { personId, at, isThere } of changes) {
    first.set(personId, Math.min(first.get(personId) ?? NEVER, ms(at)))
    const since = open.get(personId)
    if (isThere) open.set(personId, since ?? ms(at))
    else if (since !== undefined) { spans.push({ personId, from: since, until: Math.max(since, ms(at)) }); open.delete(personId) }
  }
  for (const [personId, from] of open) spans.push({ personId, from, until: NEVER })
  const kept = spans.filter((one) => one.from < one.until)
  await ctx.db`insert into insight.desk_time (person_id, from_at, until_at) select * from unnest(${kept.map((one) => one.personId)}::uuid[], ${kept.map((one) => instant(one.from))}::timestamptz[], ${kept.map((one) => instant(one.until))}::timestamptz[])`
  await recut(ctx, first)
}

/** Keeps who had these requests in hand and when; `held` by request, those that are gone without anything. */
export async function keepInHand(ctx: Ctx, held: ReadonlyMap<string, readonly Held[]>): Promise<void> {
  const ids = [...held.keys()]
  const before = new Map<string, Held[]>(ids.map((id) => [id, []]))
  for (const { requestId, personId, fromAt, untilAt } of await ctx.db<(Kept & { requestId: string })[]>`select request_id, person_id, from_at, nullif(until_at, 'infinity') as until_at from insight.in_hand where request_id = any(${ids}::uuid[])`)
    before.get(requestId)!.push({ personId, from: ms(fromAt), until: ms(untilAt) })
  const first = new Map<string, number>()
  const changed = ids.filter((id) => {
    const changes = changedFrom(before.get(id)!, held.get(id)!)
    for (const [personId, at] of changes) first.set(personId, Math.min(first.get(personId) ?? NEVER, at))
    return changes.size > 0
  })
  if (!changed.length) return
  const rows = changed.flatMap((id) => held.get(id)!.map((one) => ({ id, ...one })))
  await ctx.db`delete from insight.in_hand where request_id = any(${changed}::uuid[])`
  await ctx.db`insert into insight.in_hand (request_id, person_id, from_at, until_at)
    select * from unnest(${rows.map((one) => one.id)}::uuid[], ${rows.map((one) => one.personId)}::uuid[], ${rows.map((one) => instant(one.from))}::timestamptz[], ${rows.map((one) => instant(one.until))}::timestamptz[])`
  await recut(ctx, first)
}

/** Cuts what is new into quarters, the one that runs as far as it has come. */
export async function reckonQuarters(app: App): Promise<void> {
  for (;;) if (!(await run(app, {}, reckonSome))) return
}

async function reckonSome(ctx: Ctx): Promise<boolean> {
  const now = ctx.now.getTime()
  // Whoever was not there since has nothing to be cut: a report costs nothing for people who are away.
  const due = await ctx.db<{ personId: string; throughAt: string }[]>`
    select r.person_id, r.through_at from insight.reckoned r where r.through_at < ${new Date(quarterOf(now))} and exists (select from insight.desk_time d where d.person_id = r.person_id and d.until_at > r.through_at and d.from_at < ${ctx.now})
    order by r.person_id limit ${PEOPLE} for update`
  if (!due.length) return false
  const ids = due.map((one) => one.personId)
  const [desk, hand, hours] = await Promise.all([
    ctx.db<Kept[]>`select d.person_id, d.from_at, nullif(d.until_at, 'infinity') as until_at from insight.reckoned r join insight.desk_time d on d.person_id = r.person_id and d.until_at > r.through_at where r.person_id = any(${ids}::uuid[])`,
    ctx.db<Kept[]>`
      select h.person_id, h.from_at, nullif(h.until_at, 'infinity') as until_at from insight.reckoned r join insight.in_hand h on h.person_id = r.person_id and h.until_at > r.through_at - interval '15 minutes' and h.from_at < ${ctx.now} where r.person_id = any(${ids}::uuid[])`,
    hoursOfPeople(ctx, ids),
  ])
  const spansOf = (rows: readonly Kept[]) => { const of = Map.groupBy(rows, (row) => row.personId); return (id: string): Span[] => (of.get(id) ?? []).map((row) => [ms(row.fromAt), ms(row.untilAt)]) }
  const [deskOf, handOf] = [spansOf(desk), spansOf(hand)]
  const rows: { personId: string; teamId: string | null; start: number; presentS: number; occupiedS: number }[] = []
  const through: number[] = []
  for (const { personId, throughAt } of due) {
    const desks = deskOf(personId)
    // Nothing to cut before the first time at the desk that is left.
    const from = Math.max(quarterOf(ms(throughAt)), quarterOf(Math.min(...desks.map(([begin]) => begin))))
    const to = Math.min(now, from + STRETCH_MS)
    const home = hours.get(personId)
    const present = desks.flatMap(([begin, end]) => openWithin(home?.calendar ?? null, Math.max(begin, from), Math.min(end, to)))
    for (const { start, presentMs, occupiedMs } of quartersOf(present, handOf(personId))) {
      const presentS = Math.round(presentMs / 1000)
      if (presentS > 0) rows.push({ personId, teamId: home?.teamId ?? null, start, presentS, occupiedS: Math.min(presentS, Math.round(occupiedMs / 1000)) })
    }
    through.push(quarterOf(to))
  }
  await ctx.db`delete from insight.quarter q using unnest(${ids}::uuid[], ${due.map((one) => new Date(quarterOf(ms(one.throughAt))).toISOString())}::timestamptz[]) d (person_id, from_at) where q.person_id = d.person_id and q.start_at >= d.from_at`
  await ctx.db`insert into insight.quarter (person_id, start_at, team_id, present_s, occupied_s)
    select * from unnest(${rows.map((one) => one.personId)}::uuid[], ${rows.map((one) => instant(one.start))}::timestamptz[], ${rows.map((one) => one.teamId)}::uuid[], ${rows.map((one) => one.presentS)}::smallint[], ${rows.map((one) => one.occupiedS)}::smallint[])`
  await ctx.db`update insight.reckoned r set through_at = d.through from unnest(${ids}::uuid[], ${through.map(instant)}::timestamptz[]) d (person_id, through) where r.person_id = d.person_id`
  return true
}

/** The working hours between two moments; all of it without a calendar. */
function openWithin(calendar: BusinessCalendar | null, from: number, to: number): Span[] {
  if (!calendar) return from < to ? [[from, to]] : []
  const spans: Span[] = []
  for (let at = calendar.nextOpen(from); at < to;) {
    const end = Math.min(to, calendar.closesAt(at) ?? to)
    spans.push([at, end])
    if (end >= to) break
    at = calendar.nextOpen(end)
  }
  return spans
}
