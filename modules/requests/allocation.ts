/**
 * The question this room asks whoever allocates work (the routing room fills the port): who should hold it?
 * Without an answer the request waits in its team's queue.
 */
import type { Ctx } from '../../platform/context.ts'
import { addressIndex, type CustomerClaim, identitiesOf } from '../customers/index.ts'
import { listCandidates } from '../staff/index.ts'

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
  /** What was asked beforehand. */
  foreseen?: Foreseen
}
interface Load { agentId: string; channel: string; open: number; lastAt: string | null }
interface Served { customerId: string; agentId: string; count: number; lastAt: string }
export interface Foreseen { teamId: string | null; loads: PromiseLike<Load[]> | Load[]; served: PromiseLike<Served[]> | Served[] }
export interface AllocationCandidate { agentId: string; name: string | null; score: number; parts: Record<string, number>; excludedBecause: string[]; open?: number; capacity?: number }
export interface Allocation {
  agent: { id: string; name: string } | null
  score: number | null
  /** Text key of the reason, e.g. `routing.best-score` or `routing.all-full`. */
  reason: string
  /** Which version of the ranking chose. */
  ruleVersion: string
  candidates: AllocationCandidate[]
  acceptDueAt: string | null
  /** How many requests of this channel the agent may have in hand; to be taken by whoever stores the allocation. */
  places: number
}
export type Allocator = (ctx: Ctx, need: AllocationNeed) => Promise<Allocation | null>

export const ALLOCATOR = 'requests.allocator'

export async function allocate(ctx: Ctx, need: AllocationNeed): Promise<Allocation | null> {
  const allocator = ctx.app.ports.get(ALLOCATOR) as Allocator | undefined
  return allocator ? allocator(ctx, need) : null
}

/**
 * Asks what an allocation will need while it is still being found out who the customer is: one round trip instead
 * of three. A wrong guess of the team costs only the question.
 */
export async function foresee(ctx: Ctx, teamId: string | null, claim: CustomerClaim): Promise<Foreseen> {
  const people = teamId && ctx.app.ports.has(ALLOCATOR) ? await listCandidates(ctx, teamId) : []
  const foreseen = { teamId, loads: people.length ? loadsOf(ctx, people.map((person) => person.agentId)) : [], served: servedWhom(ctx, claim) }
  // Whoever awaits them hears of a failure; a guess that was wrong is nobody's failure.
  for (const asked of [foreseen.loads, foreseen.served]) Promise.resolve(asked).catch(() => {})
  return foreseen
}

/** What fills these agents' hands, by channel: requests offered to them or being executed. */
export const loadsOf = (ctx: Ctx, agentIds: readonly string[]): Promise<Load[]> => ctx.ask(selectLoads, agentIds)

async function selectLoads(ctx: Pick<Ctx, 'db'>, teams: readonly (readonly string[])[]): Promise<Load[][]> {
  const rows = await ctx.db<Load[]>`
    select holder_id as agent_id, channel, count(*)::int as open, max(stage_since) as last_at from requests.request
    where holder_id = any((select ${[...new Set(teams.flat())]}::uuid[])::uuid[]) and stage in ('assign', 'execute') group by holder_id, channel`
  // Others' loads among them are of no harm: each looks for its own people.
  return teams.map(() => rows)
}

/** Who served this customer before. */
export const servedBefore = (ctx: Ctx, customerId: string) => ctx.db<Served[]>`
  select customer_id, holder_id as agent_id, count(*)::int as count, max(opened_at) as last_at from requests.request
  where customer_id = ${customerId} and holder_id is not null group by customer_id, holder_id`

/** The same for everybody the claim may turn out to be, and perhaps for others. */
function servedWhom(ctx: Ctx, claim: CustomerClaim): Promise<Served[]> | Served[] {
  if (claim.id) return selectServedIds(ctx, claim.id)
  const identities = identitiesOf(claim).map(({ kind, value }) => ({ kind, value: addressIndex(ctx.app, kind, value) }))
  return identities.length ? ctx.ask(selectServed, identities) : []
}

const served = (db: Ctx['db'], whom: ReturnType<Ctx['db']>) => db<Served[]>`
  select r.customer_id, r.holder_id as agent_id, count(*)::int as count, max(r.opened_at) as last_at
  from (${whom}) w join requests.request r on r.customer_id = any(array[w.id, w.merged_into]) where r.holder_id is not null group by r.customer_id, r.holder_id`
const selectServedIds = async ({ db }: Ctx, id: string): Promise<Served[]> => served(db, db`select id, merged_into from customers.customer where id = ${id}`)
async function selectServed({ db }: Pick<Ctx, 'db'>, claims: readonly { kind: string; value: string }[][]): Promise<Served[][]> {
  const all = claims.flat()
  const rows = await served(db, db`
    select distinct c.id, c.merged_into from unnest(${all.map((one) => one.kind)}::text[], ${all.map((one) => one.value)}::text[]) as g (kind, value)
    join customers.identity i on i.kind = g.kind and i.value = g.value and i.is_leading join customers.customer c on c.id = i.customer_id`)
  return claims.map(() => rows)
}

/** Takes a place in the agent's hands, or makes the command run again when others were quicker: two arrivals at once must not both take the last free one. */
export function takePlace(ctx: Ctx, found: Allocation, channel: string): void {
  if (found.agent) ctx.later(ctx.db`select requests.take_place(${found.agent.id}, ${channel}, ${found.places})`)
}
