/** A customer's way through the stages: moved by what happens to their requests, by silence, or by hand; late when it lasts too long. */
import { holdKey, opened } from '../../../platform/crypto/vault.ts'
import { personIdOf } from '../../../platform/access/index.ts'
import { type App, type Ctx, run } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault, notFound } from '../../../platform/fault.ts'
import { newId } from '../../../lib/id/index.ts'
import { mustBeRelated, nearness } from '../mask.ts'
import { family } from '../merge.ts'
import type { Line, Stage, Stay } from './contract.ts'
import { knownStages, selectStages, type StoredStage } from './settings.ts'
import { type Happened, nextStage, opensTo } from './stages.ts'

const REASON = 'customers.stay/reason'
const DAY_MS = 86_400_000
/** Contacts closer together than this are one. */
const SAME_CONTACT_MS = 3_600_000
const BATCH = 100

interface Place { customerId: string; stayId: string | null; stageId: string | null; enteredAt: string | null; lastContactAt: string | null; stalledAt: string | null; stallDays: number | null; setAt: string | null }
const placeColumns = ({ db }: Pick<Ctx, 'db'>) => db`s.id as stay_id, s.stage_id, s.entered_at, s.last_contact_at, s.stalled_at, g.stall_days, g.set_at`
interface Move { to: string; at: Date; cause: Stay['cause']; contactAt: Date; requestId?: string | null; reason?: string }

/** Ends the present stay and begins the next. False when somebody else was quicker. */
async function move(ctx: Ctx, place: Place, { to, at, cause, contactAt, requestId = null, reason }: Move): Promise<boolean> {
  const { db } = ctx
  // A limit that had passed by then was passed, whether the watch had come by or not.
  const stalledAt = place.stayId && place.stalledAt === null ? stallOf(place) : null
  if (stalledAt && stalledAt <= at) await stall(ctx, place, stalledAt)
  if (place.stayId && !(await db`update customers.stay set left_at = ${at}, left_cause = ${cause} where id = ${place.stayId} and left_at is null returning 1`).length) return false
  const id = newId()
  if (reason !== undefined) await holdKey(ctx, place.customerId)
  const made = await db`
    insert into customers.stay (id, customer_id, stage_id, entered_at, cause, request_id, by_id, reason, last_contact_at)
    values (${id}, ${place.customerId}, ${to}, ${at}, ${cause}, ${requestId}, ${personIdOf(ctx)}, ${reason === undefined ? null : ctx.app.vault.seal(place.customerId, REASON, id, reason)}, ${contactAt})
    on conflict (customer_id) where left_at is null do nothing returning 1`
  if (!made.length) return false
  await emit(ctx, 'customer.stage-entered', { subject: place.customerId, data: { stage: to, from: place.stageId, cause, request: requestId, at: at.toISOString() } })
  return true
}

/** The record that is shown, and the stay it is in. */
async function placeOf({ db }: Pick<Ctx, 'db'>, customerId: string): Promise<Place | null> {
  const [row] = await db<Place[]>`
    select c.root as customer_id, ${placeColumns({ db })} from (select coalesce(merged_into, id) as root from customers.customer where id = ${customerId}) c
    left join customers.stay s on s.customer_id = c.root and s.left_at is null left join customers.stage g on g.id = s.stage_id`
  return row ?? null
}

export interface Heard { type: string; subject: string | null; at: string; data: Record<string, unknown> }
const kinds: Record<string, 'accepted' | 'closed' | null> = { 'request.accepted': 'accepted', 'request.closed': 'closed', 'request.customer-wrote': null }
export const followed: readonly string[] = Object.keys(kinds)

/** What happened to a request moves its customer, or is a contact. Heard again it changes nothing more. */
export async function followStages(ctx: Ctx, { type, subject, at, data }: Heard): Promise<void> {
  const kind = kinds[type]
  const customerId = data.customer
  if (kind === undefined || typeof customerId !== 'string') return
  const what: Happened | null = kind && { kind, serviceId: typeof data.service === 'string' ? data.service : null }
  // Whoever moves the customer at the same moment is followed by this.
  for (let attempt = 1; attempt <= 3; attempt++) if (await followOnce(ctx, customerId, new Date(at), subject, what)) return
  throw new Error(`the stage of ${customerId} changes faster than it is read`)
}

