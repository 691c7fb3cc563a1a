/** Services and rules: reading and changing them. */
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault, notFound } from '../../platform/fault.ts'
import { newId } from '../../lib/id/index.ts'
import { checkRules } from '../../lib/rules/index.ts'
import type { Rule, Service } from './contract.ts'
import { factFields, ruleOf, serviceColumns } from './recognise.ts'
import { revised } from './revision.ts'

type ServiceFields = Omit<Service, 'id' | 'isDefault' | 'version' | 'standard'>
const ruleColumns = (ctx: Ctx) => ctx.db`id, position, name, condition, outcome, is_active, version`
const changedMeanwhile = (): Fault => new Fault('standards.changed-meanwhile', 409)
const wrong = (path: string, code: string, args: Record<string, string> = {}): Fault => new Fault(code, 422, args, [{ path, code, args }])

export async function listServices(ctx: Ctx): Promise<{ rows: Service[] }> {
  return { rows: [...(await ctx.db<Service[]>`select ${serviceColumns(ctx.db, ctx.now)} from standards.service s order by s.is_default desc, s.key`)] }
}

/** Throws 404 `standards.service.not-found`. */
export async function getService(ctx: Ctx, id: string): Promise<Service> {
  const [row] = await ctx.db<Service[]>`select ${serviceColumns(ctx.db, ctx.now)} from standards.service s where s.id = ${id}`
  if (!row) throw notFound('standards.service')
  return row
}
async function lockService(ctx: Ctx, id: string): Promise<Service> {
  // Read after the lock, by another statement: one that waited would still see the values of before.
  await ctx.db`select 1 from standards.service where id = ${id} for update`
  return getService(ctx, id)
}

/** What a service points to exists and is not archived. Throws 422 naming the field. */
async function mustBeSound(ctx: Ctx, given: Partial<ServiceFields>): Promise<void> {
  const keys = (given.skills ?? []).map((one) => one.skill)
  const [[known], skills] = await Promise.all([
    ctx.db<{ team: boolean; calendar: boolean }[]>`select exists (select 1 from staff.team where id = ${given.teamId ?? null} and archived_at is null) as team,
      exists (select 1 from staff.calendar where id = ${given.calendarId ?? null} and removed_at is null) as calendar`,
    keys.length ? ctx.db<{ key: string }[]>`select key from staff.skill where key = any(${keys})` : [],
  ])
  if (given.teamId && !known!.team) throw wrong('teamId', 'standards.team-unknown')
  if (given.calendarId && !known!.calendar) throw wrong('calendarId', 'standards.calendar-unknown')
  const missing = keys.find((key) => !skills.some((skill) => skill.key === key))
  if (missing) throw wrong('skills', 'standards.skill-unknown', { skill: missing })
  if (given.types && new Set(given.types.map((one) => one.key)).size !== given.types.length) throw wrong('types', 'standards.type-twice')
}

/** Adds a service. Throws 409 `standards.key-taken`, 422 when it points to what does not exist. */
export async function addService(ctx: Ctx, given: ServiceFields, isDefault = false): Promise<Service> {
  await mustBeSound(ctx, given)
  const id = newId()
  const rows = await ctx.db`insert into standards.service (id, key, name, description, team_id, calendar_id, verification, close_after_hours, reopen_days, accept_minutes, skills, types, is_active, is_default)
    values (${id}, ${given.key}, ${ctx.db.json(given.name)}, ${given.description}, ${given.teamId}, ${given.calendarId}, ${given.verification}, ${given.closeAfterHours}, ${given.reopenDays}, ${given.acceptMinutes},
      ${ctx.db.json(given.skills)}, ${ctx.db.json(given.types)}, ${given.isActive}, ${isDefault}) on conflict (key) do nothing returning id`
  if (!rows.length) throw new Fault('standards.key-taken', 409, { key: given.key }, [{ path: 'key', code: 'standards.key-taken', args: { key: given.key } }])
  revised(ctx)
  await emit(ctx, 'standard.service-added', { subject: id, data: { key: given.key, after: { ...given } } })
  return getService(ctx, id)
}

