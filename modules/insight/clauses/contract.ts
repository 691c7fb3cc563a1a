/** Kept promises over HTTP: what became of each clause of a service's standard. */
import { z } from 'zod'
import type { Endpoints } from '../../../platform/http/contract.ts'
import { byId, flag, id, instant, limit, page } from '../../../platform/http/shapes.ts'
import { clockKinds } from '../../standards/versions/contract.ts'

export const ClauseFigure = z.object({
  key: z.string(),
  /** Of a deadline the share kept in time; else in the metric's own unit. Null with nothing to count. */
  value: z.number().nullable(),
  /** How many deadlines, or requests, it rests on. */
  count: z.int(),
  /** Whether the target is met; null for a deadline, where each miss is one, and where neither side is the better. */
  isMet: z.boolean().nullable(),
})
export type ClauseFigure = z.infer<typeof ClauseFigure>
const Kept = z.object({ asOf: instant, zone: z.string(), from: instant, to: instant, /** What money is counted in. */ currency: z.string().nullable(), rows: z.array(ClauseFigure) })

/** A clock that ended in time, or passed its deadline. `at`: when that was. */
const Decided = z.object({ id, requestId: id, number: z.number(), kind: z.enum(clockKinds), isKept: z.boolean(), at: instant, dueAt: instant.nullable(), endedAt: instant.nullable(), holder: z.string().nullable() })
export type Decided = z.infer<typeof Decided>

const gone = ['standards.service.not-found'] as const
export const clauses = {
  keptClauses: { method: 'GET', path: '/api/services/:id/kept', access: 'requests.read', params: byId, response: Kept, faults: gone, summary: 'Each measured clause of the standard in force beside what came of it in the last four weeks, over the requests the caller may see.' },
  clauseClocks: { method: 'GET', path: '/api/services/:id/kept/:key/deadlines', access: 'requests.read', params: z.strictObject({ id, key: z.string().max(60) }), query: z.strictObject({ missed: flag.optional(), cursor: id.optional(), limit: limit(200, 50) }), response: page(Decided), faults: gone, summary: 'The very deadlines such a share is made of, the latest begun first; with `missed` only those that were not kept.' },
} as const satisfies Endpoints
