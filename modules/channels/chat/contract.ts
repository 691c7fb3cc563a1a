/** What customers call from the portal, the follow page and the chat widget. All public; a token in path or header opens one thing. */
import { z } from 'zod'
import type { Endpoints } from '../../../platform/http/contract.ts'
import { email, id, instant, line, locale, someText } from '../../../platform/http/shapes.ts'

const token = z.string().regex(/^[\w-]{43}$/)
const byToken = z.strictObject({ token })
/** Made by the browser for one thing it sends; the same key again answers the same thing. */
const clientKey = z.string().regex(/^[\w-]{16,64}$/, { message: 'input.wrong-value' })
/** 128 random bits in hex, kept by the browser. */
const visitor = z.string().regex(/^[0-9a-f]{32}$/, { message: 'input.wrong-value' })
const phone = z.string().regex(/^\+?[0-9 ()-]{5,30}$/, { message: 'input.phone' })
const attachmentIds = z.array(id).max(10).optional()
const text = someText(20_000)
const BODY = 256 * 1024

export const FileRow = z.object({ id, name: z.string(), size: z.number() })
export const CustomerMessageRow = z.object({ id, from: z.enum(['you', 'us']), author: z.string(), isResult: z.boolean(), text: z.string(), at: instant, files: z.array(FileRow) })
export type CustomerMessageRow = z.infer<typeof CustomerMessageRow>
export const steps = ['received', 'assigned', 'working', 'checking', 'answered'] as const
const About = {
  number: z.number(), subject: z.string(), step: z.enum(steps), holderName: z.string().nullable(), isYourTurn: z.boolean(), asksYou: z.boolean(),
  closedAt: instant.nullable(), canReopen: z.boolean(), humanAskedAt: instant.nullable(), mayScore: z.boolean(), score: z.number().nullable(),
}
export const FollowView = z.object({ ...About, openedAt: instant, since: instant, nextUpdateBy: instant.nullable(), language: z.string(),
  why: z.object({ how: z.string(), reason: z.string(), ruleVersion: z.string().nullable(), factors: z.array(z.string()), of: z.number() }).nullable(), messages: z.array(CustomerMessageRow) })
export type FollowView = z.infer<typeof FollowView>

/** Whether somebody can answer now; `opensAt` is when the hours begin, null when unknown or when it is only a matter of who is there. */
export const Availability = z.object({ isOpen: z.boolean(), opensAt: instant.nullable() })
export type Availability = z.infer<typeof Availability>
export const ChatState = z.object({
  request: z.object({ ...About, follow: z.string() }).nullable(),
  /** While nobody has answered: chats of the team before this one plus one, and the median wait of the last ones in minutes. */
  queue: z.object({ place: z.number(), waitMinutes: z.number().nullable() }).nullable(),
  availability: Availability,
})
export type ChatState = z.infer<typeof ChatState>
/** What the stream's event `messages` carries: of which request they are, because a later one may carry on an ended one. */
export interface NewMessages { number: number; rows: CustomerMessageRow[] }
export const SentMessage = z.object({ id, number: z.number(), follow: z.string() })

