/**
 * Prints what the hot algorithms of lib cost on this machine: `node lib/bench.ts`. Run by hand; nothing fails
 * on it, because a figure on a shared machine proves nothing by itself.
 */
import { compileCalendar, holidayExceptions, holidayPacks, type Interval, type WorkingHours } from './calendar/index.ts'
import { newId } from './id/index.ts'
import { assignBatch, choose, type Candidate, type Need } from './matching/index.ts'
import { compileRules } from './rules/index.ts'
import { fold, highlight, searchTokens, toTsquery, toTsvectorText } from './search/index.ts'
import { createTranslator } from './text/index.ts'

let sink: unknown

function cost(name: string, work: (i: number) => unknown, rounds = 20_000): void {
  for (let i = 0; i < rounds / 4; i++) work(i)
  let best = Infinity
  // The best of five: everything that disturbs makes it slower, nothing makes it faster.
  for (let turn = 0; turn < 5; turn++) {
    const started = performance.now()
    for (let i = 0; i < rounds; i++) sink = work(i)
    best = Math.min(best, performance.now() - started)
  }
  console.log(name.padEnd(56), `${((best * 1000) / rounds).toFixed(2).padStart(10)} µs`)
}

const complaint = '客服您好，我在十一月三日於貴公司官網訂購了一台路由器（訂單編號 LD-2026-001234），收到後發現網路一直斷線，燈號也不正常。我已經依照說明書重新開機三次，仍然無法連上網際網路。請問可以退費或是派工程師到府檢查嗎？我的電話是 0912-345-678，謝謝您的協助。'
const varied = Array.from({ length: 6 }, (_, i) => [...complaint].map((char, j) => (j % 5 === i ? String.fromCharCode(char.charCodeAt(0) + i) : char)).join('')).join('')
const chinese2KB = varied.slice(0, 700)
const chinese10KB = varied.repeat(6).slice(0, 3_400)
const english10KB = [...'My router loses its connection every evening and I would like my money back or an engineer. '.repeat(120)].slice(0, 10_240).join('')

cost('id: newId', () => newId(1_800_000_000_000), 500_000)

const t = createTranslator({ a: '{name} {count, plural, one {has # request} other {has # requests}} in {team}', b: '{at, datetime}' }, 'en', undefined, 'Asia/Taipei')
cost('text: three arguments and a plural', (i) => t('a', { name: 'Lin', count: i, team: 'A' }))
cost('text: an instant', (i) => t('b', { at: 1.8e12 + i * 1000 }))

const shifts: Interval[] = [{ from: '09:00', to: '12:00' }, { from: '13:00', to: '18:00' }]
const hours: WorkingHours = {
  zone: 'Asia/Taipei', week: { 1: shifts, 2: shifts, 3: shifts, 4: shifts, 5: shifts, 6: [], 7: [] }, exceptions: holidayExceptions(holidayPacks.TW, shifts, 'zh-Hant'),
}
const calendar = compileCalendar(hours)
const start = Date.UTC(2026, 0, 1)
cost('calendar: compile, first question', () => compileCalendar(hours).isOpen(start), 100)
cost('calendar: add 4 business hours', (i) => calendar.addBusinessMs(start + i * 60_000, 4 * 3_600_000), 200_000)
cost('calendar: add 20 business days', (i) => calendar.addBusinessMs(start + i * 60_000, 160 * 3_600_000), 200_000)
cost('calendar: business time between', (i) => calendar.businessMsBetween(start, start + i * 60_000), 200_000)
cost('calendar: explain 16 hours', (i) => calendar.explain(start + i * 60_000, 16 * 3_600_000))

cost('search: fold 2 KB Chinese', () => fold(chinese2KB))
cost('search: tsvector text of 2 KB Chinese', () => toTsvectorText(chinese2KB))
cost('search: token list of 2 KB Chinese', () => searchTokens(chinese2KB))
cost('search: tsvector text of 10 KB English', () => toTsvectorText(english10KB), 2_000)
cost('search: query', () => toTsquery('網路斷線 refund LD-2026-001234'))
cost('search: highlight 2 KB', () => highlight(chinese2KB, '网路断线 退费'), 5_000)

const characters = [...complaint]
const rules = compileRules(Array.from({ length: 200 }, (_, i) => ({
  id: String(i), name: String(i), outcome: { [`field${i % 5}`]: i },
  when: { any: [
    { field: 'text', op: 'contains-any' as const, value: Array.from({ length: 4 }, (_, k) => characters[(i * 7 + k) % 80]! + characters[(i * 11 + k * 5) % 90]! + i) },
    { all: [{ field: 'subject', op: 'contains' as const, value: `keyword ${i}` }, { field: 'customer.tier', op: 'is' as const, value: 'gold' }] },
  ] },
})))
const facts = (text: string) => ({ text, subject: 'about keyword 150', customer: { tier: 'Gold' } })
cost('rules: 200 rules, 0.4 KB Chinese', () => rules.evaluate(facts(complaint)), 10_000)
cost('rules: 200 rules, 10 KB Chinese', () => rules.evaluate(facts(chinese10KB)), 5_000)
cost('rules: 200 rules, 10 KB English', () => rules.evaluate(facts(english10KB)), 5_000)

const need: Need = { skills: [{ skill: 's1', level: 2 }, { skill: 's2', level: 1 }], language: 'zh-Hant', region: 'r1', customerId: 'c', channel: 'mail', teamId: 't1', priority: 'normal', excludedAgentIds: ['a3'], now: start }
const staff: Candidate[] = Array.from({ length: 50 }, (_, i) => ({
  agentId: `a${i}`, teamIds: ['t1', 't2'], skills: { s1: 1 + (i % 5), s2: 1 + (i % 3) }, languages: ['zh-Hant', 'en'], regions: [`r${i % 4}`], presence: i % 9 ? 'online' : 'away',
  working: i % 10 !== 0, openByChannel: { mail: i % 6 }, capacityByChannel: { mail: 6, chat: 3 }, weightOpen: i % 7, servedBefore: i % 13 ? null : { count: 2, lastAt: start - 1e9 }, lastAssignedAt: start - i * 60_000,
}))
cost('matching: choose among 50', () => choose(need, staff))
const crowd = Array.from({ length: 200 }, (_, i) => ({ ...staff[i % 50]!, agentId: `b${i}`, capacityByChannel: { mail: 6 }, openByChannel: { mail: 5 } }))
const waiting = Array.from({ length: 200 }, (_, i): Need => ({ ...need, skills: [{ skill: `s${1 + (i % 2)}`, level: 1 + (i % 3) }], region: `r${i % 4}` }))
cost('matching: optimal batch, 200 requests × 200 people', () => assignBatch(waiting, () => crowd), 5)
cost('matching: optimal batch, 20 requests × 50 people', () => assignBatch(waiting.slice(0, 20), () => staff), 50)
if (sink === undefined) throw new Error('the measured work gave nothing')
