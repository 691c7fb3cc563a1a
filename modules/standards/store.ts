/** Services, targets and rules: reading and changing them. */
import type { Ctx } from '../../platform/context.ts'
import { violatedKey } from '../../platform/database/index.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault, notFound } from '../../platform/fault.ts'
import { newId } from '../../lib/id/index.ts'
import { checkRules, type Condition, type Outcome } from '../../lib/rules/index.ts'
import type { Rule, Service } from './contract.ts'
import { serviceColumns } from './recognise.ts'

type ServiceFields = Omit<Service, 'id' | 'isDefault' | 'version'>
const ruleColumns = (ctx: Ctx) => ctx.db`id, position, name, condition, outcome, is_active, version`
const revised = (ctx: Ctx): void => ctx.later(ctx.db`update standards.revision set revision = revision + 1`)

export async function listServices(ctx: Ctx): Promise<{ rows: Service[] }> {
  return { rows: [...(await ctx.db<Service[]>`select ${serviceColumns(ctx.db)} from standards.service s order by s.is_default desc, s.key`)] }
}

async function getService(ctx: Ctx, id: string, lock = false): Promise<Service> {
  const [row] = await ctx.db<Service[]>`select ${serviceColumns(ctx.db)} from standards.service s where s.id = ${id} ${lock ? ctx.db`for update` : ctx.db``}`
  if (!row) throw notFound('standards.service')
  return row
}

export async function addService(ctx: Ctx, given: ServiceFields, isDefault = false): Promise<Service> {
  const id = newId()
  try {
    await ctx.db`insert into standards.service (id, key, name, description, team_id, calendar_id, verification, close_after_hours, reopen_days, accept_minutes, skills, types, is_active, is_default)
      values (${id}, ${given.key}, ${ctx.db.json(given.name)}, ${given.description}, ${given.teamId}, ${given.calendarId}, ${given.verification}, ${given.closeAfterHours}, ${given.reopenDays}, ${given.acceptMinutes},
        ${ctx.db.json(given.skills)}, ${ctx.db.json(given.types)}, ${given.isActive}, ${isDefault})`
  } catch (error) {
    if (violatedKey(error) === 'service_key_key') throw new Fault('standards.key-taken', 409, { key: given.key })
    throw error
  }
  await putTargets(ctx, id, given.targets)
  revised(ctx)
  await emit(ctx, 'standard.service-added', { subject: id, data: { key: given.key } })
  return getService(ctx, id)
}

async function putTargets(ctx: Ctx, serviceId: string, targets: Service['targets']): Promise<void> {
  if (new Set(targets.map((one) => one.priority)).size !== 3) throw new Fault('standards.target-missing', 422)
  for (const one of targets) {
    if (one.firstResponseMinutes > one.resolutionMinutes) throw new Fault('standards.target-order', 422)
    ctx.later(ctx.db`insert into standards.target (service_id, priority, first_response_minutes, resolution_minutes) values (${serviceId}, ${one.priority}, ${one.firstResponseMinutes}, ${one.resolutionMinutes})
      on conflict (service_id, priority) do update set first_response_minutes = excluded.first_response_minutes, resolution_minutes = excluded.resolution_minutes`)
  }
}

export async function changeService(ctx: Ctx, id: string, change: Partial<ServiceFields> & { version: number }): Promise<Service> {
  const before = await getService(ctx, id, true)
  if (before.version !== change.version) throw new Fault('standards.changed-meanwhile', 409)
  if (before.isDefault && change.isActive === false) throw new Fault('standards.default-stays', 409)
  const after = { ...before, ...change }
  ctx.later(ctx.db`update standards.service set name = ${ctx.db.json(after.name)}, description = ${after.description}, team_id = ${after.teamId}, calendar_id = ${after.calendarId}, verification = ${after.verification},
    close_after_hours = ${after.closeAfterHours}, reopen_days = ${after.reopenDays}, accept_minutes = ${after.acceptMinutes}, skills = ${ctx.db.json(after.skills)}, types = ${ctx.db.json(after.types)},
    is_active = ${after.isActive}, version = version + 1 where id = ${id}`)
  if (change.targets) await putTargets(ctx, id, change.targets)
  revised(ctx)
  const fields = Object.keys(change).filter((name) => name !== 'version')
  await emit(ctx, 'standard.service-changed', { subject: id, data: { before: Object.fromEntries(fields.map((name) => [name, before[name as keyof Service]])), after: Object.fromEntries(fields.map((name) => [name, change[name as keyof typeof change]])) } })
  return getService(ctx, id)
}

