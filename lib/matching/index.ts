/**
 * Who should take a request. Pure scoring: what rules a person out is a code, what speaks for a person is a
 * factor from 0 to 1 with a weight, and both are kept so that every allocation can be explained and checked
 * later. `assignBatch` does the same for many waiting requests at once, when people become free.
 */
import { maximiseAssignment } from './assignment.ts'

export type Priority = 'urgent' | 'normal' | 'routine'
export type Need = {
  skills: readonly { skill: string; level: number }[]
  language?: string
  region?: string
  customerId?: string
  channel: string
  /** undefined: any team */
  teamId?: string
  priority: Priority
  /** who declined it, or let it lie */
  excludedAgentIds: readonly string[]
  /** epoch milliseconds, for "how long ago" */
  now: number
}
export type Candidate = {
  agentId: string
  teamIds: readonly string[]
  /** skill to level 1–5 */
  skills: Readonly<Record<string, number>>
  languages: readonly string[]
  regions: readonly string[]
  presence: 'online' | 'away' | 'offline'
  /** within working hours */
  working: boolean
  openByChannel: Readonly<Record<string, number>>
  /** a channel that is missing here is not served by this person */
  capacityByChannel: Readonly<Record<string, number>>
  /** open work over all channels, each request by its weight */
  weightOpen: number
  /** of this customer's requests, how many and when last (epoch ms) */
  servedBefore: { count: number; lastAt: number } | null
  lastAssignedAt: number | null
}

export const factors = ['skill', 'region', 'history', 'capacity', 'load', 'presence', 'idle'] as const
export type Factor = (typeof factors)[number]
export type Weights = Record<Factor, number>
export const defaultWeights: Weights = { skill: 30, region: 10, history: 20, capacity: 15, load: 10, presence: 5, idle: 10 }
/** What a kept choice was made by: the formula, counted up by hand when it changes, and the weights in the order of `factors`. */
export const rankingVersion = ['1', ...factors.map((factor) => defaultWeights[factor])].join('-')

export type Exclusion =
  | 'not-in-team' | 'skill-missing' | 'skill-level' | 'language-missing' | 'declined' | 'off-hours' | 'absent' | 'channel-not-served' | 'full'
export type Ranked = {
  agentId: string
  /** weighted mean of the parts, 0–1; 0 when excluded */
  score: number
  parts: Record<Factor, number>
  excludedBecause: Exclusion[]
}
export type NobodyReason = 'no-candidates' | `nobody-left:${Exclusion}`
export type Choice = { agentId: string; reason: 'only-candidate' | 'best-score' | 'tie-least-recent'; ranked: Ranked[] } | { agentId: null; reason: NobodyReason; ranked: Ranked[] }

const topLevel = 5
/** what having served the customer is worth halves in 90 days */
const historyHalfLifeMs = 90 * 86_400_000
/** scores closer than this are a tie: the least recently assigned takes it */
const tieWidth = 1e-9

/** The order in which people are ruled out: who could never take it first, who merely cannot now last. */
const exclusionOrder: readonly Exclusion[] = ['not-in-team', 'skill-missing', 'skill-level', 'language-missing', 'channel-not-served', 'declined', 'off-hours', 'absent', 'full']

const none: Exclusion[] = []
Object.freeze(none)

function exclusions(need: Need, one: Candidate): Exclusion[] {
  let found = none
  const add = (code: Exclusion) => {
    if (found === none) found = []
    found.push(code)
  }
  if (need.teamId !== undefined && !one.teamIds.includes(need.teamId)) add('not-in-team')
  let missing = false
  let low = false
  for (const { skill, level } of need.skills) {
    const have = one.skills[skill]
    if (have === undefined) missing = true
    else if (have < level) low = true
  }
  if (missing) add('skill-missing')
  if (low) add('skill-level')
  if (need.language !== undefined && !one.languages.includes(need.language)) add('language-missing')
  const capacity = one.capacityByChannel[need.channel] ?? 0
  if (capacity <= 0) add('channel-not-served')
  if (need.excludedAgentIds.includes(one.agentId)) add('declined')
  if (!one.working) add('off-hours')
  if (one.presence === 'offline') add('absent')
  if (capacity > 0 && (one.openByChannel[need.channel] ?? 0) >= capacity) add('full')
  return found
}

/**
 * All candidates, the best first, the excluded last. Factors: `skill` mean level of the needed skills out of 5;
 * `region` 1 in the region; `history` (1 − ½^times) halved every 90 days; `capacity` free share of the channel's
 * capacity; `load` and `idle` relative to the busiest and the longest idle eligible person; `presence` 1 online,
 * 0 away. What is not asked for counts 1 for everybody. Ties: least recently assigned, then id.
 */
