import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createTranslator } from '../../../lib/text/index.ts'
import type { Request, RequestEvent } from '../contract.ts'
import { eventKind, eventSentence, type Names, readClock, readRowClock, reasonWords, recognitionSentences, spanWords } from './words.ts'

const catalogue = (room: string, locale: string) => JSON.parse(readFileSync(new URL(`../../${room}/text/${locale}.json`, import.meta.url), 'utf8')) as Record<string, string>
const t = createTranslator<string>({ ...catalogue('routing', 'zh-Hant'), ...catalogue('requests', 'zh-Hant') }, 'zh-Hant', undefined, 'Asia/Taipei')
const english = createTranslator<string>({ ...catalogue('routing', 'en'), ...catalogue('requests', 'en') }, 'en', undefined, 'Asia/Taipei')
const now = Date.parse('2026-03-02T02:00:00Z')
const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString()
const clock = (change: Partial<Request['resolution']>): Request['resolution'] => ({ dueAt: null, metAt: null, breachedAt: null, leftMs: null, isProvisional: false, ...change })
const around = { startAt: at(-60), pausedAt: null, now }

test('a length of time has at most two units; what is left is rounded up', () => {
  expect([spanWords(1, t), spanWords(12 * 60_000, t), spanWords(59.2 * 60_000, t), spanWords(3 * 3_600_000, t), spanWords(192 * 60_000, t), spanWords(52 * 3_600_000, t)])
    .toEqual(['1 分', '12 分', '1 時', '3 時', '3 時 12 分', '2 天 4 時'])
  expect(spanWords(179_000, t, 'down')).toBe('2 分')
})

test('a clock tells what is left, what is late, what stands still and what was met', () => {
  expect(readClock(clock({ dueAt: at(12) }), around, t)).toMatchObject({ state: 'soon', words: '還有 12 分' })
  expect(readClock(clock({ dueAt: at(240) }), around, t)).toMatchObject({ state: 'ok', used: expect.closeTo(0.2) as number })
  expect(readClock(clock({ dueAt: at(-3) }), around, t)).toEqual({ state: 'late', used: 1, words: '已逾 3 分' })
  expect(readClock(clock({ leftMs: 192 * 60_000 }), { ...around, pausedAt: at(-5) }, t)).toMatchObject({ state: 'paused', words: '暫停，剩 3 時 12 分' })
  expect(readClock(clock({ dueAt: at(5), metAt: at(-1) }), around, t)).toMatchObject({ state: 'met' })
  expect(readClock(clock({ dueAt: at(-5), metAt: at(-1), breachedAt: at(-5) }), around, t)).toMatchObject({ state: 'missed', words: '逾時完成' })
  expect(readClock(clock({ dueAt: at(-5) }), { ...around, isClosed: true }, t)).toBeNull()
  expect(readClock(clock({}), around, t)).toBeNull()
})

test('a row shows its nearest clock, and why it stands still', () => {
  const row = { nextDueAt: at(240), isPaused: false, waitingFor: null, openedAt: at(-60), stage: 'execute' as const }
  expect(readRowClock(row, now, t)?.words).toBe('還有 4 時')
  expect(readRowClock({ ...row, isPaused: true, waitingFor: 'customer' }, now, t)?.words).toBe('暫停：等客戶')
  expect(readRowClock({ ...row, stage: 'closed' }, now, t)).toBeNull()
})

test('reasons of the system are keys, reasons of people are words', () => {
  expect(reasonWords('routing.best-score', t)).toBe('得分最高')
  expect(reasonWords('客戶要求 requests.closed', t)).toBe('客戶要求 requests.closed')
  expect(reasonWords(null, t)).toBe('')
})

const names: Names = { service: () => '寬頻', type: () => '故障', team: () => '二線', person: (id) => id === 'p1' ? '林' : '王' }
const event = (type: string, data: Record<string, unknown>, actor: Partial<RequestEvent> = {}): RequestEvent =>
  ({ id: '1', seq: 1, type, at: at(0), actorKind: 'agent', actorId: 'p1', actorName: '林', data, ...actor })

test('the history tells who did what and why', () => {
  expect(eventSentence(event('request.assigned', { to: 'p2', name: '王', how: 'rule', reason: 'routing.best-score', score: 0.807, candidates: 4 }, { actorKind: 'system', actorName: null }), names, t)).toBe('系統分配給王：得分最高，得分 0.81，候選 4 人')
  expect(eventSentence(event('request.assigned', { to: 'p2', name: '王', how: 'manual', reason: '熟悉此客戶' }), names, t)).toBe('林指派給王：熟悉此客戶')
  expect(eventSentence(event('request.taken', { name: '林', from: 'p2' }), names, t)).toBe('林受理，原由王處理')
  expect(eventSentence(event('request.replied', { by: 'p1', isFirst: true, isInTime: true }), names, t)).toBe('林回覆客戶（首次回覆，準時）')
  expect(eventSentence(event('request.corrected', { before: { priority: 'normal', type: null }, after: { priority: 'urgent', type: 'fault' }, reason: null }), names, t)).toBe('林更正：優先級 普通 → 緊急、類型 未設定 → 故障')
  expect(eventSentence(event('request.waiting', { for: 'customer', until: '2026-03-03T02:00:00Z', reason: '補發票' }), names, t)).toMatch(/^開始等客戶，時鐘暫停，到 2026\/3\/3\s10:00：補發票$/)
  expect(eventSentence(event('request.closed', { why: 'requests.closed-silence' }), names, english)).toBe('Closed: Agreed by silence')
  expect(eventSentence(event('quality.inspected', {}), names, t)).toBe('林：quality.inspected')
})

test('every event this room emits has its sentence and its kind', () => {
  const room = new URL('../', import.meta.url)
  const source = ['accept', 'assign', 'clocks', 'escalate', 'execute', 'feedback', 'personal', 'receive', 'tasks', 'track', 'verify'].map((file) => readFileSync(new URL(`${file}.ts`, room), 'utf8')).join('\n')
  const types = new Set([...source.matchAll(/'(request\.[a-z-]+)'/g)].map((match) => match[1]!))
  expect(types.size).toBeGreaterThan(25)
  for (const type of types) {
    expect.soft(eventSentence(event(type, {}), names, t), type).not.toContain(type)
    expect.soft(eventKind(type), type).not.toBe('other')
  }
})

test('recognition is explained in one sentence a rule', () => {
  const explanation: Request['explanation'] = [{ rule: 'r3', name: '退款', set: ['type', 'priority'], because: [{ field: 'text', op: 'contains-any', value: ['退款', '退費'], found: ['退款'] }, { field: 'customerTier', op: 'in', value: ['gold'], found: 'gold' }] }]
  expect(recognitionSentences(explanation, () => '金卡', t)).toEqual(['規則「退款」：內文含有「退款」、客戶等級是金卡，因此設定類型與優先級。'])
})
