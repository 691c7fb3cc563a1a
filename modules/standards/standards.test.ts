import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import { type Staffed, staffed } from '../../test/people.ts'
import { newId } from '../../lib/id/index.ts'
import { reading, run } from '../../platform/context.ts'
import { addRule as storeRule, loadRecognition, recognise, seedStandards } from './index.ts'
import type { Rule, Service } from './contract.ts'

let desk: TestDesk
let people: Staffed
beforeAll(async () => { desk = await openDesk(); people = await staffed(desk) })
afterAll(() => desk?.close())

interface Refusal { fault: { code: string; fields: { path: string; code: string }[] } }
interface Tried { serviceId: string | null; type: string | null; priority: string; teamId: string | null; language: string; draftMatches: boolean | null; explanation: { rule: string; name: string; set: string[]; because: { field: string; op: string; found: unknown }[] }[] }
const call = <T>(method: string, path: string, body?: unknown, token = people.admin.token) => desk.call<T>(method, path, { token, body })
const services = async (): Promise<Service[]> => (await call<{ rows: Service[] }>('GET', '/api/services')).body.rows
const rules = async (): Promise<Rule[]> => (await call<{ rows: Rule[] }>('GET', '/api/rules')).body.rows
const attempt = async (subject: string, text: string, more: object = {}): Promise<Tried> => (await call<Tried>('POST', '/api/rules/try', { subject, text, ...more })).body
const names = { 'zh-Hant': '寬頻維修', 'zh-Hans': '宽带维修', en: 'Broadband repair' }
const clause = (measure: string, priority: string, target: number) => ({ measure, target, when: { priority } })
const someService = (key: string) => ({
  key, name: names, teamId: null, calendarId: null, verification: 'customer', closeAfterHours: 72, reopenDays: 7, acceptMinutes: 15, skills: [], types: [], isActive: true,
})
const open = async (subject: string, text: string, customer: object = { name: '林小姐' }) =>
  (await desk.call<{ id: string; priority: string; type: string | null; serviceId: string; firstResponseDueAt: string; resolutionDueAt: string }>('POST', '/api/requests', { token: people.intake.token, body: { subject, text, customer } })).body

test('1.2-a a new installation has one service with a target for every priority, in three languages', async () => {
  const [general, ...others] = await services()
  expect(others).toEqual([])
  expect(general).toMatchObject({
    key: 'general', isDefault: true, teamId: people.teamId, name: { 'zh-Hant': '一般服務', 'zh-Hans': '一般服务', en: 'General service' },
    standard: { number: 1, content: { clauses: [clause('first-response', 'urgent', 15), clause('resolution', 'urgent', 240), clause('first-response', 'normal', 60), clause('resolution', 'normal', 1440), clause('first-response', 'routine', 240), clause('resolution', 'routine', 4320)] } },
  })
  const fresh = await openDesk({ serve: false })
  await run(fresh.app, {}, (ctx) => seedStandards(ctx, { locale: 'en' }))
  expect((await fresh.app.pool<{ name: string }[]>`select name from standards.rule order by position`).map((rule) => rule.name)).toContain('Refund and billing')
  await fresh.close()
})

test.each([
  ['退款', '上個月的帳單多扣了 200 元，請退款。', 'billing', 'normal', 'zh-Hant'],
  ['退款', '上个月的账单多扣了 200 元，请退款。', 'billing', 'normal', 'zh-Hans'],
  ['Refund', 'I was charged twice for March.', 'billing', 'normal', 'en'],
  ['客服態度不佳', '我要投訴昨天的門市人員。', 'complaint', 'urgent', 'zh-Hant'],
  ['宽带断网', '从早上开始一直断网，路由器也重启过了。', 'fault', 'urgent', 'zh-Hans'],
  ['Service outage', 'Everything is down since noon.', 'fault', 'urgent', 'en'],
  ['無法登入', '輸入密碼後畫面空白。', 'fault', 'normal', 'zh-Hant'],
  ['建議', '希望能增加夜間服務時段。', 'suggestion', 'routine', 'zh-Hant'],
  ['想了解資費', '請問有沒有家庭方案？謝謝，感謝您的協助。', null, 'normal', 'zh-Hant'],
] as const)('4.1-b recognises “%s: %s”', async (subject, text, type, priority, language) => {
  const tried = await attempt(subject, text)
  expect(tried).toMatchObject({ type, priority, language, teamId: people.teamId, draftMatches: null })
  const made = await open(subject, text)
  expect(made).toMatchObject({ type, priority, serviceId: tried.serviceId })
  const { body } = await desk.call<{ explanation: Tried['explanation'] }>('GET', `/api/requests/${made.id}`, { token: people.lead.token })
  expect(body.explanation.map((one) => one.name)).toEqual(tried.explanation.map((one) => one.name))
})

