/** Who should hold it: the team's people ranked by skill, history, load and presence; every candidate kept with score and reason. */
import type { App, Ctx } from '../../platform/context.ts'
import { run } from '../../platform/context.ts'
import { assignBatch, type Candidate, choose, type Need, type Ranked, rankingVersion } from '../../lib/matching/index.ts'
import { type Allocation, type AllocationNeed, loadsOf, offerFromQueue, servedBefore } from '../requests/index.ts'
import { loadRecognition, type Snapshot } from '../standards/index.ts'
import { type AgentProfile, listCandidates } from '../staff/index.ts'

/** Requests in hand and history laid over the people of a team. */
async function candidatesFor(ctx: Ctx, need: { teamId: string; customerId: string | null; foreseen?: AllocationNeed['foreseen'] }): Promise<{ candidates: Candidate[]; names: Map<string, string> }> {
  const people = await listCandidates(ctx, need.teamId)
  const names = new Map(people.map((person) => [person.agentId, person.name]))
  if (!people.length) return { candidates: [], names }
  const { customerId, foreseen } = need
  const [loads, served] = await Promise.all([
    foreseen?.teamId === need.teamId ? foreseen.loads : loadsOf(ctx, people.map((person) => person.agentId)),
    customerId === null ? [] : foreseen ? foreseen.served : servedBefore(ctx, customerId),
  ])
  const open = new Map<string, { byChannel: Record<string, number>; lastAt: number }>()
  for (const load of loads) {
    const entry = open.get(load.agentId) ?? { byChannel: {}, lastAt: 0 }
    entry.byChannel[load.channel] = load.open
    if (load.lastAt) entry.lastAt = Math.max(entry.lastAt, Date.parse(load.lastAt))
    open.set(load.agentId, entry)
  }
  const history = new Map(served.filter((row) => row.customerId === customerId).map((row) => [row.agentId, { count: row.count, lastAt: Date.parse(row.lastAt) }]))
  return { candidates: people.map((person) => candidate(person, open.get(person.agentId), history.get(person.agentId))), names }
}

function candidate(person: AgentProfile, open: { byChannel: Record<string, number>; lastAt: number } | undefined, served: { count: number; lastAt: number } | undefined): Candidate {
  const byChannel = open?.byChannel ?? {}
  return {
    agentId: person.agentId, teamIds: person.teamIds, skills: person.skills, languages: person.languages, regions: person.regions, presence: person.presence, working: person.isWorking,
    openByChannel: byChannel, capacityByChannel: person.capacity, weightOpen: Object.values(byChannel).reduce((sum, count) => sum + count, 0), servedBefore: served ?? null, lastAssignedAt: open?.lastAt || null,
  }
}

function needOf(ctx: Ctx, snapshot: Snapshot, need: Omit<AllocationNeed, 'isNewCustomer'>): Need {
  const service = snapshot.service(need.serviceId)
  return {
    skills: service?.skills ?? [], language: need.language.startsWith('zh') ? 'zh' : need.language, region: need.region ?? undefined, customerId: need.customerId, channel: need.channel,
    teamId: need.teamId ?? undefined, priority: need.priority as Need['priority'], excludedAgentIds: need.exclude, now: ctx.now.getTime(),
  }
}

const shown = (ranked: readonly Ranked[], candidates: readonly Candidate[], names: Map<string, string>, channel: string): Allocation['candidates'] =>
  ranked.slice(0, 20).map((one) => {
    const person = candidates.find((candidate) => candidate.agentId === one.agentId)
    return {
      agentId: one.agentId, name: names.get(one.agentId) ?? null, score: round(one.score), parts: Object.fromEntries(Object.entries(one.parts ?? {}).map(([part, value]) => [part, round(value)])),
      excludedBecause: [...one.excludedBecause], open: person?.openByChannel[channel] ?? 0, capacity: person?.capacityByChannel[channel] ?? 0,
    }
  })
const round = (value: number): number => Math.round(value * 1000) / 1000

