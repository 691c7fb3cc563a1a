/** The self-check as a job, with its last results kept. */
import { type App, type Ctx, run } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { enqueue, type Job } from '../../../platform/jobs/index.ts'
import { newId } from '../../../lib/id/index.ts'
import { countsOf, runChecks } from './check.ts'
import type { Check, ComplianceState } from './contract.ts'

const KEPT = 20

export async function complianceState(ctx: Ctx): Promise<ComplianceState> {
  const { db } = ctx
  const [[open], [last], [newest]] = await Promise.all([
    db<{ id: string }[]>`select id from governance.compliance_run where done_at is null`,
    db<{ id: string; at: string; checks: Check[] }[]>`select id, done_at as at, checks from governance.compliance_run where checks is not null order by done_at desc limit 1`,
    db<{ failed: string | null }[]>`select failed from governance.compliance_run where done_at is not null order by done_at desc limit 1`,
  ])
  return { isRunning: open !== undefined, lastFailed: newest?.failed ?? null, run: last ? { ...last, counts: countsOf(last.checks) } : null }
}

/** Asks for a run; one that is under way stands for it. */
export async function askRun(ctx: Ctx): Promise<ComplianceState> {
  const id = newId()
  const made = await ctx.db`insert into governance.compliance_run (id, asked_by, asked_at) values (${id}, ${ctx.actor.id}, ${ctx.now}) on conflict ((true)) where done_at is null do nothing`
  if (made.count) {
    enqueue(ctx, 'governance.comply', { id }, { key: 'comply' })
    await emit(ctx, 'compliance.asked', { data: { run: id } })
  }
  return complianceState(ctx)
}

type Of = Job<{ id: string }>
export async function comply(app: App, { payload: { id } }: Of): Promise<void> {
  const checks = await runChecks(app)
  await run(app, {}, async (ctx) => {
    const { count } = await ctx.db`update governance.compliance_run set done_at = ${ctx.now}, checks = ${ctx.db.json(checks as never)} where id = ${id} and done_at is null`
    if (!count) return
    await emit(ctx, 'compliance.checked', { data: { run: id, ...countsOf(checks) } })
    ctx.later(ctx.db`delete from governance.compliance_run where done_at is not null and id not in (select id from governance.compliance_run where done_at is not null order by done_at desc limit ${KEPT})`)
  })
}
/** A run that could not be ended must not stand in the way of the next. */
export const complyFailed = async (ctx: Ctx, { payload: { id } }: Of, error: unknown): Promise<void> => {
  ctx.later(ctx.db`update governance.compliance_run set done_at = ${ctx.now}, failed = ${String((error as Error).message).slice(0, 500)} where id = ${id} and done_at is null`)
}