export function rankCandidates(need: Need, candidates: readonly Candidate[], weights: Weights = defaultWeights): Ranked[] {
  const ruledOut = candidates.map((one) => exclusions(need, one))
  let busiest = 0
  let longestIdle = 1
  for (let i = 0; i < candidates.length; i++) {
    if (ruledOut[i]!.length > 0) continue
    const { weightOpen, lastAssignedAt } = candidates[i]!
    if (weightOpen > busiest) busiest = weightOpen
    if (lastAssignedAt !== null && need.now - lastAssignedAt > longestIdle) longestIdle = need.now - lastAssignedAt
  }
  const total = weights.skill + weights.region + weights.history + weights.capacity + weights.load + weights.presence + weights.idle
  const order: { ranked: Ranked; lastAssignedAt: number }[] = []
  for (let i = 0; i < candidates.length; i++) {
    const one = candidates[i]!
    const excludedBecause = ruledOut[i]!
    const parts = partsOf(need, one, busiest, longestIdle)
    const sum = weights.skill * parts.skill + weights.region * parts.region + weights.history * parts.history + weights.capacity * parts.capacity +
      weights.load * parts.load + weights.presence * parts.presence + weights.idle * parts.idle
    const score = excludedBecause.length > 0 || total <= 0 ? 0 : sum / total
    order.push({ ranked: { agentId: one.agentId, score, parts, excludedBecause }, lastAssignedAt: one.lastAssignedAt ?? -1 })
  }
  return order.sort(compare).map((one) => one.ranked)
}

type Entry = { ranked: Ranked; lastAssignedAt: number }

function compare(a: Entry, b: Entry): number {
  const excluded = Number(a.ranked.excludedBecause.length > 0) - Number(b.ranked.excludedBecause.length > 0)
  if (excluded !== 0) return excluded
  // Rounding to steps keeps the order transitive, which "nearly equal" alone would not be.
  const score = Math.round(b.ranked.score / tieWidth) - Math.round(a.ranked.score / tieWidth)
  if (score !== 0) return score
  if (a.lastAssignedAt !== b.lastAssignedAt) return a.lastAssignedAt - b.lastAssignedAt
  return a.ranked.agentId < b.ranked.agentId ? -1 : a.ranked.agentId > b.ranked.agentId ? 1 : 0
}

function partsOf(need: Need, one: Candidate, busiest: number, longestIdle: number): Record<Factor, number> {
  let levels = 0
  for (const { skill } of need.skills) levels += Math.min(one.skills[skill] ?? 0, topLevel)
  const served = need.customerId === undefined ? null : one.servedBefore
  const capacity = one.capacityByChannel[need.channel] ?? 0
  return {
    skill: need.skills.length === 0 ? 1 : levels / (need.skills.length * topLevel),
    region: need.region === undefined || one.regions.includes(need.region) ? 1 : 0,
    history: served && served.count > 0 ? (1 - 0.5 ** served.count) * 0.5 ** (Math.max(0, need.now - served.lastAt) / historyHalfLifeMs) : 0,
    capacity: capacity > 0 ? Math.max(0, 1 - (one.openByChannel[need.channel] ?? 0) / capacity) : 0,
    load: busiest > 0 ? Math.max(0, 1 - one.weightOpen / busiest) : 1,
    presence: one.presence === 'online' ? 1 : 0,
    idle: one.lastAssignedAt === null ? 1 : Math.min(1, Math.max(0, need.now - one.lastAssignedAt) / longestIdle),
  }
}

/** The best candidate and why; or nobody, with the condition that left nobody: each rules out more, in the order of `exclusionOrder`. */
export function choose(need: Need, candidates: readonly Candidate[], weights: Weights = defaultWeights): Choice {
  const ranked = rankCandidates(need, candidates, weights)
  const first = ranked[0]
  if (!first) return { agentId: null, reason: 'no-candidates', ranked }
  if (first.excludedBecause.length > 0) return { agentId: null, reason: `nobody-left:${lastStraw(ranked)}`, ranked }
  const second = ranked[1]
  if (!second || second.excludedBecause.length > 0) return { agentId: first.agentId, reason: 'only-candidate', ranked }
  const isTie = Math.round(first.score / tieWidth) === Math.round(second.score / tieWidth)
  return { agentId: first.agentId, reason: isTie ? 'tie-least-recent' : 'best-score', ranked }
}

