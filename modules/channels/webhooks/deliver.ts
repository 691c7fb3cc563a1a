/** Telling: one delivery for each webhook and event, signed, tried for 24 hours, then kept as failed until somebody sends it again. */
import { Webhook as Signer } from 'standardwebhooks'
import { newId } from '../../../lib/id/index.ts'
import { type App, type Ctx, run } from '../../../platform/context.ts'
import type { StoredEvent } from '../../../platform/events/book.ts'
import { enqueue, type Job, RetryAt } from '../../../platform/jobs/index.ts'
import { goOutside, hostOfUrl, OutsideRefused, wentOutside } from '../../../platform/outside.ts'
import { listStages } from '../../customers/index.ts'
import { unseal } from '../mail/secrets.ts'
import { readNetwork } from '../network.ts'
import type { WebhookDelivery } from './contract.ts'
import { type Answer, post } from './post.ts'
import { insertDelivery, lockDelivery, saveWebhookState, selectActive, selectDelivery, selectTold, selectWebhook, updateDelivery } from './store.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
/** After the first, second … failed try; the sum stays below a day. */
const PAUSES = [5 * SECOND, 30 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 8 * HOUR, 8 * HOUR - 36 * MINUTE]
const FRESH_MS = 2_000

interface Known { at: number; rows: Awaited<ReturnType<typeof selectActive>> }
const known = new WeakMap<App, Known>()
// Asked for every event of a busy desk: remembered for two seconds of real time, forgotten at each change in this process.
async function activeWebhooks(app: App): Promise<Known['rows']> {
  const now = performance.now()
  let entry = known.get(app)
  if (!entry || now - entry.at > FRESH_MS) known.set(app, (entry = { at: now, rows: await selectActive(app) }))
  return entry.rows
}
export const forgetWebhooks = (app: App): boolean => known.delete(app)

async function stageOf(ctx: Ctx, id: unknown): Promise<{ stage: { id: string; key: string | null; name: Record<string, string> | null } } | null> {
  const stage = (await listStages(ctx)).rows.find((one) => one.id === id)
  return stage ? { stage: { id: stage.id, key: stage.key, name: stage.name } } : null
}

export async function tell(ctx: Ctx, event: StoredEvent): Promise<void> {
  const wanted = (await activeWebhooks(ctx.app)).filter((one) => one.types.includes(event.type) && event.at >= one.createdAt)
  if (!wanted.length || !event.subject) return
  const isOfCustomer = event.type.startsWith('customer.')
  const told = isOfCustomer ? await stageOf(ctx, event.data.stage) : await selectTold(ctx, event.subject)
  if (!told) return
  const payload = { type: event.type, timestamp: event.at, data: { id: event.subject, ...told, url: `${ctx.app.config.publicUrl}/${isOfCustomer ? 'customers' : 'requests'}/${event.subject}` } }
  for (const { id: webhookId } of wanted) {
    const id = newId()
    if (await insertDelivery(ctx, { id, webhookId, eventId: event.id, type: event.type, payload })) enqueue(ctx, 'channels.send-webhook', { deliveryId: id }, { key: id, lane: webhookId })
  }
}

export async function sendWebhook(app: App, job: Job<{ deliveryId: string }>): Promise<void> {
  const delivery = await selectDelivery({ db: app.pool }, job.payload.deliveryId)
  if (delivery?.state !== 'waiting') return
  const webhook = await selectWebhook({ db: app.pool }, delivery.webhookId)
  if (!webhook) return
  if (!webhook.isActive) {
    await run(app, {}, async (ctx) => { await updateDelivery(ctx, delivery.id, { state: 'failed', attempts: delivery.attempts, lastStatus: delivery.lastStatus, lastWhy: 'channels.webhooks.inactive', nextAt: null }) })
    return
  }
  const body = JSON.stringify(delivery.payload)
  // The same id for every try: by it the receiver knows what it has had already.
  const id = `msg_${delivery.eventId}`
  // Real time: receivers refuse signatures whose time is not now.
  const at = new Date()
  const signature = new Signer(unseal(app, `webhook:${webhook.id}`, webhook.secret)).sign(id, at, body)
  const headers = { 'content-type': 'application/json', 'user-agent': 'Loopdesk', 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)), 'webhook-signature': signature }
  const answer = await goOutside(app, 'webhook', hostOfUrl(webhook.url)).then(async () => post(webhook.url, headers, body, await readNetwork({ db: app.pool })), refusedBy)
  const retryAt = await run(app, {}, (ctx) => record(ctx, delivery, webhook.url, answer))
  if (retryAt) throw new RetryAt(retryAt, `webhook ${answer.status ?? answer.why}`)
}

// Waits like one that does not answer, so that it goes when somebody has put it right.
function refusedBy(error: unknown): Answer {
  if (!(error instanceof OutsideRefused)) throw error
  return { status: null, why: error.code }
}

async function record(ctx: Ctx, delivery: WebhookDelivery, url: string, { status, why }: Answer): Promise<Date | null> {
  const isDelivered = status !== null && status >= 200 && status < 300
  // This try may have stood still until another took its job over: what came of that one stands, but for an arrival.
  const present = await lockDelivery(ctx, delivery.id)
  if (present?.state !== 'waiting' || (present.attempts !== delivery.attempts && !isDelivered)) return null
  const attempts = present.attempts + 1
  // 410: the receiver wants nothing any more.
  const isGone = status === 410
  const pause = PAUSES[attempts - 1]
  const nextAt = isDelivered || isGone || pause === undefined ? null : new Date(ctx.now.getTime() + pause)
  const words = isDelivered ? null : (why ?? 'channels.webhooks.refused')
  await updateDelivery(ctx, delivery.id, { state: isDelivered ? 'delivered' : nextAt ? 'waiting' : 'failed', attempts, lastStatus: status, lastWhy: words, nextAt })
  await saveWebhookState(ctx, delivery.webhookId, isDelivered ? 'ok' : isGone ? 'gone' : 'failing', isDelivered ? null : isGone ? 'channels.webhooks.gone' : words)
  if (isGone) forgetWebhooks(ctx.app)
  const about = (delivery.payload as { data?: { id?: string } }).data?.id
  if (isDelivered && about) await wentOutside(ctx, hostOfUrl(url), about)
  return nextAt
}
