/** Versions of the index's formula: one proposes with a reason, another approves; what took effect is never changed. */
import { newId } from '../../../lib/id/index.ts'
import { dayIn, oddity, type Indicator } from '../../../lib/metrics/index.ts'
import type { Ctx } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault, notFound } from '../../../platform/fault.ts'
import { dayOf } from '../store.ts'
import { mustBePerson, overseesAll } from '../whose.ts'
import type { IndexVersion } from './contract.ts'

/** From here on the first formula holds: nothing was counted by another one before. */
const EVER = '2000-01-01'

interface Stored { id: string; number: number; state: 'proposed' | 'approved'; indicators: Indicator[]; reason: string; effectiveOn: string; writtenById: string; writtenByName: string; writtenAt: string; decidedById: string | null; decidedByName: string | null; decidedAt: string | null; isAlone: boolean; owners: Record<string, string> | null }
const select = ({ db }: Pick<Ctx, 'db'>, id: string | null): Promise<Stored[]> => db<Stored[]>`
  select v.id, v.number, v.state, v.indicators, v.reason, v.effective_on::text, v.written_by as written_by_id, w.name as written_by_name, v.written_at, v.decided_by as decided_by_id, d.name as decided_by_name, v.decided_at, v.is_alone,
    (select jsonb_object_agg(o.id, o.name) from staff.person o where o.id::text in (select i->>'ownerId' from jsonb_array_elements(v.indicators) i)) as owners
  from insight.quality_index v join staff.person w on w.id = v.written_by left join staff.person d on d.id = v.decided_by
  where ${id ? db`v.id = ${id}` : db`true`} order by v.number desc`

export interface Formula { number: number; effectiveOn: string; indicators: (Omit<Indicator, 'ownerId'> & { owner: { id: string; name: string } | null })[] }
const named = ({ indicators, owners }: Stored): Formula['indicators'] => indicators.map(({ ownerId, ...one }) => ({ ...one, owner: ownerId ? { id: ownerId, name: owners?.[ownerId] ?? '' } : null }))

/** What took effect, by the day it did: of two of one day the later one holds. */
export async function formulas(ctx: Pick<Ctx, 'db'>): Promise<Formula[]> {
  const rows = (await select(ctx, null)).filter((one) => one.state === 'approved').map((one) => ({ number: one.number, effectiveOn: one.effectiveOn, indicators: named(one) }))
  return rows.sort((a, b) => a.effectiveOn.localeCompare(b.effectiveOn) || a.number - b.number)
}
/** The formula in force on a day. */
export const inForce = (all: readonly Formula[], day: string): Formula | null => all.findLast((one) => one.effectiveOn <= day) ?? null

const today = async (ctx: Ctx): Promise<string> => dayIn((await dayOf(ctx)).zone, ctx.now.getTime())

export async function listVersions(ctx: Ctx): Promise<{ rows: IndexVersion[] }> {
  const [rows, day] = await Promise.all([select(ctx, null), today(ctx)])
  const effective = rows.filter((one) => one.state === 'approved' && one.effectiveOn <= day).sort((a, b) => a.effectiveOn.localeCompare(b.effectiveOn) || a.number - b.number).at(-1)
  return { rows: rows.map((row) => {
    const { writtenById, writtenByName, decidedById, decidedByName, owners: _, ...rest } = row
    return { ...rest, indicators: named(row), isFirst: row.effectiveOn === EVER, writtenBy: { id: writtenById, name: writtenByName }, isMine: writtenById === ctx.actor.id, decidedBy: decidedById ? { id: decidedById, name: decidedByName ?? '' } : null, isEffective: row === effective }
  }) }
}
const view = async (ctx: Ctx, id: string): Promise<IndexVersion> => (await listVersions(ctx)).rows.find((one) => one.id === id)!

async function lock(ctx: Ctx, id: string): Promise<Stored> {
  await ctx.db`select 1 from insight.quality_index where id = ${id} for update`
  const [row] = await select(ctx, id)
  if (!row) throw notFound('insight.index')
  if (row.state !== 'proposed') throw new Fault('insight.index.not-proposed', 409)
  return row
}

/** Whom a formula names works here or did. */
async function mustBeKnown(ctx: Ctx, ids: readonly (string | null)[]): Promise<void> {
  const owners = [...new Set(ids.filter((one) => one !== null))]
  const [known] = await ctx.db<{ count: number }[]>`select count(*)::int as count from staff.person where id = any(${owners}::uuid[])`
  if (known!.count !== owners.length) throw new Fault('staff.unknown-reference', 422, {}, [{ path: 'indicators', code: 'staff.unknown-reference' }])
}

