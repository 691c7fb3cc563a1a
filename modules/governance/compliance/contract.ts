/** The compliance self-check over HTTP. */
import { z } from 'zod'
import type { Endpoints } from '../../../platform/http/contract.ts'
import { id, instant } from '../../../platform/http/shapes.ts'

/** met: everything asked here holds · not-checked: it could not be asked · not-built: the product lacks a part of it · by-you: a part is the organisation's. */
export const verdicts = ['met', 'not-met', 'not-checked', 'not-built', 'by-you'] as const
export const Check = z.object({
  id: z.string(), clause: z.string(), verdict: z.enum(verdicts),
  /** What was found now: texts `governance.found.<what>`. */
  evidence: z.array(z.object({ result: z.enum(['ok', 'bad', 'info']), what: z.string(), args: z.record(z.string(), z.union([z.string(), z.number()])) })),
  /** Parts of the clause that this check does not cover, and why: texts `governance.open.<what>`. `elsewhere`: shown by the project's own tests, not here. */
  open: z.array(z.object({ why: z.enum(['not-built', 'by-you', 'elsewhere', 'not-checked']), what: z.string() })),
})
export type Check = z.infer<typeof Check>
export type Evidence = Check['evidence'][number]
export type Open = Check['open'][number]

export const ComplianceState = z.object({
  isRunning: z.boolean(), lastFailed: z.string().nullable(),
  run: z.object({ id, at: instant, counts: z.record(z.enum(verdicts), z.int()), checks: z.array(Check) }).nullable(),
})
export type ComplianceState = z.infer<typeof ComplianceState>

export const compliance = {
  complianceState: { method: 'GET', path: '/api/compliance', access: 'compliance.read', response: ComplianceState, summary: 'What the last self-check found: level 3 of the network security scheme and personal information law.' },
  runCompliance: { method: 'POST', path: '/api/compliance/runs', access: 'compliance.read', status: 202, idempotency: 'own', response: ComplianceState, summary: 'Asks this installation again, in the background; takes some seconds.' },
  exportCompliance: { method: 'POST', path: '/api/compliance/packs', access: 'compliance.export', stepUp: true, kind: 'raw', idempotency: 'none', faults: ['governance.compliance-never'], summary: 'The evidence of the last run as a ZIP: JSON and a page to print.' },
} as const satisfies Endpoints
