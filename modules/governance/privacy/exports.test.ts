/** Data leaves in a file for a reason, with a second person, marked, for a day, and only so much a month. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../../platform/context.ts'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { type Staffed, staffed, type TestPerson } from '../../../test/people.ts'
import type { Customer } from '../../customers/contract.ts'
import { createPerson, createToken } from '../../staff/index.ts'
import type { ExportRow } from './contract.ts'

const DAY = 86_400_000
type Answer = ExportRow & { fault?: { code: string; args: Record<string, number> } }
interface Taken { name: string; text: string; mark: string; rows: number; fault?: { code: string } }
let desk: TestDesk
let people: Staffed
let director: TestPerson
const ids: string[] = []
beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  director = await run(desk.app, {}, async (ctx) => {
    const { id } = await createPerson(ctx, { name: 'director', login: 'director@example.com', role: 'director', locale: 'zh-Hant', zone: 'Asia/Taipei', languages: ['zh'] })
    return { id, name: 'director', token: (await createToken(ctx, { name: 'test', personId: id })).token }
  })
  for (const [nr, name] of ['陳美玲', '=HYPERLINK("https://evil.example")', '林, 小姐', '周安'].entries()) {
    ids.push((await call<Customer>('POST', '/api/customers', { name, email: `c${nr}@example.com`, phone: `+88691234567${nr}`, tier: nr < 2 ? 'gold' : 'silver' }, people.admin.token)).body.id)
  }
})
afterAll(() => desk?.close())

const call = <T = Answer>(method: string, path: string, body?: unknown, token = people.lead.token) => desk.call<T>(method, path, { token, body })
const ask = (columns: string[], more: Record<string, unknown> = {}, token?: string) => call('POST', '/api/exports', { purpose: 'service', columns, filter: {}, reason: '通知維修改期', ...more }, token)
const decide = (id: string, verdict: string, token = director.token) => call('PUT', `/api/exports/${id}/decision`, { verdict }, token)
const take = (id: string, token = people.lead.token) => call<Taken>('POST', `/api/exports/${id}/downloads`, undefined, token)

test('7.3-c P19 personal columns wait for a second person, who is not the one who asked', async () => {
  const asked = await ask(['name', 'email', 'phone', 'tier'])
  expect(asked.body).toMatchObject({ state: 'waiting', rows: 4, isPersonal: true, askedBy: { name: 'lead' }, isMine: true })
  expect((await take(asked.body.id)).body.fault?.code).toBe('governance.privacy.export-waiting')
  expect((await call('PUT', `/api/exports/${asked.body.id}/decision`, { verdict: 'approved' })).status).toBe(403)
  const own = await ask(['name'], {}, people.admin.token)
  expect((await decide(own.body.id, 'approved', people.admin.token)).body.fault?.code).toBe('governance.privacy.own-export')
  expect((await decide(asked.body.id, 'approved')).body).toMatchObject({ state: 'ready', expiresAt: '2026-03-03T02:00:00.000Z', decidedBy: { name: 'director' } })
  expect((await decide(asked.body.id, 'refused')).status).toBe(409)
  // Not even the one who approved, and not an administrator, fetches what another asked for.
  expect([(await take(asked.body.id, director.token)).status, (await take(asked.body.id, people.admin.token)).status]).toEqual([404, 404])

  const { status, body } = await take(asked.body.id)
  expect(status).toBe(201)
  expect(body.rows).toBe(4)
  const lines = body.text.replace('\ufeff', '').trimEnd().split('\r\n')
  expect(lines).toEqual([
    'name,email,phone,tier,mark',
    `陳美玲,c0@example.com,'+886912345670,gold,${body.mark}`, `"'=HYPERLINK(""https://evil.example"")",c1@example.com,'+886912345671,gold,${body.mark}`,
    `"林, 小姐",c2@example.com,'+886912345672,silver,${body.mark}`, `周安,c3@example.com,'+886912345673,silver,${body.mark}`,
  ])
  const events = await desk.app.pool<{ type: string; actorId: string; data: Record<string, unknown> }[]>`select type, actor_id, data from platform.event where subject = ${asked.body.id} and type like 'privacy.%' order by xid, seq`
  expect(events.map((event) => [event.type, event.actorId])).toEqual([['privacy.export-asked', people.lead.id], ['privacy.export-approved', director.id], ['privacy.export-taken', people.lead.id]])
  expect(events[2]!.data).toEqual({ kind: 'customers', purpose: 'service', columns: ['name', 'email', 'phone', 'tier'], filter: {}, count: 4, mark: body.mark })
  expect((await desk.app.pool`select 1 from platform.idempotency where response::text like '%c1@example.com%'`).length).toBe(0)
})

test('P19 each download has its own mark, which tells whose it is', async () => {
  const { body: asked } = await ask(['name'])
  await decide(asked.id, 'approved')
  const [first, second] = [(await take(asked.id)).body, (await take(asked.id)).body]
  expect(first.mark).not.toBe(second.mark)
  expect((await call<{ by: string; export: ExportRow }>('GET', `/api/export-marks/${second.mark}`, undefined, people.admin.token)).body).toMatchObject({ by: 'lead', export: { number: asked.number, reason: '通知維修改期' } })
  expect((await call('GET', '/api/export-marks/LD1001-0000000000', undefined, people.admin.token)).status).toBe(404)
})

test('P19 the way to the file ends after a day, and what came later is not in it', async () => {
  const { body: asked } = await ask(['name', 'email'], { filter: { tier: 'gold' } })
  await decide(asked.id, 'approved')
  await desk.pass(1_000)
  await call<Customer>('POST', '/api/customers', { name: '後來的', email: 'later@example.com', tier: 'gold' }, people.admin.token)
  expect((await take(asked.id)).body.text).not.toContain('後來的')
  await desk.pass(DAY)
  expect((await take(asked.id)).body.fault?.code).toBe('governance.privacy.export-expired')
  expect((await call<{ rows: ExportRow[] }>('GET', '/api/exports')).body.rows.find((row) => row.id === asked.id)).toMatchObject({ state: 'expired', downloads: 1 })
})

test('P19 few rows without personal columns need nobody; many do', async () => {
  expect((await ask(['tier', 'language', 'since'])).body).toMatchObject({ state: 'ready', decidedBy: null })
  expect((await call('PUT', '/api/export-rules', { freeRows: 2, monthlyRows: 5000 }, people.admin.token)).status).toBe(200)
  expect((await ask(['tier', 'since'])).body).toMatchObject({ state: 'waiting' })
})

test('G05 P19 small pieces add up: the month’s rows are spent, also by downloads at once', async () => {
  await call('PUT', '/api/export-rules', { freeRows: 200, monthlyRows: 30 }, people.admin.token)
  const asked = await Promise.all([1, 2, 3].map(() => ask(['name'])))
  for (const one of asked) await decide(one.body.id, 'approved')
  const before = (await desk.app.pool<{ rows: number }[]>`select sum(d.rows)::int as rows from governance.export_download d join governance.export e on e.id = d.export_id where e.is_personal`)[0]!.rows
  const answers = await Promise.all(Array.from({ length: 9 }, (_, nr) => take(asked[nr % 3]!.body.id)))
  const taken = answers.filter((answer) => answer.status === 201)
  expect(taken.length).toBe(Math.floor((30 - before) / 5))
  expect(answers.filter((answer) => answer.status === 429).length).toBe(9 - taken.length)
  expect((await ask(['email'])).body.fault).toMatchObject({ code: 'governance.privacy.quota-spent', args: { monthly: 30 } })
  await desk.pass(31 * DAY)
  expect((await ask(['email'])).status).toBe(201)
  await call('PUT', '/api/export-rules', { freeRows: 200, monthlyRows: 5000 }, people.admin.token)
})

test('C21 a file fetched at night is an alarm in the morning', async () => {
  const { body: asked } = await ask(['name'])
  await decide(asked.id, 'approved')
  await desk.pass(14 * 3_600_000)
  await take(asked.id)
  await desk.settle()
  const alarms = await desk.app.pool<{ who: string }[]>`select who from governance.alarm where kind = 'off-hours-export'`
  expect(alarms).toEqual([{ who: people.lead.id }])
})

test('P02 a file for marketing holds only who agrees to it, also when somebody withdraws after the approval', async () => {
  expect((await ask(['email'], { purpose: 'marketing' })).body.fault?.code).toBe('governance.privacy.export-empty')
  const words = { 'zh-Hant': '寄送優惠', 'zh-Hans': '发送优惠', en: 'Offers' }
  const { rows } = (await call<{ rows: { id: string }[] }>('POST', '/api/consent-notices', { purpose: 'marketing', words }, people.admin.token)).body
  for (const id of ids.slice(0, 2)) await call('PUT', `/api/customers/${id}/consents/marketing`, { noticeId: rows[0]!.id, channel: 'phone', evidence: '錄音' }, people.admin.token)
  const { body: asked } = await ask(['email'], { purpose: 'marketing' })
  expect(asked.rows).toBe(2)
  await decide(asked.id, 'approved')
  await call('DELETE', `/api/customers/${ids[0]}/consents/marketing`, undefined, people.admin.token)
  const { body } = await take(asked.id)
  expect(body.rows).toBe(1)
  expect(body.text).not.toContain('c0@example.com')
})

test('P19 who may not export is refused, programs too; bad columns and filters are the caller’s', async () => {
  expect((await ask(['name'], {}, people.agents[0]!.token)).status).toBe(403)
  const program = await run(desk.app, {}, (ctx) => createToken(ctx, { name: 'program', role: 'administrator' }))
  expect((await ask(['name'], {}, program.token)).body.fault?.code).toBe('governance.privacy.people-only')
  for (const wrong of [{ columns: ['words'] }, { columns: [] }, { filter: { search: 'x' } }, { filter: { from: '2026-02-30' } }, { reason: ' ' }, { purpose: 'fun' }]) expect((await ask(['name'], wrong)).status, JSON.stringify(wrong)).toBe(422)
})
