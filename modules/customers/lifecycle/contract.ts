/** The lifecycle of customers over HTTP: its stages, where each customer stands and stood, and what the stages look like together. */
import { z } from 'zod'
import type { Endpoints } from '../../../platform/http/contract.ts'
import { byId, day, id, instant, line, someText } from '../../../platform/http/shapes.ts'

export const beginnings = ['accepted', 'closed', 'quiet', 'hand'] as const
export const causes = ['accepted', 'closed', 'quiet', 'hand', 'merged', 'unmerged'] as const
export const MOST_STAGES = 12
const Names = z.strictObject({ 'zh-Hant': line(60), 'zh-Hans': line(60), en: line(60) })
const days = z.int().min(1).max(3650)
const stage = {
  id, /** Null: a stage that came with the program, named by the text `customers.stage-<key>`. */ name: Names.nullable(),
  /** By what it begins: a request of its services is accepted; a request of the services of the stage before is closed; no contact for `quietDays`; only by hand. */
  begins: z.enum(beginnings), /** From these stages; none named: from any. */ fromIds: z.array(id).max(MOST_STAGES), /** Also whoever is in no stage yet. */ fromNone: z.boolean(),
  quietDays: days.nullable(), /** Their standards hold in it; none named: of rules, any service. */ serviceIds: z.array(id).max(50), /** Whoever stays longer has stalled. */ stallDays: days.nullable(),
}
export const Stage = z.object({ ...stage, key: z.string().nullable() })
export type Stage = z.infer<typeof Stage>
const version = z.int().min(1)
export const Stages = z.object({ rows: z.array(Stage), version })
export type Stages = z.infer<typeof Stages>
const NewStage = z.strictObject(stage)
export type NewStage = z.infer<typeof NewStage>

const Name = z.object({ id, name: z.string() })
export const Stay = z.object({
  id, stageId: id, enteredAt: instant, cause: z.enum(causes), /** The request that brought it about. */ requestId: id.nullable(), by: Name.nullable(),
  /** Null where there is none, or for who has nothing to do with the customer. */
  reason: z.string().nullable(), isCovered: z.boolean(),
  leftAt: instant.nullable(), stalledAt: instant.nullable(), /** Days in it, until now or until it was left. */ days: z.number(), /** The longest stay expected: as it was passed, or as it is. */ expectedDays: z.int().nullable(),
})
export type Stay = z.infer<typeof Stay>
export const Line = z.object({ stages: z.array(Stage.extend({ isRemoved: z.boolean() })), /** Newest first; the first one has not ended when the customer is in a stage. */ rows: z.array(Stay) })
export type Line = z.infer<typeof Line>

export const LifecycleReport = z.object({
  asOf: instant, from: instant, to: instant, /** Customers in no stage yet. */ version,
  rows: z.array(z.object({
    stageId: id, /** Customers in it now, and how many of them have stalled. */ now: z.int(), stalledNow: z.int(),
    /** Within the period. */ entered: z.int(), left: z.int(),
    /** Days of the stays that ended within the period, and the share of them that had stalled. */ medianDays: z.number().nullable(), stalledShare: z.number().nullable(),
    exits: z.array(z.object({ cause: z.enum(causes), /** Where they went; null: their record was folded into another. */ to: id.nullable(), count: z.int() })),
  })),
})
export type LifecycleReport = z.infer<typeof LifecycleReport>

const CHANGED = 'customers.changed-meanwhile'
export const lifecycle = {
  stages: { method: 'GET', path: '/api/customer-stages', access: 'customers.read', response: Stages, summary: 'The stages of a customer’s life, in their order.' },
  changeStages: { method: 'PUT', path: '/api/customer-stages', access: 'customers.configure', response: Stages, faults: [CHANGED, 'customers.lifecycle.in-use', 'customers.lifecycle.unnamed', 'customers.lifecycle.twice', 'customers.lifecycle.odd-rule', 'customers.lifecycle.unknown-stage', 'standards.service-unknown'],
    body: z.strictObject({ rows: z.array(NewStage).min(1).max(MOST_STAGES), version }), summary: 'All stages at once; one that is left out is removed when nobody is in it.' },
  line: { method: 'GET', path: '/api/customers/:id/stages', access: 'customers.read', reads: 'customer', params: byId, response: Line, faults: ['customers.not-found'], summary: 'Where a customer stands and stood, with everything folded together.' },
  moveCustomer: { method: 'PUT', path: '/api/customers/:id/stage', access: 'customers.edit', params: byId, response: Line, faults: ['customers.not-found', 'customers.not-related', 'customers.merged-away', 'customers.lifecycle.unknown-stage', 'customers.lifecycle.there-already', 'customers.lifecycle.moved-meanwhile'],
    body: z.strictObject({ stageId: id, /** The stay that was shown, null when there was none. */ stayId: id.nullable(), reason: someText(1000) }), summary: 'By hand and with a reason.' },
  lifecycleReport: { method: 'GET', path: '/api/customer-stages/report', access: 'customers.read', query: z.strictObject({ from: day, to: day }), response: LifecycleReport, faults: ['customers.lifecycle.period-backwards'], summary: 'How many are in each stage, how long they stay, how many stall and why they leave.' },
} as const satisfies Endpoints
