/** Other people's servers over HTTP: who runs them under which contract, where they stand, and the assessments made before. */
import { z } from 'zod'
import type { Endpoints } from '../../../platform/http/contract.ts'
import { byId, day, id, instant, line, someText, text } from '../../../platform/http/shapes.ts'

export const ways = ['mail-in', 'mail-out', 'webhook', 'sign-in', 'directory'] as const
export const processorRoles = ['own', 'processor', 'recipient'] as const
export const transferBases = ['security-assessment', 'standard-contract', 'certification', 'consent', 'exempt'] as const
/** PIPL 55: what an assessment must come before. */
export const assessmentGrounds = ['sensitive', 'automated', 'provide', 'cross-border', 'other'] as const
export const riskLevels = ['low', 'medium', 'high'] as const

const host = z.string().max(253).regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$|^[0-9a-f:.]+$/, { message: 'input.wrong-value' })
const country = z.string().regex(/^[A-Z]{2}$/, { message: 'input.wrong-value' })
const processor = {
  host, name: line(200), role: z.enum(processorRoles), purpose: someText(1000), contract: text(500), untilOn: day.nullable(), contact: text(500), country, isSensitive: z.boolean(),
  basis: z.enum(transferBases).nullable(), basisWords: text(500), basisUntilOn: day.nullable(),
}
export const Processor = z.object({ id, ...processor, isAbroad: z.boolean(), approvedAt: instant.nullable(), approvedBy: z.string().nullable(), changedAt: instant, changedBy: z.string().nullable(), isMine: z.boolean(), version: z.int() })
export type Processor = z.infer<typeof Processor>
/** `lacks`: text key of what stands against going there once the rules are on; null when nothing does. */
export const Connection = z.object({ way: z.enum(ways), host: z.string(), name: z.string(), lacks: z.string().nullable(), assessment: z.int().nullable(), blocked: z.int(), blockedAt: instant.nullable() })
export type Connection = z.infer<typeof Connection>
/** `home`: countries that are not abroad; empty: nothing is. */
export const OutsideRules = z.strictObject({ home: z.array(country).max(60), needsRecord: z.boolean(), needsBasis: z.boolean(), needsAssessment: z.boolean() })
export type OutsideRules = z.infer<typeof OutsideRules>
export const Abroad = z.object({ year: z.int(), persons: z.int(), sensitive: z.int(), step: z.enum(['exempt', 'contract', 'assessment']) })
export type Abroad = z.infer<typeof Abroad>
const Outside = z.object({ connections: z.array(Connection), processors: z.array(Processor), rules: OutsideRules, abroad: Abroad })
export type Outside = z.infer<typeof Outside>

const assessment = { title: line(200), ground: z.enum(assessmentGrounds), hosts: z.array(host).max(50), purpose: someText(8000), risk: someText(8000), measures: someText(8000), level: z.enum(riskLevels) }
export const Assessment = z.object({
  id, number: z.int(), ...assessment, madeAt: instant, madeBy: z.string().nullable(), isMine: z.boolean(),
  decision: z.object({ verdict: z.enum(['approved', 'refused']), reason: z.string(), at: instant, by: z.string().nullable() }).nullable(),
  /** Not removed before (PIPL 56: three years). */
  keptUntil: instant.nullable(), version: z.int(),
})
export type Assessment = z.infer<typeof Assessment>

const version = z.int().min(1)
const CHANGED = 'governance.outside.changed-meanwhile'
export const outside = {
  outside: { method: 'GET', path: '/api/outside', access: 'privacy.read', response: Outside, summary: 'Every connection that is set up, whether there is a record of who is behind it, and how many persons’ data went abroad this year.' },
  addProcessor: { method: 'POST', path: '/api/processors', access: 'privacy.edit', status: 201, body: z.strictObject(processor), response: Outside, faults: ['governance.outside.host-taken', 'governance.outside.contract-first', 'governance.outside.unknown-country'] },
  changeProcessor: { method: 'PUT', path: '/api/processors/:id', access: 'privacy.edit', params: byId, body: z.strictObject({ ...processor, version }), response: Outside, faults: ['governance.outside.not-found', CHANGED, 'governance.outside.host-taken', 'governance.outside.contract-first', 'governance.outside.unknown-country'], summary: 'Another place, country or basis needs approval anew.' },
  approveBasis: { method: 'PUT', path: '/api/processors/:id/approval', access: 'privacy.approve', params: byId, body: z.strictObject({ version }), response: Outside, faults: ['governance.outside.not-found', CHANGED, 'governance.outside.own-record', 'governance.outside.basis-first'], summary: 'Never by whoever wrote it down.' },
  changeOutsideRules: { method: 'PUT', path: '/api/outside-rules', access: 'privacy.edit', stepUp: true, body: OutsideRules, response: Outside, faults: ['governance.outside.unknown-country'], summary: 'What may not go out without a record, a basis or an assessment. All off as installed.' },
  assessments: { method: 'GET', path: '/api/assessments', access: 'privacy.read', response: z.object({ rows: z.array(Assessment) }), summary: 'Impact assessments, undecided ones first.' },
  makeAssessment: { method: 'POST', path: '/api/assessments', access: 'privacy.edit', status: 201, bodyLimit: 131_072, body: z.strictObject(assessment), response: Assessment },
  changeAssessment: { method: 'PUT', path: '/api/assessments/:id', access: 'privacy.edit', bodyLimit: 131_072, params: byId, body: z.strictObject({ ...assessment, version }), response: Assessment, faults: ['governance.assessment.not-found', CHANGED, 'governance.assessment.decided'] },
  decideAssessment: { method: 'PUT', path: '/api/assessments/:id/decision', access: 'privacy.approve', params: byId, body: z.strictObject({ verdict: z.enum(['approved', 'refused']), reason: someText(2000), version }), response: Assessment, faults: ['governance.assessment.not-found', CHANGED, 'governance.assessment.decided', 'governance.assessment.own'], summary: 'Never by whoever made it.' },
  removeAssessment: { method: 'DELETE', path: '/api/assessments/:id', access: 'privacy.edit', params: byId, status: 204, faults: ['governance.assessment.not-found', 'governance.assessment.kept'], summary: 'An undecided one, or one decided more than three years ago.' },
} as const satisfies Endpoints
