import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { type Staffed, staffed } from '../../../test/people.ts'
import { createPerson, createToken, disablePerson } from '../../staff/index.ts'
import { run } from '../../../platform/context.ts'
import type { Service } from '../contract.ts'
import type { Content, Version } from './contract.ts'

let desk: TestDesk
let people: Staffed
let director: { id: string; token: string }
let general: Service
beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  director = await run(desk.app, {}, async (ctx) => {
    const { id } = await createPerson(ctx, { name: '周總監', login: 'director@example.com', role: 'director', locale: 'zh-Hant', zone: 'Asia/Taipei' })
    return { id, token: (await createToken(ctx, { name: 'test', personId: id })).token }
  })
  general = (await call<{ rows: Service[] }>('GET', '/api/services')).body.rows.find((service) => service.isDefault)!
})
afterAll(() => desk.close())

interface Refusal { fault: { code: string } }
const call = <T>(method: string, path: string, body?: unknown, token = people.admin.token) => desk.call<T>(method, path, { token, body })
const fault = (code: string) => ({ fault: { code } })
const versionsOf = async (id: string): Promise<Version[]> => (await call<{ rows: Version[] }>('GET', `/api/services/${id}/standards`)).body.rows
let count = 0
async function open(more: object = {}) {
  const { body } = await desk.call<{ id: string; holder: { id: string } | null; firstResponseDueAt: string | null; resolutionDueAt: string | null }>('POST', '/api/requests', { token: people.intake.token, headers: { 'idempotency-key': `v${++count}` }, body: { subject: '想改資費', text: '請問方案', customer: { name: '林先生', email: `v${count}@example.com` }, ...more } })
  return body
}
const faster = (content: Content): Content => ({ ...content, clauses: content.clauses.map((one) => one.key === 'first-response-normal' ? { ...one, target: 20 } : one.key === 'resolution-normal' ? { ...one, target: 30 } : one) })

test('1.2-a what one writes another approves; new requests begin under it, running ones keep theirs', { timeout: 60_000 }, async () => {
  const before = await open()
  const draft = await call<Version>('POST', `/api/services/${general.id}/standards`, { content: faster(general.standard!.content) })
  expect(draft).toMatchObject({ status: 201, body: { number: 2, state: 'draft', writtenBy: { name: 'admin' }, isEffective: false } })
  expect((await call<Refusal>('POST', `/api/services/${general.id}/standards`, { content: general.standard!.content })).body).toMatchObject(fault('standards.draft-exists'))
  const at = `/api/standards/${draft.body.id}`
  expect((await call<Refusal>('PUT', `${at}/approval`, {}, director.token)).body).toMatchObject(fault('standards.not-proposed'))
  expect((await call<Version>('PUT', `${at}/proposal`, { reason: '客戶等太久' })).body).toMatchObject({ state: 'proposed', reason: '客戶等太久' })
  expect((await call<Refusal>('PATCH', at, { content: general.standard!.content, revision: 2 })).body).toMatchObject(fault('standards.not-draft'))
  const difference = await call<{ from: number; rows: { part: string; key: string; before: { target: number }; after: { target: number } }[] }>('GET', `${at}/difference`)
  expect(difference.body).toMatchObject({ from: 1, to: 2, rows: [{ part: 'clause', key: 'first-response-normal', before: { target: 60 }, after: { target: 20 } }, { part: 'clause', key: 'resolution-normal', before: { target: 1440 }, after: { target: 30 } }] })
  // Who wrote it is not who approves it, while there is somebody else.
  expect((await call<Refusal>('PUT', `${at}/approval`, {})).body).toMatchObject(fault('standards.own-approval'))
  expect((await call('PUT', `${at}/approval`, {}, people.lead.token)).status).toBe(403)
  await desk.pass(10 * 60_000)
  // Begun ten minutes ago: under version 2 the answer would be due in ten, and the solution in twenty.
  expect((await call('GET', `${at}/effect`)).body).toMatchObject({ running: 1, moved: 1, breached: 0 })
  expect((await call<Version>('PUT', `${at}/approval`, {}, director.token)).body).toMatchObject({ state: 'approved', isEffective: true, isAlone: false, decidedBy: { name: '周總監' } })
  const after = await open()
  expect(Date.parse(after.firstResponseDueAt!) - desk.clock.now().getTime()).toBe(20 * 60_000)
  const dueOf = async (id: string): Promise<string | null> => (await call<{ firstResponse: { dueAt: string | null } }>('GET', `/api/requests/${id}`)).body.firstResponse.dueAt
  expect(await dueOf(before.id)).toBe(before.firstResponseDueAt)

  // Knowingly: what has passed is counted, and what the new promise has passed already is missed from now.
  await desk.pass(25 * 60_000)
  expect((await call('GET', `${at}/effect`)).body).toMatchObject({ running: 1, moved: 1, breached: 1 })
  expect((await call<Refusal>('PUT', `${at}/application`, { reason: '全面適用' }, people.lead.token)).status).toBe(403)
  expect((await call('PUT', `${at}/application`, { reason: '全面適用' }, director.token)).status).toBe(204)
  const now = desk.clock.now().toISOString()
  await desk.settle()
  const story = await call<{ clocks: { kind: string; version: number; breachedAt: string | null; story: { did: string; cause: string }[] }[] }>('GET', `/api/requests/${before.id}/clocks`)
  expect(story.body.clocks.find((clock) => clock.kind === 'first-response')).toMatchObject({ version: 2, breachedAt: now, story: expect.arrayContaining([expect.objectContaining({ did: 'moved', cause: 'standard' })]) })
  expect((await call('GET', `${at}/effect`)).body).toMatchObject({ running: 0 })
})

