/** All SQL of the webhooks. */
import type { App, Ctx } from '../../../platform/context.ts'
import type { Webhook, WebhookDelivery } from './contract.ts'

type Reader = Pick<Ctx, 'db'>
export interface WebhookRecord { id: string; url: string; types: string[]; secret: Buffer; isActive: boolean; state: 'ok' | 'failing' | 'gone'; stateWhy: string | null; version: number; createdAt: string }

export const selectWebhooks = (ctx: Reader, id: string | null = null): Promise<Webhook[]> => ctx.db<Webhook[]>`
  select w.id, w.url, w.types, w.is_active, w.state, w.state_why, w.created_at, w.version,
    (select count(*)::int from channels.webhook_delivery d where d.webhook_id = w.id and d.state = 'waiting') as waiting,
    (select count(*)::int from channels.webhook_delivery d where d.webhook_id = w.id and d.state = 'failed') as failed
  from channels.webhook w where ${id === null ? ctx.db`true` : ctx.db`w.id = ${id}`} order by w.created_at, w.id`
export async function selectWebhook(ctx: Reader, id: string): Promise<WebhookRecord | null> {
  const [row] = await ctx.db<WebhookRecord[]>`select * from channels.webhook where id = ${id}`
  return row ?? null
}
export const selectActive = (app: App): Promise<{ id: string; types: string[]; createdAt: string }[]> => app.pool<{ id: string; types: string[]; createdAt: string }[]>`select id, types, created_at from channels.webhook where is_active`

export const insertWebhook = (ctx: Ctx, row: { id: string; url: string; types: readonly string[]; secret: Buffer }) =>
  ctx.db`insert into channels.webhook (id, url, types, secret, created_at) values (${row.id}, ${row.url}, ${row.types as string[]}::text[], ${row.secret}, ${ctx.now})`
export async function updateWebhook(ctx: Ctx, id: string, version: number, row: { url: string; types: string[]; isActive: boolean }): Promise<boolean> {
  const rows = await ctx.db`update channels.webhook set url = ${row.url}, types = ${row.types}::text[], is_active = ${row.isActive}, state = 'ok', state_why = null, version = version + 1 where id = ${id} and version = ${version} returning id`
  return rows.length > 0
}
export const updateSecret = (ctx: Ctx, id: string, secret: Buffer) => ctx.db<{ id: string }[]>`update channels.webhook set secret = ${secret}, version = version + 1 where id = ${id} returning id`
export const deleteWebhook = (ctx: Ctx, id: string) => ctx.db<{ id: string }[]>`delete from channels.webhook where id = ${id} returning id`
export const saveWebhookState = (ctx: Ctx, id: string, state: WebhookRecord['state'], why: string | null) =>
  ctx.db`update channels.webhook set state = ${state}, state_why = ${why}, is_active = is_active and ${state !== 'gone'} where id = ${id} and (state, coalesce(state_why, '')) is distinct from (${state}, ${why ?? ''})`

export async function insertDelivery(ctx: Ctx, row: { id: string; webhookId: string; eventId: string; type: string; payload: unknown }): Promise<boolean> {
  const rows = await ctx.db`insert into channels.webhook_delivery (id, webhook_id, event_id, type, payload, next_at, at)
    values (${row.id}, ${row.webhookId}, ${row.eventId}, ${row.type}, ${ctx.db.json(row.payload as never)}, ${ctx.now}, ${ctx.now}) on conflict (webhook_id, event_id) do nothing returning 1`
  return rows.length > 0
}
export async function selectDelivery(ctx: Reader, id: string): Promise<WebhookDelivery | null> {
  const [row] = await ctx.db<WebhookDelivery[]>`select * from channels.webhook_delivery where id = ${id}`
  return row ?? null
}
/** Once it is locked nobody else may write it before the commit. Null where its webhook was removed. */
export async function lockDelivery(ctx: Ctx, id: string): Promise<Pick<WebhookDelivery, 'state' | 'attempts'> | null> {
  const [row] = await ctx.db<Pick<WebhookDelivery, 'state' | 'attempts'>[]>`select state, attempts from channels.webhook_delivery where id = ${id} for update`
  return row ?? null
}
export const updateDelivery = (ctx: Ctx, id: string, row: { state: WebhookDelivery['state']; attempts: number; lastStatus: number | null; lastWhy: string | null; nextAt: Date | null }) =>
  ctx.db`update channels.webhook_delivery set state = ${row.state}, attempts = ${row.attempts}, last_status = ${row.lastStatus}, last_why = ${row.lastWhy}, next_at = ${row.nextAt}, ended_at = ${row.state === 'waiting' ? null : ctx.now} where id = ${id}`
/** Waiting again as from the start; its 24 hours begin now. */
export const restartDelivery = (ctx: Ctx, id: string) => ctx.db`update channels.webhook_delivery set state = 'waiting', attempts = 0, next_at = ${ctx.now}, at = ${ctx.now}, ended_at = null where id = ${id}`

export async function listDeliveries(ctx: Ctx, webhookId: string, query: { state?: WebhookDelivery['state']; cursor?: string; limit: number }): Promise<{ rows: WebhookDelivery[]; next: string | null }> {
  const { db } = ctx
  const before = query.cursor && /^[0-9a-f-]{36}$/.test(query.cursor) ? query.cursor : null
  const rows = await db<WebhookDelivery[]>`select * from channels.webhook_delivery where webhook_id = ${webhookId} ${query.state ? db`and state = ${query.state}` : db``} ${before ? db`and id < ${before}` : db``} order by id desc limit ${query.limit + 1}`
  const shown = rows.slice(0, query.limit)
  return { rows: [...shown], next: rows.length > query.limit ? shown.at(-1)!.id : null }
}
export const deleteOldDeliveries = (ctx: Ctx, before: Date) => ctx.db`delete from channels.webhook_delivery where at < ${before} and state <> 'waiting'`

export interface Told { number: number; stage: string; priority: string }
export async function selectTold(ctx: Reader, requestId: string): Promise<Told | null> {
  const [row] = await ctx.db<Told[]>`select number, stage, priority from requests.request where id = ${requestId}`
  return row ?? null
}
