/**
 * Quality: what customers think of what we did, and what we do about it. Ratings come in by the link in the
 * answer; a low one opens a recovery request for the team's lead.
 */
import type { Mount } from '../../platform/http/server.ts'
import type { Module } from '../../platform/module.ts'
import { limiter } from '../../platform/http/limits.ts'
import { asHouse } from '../../platform/context.ts'
import { viewRequest, withRequest } from '../requests/index.ts'
import { quality, type RatingView } from './contract.ts'
import { qualityPersonal } from './personal-data.ts'
import { rateRequest, recoverAfter, viewRating } from './rate.ts'
import { selectRating, selectRecovery } from './store.ts'

export { LOW_SCORE, rateRequest, recoverAfter } from './rate.ts'

function mountQuality(mount: Mount): void {
  const limit = limiter({ burst: 240, perSecond: 4 })
  mount(quality.rateForm, (ctx, { params, request }) => { limit(request); return viewRating(ctx, params.token) })
  mount(quality.rate, (ctx, { params, body, request }) => { limit(request); return rateRequest(ctx, params.token, body) })
  mount(quality.rating, async (ctx, { params }) => {
    await viewRequest(ctx, params.id)
    const [rating, recovery] = await Promise.all([selectRating(ctx, params.id), selectRecovery(asHouse(ctx), params.id)])
    return { rating: rating ? { ...rating, reasons: rating.reasons as RatingView['reasons'], recovery: recovery ?? null } : null }
  })
}

export const qualityRoom: Module = {
  name: 'quality',
  migrations: new URL('./migrations/', import.meta.url),
  text: new URL('./text/', import.meta.url),
  contract: quality,
  personal: qualityPersonal,
  policies: ['rating', 'recovery'].map((table) => ({ table: `quality.${table}`, shows: withRequest(`${table}.request_id`) })),
  routes: mountQuality,
  events: { listeners: { 'request.scored': recoverAfter } },
}