test('1.2-a a version may wait for its day; of approved ones nothing changes any more', async () => {
  const [current] = await versionsOf(general.id)
  const draft = await call<Version>('POST', `/api/services/${general.id}/standards`, { content: { ...current!.content, duties: '首問負責' } })
  const at = `/api/standards/${draft.body.id}`
  await call('PUT', `${at}/proposal`, { reason: '職責' })
  const late = new Date(desk.clock.now().getTime() - 1).toISOString()
  expect((await call<Refusal>('PUT', `${at}/approval`, { effectiveAt: late }, director.token)).body).toMatchObject(fault('standards.effective-past'))
  const effectiveAt = new Date(desk.clock.now().getTime() + 86_400_000).toISOString()
  expect((await call<Version>('PUT', `${at}/approval`, { effectiveAt }, director.token)).body).toMatchObject({ isEffective: false, effectiveAt })
  expect((await call<Refusal>('PUT', `${at}/application`, { reason: '早了' }, director.token)).body).toMatchObject(fault('requests.version-not-effective'))
  expect((await versionsOf(general.id)).map((one) => one.isEffective)).toEqual([false, true, false])
  await desk.pass(86_400_000)
  expect((await versionsOf(general.id)).map((one) => one.isEffective)).toEqual([true, false, false])
  for (const [method, path, body] of [['PATCH', at, { revision: 3 }], ['DELETE', at, undefined], ['PUT', `${at}/proposal`, { reason: 'x' }]] as const) expect((await call<Refusal>(method, path, body)).body).toMatchObject(fault('standards.not-draft'))
})

