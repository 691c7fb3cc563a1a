/** Who works for whom: what the customers room asks before it shows addresses, and how names stand in lists. */
import type { Ctx } from '../../platform/context.ts'
import { may } from '../../platform/access/index.ts'
import { type Relation, type Relations, seesAll, shownName } from '../customers/index.ts'
import { visible } from './visible.ts'

// In hand: held, answered for, or offered, until it is closed.
const inHand = (ctx: Ctx) => ctx.db`(r.stage <> 'closed' and (r.holder_id = ${ctx.actor.id} or r.answerable_id = ${ctx.actor.id}
  or exists (select 1 from requests.assignment o where o.request_id = r.id and o.state = 'offered' and o.agent_id = ${ctx.actor.id})))`

const mayRead = (ctx: Ctx): boolean => ctx.actor.id !== null && may(ctx.actor, 'requests.read')

export const relations: Relations = {
  async of(ctx, ids) {
    if (!ids.length || !mayRead(ctx)) return new Map()
    const rows = await ctx.db<{ id: string; serves: boolean }[]>`
      select coalesce(f.merged_into, f.id) as id, bool_or(${inHand(ctx)}) as serves from customers.customer f join requests.request r on r.customer_id = f.id
      where (f.id = any(${ids as string[]}::uuid[]) or f.merged_into = any(${ids as string[]}::uuid[])) and ${visible(ctx)} group by 1`
    return new Map(rows.map((row): [string, Relation] => [row.id, row.serves ? 'serves' : 'sees']))
  },
  async served(ctx) {
    if (!mayRead(ctx)) return []
    const rows = await ctx.db<{ id: string }[]>`
      select distinct coalesce(c.merged_into, c.id) as id from requests.request r join customers.customer c on c.id = r.customer_id
      where r.stage <> 'closed' and (r.holder_id = ${ctx.actor.id} or r.answerable_id = ${ctx.actor.id}
        or r.id in (select o.request_id from requests.assignment o where o.state = 'offered' and o.agent_id = ${ctx.actor.id})) and ${visible(ctx)}`
    return rows.map((row) => row.id)
  },
}

/** Who a request is in hand of, as far as names depend on it. */
export interface Hands { stage: string; holderId: string | null; answerableId?: string | null; offeredTo?: string | null }

/** The customer's name on a request the actor may see: as it is, but for one that is only an address. */
export function nameOnRequest(ctx: Ctx, name: string, hands: Hands): string {
  const isMine = hands.stage !== 'closed' && ctx.actor.id !== null && [hands.holderId, hands.answerableId, hands.offeredTo].includes(ctx.actor.id)
  return shownName(name, isMine || seesAll(ctx) ? 'serves' : 'sees')
}
