/** The SQL of versions, and the checks of what they say. */
import type { Ctx } from '../../../platform/context.ts'
import { notFound, Fault } from '../../../platform/fault.ts'
import { type Clause, type Content, isClockKind, type Version } from './contract.ts'

type Row = Omit<Version, 'writtenBy' | 'decidedBy'> & { writtenById: string | null; writtenByName: string | null; decidedById: string | null; decidedByName: string | null }
const named = (id: string | null, name: string | null) => (id ? { id, name: name ?? '' } : null)

export async function selectVersions(ctx: Ctx, where: { serviceId: string } | { id: string }): Promise<Version[]> {
  const rows = await ctx.db<Row[]>`
    select v.id, v.service_id, v.number, v.state, v.content, v.reason, v.written_by as written_by_id, w.name as written_by_name, v.written_at, v.proposed_at, v.decided_by as decided_by_id, d.name as decided_by_name, v.decided_at,
      v.is_alone, v.effective_at, v.revision, coalesce(v.id = (${effectiveId(ctx)}), false) as is_effective
    from standards.version v left join staff.person w on w.id = v.written_by left join staff.person d on d.id = v.decided_by
    where ${'id' in where ? ctx.db`v.id = ${where.id}` : ctx.db`v.service_id = ${where.serviceId}`} order by v.number desc`
  return rows.map(({ writtenById, writtenByName, decidedById, decidedByName, ...row }) => ({ ...row, writtenBy: named(writtenById, writtenByName), decidedBy: named(decidedById, decidedByName) }))
}
const effectiveId = ({ db, now }: Ctx) => db`select e.id from standards.version e where e.service_id = v.service_id and e.state = 'approved' and e.effective_at <= ${now} order by e.effective_at desc, e.number desc limit 1`

/** Throws 404 `standards.version.not-found`. */
export async function getVersion(ctx: Ctx, id: string): Promise<Version> {
  const [version] = await selectVersions(ctx, { id })
  if (!version) throw notFound('standards.version')
  return version
}

export async function lockVersion(ctx: Ctx, id: string): Promise<Version> {
  await ctx.db`select 1 from standards.version where id = ${id} for update`
  return getVersion(ctx, id)
}

const wrong = (path: string, code: string): Fault => new Fault(code, 422, {}, [{ path, code }])
const sameCase = (a: Clause, b: Clause): boolean => JSON.stringify(Object.entries(a.when).sort()) === JSON.stringify(Object.entries(b.when).sort())

/** What it says makes sense, and whom it names is there. Throws 422 naming the place. */
export async function mustMakeSense(ctx: Ctx, content: Content): Promise<void> {
  content.clauses.forEach((clause, at) => {
    const twin = content.clauses.findIndex((other) => other.key === clause.key || (clause.measure !== null && other.measure === clause.measure && sameCase(other, clause)))
    if (twin !== at) throw wrong(`clauses.${at}`, 'standards.clause-twice')
    if ((clause.measure === null) !== (clause.target === null)) throw wrong(`clauses.${at}`, 'standards.clause-target')
    if (isClockKind(clause.measure) && (clause.target! < 1 || !Number.isInteger(clause.target))) throw wrong(`clauses.${at}`, 'standards.clause-target')
    const answer = content.clauses.find((other) => clause.measure === 'resolution' && other.measure === 'first-response' && sameCase(other, clause))
    if (answer && answer.target! > clause.target!) throw wrong(`clauses.${at}`, 'standards.target-order')
  })
  content.steps.forEach((step, at) => {
    if (content.steps.findIndex((other) => other.key === step.key) !== at) throw wrong(`steps.${at}`, 'standards.step-twice')
    const tells = step.does === 'notify' || step.does === 'call' || step.does === 'alarm'
    if (tells && (step.to === null || (step.to === 'person' && !step.personId) || (step.to === 'role' && !step.role))) throw wrong(`steps.${at}`, 'standards.step-recipient')
  })
  const people = [content.ownerId, ...content.clauses.map((one) => one.ownerId), ...content.steps.map((one) => one.personId)].filter((id): id is string => id !== null)
  const teams = [...content.clauses.flatMap((one) => [one.when.fromTeam, one.when.toTeam]), ...content.steps.map((one) => one.teamId)].filter((id): id is string => Boolean(id))
  const [known] = await ctx.db<{ people: number; teams: number }[]>`select (select count(*)::int from staff.person where id = any(${people}::uuid[])) as people, (select count(*)::int from staff.team where id = any(${teams}::uuid[]) and archived_at is null) as teams`
  if (known!.people !== new Set(people).size) throw wrong('ownerId', 'standards.person-unknown')
  if (known!.teams !== new Set(teams).size) throw wrong('clauses', 'standards.team-unknown')
}
