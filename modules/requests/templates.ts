/** Reply templates with variables, filled in for the request at hand. */
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault, notFound } from '../../platform/fault.ts'
import { newId } from '../../lib/id/index.ts'
import { viewRequest } from './view.ts'
import type { Request } from './contract.ts'

export interface TemplateRow { id: string; name: string; body: string; locale: string; teamId: string | null; version: number }
const columns = (ctx: Ctx) => ctx.db`id, name, body, locale, team_id, version`

/** Variables a template may use, as `{{name}}`; an unknown one stays as it was written, so that nobody sends a gap. */
export function fillTemplate(body: string, request: Pick<Request, 'number' | 'subject' | 'customer' | 'team'>, agentName: string): string {
  const values: Record<string, string> = { number: String(request.number), subject: request.subject, customer: request.customer.name, agent: agentName, team: request.team?.name ?? '' }
  return body.replace(/\{\{\s*([a-z]+)\s*\}\}/g, (whole, name: string) => values[name] ?? whole)
}

export async function listTemplates(ctx: Ctx, requestId?: string): Promise<{ rows: (TemplateRow & { filled: string | null })[] }> {
  const request = requestId ? await viewRequest(ctx, requestId) : null
  const rows = await ctx.db<TemplateRow[]>`
    select ${columns(ctx)} from requests.template where active and (team_id is null or ${ctx.actor.scope === 'all'} or team_id = any(${ctx.actor.teamIds as string[]}::uuid[]))
    order by locale = ${request?.language ?? ctx.locale} desc, name`
  return { rows: rows.map((row) => ({ ...row, filled: request ? fillTemplate(row.body, request, ctx.actor.name) : null })) }
}

export async function addTemplate(ctx: Ctx, given: { name: string; body: string; locale: string; teamId?: string | null }): Promise<TemplateRow> {
  const id = newId()
  const [row] = await ctx.db<TemplateRow[]>`insert into requests.template (id, name, body, locale, team_id, at) values (${id}, ${given.name}, ${given.body}, ${given.locale}, ${given.teamId ?? null}, ${ctx.now}) returning ${columns(ctx)}`
  await emit(ctx, 'requests.template-added', { subject: id, data: { name: given.name } })
  return row!
}

export async function changeTemplate(ctx: Ctx, id: string, change: { name?: string; body?: string; locale?: string; active?: boolean; version: number }): Promise<TemplateRow> {
  const [before] = await ctx.db<TemplateRow[]>`select ${columns(ctx)} from requests.template where id = ${id} for update`
  if (!before) throw notFound('requests.template')
  if (before.version !== change.version) throw new Fault('requests.changed-meanwhile', 409)
  const [row] = await ctx.db<TemplateRow[]>`
    update requests.template set name = ${change.name ?? before.name}, body = ${change.body ?? before.body}, locale = ${change.locale ?? before.locale}, active = coalesce(${change.active ?? null}::boolean, active), version = version + 1
    where id = ${id} returning ${columns(ctx)}`
  await emit(ctx, 'requests.template-changed', { subject: id, data: { before: { name: before.name, body: before.body }, active: change.active ?? null } })
  return row!
}
