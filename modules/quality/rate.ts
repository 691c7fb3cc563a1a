/** A customer rates the answer; a low score opens a request to win the customer back. */
import { createTranslator, locales, type Locale, type Translate } from '../../lib/text/index.ts'
import type { Ctx } from '../../platform/context.ts'
import type { StoredEvent } from '../../platform/events/book.ts'
import { Fault } from '../../platform/fault.ts'
import { asVisitor, claimOf, requestOfToken } from '../channels/index.ts'
import { acceptRequest, assignRequest, type CustomerHead, customerHead, noticeTo, receiveMessage, scoreRequest } from '../requests/index.ts'
import { type RatingView, reasons as knownReasons } from './contract.ts'
import { insertRecovery, type RatedRequest, type RatingRecord, selectRated, selectRating, selectRecovery, upsertRating } from './store.ts'
import en from './text/en.json' with { type: 'json' }
import hans from './text/zh-Hans.json' with { type: 'json' }
import hant from './text/zh-Hant.json' with { type: 'json' }

/** At or below: the customer is lost unless somebody calls. */
export const LOW_SCORE = 2
const SOURCE = 'quality:recovery'
const texts: Record<Locale, Translate<keyof typeof hant>> = { 'zh-Hant': createTranslator(hant, 'zh-Hant'), 'zh-Hans': createTranslator(hans, 'zh-Hans'), en: createTranslator(en, 'en') }
const textFor = (language: string): Translate<keyof typeof hant> => texts[locales.find((one) => one === language) ?? 'zh-Hant']
const isKnown = (name: string): name is RatingView['reasons'][number] => (knownReasons as readonly string[]).includes(name)

export async function viewRating(ctx: Ctx, token: string): Promise<RatingView> {
  const id = requestOfToken(ctx.app, token)
  const [head, rating] = await Promise.all([customerHead(ctx, id), selectRating(ctx, id)])
  return shown(head, rating)
}
const shown = (head: CustomerHead, rating: Pick<RatingRecord, 'score' | 'reasons' | 'comment'> | undefined): RatingView => ({
  number: head.number, subject: head.subject, holderName: head.holderName, language: head.language, mayScore: head.mayScore, isFinal: Boolean(rating) && !head.canReopen,
  score: rating?.score ?? head.score, reasons: (rating?.reasons ?? []).filter(isKnown), comment: rating?.comment ?? '',
})

/** Keeps the rating. The same again changes nothing; a new score within the reopening days replaces the old one. */
export async function rateRequest(ctx: Ctx, token: string, given: { score: number; reasons?: string[]; comment?: string }): Promise<RatingView> {
  const id = requestOfToken(ctx.app, token)
  const request = await selectRated(ctx, id, true)
  if (!request) throw new Fault('channels.chat.link-unknown', 404)
  const [before, head] = await Promise.all([selectRating(ctx, id), customerHead(ctx, id)])
  const after = { requestId: id, score: given.score, reasons: [...new Set(given.reasons ?? before?.reasons ?? [])].sort(), comment: (given.comment ?? before?.comment ?? '').trim() || null }
  if (before && before.score === after.score && before.comment === after.comment && before.reasons.join() === after.reasons.join()) return shown(head, before)
  if (!head.mayScore) throw new Fault('quality.not-answered', 409)
  if (before && !head.canReopen) throw new Fault('quality.rating-final', 409)
  await upsertRating(ctx, { ...after, customerId: request.customerId })
  if (before?.score !== after.score) await scoreRequest(asVisitor(ctx, request.customerId, request.customerName), id, after.score)
  else if (after.comment && after.comment !== before.comment) await addToRecovery(ctx, request, after.comment)
  return shown(head, after)
}

// Words that come after the score belong to whoever is already winning the customer back.
async function addToRecovery(ctx: Ctx, request: RatedRequest, comment: string): Promise<void> {
  const recovery = await selectRecovery(ctx, request.id)
  if (!recovery) return
  await receiveMessage(asVisitor(ctx, request.customerId, request.customerName), recovery.id, { source: SOURCE, key: `${request.id}:${ctx.now.toISOString()}`, channel: 'portal', text: comment, authorName: request.customerName, customerId: request.customerId })
}

/** A low score opens one recovery request at the team's lead; a second low score of the same request opens none. */
export async function recoverAfter(ctx: Ctx, event: Pick<StoredEvent, 'subject' | 'data'>): Promise<void> {
  const id = event.subject!
  if (Number(event.data.score) > LOW_SCORE || await selectRecovery(ctx, id)) return
  const request = await selectRated(ctx, id)
  // A recovery that failed as well is the lead's own affair; it must not breed another.
  if (!request || request.linkKind === 'recovery') return
  const rating = await selectRating(ctx, id, true)
  const score = Number(event.data.score)
  const accepted = await acceptRequest(ctx, {
    source: SOURCE, key: id, subject: textFor(request.language)('quality.recovery-subject', { number: request.number, subject: request.subject }).slice(0, 300),
    text: recoveryText(request, score, rating), customer: await claimOf(ctx, request.customerId, 'portal'), language: request.language, priority: 'urgent', type: 'complaint',
    serviceId: request.serviceId ?? undefined, teamId: request.teamId ?? undefined, linkedFrom: id, linkKind: 'recovery',
    // A chat is over; what follows reaches the customer by mail or on the page of the request.
    ...(request.channel === 'chat' ? { channel: 'portal' } : { channel: request.channel, channelAccount: request.channelAccount }),
  })
  await insertRecovery(ctx, { requestId: id, recoveryId: accepted.id, score })
  if (!request.leadId) return
  // An offer tells the lead by itself; one the rules made at once would come without a word.
  if (accepted.holder?.id === request.leadId) noticeTo(ctx, request.leadId, accepted.id, 'assigned')
  else await offerToLead(ctx, accepted.id, request.leadId)
}

async function offerToLead(ctx: Ctx, recoveryId: string, leadId: string): Promise<void> {
  try {
    await assignRequest(ctx, recoveryId, { agentId: leadId, reason: 'quality.recovery-reason' })
  } catch (error) {
    // A lead who has left: it stays where the rules put it, in the lists that must be owned.
    if (!(error instanceof Fault)) throw error
  }
}

function recoveryText(request: RatedRequest, score: number, rating: RatingRecord | undefined): string {
  const t = textFor(request.language)
  const lines = [t('quality.recovery-text', { score, number: request.number, subject: request.subject, holder: request.holderName ?? t('quality.nobody') })]
  const reasons = rating?.reasons.filter(isKnown).map((name) => t(`quality.reason-${name}`)) ?? []
  if (reasons.length) lines.push(t('quality.recovery-reasons', { reasons: reasons.join(t('quality.list-sign')) }))
  if (rating?.comment) lines.push(t('quality.recovery-comment', { comment: rating.comment }))
  return lines.join('\n')
}