async function followOnce(ctx: Ctx, customerId: string, at: Date, requestId: string | null, what: Happened | null): Promise<boolean> {
  const place = await placeOf(ctx, customerId)
  if (!place) return true
  const next = what && nextStage(await knownStages(ctx), place.stageId, what)
  // Heard late it can't have begun before the one it ends.
  const from = place.enteredAt !== null && Date.parse(place.enteredAt) > at.getTime() ? new Date(place.enteredAt) : at
  if (next && what) return move(ctx, place, { to: next.id, at: from, cause: what.kind, contactAt: from, requestId })
  if (place.stayId && Date.parse(place.lastContactAt!) + SAME_CONTACT_MS < at.getTime()) await ctx.db`update customers.stay set last_contact_at = ${at} where id = ${place.stayId} and left_at is null and last_contact_at < ${at}`
  return true
}

/** What two records had becomes the one's that is kept: its own stay goes on, or else the other's in its place. */
export async function foldStays(ctx: Ctx, keptId: string, otherId: string): Promise<void> {
  const { db, now } = ctx
  const [gone] = await db<{ stageId: string; lastContactAt: string }[]>`update customers.stay set left_at = ${now}, left_cause = 'merged' where customer_id = ${otherId} and left_at is null returning stage_id, last_contact_at`
  const kept = gone && await placeOf(ctx, keptId)
  if (kept && kept.stayId === null) await move(ctx, kept, { to: gone.stageId, at: now, cause: 'merged', contactAt: new Date(gone.lastContactAt) })
}
/** Taken apart again, the other goes on where it stood. */
export async function unfoldStays(ctx: Ctx, otherId: string): Promise<void> {
  const [last] = await ctx.db<{ stageId: string; lastContactAt: string }[]>`
    select s.stage_id, s.last_contact_at from customers.stay s join customers.stage g on g.id = s.stage_id and g.removed_at is null where s.customer_id = ${otherId} and s.left_cause = 'merged' order by s.left_at desc limit 1`
  const place = last && await placeOf(ctx, otherId)
  if (place && place.customerId === otherId && place.stayId === null) await move(ctx, place, { to: last.stageId, at: ctx.now, cause: 'unmerged', contactAt: new Date(last.lastContactAt) })
}

/** Throws 409 `customers.lifecycle.moved-meanwhile` when the stay that was shown is over. */
export async function moveByHand(ctx: Ctx, id: string, { stageId, stayId, reason }: { stageId: string; stayId: string | null; reason: string }): Promise<Line> {
  await mustBeRelated(ctx, [id])
  const place = await placeOf(ctx, id)
  if (!place) throw notFound('customers')
  if (place.customerId !== id) throw new Fault('customers.merged-away', 409)
  if (!(await selectStages(ctx)).some((one) => one.id === stageId)) throw new Fault('customers.lifecycle.unknown-stage', 422, {}, [{ path: 'stageId', code: 'customers.lifecycle.unknown-stage' }])
  if (place.stayId !== stayId) throw new Fault('customers.lifecycle.moved-meanwhile', 409)
  if (place.stageId === stageId) throw new Fault('customers.lifecycle.there-already', 409)
  if (!(await move(ctx, place, { to: stageId, at: ctx.now, cause: 'hand', contactAt: new Date(place.lastContactAt ?? ctx.now), reason }))) throw new Fault('customers.lifecycle.moved-meanwhile', 409)
  return lineOf(ctx, id)
}

