/** Answers the house's question whether something may go out, and counts whose data went abroad. */
import { type App, type Ctx, reading, run } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault } from '../../../platform/fault.ts'
import { type Outside, OutsideRefused, type Way } from '../../../platform/outside.ts'
import { raiseAlarm } from '../audit/lifecycle.ts'
import type { OutsideRules } from './contract.ts'
import { isAbroad, refusalOf } from './rules.ts'
import { assessmentOf, countAbroad, readRules, selectProcessors, type StoredProcessor, todayOf } from './store.ts'

const FRESH_MS = 2_000
interface Known { at: number; rules: OutsideRules; behind: ReadonlyMap<string, StoredProcessor> }
const known = new WeakMap<App, Known>()
export const forgetOutside = (app: App): void => { known.delete(app) }

// Asked before every mail and call: remembered for two seconds of real time, forgotten at each change in this process.
async function knownOf(app: App): Promise<Known> {
  const now = performance.now()
  let entry = known.get(app)
  if (!entry || now - entry.at > FRESH_MS) {
    const [rules, processors] = await Promise.all([readRules({ db: app.pool }), selectProcessors({ db: app.pool })])
    known.set(app, (entry = { at: now, rules, behind: new Map(processors.map((row) => [row.host, row])) }))
  }
  return entry
}

async function connect(ctx: Ctx, _way: Way, host: string): Promise<void> {
  const rules = await readRules(ctx)
  if (!rules.needsRecord && !rules.needsBasis && !rules.needsAssessment) return
  const [behind] = await selectProcessors(ctx, host)
  const refusal = refusalOf(rules, behind, await todayOf(ctx))
  if (refusal) throw new Fault(refusal, 422, { host })
  if (rules.needsAssessment && (await assessmentOf(ctx, host)) === null) throw new Fault('governance.outside.no-assessment', 422, { host })
}

async function go(app: App, way: Way, host: string): Promise<void> {
  const { rules, behind } = await knownOf(app)
  if (!rules.needsRecord && !rules.needsBasis) return
  const refusal = refusalOf(rules, behind.get(host), await todayOf(reading(app, {})))
  if (!refusal) return
  await run(app, {}, (ctx) => tellBlocked(ctx, way, host, refusal))
  throw new OutsideRefused('governance.outside.held-back')
}

/** One alarm a place and way, which counts on while the same is tried again. */
async function tellBlocked(ctx: Ctx, way: Way, host: string, code: string): Promise<void> {
  const [row] = await ctx.db<{ count: number }[]>`
    insert into governance.outside_block as b (host, way, code, count, last_at) values (${host}, ${way}, ${code}, 1, ${ctx.now})
    on conflict (host, way) do update set code = excluded.code, count = b.count + 1, last_at = excluded.last_at returning count`
  if (row!.count === 1) await emit(ctx, 'privacy.outside-blocked', { data: { kind: way, because: code, to: host } })
  await raiseAlarm(ctx, { kind: 'outside-blocked', who: `${way}:${host}`, source: host, target: way, count: row!.count, at: ctx.now.toISOString() })
}

async function went(ctx: Ctx, host: string, aboutId: string): Promise<void> {
  const { rules, behind } = await knownOf(ctx.app)
  const place = behind.get(host)
  if (!place || !isAbroad(rules, place.country)) return
  const rows = await ctx.db<{ id: string }[]>`select coalesce(c.merged_into, c.id) as id from customers.customer c where c.id = coalesce((select customer_id from requests.request where id = ${aboutId}), ${aboutId}::uuid)`
  await countAbroad(ctx, rows.map((row) => row.id), place.isSensitive)
}

export const door: Outside = { connect, go, went }
