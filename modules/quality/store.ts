/** SQL of the quality room. */
import type { Ctx } from '../../platform/context.ts'
import { holdKey, opened } from '../../platform/crypto/vault.ts'
import { CUSTOMER_NAME } from '../customers/index.ts'
import { SUBJECT } from '../requests/index.ts'

const COMMENT = 'quality.rating/comment'
export interface RatingRecord { requestId: string; score: number; reasons: string[]; comment: string | null; channel: string; at: string }
/** With `lock`, a comment and the recovery it belongs into can't miss each other. */
export async function selectRating(ctx: Ctx, requestId: string, lock = false): Promise<RatingRecord | undefined> {
  const [row] = await opened(ctx, ctx.db<RatingRecord[]>`select request_id, score, reasons, comment, channel, at from quality.rating where request_id = ${requestId} ${lock ? ctx.db`for update` : ctx.db``}`, { comment: [COMMENT, 'requestId'] })
  return row
}

export async function upsertRating(ctx: Ctx, row: { requestId: string; customerId: string; score: number; reasons: string[]; comment: string | null }): Promise<void> {
  await holdKey(ctx, row.customerId)
  const comment = ctx.app.vault.seal(row.customerId, COMMENT, row.requestId, row.comment)
  await ctx.db`
  insert into quality.rating (request_id, score, reasons, comment, channel, holder_id, team_id, at, changed_at)
  select r.id, ${row.score}, ${row.reasons}, ${comment}, r.channel, r.holder_id, r.team_id, ${ctx.now}, ${ctx.now} from requests.request r where r.id = ${row.requestId}
  on conflict (request_id) do update set score = excluded.score, reasons = excluded.reasons, comment = excluded.comment, changed_at = excluded.changed_at`
}

export interface RatedRequest {
  id: string; number: number; subject: string; stage: string; channel: string; channelAccount: string | null; language: 'zh-Hant' | 'zh-Hans' | 'en'
  customerId: string; customerName: string; serviceId: string | null; teamId: string | null; leadId: string | null; holderName: string | null; linkKind: string | null
}
/** With `lock`, two ratings of one request come one after the other. */
export async function selectRated(ctx: Ctx, id: string, lock = false): Promise<RatedRequest | undefined> {
  const [row] = await opened(ctx, ctx.db<RatedRequest[]>`
    select r.id, r.number, r.subject, r.stage, r.channel, r.channel_account, r.language, r.customer_id, c.name as customer_name, r.service_id, r.team_id, t.lead_id, h.name as holder_name, r.link_kind
    from requests.request r join customers.customer c on c.id = r.customer_id left join staff.team t on t.id = r.team_id left join staff.person h on h.id = r.holder_id
    where r.id = ${id} ${lock ? ctx.db`for update of r` : ctx.db``}`, { subject: [SUBJECT, 'id'], customerName: [CUSTOMER_NAME, 'customerId'] })
  return row
}

export async function selectRecovery(ctx: Ctx, requestId: string): Promise<{ id: string; number: number } | undefined> {
  const [row] = await ctx.db<{ id: string; number: number }[]>`select r.id, r.number from quality.recovery q join requests.request r on r.id = q.recovery_id where q.request_id = ${requestId}`
  return row
}
export const insertRecovery = (ctx: Ctx, row: { requestId: string; recoveryId: string; score: number }) => ctx.db`
  insert into quality.recovery (request_id, recovery_id, score, at) values (${row.requestId}, ${row.recoveryId}, ${row.score}, ${ctx.now}) on conflict do nothing`
