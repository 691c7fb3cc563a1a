import { expect, test } from 'vitest'
import { nextStage, opensTo, type Rule } from './stages.ts'

const stage = (id: string, begins: Rule['begins'], fromIds: string[], more: Partial<Rule> = {}): Rule => ({ id, begins, fromIds, fromNone: false, serviceIds: [], ...more })
const usual = [
  stage('first', 'accepted', ['ended'], { fromNone: true }), stage('delivery', 'accepted', [], { fromNone: true, serviceIds: ['install'] }),
  stage('after', 'closed', ['first', 'delivery']), stage('ended', 'quiet', ['first', 'after']),
]
const to = (now: string | null, what: Parameters<typeof nextStage>[2]): string | null => nextStage(usual, now, what)?.id ?? null
const accepted = (serviceId: string | null) => ({ kind: 'accepted' as const, serviceId })
const closed = (serviceId: string | null) => ({ kind: 'closed' as const, serviceId })

test('1.2-d the first request begins the first contact, one of a delivery’s services the delivery, and its end the after-care', () => {
  expect(to(null, accepted('billing'))).toBe('first')
  expect(to(null, accepted(null))).toBe('first')
  expect(to(null, accepted('install'))).toBe('delivery')
  expect(to('first', accepted('billing'))).toBeNull()
  expect(to('first', accepted('install'))).toBe('delivery')
  expect(to('first', closed('billing'))).toBe('after')
  // In delivery only the end of what is delivered counts.
  expect(to('delivery', closed('billing'))).toBeNull()
  expect(to('delivery', closed('install'))).toBe('after')
  expect(to('delivery', closed(null))).toBeNull()
  expect(to('after', closed('install'))).toBeNull()
  expect(to('after', accepted('install'))).toBe('delivery')
})

test('1.2-d silence ends it from the stages that say so, and who asks again begins anew', () => {
  expect(to('after', { kind: 'quiet', stageId: 'ended' })).toBe('ended')
  expect(to('delivery', { kind: 'quiet', stageId: 'ended' })).toBeNull()
  expect(to('after', { kind: 'quiet', stageId: 'after' })).toBeNull()
  expect(to('ended', accepted('billing'))).toBe('first')
  expect(to(null, closed('billing'))).toBeNull()
})

test('1.2-d a rule never moves somebody to where they are, and a stage by hand is entered by no rule', () => {
  expect(opensTo(stage('a', 'accepted', []), 'a')).toBe(false)
  expect(opensTo(stage('a', 'accepted', []), 'b')).toBe(true)
  expect(opensTo(stage('a', 'accepted', ['b']), 'c')).toBe(false)
  expect(opensTo(stage('a', 'accepted', []), null)).toBe(false)
  expect(nextStage([stage('a', 'hand', [], { fromNone: true })], null, accepted(null))).toBeNull()
})
