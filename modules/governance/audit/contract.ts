/** The audit over HTTP: what happened, its chain of seals, how long it is kept, and the alarms. */
import { z } from 'zod'
import type { Endpoints } from '../../../platform/http/contract.ts'
import { byId, cursor, id, instant, instantIn, limit, line, someText, text } from '../../../platform/http/shapes.ts'

/** First words of event types, for the choice of an area. */
export const areas = ['access', 'staff', 'customer', 'request', 'standard', 'channels', 'audit', 'alarm', 'notice', 'privacy', 'compliance', 'platform'] as const
export const outcomes = ['done', 'refused'] as const

const Part = z.object({ field: z.string(), before: z.string().nullable(), after: z.string().nullable(), /** It changed, and what it says is not the audit's to show. */ isCovered: z.boolean() })
export const AuditRow = z.object({
  id, at: instant, type: z.string(), outcome: z.enum(outcomes),
  actor: z.object({ kind: z.string(), id: id.nullable(), name: z.string().nullable() }),
  object: z.object({ id, kind: z.string().nullable(), name: z.string().nullable() }).nullable(),
  /** Address of the caller and id of the call; null where no call caused it. */
  source: z.string().nullable(), call: id.nullable(),
  difference: z.array(Part), details: z.array(z.object({ field: z.string(), value: z.string() })), isSealed: z.boolean(),
})
export type AuditRow = z.infer<typeof AuditRow>

const filter = {
  from: instantIn.optional(), until: instantIn.optional(), actorId: id.optional(), area: z.enum(areas).optional(), type: z.string().max(80).regex(/^[a-z][a-z.-]*$/).optional(),
  objectId: id.optional(), outcome: z.enum(outcomes).optional(), source: text(64).optional(),
}
export const Filter = z.strictObject(filter)
export type Filter = z.infer<typeof Filter>

export const Verdict = z.object({
  seals: z.int(), events: z.int(), removed: z.int(), unsealed: z.int(), lastSealAt: instant.nullable(),
  damage: z.object({ kind: z.string(), seal: z.int(), event: z.string().optional(), type: z.string().optional(), at: z.string().optional() }).nullable(),
})
const Verification = z.object({ id, askedAt: instant, startedAt: instant.nullable(), doneAt: instant.nullable(), sealsDone: z.int(), sealsTotal: z.int().nullable(), verdict: Verdict.nullable() })
export const Chain = z.object({
  seals: z.int(), lastSealAt: instant.nullable(), unsealed: z.int(), running: Verification.nullable(), last: Verification.nullable(),
})
export type Chain = z.infer<typeof Chain>

export const LEAST_DAYS = 184
export const alarmKinds = ['brute-force', 'probing', 'mass-reading', 'off-hours-export', 'canary-read', 'chain-damaged', 'breach-due', 'breach-late', 'outside-blocked', 'audit-due', 'audit-late'] as const
export const Alarm = z.object({
  id, kind: z.enum(alarmKinds), actor: z.object({ kind: z.string().nullable(), id: id.nullable(), name: z.string().nullable() }), source: z.string().nullable(), target: z.string().nullable(),
  count: z.int(), firstAt: instant, lastAt: instant, raisedAt: instant, owner: z.object({ id, name: z.string() }).nullable(),
  acknowledgedAt: instant.nullable(), acknowledgedBy: z.string().nullable(), note: z.string().nullable(),
})
export type Alarm = z.infer<typeof Alarm>
const Canary = z.object({ id, customerId: id, /** Of the planted request. */ number: z.number(), plantedAt: instant, plantedBy: z.string().nullable() })
export type Canary = z.infer<typeof Canary>
const Canaries = z.object({ rows: z.array(Canary) })
const Limits = z.strictObject({ failures: z.int().min(3).max(1000), denials: z.int().min(3).max(1000), reads: z.int().min(10).max(10_000) })
export type Limits = z.infer<typeof Limits>

export const audit = {
  auditEvents: { method: 'GET', path: '/api/audit/events', access: 'audit.read', reads: 'audit', query: z.strictObject({ ...filter, cursor: cursor.optional(), limit: limit(200, 50) }),
    response: z.object({ rows: z.array(AuditRow), next: z.string().nullable(), /** How far back was looked when not all rows could be found at once. */ searchedTo: instant.nullable() }),
    summary: 'What happened, newest first: who, what, on which object, from where. Contents of requests and fields of customers are not in it.' },
  exportAudit: { method: 'POST', path: '/api/audit/exports', access: 'audit.export', stepUp: true, kind: 'raw', idempotency: 'none', body: z.strictObject({ ...filter, format: z.enum(['csv', 'jsonl']) }),
    summary: 'A ZIP with the events as CSV or JSON Lines, oldest first, and a manifest with digests and seal numbers.' },
  auditChain: { method: 'GET', path: '/api/audit/chain', access: 'audit.read', response: Chain, summary: 'The chain of seals: its end, and what the last check of all of it found.' },
  verifyAudit: { method: 'POST', path: '/api/audit/verifications', access: 'audit.read', status: 202, idempotency: 'own', response: Chain, summary: 'Holds every event against the chain, in the background; one check at a time.' },
  auditRetention: { method: 'GET', path: '/api/audit/retention', access: 'audit.read', response: z.object({ days: z.int(), least: z.int() }) },
  changeAuditRetention: { method: 'PUT', path: '/api/audit/retention', access: 'audit.configure', body: z.strictObject({ days: z.int().min(1).max(36_500) }), response: z.object({ days: z.int(), least: z.int() }), faults: ['governance.retention-too-short'] },

  alarms: { method: 'GET', path: '/api/alarms', access: 'alarms.read', query: z.strictObject({ state: z.enum(['open', 'acknowledged']).optional(), cursor: cursor.optional(), limit: limit(200, 50) }), response: z.object({ rows: z.array(Alarm), next: z.string().nullable(), open: z.int() }), summary: 'Break-ins tried, permissions probed, many records read, planted ones opened, exports at night, a damaged chain.' },
  acknowledgeAlarm: { method: 'PUT', path: '/api/alarms/:id/acknowledgement', access: 'alarms.handle', params: byId, body: z.strictObject({ note: someText(2000) }), response: Alarm, faults: ['governance.alarm.not-found', 'governance.alarm-done'] },
  ownAlarm: { method: 'PUT', path: '/api/alarms/:id/owner', access: 'alarms.handle', params: byId, body: z.strictObject({ personId: id }), response: Alarm, faults: ['governance.alarm.not-found', 'governance.alarm-done', 'staff.person.not-found'] },
  canaries: { method: 'GET', path: '/api/canaries', access: 'alarms.read', response: Canaries, summary: 'Planted records nobody has a reason to open.' },
  plantCanary: { method: 'POST', path: '/api/canaries', access: 'alarms.handle', status: 201, body: z.strictObject({ name: line(100), subject: line(200), text: someText(2000), teamId: id.nullable().default(null) }), response: Canaries, faults: ['staff.team.not-found'], summary: 'Plants a customer with a closed request; whoever opens either raises an alarm.' },
  endCanary: { method: 'DELETE', path: '/api/canaries/:id', access: 'alarms.handle', params: byId, faults: ['governance.canary.not-found'], summary: 'Stops watching; the records stay.' },
  alarmLimits: { method: 'GET', path: '/api/alarm-limits', access: 'alarms.read', response: Limits, summary: 'From how many failed proofs, denials and records read within fifteen minutes an alarm is raised.' },
  changeAlarmLimits: { method: 'PUT', path: '/api/alarm-limits', access: 'alarms.handle', body: Limits, response: Limits },
} as const satisfies Endpoints
