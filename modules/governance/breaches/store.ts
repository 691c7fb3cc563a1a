/** SQL of breaches. */
import type { Ctx } from '../../../platform/context.ts'
import { notFound } from '../../../platform/fault.ts'
import { namesOfPeople } from '../../staff/index.ts'
import type { Law } from '../privacy/contract.ts'
import { actionsOf, missingOf, type Situation, usualHours } from './breach.ts'
import type { Breach, BreachDuty, BreachHours, BreachRow, DataCategory } from './contract.ts'
import { readSetting, writeSetting } from '../../../platform/setting.ts'

export interface Stored {
  id: string; number: number; title: string; happened: string; noticedAt: string; categories: DataCategory[]; persons: number | null; cause: string; harm: string; measures: string; advice: string; contact: string
  openedAt: string; openedById: string | null; decision: 'tell' | 'not-tell' | null; decisionReason: string | null; decidedAt: string | null; decidedById: string | null
  toldAt: string | null; toldHow: string | null; toldById: string | null; outcome: string | null; closedAt: string | null; closedById: string | null; version: number
}
export interface StoredDuty extends Omit<BreachDuty, 'settledBy'> { breachId: string; settledById: string | null }

/** Throws 404 `governance.breach.not-found`. */
export async function getBreach({ db }: Pick<Ctx, 'db'>, id: string, isLocked = false): Promise<Stored> {
  const [row] = await db<Stored[]>`
    select id, number, title, happened, noticed_at, categories, persons, cause, harm, measures, advice, contact, opened_at, opened_by_id, decision, decision_reason, decided_at, decided_by_id, told_at, told_how, told_by_id, outcome, closed_at, closed_by_id, version
    from governance.breach where id = ${id} ${isLocked ? db`for update` : db``}`
  if (!row) throw notFound('governance.breach')
  return row
}
export const dutiesOf = ({ db }: Pick<Ctx, 'db'>, ids: readonly string[]) => db<StoredDuty[]>`
  select breach_id, law, hours, due_at, reminded_at, missed_at, outcome, words, delay_reason, settled_at, settled_by_id from governance.breach_duty where breach_id = any(${ids as string[]}::uuid[]) order by due_at, law`

export const situationOf = (row: Stored, duties: readonly StoredDuty[]): Situation => ({
  isClosed: row.closedAt !== null, openDuties: duties.filter((duty) => duty.outcome === null).length, decision: row.decision, isTold: row.toldAt !== null, isComplete: missingOf(row).length === 0,
})
const dutyOf = ({ breachId: _, settledById, ...duty }: StoredDuty, nameOf: (id: string | null) => string | null): BreachDuty => ({ ...duty, settledBy: nameOf(settledById) })

export async function listBreaches(ctx: Ctx): Promise<{ rows: BreachRow[] }> {
  const rows = await ctx.db<Omit<BreachRow, 'duties'>[]>`select id, number, title, noticed_at, persons, closed_at from governance.breach order by closed_at is not null, number desc limit 200`
  const duties = await dutiesOf(ctx, rows.map((row) => row.id))
  return { rows: rows.map((row) => ({ ...row, duties: duties.filter((duty) => duty.breachId === row.id).map((duty) => dutyOf(duty, () => null)) })) }
}

export async function viewBreach(ctx: Ctx, id: string): Promise<Breach> {
  const [row, duties] = await Promise.all([getBreach(ctx, id), dutiesOf(ctx, [id])])
  const nameOf = await namesOfPeople(ctx, [row.openedById, row.decidedById, row.toldById, row.closedById, ...duties.map((duty) => duty.settledById)])
  const { openedById, decision, decisionReason, decidedAt, decidedById, toldAt, toldHow, toldById, closedById, ...rest } = row
  return {
    ...rest, duties: duties.map((duty) => dutyOf(duty, nameOf)), openedBy: nameOf(openedById), closedBy: nameOf(closedById),
    decision: decision && decidedAt ? { verdict: decision, reason: decisionReason ?? '', at: decidedAt, by: nameOf(decidedById) } : null,
    told: toldAt ? { how: toldHow ?? '', at: toldAt, by: nameOf(toldById) } : null, actions: actionsOf(situationOf(row, duties)),
  }
}

const KEY = 'governance.breach-hours'
export const readHours = async (ctx: Pick<Ctx, 'db'>): Promise<BreachHours> => ({ ...usualHours, ...await readSetting<BreachHours>(ctx, KEY) })
export const writeHours = (ctx: Ctx, hours: BreachHours) => writeSetting(ctx, KEY, hours)

export const insertDuty = ({ db }: Ctx, id: string, { law, hours, dueAt }: { law: Law; hours: number; dueAt: Date }) => db`
  insert into governance.breach_duty (breach_id, law, hours, due_at) values (${id}, ${law}, ${hours}, ${dueAt})`