const hasFormula = async ({ db }: Ctx): Promise<boolean> => (await db`select 1 from insight.quality_index where state = 'approved' limit 1`).length > 0
const approved = (ctx: Ctx, row: { id: string; number: number }, effectiveOn: string, isAlone: boolean) =>
  emit(ctx, 'index.approved', { subject: row.id, data: { number: row.number, effectiveOn, isAlone } })

/** Throws 422 with the place when it makes no sense, 409 `insight.index.proposal-open` while another waits. */
export async function proposeIndex(ctx: Ctx, given: { indicators: Indicator[]; effectiveOn: string; reason: string }): Promise<IndexVersion> {
  const me = mustBePerson(ctx)
  const odd = oddity(given.indicators)
  if (odd) throw new Fault(`insight.index.${odd.code}`, 422, {}, [{ path: odd.path, code: `insight.index.${odd.code}` }])
  await mustBeKnown(ctx, given.indicators.map((one) => one.ownerId))
  const isFirst = !(await hasFormula(ctx))
  if (!isFirst && given.effectiveOn < await today(ctx)) throw new Fault('insight.index.effective-past', 422, {}, [{ path: 'effectiveOn', code: 'insight.index.effective-past' }])
  const takesEffect = isFirst && overseesAll(ctx)
  const id = newId()
  const effectiveOn = isFirst ? EVER : given.effectiveOn
  const [row] = await ctx.db<{ number: number }[]>`
    insert into insight.quality_index (id, number, state, indicators, reason, written_by, written_at, effective_on, decided_by, decided_at, is_alone)
    select ${id}, coalesce(max(number), 0) + 1, ${takesEffect ? 'approved' : 'proposed'}, ${ctx.db.json(given.indicators as never)}, ${given.reason}, ${me}, ${ctx.now}, ${effectiveOn}, ${takesEffect ? me : null}::uuid, ${takesEffect ? ctx.now : null}::timestamptz, ${takesEffect}
    from insight.quality_index having not coalesce(bool_or(state = 'proposed'), false) on conflict do nothing returning number`
  if (!row) throw new Fault('insight.index.proposal-open', 409)
  await emit(ctx, 'index.proposed', { subject: id, data: { number: row.number, effectiveOn, reason: given.reason, indicators: given.indicators } })
  if (takesEffect) await approved(ctx, { id, number: row.number }, effectiveOn, true)
  return view(ctx, id)
}

/** Throws 403 `insight.index.oversees-all`, 409 `insight.index.own-approval` where somebody else could. */
export async function approveIndex(ctx: Ctx, id: string): Promise<IndexVersion> {
  mustBePerson(ctx)
  const row = await lock(ctx, id)
  if (!overseesAll(ctx)) throw new Fault('insight.index.oversees-all', 403)
  const isOwn = row.writtenById === ctx.actor.id
  if (isOwn && (await othersMay(ctx))) throw new Fault('insight.index.own-approval', 409)
  const day = await today(ctx)
  // What waited beyond its day takes effect when it is approved: no figure that has been shown changes afterwards.
  const effectiveOn = (await hasFormula(ctx)) ? (row.effectiveOn < day ? day : row.effectiveOn) : EVER
  await ctx.db`update insight.quality_index set state = 'approved', effective_on = ${effectiveOn}, decided_by = ${ctx.actor.id}, decided_at = ${ctx.now}, is_alone = ${isOwn} where id = ${id}`
  await approved(ctx, row, effectiveOn, isOwn)
  return view(ctx, id)
}

async function othersMay({ db, actor }: Ctx): Promise<boolean> {
  const rows = await db`select 1 from staff.person p join staff.role r on r.id = p.role_id where p.disabled_at is null and p.id <> ${actor.id} and r.scope = 'all' and r.permissions && '{*,insight.arrange}' limit 1`
  return rows.length > 0
}

export async function dropIndex(ctx: Ctx, id: string, reason: string): Promise<void> {
  mustBePerson(ctx)
  const row = await lock(ctx, id)
  if (row.writtenById !== ctx.actor.id && !overseesAll(ctx)) throw new Fault('insight.index.oversees-all', 403)
  await ctx.db`delete from insight.quality_index where id = ${id}`
  await emit(ctx, 'index.proposal-dropped', { subject: id, data: { number: row.number, reason, indicators: row.indicators } })
}
