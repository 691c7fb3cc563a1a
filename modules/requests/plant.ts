/** A request that looks like any other old one and that nobody has worked on: bait for whoever looks around. */
import { newId } from '../../lib/id/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { detectLanguage } from '../standards/index.ts'
import { SUBJECT, sealedRequest } from './kept.ts'
import { snippet } from './request.ts'
import { insertMessage } from './store.ts'
import { arrivalWords } from './words.ts'

export interface Planted { customerId: string; name: string; subject: string; text: string; teamId: string | null }
/** Closed from the beginning: it reaches nobody's list of work, no clock and no mailbox. The customer's key must be at hand. */
export function plantRequest(ctx: Ctx, { customerId, name, subject, text, teamId }: Planted): string {
  const id = newId()
  const { vault } = ctx.app
  ctx.later(ctx.db`
    insert into requests.request (id, subject, stage, stage_since, priority, channel, language, customer_id, team_id, opened_by_kind, opened_at, closed_at, closed_why, last_message_at, last_snippet)
    values (${id}, ${vault.seal(customerId, SUBJECT, id, subject)}, 'closed', ${ctx.now}, 'normal', 'portal', ${detectLanguage(`${subject}\n${text}`)}, ${customerId}, ${teamId}, 'customer', ${ctx.now}, ${ctx.now}, 'requests.closed-silence', ${ctx.now},
      ${vault.seal(customerId, sealedRequest.lastSnippet[0], id, snippet(text))})`)
  insertMessage(ctx, { requestId: id, customerId, kind: 'customer', authorKind: 'customer', authorId: customerId, authorName: name, channel: 'portal', body: text, state: 'received' })
  ctx.later(ctx.db`insert into requests.search (request_id, tokens) values (${id}, array_to_tsvector(${arrivalWords(ctx, subject, name, [], text)}::text[]))`)
  return id
}
