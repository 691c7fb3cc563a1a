/** The customers room's API: one record a customer, with identities, merging and its undoing. */
import { z } from 'zod'
import type { Endpoints } from '../../platform/http/contract.ts'
import { byId, cursor, email, flag, id, instant, limit, line, locale, page, someText, text } from '../../platform/http/shapes.ts'

/** The tiers of a new installation, lowest first; a company may change the list. */
export const tiers = ['standard', 'silver', 'gold', 'platinum'] as const
export const Tier = z.string().max(40).regex(/^[a-z0-9][a-z0-9-]*$/)
const phone = z.string().regex(/^\+?[0-9 ()-]{5,30}$/, { message: 'input.phone' })
const Names = z.strictObject({ 'zh-Hant': line(60), 'zh-Hans': line(60), en: line(60) })
const version = z.int().min(1)

export const Identity = z.object({
  id, kind: z.enum(['email', 'phone', 'chat', 'portal', 'external']), shown: z.string(), verifiedAt: instant.nullable(), source: z.string(),
  /** False: only named by the customer; messages from this address do not arrive here. */
  isLeading: z.boolean(),
  /** The record it belongs to: this one, or one merged into it. */
  customerId: id,
})
/** Why two records may be the same person. `phone-alike`: the last nine digits agree. */
export const Evidence = z.object({ kind: z.enum(['email', 'phone', 'chat', 'portal', 'external', 'phone-alike', 'name-company']), value: z.string() })
export const guardianRelations = ['parent', 'grandparent', 'guardian'] as const
export const guardianChannels = ['phone', 'email', 'paper', 'in-person'] as const
/** A child under fourteen: sensitive, and nothing that needs consent is done without the guardian's. */
export const Minor = z.object({ birthYear: z.int().nullable(), markedAt: instant, guardian: z.object({ name: z.string(), relation: z.enum(guardianRelations), at: instant, channel: z.string(), evidence: z.string() }).nullable() })
export type Minor = z.infer<typeof Minor>
export const Customer = z.object({
  id, name: z.string(), tier: Tier, language: z.string().nullable(), region: z.string().nullable(), company: z.string().nullable(), note: z.string().nullable(),
  createdAt: instant, version, mergedInto: id.nullable(), isVerified: z.boolean(), identities: z.array(Identity),
  merges: z.array(z.object({ id, otherId: id, otherName: z.string(), reason: z.string(), byId: id.nullable(), at: instant })),
  /** Ids of all records folded together with this one, itself included: whose history is shown. */
  recordIds: z.array(id),
  /** Records that may be the same person, each with the evidence; nothing is merged by itself. */
  suggestions: z.array(z.object({ id, name: z.string(), isVerified: z.boolean(), because: z.array(Evidence) })),
  minor: Minor.nullable(),
  /** Fields shown covered to the person asking; kinds of addresses count as fields. */
  masked: z.array(z.string()),
})
export type Customer = z.infer<typeof Customer>
export const CustomerRow = z.object({ id, name: z.string(), tier: Tier, company: z.string().nullable(), region: z.string().nullable(), contact: z.string().nullable(), isVerified: z.boolean(), createdAt: instant, /** Null: in none yet. */ stage: z.object({ id, since: instant, stalledAt: instant.nullable() }).nullable() })
export type CustomerRow = z.infer<typeof CustomerRow>
export const revealable = ['name', 'company', 'region', 'note', 'email', 'phone', 'chat', 'portal', 'external'] as const
/** What was covered, as it is; `left`: how many more customers the person may look at within 24 hours. */
export const Revelation = z.object({ values: z.record(z.string(), z.string().nullable()), identities: z.array(z.object({ id, shown: z.string() })), left: z.int() })
export type Revelation = z.infer<typeof Revelation>
const Limit = z.object({ perDay: z.int() })

/** `name` null: a built-in tier, named by the text `customers.tier-<key>`. */
export const TierRow = z.object({ key: Tier, name: Names.nullable() })
export type TierRow = z.infer<typeof TierRow>
const TierList = z.object({ rows: z.array(TierRow), version })

const details = { tier: Tier, language: locale, region: line(80), company: line(200), note: text(4000) }
const CHANGED = 'customers.changed-meanwhile'
const pair = z.strictObject({ id, otherId: id })