export const listRules = (ctx: Ctx) => ctx.db<Rule[]>`select ${ruleColumns(ctx)} from standards.rule order by position, id`

function mustBeUsable(id: string, condition: unknown, outcome: unknown): void {
  const [problem] = checkRules([{ id, name: '', when: condition as Condition, outcome: outcome as Outcome }])
  if (problem) throw new Fault('standards.rule-unusable', 422, { why: problem.code })
  if (!Object.keys(outcome as object).length) throw new Fault('standards.rule-without-outcome', 422)
}

export async function addRule(ctx: Ctx, given: { name: string; condition: unknown; outcome: unknown; isActive: boolean }): Promise<Rule> {
  const id = newId()
  mustBeUsable(id, given.condition, given.outcome)
  const [row] = await ctx.db<Rule[]>`
    insert into standards.rule (id, position, name, condition, outcome, is_active)
    values (${id}, coalesce((select max(position) from standards.rule), 0) + 1, ${given.name}, ${ctx.db.json(given.condition as never)}, ${ctx.db.json(given.outcome as never)}, ${given.isActive}) returning ${ruleColumns(ctx)}`
  revised(ctx)
  await emit(ctx, 'standard.rule-added', { subject: id, data: { name: given.name, condition: given.condition, outcome: given.outcome } })
  return row!
}

export async function changeRule(ctx: Ctx, id: string, change: { name?: string; condition?: unknown; outcome?: unknown; isActive?: boolean; version: number }): Promise<Rule> {
  const [before] = await ctx.db<Rule[]>`select ${ruleColumns(ctx)} from standards.rule where id = ${id} for update`
  if (!before) throw notFound('standards.rule')
  if (before.version !== change.version) throw new Fault('standards.changed-meanwhile', 409)
  const after = { ...before, ...change }
  mustBeUsable(id, after.condition, after.outcome)
  const [row] = await ctx.db<Rule[]>`update standards.rule set name = ${after.name}, condition = ${ctx.db.json(after.condition as never)}, outcome = ${ctx.db.json(after.outcome as never)}, is_active = ${after.isActive}, version = version + 1
    where id = ${id} returning ${ruleColumns(ctx)}`
  revised(ctx)
  await emit(ctx, 'standard.rule-changed', { subject: id, data: { before: { condition: before.condition, outcome: before.outcome, isActive: before.isActive }, after: { condition: after.condition, outcome: after.outcome, isActive: after.isActive } } })
  return row!
}

export async function removeRule(ctx: Ctx, id: string): Promise<{ ok: true }> {
  const [row] = await ctx.db<{ name: string }[]>`delete from standards.rule where id = ${id} returning name`
  if (!row) throw notFound('standards.rule')
  revised(ctx)
  await emit(ctx, 'standard.rule-removed', { subject: id, data: { name: row.name } })
  return { ok: true }
}

/** Puts the rules into this order; those not named follow in their old order. */
export async function orderRules(ctx: Ctx, ids: string[]): Promise<{ ok: true }> {
  ctx.later(ctx.db`update standards.rule r set position = n.nr from (
    select id, row_number() over (order by array_position(${ids}::uuid[], id) nulls last, position) as nr from standards.rule) n where n.id = r.id`)
  revised(ctx)
  await emit(ctx, 'standard.rules-ordered', { data: { ids } })
  return { ok: true }
}
