import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fold, highlight, queryTerms, searchTokens, toTsquery, toTsvectorText } from './index.ts'

/** What PostgreSQL does with array_to_tsvector and a tsquery of quoted terms, all required. */
function matches(text: string, query: string): boolean {
  const tokens = searchTokens(text)
  const terms = queryTerms(query)
  return terms.length > 0 && terms.every((term) => tokens.some((token) => (term.isPrefix ? token.startsWith(term.text) : token === term.text)))
}

test('folding unites case, width and the two scripts', () => {
  expect(fold('ＶＩＰ客戶、網路斷線')).toBe('vip客户、网路断线')
  expect(fold('Ｃａｆé')).toBe('café')
  expect(fold('Cafe\u0301')).toBe('café')
  expect(fold('帳號退費，請儘快回覆')).toBe(fold('账号退费，请尽快回复'))
  expect(fold('ｶﾞｽ料金')).toBe('ガス料金')
  expect(fold('㎏ ﬁ …')).toBe('kg fi ...')
  expect(fold('寄給您的發票 😀')).toBe('寄给您的发票 😀')
  expect(fold('\u{10330}\u0000x')).toBe('\u{10330} x')
})

test('Chinese is cut into pairs, other scripts into words', () => {
  expect(searchTokens('申請退款')).toEqual(['申请', '请退', '退款', '款'])
  expect(searchTokens('Wi-Fi 斷線 3 次')).toEqual(['断线', '线', '次', 'wi-fi', 'wi', 'fi', '3'])
  expect(searchTokens('退 款')).toEqual(['退', '款'])
  expect(searchTokens('')).toEqual([])
  expect(searchTokens('!!! ——')).toEqual([])
  expect(searchTokens('𠮷野家')).toEqual(['野家', '家', '𠮷'])
})

test('addresses, telephones and order numbers are found whole and in parts', () => {
  const text = '訂單 LD-2026-001234，請寄 Lin.Mei@Example.com.tw 或電 (02) 2345 6789、0912-345-678'
  for (const query of ['LD-2026-001234', 'ld-2026-0012', '001234', 'lin.mei@example.com.tw', 'example.com.tw', 'mei', '0912345678', '0912-345-678', '0912 345 678', '02-2345-6789', '0223456789'])
    expect([query, matches(text, query)]).toEqual([query, true])
  for (const query of ['LD-2026-001235', 'lin.wang@example.com.tw', '0912345679']) expect([query, matches(text, query)]).toEqual([query, false])
})

test('any word of one or two characters is found in either script', () => {
  const text = '客服您好，我的網路從昨晚開始斷線，請派工程師'
  for (const query of ['网路', '網路', '断线', '線', '线', '师', '工程師', '客服', '斷線 工程师']) expect([query, matches(text, query)]).toEqual([query, true])
  for (const query of ['退款', '路网']) expect([query, matches(text, query)]).toEqual([query, false])
})

test('a query is never a syntax error and never more than terms', () => {
  expect(toTsquery('退款 refund')).toBe("'退款' & 'refund':*")
  expect(toTsquery("a'b \\ & | ! <-> ( :* )")).toBe("'a' & 'b'")
  expect(toTsquery('  ?! ')).toBe('')
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (query) => {
    expect(toTsquery(query)).toMatch(/^$|^'[^'\\\s\0]+'(:\*)?( & '[^'\\\s\0]+'(:\*)?)*$/u)
    expect(toTsquery(query).isWellFormed()).toBe(true)
  }))
})

const piece = fc.oneof(
  fc.constantFrom('退款', '網路', '線', 'A.b@C.tw', '０９１２', '-', ' ', '、', '𠮷', 'é', 'e\u0301', '한국어', 'ｶﾞ', '😀', '…', '\0', "'", '\\'), fc.string({ unit: 'binary', maxLength: 4 }),
)
const anyText = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''))

test('folding twice is folding once, and tokens are clean, distinct and bounded', () => {
  fc.assert(fc.property(anyText, (text) => {
    expect(fold(fold(text))).toBe(fold(text))
    const tokens = searchTokens(text)
    expect(new Set(tokens).size).toBe(tokens.length)
    expect(tokens.every((token) => /^[\p{L}\p{N}\p{M}\p{Script=Han}\u{20000}-\u{33fff}ー\-_.@+/#&]+$/u.test(token) && token.length <= 64)).toBe(true)
  }), { numRuns: 500 })
  expect(searchTokens(Array.from({ length: 20_000 }, (_, i) => `w${i}`).join(' '))).toHaveLength(8000)
  expect(toTsvectorText('x'.repeat(100_000))).toHaveLength(64)
})

test('every stretch of a text finds the text', () => {
  const run = fc.array(fc.constantFrom(...'退款網路斷線請處理帳號abc12'), { minLength: 1, maxLength: 12 }).map((chars) => chars.join(''))
  fc.assert(fc.property(fc.array(run, { minLength: 1, maxLength: 5 }), fc.nat(), (runs, n) => {
    expect(matches(runs.join('，'), runs[n % runs.length]!.replace(/[a-z0-9]+/g, ' ').trim() || runs[0]!)).toBe(true)
  }), { numRuns: 300 })
})

test('a hit is shown in the script it was written in', () => {
  expect(highlight('我要申請退款，謝謝', '申请退款')).toEqual([{ text: '我要', hit: false }, { text: '申請退款', hit: true }, { text: '，謝謝', hit: false }])
  expect(highlight('退款與申請', '申请退款').filter((one) => one.hit).map((one) => one.text)).toEqual(['退款', '申請'])
  expect(highlight('ＶＩＰ ㎏ x', 'vip kg').filter((one) => one.hit).map((one) => one.text)).toEqual(['ＶＩＰ', '㎏'])
  expect(highlight('', 'x')).toEqual([])
  fc.assert(fc.property(anyText, anyText, (text, query) => {
    expect(highlight(text, query).map((one) => one.text).join('')).toBe(text.normalize('NFC'))
  }))
})
