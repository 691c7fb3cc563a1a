import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareCatalogues, createFormat, createTranslator, intlTag, pickLocale } from './index.ts'

const at = Date.UTC(2026, 8, 27, 8, 5)

test('arguments, plurals and choices are filled in', () => {
  const t = createTranslator({
    hello: 'Hello {name}, {name}',
    inbox: '{count, plural, =0 {Nothing waits} one {# request waits} other {# requests wait}} for {who, select, me {you} other {{who}}}.',
    nested: '{n, plural, one {{kind, select, chat {# chat} other {# item}}} other {{kind, select, chat {# chats} other {# items}}}}',
  }, 'en')
  expect(t('hello', { name: 'Lin' })).toBe('Hello Lin, Lin')
  expect(t('inbox', { count: 0, who: 'me' })).toBe('Nothing waits for you.')
  expect(t('inbox', { count: 1, who: 'team A' })).toBe('1 request waits for team A.')
  expect(t('inbox', { count: 12345, who: 'me' })).toBe('12,345 requests wait for you.')
  expect(t('nested', { n: 2, kind: 'chat' })).toBe('2 chats')
  expect(t('nested', { n: 1, kind: 'mail' })).toBe('1 item')
})

test('numbers and instants follow the language and the zone', () => {
  const catalogue = { due: '{at, date} · {at, time} · {at, datetime}', rate: '{r, number, percent} / {n, number} / {n, number, integer}' }
  expect(createTranslator(catalogue, 'zh-Hant', undefined, 'Asia/Taipei')('due', { at })).toMatch(/^2026年9月27日 · 16:05 · 2026\/9\/27\s16:05$/)
  expect(createTranslator(catalogue, 'en', undefined, 'America/New_York')('due', { at: new Date(at) })).toBe('Sep 27, 2026 · 04:05 · Sep 27, 2026, 04:05')
  expect(createTranslator(catalogue, 'zh-Hans')('rate', { r: 0.9555, n: 1234.5 })).toBe('95.6% / 1,234.5 / 1,235')
  expect(createFormat('zh-Hans', 'Asia/Shanghai')('2026-09-27T08:05:00Z', 'time')).toBe('16:05')
  expect(createFormat('en')('soon', 'date')).toBe('soon')
})

test('quotes are ICU quotes', () => {
  const t = createTranslator({ a: "It''s '{'name'}' and it's {name}", b: "{n, plural, other {'#'#}}", c: "open '{never closed" }, 'en')
  expect(t('a', { name: 'x' })).toBe("It's {name} and it's x")
  expect(t('b', { n: 3 })).toBe('#3')
  expect(t('c')).toBe('open {never closed')
})

test('a hole in the arguments or the catalogue shows and never throws', () => {
  const t = createTranslator({ a: 'Hi {name}', b: '{n, plural, one {#} other {# things}}', c: 'broken {', d: '{at, date}' } as Record<string, string>, 'en')
  expect(t('a')).toBe('Hi {name}')
  expect(t('a', { name: null })).toBe('Hi {name}')
  expect(t('b')).toBe('{n} things')
  expect(t('c')).toBe('broken {')
  expect(t('d', { at: 8.7e15 })).toBeTypeOf('string')
  expect(t('gone')).toBe('gone')
  expect(t('constructor')).toBe('constructor')
  expect(createTranslator<string>({}, 'en', (key) => `?${key}`)('gone')).toBe('?gone')
})

test('no message and no argument makes the translator throw', () => {
  const piece = fc.constantFrom('{', '}', "'", '#', 'n', ',', ' ', 'plural', 'select', 'other', 'date', '=0', '中', '{n}', '{n, plural, other {', '}}')
  fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), fc.oneof(fc.double(), fc.string(), fc.constant(undefined), fc.date()), (parts, n) => {
    expect(createTranslator({ k: parts.join('') }, 'zh-Hant')('k', { n: n as string })).toBeTypeOf('string')
  }))
})

test('the best of the three languages is picked', () => {
  const wanted: [string | string[] | undefined, string][] = [
    ['zh-TW,zh;q=0.9,en;q=0.8', 'zh-Hant'], ['zh-CN', 'zh-Hans'], ['zh', 'zh-Hans'], ['zh-SG', 'zh-Hans'], ['zh-Hant-HK', 'zh-Hant'],
    ['zh-Hans-HK', 'zh-Hans'], ['zh-MO', 'zh-Hant'], ['yue', 'zh-Hant'], ['fr, en-GB;q=0.5', 'en'], ['en;q=0.2, zh_HK;q=0.7', 'zh-Hant'],
    [['de', 'en-US', 'zh-TW'], 'en'], ['fr', 'zh-Hant'], ['', 'zh-Hant'], [undefined, 'zh-Hant'], ['en;q=0', 'zh-Hant'],
  ]
  for (const [header, locale] of wanted) expect([header, pickLocale(header)]).toEqual([header, locale])
  expect(pickLocale('fr', 'en')).toBe('en')
  expect([intlTag('zh-Hant'), intlTag('zh-Hans'), intlTag('en')]).toEqual(['zh-TW', 'zh-CN', 'en'])
})

test('catalogues that differ are told apart key by key', () => {
  const english = { a: '{n, plural, one {#} other {#}} of {m}', b: 'x', c: '{at, date}', d: '{x}', e: 'ok' }
  const chinese = { a: '{n} / {m}', c: '{at}', d: '{y}', e: '{', f: '多' }
  expect(compareCatalogues(english, english)).toEqual({ missing: [], extra: [], differentArguments: [], malformed: [] })
  const difference = compareCatalogues(english, chinese)
  expect(difference.missing).toEqual(['b'])
  expect(difference.extra).toEqual(['f'])
  expect(difference.differentArguments.map((one) => one.key)).toEqual(['c', 'd'])
  expect(difference.malformed).toMatchObject([{ key: 'e', in: 'b' }])
})
