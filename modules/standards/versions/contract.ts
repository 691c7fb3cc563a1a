/** Standards with versions: what a service promises, by which measure, and what happens when it slips. */
import { z } from 'zod'
import { requestMetricKeys } from '../../../lib/metrics/index.ts'
import type { Endpoints } from '../../../platform/http/contract.ts'
import { byId, day, done, id, instant, instantIn, line, someText, text } from '../../../platform/http/shapes.ts'

export const priorities = ['urgent', 'normal', 'routine'] as const
export const Priority = z.enum(priorities)
export type Priority = z.infer<typeof Priority>
/** What a request is timed for; `next-response` begins with each further word of the customer, `hand-over` when it moves to another team. */
export const clockKinds = ['acceptance', 'first-response', 'next-response', 'hand-over', 'resolution'] as const
export type ClockKind = (typeof clockKinds)[number]
export const isClockKind = (measure: string | null): measure is ClockKind => (clockKinds as readonly (string | null)[]).includes(measure)
/** The sides from which ISO 9001 looks at a service. */
export const isoDimensions = ['delivery', 'quality-control', 'communication', 'support'] as const
export const levels = ['L1', 'L2', 'L3', 'management'] as const
export const waits = ['customer', 'third-party'] as const

const key = z.string().regex(/^[a-z0-9-]{1,60}$/, { message: 'input.key' })
const When = z.strictObject({ priority: Priority.optional(), tier: z.string().max(40).optional(), channel: z.string().max(20).optional(), fromTeam: id.optional(), toTeam: id.optional() })
/** One promise. `target`: minutes for a clock, else in the metric's own unit; without a measure it is only words. */
export const Clause = z.strictObject({ key, words: text(1000), measure: z.enum([...clockKinds, ...requestMetricKeys]).nullable(), target: z.number().min(0).max(525_600).nullable(), when: When, ownerId: id.nullable(), dimension: z.enum(isoDimensions) })
export type Clause = z.infer<typeof Clause>

export const recipients = ['holder', 'lead', 'duty-lead', 'person', 'role'] as const
export const deeds = ['notify', 'call', 'alarm', 'reassign', 'raise'] as const
/** One step of escalation: so long before (negative) or after the deadline of a clock, something is done. */
export const Step = z.strictObject({
  key, measure: z.enum(clockKinds), offsetMinutes: z.number().int().min(-525_600).max(525_600), time: z.enum(['business', 'wall']), level: z.enum(levels),
  when: z.strictObject({ priorities: z.array(Priority).max(3).default([]), tiers: z.array(z.string().max(40)).max(20).default([]), channels: z.array(z.string().max(20)).max(10).default([]), stages: z.array(z.string().max(20)).max(10).default([]) }),
  does: z.enum(deeds),
  /** Who is told: of `notify`, `call` and `alarm`; the two last must be confirmed. */
  to: z.enum(recipients).nullable(), personId: id.nullable(), role: z.string().max(60).nullable(),
  /** The team it goes to: of `reassign`; null: another of its own team. */
  teamId: id.nullable(),
})
export type Step = z.infer<typeof Step>

export const Content = z.strictObject({
  clauses: z.array(Clause).max(100), steps: z.array(Step).max(50), pausesOn: z.array(z.enum(waits)).max(2),
  duties: text(4000), rules: text(4000), appraisal: text(1000), ownerId: id.nullable(), reviewOn: day.nullable(),
})
export type Content = z.infer<typeof Content>

const Name = z.object({ id, name: z.string() })
export const Version = z.object({
  id, serviceId: id, number: z.number(), state: z.enum(['draft', 'proposed', 'approved']), content: Content, reason: z.string(), writtenBy: Name.nullable(), writtenAt: instant, proposedAt: instant.nullable(),
  decidedBy: Name.nullable(), decidedAt: instant.nullable(), isAlone: z.boolean(), effectiveAt: instant.nullable(), revision: z.number(),
  /** The version new requests begin under now. */
  isEffective: z.boolean(),
})
export type Version = z.infer<typeof Version>
/** One difference: a field, or a clause or step by its key; null where it was not or is no more. */
export const Difference = z.object({ part: z.enum(['clause', 'step', 'field']), key: z.string(), before: z.unknown(), after: z.unknown() })
export const gapKinds = ['no-standard', 'no-measure', 'no-owner', 'no-standard-owner', 'no-review', 'review-overdue', 'one-pair-of-eyes', 'no-channel-record', 'channel-no-limit', 'channel-no-cost'] as const
/** Of a service, or of a channel. */
export const Gap = z.object({ kind: z.enum(gapKinds), serviceId: id.nullable(), channel: z.string().optional(), clause: z.string().nullable(), reviewOn: z.string().nullable() })

const revision = z.number().int().min(1)
const CHANGED = 'standards.changed-meanwhile'
const WRONG = ['standards.clause-twice', 'standards.clause-target', 'standards.target-order', 'standards.step-recipient', 'standards.person-unknown', 'standards.team-unknown', 'standards.step-twice'] as const
export const versions = {
  versions: { method: 'GET', path: '/api/services/:id/standards', access: 'standards.read', params: byId, response: z.object({ rows: z.array(Version) }), faults: ['standards.service.not-found'] },
  draftStandard: { method: 'POST', path: '/api/services/:id/standards', access: 'standards.configure', params: byId, status: 201, response: Version, summary: 'Begins the next version; one at a time.',
    body: z.strictObject({ content: Content, reason: text(1000).default('') }), faults: ['standards.service.not-found', 'standards.draft-exists', ...WRONG] },
  changeDraft: { method: 'PATCH', path: '/api/standards/:id', access: 'standards.configure', params: byId, response: Version, body: z.strictObject({ content: Content.optional(), reason: text(1000).optional(), revision }), faults: [CHANGED, 'standards.not-draft', ...WRONG] },
  dropDraft: { method: 'DELETE', path: '/api/standards/:id', access: 'standards.configure', params: byId, response: done, faults: ['standards.not-draft'] },
  proposeStandard: { method: 'PUT', path: '/api/standards/:id/proposal', access: 'standards.configure', params: byId, response: Version, body: z.strictObject({ reason: someText(1000) }), faults: ['standards.not-draft'] },
  refuseStandard: { method: 'DELETE', path: '/api/standards/:id/proposal', access: 'standards.approve', params: byId, response: Version, query: z.strictObject({ reason: line(1000) }), summary: 'Sends it back to be written on, with a reason.', faults: ['standards.not-proposed'] },
  approveStandard: { method: 'PUT', path: '/api/standards/:id/approval', access: 'standards.approve', params: byId, response: Version, body: z.strictObject({ effectiveAt: instantIn.optional() }), summary: 'A second person lets it take effect, at once or from a later moment.',
    faults: ['standards.not-proposed', 'standards.own-approval', 'standards.people-approve', 'standards.effective-past'] },
  difference: { method: 'GET', path: '/api/standards/:id/difference', access: 'standards.read', params: byId, query: z.strictObject({ from: id.optional() }), response: z.object({ from: z.number().nullable(), to: z.number(), rows: z.array(Difference) }), summary: 'What it changes against the version before it, or another one.' },
  gaps: { method: 'GET', path: '/api/standards/gaps', access: 'standards.read', response: z.object({ rows: z.array(Gap) }) },
} as const satisfies Endpoints
