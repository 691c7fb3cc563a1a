/** Impact assessments: made by one, decided by another, kept three years (PIPL 55, 56). */
import { personIdOf } from '../../../platform/access/index.ts'
import type { Ctx } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault, notFound } from '../../../platform/fault.ts'
import { newId } from '../../../lib/id/index.ts'
import { namesOfPeople } from '../../staff/index.ts'
import type { Assessment } from './contract.ts'

const KEPT_YEARS = 3
interface Stored {
  id: string; number: number; title: string; ground: Assessment['ground']; hosts: string[]; purpose: string; risk: string; measures: string; level: Assessment['level']; madeAt: string; madeById: string | null
  verdict: 'approved' | 'refused' | null; decisionReason: string | null; decidedAt: string | null; decidedById: string | null; version: number
}
export type NewAssessment = Pick<Assessment, 'title' | 'ground' | 'hosts' | 'purpose' | 'risk' | 'measures' | 'level'>
const columns = ({ db }: Pick<Ctx, 'db'>) => db`id, number, title, ground, hosts, purpose, risk, measures, level, made_at, made_by_id, verdict, decision_reason, decided_at, decided_by_id, version`

export function keptUntil(decidedAt: string): Date {
  const end = new Date(decidedAt)
  end.setUTCFullYear(end.getUTCFullYear() + KEPT_YEARS)
  return end
}

async function shown(ctx: Ctx, rows: readonly Stored[]): Promise<Assessment[]> {
  const nameOf = await namesOfPeople(ctx, rows.flatMap((row) => [row.madeById, row.decidedById]))
  return rows.map(({ madeById, verdict, decisionReason, decidedAt, decidedById, ...row }) => ({
    ...row, madeBy: nameOf(madeById), isMine: madeById !== null && madeById === ctx.actor.id,
    decision: verdict && decidedAt ? { verdict, reason: decisionReason ?? '', at: decidedAt, by: nameOf(decidedById) } : null, keptUntil: decidedAt ? keptUntil(decidedAt).toISOString() : null,
  }))
}
export async function listAssessments(ctx: Ctx): Promise<{ rows: Assessment[] }> {
  return { rows: await shown(ctx, await ctx.db<Stored[]>`select ${columns(ctx)} from governance.assessment order by verdict is not null, number desc limit 500`) }
}
async function view(ctx: Ctx, id: string): Promise<Assessment> {
  const [row] = await shown(ctx, await ctx.db<Stored[]>`select ${columns(ctx)} from governance.assessment where id = ${id}`)
  if (!row) throw notFound('governance.assessment')
  return row
}
async function lock(ctx: Ctx, id: string): Promise<Stored> {
  const [row] = await ctx.db<Stored[]>`select ${columns(ctx)} from governance.assessment where id = ${id} for update`
  if (!row) throw notFound('governance.assessment')
  return row
}
async function lockUndecided(ctx: Ctx, id: string, version: number): Promise<Stored> {
  const row = await lock(ctx, id)
  if (row.verdict !== null) throw new Fault('governance.assessment.decided', 409)
  if (row.version !== version) throw new Fault('governance.outside.changed-meanwhile', 409)
  return row
}

export async function makeAssessment(ctx: Ctx, given: NewAssessment): Promise<Assessment> {
  const id = newId()
  await ctx.db`
    insert into governance.assessment (id, title, ground, hosts, purpose, risk, measures, level, made_at, made_by_id)
    values (${id}, ${given.title}, ${given.ground}, ${[...new Set(given.hosts)]}, ${given.purpose}, ${given.risk}, ${given.measures}, ${given.level}, ${ctx.now}, ${personIdOf(ctx)})`
  const made = await view(ctx, id)
  await emit(ctx, 'privacy.assessment-made', { subject: id, data: { number: made.number, kind: given.ground } })
  return made
}

export async function changeAssessment(ctx: Ctx, id: string, { version, ...given }: NewAssessment & { version: number }): Promise<Assessment> {
  const row = await lockUndecided(ctx, id, version)
  const fields = (Object.keys(given) as (keyof NewAssessment)[]).filter((field) => JSON.stringify(row[field]) !== JSON.stringify(given[field]))
  if (!fields.length) return view(ctx, id)
  // Whoever wrote the last word of it is its author: they can't agree to it themselves.
  await ctx.db`
    update governance.assessment set title = ${given.title}, ground = ${given.ground}, hosts = ${[...new Set(given.hosts)]}, purpose = ${given.purpose}, risk = ${given.risk}, measures = ${given.measures}, level = ${given.level}, made_by_id = ${personIdOf(ctx)}, version = version + 1 where id = ${id}`
  await emit(ctx, 'privacy.assessment-changed', { subject: id, data: { number: row.number, fields } })
  return view(ctx, id)
}

export async function decideAssessment(ctx: Ctx, id: string, { verdict, reason, version }: { verdict: 'approved' | 'refused'; reason: string; version: number }): Promise<Assessment> {
  const row = await lockUndecided(ctx, id, version)
  if (personIdOf(ctx) === null || row.madeById === personIdOf(ctx)) throw new Fault('governance.assessment.own', 403)
  await ctx.db`update governance.assessment set verdict = ${verdict}, decision_reason = ${reason}, decided_at = ${ctx.now}, decided_by_id = ${personIdOf(ctx)}, version = version + 1 where id = ${id}`
  await emit(ctx, verdict === 'approved' ? 'privacy.assessment-approved' : 'privacy.assessment-refused', { subject: id, data: { number: row.number, kind: row.ground } })
  return view(ctx, id)
}

/** Throws 409 `governance.assessment.kept` before the three years are over. */
export async function removeAssessment(ctx: Ctx, id: string): Promise<void> {
  const row = await lock(ctx, id)
  if (row.decidedAt !== null && keptUntil(row.decidedAt) > ctx.now) throw new Fault('governance.assessment.kept', 409, { at: keptUntil(row.decidedAt).toISOString() })
  await ctx.db`update governance.export set assessment_id = null where assessment_id = ${id}`
  await ctx.db`delete from governance.assessment where id = ${id}`
  await emit(ctx, 'privacy.assessment-removed', { subject: id, data: { number: row.number } })
}

/** Throws 422 when it is not there or nobody agreed to it. */
export async function mustBeApproved(ctx: Ctx, id: string | undefined): Promise<void> {
  const [row] = id ? await ctx.db`select 1 from governance.assessment where id = ${id} and verdict = 'approved'` : []
  if (!row) throw new Fault('governance.assessment.needed', 422, {}, [{ path: 'assessmentId', code: 'governance.assessment.needed' }])
}
