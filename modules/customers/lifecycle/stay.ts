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
import { nextStage, opensTo } from './stages.ts'

const REASON = 'customers.stay/reason'
const DAY_MS = 86_400_000
/** Contacts closer together than this are one. */
const SAME_CONTACT_MS = 3_600_000
const BATCH = 100

interface Place { customerId: string; stayId: string | null; stageId: string | null; enteredAt: string | null; lastContactAt: string | null; stalledAt: string | null; stallDays: number | null; setAt: string | null }
const placeColumns = ({ db }: Pick<Ctx, 'db'>) => db`s.id as stay_id, s.stage_id, s.entered_at, s.last_contact_at, s.stalled_at, g.stall_days, g.set_at`
/** From a place into a stage; `reason` is sealed. */
interface Move { id: string; place: Place; to: string; at: Date; cause: Stay['cause']; contactAt: Date; requestId?: string | null; reason?: string }
/** A stay that begins, in the columns of its table. */
interface Begun { id: string; customer_id: string; stage_id: string; entered_at: Date; cause: Stay['cause']; request_id: string | null; by_id: string | null; reason: string | null; last_contact_at: Date; left_at: Date | null; left_cause: Stay['cause'] | null; stalled_at: Date | null; noted_at: Date | null; stall_days: number | null }

/**
 * Ends the present stays and begins the next, in three statements however many they are and one for each that lasted too
 * long; several moves of one customer follow each other. Answers the customers whom somebody else was quicker to move: with those nothing was done.
 */
async function moveAll(ctx: Ctx, moves: readonly Move[]): Promise<ReadonlySet<string>> {
  const { now } = ctx
  const begun = new Map<string, Begun>()
  const ended: { id: string; customerId: string; at: Date; cause: Stay['cause'] }[] = []
  const stalls: { place: Place; at: Date }[] = []
  for (const { id, place, to, at, cause, contactAt, requestId = null, reason } of moves) {
    // A limit that had passed by then was passed, whether the watch had come by or not.
    const stalledAt = place.stayId && place.stalledAt === null ? stallOf(place) : null
    const isLate = stalledAt !== null && stalledAt <= at
    if (isLate) stalls.push({ place, at: stalledAt })
    const last = place.stayId === null ? undefined : begun.get(place.stayId)
    if (last) Object.assign(last, { left_at: at, left_cause: cause }, isLate && { stalled_at: stalledAt, noted_at: now, stall_days: place.stallDays })
    else if (place.stayId) ended.push({ id: place.stayId, customerId: place.customerId, at, cause })
    if (reason !== undefined) await holdKey(ctx, place.customerId)
    const sealed = reason === undefined ? null : ctx.app.vault.seal(place.customerId, REASON, id, reason)
    begun.set(id, { id, customer_id: place.customerId, stage_id: to, entered_at: at, cause, request_id: requestId, by_id: personIdOf(ctx), reason: sealed, last_contact_at: contactAt, left_at: null, left_cause: null, stalled_at: null, noted_at: null, stall_days: null })
  }
  const overtaken = await endStays(ctx, ended)
  const rows = [...begun.values()].filter((one) => !overtaken.has(one.customer_id))
  const isOpen = (one: Begun): boolean => one.left_at === null
  const open = rows.filter(isOpen)
  const made = new Set(await beginStays(ctx, open))
  for (const one of open) if (!made.has(one.id)) overtaken.add(one.customer_id)
  await beginStays(ctx, rows.filter((one) => !isOpen(one) && !overtaken.has(one.customer_id)))
  for (const { place, at } of stalls) if (!overtaken.has(place.customerId)) await stall(ctx, place, at)
  for (const { place, to, at, cause, requestId = null } of moves) {
    if (!overtaken.has(place.customerId)) await emit(ctx, 'customer.stage-entered', { subject: place.customerId, data: { stage: to, from: place.stageId, cause, request: requestId, at: at.toISOString() } })
  }
  return overtaken
}
const move = async (ctx: Ctx, place: Place, to: Omit<Move, 'id' | 'place'>): Promise<boolean> => (await moveAll(ctx, [{ id: newId(), place, ...to }])).size === 0

/** The customers whose stay was over already. */
async function endStays({ db }: Ctx, ended: readonly { id: string; customerId: string; at: Date; cause: string }[]): Promise<Set<string>> {
  if (!ended.length) return new Set()
  const done = await db<{ id: string }[]>`
    update customers.stay s set left_at = e.at, left_cause = e.cause from jsonb_to_recordset(${db.json(ended as never)}) as e (id uuid, at timestamptz, cause text)
    where s.id = e.id and s.left_at is null returning s.id`
  const ids = new Set(done.map((one) => one.id))
  return new Set(ended.flatMap((one) => ids.has(one.id) ? [] : [one.customerId]))
}

