import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test, expect } from 'vitest'
import { cleanHtml } from './clean.ts'
import { foldQuoted, foldQuotedHtml } from './quote.ts'

const folder = new URL('./fixtures/quotes/', import.meta.url)
const texts = readdirSync(folder).filter(name => name.endsWith('.txt'))
const pages = readdirSync(folder).filter(name => name.endsWith('.html'))
const squeeze = (text: string): string => text.replace(/\s+/g, '')

test('there are at least 24 fixtures of Chinese mail programs', () => {
  expect(texts.filter(name => /\p{Script=Han}/u.test(readFileSync(new URL(name, folder), 'utf8'))).length).toBeGreaterThanOrEqual(24)
})

test.each(texts)('4.1-a the new text of %s stands alone and nothing is lost', name => {
  const [, visible = '', signature = '', mail = ''] = readFileSync(new URL(name, folder), 'utf8').split(/^=== \w+\n/m)
  const folded = foldQuoted(mail)
  expect(folded.text).toBe(visible.trim())
  expect(folded.signature).toBe(signature.trim())
  const parts = [folded.text, folded.signature, folded.quoted].join('')
  expect([...squeeze(parts)].sort().join('')).toBe([...squeeze(mail)].sort().join(''))
})

const shown: Record<string, string> = {
  'qq.html': '您好，退款还没有到账。', 'foxmail.html': '路由器已重启。', 'netease.html': '订单号 778。', 'gmail-zh-cn.html': '好的，我等电话。', 'gmail-bottom.html': '看下面：\n已经解决。',
  'outlook-web.html': '请改寄公司地址。', 'outlook-desktop.html': '同意方案。', 'apple.html': '还是打不开。', 'thunderbird.html': '附上日志。', 'yahoo-tw.html': '金額不對。', 'bold-labels.html': '收到。',
}

test.each(pages)('4.1-a the new part of %s stands alone', name => {
  const html = readFileSync(new URL(name, folder), 'utf8')
  const folded = foldQuotedHtml(html)
  expect(cleanHtml(folded.html).text).toBe(shown[name])
  expect(cleanHtml(folded.quoted).text).not.toBe('')
})

const replies = new URL('../../../shared/data/mail/reply-parser/', import.meta.url)

test.skipIf(!existsSync(replies))('replies of real clients: every one folds within 100 ms and keeps its first line', () => {
  let withHistory = 0
  for (const name of readdirSync(replies).filter(file => file.endsWith('.txt'))) {
    const text = readFileSync(new URL(name, replies), 'utf8')
    const start = performance.now()
    const folded = foldQuoted(text)
    expect(performance.now() - start, name).toBeLessThan(100)
    expect(folded.text, name).not.toBe('')
    if (folded.quoted !== '') withHistory++
  }
  console.log(`reply-parser: history folded in ${withHistory} of 21`)
  expect(withHistory).toBeGreaterThanOrEqual(12)
})

test('evil texts fold in linear time', () => {
  const evil = ['>'.repeat(200_000), '\n'.repeat(200_000), 'On a '.repeat(50_000), '在 '.repeat(100_000), '发件人: a\n'.repeat(20_000), '> a\nb\n'.repeat(30_000), `${'a@b '.repeat(30_000)}写道：`, 'On 1 <a@b>\n'.repeat(20_000), ' '.repeat(300_000), '-'.repeat(300_000)]
  for (const text of evil) {
    const start = performance.now()
    foldQuoted(text)
    foldQuotedHtml(`<div>${text}</div>`)
    foldQuotedHtml(text.replaceAll('>', '<div>').replaceAll(' ', '<blockquote>'))
    expect(performance.now() - start, text.slice(0, 20)).toBeLessThan(1_000)
  }
})
