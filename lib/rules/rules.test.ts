import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fold } from '../search/index.ts'
import { checkRules, compileRules, type Condition, type Facts, type Op, type Rule } from './index.ts'

const rule = (id: string, when: Condition, outcome: Rule['outcome'], stop?: boolean): Rule => ({ id, name: `rule ${id}`, when, outcome, stop })
const holds = (when: Condition, facts: Facts) => compileRules([rule('r', when, { x: 1 })]).matches('r', facts)

test('4.1-d the first rule wins each outcome field, lists collect, and the reasons are kept', () => {
  const rules = compileRules([
    rule('1', { field: 'text', op: 'contains-any', value: ['退款', 'refund'] }, { type: 'refund', tags: ['money'] }),
    rule('2', { all: [{ field: 'customer.tier', op: 'is', value: 'Gold' }, { field: 'text', op: 'contains', value: '斷線' }] }, { priority: 'urgent', tags: ['vip', 'money'] }),
    rule('3', { field: 'text', op: 'exists' }, { type: 'question', priority: 'normal' }),
  ])
  const found = rules.evaluate({ text: '网络断线，我要退款', customer: { tier: 'gold' } })
  expect(found.outcome).toEqual({ type: 'refund', priority: 'urgent', tags: ['money', 'vip'] })
  expect(found.explanation).toEqual([
    { rule: '1', name: 'rule 1', set: ['type', 'tags'], because: [{ field: 'text', op: 'contains-any', value: ['退款', 'refund'], found: '退款' }] },
    { rule: '2', name: 'rule 2', set: ['priority', 'tags'], because: [
      { field: 'customer.tier', op: 'is', value: 'Gold', found: 'Gold' }, { field: 'text', op: 'contains', value: '斷線', found: '斷線' },
    ] },
  ])
  expect(rules.evaluate({ text: 'hello' }).outcome).toEqual({ type: 'question', priority: 'normal' })
  expect(rules.evaluate({})).toEqual({ outcome: {}, explanation: [] })
})

test('a stopping rule ends the search', () => {
  const spam = { field: 'from', op: 'ends-with' as Op, value: '@spam.example' }
  const rules = compileRules([rule('1', spam, { queue: 'spam' }, true), rule('2', { all: [] }, { priority: 'normal' })])
  expect(rules.evaluate({ from: 'a@SPAM.example' })).toMatchObject({ outcome: { queue: 'spam' }, explanation: [{ rule: '1' }] })
  expect(rules.evaluate({ from: 'a@spam.example.org' }).outcome).toEqual({ priority: 'normal' })
})

test('every operator', () => {
  const facts = { subject: ' Re: ＶＩＰ 帳號 login failed ', waitMinutes: 31, tags: ['billing', 'Urgent'], empty: '', list: [], isReply: true, 'a.b': 'flat' }
  const table: [string, Op, Condition extends never ? never : string | number | boolean | string[] | undefined, boolean][] = [
    ['subject', 'contains', 'vip', true], ['subject', 'contains', '账号', true], ['subject', 'not-contains', 'vip', false],
    ['subject', 'contains-all', ['vip', 'failed'], true], ['subject', 'contains-all', ['vip', 'gold'], false], ['subject', 'contains-any', ['gold', 'fail'], true],
    ['subject', 'matches-words', 'login VIP', true], ['subject', 'matches-words', 'fail', false], ['subject', 'matches-words', '帐', true],
    ['subject', 'starts-with', 're:', true], ['subject', 'starts-with', 'vip', false], ['subject', 'ends-with', 'FAILED', true],
    ['tags', 'is', 'urgent', true], ['tags', 'in', ['x', 'billing'], true], ['tags', 'not-in', ['x', 'billing'], false], ['tags', 'is', 'bill', false],
    ['waitMinutes', 'gt', 30, true], ['waitMinutes', 'gte', 31, true], ['waitMinutes', 'lt', 31, false], ['waitMinutes', 'lte', '31', true], ['waitMinutes', 'is', 31, true],
    ['subject', 'gt', 1, false], ['empty', 'gt', -1, false], ['isReply', 'is', true, true], ['isReply', 'is-not', false, true],
    ['empty', 'exists', undefined, false], ['list', 'exists', undefined, false], ['gone', 'missing', undefined, true], ['gone', 'is-not', 'x', true], ['gone', 'is', 'x', false],
    ['a.b', 'is', 'FLAT', true], ['constructor', 'exists', undefined, false], ['subject', 'contains', '', false], ['waitMinutes', 'gt', 'many', false],
  ]
  for (const [field, op, value, expected] of table) expect([field, op, value, holds({ field, op, value }, facts)]).toEqual([field, op, value, expected])
})

