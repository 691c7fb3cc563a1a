/** The privacy part's API: the register of personal data, and what people ask about their own. */
import { z } from 'zod'
import type { Endpoints } from '../../../platform/http/contract.ts'
import { byId, cursor, id, instant, limit, page, someText } from '../../../platform/http/shapes.ts'

const classes = ['public', 'internal', 'personal', 'sensitive'] as const
const bases = ['consent', 'contract', 'legal-duty', 'legitimate-interest', 'employment'] as const
const sources = ['customer', 'colleague', 'channel', 'system'] as const
export const RegisterRow = z.object({
  room: z.string(), table: z.string(), column: z.string(), class: z.enum(classes), purpose: z.string(), basis: z.enum(bases),
  /** as-customer, as-request, as-account, or days. */
  retention: z.union([z.enum(['as-customer', 'as-request', 'as-account']), z.int()]), source: z.enum(sources), readers: z.string(),
})
export type RegisterRow = z.infer<typeof RegisterRow>
export const Register = z.object({
  rows: z.array(RegisterRow),
  /** Columns that are declared to say nothing of a person by themselves, and tables about no person. */
  technical: z.int(), impersonal: z.array(z.string()),
})

export const kinds = ['see', 'copy', 'correct', 'erase', 'move', 'stop'] as const
export type Kind = (typeof kinds)[number]
/** tw-pdpa 個人資料保護法 · pipl 个人信息保护法 · gdpr */
export const laws = ['tw-pdpa', 'pipl', 'gdpr'] as const
export type Law = (typeof laws)[number]
export const stages = ['received', 'verified', 'granted', 'done', 'refused', 'withdrawn'] as const
export type Stage = (typeof stages)[number]
export const proofs = ['called-back', 'answered-by-mail', 'document', 'in-person'] as const
export const grounds = ['identity-not-shown', 'legal-duty', 'others-rights', 'unfounded', 'nothing-kept'] as const
export const acts = ['verify', 'extend', 'grant', 'refuse', 'complete', 'withdraw', 'copy'] as const
export type Act = (typeof acts)[number]

const Someone = z.object({ id, name: z.string() })
const About = {
  id, number: z.int(), customer: Someone, kind: z.enum(kinds), law: z.enum(laws), stage: z.enum(stages), via: z.enum(['staff', 'portal']), openedAt: instant, dueAt: instant,
  extendedAt: instant.nullable(), remindedAt: instant.nullable(), breachedAt: instant.nullable(), endedAt: instant.nullable(),
}
export const PersonRequestRow = z.object(About)
export type PersonRequestRow = z.infer<typeof PersonRequestRow>
export const PersonRequest = z.object({
  ...About, wish: z.string(), openedBy: z.string().nullable(), extensionReason: z.string().nullable(),
  verification: z.object({ how: z.enum(proofs), at: instant, by: z.string().nullable() }).nullable(),
  decision: z.object({ at: instant, by: z.string().nullable(), ground: z.enum(grounds).nullable(), reason: z.string().nullable() }).nullable(),
  outcome: z.string().nullable(), report: z.record(z.string(), z.int()).nullable(), version: z.int(),
  /** By act: null when it may be done now, else the text key that says why not. */
  actions: z.record(z.enum(acts), z.string().nullable()),
})
export type PersonRequest = z.infer<typeof PersonRequest>
/** What an erasure would touch, and what stands in its way. */
export const Scope = z.object({
  tables: z.array(z.object({ table: z.string(), rows: z.int() })), openRequests: z.int(), hold: z.object({ reason: z.string(), at: instant }).nullable(),
  /** Other records that may be the same person: not erased with this one. */
  alike: z.array(Someone),
})
export type Scope = z.infer<typeof Scope>
export const PersonCopy = z.object({ name: z.string(), type: z.enum(['application/json', 'text/html']), text: z.string() })
export const Settings = z.object({ law: z.enum(laws), remindDays: z.int().min(1).max(14) })
export type Settings = z.infer<typeof Settings>
/** What the person is shown: nothing but their own wish and what became of it. */
export const OwnRequest = z.object({ number: z.int(), kind: z.enum(kinds), stage: z.enum(stages), openedAt: instant, dueAt: instant, ground: z.enum(grounds).nullable(), reason: z.string().nullable(), endedAt: instant.nullable() })
export type OwnRequest = z.infer<typeof OwnRequest>

/** customer: nobody has dealt with them since · request: closed since · mail: belongs to no request */
export const categories = ['customer', 'request', 'mail'] as const
export type Category = (typeof categories)[number]
const Due = { due: z.int(), held: z.int(), oldest: instant.nullable() }
export const RetentionDue = z.object(Due)
export type RetentionDue = z.infer<typeof RetentionDue>
/** `days` null: kept until somebody asks. `effectiveAt`: not before, because a change can be taken back for a day. */
export const RetentionRow = z.object({ category: z.enum(categories), days: z.int().nullable(), effectiveAt: instant.nullable(), version: z.int(), ...Due })
export type RetentionRow = z.infer<typeof RetentionRow>
export const RetentionRun = z.object({ id, category: z.enum(categories), days: z.int(), at: instant, count: z.int(), held: z.int(), report: z.record(z.string(), z.int()) })
export type RetentionRun = z.infer<typeof RetentionRun>
const Retention = z.object({ rows: z.array(RetentionRow), runs: z.array(RetentionRun) })
const days = z.int().min(30).max(3650)
const byCategory = z.strictObject({ category: z.enum(categories) })

const version = z.int().min(1)
const NOT_NOW = ['governance.privacy.not-found', 'governance.privacy.changed-meanwhile', 'governance.privacy.not-now']
const token = z.strictObject({ token: z.string().regex(/^[\w-]{43}$/) })