type Row = Omit<Stay, 'by' | 'isCovered' | 'days'> & { byId: string | null; byName: string | null; customerId: string }
export async function lineOf(ctx: Ctx, id: string): Promise<Line> {
  const place = await placeOf(ctx, id)
  if (!place) throw notFound('customers')
  const [rows, stages, relation] = await Promise.all([
    ctx.db<Row[]>`
      select s.id, s.stage_id, s.entered_at, s.cause, s.request_id, s.by_id, p.name as by_name, s.reason, s.customer_id, s.left_at, s.stalled_at, coalesce(s.stall_days, case when s.left_at is null then g.stall_days end) as expected_days
      from customers.stay s join customers.customer c on c.id = s.customer_id join customers.stage g on g.id = s.stage_id left join staff.person p on p.id = s.by_id where ${family(ctx, id)} order by s.entered_at desc, s.id desc limit 200`,
    ctx.db<(Stage & { isRemoved: boolean })[]>`
      select id, key, name, begins, from_ids, from_none, quiet_days, service_ids, stall_days, removed_at is not null as is_removed from customers.stage order by removed_at is not null, position, id`,
    nearness(ctx, [place.customerId]),
  ])
  const isNear = relation(place.customerId) !== null
  const shown = isNear ? await opened(ctx, [...rows], { reason: [REASON, 'id'] }) : rows
  const used = new Set(rows.map((row) => row.stageId))
  return {
    stages: stages.filter((one) => !one.isRemoved || used.has(one.id)),
    rows: shown.map(({ byId, byName, customerId: _, reason, ...row }) => ({
      ...row, by: byId ? { id: byId, name: byName ?? '' } : null, reason: isNear ? reason : null, requestId: isNear ? row.requestId : null, isCovered: reason !== null && !isNear,
      days: Math.max(0, (Date.parse(row.leftAt ?? ctx.now.toISOString()) - Date.parse(row.enteredAt)) / DAY_MS),
    })),
  }
}

/** The schedule: silences that are over, then stays that have lasted too long. Each step reads the due rows of an index and no others. */
export async function watchStages(app: App): Promise<void> {
  const stages = await selectStages({ db: app.pool })
  for (const stage of stages) if (stage.begins === 'quiet') for (const from of stages) if (opensTo(stage, from.id)) while ((await run(app, {}, (ctx) => leaveQuiet(ctx, stage, from.id))) === BATCH);
  for (const stage of stages) if (stage.stallDays !== null) while ((await run(app, {}, (ctx) => noteStalled(ctx, stage))) === BATCH);
}

const later = (...times: (string | Date)[]): Date => new Date(Math.max(...times.map((one) => new Date(one).getTime())))

async function leaveQuiet(ctx: Ctx, stage: StoredStage, from: string): Promise<number> {
  const ms = stage.quietDays! * DAY_MS
  const due = await ctx.db<Place[]>`
    select s.customer_id, ${placeColumns(ctx)} from customers.stay s join customers.stage g on g.id = s.stage_id where s.left_at is null and s.stage_id = ${from} and s.last_contact_at <= ${new Date(ctx.now.getTime() - ms)} order by s.last_contact_at limit ${BATCH} for update of s skip locked`
  for (const place of due) await move(ctx, place, { to: stage.id, at: later(new Date(Date.parse(place.lastContactAt!) + ms), stage.setAt, place.enteredAt!), cause: 'quiet', contactAt: new Date(place.lastContactAt!) })
  return due.length
}

/** The moment the longest stay has passed, not before it was set; null when there is none. */
const stallOf = ({ enteredAt, stallDays, setAt }: Place): Date | null => (stallDays === null ? null : later(new Date(Date.parse(enteredAt!) + stallDays * DAY_MS), setAt!))

async function stall(ctx: Ctx, { stayId, customerId, stageId, enteredAt, stallDays }: Place, at: Date): Promise<void> {
  ctx.later(ctx.db`update customers.stay set stalled_at = ${at}, noted_at = ${ctx.now}, stall_days = ${stallDays} where id = ${stayId} and stalled_at is null`)
  await emit(ctx, 'customer.stage-stalled', { subject: customerId, data: { stage: stageId, enteredAt, stalledAt: at.toISOString(), days: stallDays } })
}

async function noteStalled(ctx: Ctx, { id, stallDays }: StoredStage): Promise<number> {
  const due = await ctx.db<Place[]>`
    select s.customer_id, ${placeColumns(ctx)} from customers.stay s join customers.stage g on g.id = s.stage_id
    where s.left_at is null and s.stalled_at is null and s.stage_id = ${id} and s.entered_at <= ${new Date(ctx.now.getTime() - stallDays! * DAY_MS)} and g.stall_days = ${stallDays} order by s.entered_at limit ${BATCH} for update of s skip locked`
  for (const place of due) await stall(ctx, place, stallOf(place)!)
  return due.length
}