/** Answers the requests room. Without a team nobody can be asked; without a suitable person it waits and says why. */
export async function allocateRequest(ctx: Ctx, need: AllocationNeed): Promise<Allocation | null> {
  if (!need.teamId) return { agent: null, score: null, reason: 'routing.no-team', ruleVersion: rankingVersion, candidates: [], acceptDueAt: null, places: 0 }
  const snapshot = await loadRecognition(ctx)
  const { candidates, names } = await candidatesFor(ctx, { teamId: need.teamId, customerId: need.isNewCustomer ? null : need.customerId, foreseen: need.foreseen })
  const choice = choose(needOf(ctx, snapshot, need), candidates)
  const list = shown(choice.ranked, candidates, names, need.channel)
  if (!choice.agentId) return { agent: null, score: null, reason: `routing.${choice.reason.replace(':', '-')}`, ruleVersion: rankingVersion, candidates: list, acceptDueAt: null, places: 0 }
  const winner = candidates.find((one) => one.agentId === choice.agentId)!
  return {
    agent: { id: winner.agentId, name: names.get(winner.agentId)! }, score: round(choice.ranked.find((one) => one.agentId === choice.agentId)!.score), reason: `routing.${choice.reason}`, ruleVersion: rankingVersion, candidates: list,
    acceptDueAt: acceptDue(ctx, snapshot, need.serviceId), places: winner.capacityByChannel[need.channel] ?? 0,
  }
}

const acceptDue = (ctx: Ctx, snapshot: Snapshot, serviceId: string | null): string =>
  new Date(ctx.now.getTime() + (snapshot.service(serviceId)?.acceptMinutes ?? 15) * 60_000).toISOString()

interface Waiting { id: string; serviceId: string | null; teamId: string; priority: string; channel: string; language: string; customerId: string; region: string | null; type: string | null; declined: string[] }

/** Settles the waiting set of each team at once, so that the best pairs are made and not merely the first. Returns how many were offered. */
export async function drainQueues(app: App, onlyTeams?: readonly string[]): Promise<number> {
  const teams = await app.pool<{ teamId: string }[]>`select distinct team_id from requests.request where stage = 'accept' and team_id is not null
    ${onlyTeams ? app.pool`and team_id = any(${onlyTeams as string[]}::uuid[])` : app.pool``}`
  let offered = 0
  for (const { teamId } of teams) offered += await drainTeam(app, teamId)
  return offered
}

async function drainTeam(app: App, teamId: string): Promise<number> {
  const pairs = await run(app, {}, async (ctx) => {
    const waiting = await ctx.db<Waiting[]>`
      select r.id, r.service_id, r.team_id, r.priority, r.channel, r.language, r.customer_id, c.region, r.type,
        coalesce((select array_agg(distinct a.agent_id) from requests.assignment a where a.request_id = r.id and a.state = 'declined'
          or a.request_id = r.id and a.state = 'taken-back' and a.ended_at > ${new Date(ctx.now.getTime() - 30 * 60_000)}), '{}') as declined
      from requests.request r join customers.customer c on c.id = r.customer_id where r.stage = 'accept' and r.team_id = ${teamId} order by r.due_order, r.opened_at limit 100`
    if (!waiting.length) return []
    const snapshot = await loadRecognition(ctx)
    const { candidates } = await candidatesFor(ctx, { teamId, customerId: null })
    const needs = waiting.map((one) => needOf(ctx, snapshot, { ...one, requestId: one.id, exclude: one.declined }))
    return assignBatch(needs, () => candidates).map((pair) => waiting[pair.need]!)
  })
  let offered = 0
  for (const one of pairs) {
    offered += await run(app, {}, async (ctx) => {
      const found = await allocateRequest(ctx, { ...one, requestId: one.id, isNewCustomer: false, exclude: one.declined })
      return found?.agent && (await offerFromQueue(ctx, one.id, found)) ? 1 : 0
    })
  }
  return offered
}