test('groups nest, and a negation says what was not there', () => {
  const when: Condition = { all: [{ not: { any: [{ field: 't', op: 'contains', value: 'a' }, { field: 't', op: 'contains', value: 'b' }] } }, { any: [{ field: 'n', op: 'gt', value: 5 }, { field: 't', op: 'is', value: 'c' }] }] }
  const rules = compileRules([rule('r', when, { x: 1 })])
  expect(rules.evaluate({ t: 'c', n: 1 }).explanation[0]!.because).toEqual([
    { field: 't', op: 'contains', value: 'a', found: 'c', negated: true }, { field: 't', op: 'contains', value: 'b', found: 'c', negated: true },
    { field: 't', op: 'is', value: 'c', found: 'c' },
  ])
  expect(rules.matches('r', { t: 'b', n: 9 })).toBe(false)
})

test('what is wrong with a rule is said, and such a rule never matches', () => {
  const deep = (n: number): Condition => (n === 0 ? { all: [] } : { not: deep(n - 1) })
  const rules = [
    rule('a', { field: 'x', op: 'regex' as Op, value: '.*' }, {}), rule('b', { field: 'x', op: 'contains', value: ' ' }, {}),
    rule('b', { field: 'x', op: 'gt', value: 'many' }, {}), rule('c', deep(20), { x: 1 }),
  ]
  expect(checkRules(rules)).toEqual([
    { rule: 'a', code: 'unknown-op' }, { rule: 'b', code: 'empty-value' }, { rule: 'b', code: 'duplicate-id' }, { rule: 'b', code: 'not-a-number' }, { rule: 'c', code: 'too-deep' },
  ])
  expect(compileRules(rules).evaluate({ x: 'x' }).outcome).toEqual({})
})

test('the keyword search finds exactly what a plain search finds', () => {
  const text = fc.array(fc.constantFrom(...'abA 退款網网é。'), { maxLength: 40 }).map((chars) => chars.join(''))
  const keyword = fc.array(fc.constantFrom(...'ab退款網'), { minLength: 1, maxLength: 4 }).map((chars) => chars.join(''))
  fc.assert(fc.property(fc.array(keyword, { minLength: 1, maxLength: 12 }), text, text, (keywords, first, second) => {
    const rules = compileRules(keywords.flatMap((one, i) => [
      rule(`c${i}`, { field: 't', op: 'contains', value: one }, { x: 1 }), rule(`s${i}`, { field: 't', op: 'starts-with', value: one }, { x: 1 }),
    ]))
    for (const one of [first, second]) keywords.forEach((word, i) => {
      const folded = fold(one).trim()
      expect(rules.matches(`c${i}`, { t: one })).toBe(folded.includes(fold(word)))
      expect(rules.matches(`s${i}`, { t: one })).toBe(folded.startsWith(fold(word)))
    })
  }), { numRuns: 300 })
})

test('more keywords than the dense table holds are found just as well', () => {
  const words = Array.from({ length: 3000 }, (_, i) => String.fromCharCode(0x4e00 + i) + String.fromCharCode(0x6000 + ((i * 7) % 3000)) + (i % 97))
  const rules = compileRules(words.map((one, i) => rule(String(i), { field: 't', op: 'contains', value: one }, { x: 1 })))
  for (const i of [0, 1, 1500, 2999]) {
    expect(rules.matches(String(i), { t: `前${words[i]}後` })).toBe(true)
    expect(rules.matches(String(i), { t: `前${words[i]!.slice(0, 2)}後` })).toBe(false)
  }
})
