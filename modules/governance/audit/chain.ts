/** The state of the chain of seals, and the check of all of it as a job with progress. */
import { type App, type Ctx, run } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { enqueue, type Job } from '../../../platform/jobs/index.ts'
import { verifyEvents, type Verdict } from '../../../platform/audit/verify.ts'
import { newId } from '../../../lib/id/index.ts'
import type { Chain } from './contract.ts'
import { raiseAlarm } from './lifecycle.ts'

type Verification = NonNullable<Chain['last']>

export async function chainOf(ctx: Ctx): Promise<Chain> {
  const { db } = ctx
  const [[head], [rest], verifications] = await Promise.all([
    db<{ nr: number; at: string }[]>`select nr, at from platform.seal order by nr desc limit 1`,
    db<{ count: number }[]>`select count(*)::int as count from platform.event where (xid, seq) > (select last_xid, last_seq from (select last_xid, last_seq, nr from platform.seal union all select '0', 0, 0 order by nr desc limit 1) head)`,
    db<Verification[]>`(select id, asked_at, started_at, done_at, seals_done, seals_total, verdict from governance.verification where done_at is null) union all
      (select id, asked_at, started_at, done_at, seals_done, seals_total, verdict from governance.verification where done_at is not null order by done_at desc limit 1)`,
  ])
  return { seals: head?.nr ?? 0, lastSealAt: head?.at ?? null, unsealed: rest!.count, running: verifications.find((one) => one.doneAt === null) ?? null, last: verifications.find((one) => one.doneAt !== null) ?? null }
}

/** Asks for a check; one that is under way stands for it. */
export async function askVerification(ctx: Ctx): Promise<Chain> {
  const id = newId()
  const made = await ctx.db`insert into governance.verification (id, asked_by, asked_at) values (${id}, ${ctx.actor.id}, ${ctx.now}) on conflict ((true)) where done_at is null do nothing`
  if (made.count) {
    enqueue(ctx, 'governance.verify-chain', { id }, { key: 'chain' })
    await emit(ctx, 'audit.verification-asked', { data: { verification: id } })
  }
  return chainOf(ctx)
}

export async function verifyChain(app: App, job: Job<{ id: string }>): Promise<void> {
  const { id } = job.payload
  const [head] = await app.pool<{ nr: number }[]>`select coalesce(max(nr), 0)::int as nr from platform.seal`
  await app.pool`update governance.verification set started_at = coalesce(started_at, ${app.clock.now()}), seals_total = ${head!.nr}, seals_done = 0 where id = ${id}`
  const verdict = await verifyEvents(app, (seals) => app.pool`update governance.verification set seals_done = ${seals} where id = ${id}`)
  await run(app, {}, (ctx) => storeVerdict(ctx, id, verdict))
}

async function storeVerdict(ctx: Ctx, id: string, verdict: Verdict): Promise<void> {
  const { count } = await ctx.db`update governance.verification set done_at = ${ctx.now}, seals_done = ${verdict.seals}, verdict = ${ctx.db.json(verdict as never)} where id = ${id} and done_at is null`
  // A worker that was thought dead and came back.
  if (!count) return
  await emit(ctx, 'audit.verified', { data: { verification: id, seals: verdict.seals, events: verdict.events, damage: verdict.damage?.kind ?? null } })
  if (verdict.damage) await raiseAlarm(ctx, { kind: 'chain-damaged', who: 'chain', target: `seal ${verdict.damage.seal}`, count: 1, at: ctx.now.toISOString() })
}

/** Once a day by itself, so that a damage is known before somebody asks. */
export const verifyDaily = (app: App): Promise<unknown> => run(app, {}, askVerification)