export const customers = {
  list: { method: 'GET', path: '/api/customers', access: 'customers.read', reads: 'customer-list', summary: 'Customers, newest first; search by name, company, address or number in any spelling. Whoever sees covered fields finds by a whole name, address or number only.', query: z.strictObject({ search: text(200).optional(), tier: Tier.optional(), stage: id.optional(), stalled: flag.optional(), cursor: cursor.optional(), limit: limit(100, 40) }), response: page(CustomerRow) },
  get: { method: 'GET', path: '/api/customers/:id', access: 'customers.read', reads: 'customer', params: byId, response: Customer, faults: ['customers.not-found'] },
  create: { method: 'POST', path: '/api/customers', access: 'customers.edit', status: 201, response: Customer, faults: ['customers.identity-taken', 'customers.tier-unknown'],
    body: z.strictObject({ ...z.object(details).partial().shape, name: line(200), email: email.optional(), phone: phone.optional(), external: line(200).optional() }) },
  change: { method: 'PATCH', path: '/api/customers/:id', access: 'customers.edit', params: byId, response: Customer, faults: [CHANGED, 'customers.tier-unknown', 'customers.merged-away', 'customers.value-masked'],
    body: z.strictObject({ name: line(200).optional(), tier: Tier.optional(), language: locale.nullable().optional(), region: details.region.nullable().optional(), company: details.company.nullable().optional(), note: details.note.nullable().optional(), version }) },
  addIdentity: { method: 'POST', path: '/api/customers/:id/identities', access: 'customers.edit', params: byId, status: 201, response: Customer, faults: ['customers.identity-taken', 'customers.identity-unreadable', 'customers.merged-away'],
    body: z.strictObject({ kind: z.enum(['email', 'phone', 'external']), value: line(254), isVerified: z.boolean().default(false) }) },
  verifyIdentity: { method: 'PUT', path: '/api/customers/:id/identities/:identityId/verification', access: 'customers.edit', params: z.strictObject({ id, identityId: id }), response: Customer, summary: 'A colleague vouches that the address is the customer’s.', faults: ['customers.identity-taken', 'customers.identity-not-found', 'customers.not-related'] },
  removeIdentity: { method: 'DELETE', path: '/api/customers/:id/identities/:identityId', access: 'customers.edit', params: z.strictObject({ id, identityId: id }), response: Customer, faults: ['customers.identity-not-found', 'customers.not-related'] },
  merge: { method: 'PUT', path: '/api/customers/:id/merges/:otherId', access: 'customers.edit', params: pair, body: z.strictObject({ reason: someText(1000) }), response: Customer, summary: 'Folds the other record into this one; both keep what is theirs, so it can be undone.', faults: ['customers.merged-already', 'customers.merge-itself', 'customers.not-both-yours'] },
  unmerge: { method: 'DELETE', path: '/api/customers/:id/merges/:otherId', access: 'customers.edit', params: pair, response: Customer, faults: ['customers.not-merged', 'customers.not-related'] },
  distinguish: { method: 'PUT', path: '/api/customers/:id/distinctions/:otherId', access: 'customers.edit', params: pair, response: Customer, summary: 'They are different people: no longer suggested.' },
  markMinor: { method: 'PUT', path: '/api/customers/:id/minority', access: 'customers.edit', params: byId, body: z.strictObject({ birthYear: z.int().min(1900).max(2200).nullable() }), response: Customer, faults: ['customers.not-found', 'customers.not-related', 'customers.merged-away', 'customers.not-a-minor'], summary: 'The customer is under fourteen.' },
  endMinor: { method: 'DELETE', path: '/api/customers/:id/minority', access: 'customers.edit', params: byId, response: Customer, faults: ['customers.not-found', 'customers.not-related', 'customers.merged-away'], summary: 'Marked in error, or of age by now.' },
  guardian: { method: 'PUT', path: '/api/customers/:id/guardian', access: 'customers.edit', params: byId, body: z.strictObject({ name: line(200), relation: z.enum(guardianRelations), channel: z.enum(guardianChannels), evidence: someText(1000) }), response: Customer, faults: ['customers.not-found', 'customers.not-related', 'customers.merged-away', 'customers.not-marked'], summary: 'A guardian has agreed: who, by which way, and where that can be seen.' },
  endGuardian: { method: 'DELETE', path: '/api/customers/:id/guardian', access: 'customers.edit', params: byId, response: Customer, faults: ['customers.not-found', 'customers.not-related', 'customers.merged-away'], summary: 'Withdrawn; effective at once.' },
  reveal: { method: 'POST', path: '/api/customers/:id/revelations', access: 'customers.read', stepUp: true, params: byId, status: 201, idempotency: 'none', response: Revelation, faults: ['customers.not-found', 'customers.revelations-spent'],
    body: z.strictObject({ fields: z.array(z.enum(revealable)).min(1).max(revealable.length), reason: someText(500) }), summary: 'Shows covered fields of one customer once, for a reason; an event says who looked at what and why.' },
  limit: { method: 'GET', path: '/api/revelation-limit', access: 'customers.read', response: Limit, summary: 'How many looks at covered fields a person has within 24 hours.' },
  changeLimit: { method: 'PUT', path: '/api/revelation-limit', access: 'customers.configure', body: z.strictObject({ perDay: z.int().min(0).max(10_000) }), response: Limit },
  fields: { method: 'GET', path: '/api/customer-fields', access: 'customers.read', response: z.object({ rows: z.array(z.object({ field: z.string(), class: z.enum(['internal', 'personal']), purpose: z.enum(['identify', 'contact', 'serve', 'language']) })) }), summary: 'Every personal field kept, with its class and purpose.' },
  tiers: { method: 'GET', path: '/api/customer-tiers', access: 'customers.read', response: TierList, summary: 'The tiers, lowest first.' },
  changeTiers: { method: 'PUT', path: '/api/customer-tiers', access: 'customers.configure', response: TierList, faults: [CHANGED, 'customers.tier-in-use', 'customers.tier-twice', 'customers.tier-unnamed'],
    body: z.strictObject({ rows: z.array(z.strictObject({ key: Tier, name: Names.nullable() })).min(1).max(20), version }) },
} as const satisfies Endpoints