test('4.1-b the explanation names the rule, the words met and the customer’s tier', async () => {
  const { priority, explanation } = await attempt('帳單', '請協助退款', { customerTier: 'gold' })
  expect(priority).toBe('urgent')
  expect(explanation).toMatchObject([
    { name: '金級與白金客戶', set: ['priority'], because: [{ field: 'customerTier', op: 'in', found: 'gold' }] },
    { name: '退款與帳單', set: ['type'], because: [{ field: 'subject', op: 'contains-any', found: '帳單' }] },
  ])
})

test('4.1-b a draft is tried before it is saved, and takes the place of the rule it changes', async () => {
  const draft = { name: '換機', condition: { field: 'text', op: 'contains', value: '換機' }, outcome: { priority: 'routine', type: 'device' } }
  expect(await attempt('手機', '想換機', { draft })).toMatchObject({ type: 'device', priority: 'routine', draftMatches: true })
  expect(await attempt('手機', '续约', { draft })).toMatchObject({ type: null, draftMatches: false })
  expect(await attempt('手機', '想換機')).toMatchObject({ type: null, draftMatches: null })
  const billing = (await rules()).find((rule) => rule.name === '退款與帳單')!
  const changed = { id: billing.id, name: billing.name, condition: billing.condition, outcome: { type: 'refund' } }
  expect((await attempt('退款', '請退款', { draft: changed })).type).toBe('refund')
  expect((await call<Refusal>('POST', '/api/rules/try', { subject: '', text: 'x', draft: { ...draft, outcome: {} } })).body.fault.code).toBe('standards.rule-without-outcome')
})

test('4.1-b a saved rule counts for the very next request; the order of the rules decides', async () => {
  const made = await call<Service>('POST', '/api/services', { ...someService('broadband'), teamId: people.otherTeamId })
  expect(made.status).toBe(201)
  const condition = { all: [{ field: 'text', op: 'contains-any', value: ['光纖', '寬頻'] }, { not: { field: 'text', op: 'contains', value: '帳單' } }] }
  const rule = await call<Rule>('POST', '/api/rules', { name: '寬頻', condition, outcome: { service: 'broadband', priority: 'routine' } })
  expect(rule.status).toBe(201)
  expect(await open('故障', '光纖故障')).toMatchObject({ serviceId: made.body.id, type: 'fault', priority: 'routine' })
  const english = await call<Rule>('POST', '/api/rules', { name: '全部', condition: { all: [] }, outcome: { priority: 'urgent' } })
  expect((await open('故障', '光纖故障')).priority).toBe('routine')
  expect((await call('PUT', '/api/rules/order', { ids: [english.body.id] })).status).toBe(200)
  expect((await rules())[0]!.id).toBe(english.body.id)
  expect((await open('故障', '光纖故障')).priority).toBe('urgent')
  expect((await call('PATCH', `/api/rules/${english.body.id}`, { isActive: false, version: 1 })).status).toBe(200)
  expect((await open('故障', '光纖故障')).priority).toBe('routine')
  await call('PATCH', `/api/services/${made.body.id}`, { isActive: false, version: 1 })
  expect((await open('故障', '光纖故障')).serviceId).toBe((await services())[0]!.id)
  expect((await call('DELETE', `/api/rules/${english.body.id}`)).status).toBe(200)
  expect((await call<Refusal>('DELETE', `/api/rules/${english.body.id}`)).body.fault.code).toBe('standards.rule.not-found')
})

