/** Attacks on time and memory: patterns, depths, floods, slow and silent callers. */
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cleanHtml, foldQuoted, foldQuotedHtml, htmlToText } from '../../lib/mail/index.ts'
import { readAddresses } from '../../lib/mail/addresses.ts'
import { decodeHeader, readParameters } from '../../lib/mail/headers.ts'
import { plainFileName, plainText, visualise } from '../../lib/mail/visible.ts'
import { isAddress, maskForeign } from '../../lib/masking/index.ts'
import { compileRules } from '../../lib/rules/index.ts'
import { highlight, searchTokens, toTsquery } from '../../lib/search/index.ts'
import { pickLocale } from '../../lib/text/index.ts'
import { foldEmail, foldPhone } from '../../modules/customers/index.ts'
import { displayName } from '../../modules/requests/index.ts'
import { createPerson } from '../../modules/staff/index.ts'
import { hashPassword } from '../../modules/staff/password.ts'
import { detectLanguage } from '../../modules/standards/index.ts'
import { run } from '../../platform/context.ts'
import { openDesk, type TestDesk } from '../harness.ts'
import { type Staffed, staffed } from '../people.ts'

let desk: TestDesk
let people: Staffed
let port: number
beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  port = Number(new URL(desk.url).port)
})
afterAll(() => desk.close())

const LENGTH = 50_000
/** Longer and longer runs of whatever a pattern may repeat, with an end it does not expect. */
const evil: readonly string[] = ['a', ' ', '\t', '\n', '\u00a0', '\u3000', '.', ',', ';', ':', '=', '*', '-', '_', '(', ')', '[', '<', '>', '"', "'", '/', '\\', '@', '#', '?', '&', '%', '+', '0', '1', '你', '\u0000', '\u202e', 'ﷺ',
  '%.', '+.', 'a.', 'a@', '@a.', '<a', '</', '<a ', '<a="', '&#', '&a', '=?', '=?utf-8?q?', '?=', '\n>', '> ', '\r\n', ' \n', '\n\t', '0.', '1:', '--', '在', '在 ', '於 寫', 'On ', 'wrote:', '<style>', '<head><a', 'class=', '-----', '發自', 'Sent from ', '。', 'a b', '"a', '(a', ';q=', 'zh;', '"\\', '<div>', '<blockquote>',
]
const evilOf = (part: string, length: number): string[] => { const run = part.repeat(Math.ceil(length / part.length)).slice(0, length); return [run, `x${run}x`, `${run}\n!`] }

test('I01 fifty kilobytes of any evil pattern cost whatever reads strangers’ words next to nothing', { timeout: 120_000 }, () => {
  const rules = compileRules([{ id: 'r', name: 'r', when: { any: [{ field: 'subject', op: 'contains', value: 'aaaaaaaaab' }, { field: 'text', op: 'matches-words', value: ['aab', '你你好', 'a b c'] }] }, outcome: { tier: 'x' } }])
  const readers: Record<string, (text: string) => unknown> = {
    displayName, foldEmail, foldPhone, isAddress, detectLanguage, plainText, visualise, foldQuoted, foldQuotedHtml, htmlToText,
    plainFileName: (text) => plainFileName(text, 'x'), pickLocale,
    // What their callers hand to them at most.
    searchTokens: (text) => searchTokens(text.slice(0, 8_000)), toTsquery: (text) => toTsquery(text.slice(0, 200)), highlight: (text) => highlight(text.slice(0, 2_000), text.slice(0, 200)), maskForeign: (text) => maskForeign(text, ['a@customer.example']),
    cleanHtml: (text) => cleanHtml(text), readAddresses: (text) => readAddresses(text, 'from'), decodeHeader: (text) => decodeHeader(text), readParameters: (text) => readParameters(text), rules: (text) => rules.evaluate({ subject: text.slice(0, 300), text }),
  }
  const slow: string[] = []
  for (const [name, read] of Object.entries(readers)) {
    read('warm up, please')
    // The short ones first: what grows with the square is found before it takes minutes.
    for (const length of [5_000, LENGTH]) for (const text of evil.flatMap((part) => evilOf(part, length))) {
      let best = Infinity
      // A stolen second is not a fault; what is slow is slow three times.
      for (let round = 0; round < 3 && best > 50; round++) { const began = performance.now(); read(text); best = Math.min(best, performance.now() - began) }
      if (best > 50) slow.push(`${name} ${length} of ${JSON.stringify(text.slice(0, 12))}: ${Math.round(best)} ms`)
      if (slow.length > 10) break
    }
  }
  expect(slow).toEqual([])
})
