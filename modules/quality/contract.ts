/** The quality room's API: what customers think of a request. */
import { z } from 'zod'
import type { Endpoints } from '../../platform/http/contract.ts'
import { byId, id, instant, text } from '../../platform/http/shapes.ts'

/** What a customer may say in one tap; `quality.reason-<name>` is its text. The first four fit low scores, the others high ones. */
export const reasons = ['not-solved', 'slow', 'unclear', 'unfriendly', 'solved', 'quick', 'clear', 'friendly'] as const
const Reason = z.enum(reasons)
const byToken = z.strictObject({ token: z.string().regex(/^[\w-]{43}$/) })

/** The request as the rating page needs it; `isFinal`: the days in which it can be changed are over. */
export const RatingView = z.object({ number: z.number(), subject: z.string(), holderName: z.string().nullable(), language: z.string(), mayScore: z.boolean(), isFinal: z.boolean(), score: z.number().nullable(), reasons: z.array(Reason), comment: z.string() })
export type RatingView = z.infer<typeof RatingView>
export const Rating = z.object({ score: z.number(), reasons: z.array(Reason), comment: z.string().nullable(), channel: z.string(), at: instant, recovery: z.object({ id, number: z.number() }).nullable() })

export const quality = {
  rateForm: { method: 'GET', path: '/api/portal/requests/:token/rating', access: 'public', params: byToken, response: RatingView, faults: ['channels.chat.link-unknown'] },
  rate: { method: 'PUT', path: '/api/portal/requests/:token/rating', access: 'public', idempotency: 'own', bodyLimit: 16_384, params: byToken, response: RatingView, faults: ['channels.chat.link-unknown', 'quality.not-answered', 'quality.rating-final', 'access.too-many'],
    summary: 'Rates the answer, 1 to 5; again within the reopening days replaces it. Reasons and comment may follow.',
    body: z.strictObject({ score: z.number().int().min(1).max(5), reasons: z.array(Reason).max(reasons.length).optional(), comment: text(2000).optional() }) },
  rating: { method: 'GET', path: '/api/requests/:id/rating', access: 'quality.read', reads: 'request', params: byId, response: z.object({ rating: Rating.nullable() }), summary: 'The rating of a request with what it led to.', faults: ['requests.not-found'] },
} as const satisfies Endpoints
