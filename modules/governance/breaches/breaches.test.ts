/** A breach of personal data from the first sign to its end, against three laws' clocks. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { type Staffed, staffed } from '../../../test/people.ts'
import { locales } from '../../../lib/text/index.ts'
import type { Alarm } from '../audit/contract.ts'
import type { Breach, BreachDraft } from './contract.ts'

const HOUR = 3_600_000
let desk: TestDesk
let people: Staffed
beforeAll(async () => {
  desk = await openDesk({ work: true })
  people = await staffed(desk)
})
afterAll(() => desk?.close())

type Answer = Breach & { fault?: { code: string } }
const call = <T = Answer>(method: string, path: string, body?: unknown, token = people.admin.token) => desk.call<T>(method, path, { token, body })
const whole = { title: '備份磁碟遺失', happened: '運送途中遺失一顆備份磁碟', categories: ['contact', 'identity'], persons: 1200, cause: '未上鎖的運送箱', harm: '可能收到詐騙電話', measures: '已報警並更換全部金鑰', advice: '留意假冒客服的電話', contact: '個資保護窗口 02-2345-0000' }
const now = () => desk.clock.now()
const open = async (laws: string[], given: Record<string, unknown> = {}) => (await call('POST', '/api/breaches', { ...whole, laws, noticedAt: now().toISOString(), ...given })).body
const put = (breach: Breach, act: string, body: Record<string, unknown>) => call('PUT', `/api/breaches/${breach.id}${act}`, { ...body, version: breach.version })
const eventsOf = async (id: string) => (await desk.app.pool<{ type: string }[]>`select type from platform.event where subject = ${id} order by xid, seq`).map((event) => event.type)
const alarms = async () => (await call<{ rows: Alarm[] }>('GET', '/api/alarms?state=open')).body.rows.filter((row) => row.kind.startsWith('breach')).map((row) => `${row.kind} ${row.target}`)

test('P18 57 each law has its deadline from the moment of noticing: GDPR 72 hours through the weekend, PIPL at once, 個資法 as set', async () => {
  const noticedAt = new Date(now().getTime() - 5 * HOUR)
  const breach = await open(['gdpr', 'pipl', 'tw-pdpa'], { noticedAt: noticedAt.toISOString() })
  expect(Object.fromEntries(breach.duties.map((duty) => [duty.law, (Date.parse(duty.dueAt) - noticedAt.getTime()) / HOUR]))).toEqual({ gdpr: 72, pipl: 0, 'tw-pdpa': 72 })
  expect((await call('PUT', '/api/breach-hours', { 'tw-pdpa': 24, pipl: 4 })).status).toBe(200)
  const later = await open(['pipl', 'tw-pdpa'])
  expect(later.duties.map((duty) => [duty.law, duty.hours])).toEqual([['pipl', 4], ['tw-pdpa', 24]])
  expect((await call('POST', '/api/breaches', { ...whole, laws: ['gdpr'], noticedAt: new Date(now().getTime() + HOUR).toISOString() })).body.fault?.code).toBe('governance.breach.not-yet')
  await call('PUT', '/api/breach-hours', { 'tw-pdpa': 72, pipl: 0 })
})

test('P18 57 what is due at once is an alarm at once; half-way to the others somebody is reminded, at the end it is on record as late', async () => {
  const breach = await open(['gdpr', 'pipl'])
  const seen = async (law: string) => (await call('GET', `/api/breaches/${breach.id}`)).body.duties.find((duty) => duty.law === law)!
  await desk.pass(1000)
  expect(await alarms()).toContain(`breach-due #${breach.number} pipl`)
  expect(await seen('pipl')).toMatchObject({ missedAt: null, remindedAt: expect.any(String) })
  expect((await seen('gdpr')).remindedAt).toBeNull()
  await desk.pass(36 * HOUR)
  expect(await alarms()).toContain(`breach-due #${breach.number} gdpr`)
  expect((await seen('gdpr')).missedAt).toBeNull()
  await desk.pass(36 * HOUR)
  expect(await alarms()).toContain(`breach-late #${breach.number} gdpr`)
  expect((await seen('gdpr')).missedAt).not.toBeNull()
  expect(await eventsOf(breach.id)).toEqual(expect.arrayContaining(['privacy.breach-reminded', 'privacy.breach-overdue']))

  const now = (await call('GET', `/api/breaches/${breach.id}`)).body
  expect((await put(now, '/duties/gdpr', { outcome: 'reported', words: 'DPA-2026-7' })).body.fault?.code).toBe('governance.breach.delay-reason')
  const settled = (await put(now, '/duties/gdpr', { outcome: 'reported', words: 'DPA-2026-7', delayReason: '受託人晚了兩天告知' })).body
  expect(settled.duties.find((duty) => duty.law === 'gdpr')).toMatchObject({ outcome: 'reported', words: 'DPA-2026-7', delayReason: '受託人晚了兩天告知', settledBy: 'admin' })
  // Settled in time, a deadline raises nothing.
  const early = await open(['gdpr'])
  await put(early, '/duties/gdpr', { outcome: 'reported', words: 'DPA-2026-8' })
  await desk.pass(80 * HOUR)
  expect((await alarms()).filter((one) => one.includes(`#${early.number}`))).toEqual([])
})

test('P18 57 it closes only when authorities are told, the persons decided about, and nothing is unknown; every step is on record', async () => {
  const breach = await open(['gdpr', 'tw-pdpa'], { persons: null, cause: '' })
  const refusal = async (of: Breach) => (await put(of, '/closure', { outcome: '改用加密磁碟' })).body.fault?.code
  expect(await refusal(breach)).toBe('governance.breach.duty-open')
  const one = (await put(breach, '/duties/gdpr', { outcome: 'not-required', words: '磁碟已全碟加密，無風險' })).body
  const two = (await put(one, '/duties/tw-pdpa', { outcome: 'reported', words: '個保字第 115001 號' })).body
  expect((await put(two, '/duties/tw-pdpa', { outcome: 'reported', words: 'x' })).body.fault?.code).toBe('governance.breach.settled')
  expect(await refusal(two)).toBe('governance.breach.undecided')
  const silent = (await put(two, '/decision', { verdict: 'not-tell', reason: '金鑰未外洩，無法讀取內容' })).body
  expect(silent.decision).toMatchObject({ verdict: 'not-tell', reason: '金鑰未外洩，無法讀取內容', by: 'admin' })
  expect((await put(silent, '/telling', { how: '簡訊' })).body.fault?.code).toBe('governance.breach.not-to-tell')
  expect(await refusal(silent)).toBe('governance.breach.unfinished')
  // The authority asks for it after all.
  const tell = (await put(silent, '/decision', { verdict: 'tell', reason: '主管機關要求' })).body
  expect(await refusal(tell)).toBe('governance.breach.untold')
  const told = (await put(tell, '/telling', { how: '個別簡訊，1,200 人' })).body
  expect((await put(told, '/decision', { verdict: 'not-tell', reason: 'x' })).body.fault?.code).toBe('governance.breach.told-already')
  expect((await put(tell, '', { ...whole, laws: ['gdpr', 'tw-pdpa'] })).body.fault?.code).toBe('governance.breach.changed-meanwhile')
  const known = (await put(told, '', { ...whole, laws: ['gdpr', 'tw-pdpa'] })).body
  expect(known.actions.close).toBeNull()
  const closed = (await put(known, '/closure', { outcome: '改用加密磁碟' })).body
  expect(closed).toMatchObject({ outcome: '改用加密磁碟', closedBy: 'admin', actions: { edit: 'governance.breach.closed' } })
  expect((await put(closed, '', { ...whole, laws: ['gdpr'] })).status).toBe(409)
  expect((await eventsOf(breach.id)).filter((type) => type !== 'privacy.breach-reminded')).toEqual(['privacy.breach-opened', 'privacy.breach-duty-settled', 'privacy.breach-duty-settled', 'privacy.breach-decided', 'privacy.breach-decided', 'privacy.breach-told', 'privacy.breach-changed', 'privacy.breach-closed'])
})

test('P18 57 the notice stands in three languages and says what is not known yet', async () => {
  const breach = await open(['gdpr'], { cause: '', persons: null })
  const draft = async (audience: string, language: string) => (await call<BreachDraft>('GET', `/api/breaches/${breach.id}/drafts/${audience}?language=${language}`)).body
  const all = await Promise.all(locales.map((language) => draft('authority', language)))
  expect(new Set(all.map((one) => one.title)).size).toBe(3)
  for (const one of all) {
    for (const words of [whole.happened, whole.harm, whole.measures, whole.advice, whole.contact]) expect(one.text).toContain(words)
    expect(one.text).not.toMatch(/governance\./)
    expect(one.missing).toBe(2)
  }
  expect(all[0]!.text).toContain('尚待查明')
  // How many others it happened to is not the person's concern.
  expect((await draft('persons', 'en')).missing).toBe(1)
})

test('P18 a law added later runs from the first notice; who only reads changes nothing', async () => {
  const breach = await open(['tw-pdpa'])
  await desk.pass(10 * HOUR)
  const more = (await put(breach, '', { ...whole, laws: ['gdpr'] })).body
  expect(more.duties.map((duty) => duty.law).sort()).toEqual(['gdpr', 'tw-pdpa'])
  expect(more.duties.every((duty) => Date.parse(duty.dueAt) === Date.parse(breach.noticedAt) + 72 * HOUR)).toBe(true)
  expect((await call('POST', '/api/breaches', { ...whole, laws: ['gdpr'], noticedAt: now().toISOString() }, people.lead.token)).status).toBe(403)
  expect((await call('GET', '/api/breaches', undefined, people.agents[0]!.token)).status).toBe(403)
})