test('4.1-b what another process changes counts within two seconds, without anybody waiting', async () => {
  const before = await loadRecognition(reading(desk.app, {}))
  await desk.app.pool`update standards.service set accept_minutes = 99 where is_default`
  await desk.app.pool`update standards.revision set revision = revision + 1`
  expect(await loadRecognition(reading(desk.app, {}))).toBe(before)
  await expect.poll(async () => (await loadRecognition(reading(desk.app, {}))).fallback?.acceptMinutes, { timeout: 5000, interval: 100 }).toBe(99)
})

test('4.1-b rules of a transaction that fails are never used by others', async () => {
  await expect(run(desk.app, {}, async (ctx) => {
    await storeRule(ctx, { name: 'never', condition: { all: [] }, outcome: { type: 'never' }, isActive: true })
    expect(recognise(await loadRecognition(ctx), { subject: 'x', text: 'y' }).type).toBe('never')
    throw new Error('undone')
  })).rejects.toThrow('undone')
  expect((await attempt('x', 'y')).type).toBeNull()
})

test('4.1-b a rule that could never work is refused with its reason', async () => {
  const refusal = async (condition: unknown, outcome: unknown = { type: 'x' }) => (await call<Refusal>('POST', '/api/rules', { name: 'r', condition, outcome }))
  const word = { field: 'text', op: 'contains', value: 'x' }
  expect((await refusal({ field: 'text', op: 'matches-regexp', value: '(a+)+$' })).body.fault).toMatchObject({ code: 'standards.rule-unusable', fields: [{ path: 'condition' }] })
  expect((await refusal({ field: 'text', op: 'contains', value: ' ' })).body.fault.code).toBe('standards.rule-unusable')
  expect((await refusal({ field: 'shoeSize', op: 'gt', value: 3 })).body.fault.code).toBe('standards.field-unknown')
  expect((await refusal(word, { service: 'nowhere' })).body.fault.code).toBe('standards.service-unknown')
  expect((await refusal(word, { team: newId() })).body.fault.code).toBe('standards.team-unknown')
  expect((await refusal(word, {})).body.fault.code).toBe('standards.rule-without-outcome')
  const deep = `${'{"not":'.repeat(60_000)}${JSON.stringify(word)}${'}'.repeat(60_000)}`
  const answer = await fetch(`${desk.url}/api/rules`, { method: 'POST', headers: { authorization: `Bearer ${people.admin.token}`, 'content-type': 'application/json' }, body: `{"name":"deep","condition":${deep},"outcome":{"type":"x"}}` })
  expect(answer.status).toBeLessThan(500)
  expect(answer.status).toBeGreaterThanOrEqual(400)
})

test('1.2-a a service points only to what exists', async () => {
  const refusal = async (more: object) => (await call<Refusal>('POST', '/api/services', { ...someService('wrong'), ...more })).body.fault
  expect(await refusal({ teamId: newId() })).toMatchObject({ code: 'standards.team-unknown', fields: [{ path: 'teamId' }] })
  expect(await refusal({ calendarId: newId() })).toMatchObject({ code: 'standards.calendar-unknown' })
  expect(await refusal({ skills: [{ skill: 'telepathy', level: 3 }] })).toMatchObject({ code: 'standards.skill-unknown' })
  expect(await refusal({ key: 'general' })).toMatchObject({ code: 'standards.key-taken' })
  expect((await call('POST', '/api/services', { ...someService('wrong'), owner: 'x' })).status).toBe(422)
})

test('1.2-a of twenty changes to one version one holds, and the history keeps both values', async () => {
  const { body: service } = await call<Service>('POST', '/api/services', someService('history'))
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => call('PATCH', `/api/services/${service.id}`, { closeAfterHours: 24 + n, version: 1 })))
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, ...Array.from({ length: 19 }, () => 409)])
  const changed = await call<Service>('PATCH', `/api/services/${service.id}`, { acceptMinutes: 30, version: 2 })
  expect(changed.body).toMatchObject({ acceptMinutes: 30, version: 3 })
  const [event] = await desk.app.pool<{ data: unknown }[]>`select data from platform.event where subject = ${service.id} and type = 'standard.service-changed' order by seq desc limit 1`
  expect(event!.data).toEqual({ key: 'history', before: { acceptMinutes: 15 }, after: { acceptMinutes: 30 } })
})