test('1.2-a what makes no sense is refused, with its place', async () => {
  const [current] = await versionsOf(general.id)
  const attempt = async (change: Partial<Content>) => (await call<Refusal & { fault: { fields: { path: string }[] } }>('POST', `/api/services/${general.id}/standards`, { content: { ...current!.content, ...change } })).body.fault
  const [first, ...others] = current!.content.clauses
  expect(await attempt({ clauses: [first!, { ...first!, key: 'twin' }] })).toMatchObject({ code: 'standards.clause-twice', fields: [{ path: 'clauses.1' }] })
  expect(await attempt({ clauses: [{ ...first!, target: null }] })).toMatchObject({ code: 'standards.clause-target' })
  expect(await attempt({ clauses: others.map((one) => (one.measure === 'resolution' ? { ...one, target: 1 } : one)) })).toMatchObject({ code: 'standards.target-order' })
  expect(await attempt({ ownerId: crypto.randomUUID() })).toMatchObject({ code: 'standards.person-unknown' })
  expect(await attempt({ clauses: [{ ...first!, when: { toTeam: crypto.randomUUID() } }] })).toMatchObject({ code: 'standards.team-unknown' })
  expect(await attempt({ steps: [{ key: 'a', measure: 'resolution', offsetMinutes: 0, time: 'wall', level: 'L1', when: { priorities: [], tiers: [], channels: [], stages: [] }, does: 'call', to: null, personId: null, role: null, teamId: null }] })).toMatchObject({ code: 'standards.step-recipient' })
  expect((await call('POST', `/api/services/${general.id}/standards`, { content: { ...current!.content, owner: 'x' } })).status).toBe(422)
})

test('1.2-a gaps are listed: no standard, no measure, no owner, a review that is due', async () => {
  const { body: bare } = await call<Service>('POST', '/api/services', { key: 'bare', name: { 'zh-Hant': '新服務', 'zh-Hans': '新服务', en: 'New' }, teamId: null, calendarId: null, verification: 'rule', closeAfterHours: 72, reopenDays: 7, acceptMinutes: 15, skills: [], types: [], isActive: true })
  expect(await open({ serviceId: bare.id })).toMatchObject({ firstResponseDueAt: null, resolutionDueAt: null })
  const [current] = await versionsOf(general.id)
  const words = { key: 'polite', words: '稱呼客戶的姓', measure: null, target: null, when: {}, ownerId: null, dimension: 'communication' }
  const draft = await call<Version>('POST', `/api/services/${general.id}/standards`, { content: { ...current!.content, clauses: [...current!.content.clauses.slice(0, 1), words], reviewOn: '2026-01-31' } })
  await call('PUT', `/api/standards/${draft.body.id}/proposal`, { reason: '禮貌' })
  await call('PUT', `/api/standards/${draft.body.id}/approval`, {}, director.token)
  const gaps = (await call<{ rows: { kind: string; serviceId: string; clause: string | null }[] }>('GET', '/api/standards/gaps')).body.rows
  expect(gaps).toEqual(expect.arrayContaining([
    { kind: 'no-standard', serviceId: bare.id, clause: null, reviewOn: null }, { kind: 'no-measure', serviceId: general.id, clause: 'polite', reviewOn: null },
    { kind: 'no-owner', serviceId: general.id, clause: 'polite', reviewOn: null }, { kind: 'no-standard-owner', serviceId: general.id, clause: null, reviewOn: null }, { kind: 'review-overdue', serviceId: general.id, clause: null, reviewOn: '2026-01-31' },
  ]))
})

test('1.2-a where nobody else could approve, the author may, and the version says so for good', async () => {
  await run(desk.app, {}, (ctx) => disablePerson(ctx, director.id, { disabled: true }))
  const [current] = await versionsOf(general.id)
  const draft = await call<Version>('POST', `/api/services/${general.id}/standards`, { content: { ...current!.content, rules: '先回覆再處理' } })
  await call('PUT', `/api/standards/${draft.body.id}/proposal`, { reason: '規定' })
  expect((await call<Version>('PUT', `/api/standards/${draft.body.id}/approval`, {})).body).toMatchObject({ isEffective: true, isAlone: true })
  expect((await call<{ rows: { kind: string }[] }>('GET', '/api/standards/gaps')).body.rows.map((one) => one.kind)).toContain('one-pair-of-eyes')
})
