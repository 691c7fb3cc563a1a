/** The standards room's API: services with their targets, and the rules that recognise what a request is. */
import { z } from 'zod'
import type { Endpoints } from '../../platform/http/contract.ts'
import { Step } from '../staff/contract.ts'
import { byId, done, id, instant, instantIn, line, someText, text } from '../../platform/http/shapes.ts'
import { clockKinds, Content, Priority, priorities } from './versions/contract.ts'

export { priorities }
const Names = z.strictObject({ 'zh-Hant': line(120), 'zh-Hans': line(120), en: line(120) })
const Type = z.strictObject({ key: z.string().regex(/^[a-z0-9-]{1,40}$/, { message: 'input.key' }), name: Names })
const Skill = z.strictObject({ skill: z.string().max(60), level: z.number().int().min(1).max(5) })
const version = z.number().int().min(1)

const serviceFields = {
  name: Names, description: text(4000), teamId: id.nullable(), calendarId: id.nullable(), verification: z.enum(['person', 'customer', 'rule']),
  closeAfterHours: z.number().int().min(1).max(2160), reopenDays: z.number().int().min(0).max(365), acceptMinutes: z.number().int().min(1).max(10_080),
  skills: z.array(Skill).max(10), types: z.array(Type).max(50), isActive: z.boolean(),
}
/** The version of the standard new requests begin under now. */
const Effective = z.object({ id, number: z.number(), effectiveAt: instant, isAlone: z.boolean(), content: Content })
export const Service = z.object({ id, key: z.string(), ...serviceFields, standard: Effective.nullable(), isDefault: z.boolean(), version: z.number() })
export type Service = z.infer<typeof Service>

const value = z.union([text(500), z.number(), z.boolean()])
const Field = z.strictObject({ field: z.string().min(1).max(60), op: z.string().max(30), value: z.union([value, z.array(value).max(200)]).optional() })
interface ConditionShape { field?: string; op?: string; value?: unknown; all?: ConditionShape[]; any?: ConditionShape[]; not?: ConditionShape }
const Nested: z.ZodType<ConditionShape> = z.lazy(() => z.union([Field, z.strictObject({ all: z.array(Nested).max(50) }), z.strictObject({ any: z.array(Nested).max(50) }), z.strictObject({ not: Nested })]))

/** Conditions a person wrote are never this deep; the check must not run as deep as a megabyte of brackets. */
const MAX_DEPTH = 12
function isShallow(condition: unknown): boolean {
  let level: unknown[] = [condition]
  for (let depth = 0; depth < MAX_DEPTH * 2; depth++) {
    level = level.filter((one) => typeof one === 'object' && one !== null).flatMap((one) => Object.values(one as object))
    if (!level.length) return true
  }
  return false
}
export const Condition = z.unknown().refine(isShallow, { message: 'input.wrong-value' })
  .meta({ description: '{"field","op","value"}, or {"all": [conditions]}, {"any": [conditions]}, {"not": condition}; GET /api/rules lists fields and ops.' }).pipe(Nested)
const Outcome = z.strictObject({ service: z.string().max(60).optional(), type: z.string().max(60).optional(), priority: Priority.optional(), team: id.optional() })
export const Rule = z.object({ id, position: z.number(), name: z.string(), condition: z.unknown(), outcome: Outcome, isActive: z.boolean(), version: z.number() })
export type Rule = z.infer<typeof Rule>

export const Explanation = z.array(z.object({ rule: z.string(), name: z.string(), set: z.array(z.string()), because: z.array(z.object({ field: z.string(), op: z.string(), value: z.unknown().optional(), found: z.unknown(), negated: z.literal(true).optional() })) }))

const CHANGED = 'standards.changed-meanwhile'
const references = ['standards.team-unknown', 'standards.calendar-unknown', 'standards.skill-unknown'] as const
const Draft = z.strictObject({ id: id.optional(), name: line(120), condition: Condition, outcome: Outcome })
const Stretches = z.object({ dueAt: instant, counted: z.array(z.object({ from: instant, to: instant, minutes: z.number() })), exceptions: z.array(z.object({ date: z.string(), name: z.string(), openMinutes: z.number() })), steps: z.array(Step), stepsLeftOut: z.number(), provisionalYears: z.array(z.number()) })

