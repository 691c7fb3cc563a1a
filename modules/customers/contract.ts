/** The customers room's API: one record a customer, with identities, merging and its undoing. */
import { z } from 'zod'
import type { Endpoints } from '../../platform/http/contract.ts'
import { byId, cursor, email, id, instant, limit, line, page, someText, text } from '../../platform/http/shapes.ts'

export const tiers = ['standard', 'silver', 'gold', 'platinum'] as const
export const Tier = z.enum(tiers)
const phone = z.string().regex(/^\+?[0-9 ()-]{5,30}$/, { message: 'input.phone' })

export const Identity = z.object({ id, kind: z.string(), shown: z.string(), verifiedAt: instant.nullable(), source: z.string() })
export const Customer = z.object({
  id, name: z.string(), tier: Tier, language: z.string().nullable(), region: z.string().nullable(), company: z.string().nullable(), note: z.string().nullable(),
  createdAt: instant, version: z.number(), mergedInto: id.nullable(), identities: z.array(Identity),
  merges: z.array(z.object({ id, otherId: id, otherName: z.string(), reason: z.string(), at: instant })),
  /** Records that may be the same person, each with the evidence; nothing is merged by itself. */
  suggestions: z.array(z.object({ id, name: z.string(), because: z.array(z.string()) })),
})
export type Customer = z.infer<typeof Customer>
export const CustomerRow = z.object({ id, name: z.string(), tier: Tier, company: z.string().nullable(), region: z.string().nullable(), contact: z.string().nullable(), isVerified: z.boolean(), createdAt: instant })

export const customers = {
  list: { method: 'GET', path: '/api/customers', access: 'customers.read', query: z.strictObject({ search: text(200).optional(), tier: Tier.optional(), cursor: cursor.optional(), limit: limit(100, 40) }), response: page(CustomerRow) },
  get: { method: 'GET', path: '/api/customers/:id', access: 'customers.read', params: byId, response: Customer, faults: ['customers.not-found'] },
  create: { method: 'POST', path: '/api/customers', access: 'customers.edit', status: 201, response: Customer, faults: ['customers.identity-taken'],
    body: z.strictObject({ name: line(200), email: email.optional(), phone: phone.optional(), tier: Tier.optional(), language: z.enum(['zh-Hant', 'zh-Hans', 'en']).optional(), region: line(80).optional(), company: line(200).optional(), note: text(4000).optional() }) },
  change: { method: 'PATCH', path: '/api/customers/:id', access: 'customers.edit', params: byId, response: Customer, faults: ['customers.changed-meanwhile'],
    body: z.strictObject({ name: line(200).optional(), tier: Tier.optional(), language: z.enum(['zh-Hant', 'zh-Hans', 'en']).nullable().optional(), region: line(80).nullable().optional(), company: line(200).nullable().optional(), note: text(4000).nullable().optional(), version: z.number().int() }) },
  addIdentity: { method: 'POST', path: '/api/customers/:id/identities', access: 'customers.edit', params: byId, status: 201, response: Customer, faults: ['customers.identity-taken'],
    body: z.strictObject({ kind: z.enum(['email', 'phone', 'external']), value: line(254), isVerified: z.boolean().default(false) }) },
  verifyIdentity: { method: 'PUT', path: '/api/customers/:id/identities/:identityId/verification', access: 'customers.edit', params: z.strictObject({ id, identityId: id }), response: Customer, faults: ['customers.identity-taken'] },
  merge: { method: 'PUT', path: '/api/customers/:id/merges/:otherId', access: 'customers.edit', params: z.strictObject({ id, otherId: id }), body: z.strictObject({ reason: someText(1000) }), response: Customer, faults: ['customers.merged-already'] },
  unmerge: { method: 'DELETE', path: '/api/customers/:id/merges/:otherId', access: 'customers.edit', params: z.strictObject({ id, otherId: id }), response: Customer, faults: ['customers.not-merged'] },
} as const satisfies Endpoints
