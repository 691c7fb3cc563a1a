/** The privacy part's API: the register of personal data, and what people ask about their own. */
import { z } from 'zod'
import type { Endpoints } from '../../../platform/http/contract.ts'
import { byId, cursor, day, id, instant, limit, line, page, someText, text } from '../../../platform/http/shapes.ts'

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
/** What a person takes along, and another house can take in; also what this one takes in. */
export const PORTABLE = 'loopdesk.portable-person/1'
const base64 = z.string().max(28_000_000).regex(/^[A-Za-z0-9+/]*={0,2}$/, { message: 'governance.privacy.brought-bytes' })
const PortableFile = z.strictObject({ name: line(200), type: z.string().max(170).regex(/^[\w.+-]+\/[\w.+-]+$/), size: z.int().min(0).max(1_000_000_000), /** Base64; null where the file was too large to enclose. */ bytes: base64.nullable() })
export type PortableFile = z.infer<typeof PortableFile>
const PortableMessage = z.strictObject({ /** house: an answer to the person. */ from: z.enum(['person', 'house']), at: z.iso.datetime(), text: text(1_000_000), files: z.array(PortableFile).max(200) })
const PortableConversation = z.strictObject({
  subject: text(2000), channel: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/), openedAt: z.iso.datetime(), closedAt: z.iso.datetime().nullable(), messages: z.array(PortableMessage).max(5000),
  rating: z.strictObject({ score: z.int().min(1).max(5), comment: text(4000).nullable(), at: z.iso.datetime() }).nullable(),
})
export type PortableConversation = z.infer<typeof PortableConversation>
export const PortablePerson = z.strictObject({
  format: z.literal(PORTABLE), madeAt: z.iso.datetime(),
  person: z.strictObject({ name: line(200), language: text(40).nullable(), region: text(80).nullable(), company: text(200).nullable(), addresses: z.array(z.strictObject({ kind: z.enum(['email', 'phone', 'external']), value: line(254) })).max(100) }),
  /** Oldest first. */
  conversations: z.array(PortableConversation).max(10_000),
})
export type PortablePerson = z.infer<typeof PortablePerson>
export const Brought = z.object({
  id, openedAt: instant, closedAt: instant.nullable(), channel: z.string(), subject: z.string(), rating: z.object({ score: z.int(), comment: z.string().nullable(), at: instant }).nullable(),
  messages: z.array(z.object({ from: z.enum(['person', 'house']), at: instant, text: z.string(), files: z.array(z.object({ id, name: z.string(), size: z.int(), hasBytes: z.boolean() })) })),
})
export type Brought = z.infer<typeof Brought>

/** Who answers for personal data, and the last audit of how it is handled: what is not given stays as it is. */
const kept = { officer: text(200), auditedOn: day.nullable() }
export const Settings = z.strictObject({ law: z.enum(laws), remindDays: z.int().min(1).max(14), ...kept })
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
/** What may be done only with consent; each is asked by itself, none comes with another. */
export const purposes = ['marketing', 'research', 'profiling', 'third-party', 'disclosure', 'sensitive', 'cross-border'] as const
export type Purpose = (typeof purposes)[number]
const Words = z.strictObject({ 'zh-Hant': someText(8000), 'zh-Hans': someText(8000), en: someText(8000) })
export type Words = z.infer<typeof Words>
export const NoticeRow = z.object({ id, purpose: z.enum(purposes), version: z.int(), words: Words, sha256: z.string(), publishedAt: instant, valid: z.int(), outdated: z.int() })
export type NoticeRow = z.infer<typeof NoticeRow>
const Notices = z.object({ rows: z.array(NoticeRow) })
export const consentStates = ['none', 'valid', 'outdated', 'withdrawn'] as const
export const consentChannels = ['phone', 'email', 'paper', 'in-person', 'chat', 'portal'] as const
export const ConsentRow = z.object({
  purpose: z.enum(purposes), state: z.enum(consentStates), noticeId: id, version: z.int(), words: Words, givenVersion: z.int().nullable(), givenAt: instant.nullable(), channel: z.string().nullable(), evidence: z.string().nullable(),
  withdrawnAt: instant.nullable(), withdrawnChannel: z.string().nullable(),
})
export type ConsentRow = z.infer<typeof ConsentRow>
const Consents = z.object({ rows: z.array(ConsentRow) })
export const OwnConsent = z.object({ purpose: z.enum(purposes), isGiven: z.boolean(), noticeId: id, version: z.int(), words: Words, since: instant.nullable() })
export type OwnConsent = z.infer<typeof OwnConsent>
const OwnConsents = z.object({ rows: z.array(OwnConsent) })
const onePurpose = z.strictObject({ id, purpose: z.enum(purposes) })
const ownPurpose = z.strictObject({ token: z.string().regex(/^[\w-]{43}$/), purpose: z.enum(purposes) })

