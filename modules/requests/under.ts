/** A version put to running requests: what it would change, and doing so knowingly. */
import { selectClause } from '../../lib/clauses/index.ts'
import type { App, Ctx } from '../../platform/context.ts'
import { run } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault } from '../../platform/fault.ts'
import { enqueue } from '../../platform/jobs/index.ts'
import { getVersion, isClockKind, loadRecognition, standardOf } from '../standards/index.ts'
import { type Clock, isOpen, move, reckon } from './clock.ts'
import { calendarOfClock, moveRequest } from './clocks.ts'
import { clocksOf, lockRequest } from './store.ts'

/** More running requests than this are counted and not reckoned. */
const MOST_RECKONED = 5_000
const BATCH = 200

interface Running { id: string; priority: string; channel: string; tier: string; clocks: Clock[] }

/** How many running requests of the service would get another deadline, and how many of them would be late at once. */
export async function effectOf(ctx: Ctx, versionId: string) {
  const version = await getVersion(ctx, versionId)
  const rows = await ctx.db<Running[]>`
    select r.id, r.priority, r.channel, coalesce(w.tier, c.tier) as tier, ${clocksOf(ctx.db)} as clocks
    from requests.request r join customers.customer c on c.id = r.customer_id left join customers.customer w on w.id = c.merged_into
    where r.service_id = ${version.serviceId} and r.stage <> 'closed' and r.standard_id is distinct from ${versionId} order by r.id limit ${MOST_RECKONED + 1}`
  const effect = { running: rows.length, isCapped: rows.length > MOST_RECKONED, moved: 0, breached: 0, ended: 0, begun: 0 }
  const now = ctx.now.getTime()
  for (const row of rows.slice(0, MOST_RECKONED)) {
    let [isMoved, isLate, ends, begins] = [false, false, false, false]
    for (const clock of row.clocks) {
      if (!isOpen(clock) || clock.breachedAt !== null || clock.kind === 'hand-over') continue
      const clause = selectClause(version.content.clauses, clock.kind, row)
      if (!clause) { ends = true; continue }
      const before = clock.targetMs
      const calendar = await calendarOfClock(ctx, clock)
      move(clock, { targetMs: clause.target! * 60_000 }, now, calendar)
      if (before === clock.targetMs) continue
      isMoved = true
      reckon(clock, [], calendar)
      // Standing ones are not late before they run.
      if (clock.since !== null && clock.dueAt! <= now) isLate = true
    }
    for (const clause of version.content.clauses) if (isClockKind(clause.measure) && ['first-response', 'resolution'].includes(clause.measure) && !row.clocks.some((clock) => clock.kind === clause.measure) && selectClause(version.content.clauses, clause.measure, row)) begins = true
    effect.moved += Number(isMoved)
    effect.breached += Number(isLate)
    effect.ended += Number(ends)
    effect.begun += Number(begins)
  }
  return effect
}

/** Puts the running requests of the service under the version in force. Throws 409 `requests.version-not-effective`. */
export async function applyToRunning(ctx: Ctx, versionId: string, reason: string): Promise<void> {
  const version = await getVersion(ctx, versionId)
  if (!version.isEffective) throw new Fault('requests.version-not-effective', 409)
  enqueue(ctx, 'requests.put-under', { versionId, by: ctx.actor.id })
  await emit(ctx, 'standard.version-applied', { subject: version.serviceId, data: { version: versionId, number: version.number, reason } })
}

export async function putUnder(app: App, versionId: string): Promise<void> {
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    const rows = await app.pool<{ id: string }[]>`select r.id from requests.request r join standards.version v on v.id = ${versionId} and v.service_id = r.service_id
      where r.stage <> 'closed' and r.standard_id is distinct from v.id and r.id > ${after} order by r.id limit ${BATCH}`
    for (const { id } of rows) await run(app, {}, async (ctx) => {
      const request = await lockRequest(ctx, id)
      const under = await standardOf(ctx, await loadRecognition(ctx), versionId)
      if (request.stage !== 'closed' && request.serviceId === under.serviceId) await moveRequest(ctx, request, {}, 'standard', { under })
    })
    if (rows.length < BATCH) return
    after = rows.at(-1)!.id
  }
}
