import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maximiseAssignment } from './assignment.ts'
import { assignBatch, choose, defaultWeights, factors, rankCandidates, type Candidate, type Need } from './index.ts'

const now = Date.UTC(2026, 10, 23, 4)
const day = 86_400_000
const need = (part: Partial<Need> = {}): Need => ({ skills: [], channel: 'mail', priority: 'normal', excludedAgentIds: [], now, ...part })
const agent = (agentId: string, part: Partial<Candidate> = {}): Candidate => ({
  agentId, teamIds: ['t1'], skills: {}, languages: ['zh-Hant'], regions: [], presence: 'online', working: true, openByChannel: {}, capacityByChannel: { mail: 5, chat: 2 },
  weightOpen: 0, servedBefore: null, lastAssignedAt: now - day, ...part,
})

test('4.1-e each condition that rules a person out has its code', () => {
  const wanted = need({ skills: [{ skill: 'fibre', level: 3 }], language: 'en', teamId: 't1', excludedAgentIds: ['declined'] })
  const able = { skills: { fibre: 4 }, languages: ['en'] }
  const table: [string, Partial<Candidate>, string[]][] = [
    ['ok', able, []], ['declined', able, ['declined']], ['team', { ...able, teamIds: ['t2'] }, ['not-in-team']], ['skill', { languages: ['en'] }, ['skill-missing']],
    ['level', { ...able, skills: { fibre: 2 } }, ['skill-level']], ['tongue', { ...able, languages: ['zh-Hans'] }, ['language-missing']],
    ['night', { ...able, working: false }, ['off-hours']], ['gone', { ...able, presence: 'offline' }, ['absent']], ['busy', { ...able, openByChannel: { mail: 5 } }, ['full']],
    ['phone', { ...able, capacityByChannel: { phone: 1 } }, ['channel-not-served']], ['all', { working: false, presence: 'offline', languages: [] }, ['skill-missing', 'language-missing', 'off-hours', 'absent']],
  ]
  for (const [id, part, codes] of table) expect([id, rankCandidates(wanted, [agent(id, part)])[0]!.excludedBecause]).toEqual([id, codes])
  const ranked = rankCandidates(wanted, table.map(([id, part]) => agent(id, part)))
  expect(ranked).toHaveLength(table.length)
  expect(ranked[0]!.agentId).toBe('ok')
  expect(ranked.slice(1).every((one) => one.score === 0)).toBe(true)
})

test('4.1-e who knows the customer, is more able, nearer, freer or longer without work is preferred', () => {
  const wanted = need({ skills: [{ skill: 'fibre', level: 2 }], region: 'taipei', customerId: 'c1' })
  const base = { skills: { fibre: 3 }, weightOpen: 4, openByChannel: { mail: 2 } }
  const better: Partial<Candidate>[] = [
    { servedBefore: { count: 2, lastAt: now - day } }, { skills: { fibre: 5 } }, { regions: ['taipei'] }, { weightOpen: 1 }, { openByChannel: { mail: 0 } },
    { lastAssignedAt: now - 3 * day },
  ]
  for (const part of better) {
    const choice = choose(wanted, [agent('a', base), agent('b', { ...base, ...part })])
    expect([part, choice.agentId, choice.reason]).toEqual([part, 'b', 'best-score'])
  }
  expect(choose(wanted, [agent('a', { ...base, presence: 'away' }), agent('b', base)]).agentId).toBe('b')
})

test('4.1-f the choice says why, also when it is nobody', () => {
  expect(choose(need(), [])).toEqual({ agentId: null, reason: 'no-candidates', ranked: [] })
  expect(choose(need(), [agent('b'), agent('a')])).toMatchObject({ agentId: 'a', reason: 'tie-least-recent' })
  expect(choose(need(), [agent('a'), agent('b', { lastAssignedAt: now - 2 * day })], { ...defaultWeights, idle: 0 })).toMatchObject({ agentId: 'b', reason: 'tie-least-recent' })
  expect(choose(need(), [agent('a'), agent('b', { lastAssignedAt: null })])).toMatchObject({ agentId: 'b', reason: 'tie-least-recent' })
  expect(choose(need(), [agent('a'), agent('b', { working: false })])).toMatchObject({ agentId: 'a', reason: 'only-candidate' })
  const wanted = need({ skills: [{ skill: 'fibre', level: 1 }] })
  expect(choose(wanted, [agent('a'), agent('b', { working: false })]).reason).toBe('nobody-left:skill-missing')
  expect(choose(wanted, [agent('a'), agent('b', { skills: { fibre: 1 }, working: false, presence: 'offline' })]).reason).toBe('nobody-left:off-hours')
  expect(choose(need(), [agent('a', { openByChannel: { mail: 9 } })]).reason).toBe('nobody-left:full')
})

