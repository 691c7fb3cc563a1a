/** Who could hold a request now, as the rules would choose: asked by whoever gives it to somebody by hand. */
import { asHouse, type Ctx } from '../../platform/context.ts'
import { notFound } from '../../platform/fault.ts'
import { allocate, type AllocationNeed, type Allocation } from './allocation.ts'
import { regionOf, visible } from './visible.ts'

/** Nothing is stored or taken. Throws 404 unless the actor may see the request. */
export async function candidatesFor(ctx: Ctx, id: string): Promise<Pick<Allocation, 'reason' | 'candidates'> & { ruleVersion: string | null }> {
  const [need] = await ctx.db<Omit<AllocationNeed, 'isNewCustomer'>[]>`
    select r.id as request_id, r.service_id, r.team_id, r.priority, r.channel, r.language, r.customer_id, ${regionOf(ctx.db as never, ctx.db`r.customer_id`)} as region, r.type,
      coalesce((select array_agg(distinct a.agent_id) from requests.assignment a where a.request_id = r.id and a.state = 'declined'), '{}') as exclude
    from requests.request r where r.id = ${id} and ${visible(ctx)}`
  if (!need) throw notFound('requests')
  // What colleagues hold counts whole, also what the asker may not see of it.
  const found = await allocate(asHouse(ctx), { ...need, isNewCustomer: false })
  return { reason: found?.reason ?? '', ruleVersion: found?.ruleVersion ?? null, candidates: found?.candidates ?? [] }
}
