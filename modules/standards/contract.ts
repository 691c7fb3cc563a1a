/** The standards room's API: services with their targets, and the rules that recognise what a request is. */
import { z } from 'zod'
import type { Endpoints } from '../../platform/http/contract.ts'
import { byId, done, id, line, someText, text } from '../../platform/http/shapes.ts'

export const priorities = ['urgent', 'normal', 'routine'] as const
const Priority = z.enum(priorities)
const Names = z.strictObject({ 'zh-Hant': line(120), 'zh-Hans': line(120), en: line(120) })
const Target = z.strictObject({ priority: Priority, firstResponseMinutes: z.number().int().min(1).max(525_600), resolutionMinutes: z.number().int().min(1).max(525_600) })
const Type = z.strictObject({ key: z.string().regex(/^[a-z0-9-]{1,40}$/), name: Names })
const Skill = z.strictObject({ skill: z.string().max(60), level: z.number().int().min(1).max(5) })

const serviceFields = {
  name: Names, description: text(4000), teamId: id.nullable(), calendarId: id.nullable(), verification: z.enum(['person', 'customer', 'rule']),
  closeAfterHours: z.number().int().min(1).max(2160), reopenDays: z.number().int().min(0).max(365), acceptMinutes: z.number().int().min(1).max(10_080),
  skills: z.array(Skill).max(10), types: z.array(Type).max(50), isActive: z.boolean(), targets: z.array(Target).length(3),
}
export const Service = z.object({ id, key: z.string(), ...serviceFields, isDefault: z.boolean(), version: z.number() })
export type Service = z.infer<typeof Service>

const value = z.union([z.string().max(500), z.number(), z.boolean()])
const Field = z.strictObject({ field: z.string().min(1).max(60), op: z.string().max(30), value: z.union([value, z.array(value).max(200)]).optional() })
interface ConditionShape { field?: string; op?: string; value?: unknown; all?: ConditionShape[]; any?: ConditionShape[]; not?: ConditionShape }
export const Condition: z.ZodType<ConditionShape> = z.lazy(() => z.union([Field, z.strictObject({ all: z.array(Condition).max(50) }), z.strictObject({ any: z.array(Condition).max(50) }), z.strictObject({ not: Condition })]))
const Outcome = z.strictObject({ service: z.string().max(60).optional(), type: z.string().max(60).optional(), priority: Priority.optional(), team: id.optional() })
export const Rule = z.object({ id, position: z.number(), name: z.string(), condition: z.unknown(), outcome: Outcome, isActive: z.boolean(), version: z.number() })
export type Rule = z.infer<typeof Rule>

export const Explanation = z.array(z.object({ rule: z.string(), name: z.string(), set: z.array(z.string()), because: z.array(z.object({ field: z.string(), op: z.string(), value: z.unknown().optional(), found: z.unknown() })) }))

export const standards = {
  services: { method: 'GET', path: '/api/services', access: 'standards.read', response: z.object({ rows: z.array(Service) }) },
  addService: { method: 'POST', path: '/api/services', access: 'standards.configure', status: 201, response: Service, faults: ['standards.key-taken'],
    body: z.strictObject({ key: z.string().regex(/^[a-z0-9-]{1,40}$/, { message: 'input.key' }), ...serviceFields, description: text(4000).default('') }) },
  changeService: { method: 'PATCH', path: '/api/services/:id', access: 'standards.configure', params: byId, response: Service, faults: ['standards.changed-meanwhile'],
    body: z.strictObject({ ...z.object(serviceFields).partial().shape, version: z.number().int() }) },
  rules: { method: 'GET', path: '/api/rules', access: 'standards.read', response: z.object({ rows: z.array(Rule), fields: z.array(z.string()), ops: z.array(z.string()) }) },
  addRule: { method: 'POST', path: '/api/rules', access: 'standards.configure', status: 201, response: Rule, faults: ['standards.rule-unusable'], body: z.strictObject({ name: line(120), condition: Condition, outcome: Outcome, isActive: z.boolean().default(true) }) },
  changeRule: { method: 'PATCH', path: '/api/rules/:id', access: 'standards.configure', params: byId, response: Rule, faults: ['standards.changed-meanwhile', 'standards.rule-unusable'],
    body: z.strictObject({ name: line(120).optional(), condition: Condition.optional(), outcome: Outcome.optional(), isActive: z.boolean().optional(), version: z.number().int() }) },
  removeRule: { method: 'DELETE', path: '/api/rules/:id', access: 'standards.configure', params: byId, response: done },
  orderRules: { method: 'PUT', path: '/api/rules/order', access: 'standards.configure', body: z.strictObject({ ids: z.array(id).max(500) }), response: done },
  tryRules: { method: 'POST', path: '/api/rules/try', access: 'standards.read', idempotency: 'none', summary: 'What the rules would make of a text, with the reasons.',
    body: z.strictObject({ subject: text(300), text: someText(20_000), channel: z.string().max(20).default('email'), customerTier: z.string().max(20).default('standard') }),
    response: z.object({ serviceId: id.nullable(), type: z.string().nullable(), priority: Priority, teamId: id.nullable(), explanation: Explanation }) },
} as const satisfies Endpoints