const anyAgent = (id: string): fc.Arbitrary<Candidate> => fc.record({
  agentId: fc.constant(id), teamIds: fc.constant(['t1']), skills: fc.record({ fibre: fc.integer({ min: 1, max: 5 }) }), languages: fc.constant(['en']),
  regions: fc.subarray(['taipei', 'tainan']), presence: fc.constantFrom('online', 'away', 'offline'), working: fc.boolean(),
  openByChannel: fc.record({ mail: fc.integer({ min: 0, max: 3 }) }), capacityByChannel: fc.record({ mail: fc.integer({ min: 0, max: 3 }) }),
  weightOpen: fc.integer({ min: 0, max: 9 }), servedBefore: fc.option(fc.record({ count: fc.integer({ min: 1, max: 9 }), lastAt: fc.constant(now - day) })),
  lastAssignedAt: fc.option(fc.integer({ min: now - 9 * day, max: now })),
})
const anyStaff = fc.integer({ min: 0, max: 12 }).chain((n) => fc.tuple(...Array.from({ length: n }, (_, i) => anyAgent(`a${i}`))))

test('scores stay within 0 and 1, and the order does not depend on the order given', () => {
  fc.assert(fc.property(anyStaff, fc.nat(), (staff, seed) => {
    const wanted = need({ skills: [{ skill: 'fibre', level: 2 }], region: 'taipei', customerId: 'c' })
    const ranked = rankCandidates(wanted, staff)
    for (const one of ranked) for (const value of [one.score, ...factors.map((factor) => one.parts[factor])]) {
      expect(value).toBeGreaterThanOrEqual(0)
      expect(value).toBeLessThanOrEqual(1)
    }
    const shuffled = staff.map((one, i) => ({ one, key: Math.sin(seed + i) })).sort((a, b) => a.key - b.key).map(({ one }) => one)
    expect(rankCandidates(wanted, shuffled)).toEqual(ranked)
  }))
})

function bruteForce(rows: number, columns: number, values: Float64Array, row = 0, used = 0): number {
  if (row === rows) return 0
  let best = bruteForce(rows, columns, values, row + 1, used)
  for (let column = 0; column < columns; column++) {
    const value = values[row * columns + column]!
    if (value >= 0 && !(used & (1 << column))) best = Math.max(best, value + bruteForce(rows, columns, values, row + 1, used | (1 << column)))
  }
  return best
}

test('the assignment is the best one there is', () => {
  const size = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 6 }))
  fc.assert(fc.property(size.chain(([rows, columns]) => fc.tuple(fc.constant(rows), fc.constant(columns), fc.array(fc.integer({ min: -3, max: 20 }), { minLength: rows * columns, maxLength: rows * columns }))), ([rows, columns, list]) => {
    const values = Float64Array.from(list)
    const chosen = maximiseAssignment(rows, columns, values)
    const taken = [...chosen].filter((column) => column >= 0)
    expect(new Set(taken).size).toBe(taken.length)
    let sum = 0
    chosen.forEach((column, row) => {
      if (column < 0) return
      expect(values[row * columns + column]).toBeGreaterThanOrEqual(0)
      sum += values[row * columns + column]!
    })
    expect(sum).toBeCloseTo(bruteForce(rows, columns, values))
  }), { numRuns: 300 })
})

test('a batch gives the specialist to the request that needs one, urgent first, within capacity', () => {
  const fibre = [{ skill: 'fibre', level: 1 }]
  const staff = [agent('specialist', { skills: { fibre: 5 }, capacityByChannel: { mail: 1 } }), agent('generalist', { capacityByChannel: { mail: 1 } })]
  const give = (needs: Need[]) => assignBatch(needs, () => staff).map((one) => [one.need, one.agentId])
  expect(give([need(), need({ skills: fibre })])).toEqual([[0, 'generalist'], [1, 'specialist']])
  expect(give([need({ skills: fibre }), need({ skills: fibre, priority: 'urgent' })])).toEqual([[1, 'specialist']])
  expect(give([need(), need(), need({ priority: 'urgent' })]).map(([i]) => i)).toEqual([0, 2])
  expect(give([])).toEqual([])
})

test('a batch spreads equal work and never exceeds a channel, exact or greedy', () => {
  for (const count of [12, 240]) {
    const staff = Array.from({ length: 6 }, (_, i) => agent(`a${i}`, { capacityByChannel: { mail: 3, chat: 2 }, openByChannel: { mail: i === 0 ? 3 : 0 } }))
    const given = assignBatch(Array.from({ length: count }, (_, i) => need({ channel: i % 3 === 0 ? 'chat' : 'mail' })), () => staff)
    const load = new Map<string, number>()
    for (const one of given) {
      const key = `${one.agentId} ${one.need % 3 === 0 ? 'chat' : 'mail'}`
      load.set(key, (load.get(key) ?? 0) + 1)
    }
    expect(load.has('a0 mail')).toBe(false)
    expect(Math.max(...[...load].filter(([key]) => key.endsWith('mail')).map(([, n]) => n))).toBe(count === 12 ? 2 : 3)
    expect(Math.max(...[...load].filter(([key]) => key.endsWith('chat')).map(([, n]) => n))).toBeLessThanOrEqual(2)
    expect(given).toHaveLength(count === 12 ? 12 : 12 + 15)
  }
})
