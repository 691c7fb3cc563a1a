/** The stages as a company has them: read often, changed seldom and all at once. */
import type { App, Ctx } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault } from '../../../platform/fault.ts'
import type { NewStage, Stage, Stages } from './contract.ts'

export type StoredStage = Stage & { setAt: string }

export const selectStages = async (ctx: Pick<Ctx, 'db'>): Promise<StoredStage[]> => [...await ctx.db<StoredStage[]>`select id, key, name, begins, from_ids, from_none, quiet_days, service_ids, stall_days, set_at from customers.stage where removed_at is null order by position, id`]

interface Known { at: number; rows: StoredStage[] }
const known = new WeakMap<App, Known>()
const FRESH_MS = 2_000
/** For the listener, which asks at every arrival of a busy desk: remembered for two seconds of real time, forgotten at each change in this process. */
export async function knownStages(ctx: Pick<Ctx, 'app' | 'db'>): Promise<StoredStage[]> {
  const now = performance.now()
  let entry = known.get(ctx.app)
  if (!entry || now - entry.at > FRESH_MS) known.set(ctx.app, (entry = { at: now, rows: await selectStages(ctx) }))
  return entry.rows
}
export const forgetOnChange = (app: App): void => { app.book.onCommit((events) => { if (events.some((event) => event.type === 'customer.stages-changed')) known.delete(app) }) }

export async function listStages({ db }: Pick<Ctx, 'db'>): Promise<Stages> {
  const [rows, [lifecycle]] = await Promise.all([selectStages({ db }), db<{ version: number }[]>`select version from customers.lifecycle`])
  return { rows: rows.map(({ setAt: _, ...row }) => row), version: lifecycle!.version }
}

const wrong = (at: number, field: string, code: string): Fault => new Fault(code, 422, {}, [{ path: `rows.${at}.${field}`, code }])

function mustMakeSense(rows: readonly NewStage[], before: readonly StoredStage[]): void {
  const ids = rows.map((one) => one.id)
  rows.forEach((one, at) => {
    if (ids.indexOf(one.id) !== at) throw wrong(at, 'id', 'customers.lifecycle.twice')
    if (one.name === null && !before.some((old) => old.id === one.id && old.key !== null)) throw wrong(at, 'name', 'customers.lifecycle.unnamed')
    if ((one.begins === 'quiet') !== (one.quietDays !== null)) throw wrong(at, 'quietDays', 'customers.lifecycle.odd-rule')
    if (one.fromIds.some((id) => !ids.includes(id))) throw wrong(at, 'fromIds', 'customers.lifecycle.unknown-stage')
  })
}

const ruleOf = ({ begins, fromIds, fromNone, quietDays, serviceIds, stallDays }: NewStage) => ({ begins, fromIds, fromNone, quietDays, serviceIds, stallDays })
const isSameRule = (one: NewStage, other: NewStage): boolean => JSON.stringify(ruleOf(one)) === JSON.stringify(ruleOf(other))

/** Throws 409 on another version, 409 `customers.lifecycle.in-use` for a stage somebody is in, 422 with the place for what makes no sense. */
export async function changeStages(ctx: Ctx, { rows, version }: { rows: NewStage[]; version: number }): Promise<Stages> {
  const { db, now } = ctx
  const [lifecycle] = await db<{ version: number }[]>`select version from customers.lifecycle for update`
  if (lifecycle!.version !== version) throw new Fault('customers.changed-meanwhile', 409)
  const before = await selectStages(ctx)
  mustMakeSense(rows, before)
  const gone = before.filter((old) => !rows.some((one) => one.id === old.id)).map((one) => one.id)
  const [held] = gone.length ? await db`select 1 from customers.stay where stage_id = any(${gone}::uuid[]) and left_at is null limit 1` : []
  if (held) throw new Fault('customers.lifecycle.in-use', 409)
  await db`update customers.stage set removed_at = ${now} where id = any(${gone}::uuid[])`
  for (const [at, one] of rows.entries()) {
    const old = before.find((other) => other.id === one.id)
    const setAt = old && isSameRule(old, one) ? old.setAt : now
    const written = await db`
      insert into customers.stage as s (id, position, name, begins, from_ids, from_none, quiet_days, service_ids, stall_days, set_at)
      values (${one.id}, ${at + 1}, ${one.name && db.json(one.name)}, ${one.begins}, ${one.fromIds}::uuid[], ${one.fromNone}, ${one.quietDays}, ${one.serviceIds}::uuid[], ${one.stallDays}, ${setAt})
      on conflict (id) do update set (position, name, begins, from_ids, from_none, quiet_days, service_ids, stall_days, set_at)
        = (excluded.position, excluded.name, excluded.begins, excluded.from_ids, excluded.from_none, excluded.quiet_days, excluded.service_ids, excluded.stall_days, excluded.set_at) where s.removed_at is null returning 1`
    // One that was removed keeps its history under its id.
    if (!written.length) throw wrong(at, 'id', 'customers.lifecycle.twice')
  }
  ctx.later(db`update customers.lifecycle set version = version + 1`)
  const told = (one: NewStage) => ({ id: one.id, name: one.name, ...ruleOf(one) })
  // Whoever knows the services answers whether these are some.
  await emit(ctx, 'customer.stages-changed', { data: { before: before.map(told), after: rows.map(told), services: [...new Set(rows.flatMap((one) => one.serviceIds))] } })
  return listStages(ctx)
}
