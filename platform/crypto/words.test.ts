import fc from 'fast-check'
import { expect, test } from 'vitest'
import { searchTokens, toTsquery } from '../../lib/search/index.ts'
import { coverQuery, coverWords, indexOf } from './words.ts'

const key = Buffer.alloc(32, 3)
const code = (word: string): string => coverWords(key, [word])[0]!
const word = fc.stringMatching(/^[a-z0-9]{2,40}$/)

test('a beginning of two letters or more is found by the beginning of its code, nothing else is', () => {
  fc.assert(fc.property(word, fc.nat(38), (text, cut) => {
    const beginning = text.slice(0, 2 + (cut % (text.length - 1)))
    expect(code(text).startsWith(code(beginning))).toBe(true)
  }))
  fc.assert(fc.property(word, word, (one, other) => { expect(code(other).startsWith(code(one))).toBe(other.startsWith(one)) }))
})

test('a Chinese character is a beginning too', () => {
  expect(code('退款').startsWith(code('退'))).toBe(true)
  expect(code('退款').startsWith(code('款'))).toBe(false)
})

test('words are covered alike alone and among others, in their order', () => {
  fc.assert(fc.property(fc.array(fc.stringMatching(/^[a-z\u4e00-\u4e20]{1,30}$/), { maxLength: 20 }), (words) => { expect(coverWords(key, words)).toEqual(words.map(code)) }))
})

test('a hundred thousand words have codes of their own, and another key other codes', () => {
  const words = Array.from({ length: 100_000 }, (_, nr) => `w${nr}`)
  expect(new Set(coverWords(key, words)).size).toBe(words.length)
  expect(coverWords(Buffer.alloc(32, 4), ['router'])).not.toEqual([code('router')])
})

test('a query finds in covered words what it finds in plain ones', () => {
  const finds = (query: string, tokens: readonly string[]) => query.split(' & ').every((term) => {
    const [, text, prefix] = /^'(.*)'(:\*)?$/.exec(term)!
    return tokens.some((token) => (prefix ? token.startsWith(text!) : token === text))
  })
  const text = '您好，Router keeps rebooting，發票 AB-12345678，請撥 (02) 2345-6789 或寫信給 mei.chen@example.com'
  for (const query of ['退', '您', 'router', 'rou', 'reb keep', '12345678', '02 2345', 'mei.chen', 'ab-1', '發票', '發貨', 'example.com', 'boot', 'a']) {
    expect(finds(coverQuery(key, toTsquery(query)), coverWords(key, searchTokens(text))), query).toBe(finds(toTsquery(query), searchTokens(text)))
  }
})

test('a value looked up whole is known only by its kind and the key', () => {
  expect(indexOf(key, 'email', 'a@b.c')).not.toBe(indexOf(key, 'external', 'a@b.c'))
  expect(indexOf(key, 'email', 'a@b.c')).toMatch(/^[\w-]{22}$/)
})