export const privacy = {
  register: { method: 'GET', path: '/api/personal-data', access: 'privacy.read', response: Register, summary: 'Every column kept about people: class, purpose, legal basis, retention, source, readers.' },
  requests: { method: 'GET', path: '/api/person-requests', access: 'privacy.read', reads: 'person-request-list', query: z.strictObject({ view: z.enum(['open', 'ended']).default('open'), cursor: cursor.optional(), limit: limit(100, 50) }), response: page(PersonRequestRow), summary: 'What people ask about their own data: open ones by due time, ended ones newest first.' },
  request: { method: 'GET', path: '/api/person-requests/:id', access: 'privacy.read', reads: 'person-request', params: byId, response: PersonRequest, faults: ['governance.privacy.not-found'] },
  scope: { method: 'GET', path: '/api/person-requests/:id/scope', access: 'privacy.read', reads: 'person-request', params: byId, response: Scope, faults: ['governance.privacy.not-found'], summary: 'Rows kept about this person by table, and what stands in the way of erasing them.' },
  open: { method: 'POST', path: '/api/person-requests', access: 'privacy.edit', status: 201, body: z.strictObject({ customerId: id, kind: z.enum(kinds), law: z.enum(laws).optional(), wish: someText(4000) }), response: PersonRequest, faults: ['customers.not-found', 'governance.privacy.open-already'] },
  verify: { method: 'PUT', path: '/api/person-requests/:id/verification', access: 'privacy.edit', params: byId, body: z.strictObject({ how: z.enum(proofs), version }), response: PersonRequest, faults: NOT_NOW, summary: 'Somebody has made sure that the person is who they say.' },
  extend: { method: 'PUT', path: '/api/person-requests/:id/extension', access: 'privacy.edit', params: byId, body: z.strictObject({ reason: someText(1000), version }), response: PersonRequest, faults: [...NOT_NOW, 'governance.privacy.extended-already', 'governance.privacy.no-extension'] },
  grant: { method: 'PUT', path: '/api/person-requests/:id/grant', access: 'privacy.edit', params: byId, body: z.strictObject({ version }), response: PersonRequest, faults: [...NOT_NOW, 'governance.privacy.identity-first', 'governance.privacy.requests-open', 'governance.privacy.held'], summary: 'An erasure is carried out at once; the others are carried out by a person.' },
  refuse: { method: 'PUT', path: '/api/person-requests/:id/refusal', access: 'privacy.edit', params: byId, body: z.strictObject({ ground: z.enum(grounds), reason: someText(2000), version }), response: PersonRequest, faults: NOT_NOW },
  complete: { method: 'PUT', path: '/api/person-requests/:id/completion', access: 'privacy.edit', params: byId, body: z.strictObject({ outcome: someText(2000), version }), response: PersonRequest, faults: NOT_NOW },
  withdraw: { method: 'PUT', path: '/api/person-requests/:id/withdrawal', access: 'privacy.edit', params: byId, body: z.strictObject({ outcome: someText(2000), version }), response: PersonRequest, faults: NOT_NOW, summary: 'The person no longer wishes it.' },
  copy: { method: 'POST', path: '/api/person-requests/:id/copies', access: 'privacy.edit', status: 201, idempotency: 'none', params: byId, body: z.strictObject({ format: z.enum(['json', 'html']) }), response: PersonCopy, faults: ['governance.privacy.not-found', 'governance.privacy.not-now', 'governance.privacy.identity-first'], summary: 'All that is kept about the person, addresses of others covered. An event says who made it.' },
  hold: { method: 'PUT', path: '/api/customers/:id/hold', access: 'privacy.edit', params: byId, status: 204, body: z.strictObject({ reason: someText(1000) }), faults: ['customers.not-found'], summary: 'Keeps the data of this customer whatever else is due.' },
  lift: { method: 'PUT', path: '/api/customers/:id/hold/end', access: 'privacy.edit', params: byId, status: 204, body: z.strictObject({ reason: someText(1000) }), faults: ['governance.privacy.not-held'] },
  settings: { method: 'GET', path: '/api/privacy-settings', access: 'privacy.read', response: Settings },
  changeSettings: { method: 'PUT', path: '/api/privacy-settings', access: 'privacy.edit', body: Settings, response: Settings },

  retention: { method: 'GET', path: '/api/retention', access: 'privacy.read', response: Retention, summary: 'How long each category is kept, what is due now, and the last reports.' },
  previewRetention: { method: 'GET', path: '/api/retention/:category', access: 'privacy.read', params: byCategory, query: z.strictObject({ days: z.coerce.number().int().min(30).max(3650) }), response: RetentionDue, summary: 'What would go if this category were kept so many days.' },
  changeRetention: { method: 'PUT', path: '/api/retention/:category', access: 'privacy.edit', params: byCategory, body: z.strictObject({ days: days.nullable(), version }), response: Retention, faults: ['governance.privacy.changed-meanwhile'], summary: 'Takes effect a day later.' },

  own: { method: 'GET', path: '/api/portal/requests/:token/person-requests', access: 'public', params: token, response: z.object({ rows: z.array(OwnRequest) }), faults: ['channels.chat.link-unknown'], summary: 'What the customer of this request asked about their own data.' },
  ask: { method: 'POST', path: '/api/portal/requests/:token/person-requests', access: 'public', status: 201, idempotency: 'own', params: token, bodyLimit: 32_768, body: z.strictObject({ kind: z.enum(kinds), wish: someText(4000) }), response: OwnRequest, faults: ['channels.chat.link-unknown', 'access.too-many'], summary: 'The customer asks about their own data; the same kind again, while it is open, is the same.' },
} as const satisfies Endpoints