export const chat = {
  options: { method: 'GET', path: '/api/portal/options', access: 'public', summary: 'What one can ask about, and whether somebody is there.',
    response: z.object({ services: z.array(z.object({ id, name: z.record(z.string(), z.string()), description: z.string() })), availability: Availability }) },
  ask: { method: 'POST', path: '/api/portal/requests', access: 'public', status: 201, idempotency: 'own', bodyLimit: BODY, summary: 'Opens a request; `key` makes it once.', faults: ['channels.chat.address-needed', 'channels.chat.service-unknown', 'access.too-many', 'input.idempotency-reused'],
    body: z.strictObject({ key: clientKey, visitor, name: line(200), email: email.optional(), phone: phone.optional(), subject: line(300), text, serviceId: id.optional(), attachmentIds, locale }),
    response: z.object({ number: z.number(), token: z.string() }) },
  upload: { method: 'POST', path: '/api/portal/files', access: 'public', kind: 'raw', status: 201, idempotency: 'none', bodyLimit: 26 * 1024 * 1024, response: FileRow, faults: ['access.too-many', 'input.too-large', 'channels.chat.visitor-needed'],
    summary: 'Keeps one file (multipart) for the owner named by the header x-visitor, x-follow or x-chat, to be attached to what that owner sends next.' },
  follow: { method: 'GET', path: '/api/portal/requests/:token', access: 'public', params: byToken, response: FollowView, faults: ['channels.chat.link-unknown'] },
  write: { method: 'POST', path: '/api/portal/requests/:token/messages', access: 'public', status: 201, idempotency: 'own', params: byToken, bodyLimit: BODY, faults: ['channels.chat.link-unknown', 'access.too-many'],
    body: z.strictObject({ key: clientKey, text, attachmentIds }), response: z.object({ ...SentMessage.shape, isFollowUp: z.boolean() }), summary: 'Writes to the request; when it is closed for good a linked one is opened and its token answered.' },
  verdict: { method: 'POST', path: '/api/portal/requests/:token/verdict', access: 'public', status: 200, params: byToken, idempotency: 'own', body: z.strictObject({ isSolved: z.boolean(), reason: someText(2000).optional() }),
    response: FollowView, faults: ['channels.chat.link-unknown', 'channels.chat.reason-needed', 'requests.not-verifying'] },
  human: { method: 'PUT', path: '/api/portal/requests/:token/human', access: 'public', params: byToken, idempotency: 'own', response: FollowView, faults: ['channels.chat.link-unknown', 'access.too-many', 'requests.closed'], summary: 'A person, please: no rule verifies, closes or answers it from now on.' },
  file: { method: 'GET', path: '/api/portal/requests/:token/files/:id', access: 'public', kind: 'raw', params: z.strictObject({ token, id }), faults: ['channels.chat.link-unknown'], summary: 'A file of the conversation, always as a download.' },

  availability: { method: 'GET', path: '/api/chat/availability', access: 'public', response: Availability },
  start: { method: 'POST', path: '/api/chat/sessions', access: 'public', status: 201, idempotency: 'none', bodyLimit: 8192, faults: ['access.too-many'], summary: 'Begins a conversation; the token goes into the header x-chat of what follows.',
    body: z.strictObject({ name: line(200).optional(), email: email.optional(), locale, page: line(500).optional() }), response: z.object({ token: z.string() }) },
  introduce: { method: 'PATCH', path: '/api/chat/sessions', access: 'public', idempotency: 'none', bodyLimit: 8192, body: z.strictObject({ name: line(200).optional(), email: email.optional(), locale: locale.optional() }), faults: ['channels.chat.session-unknown'] },
  say: { method: 'POST', path: '/api/chat/messages', access: 'public', status: 201, idempotency: 'own', bodyLimit: BODY, body: z.strictObject({ clientKey, text, attachmentIds }), response: SentMessage, faults: ['channels.chat.session-unknown', 'access.too-many'],
    summary: 'Says something; the first word opens the request. The same clientKey again answers the same message.' },
  seen: { method: 'PUT', path: '/api/chat/seen', access: 'public', idempotency: 'none', bodyLimit: 8192, body: z.strictObject({ ids: z.array(id).min(1).max(100), isRead: z.boolean() }), faults: ['channels.chat.session-unknown'], summary: 'These replies have reached the visitor.' },
  stream: { method: 'GET', path: '/api/chat/stream', access: 'public', kind: 'stream', query: z.strictObject({ have: z.coerce.number().int().min(0).default(0) }), faults: ['channels.chat.session-unknown'],
    summary: 'Server-sent events: `state`, `messages`, `typing`. `have` is how many messages of the conversation the page has; fewer than there are: all are sent again.' },
} as const satisfies Endpoints
