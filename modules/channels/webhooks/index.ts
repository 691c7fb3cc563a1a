/**
 * Webhooks: other programs hear of what happens to requests, signed by the Standard Webhooks scheme. They are told
 * that something happened and where to look, never what people wrote.
 */
import { randomBytes } from 'node:crypto'
import { newId } from '../../../lib/id/index.ts'
import { type App, type Ctx, run } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault, notFound } from '../../../platform/fault.ts'
import type { Mount } from '../../../platform/http/server.ts'
import { enqueue } from '../../../platform/jobs/index.ts'
import type { Module } from '../../../platform/module.ts'
import { connectOutside, hostOfUrl } from '../../../platform/outside.ts'
import { seal } from '../mail/secrets.ts'
import { readNetwork } from '../network.ts'
import { eventTypes, type Webhook, type WebhookDelivery, webhooks } from './contract.ts'
import { forgetWebhooks, sendWebhook, tell } from './deliver.ts'
import { AddressRefused, checkUrl } from './post.ts'
import { deleteOldDeliveries, deleteWebhook, insertWebhook, listDeliveries, restartDelivery, selectDelivery, selectWebhook, selectWebhooks, updateSecret, updateWebhook } from './store.ts'

const LOG_MS = 30 * 86_400_000

async function mustBeAllowed(ctx: Ctx, url: string): Promise<void> {
  try {
    checkUrl(url, await readNetwork(ctx))
  } catch (error) {
    throw error instanceof AddressRefused ? new Fault('channels.webhooks.address-refused', 422) : error
  }
  await connectOutside(ctx, 'webhook', hostOfUrl(url))
}
async function viewWebhook(ctx: Ctx, id: string): Promise<Webhook> {
  const [row] = await selectWebhooks(ctx, id)
  if (!row) throw notFound('channels.webhooks')
  return row
}
const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

async function addWebhook(ctx: Ctx, given: { url: string; types: readonly string[] }): Promise<Webhook & { secret: string }> {
  await mustBeAllowed(ctx, given.url)
  const id = newId()
  const secret = newSecret()
  await insertWebhook(ctx, { id, url: given.url, types: [...new Set(given.types)], secret: seal(ctx.app, `webhook:${id}`, secret) })
  await emit(ctx, 'channels.webhook-changed', { subject: id, data: { url: given.url, types: given.types } })
  return { ...(await viewWebhook(ctx, id)), secret }
}

async function changeWebhook(ctx: Ctx, id: string, change: { url?: string; types?: string[]; isActive?: boolean; version: number }): Promise<Webhook> {
  const before = await selectWebhook(ctx, id)
  if (!before) throw notFound('channels.webhooks')
  if (change.url !== undefined) await mustBeAllowed(ctx, change.url)
  const after = { url: change.url ?? before.url, types: change.types ?? before.types, isActive: change.isActive ?? before.isActive }
  if (!(await updateWebhook(ctx, id, change.version, after))) throw new Fault('channels.webhooks.changed-meanwhile', 409)
  await emit(ctx, 'channels.webhook-changed', { subject: id, data: { before: { url: before.url, types: before.types, isActive: before.isActive }, after } })
  return viewWebhook(ctx, id)
}

async function renewSecret(ctx: Ctx, id: string): Promise<{ secret: string }> {
  const secret = newSecret()
  if (!(await updateSecret(ctx, id, seal(ctx.app, `webhook:${id}`, secret))).length) throw notFound('channels.webhooks')
  await emit(ctx, 'channels.webhook-changed', { subject: id, data: { secret: 'renewed' } })
  return { secret }
}

async function removeWebhook(ctx: Ctx, id: string): Promise<void> {
  if (!(await deleteWebhook(ctx, id)).length) throw notFound('channels.webhooks')
  await emit(ctx, 'channels.webhook-changed', { subject: id, data: { removed: true } })
}

async function resend(ctx: Ctx, webhookId: string, id: string): Promise<WebhookDelivery> {
  const delivery = await selectDelivery(ctx, id)
  if (delivery?.webhookId !== webhookId) throw notFound('channels.webhooks')
  if (!(await selectWebhook(ctx, webhookId))?.isActive) throw new Fault('channels.webhooks.inactive', 409)
  await restartDelivery(ctx, id)
  // One that still waits for its next try is tried now.
  await ctx.db`update platform.job set run_at = ${ctx.now} where queue = 'channels.send-webhook' and key = ${id} and leased_by is null and failed_at is null`
  enqueue(ctx, 'channels.send-webhook', { deliveryId: id }, { key: id, lane: webhookId })
  await emit(ctx, 'channels.webhook-resent', { subject: webhookId, data: { delivery: id } })
  return (await selectDelivery(ctx, id))!
}

function mountWebhooks(mount: Mount, app: App): void {
  app.book.onCommit((events) => { if (events.some((event) => event.type === 'channels.webhook-changed')) forgetWebhooks(app) })
  mount(webhooks.webhooks, async (ctx) => ({ rows: await selectWebhooks(ctx) }))
  mount(webhooks.addWebhook, (ctx, { body }) => addWebhook(ctx, body))
  mount(webhooks.changeWebhook, (ctx, { params, body }) => changeWebhook(ctx, params.id, body))
  mount(webhooks.renewSecret, (ctx, { params }) => renewSecret(ctx, params.id))
  mount(webhooks.removeWebhook, (ctx, { params }) => removeWebhook(ctx, params.id))
  mount(webhooks.deliveries, (ctx, { params, query }) => listDeliveries(ctx, params.id, query))
  mount(webhooks.resendDelivery, (ctx, { params }) => resend(ctx, params.id, params.deliveryId))
}

export const webhooksPart: Omit<Module, 'name'> = {
  contract: webhooks,
  routes: mountWebhooks,
  events: { listeners: Object.fromEntries(eventTypes.map((type) => [type, tell])) },
  queues: {
    'channels.send-webhook': { work: sendWebhook, perLane: 1, attempts: 50 },
    'channels.forget-webhook-log': { every: 86_400_000, work: (app) => run(app, {}, async (ctx) => { await deleteOldDeliveries(ctx, new Date(ctx.now.getTime() - LOG_MS)) }) },
  },
}