/** Changes the fields given; the event keeps both values, the service's history. Throws 409 on another version. */
export async function changeService(ctx: Ctx, id: string, { version, ...change }: Partial<ServiceFields> & { version: number }): Promise<Service> {
  const before = await lockService(ctx, id)
  if (before.version !== version) throw changedMeanwhile()
  if (before.isDefault && change.isActive === false) throw new Fault('standards.default-stays', 409)
  await mustBeSound(ctx, change)
  const fields = (Object.keys(change) as (keyof ServiceFields)[]).filter((name) => change[name] !== undefined && JSON.stringify(change[name]) !== JSON.stringify(before[name]))
  if (!fields.length) return before
  const after = { ...before, ...change }
  ctx.later(ctx.db`update standards.service set name = ${ctx.db.json(after.name)}, description = ${after.description}, team_id = ${after.teamId}, calendar_id = ${after.calendarId}, verification = ${after.verification},
    close_after_hours = ${after.closeAfterHours}, reopen_days = ${after.reopenDays}, accept_minutes = ${after.acceptMinutes}, skills = ${ctx.db.json(after.skills)}, types = ${ctx.db.json(after.types)},
    is_active = ${after.isActive}, version = version + 1 where id = ${id}`)
  revised(ctx)
  const of = (service: Service) => Object.fromEntries(fields.map((name) => [name, service[name]]))
  await emit(ctx, 'standard.service-changed', { subject: id, data: { key: before.key, before: of(before), after: of(after) } })
  return getService(ctx, id)
}

/** Makes it the service of whatever no rule recognises. Throws 422 `standards.service-unknown` when it is switched off. */
export async function makeDefault(ctx: Ctx, id: string): Promise<Service> {
  // Both rows at once and in one order, so that two who choose at the same time can't wait for each other.
  await ctx.db`select 1 from standards.service where is_default or id = ${id} order by id for update`
  const service = await getService(ctx, id)
  if (!service.isActive) throw new Fault('standards.service-unknown', 422)
  if (service.isDefault) return service
  ctx.later(ctx.db`update standards.service set is_default = false, version = version + 1 where is_default and id <> ${id}`)
  ctx.later(ctx.db`update standards.service set is_default = true, version = version + 1 where id = ${id}`)
  revised(ctx)
  await emit(ctx, 'standard.default-changed', { subject: id, data: { key: service.key } })
  return getService(ctx, id)
}

/** Removes a service that nothing refers to. Throws 409 `standards.service-in-use`, `standards.default-stays`. */
export async function removeService(ctx: Ctx, id: string): Promise<{ ok: true }> {
  const service = await lockService(ctx, id)
  if (service.isDefault) throw new Fault('standards.default-stays', 409)
  const [rule] = await ctx.db<{ name: string }[]>`select name from standards.rule where outcome->>'service' = ${service.key} limit 1`
  if (rule) throw new Fault('standards.service-in-use', 409)
  await ctx.db`delete from standards.version where service_id = ${id}`.catch(inUse)
  // Rooms to the right refer to services by foreign keys; which of them does is not this room's to know.
  await ctx.db`delete from standards.service where id = ${id}`.catch(inUse)
  revised(ctx)
  await emit(ctx, 'standard.service-removed', { subject: id, data: { key: service.key, before: service } })
  return { ok: true }
}

const inUse = (error: unknown): never => { throw (error as { code?: string }).code === '23503' ? new Fault('standards.service-in-use', 409) : error }

export const listRules = (ctx: Ctx) => ctx.db<Rule[]>`select ${ruleColumns(ctx)} from standards.rule order by position, id`

type RuleGiven = { name: string; condition: unknown; outcome: unknown }
interface Outcome { service?: string; type?: string; priority?: string; team?: string }

