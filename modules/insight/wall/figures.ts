/** What a wallboard shows: the figures of the start page and the lead's board, counted with its maker's rights. */
import type { App, Ctx } from '../../../platform/context.ts'
import { reading } from '../../../platform/context.ts'
import { visible } from '../../requests/index.ts'
import { openAlarms } from '../alarms/alarms.ts'
import { board, dayOf, loadsToday, todayOf } from '../store.ts'
import { columns } from '../contract.ts'
import type { Wall } from './contract.ts'
import { type Open, openLink } from './links.ts'

/** Several screens on one link count once. */
const FRESH_MS = 1_000
const WEEKS = 8
/** Fewer say nothing of what is usual. */
const LEAST_WEEKS = 3
const DUE_SOON_MS = 60 * 60_000
/** What is usual by now moves on slowly, and eight weeks are much to count each second. */
const USUAL_MS = 60_000

interface Kept<T> { at: number; value: Promise<T> }
/** Answers a copy that is no older; whoever asks meanwhile waits for the same count. By the steady clock: this is about the age of a copy, not about business time. */
function young<T>(copies: Map<string, Kept<T>>, key: string, ms: number, count: () => Promise<T>): Kept<T> {
  const now = performance.now()
  let one = copies.get(key)
  if (!one || now - one.at > ms) {
    copies.set(key, (one = { at: now, value: count() }))
    one.value.catch(() => copies.delete(key))
    if (copies.size > 200) copies.delete(copies.keys().next().value!)
  }
  return one
}
interface Copies { walls: Map<string, Kept<Wall>>; weeks: Map<string, Kept<readonly Week[]>> }
const copiesOf = new WeakMap<App, Copies>()
function copies(app: App): Copies {
  let known = copiesOf.get(app)
  if (!known) copiesOf.set(app, (known = { walls: new Map(), weeks: new Map() }))
  return known
}

export async function wallOf(app: App, token: string): Promise<Wall> {
  const open = await openLink(app, token)
  const { at, value } = young(copies(app).walls, open.id, FRESH_MS, () => countWall(reading(app, { actor: open.maker, locale: open.locale }), open))
  return { ...await value, ageMs: Math.round(performance.now() - at) }
}

async function countWall(ctx: Ctx, { id, name, locale, theme, seconds, teamId, teamName }: Open): Promise<Wall> {
  const query = teamId ? { teamId } : {}
  const { zone, dayStartAt } = await dayOf(ctx)
  const [today, counts, [due], loads, weeks, alarms] = await Promise.all([
    todayOf(ctx, query), board(ctx, teamId ?? undefined).counts, dues(ctx, teamId), loadsToday(ctx, query), young(copies(ctx.app).weeks, id, USUAL_MS, async () => usual(ctx, dayStartAt, zone, teamId)).value, openAlarms(ctx),
  ])
  const mean = (of: 'opened' | 'closed') => (weeks.length < LEAST_WEEKS ? null : { mean: weeks.reduce((sum, week) => sum + week[of], 0) / weeks.length, weeks: weeks.length })
  const state = (presence: string) => loads.rows.filter((row) => row.presence === presence).length
  return {
    name, locale, theme, seconds, team: teamName, zone, asOf: ctx.now.toISOString(), ageMs: 0,
    columns: columns.map((column) => ({ id: column, count: counts.find((row) => row.column === column)?.count ?? 0 })), doneToday: today.resolutions.count,
    waitingSince: counts.find((row) => row.column === 'waiting')?.since ?? null, overdue: due!.overdue, dueSoon: due!.soon,
    firstResponses: { count: today.firstResponses.count, inTime: today.firstResponses.inTime }, resolutions: today.resolutions,
    opened: { count: today.opened.count, usual: mean('opened') }, closed: { count: today.closed.count, usual: mean('closed') },
    people: { online: state('online'), away: state('away'), offline: state('offline') }, alarms,
  }
}

const dues = (ctx: Ctx, teamId: string | null) => ctx.db<{ overdue: number; soon: number }[]>`
  select (count(*) filter (where r.due_order <= ${ctx.now}))::int as overdue, (count(*) filter (where r.due_order > ${ctx.now}))::int as soon
  from requests.request r where r.stage <> 'closed' and r.due_order <= ${new Date(ctx.now.getTime() + DUE_SOON_MS)} and ${visible(ctx)} ${teamId ? ctx.db`and r.team_id = ${teamId}` : ctx.db``}`

interface Week { opened: number; closed: number }
/** The same weekday of each of the last eight weeks up to this time of day, as the clock on the wall has it; only weeks the installation was there for. */
const usual = (ctx: Ctx, dayStartAt: Date, zone: string, teamId: string | null) => {
  const { db, now } = ctx
  const flow = (column: 'opened_at' | 'closed_at') => db`(select count(*)::int from requests.request r where r.${db(column)} >= w.start and r.${db(column)} <= w.until and ${visible(ctx)} ${teamId ? db`and r.team_id = ${teamId}` : db``})`
  return db<Week[]>`
    select ${flow('opened_at')} as opened, ${flow('closed_at')} as closed
    from (select (${dayStartAt}::timestamptz at time zone ${zone} - n * interval '7 days') at time zone ${zone} as start, (${now}::timestamptz at time zone ${zone} - n * interval '7 days') at time zone ${zone} as until from generate_series(1, ${WEEKS}::int) n) w
    where w.start >= (select min(opened_at) from requests.request)`
}
