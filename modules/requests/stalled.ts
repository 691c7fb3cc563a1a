/** A customer stands still in a stage of their life with us: whoever answers for their latest request is told, or the lead of its team. */
import type { Ctx } from '../../platform/context.ts'
import { recordIdsOf } from '../customers/index.ts'
import { noticeTo } from './assign.ts'

export async function tellOfStalled(ctx: Ctx, { subject }: { subject: string | null }): Promise<void> {
  const ids = await recordIdsOf(ctx, subject!)
  // By customer, from the index of each record: never all requests there are.
  const [row] = await ctx.db<{ requestId: string; personId: string | null }[]>`
    select r.id as request_id, coalesce(a.id, h.id, l.id) as person_id from (
        select n.* from unnest(${ids}::uuid[]) c, lateral (select id, team_id, answerable_id, holder_id from requests.request where customer_id = c order by id desc limit 1) n order by n.id desc limit 1) r
      left join staff.team t on t.id = r.team_id
      left join staff.person a on a.id = r.answerable_id and a.disabled_at is null left join staff.person h on h.id = r.holder_id and h.disabled_at is null left join staff.person l on l.id = t.lead_id and l.disabled_at is null`
  if (row?.personId) noticeTo(ctx, row.personId, row.requestId, 'customer-stalled')
}
