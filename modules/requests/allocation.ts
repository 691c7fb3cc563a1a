/**
 * The question this room asks whoever allocates work (the routing room fills the port): who should hold it?
 * Without an answer the request waits in its team's queue.
 */
import type { Ctx } from '../../platform/context.ts'

export interface AllocationNeed {
  requestId: string
  serviceId: string | null
  teamId: string | null
  priority: string
  channel: string
  language: string
  customerId: string
  isNewCustomer: boolean
  region: string | null
  type: string | null
  /** Agents not to be asked again: they declined or let it lie. */
  exclude: string[]
}
export interface AllocationCandidate { agentId: string; name: string | null; score: number; parts: Record<string, number>; excludedBecause: string[]; open?: number; capacity?: number }
export interface Allocation {
  agent: { id: string; name: string } | null
  score: number | null
  /** Text key of the reason, e.g. `routing.best-score` or `routing.all-full`. */
  reason: string
  candidates: AllocationCandidate[]
  acceptDueAt: string | null
}
export type Allocator = (ctx: Ctx, need: AllocationNeed) => Promise<Allocation | null>

export const ALLOCATOR = 'requests.allocator'

export async function allocate(ctx: Ctx, need: AllocationNeed): Promise<Allocation | null> {
  const allocator = ctx.app.ports.get(ALLOCATOR) as Allocator | undefined
  return allocator ? allocator(ctx, need) : null
}

/** What fills these agents' hands, by channel: requests offered to them or being executed. */
export const loadsOf = (ctx: Ctx, agentIds: string[]) => ctx.db<{ agentId: string; channel: string; open: number; lastAt: string | null }[]>`
  select holder_id as agent_id, channel, count(*)::int as open, max(stage_since) as last_at from requests.request
  where holder_id = any(${agentIds}::uuid[]) and stage in ('assign', 'execute') group by holder_id, channel`

/** Who served this customer before. */
export const servedBefore = (ctx: Ctx, customerId: string) => ctx.db<{ agentId: string; count: number; lastAt: string }[]>`
  select holder_id as agent_id, count(*)::int as count, max(opened_at) as last_at from requests.request
  where customer_id = ${customerId} and holder_id is not null group by holder_id`

/** Locks the agent against parallel allocation and counts again: the number can't change before commit. */
export async function loadUnderLock(ctx: Ctx, agentId: string, channel: string): Promise<number> {
  ctx.later(ctx.db`select pg_advisory_xact_lock(hashtextextended(${agentId}, 0))`)
  const [row] = await ctx.db<{ open: number }[]>`select count(*)::int as open from requests.request
    where holder_id = ${agentId} and channel = ${channel} and stage in ('assign', 'execute')`
  return row!.open
}
