/** Who may be reached: records, basis abroad and assessments, against real servers that must not hear of anything. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { type Staffed, staffed } from '../../../test/people.ts'
import { run } from '../../../platform/context.ts'
import { goOutside } from '../../../platform/outside.ts'
import type { Alarm } from '../audit/contract.ts'
import type { ExportRow } from '../privacy/contract.ts'
import type { Assessment, Outside, OutsideRules } from './contract.ts'
import { forgetOutside } from './door.ts'
import { lackOf, refusalOf, stepOf, usualRules } from './rules.ts'
import { countAbroad } from './store.ts'

let desk: TestDesk
let people: Staffed
let receiver: Server
let url: string
let got = 0
beforeAll(async () => {
  desk = await openDesk({ work: true })
  people = await staffed(desk)
  receiver = createServer((request, response) => { request.resume().on('end', () => { got++; response.writeHead(204).end() }) })
  await new Promise<void>((ready) => receiver.listen(0, '127.0.0.1', ready))
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
  await desk.app.pool`insert into platform.setting (key, value, at) values ('channels.network', ${desk.app.pool.json({ privateWebhooks: true, clearText: true, mailPorts: [2500] } as never)}, ${desk.clock.now()}), ('staff.network', ${desk.app.pool.json({ privateProviders: true, clearText: true } as never)}, ${desk.clock.now()})`
  const { token } = await run(desk.app, {}, async (ctx) => {
    const { createPerson, createToken } = await import('../../staff/index.ts')
    const { id } = await createPerson(ctx, { name: '副手', login: 'second@example.com', role: 'administrator' })
    return createToken(ctx, { name: 'second', personId: id })
  })
  second = token
})
afterAll(async () => { await desk?.close(); receiver.closeAllConnections(); await new Promise((done) => receiver.close(done)) })
let second = ''

type Answer<T> = T & { fault?: { code: string; args?: Record<string, string> } }
const call = <T = Outside>(method: string, path: string, body?: unknown, token = people.admin.token) => desk.call<Answer<T>>(method, path, { token, body })
const rules = async (given: Partial<OutsideRules>) => { const answer = await call('PUT', '/api/outside-rules', { ...usualRules, ...given }); expect(answer.status).toBe(200); return answer.body }
const record = { host: '127.0.0.1', name: '通知平台', role: 'processor', purpose: '通知訂單系統', contract: 'C-2026-7', untilOn: null as string | null, contact: 'dpo@vendor.example', country: 'TW', isSensitive: false, basis: null as string | null, basisWords: '', basisUntilOn: null }
const hook = () => call<{ id: string }>('POST', '/api/webhooks', { url, types: ['request.accepted'] })
const ask = async () => {
  await desk.call('POST', '/api/requests', { token: people.intake.token, headers: { 'idempotency-key': crypto.randomUUID() }, body: { subject: '斷線', text: 'x', customer: { name: '陳美玲', email: `p${crypto.randomUUID()}@example.com` } } })
  for (let turn = 0; turn < 4; turn++) await desk.pass(0)
}
const alarms = async () => (await call<{ rows: Alarm[] }>('GET', '/api/alarms?state=open')).body.rows.filter((row) => row.kind === 'outside-blocked')

test.each([
  [undefined, {}, 'governance.outside.no-record'], [{ untilOn: '2026-03-01' }, {}, 'governance.outside.term-over'], [{ untilOn: '2026-03-02' }, {}, null],
  [{ country: 'US' }, {}, null], [{ country: 'US' }, { home: ['TW'] }, 'governance.outside.no-basis'], [{ country: 'US', basis: 'certification' }, { home: ['TW'] }, 'governance.outside.no-basis'],
  [{ country: 'US', basis: 'certification', approvedAt: 'then' }, { home: ['TW'] }, null], [{ country: 'US', basis: 'certification', approvedAt: 'then', basisUntilOn: '2026-03-01' }, { home: ['TW'] }, 'governance.outside.no-basis'],
])('P06 P09 what is lacking: %j %j %s', (behind, set, lack) => {
  const whole = behind && { role: 'processor' as const, untilOn: null, country: 'TW', basis: null, basisUntilOn: null, approvedAt: null, ...behind }
  expect(lackOf({ ...usualRules, ...set }, whole, '2026-03-02')).toBe(lack)
  expect(refusalOf({ ...usualRules, ...set }, whole, '2026-03-02')).toBeNull()
  expect(refusalOf({ ...usualRules, ...set, needsRecord: true, needsBasis: true }, whole, '2026-03-02')).toBe(lack)
})

test.each([[99_999, 0, 'exempt'], [100_000, 0, 'contract'], [1, 1, 'contract'], [1_000_000, 0, 'assessment'], [10_000, 10_000, 'assessment'], [1_000_000, 9_999, 'contract']] as const)('P09 38 %i persons, %i with sensitive data: %s', (persons, sensitive, step) => { expect(stepOf({ persons, sensitive })).toBe(step) })

test('P06 21 a place without a record is shown; with the rule on nothing goes there and somebody is alarmed, and it goes once it is recorded', async () => {
  await hook()
  expect((await call('GET', '/api/outside')).body.connections).toEqual([expect.objectContaining({ way: 'webhook', host: '127.0.0.1', lacks: 'governance.outside.no-record' })])
  await ask()
  expect(got).toBe(1)
  await rules({ needsRecord: true })
  await ask()
  await desk.pass(6_000)
  expect(got).toBe(1)
  const [alarm] = await alarms()
  expect(alarm).toMatchObject({ kind: 'outside-blocked', source: '127.0.0.1', target: 'webhook' })
  expect((await call('GET', '/api/outside')).body.connections[0]!.blocked).toBeGreaterThan(0)
  expect(await hook().then(({ status, body }) => [status, body.fault?.code, body.fault?.args])).toEqual([422, 'governance.outside.no-record', { host: '127.0.0.1' }])

  expect((await call('POST', '/api/processors', { ...record, contract: '' })).body.fault?.code).toBe('governance.outside.contract-first')
  const made = await call('POST', '/api/processors', record)
  expect(made.status).toBe(201)
  expect((await call('POST', '/api/processors', record)).body.fault?.code).toBe('governance.outside.host-taken')
  await desk.pass(3_600_000)
  expect(got).toBe(2)
  expect((await hook()).status).toBe(201)

  // The term ends: the same as no record.
  const { processors: [one] } = made.body
  expect((await call('PUT', `/api/processors/${one!.id}`, { ...record, untilOn: '2026-03-01', version: 1 })).status).toBe(200)
  forgetOutside(desk.app)
  await expect(goOutside(desk.app, 'webhook', '127.0.0.1')).rejects.toMatchObject({ code: 'governance.outside.held-back' })
  expect((await call('PUT', `/api/processors/${one!.id}`, { ...record, version: 2 })).status).toBe(200)
  await rules({})
})

test('P06 21 no way out goes past the rule: mail in and out, sign-in, directory', async () => {
  await rules({ needsRecord: true })
  const server = { host: 'mail.stranger.example', port: 993, tls: 'tls', user: 'x', password: 'secret-x' }
  const answers = [
    await call('POST', '/api/mailboxes', { name: '客服', address: 'a@desk.example', imap: server, smtp: null, teamId: null, serviceId: null }),
    await call('POST', '/api/mailboxes', { name: '客服', address: 'a@desk.example', imap: null, smtp: { ...server, port: 465 }, teamId: null, serviceId: null }),
    await call('POST', '/api/identity-providers', { name: '公司', settings: { kind: 'oidc', issuer: 'https://id.stranger.example', clientId: 'x', directoryClaim: 'tid' } }),
    await call('POST', '/api/identity-providers', { name: '目錄', settings: { kind: 'ldap', url: 'ldaps://ldap.stranger.example', startTls: false, authority: null, bindDn: '', baseDn: 'dc=x', filter: '(mail={login})' } }),
  ]
  expect(answers.map(({ status, body }) => [status, body.fault?.code])).toEqual(answers.map(() => [422, 'governance.outside.no-record']))
  for (const way of ['mail-in', 'mail-out', 'sign-in', 'directory'] as const) await expect(goOutside(desk.app, way, 'MAIL.stranger.example.')).rejects.toThrow('governance.outside.held-back')
  expect((await alarms()).map((alarm) => alarm.target).sort()).toEqual(['directory', 'mail-in', 'mail-out', 'sign-in', 'webhook'])
  await rules({})
})

test('P09 38–40 abroad only on a basis that somebody else approved; whose data went counts once a year', async () => {
  await rules({ home: ['TW'], needsBasis: true })
  const change = async (given: object, token?: string) => {
    const one = (await call('GET', '/api/outside')).body.processors.find((row) => row.host === '127.0.0.1')!
    return call('PUT', `/api/processors/${one.id}`, { ...record, ...given, version: one.version }, token)
  }
  expect((await change({ country: 'QZ' })).body.fault?.code).toBe('governance.outside.unknown-country')
  const abroad = (await change({ country: 'US', basis: 'standard-contract', basisWords: 'SCC-7' })).body
  expect(abroad.connections[0]!.lacks).toBe('governance.outside.no-basis')
  const before = got
  await ask()
  expect(got).toBe(before)
  const one = abroad.processors.find((row) => row.host === '127.0.0.1')!
  expect((await call('PUT', `/api/processors/${one.id}/approval`, { version: one.version })).body.fault?.code).toBe('governance.outside.own-record')
  const approved = await call('PUT', `/api/processors/${one.id}/approval`, { version: one.version }, second)
  expect(approved.body.processors[0]).toMatchObject({ approvedBy: '副手', isAbroad: true })
  await desk.pass(3_600_000)
  expect(got).toBeGreaterThan(before)
  const { abroad: sums } = (await call('GET', '/api/outside')).body
  expect(sums).toMatchObject({ persons: 1, sensitive: 0, step: 'exempt' })
  // The same persons again, now with sensitive data: counted once as persons, once as such; and never lost between two at once.
  const rows = await desk.app.pool<{ id: string }[]>`select id from customers.customer order by id`
  await Promise.all([1, 2, 3].map(() => run(desk.app, {}, (ctx) => countAbroad(ctx, rows.map((row) => row.id), true))))
  expect((await call('GET', '/api/outside')).body.abroad).toMatchObject({ persons: rows.length, sensitive: rows.length, step: 'contract' })
  // Another country is another approval.
  expect((await change({ country: 'SG', basis: 'standard-contract', basisWords: 'SCC-7' })).body.processors[0]!.approvedAt).toBeNull()
  await change({})
  await rules({})
})

const words = { title: '訂單通知平台', ground: 'provide', hosts: ['127.0.0.1'], purpose: '通知訂單系統，只送編號', risk: '低', measures: '簽章、只送編號', level: 'low' }
test('P17 55 56 nothing new is connected or given to others without an assessment that somebody else approved; it is kept three years', async () => {
  await rules({ needsAssessment: true })
  expect((await hook()).body.fault?.code).toBe('governance.outside.no-assessment')
  const made = (await call<Assessment>('POST', '/api/assessments', words)).body
  expect(made).toMatchObject({ decision: null, isMine: true })
  expect((await hook()).status).toBe(422)
  const decide = (of: Assessment, token?: string) => call<Assessment>('PUT', `/api/assessments/${of.id}/decision`, { verdict: 'approved', reason: '風險低', version: of.version }, token)
  expect((await decide(made)).body.fault?.code).toBe('governance.assessment.own')
  const decided = (await decide(made, second)).body
  expect(decided).toMatchObject({ decision: { verdict: 'approved', by: '副手' } })
  expect((await call('PUT', `/api/assessments/${made.id}`, { ...words, level: 'high', version: decided.version })).body.fault?.code).toBe('governance.assessment.decided')
  expect((await hook()).status).toBe(201)
  expect((await call('GET', '/api/outside')).body.connections[0]!.assessment).toBe(made.number)

  const wish = { purpose: 'third-party', columns: ['name'], filter: {}, reason: '共同行銷' }
  expect((await call<ExportRow>('POST', '/api/exports', wish)).body.fault?.code).toBe('governance.assessment.needed')
  const other = (await call<Assessment>('POST', '/api/assessments', { ...words, hosts: [] })).body
  expect((await call<ExportRow>('POST', '/api/exports', { ...wish, assessmentId: other.id })).body.fault?.code).toBe('governance.assessment.needed')
  // Nobody agreed to be given away: the assessment is asked first, then the persons.
  expect((await call<ExportRow>('POST', '/api/exports', { ...wish, assessmentId: made.id })).body.fault?.code).toBe('governance.privacy.export-empty')

  expect((await call('DELETE', `/api/assessments/${other.id}`)).status).toBe(204)
  const kept = await call('DELETE', `/api/assessments/${made.id}`)
  expect([kept.status, kept.body.fault?.code]).toEqual([409, 'governance.assessment.kept'])
  await rules({})
  desk.clock.advance(3 * 366 * 86_400_000)
  expect((await call('DELETE', `/api/assessments/${made.id}`)).status).toBe(204)
})

test('P17 as installed no rule holds anything up, and who only reads changes none', async () => {
  expect((await call('GET', '/api/outside')).body.rules).toEqual(usualRules)
  expect((await call('PUT', '/api/outside-rules', { ...usualRules, needsRecord: true }, people.lead.token)).status).toBe(403)
})
