/** Webhooks: which programs are told of what, and what became of each telling. */
import { z } from 'zod'
import type { Endpoints } from '../../../platform/http/contract.ts'
import { byId, cursor, id, instant, limit, page } from '../../../platform/http/shapes.ts'

/**
 * What can be told. {type, timestamp, data}: of a request {id, number, stage, priority, url}; of a customer's stage
 * {id, stage: {id, key, name}, url}, with id that of the customer.
 */
export const eventTypes = ['request.accepted', 'request.assigned', 'request.taken', 'request.moved', 'request.customer-wrote', 'request.replied', 'request.waiting', 'request.resumed', 'request.corrected',
  'request.submitted', 'request.verified', 'request.sent-back', 'request.answered', 'request.scored', 'request.closed', 'request.reopened', 'request.first-response-breached', 'request.resolution-breached', 'request.acceptance-breached', 'request.next-response-breached', 'request.hand-over-breached', 'request.escalated', 'request.message-failed',
  'customer.stage-entered', 'customer.stage-stalled'] as const
export type EventType = (typeof eventTypes)[number]

const url = z.string().max(2000).refine((value) => URL.canParse(value) && ['http:', 'https:'].includes(new URL(value).protocol), { message: 'input.wrong-value' })
const types = z.array(z.enum(eventTypes)).min(1).max(eventTypes.length)

export const Webhook = z.object({
  id, url: z.string(), types: z.array(z.string()), isActive: z.boolean(), state: z.enum(['ok', 'failing', 'gone']), stateWhy: z.string().nullable(), createdAt: instant, version: z.number(),
  waiting: z.number(), failed: z.number(),
})
export type Webhook = z.infer<typeof Webhook>
export const WebhookDelivery = z.object({
  id, webhookId: id, eventId: id, type: z.string(), payload: z.record(z.string(), z.unknown()), state: z.enum(['waiting', 'delivered', 'failed']), attempts: z.number(), lastStatus: z.number().nullable(), lastWhy: z.string().nullable(),
  nextAt: instant.nullable(), at: instant, endedAt: instant.nullable(),
})
export type WebhookDelivery = z.infer<typeof WebhookDelivery>
const oneDelivery = z.strictObject({ id, deliveryId: id })

export const webhooks = {
  webhooks: { method: 'GET', path: '/api/webhooks', access: 'channels.read', response: z.object({ rows: z.array(Webhook) }) },
  addWebhook: { method: 'POST', path: '/api/webhooks', access: 'channels.configure', status: 201, idempotency: 'none', body: z.strictObject({ url, types }), response: Webhook.extend({ secret: z.string() }), faults: ['channels.webhooks.address-refused'],
    summary: 'Tell a program of events; the signing secret (Standard Webhooks, whsec_…) is shown only here and when it is renewed.' },
  changeWebhook: { method: 'PATCH', path: '/api/webhooks/:id', access: 'channels.configure', params: byId, body: z.strictObject({ url: url.optional(), types: types.optional(), isActive: z.boolean().optional(), version: z.number().int() }), response: Webhook,
    faults: ['channels.webhooks.address-refused', 'channels.webhooks.not-found', 'channels.webhooks.changed-meanwhile'] },
  renewSecret: { method: 'PUT', path: '/api/webhooks/:id/secret', access: 'channels.configure', params: byId, idempotency: 'none', response: z.object({ secret: z.string() }), faults: ['channels.webhooks.not-found'] },
  removeWebhook: { method: 'DELETE', path: '/api/webhooks/:id', access: 'channels.configure', params: byId, faults: ['channels.webhooks.not-found'] },
  deliveries: { method: 'GET', path: '/api/webhooks/:id/deliveries', access: 'channels.read', params: byId, response: page(WebhookDelivery), summary: 'The log of 30 days, newest first; `failed` ones were given up.',
    query: z.strictObject({ state: z.enum(['waiting', 'delivered', 'failed']).optional(), cursor: cursor.optional(), limit: limit(200, 50) }) },
  resendDelivery: { method: 'PUT', path: '/api/webhooks/:id/deliveries/:deliveryId/sending', access: 'channels.configure', params: oneDelivery, response: WebhookDelivery, faults: ['channels.webhooks.not-found', 'channels.webhooks.inactive'],
    summary: 'Tell it again under the same webhook-id, so that the receiver can recognise it.' },
} as const satisfies Endpoints