export const standards = {
  services: { method: 'GET', path: '/api/services', access: 'standards.read', response: z.object({ rows: z.array(Service) }) },
  service: { method: 'GET', path: '/api/services/:id', access: 'standards.read', params: byId, response: Service, faults: ['standards.service.not-found'] },
  addService: { method: 'POST', path: '/api/services', access: 'standards.configure', status: 201, response: Service, faults: ['standards.key-taken', ...references],
    body: z.strictObject({ key: z.string().regex(/^[a-z0-9-]{1,40}$/, { message: 'input.key' }), ...serviceFields, description: text(4000).default('') }) },
  changeService: { method: 'PATCH', path: '/api/services/:id', access: 'standards.configure', params: byId, response: Service, faults: [CHANGED, 'standards.default-stays', ...references],
    body: z.strictObject({ ...z.object(serviceFields).partial().shape, version }) },
  removeService: { method: 'DELETE', path: '/api/services/:id', access: 'standards.configure', params: byId, response: done, summary: 'Removes a service that nothing was ever asked of; others are switched off.', faults: ['standards.default-stays', 'standards.service-in-use'] },
  makeDefault: { method: 'PUT', path: '/api/services/:id/default', access: 'standards.configure', params: byId, response: Service, summary: 'Makes it the service of requests that no rule recognises.', faults: ['standards.service-unknown'] },
  explainDue: { method: 'GET', path: '/api/services/:id/due', access: 'standards.read', params: byId, summary: 'When a request of this priority, tier and channel, begun at a moment, would be due by each clock, by which clause, and which working hours are counted.',
    query: z.strictObject({ priority: Priority.default('normal'), tier: z.string().max(40).default('standard'), channel: z.string().max(20).default('email'), startAt: instantIn.optional() }),
    response: z.object({ startAt: instant, calendarBy: z.enum(['service', 'team', 'default']), clocks: z.array(Stretches.extend({ kind: z.enum(clockKinds), clause: z.string(), targetMinutes: z.number() })) }), faults: ['standards.service.not-found'] },
  rules: { method: 'GET', path: '/api/rules', access: 'standards.read', response: z.object({ rows: z.array(Rule), fields: z.array(z.string()), ops: z.array(z.string()) }) },
  addRule: { method: 'POST', path: '/api/rules', access: 'standards.configure', status: 201, response: Rule, faults: ['standards.rule-unusable', 'standards.rule-without-outcome', 'standards.service-unknown', 'standards.team-unknown'], body: z.strictObject({ name: line(120), condition: Condition, outcome: Outcome, isActive: z.boolean().default(true) }) },
  changeRule: { method: 'PATCH', path: '/api/rules/:id', access: 'standards.configure', params: byId, response: Rule, faults: [CHANGED, 'standards.rule-unusable', 'standards.rule-without-outcome', 'standards.service-unknown', 'standards.team-unknown'],
    body: z.strictObject({ name: line(120).optional(), condition: Condition.optional(), outcome: Outcome.optional(), isActive: z.boolean().optional(), version }) },
  removeRule: { method: 'DELETE', path: '/api/rules/:id', access: 'standards.configure', params: byId, response: done },
  orderRules: { method: 'PUT', path: '/api/rules/order', access: 'standards.configure', body: z.strictObject({ ids: z.array(id).max(500) }), response: done },
  tryRules: { method: 'POST', path: '/api/rules/try', access: 'standards.read', idempotency: 'none', summary: 'What the rules, with a rule not yet saved if one is given, would make of a text, with the reasons.',
    body: z.strictObject({ subject: text(300), text: someText(20_000), channel: z.string().max(20).default('email'), customerTier: z.string().max(40).default('standard'),
      customerLanguage: z.string().max(20).optional(), customerRegion: z.string().max(80).optional(), email: z.string().max(254).optional(), type: z.string().max(80).optional(),
      /** Takes the place of the stored rule of its id, else stands last. */
      draft: Draft.optional() }),
    response: z.object({ serviceId: id.nullable(), type: z.string().nullable(), priority: Priority, teamId: id.nullable(), language: z.string(), explanation: Explanation, draftMatches: z.boolean().nullable() }) },
} as const satisfies Endpoints
