/**
 * Audits of how personal data is handled (PIPL 54). 个人信息保护合规审计管理办法, in force since 1 May 2025, article 4: who handles
 * more than ten million persons' data has one made at least every two years. A reminder before, an alarm at the end.
 */
import { type App, type Ctx, run } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { raiseAlarm } from '../audit/lifecycle.ts'
import { readSettings } from './store.ts'

const MOST_PERSONS = 10_000_000
const IN_FORCE = '2025-05-01'
const REMIND_DAYS = 90
const DAY_MS = 86_400_000

/** The day by which the next one must be made; null when none need be. */
export function auditDueOn(persons: number, auditedOn: string | null): string | null {
  if (persons <= MOST_PERSONS) return null
  const due = new Date(`${auditedOn !== null && auditedOn > IN_FORCE ? auditedOn : IN_FORCE}T00:00:00Z`)
  due.setUTCFullYear(due.getUTCFullYear() + 2)
  return due.toISOString().slice(0, 10)
}

/** About how many, as the planner knows it: nobody counts ten million rows to be reminded. */
export async function personsKept({ db }: Pick<Ctx, 'db'>): Promise<number> {
  const [row] = await db<{ count: number }[]>`select greatest(reltuples, 0)::float8 as count from pg_class where oid = 'customers.customer'::regclass`
  return Math.round(row!.count)
}

export const sweepAudits = (app: App): Promise<void> => run(app, {}, async (ctx) => {
  const { auditedOn } = await readSettings(ctx)
  const due = auditDueOn(await personsKept(ctx), auditedOn)
  if (due === null) return
  const left = Date.parse(`${due}T00:00:00Z`) - ctx.now.getTime()
  const kind = left < 0 ? 'audit-late' : left < REMIND_DAYS * DAY_MS ? 'audit-due' : null
  if (kind === null) return
  // Once a deadline: who has acknowledged it knows.
  const [known] = await ctx.db`select 1 from governance.alarm where kind = ${kind} and who = ${due}`
  if (known) return
  await emit(ctx, 'privacy.audit-reminded', { data: { dueAt: due, kind } })
  await raiseAlarm(ctx, { kind, who: due, target: due, count: 1, at: ctx.now.toISOString() })
})