test('1.2-a the default stays one; a service in use stays', async () => {
  const general = (await services()).find((service) => service.isDefault)!
  const { body: other } = await call<Service>('POST', '/api/services', someService('second'))
  expect((await call<Refusal>('PATCH', `/api/services/${general.id}`, { isActive: false, version: general.version })).body.fault.code).toBe('standards.default-stays')
  const both = await Promise.all([other.id, general.id, other.id, general.id].map((id) => call('PUT', `/api/services/${id}/default`)))
  expect(both.every((answer) => answer.status === 200)).toBe(true)
  expect((await services()).filter((service) => service.isDefault)).toHaveLength(1)
  await call('PUT', `/api/services/${other.id}/default`)
  expect((await open('你好', '想請教')).serviceId).toBe(other.id)
  await call('PUT', `/api/services/${general.id}/default`)
  expect((await call<Refusal>('DELETE', `/api/services/${other.id}`)).body.fault.code).toBe('standards.service-in-use')
  expect((await call<Refusal>('DELETE', `/api/services/${general.id}`)).body.fault.code).toBe('standards.default-stays')
  const { body: unused } = await call<Service>('POST', '/api/services', someService('unused'))
  expect((await call('DELETE', `/api/services/${unused.id}`)).status).toBe(200)
  expect((await call<Refusal>('GET', `/api/services/${unused.id}`)).body.fault.code).toBe('standards.service.not-found')
})

test('1.2-a due times follow the business calendar and say which hours they count', async () => {
  // Monday 10:00 in Taipei; the team works 9 to 18 on weekdays.
  const made = await open('你好', '想了解方案')
  expect(made).toMatchObject({ firstResponseDueAt: '2026-03-02T03:00:00.000Z', resolutionDueAt: '2026-03-04T08:00:00.000Z' })
  const general = (await services()).find((service) => service.isDefault)!
  const { body } = await call<{ clocks: { kind: string; clause: string; dueAt: string; counted: { minutes: number }[] }[] }>('GET', `/api/services/${general.id}/due?priority=normal&startAt=2026-03-06T16:00:00%2B08:00`)
  expect(body.clocks).toMatchObject([{ kind: 'first-response', clause: 'first-response-normal', dueAt: '2026-03-06T09:00:00.000Z' }, { kind: 'resolution', dueAt: '2026-03-11T05:00:00.000Z' }])
  expect(body.clocks[1]!.counted.map((one) => one.minutes)).toEqual([120, 540, 540, 240])
})

test('7.2-a agents read standards and rules, only who may configure changes them', async () => {
  const agent = people.agents[0]!.token
  expect((await call('GET', '/api/services', undefined, agent)).status).toBe(200)
  expect((await call('POST', '/api/services', someService('no'), agent)).status).toBe(403)
  expect((await call('PUT', '/api/rules/order', { ids: [] }, agent)).status).toBe(403)
  expect((await call('GET', '/api/rules', undefined, people.intake.token)).status).toBe(403)
})

test('4.1-b recognising costs microseconds even with hundreds of rules', async () => {
  const more = await openDesk({ serve: false })
  await run(more.app, {}, async (ctx) => {
    await seedStandards(ctx)
    for (let n = 0; n < 200; n++) await storeRule(ctx, { name: `規則 ${n}`, condition: { any: [{ field: 'text', op: 'contains-any', value: [`關鍵字${n}`, `keyword${n}`] }] }, outcome: { type: `t${n}` }, isActive: true })
  })
  const snapshot = await loadRecognition(reading(more.app, {}))
  const facts = { subject: '寬頻異常', text: '您好，昨天晚上開始網路很慢，重開機也沒有改善，想請工程師到府檢查，謝謝。', channel: 'email', language: 'zh-Hant', customerTier: 'standard' }
  for (let n = 0; n < 2000; n++) recognise(snapshot, facts)
  const started = performance.now()
  for (let n = 0; n < 5000; n++) recognise(snapshot, facts)
  const microseconds = ((performance.now() - started) / 5000) * 1000
  await more.close()
  // The aim is 50 µs on an idle machine; a shared one may be several times as slow.
  expect(microseconds).toBeLessThan(200)
})
