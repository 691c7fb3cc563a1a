import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { detectLanguage } from './language.ts'

test.each([
  ['您好，請問帳單什麼時候會寄出？', 'zh-Hant'],
  ['您好，请问账单什么时候寄出？', 'zh-Hans'],
  ['里面的后台系统', 'zh-Hans'],
  ['台北的天后宮後面', 'zh-Hant'],
  ['你好', 'zh-Hant'],
  ['I would like to change my plan.', 'en'],
  ['My name is 王小明 and I would like to change my plan, please call me back tomorrow.', 'en'],
  ['iPhone 15 Pro Max 無法開機', 'zh-Hant'],
  ['无法登录，报错：TypeError: Cannot read properties of undefined', 'zh-Hans'],
  ['', 'en'],
  ['😀 12345', 'en'],
  ['Ünïcode façade', 'en'],
] as const)('4.1-b “%s” is %s', (text, language) => expect(detectLanguage(text)).toBe(language))

const corpus = '../shared/data/text/telecom-zh-nlu.json'
const read = (): string[] | null => {
  try { return (JSON.parse(readFileSync(corpus, 'utf8')) as { rasa_nlu_data: { common_examples: { text: string }[] } }).rasa_nlu_data.common_examples.map((one) => one.text) } catch { return null }
}
test.skipIf(read() === null)('4.1-b real telecom requests in Simplified Chinese are never taken for English', () => {
  const texts = read()!
  const found = texts.filter((text) => /[\u4e00-\u9fff]{2}/.test(text)).map(detectLanguage)
  expect(found.filter((language) => language === 'en').length / found.length).toBeLessThan(0.01)
  // Together, as one mail would be, they leave no doubt.
  expect(detectLanguage(texts.join('，'))).toBe('zh-Hans')
})

test('4.1-b a megabyte is told as fast as a line', () => {
  const long = '帳單查詢 invoice '.repeat(70_000)
  detectLanguage(long)
  const started = performance.now()
  for (let n = 0; n < 100; n++) detectLanguage(long)
  expect((performance.now() - started) / 100).toBeLessThan(2)
})