export const exportColumns = ['name', 'company', 'region', 'language', 'tier', 'email', 'phone', 'external', 'note', 'since'] as const
export type ExportColumn = (typeof exportColumns)[number]
/** service: to serve these customers; the others take only who agrees to them. */
export const exportPurposes = ['service', ...purposes] as const
export type ExportPurpose = (typeof exportPurposes)[number]
const ExportFilter = z.strictObject({ tier: z.string().max(40).regex(/^[a-z0-9][a-z0-9-]*$/).optional(), from: day.optional(), to: day.optional() })
export const ExportRow = z.object({
  id, number: z.int(), purpose: z.enum(exportPurposes), columns: z.array(z.enum(exportColumns)), filter: ExportFilter, reason: z.string(), rows: z.int(), isPersonal: z.boolean(), askedBy: Someone, askedAt: instant,
  /** ready: may be fetched until `expiresAt`. */
  state: z.enum(['waiting', 'ready', 'refused', 'expired']), decidedBy: Someone.nullable(), decidedAt: instant.nullable(), decisionReason: z.string().nullable(), expiresAt: instant.nullable(), downloads: z.int(), isMine: z.boolean(),
})
export type ExportRow = z.infer<typeof ExportRow>
/** Rows without personal columns that need nobody's consent, and rows with them a person may take within 30 days. */
export const ExportRules = z.strictObject({ freeRows: z.int().min(0).max(10_000), monthlyRows: z.int().min(0).max(1_000_000) })
export type ExportRules = z.infer<typeof ExportRules>

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
  grant: { method: 'PUT', path: '/api/person-requests/:id/grant', access: 'privacy.edit', stepUp: true, params: byId, body: z.strictObject({ version }), response: PersonRequest, faults: [...NOT_NOW, 'governance.privacy.identity-first', 'governance.privacy.requests-open', 'governance.privacy.held'], summary: 'An erasure is carried out at once; the others are carried out by a person.' },
  refuse: { method: 'PUT', path: '/api/person-requests/:id/refusal', access: 'privacy.edit', params: byId, body: z.strictObject({ ground: z.enum(grounds), reason: someText(2000), version }), response: PersonRequest, faults: NOT_NOW },
  complete: { method: 'PUT', path: '/api/person-requests/:id/completion', access: 'privacy.edit', params: byId, body: z.strictObject({ outcome: someText(2000), version }), response: PersonRequest, faults: NOT_NOW },
  withdraw: { method: 'PUT', path: '/api/person-requests/:id/withdrawal', access: 'privacy.edit', params: byId, body: z.strictObject({ outcome: someText(2000), version }), response: PersonRequest, faults: NOT_NOW, summary: 'The person no longer wishes it.' },
  copy: { method: 'POST', path: '/api/person-requests/:id/copies', access: 'privacy.edit', stepUp: true, status: 201, idempotency: 'none', params: byId, body: z.strictObject({ format: z.enum(['json', 'html']) }), response: PersonCopy, faults: ['governance.privacy.not-found', 'governance.privacy.not-now', 'governance.privacy.identity-first'], summary: 'All that is kept about the person, addresses of others covered. An event says who made it.' },
  bring: { method: 'POST', path: '/api/portable-people', access: 'privacy.edit', stepUp: true, status: 201, bodyLimit: 48 * 1024 * 1024, body: PortablePerson, response: z.object({ customerId: id, conversations: z.int(), /** False: this document had been taken in before. */ isNew: z.boolean() }), faults: ['customers.identity-unreadable', 'governance.privacy.brought-unreadable'], summary: 'Takes in what a person brings along from another house: a record of its own, and the conversations as they were.' },
  brought: { method: 'GET', path: '/api/customers/:id/brought', access: 'customers.read', reads: 'customer', params: byId, response: z.object({ rows: z.array(Brought), count: z.int() }), faults: ['customers.not-found'], summary: 'Conversations the customer brought along from another house, newest first, at most 200.' },
  broughtFile: { method: 'GET', path: '/api/customers/:id/brought-files/:fileId', access: 'customers.read', reads: 'attachment', kind: 'raw', params: z.strictObject({ id, fileId: id }), faults: ['customers.not-found', 'governance.privacy.brought-file.not-found'], summary: 'A file of theirs, always as a download.' },
  hold: { method: 'PUT', path: '/api/customers/:id/hold', access: 'privacy.edit', params: byId, status: 204, body: z.strictObject({ reason: someText(1000) }), faults: ['customers.not-found'], summary: 'Keeps the data of this customer whatever else is due.' },
  lift: { method: 'PUT', path: '/api/customers/:id/hold/end', access: 'privacy.edit', params: byId, status: 204, body: z.strictObject({ reason: someText(1000) }), faults: ['governance.privacy.not-held'] },
  settings: { method: 'GET', path: '/api/privacy-settings', access: 'privacy.read', response: Settings },
  changeSettings: { method: 'PUT', path: '/api/privacy-settings', access: 'privacy.edit', body: z.strictObject({ ...Settings.shape, ...z.object(kept).partial().shape }), response: Settings, faults: ['governance.privacy.audit-ahead'] },

  retention: { method: 'GET', path: '/api/retention', access: 'privacy.read', response: Retention, summary: 'How long each category is kept, what is due now, and the last reports.' },
  previewRetention: { method: 'GET', path: '/api/retention/:category', access: 'privacy.read', params: byCategory, query: z.strictObject({ days: z.coerce.number().int().min(30).max(3650) }), response: RetentionDue, summary: 'What would go if this category were kept so many days.' },
  changeRetention: { method: 'PUT', path: '/api/retention/:category', access: 'privacy.edit', params: byCategory, body: z.strictObject({ days: days.nullable(), version }), response: Retention, faults: ['governance.privacy.changed-meanwhile'], summary: 'Takes effect a day later.' },

  notices: { method: 'GET', path: '/api/consent-notices', access: 'privacy.read', response: Notices, summary: 'The present words of each purpose, how many agree to them, and how many to older ones.' },
  publish: { method: 'POST', path: '/api/consent-notices', access: 'privacy.edit', status: 201, bodyLimit: 131_072, body: z.strictObject({ purpose: z.enum(purposes), words: Words }), response: Notices, faults: ['governance.privacy.changed-meanwhile'], summary: 'A new version of the words: who agreed to an older one has to be asked again.' },
  consents: { method: 'GET', path: '/api/customers/:id/consents', access: 'customers.read', reads: 'customer', params: byId, response: Consents, faults: ['customers.not-found'] },
  consent: { method: 'PUT', path: '/api/customers/:id/consents/:purpose', access: 'customers.edit', params: onePurpose, body: z.strictObject({ noticeId: id, channel: z.enum(consentChannels).exclude(['portal']), evidence: someText(1000) }), response: Consents, faults: ['customers.not-found', 'governance.privacy.no-notice', 'governance.privacy.notice-old'], summary: 'The person has agreed to these words: by which way, and where that can be seen.' },
  unconsent: { method: 'DELETE', path: '/api/customers/:id/consents/:purpose', access: 'customers.edit', params: onePurpose, response: Consents, faults: ['customers.not-found'], summary: 'The person has withdrawn it; effective at once.' },
  optOut: { method: 'PUT', path: '/api/customers/:id/opt-out', access: 'customers.edit', params: byId, response: Consents, faults: ['customers.not-found'], summary: 'The person wants no marketing and no profiling: both are withdrawn at once.' },

  exports: { method: 'GET', path: '/api/exports', access: 'privacy.export', response: z.object({ rows: z.array(ExportRow) }), summary: 'One’s own exports; who may approve sees all. Waiting ones first.' },
  askExport: { method: 'POST', path: '/api/exports', access: 'privacy.export', status: 201, body: z.strictObject({ purpose: z.enum(exportPurposes), columns: z.array(z.enum(exportColumns)).min(1).max(exportColumns.length), filter: ExportFilter, reason: someText(1000), /** The approved impact assessment, where the rules ask for one. */ assessmentId: id.optional() }), response: ExportRow, faults: ['governance.privacy.people-only', 'governance.assessment.needed', 'governance.privacy.export-empty', 'governance.privacy.export-too-large', 'governance.privacy.quota-spent'], summary: 'Customers in a file. Personal columns or many rows wait for a second person.' },
  decideExport: { method: 'PUT', path: '/api/exports/:id/decision', access: 'privacy.approve', params: byId, body: z.strictObject({ verdict: z.enum(['approved', 'refused']), reason: someText(1000).optional() }), response: ExportRow, faults: ['governance.privacy.export-not-found', 'governance.privacy.own-export', 'governance.privacy.export-decided', 'governance.privacy.people-only'] },
  takeExport: { method: 'POST', path: '/api/exports/:id/downloads', access: 'privacy.export', status: 201, idempotency: 'none', params: byId, response: z.object({ name: z.string(), text: z.string(), mark: z.string(), rows: z.int() }), faults: ['governance.privacy.export-not-found', 'governance.privacy.export-waiting', 'governance.privacy.export-expired', 'governance.privacy.quota-spent', 'governance.privacy.export-too-large', 'governance.privacy.people-only'], summary: 'The file, for whoever asked and while its day lasts; every row carries the mark of this download.' },
  exportRules: { method: 'GET', path: '/api/export-rules', access: 'privacy.export', response: ExportRules },
  changeExportRules: { method: 'PUT', path: '/api/export-rules', access: 'privacy.edit', body: ExportRules, response: ExportRules },
  mark: { method: 'GET', path: '/api/export-marks/:mark', access: 'privacy.read', params: z.strictObject({ mark: z.string().regex(/^LD\d{1,12}-[0-9a-f]{10}$/) }), response: z.object({ export: ExportRow, by: z.string(), at: instant }), faults: ['governance.privacy.mark-unknown'], summary: 'Whose file a mark is from.' },

  ownConsents: { method: 'GET', path: '/api/portal/requests/:token/consents', access: 'public', params: token, response: OwnConsents, faults: ['channels.chat.link-unknown'] },
  agree: { method: 'PUT', path: '/api/portal/requests/:token/consents/:purpose', access: 'public', idempotency: 'own', params: ownPurpose, bodyLimit: 8192, body: z.strictObject({ noticeId: id }), response: OwnConsents, faults: ['channels.chat.link-unknown', 'access.too-many', 'governance.privacy.no-notice', 'governance.privacy.notice-old'] },
  disagree: { method: 'DELETE', path: '/api/portal/requests/:token/consents/:purpose', access: 'public', idempotency: 'own', params: ownPurpose, response: OwnConsents, faults: ['channels.chat.link-unknown', 'access.too-many'], summary: 'As easy as agreeing: one call.' },
  optOutOwn: { method: 'PUT', path: '/api/portal/requests/:token/opt-out', access: 'public', idempotency: 'own', params: token, response: OwnConsents, faults: ['channels.chat.link-unknown', 'access.too-many'], summary: 'No marketing and no profiling: one call.' },
  own: { method: 'GET', path: '/api/portal/requests/:token/person-requests', access: 'public', params: token, response: z.object({ rows: z.array(OwnRequest) }), faults: ['channels.chat.link-unknown'], summary: 'What the customer of this request asked about their own data.' },
  ask: { method: 'POST', path: '/api/portal/requests/:token/person-requests', access: 'public', status: 201, idempotency: 'own', params: token, bodyLimit: 32_768, body: z.strictObject({ kind: z.enum(kinds), wish: someText(4000) }), response: OwnRequest, faults: ['channels.chat.link-unknown', 'access.too-many'], summary: 'The customer asks about their own data; the same kind again, while it is open, is the same.' },
} as const satisfies Endpoints