function lastStraw(ranked: readonly Ranked[]): Exclusion {
  let left = ranked
  for (const code of exclusionOrder) {
    const next = left.filter((one) => !one.excludedBecause.includes(code))
    if (next.length === 0) return code
    left = next
  }
  throw new RangeError('somebody is left')
}

/** beyond this the exact method takes too long and the greedy one stands in */
const exactNeeds = 200
const exactSlots = 2_000
const priorityRank: Record<Priority, number> = { routine: 1, normal: 2, urgent: 3 }

/** need: index into needs; score as it was when the person took this one after the others of the batch */
export type BatchAssignment = { need: number; agentId: string; score: number }

/**
 * Assigns a waiting set at once: as many as possible, urgent before normal before routine, within a priority in
 * the order given (longest waiting first), and for those the greatest sum of scores (exact up to 200 needs,
 * greedy beyond). Nobody exceeds the capacity of a channel; a person's second request of the batch counts as
 * one more open. `servedBefore` differs per customer, so candidates are given per need. The unassigned are absent.
 */
export function assignBatch(needs: readonly Need[], candidatesOf: (need: Need, index: number) => readonly Candidate[], weights: Weights = defaultWeights): BatchAssignment[] {
  const total = factors.reduce((sum, factor) => sum + weights[factor], 0)
  const perChannel = new Map<string, number>()
  for (const need of needs) perChannel.set(need.channel, (perChannel.get(need.channel) ?? 0) + 1)
  // A slot is one more request that one person can take on one channel.
  const slots = new Map<string, { first: number; count: number; step: number }>()
  const agents: string[] = []
  const options = needs.map((need, index) => {
    const candidates = candidatesOf(need, index)
    const byId = new Map(candidates.map((one) => [one.agentId, one]))
    return rankCandidates(need, candidates, weights).filter((one) => one.excludedBecause.length === 0).map((one) => {
      const key = `${need.channel} ${one.agentId}`
      let slot = slots.get(key)
      if (!slot) {
        const candidate = byId.get(one.agentId)!
        const capacity = candidate.capacityByChannel[need.channel]!
        const free = Math.ceil(capacity - (candidate.openByChannel[need.channel] ?? 0))
        slot = { first: agents.length, count: Math.min(free, perChannel.get(need.channel)!), step: weights.capacity / Math.max(total, 1e-12) / capacity }
        slots.set(key, slot)
        for (let i = 0; i < slot.count; i++) agents.push(one.agentId)
      }
      return { slot, score: one.score }
    })
  })
  const taken = needs.length <= exactNeeds && agents.length <= exactSlots ? exact() : greedy()
  return taken.flatMap(({ slot, score }, need) => (slot < 0 ? [] : [{ need, agentId: agents[slot]!, score }]))

  function exact() {
    const width = agents.length
    const scores = new Float64Array(needs.length * width).fill(-1)
    const values = new Float64Array(needs.length * width).fill(-1)
    options.forEach((choices, need) => {
      // Which sets of requests can be served is a matroid: ranks that differ by more than all scores together
      // therefore serve as many as possible, higher priority and longer waiting first, before any score counts.
      const rank = (priorityRank[needs[need]!.priority] * needs.length + needs.length - need) * (needs.length + 1)
      for (const { slot, score } of choices) for (let i = 0; i < slot.count; i++) {
        const reduced = Math.max(0, score - slot.step * i)
        scores[need * width + slot.first + i] = reduced
        values[need * width + slot.first + i] = rank + reduced
      }
    })
    const columns = maximiseAssignment(needs.length, width, values)
    return Array.from(columns, (slot, need) => ({ slot, score: slot < 0 ? 0 : scores[need * width + slot]! }))
  }

  function greedy() {
    const used = new Map<number, number>()
    const result = needs.map(() => ({ slot: -1, score: 0 }))
    const order = needs.map((_, i) => i).sort((a, b) => priorityRank[needs[b]!.priority] - priorityRank[needs[a]!.priority] || a - b)
    for (const need of order) {
      let best = -1
      let bestScore = -1
      for (const { slot, score } of options[need]!) {
        const i = used.get(slot.first) ?? 0
        const reduced = Math.max(0, score - slot.step * i)
        if (i < slot.count && reduced > bestScore) {
          best = slot.first
          bestScore = reduced
        }
      }
      if (best < 0) continue
      const i = used.get(best) ?? 0
      used.set(best, i + 1)
      result[need] = { slot: best + i, score: bestScore }
    }
    return result
  }
}