/** Throws 422 with the reason when a rule could never work. */
export async function mustBeUsable(ctx: Ctx, id: string, given: RuleGiven): Promise<void> {
  const [problem] = checkRules([ruleOf({ id, ...given })])
  if (problem) throw wrong('condition', 'standards.rule-unusable', { why: problem.code })
  const unknown = fieldsOf(given.condition).find((field) => !(factFields as readonly string[]).includes(field))
  if (unknown) throw wrong('condition', 'standards.field-unknown', { field: unknown })
  const outcome = given.outcome as Outcome
  if (!Object.values(outcome).some((value) => value !== undefined && value !== '')) throw wrong('outcome', 'standards.rule-without-outcome')
  const [known] = await ctx.db<{ service: boolean; team: boolean }[]>`select exists (select 1 from standards.service where key = ${outcome.service ?? null}) as service,
    exists (select 1 from staff.team where id = ${outcome.team ?? null} and archived_at is null) as team`
  if (outcome.service && !known!.service) throw wrong('outcome.service', 'standards.service-unknown')
  if (outcome.team && !known!.team) throw wrong('outcome.team', 'standards.team-unknown')
}

interface Nested { field?: string; all?: Nested[]; any?: Nested[]; not?: Nested }
function fieldsOf(condition: unknown): string[] {
  const { field, all, any, not } = condition as Nested
  return [...(field ? [field] : []), ...(all ?? []).flatMap(fieldsOf), ...(any ?? []).flatMap(fieldsOf), ...(not ? fieldsOf(not) : [])]
}

/** Adds a rule after the others. */
export async function addRule(ctx: Ctx, given: RuleGiven & { isActive: boolean }): Promise<Rule> {
  const id = newId()
  await mustBeUsable(ctx, id, given)
  const [row] = await ctx.db<Rule[]>`
    insert into standards.rule (id, position, name, condition, outcome, is_active)
    values (${id}, coalesce((select max(position) from standards.rule), 0) + 1, ${given.name}, ${ctx.db.json(given.condition as never)}, ${ctx.db.json(given.outcome as never)}, ${given.isActive}) returning ${ruleColumns(ctx)}`
  revised(ctx)
  await emit(ctx, 'standard.rule-added', { subject: id, data: { name: given.name, condition: given.condition, outcome: given.outcome } })
  return row!
}

export async function changeRule(ctx: Ctx, id: string, { version, ...change }: { name?: string; condition?: unknown; outcome?: unknown; isActive?: boolean; version: number }): Promise<Rule> {
  const [before] = await ctx.db<Rule[]>`select ${ruleColumns(ctx)} from standards.rule where id = ${id} for update`
  if (!before) throw notFound('standards.rule')
  if (before.version !== version) throw changedMeanwhile()
  const after = { ...before, ...change }
  // A rule whose team was archived may still be switched off or renamed.
  if ('condition' in change || 'outcome' in change || change.isActive) await mustBeUsable(ctx, id, after)
  const [row] = await ctx.db<Rule[]>`update standards.rule set name = ${after.name}, condition = ${ctx.db.json(after.condition as never)}, outcome = ${ctx.db.json(after.outcome as never)}, is_active = ${after.isActive}, version = version + 1
    where id = ${id} returning ${ruleColumns(ctx)}`
  revised(ctx)
  const of = ({ name, condition, outcome, isActive }: typeof after) => ({ name, condition, outcome, isActive })
  await emit(ctx, 'standard.rule-changed', { subject: id, data: { before: of(before), after: of(after) } })
  return row!
}

export async function removeRule(ctx: Ctx, id: string): Promise<{ ok: true }> {
  const [row] = await ctx.db<Rule[]>`delete from standards.rule where id = ${id} returning ${ruleColumns(ctx)}`
  if (!row) throw notFound('standards.rule')
  revised(ctx)
  await emit(ctx, 'standard.rule-removed', { subject: id, data: { name: row.name, before: row } })
  return { ok: true }
}

/** Puts the rules into this order; those not named follow in their old order. */
export async function orderRules(ctx: Ctx, ids: string[]): Promise<{ ok: true }> {
  ctx.later(ctx.db`update standards.rule r set position = n.nr from (
    select id, row_number() over (order by array_position(${ids}::uuid[], id) nulls last, position, id) as nr from standards.rule) n where n.id = r.id and r.position <> n.nr`)
  revised(ctx)
  await emit(ctx, 'standard.rules-ordered', { data: { ids } })
  return { ok: true }
}