/** The stays that were begun: not those of customers who are in one. */
async function beginStays({ db }: Ctx, rows: readonly Begun[]): Promise<string[]> {
  if (!rows.length) return []
  const made = await db<{ id: string }[]>`
    insert into customers.stay (id, customer_id, stage_id, entered_at, cause, request_id, by_id, reason, last_contact_at, left_at, left_cause, stalled_at, noted_at, stall_days)
    select * from jsonb_to_recordset(${db.json(rows as never)}) as r (id uuid, customer_id uuid, stage_id uuid, entered_at timestamptz, cause text, request_id uuid, by_id uuid, reason text, last_contact_at timestamptz, left_at timestamptz, left_cause text, stalled_at timestamptz, noted_at timestamptz, stall_days int)
    on conflict (customer_id) where left_at is null do nothing returning id`
  return made.map((one) => one.id)
}

/** By each id the record that is shown, and the stay it is in; records that are one have one place. */
async function placesOf({ db }: Pick<Ctx, 'db'>, customerIds: readonly string[]): Promise<Map<string, Place>> {
  const rows = await db<(Place & { asked: string })[]>`
    select c.id as asked, coalesce(c.merged_into, c.id) as customer_id, ${placeColumns({ db })} from customers.customer c
    left join customers.stay s on s.customer_id = coalesce(c.merged_into, c.id) and s.left_at is null left join customers.stage g on g.id = s.stage_id where c.id = any(${customerIds}::uuid[])`
  return new Map(rows.map(({ asked, ...place }) => [asked, place]))
}
const placeOf = async (ctx: Pick<Ctx, 'db'>, customerId: string): Promise<Place | null> => (await placesOf(ctx, [customerId])).get(customerId) ?? null

export interface Heard { type: string; subject: string | null; at: string; data: Record<string, unknown> }
const kinds: Record<string, 'accepted' | 'closed' | null> = { 'request.accepted': 'accepted', 'request.closed': 'closed', 'request.customer-wrote': null }
export const followed: readonly string[] = Object.keys(kinds)

/** What happened to requests moves their customers, or is a contact. Heard again it changes nothing more. */
export async function followStages(ctx: Ctx, heard: readonly Heard[]): Promise<void> {
  let left = heard.filter((one) => one.type in kinds && typeof one.data.customer === 'string')
  // Whoever moves a customer at the same moment is followed by this.
  for (let attempt = 1; left.length > 0; attempt++) {
    if (attempt > 3) throw new Error(`the stage of ${String(left[0]!.data.customer)} changes faster than it is read`)
    left = await followOnce(ctx, left)
  }
}

/** Answers what is to be heard again, its customer having been moved meanwhile. */
async function followOnce(ctx: Ctx, heard: readonly Heard[]): Promise<Heard[]> {
  const asked = await placesOf(ctx, [...new Set(heard.map((one) => String(one.data.customer)))])
  const stages = await knownStages(ctx)
  // Where each record stands after what was heard of it so far.
  const places = new Map([...asked.values()].map((place) => [place.customerId, place]))
  const moves: Move[] = []
  const contacts = new Map<string, { id: string; at: Date }>()
  for (const { type, subject: requestId, data, at: when } of heard) {
    const place = places.get(asked.get(String(data.customer))?.customerId ?? '')
    if (!place) continue
    const kind = kinds[type]
    const at = new Date(when)
    const next = kind && nextStage(stages, place.stageId, { kind, serviceId: typeof data.service === 'string' ? data.service : null })
    // Heard late it can't have begun before the one it ends.
    const from = place.enteredAt !== null && Date.parse(place.enteredAt) > at.getTime() ? new Date(place.enteredAt) : at
    if (kind && next) {
      const id = newId()
      moves.push({ id, place, to: next.id, at: from, cause: kind, contactAt: from, requestId })
      const began = from.toISOString()
      places.set(place.customerId, { customerId: place.customerId, stayId: id, stageId: next.id, enteredAt: began, lastContactAt: began, stalledAt: null, stallDays: next.stallDays, setAt: next.setAt })
    } else if (place.stayId && Date.parse(place.lastContactAt!) + SAME_CONTACT_MS < at.getTime()) {
      place.lastContactAt = at.toISOString()
      const began = moves.findLast((one) => one.id === place.stayId)
      if (began) began.contactAt = at
      else contacts.set(place.stayId, { id: place.stayId, at })
    }
  }
  if (contacts.size > 0) {
    await ctx.db`
      update customers.stay s set last_contact_at = c.at from jsonb_to_recordset(${ctx.db.json([...contacts.values()] as never)}) as c (id uuid, at timestamptz) where s.id = c.id and s.left_at is null and s.last_contact_at < c.at`
  }
  const overtaken = await moveAll(ctx, moves)
  return heard.filter((one) => overtaken.has(asked.get(String(one.data.customer))?.customerId ?? ''))
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
  await moveAll(ctx, due.map((place) => ({ id: newId(), place, to: stage.id, at: later(new Date(Date.parse(place.lastContactAt!) + ms), stage.setAt, place.enteredAt!), cause: 'quiet', contactAt: new Date(place.lastContactAt!) })))
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
