/** Breaches of personal data over HTTP: what happened, who must be told by when, and what was decided. */
import { z } from 'zod'
import type { Endpoints } from '../../../platform/http/contract.ts'
import { byId, id, instant, instantIn, line, locale, someText, text } from '../../../platform/http/shapes.ts'
import { laws } from '../privacy/contract.ts'

export const dataCategories = ['identity', 'contact', 'account', 'service-history', 'content', 'location', 'financial', 'government-id', 'health', 'biometric', 'minors', 'other'] as const
export type DataCategory = (typeof dataCategories)[number]
export const breachActs = ['edit', 'decide', 'tell', 'close'] as const
export type BreachAct = (typeof breachActs)[number]
export const audiences = ['authority', 'persons'] as const
export type Audience = (typeof audiences)[number]

const law = z.enum(laws)
export const BreachDuty = z.object({
  law, /** 0: at once. */ hours: z.int(), dueAt: instant, remindedAt: instant.nullable(), missedAt: instant.nullable(),
  outcome: z.enum(['reported', 'not-required']).nullable(), words: z.string().nullable(), delayReason: z.string().nullable(), settledAt: instant.nullable(), settledBy: z.string().nullable(),
})
export type BreachDuty = z.infer<typeof BreachDuty>
export const BreachRow = z.object({ id, number: z.int(), title: z.string(), noticedAt: instant, persons: z.int().nullable(), closedAt: instant.nullable(), duties: z.array(BreachDuty) })
export type BreachRow = z.infer<typeof BreachRow>
const known = {
  title: line(200), happened: someText(4000), categories: z.array(z.enum(dataCategories)).max(dataCategories.length), persons: z.int().min(0).max(2_000_000_000).nullable(),
  cause: text(4000), harm: text(4000), measures: text(4000), advice: text(4000), contact: text(500),
}
export const Breach = z.object({
  ...BreachRow.shape, happened: z.string(), categories: z.array(z.enum(dataCategories)), cause: z.string(), harm: z.string(), measures: z.string(), advice: z.string(), contact: z.string(),
  openedAt: instant, openedBy: z.string().nullable(),
  decision: z.object({ verdict: z.enum(['tell', 'not-tell']), reason: z.string(), at: instant, by: z.string().nullable() }).nullable(),
  told: z.object({ how: z.string(), at: instant, by: z.string().nullable() }).nullable(),
  outcome: z.string().nullable(), closedBy: z.string().nullable(), version: z.int(),
  /** By act: null when it may be done now, else the text key that says why not. */
  actions: z.record(z.enum(breachActs), z.string().nullable()),
})
export type Breach = z.infer<typeof Breach>
/** Hours from noticing to the report; 0 is at once. The GDPR's are its own. */
export const BreachHours = z.strictObject({ 'tw-pdpa': z.int().min(0).max(72), pipl: z.int().min(0).max(72) })
export type BreachHours = z.infer<typeof BreachHours>
export const BreachDraft = z.object({ title: z.string(), text: z.string(), missing: z.int() })
export type BreachDraft = z.infer<typeof BreachDraft>

const version = z.int().min(1)
const NOT_NOW = ['governance.breach.not-found', 'governance.breach.changed-meanwhile', 'governance.breach.closed']

export const breaches = {
  breaches: { method: 'GET', path: '/api/breaches', access: 'privacy.read', response: z.object({ rows: z.array(BreachRow) }), summary: 'Breaches of personal data, open ones first.' },
  breach: { method: 'GET', path: '/api/breaches/:id', access: 'privacy.read', params: byId, response: Breach, faults: ['governance.breach.not-found'] },
  openBreach: { method: 'POST', path: '/api/breaches', access: 'privacy.edit', status: 201, bodyLimit: 131_072, body: z.strictObject({ ...known, laws: z.array(law).min(1).max(laws.length), noticedAt: instantIn }), response: Breach, faults: ['governance.breach.not-yet'], summary: 'The laws’ clocks run from `noticedAt`.' },
  editBreach: { method: 'PUT', path: '/api/breaches/:id', access: 'privacy.edit', bodyLimit: 131_072, params: byId, body: z.strictObject({ ...known, laws: z.array(law).min(1).max(laws.length), version }), response: Breach, faults: NOT_NOW, summary: 'What is known by now. A law that was named stays; say instead that nothing need be reported under it.' },
  settleDuty: { method: 'PUT', path: '/api/breaches/:id/duties/:law', access: 'privacy.edit', params: z.strictObject({ id, law }), body: z.strictObject({ outcome: z.enum(['reported', 'not-required']), words: someText(2000), delayReason: someText(2000).optional(), version }), response: Breach,
    faults: [...NOT_NOW, 'governance.breach.no-such-duty', 'governance.breach.settled', 'governance.breach.delay-reason'], summary: 'The authority has been told, by which reference; or why it need not be. Late needs a reason.' },
  decidePersons: { method: 'PUT', path: '/api/breaches/:id/decision', access: 'privacy.edit', params: byId, body: z.strictObject({ verdict: z.enum(['tell', 'not-tell']), reason: someText(2000), version }), response: Breach, faults: [...NOT_NOW, 'governance.breach.told-already'], summary: 'Whether the persons are told, and why (PIPL 57, GDPR 34).' },
  tellPersons: { method: 'PUT', path: '/api/breaches/:id/telling', access: 'privacy.edit', params: byId, body: z.strictObject({ how: someText(2000), version }), response: Breach, faults: [...NOT_NOW, 'governance.breach.told-already', 'governance.breach.not-to-tell'], summary: 'The persons have been told: how.' },
  closeBreach: { method: 'PUT', path: '/api/breaches/:id/closure', access: 'privacy.edit', params: byId, body: z.strictObject({ outcome: someText(4000), version }), response: Breach, faults: [...NOT_NOW, 'governance.breach.duty-open', 'governance.breach.undecided', 'governance.breach.untold', 'governance.breach.unfinished'] },
  breachDraft: { method: 'GET', path: '/api/breaches/:id/drafts/:audience', access: 'privacy.read', params: z.strictObject({ id, audience: z.enum(audiences) }), query: z.strictObject({ language: locale }), response: BreachDraft, faults: ['governance.breach.not-found'], summary: 'A notice in one language of what is known; `missing` counts what is not.' },
  breachHours: { method: 'GET', path: '/api/breach-hours', access: 'privacy.read', response: BreachHours },
  changeBreachHours: { method: 'PUT', path: '/api/breach-hours', access: 'privacy.edit', body: BreachHours, response: BreachHours, summary: 'For breaches registered from now on.' },
} as const satisfies Endpoints
