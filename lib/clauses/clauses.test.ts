import { expect, test } from 'vitest'
import { rankClauses, selectClause } from './index.ts'

const clause = (key: string, when: Record<string, string>, measure = 'first-response', target: number | null = 60) => ({ key, measure, target, when })
const clauses = [
  clause('all', {}), clause('urgent', { priority: 'urgent' }), clause('chat', { channel: 'chat' }), clause('gold', { tier: 'gold' }), clause('gold-chat', { tier: 'gold', channel: 'chat' }),
  clause('chat-urgent', { channel: 'chat', priority: 'urgent' }), clause('other', { tier: 'gold', channel: 'chat', priority: 'urgent' }, 'resolution'), clause('words', { tier: 'silver' }, 'first-response', null),
]
test.each([
  [{ priority: 'normal', tier: 'standard', channel: 'email' }, 'all'],
  [{ priority: 'urgent', tier: 'standard', channel: 'email' }, 'urgent'],
  [{ priority: 'urgent', tier: 'gold', channel: 'email' }, 'gold'],
  [{ priority: 'urgent', tier: 'standard', channel: 'chat' }, 'chat-urgent'],
  [{ priority: 'urgent', tier: 'gold', channel: 'chat' }, 'gold-chat'],
  [{ priority: 'normal', tier: 'silver', channel: 'email' }, 'all'],
] as const)('1.2-a the most specific clause holds: %j → %s', (facts, key) => {
  expect(selectClause(clauses, 'first-response', facts)?.key).toBe(key)
})

test('1.2-a none fits: none holds; two teams are the most specific case', () => {
  expect(selectClause(clauses, 'next-response', { priority: 'normal', tier: 'gold', channel: 'chat' })).toBeNull()
  const agreed = [clause('any', { toTeam: 'b' }, 'hand-over'), clause('ab', { fromTeam: 'a', toTeam: 'b' }, 'hand-over'), clause('urgent', { priority: 'urgent', tier: 'gold' }, 'hand-over')]
  expect(selectClause(agreed, 'hand-over', { priority: 'urgent', tier: 'gold', channel: 'chat', fromTeam: 'a', toTeam: 'b' })?.key).toBe('ab')
  expect(selectClause(agreed, 'hand-over', { priority: 'normal', tier: 'gold', channel: 'chat', fromTeam: 'c', toTeam: 'b' })?.key).toBe('any')
})

test('1.2-a the ranking tells which came before and which fit', () => {
  expect(rankClauses(clauses, 'first-response', { priority: 'urgent', tier: 'gold', channel: 'email' }).filter((one) => one.fits).map((one) => one.clause.key)).toEqual(['gold', 'urgent', 'all'])
})
