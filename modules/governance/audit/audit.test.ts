/** The audit over HTTP: what the auditor sees, what is never shown, how failures and looks get in, alarms, keeping. */
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { type Staffed, staffed } from '../../../test/people.ts'
import { createPerson, createRole, createToken } from '../../staff/index.ts'
import { sealEvents } from '../../../platform/audit/seal.ts'
import { verifyEvents } from '../../../platform/audit/verify.ts'
import { run } from '../../../platform/context.ts'
import { newId } from '../../../lib/id/index.ts'
import type { Alarm, AuditRow, Canary, Chain } from './contract.ts'

let desk: TestDesk
let people: Staffed
let auditor: { id: string; token: string }
let guard: { id: string; token: string }
let request: { id: string; number: number; customerId: string }

type Page = { rows: AuditRow[]; next: string | null; searchedTo: string | null }
const events = async (query: Record<string, string> = {}): Promise<Page> => {
  const { status, body } = await desk.call<Page>('GET', `/api/audit/events?${new URLSearchParams(query)}`, { token: auditor.token })
  expect(status).toBe(200)
  return body
}

beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  const make = (key: string, permissions: string[]) => run(desk.app, {}, async (ctx) => {
    const role = await createRole(ctx, { key, name: key, permissions, scope: 'all' })
    const { id } = await createPerson(ctx, { name: key, login: `${key}@example.com`, roleId: role.id })
    return { id, token: (await createToken(ctx, { name: key, personId: id })).token }
  })
  auditor = await make('auditor', ['audit.export', 'audit.read'])
  guard = await make('guard', ['alarms.handle', 'alarms.read', 'audit.configure'])
  const opened = await desk.call<typeof request>('POST', '/api/requests', { token: people.intake.token, body: { subject: '寬頻斷線的私事', text: '請協助', customer: { name: '陳美玲', email: 'chen@example.com' } } })
  request = opened.body
  await desk.settle()
})
afterAll(() => desk.close())

test('C13 7.3-b each row says when, who, what, on which object, from where and by which call', async () => {
  const answer = await desk.call('PATCH', `/api/teams/${people.otherTeamId}`, { token: people.admin.token, body: { version: 1, name: '夜班' } })
  const [row] = (await events({ type: 'staff.team-changed' })).rows
  expect(row).toMatchObject({
    at: '2026-03-02T02:00:00.000Z', outcome: 'done', actor: { kind: 'agent', id: people.admin.id, name: 'admin' }, object: { id: people.otherTeamId, kind: 'team', name: '夜班' },
    source: '127.0.0.1', call: answer.headers.get('x-request-id'), difference: [{ field: 'name', before: '二線', after: '夜班', isCovered: false }],
  })
})

test('C13 events of one call share its id, also when arrivals share a transaction; jobs have none', async () => {
  const answers = await Promise.all(Array.from({ length: 12 }, (_, nr) => desk.call<{ id: string }>('POST', '/api/requests', { token: people.intake.token, body: { subject: `同時 ${nr}`, text: 'x', customer: { email: `many${nr}@example.com` } } })))
  for (const { body, headers } of answers) {
    const rows = (await events({ objectId: body.id })).rows
    expect(rows.length).toBeGreaterThanOrEqual(3)
    expect(new Set(rows.map((row) => row.call))).toEqual(new Set([headers.get('x-request-id')]))
  }
  await desk.pass(45 * 60_000)
  const late = (await events({ area: 'request', type: 'request.taken-back' })).rows
  expect(late.length).toBeGreaterThan(0)
  expect(late.every((row) => row.call === null && row.source === null && row.actor.kind === 'system')).toBe(true)
})

test('C09 the auditor sees that something was done to which object, and nothing of its contents', async () => {
  await desk.call('POST', `/api/requests/${request.id}/tasks`, { token: people.admin.token, body: { title: '打給陳美玲 0912345678' } })
  await desk.call('PATCH', `/api/customers/${request.customerId}`, { token: people.admin.token, body: { version: 1, name: '陳美玲小姐', note: '私人備註' } })
  const rows = [...(await events({ objectId: request.id })).rows, ...(await events({ objectId: request.customerId })).rows]
  expect(rows.map((row) => row.type)).toEqual(expect.arrayContaining(['request.accepted', 'request.task-added', 'customer.changed']))
  expect(rows.find((row) => row.type === 'request.accepted')!.object).toMatchObject({ kind: 'request', name: `#${request.number}` })
  expect(JSON.stringify(rows)).not.toMatch(/陳美玲|私人備註|私事|0912345678|chen@/)
  for (const path of [`/api/requests/${request.id}`, `/api/customers/${request.customerId}`, '/api/requests']) expect((await desk.call('GET', path, { token: auditor.token })).status).toBe(403)
})

test('7.3-b filters by time, person, area, object, outcome and address; pages by key without gaps', async () => {
  const all: AuditRow[] = []
  for (let cursor: string | null = null; ;) {
    const page: Page = await events({ limit: '7', ...(cursor ? { cursor } : {}) })
    all.push(...page.rows)
    if (!(cursor = page.next)) break
  }
  const [count] = await desk.app.pool<{ count: number }[]>`select count(*)::int as count from platform.event`
  expect(all.length).toBe(count!.count)
  expect(new Set(all.map((row) => row.id)).size).toBe(all.length)
  const by = (await events({ actorId: people.admin.id, area: 'staff', limit: '200' })).rows
  expect(by.length).toBe(all.filter((row) => row.actor.id === people.admin.id && row.type.startsWith('staff')).length)
  expect((await events({ from: '2026-03-02T02:30:00.000Z', limit: '200' })).rows.length).toBe(all.filter((row) => row.at >= '2026-03-02T02:30:00.000Z').length)
  expect((await events({ source: '203.0.113.1' })).rows).toEqual([])
  for (const query of ['cursor=x', 'from=yesterday', 'objectId=1', 'limit=0', 'area=everything', 'type=%27']) expect((await desk.call('GET', `/api/audit/events?${query}`, { token: auditor.token })).status).toBe(422)
})

test('7.3-b what is rare is searched a bounded stretch at a time', async () => {
  await desk.app.pool`insert into platform.event (id, type, subject, actor_kind, at, data) select gen_random_uuid(), 'test.noted', null, 'system', '2026-01-01'::timestamptz + n * interval '1 s', '{}' from generate_series(1, 45000) n`
  const rare = newId()
  await desk.app.pool`insert into platform.event (id, type, actor_kind, actor_id, at, data) values (gen_random_uuid(), 'staff.signed-in', 'agent', ${rare}, '2025-12-31', '{}')`
  await desk.app.pool`analyze platform.event`
  const first = await events({ actorId: rare })
  expect(first.rows).toEqual([])
  expect(first.searchedTo).toMatch(/^2026-01-01/)
  let page = first
  let steps = 1
  while (page.next && steps < 9) { page = await events({ actorId: rare, cursor: page.next }); steps++; if (page.rows.length) break }
  expect(page.rows).toHaveLength(1)
  expect(steps).toBe(3)
  const plan = (await desk.app.pool.unsafe(`explain select * from platform.event e where (e.at, e.seq) < ('2026-01-01T06:00:00Z', 5) order by at desc, seq desc limit 50`)).map((row) => Object.values(row)[0]).join('\n')
  expect(plan).toContain('event_at')
  expect(plan).not.toContain('Seq Scan')
})

test('C13 refused sign-ins, denied permissions and guessed ids stand in the audit; a volley is counted, not written out', async () => {
  const refused = (query: Record<string, string> = {}) => events({ outcome: 'refused', from: desk.clock.now().toISOString(), ...query })
  desk.clock.advance(1000)
  const wrong = await desk.call('POST', '/api/session', { body: { login: 'lin@example.com', password: 'wrong password' } })
  expect(wrong.status).toBe(401)
  expect((await refused()).rows[0]).toMatchObject({ type: 'access.refused', source: '127.0.0.1', call: wrong.headers.get('x-request-id'), details: expect.arrayContaining([{ field: 'code', value: 'staff.sign-in-failed' }]) })
  const denied = await desk.call('GET', '/api/tokens', { token: people.agents[0]!.token })
  expect(denied.status).toBe(403)
  expect((await refused({ actorId: people.agents[0]!.id })).rows[0]).toMatchObject({ actor: { name: 'lin' }, call: denied.headers.get('x-request-id'), details: expect.arrayContaining([{ field: 'permission', value: 'access.grant' }]) })
  for (let nr = 0; nr < 30; nr++) expect((await desk.call('GET', `/api/requests/${nr ? newId() : request.id}`, { token: people.outsider.token })).status).toBe(404)
  expect((await refused({ actorId: people.outsider.id })).rows).toHaveLength(1)
})

test('C12 who looked at which request, customer or file is written down, once in fifteen minutes', async () => {
  const looks = async (objectId: string) => (await events({ objectId, type: 'access.read' })).rows
  for (let nr = 0; nr < 3; nr++) {
    await desk.call('GET', `/api/requests/${request.id}`, { token: people.lead.token })
    await desk.call('GET', `/api/requests/${request.id}/messages`, { token: people.lead.token })
    await desk.call('GET', `/api/customers/${request.customerId}`, { token: people.lead.token })
  }
  expect(await looks(request.id)).toMatchObject([{ actor: { name: 'lead' }, source: '127.0.0.1' }])
  expect(await looks(request.customerId)).toHaveLength(1)
  desk.clock.advance(16 * 60_000)
  await desk.call('GET', `/api/requests/${request.id}`, { token: people.lead.token })
  expect(await looks(request.id)).toHaveLength(2)
  const history = await desk.call<{ rows: { type: string }[] }>('GET', `/api/requests/${request.id}/events`, { token: people.lead.token })
  expect(history.body.rows.filter((row) => row.type.startsWith('access.'))).toEqual([])
})

test('7.3-b the chain is checked from the page, in the background, with its verdict', async () => {
  // The rows inserted above by hand are no crime: they were not sealed yet.
  await sealEvents(desk.app)
  const asked = await desk.call<Chain>('POST', '/api/audit/verifications', { token: auditor.token })
  expect(asked.status).toBe(202)
  expect(asked.body.running).toMatchObject({ doneAt: null })
  await desk.call('POST', '/api/audit/verifications', { token: auditor.token })
  await desk.settle()
  const { body } = await desk.call<Chain>('GET', '/api/audit/chain', { token: auditor.token })
  expect(body).toMatchObject({ running: null, last: { verdict: { damage: null, seals: body.seals } } })
  expect((await events({ type: 'audit.verification-asked', actorId: auditor.id })).rows).toHaveLength(1)
})

test('7.3-b G01 the export holds the same rows with digests and seal numbers, is itself in the audit, and at night raises an alarm', async () => {
  desk.clock.set(Date.parse('2026-03-02T18:00:00.000Z'))
  for (const format of ['csv', 'jsonl'] as const) {
    const response = await fetch(`${desk.url}/api/audit/exports`, { method: 'POST', headers: { authorization: `Bearer ${auditor.token}`, 'content-type': 'application/json' }, body: JSON.stringify({ format, objectId: request.id }) })
    expect(response.status).toBe(200)
    const files = unzipSync(new Uint8Array(await response.arrayBuffer()))
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(files[`events.${format}`])
    const manifest = JSON.parse(new TextDecoder().decode(files['manifest.json'])) as { file: { rows: number; sha256: string }; seals: { ofFirstRow: number; head: { nr: number } } }
    const { rows } = await events({ objectId: request.id, limit: '200' })
    expect(manifest.file.rows).toBe(rows.length)
    expect(manifest.file.sha256).toBe((await import('node:crypto')).createHash('sha256').update(files[`events.${format}`]!).digest('hex'))
    expect(manifest.seals.ofFirstRow).toBeGreaterThan(0)
    expect(text.trimEnd().split('\n')).toHaveLength(rows.length + (format === 'csv' ? 1 : 0))
    expect(text).toContain(rows[0]!.id)
    expect(text).not.toMatch(/陳美玲|私事/)
    const [sealed] = await desk.app.pool<{ has: boolean }[]>`select bool_or(position(${Buffer.from(/[0-9a-f]{64}/.exec(text)![0], 'hex')} in digests) > 0) as has from platform.seal`
    expect(sealed!.has).toBe(true)
  }
  expect((await desk.call('POST', '/api/audit/exports', { token: guard.token, body: { format: 'csv' } })).status).toBe(403)
  await desk.settle()
  expect((await events({ type: 'audit.exported' })).rows[0]!.actor.id).toBe(auditor.id)
  const { body } = await desk.call<{ rows: Alarm[] }>('GET', '/api/alarms', { token: guard.token })
  expect(body.rows.filter((row) => row.kind === 'off-hours-export')).toMatchObject([{ actor: { name: 'auditor' }, owner: { name: 'guard' } }])
  desk.clock.set(Date.parse('2026-03-03T02:00:00.000Z'))
})

test('C21 many wrong passwords, many denials and many records read raise alarms that somebody owns and acknowledges', async () => {
  await desk.call('PUT', '/api/alarm-limits', { token: guard.token, body: { failures: 5, denials: 6, reads: 10 } })
  for (let nr = 0; nr < 6; nr++) await desk.call('POST', '/api/session', { body: { login: `nobody${nr}@example.com`, password: `wrong ${nr}` } })
  const paths = ['/api/tokens', '/api/audit/events', '/api/alarms', '/api/audit/chain', '/api/audit/retention', '/api/alarm-limits', '/api/webhooks']
  for (const path of paths) await desk.call('GET', path, { token: people.agents[1]!.token })
  for (let nr = 0; nr < 12; nr++) {
    const { body } = await desk.call<{ id: string }>('POST', '/api/requests', { token: people.intake.token, body: { subject: `多 ${nr}`, text: 'x', customer: { email: `mass${nr}@example.com` } } })
    await desk.call('GET', `/api/requests/${body.id}`, { token: people.lead.token })
  }
  await desk.settle()
  const { body } = await desk.call<{ rows: Alarm[]; open: number }>('GET', '/api/alarms?state=open', { token: guard.token })
  expect(body.rows.map((row) => row.kind)).toEqual(expect.arrayContaining(['probing', 'mass-reading']))
  expect(body.rows.find((row) => row.kind === 'mass-reading')).toMatchObject({ actor: { name: 'lead' }, source: '127.0.0.1', owner: { name: 'guard' }, count: 12 })
  const probing = body.rows.find((row) => row.kind === 'probing' && row.actor.name === 'wang')!
  expect(probing.count).toBeGreaterThanOrEqual(6)
  const done = await desk.call<Alarm>('PUT', `/api/alarms/${probing.id}/acknowledgement`, { token: guard.token, body: { note: '測試環境的檢查' } })
  expect(done.body).toMatchObject({ acknowledgedBy: 'guard', note: '測試環境的檢查' })
  expect((await desk.call('PUT', `/api/alarms/${probing.id}/acknowledgement`, { token: guard.token, body: { note: 'x' } })).status).toBe(409)
  expect((await desk.call('PUT', `/api/alarms/${body.rows[0]!.id}/owner`, { token: guard.token, body: { personId: people.admin.id } })).body).toMatchObject({ owner: { name: 'admin' } })
  expect((await desk.call('GET', '/api/alarms', { token: auditor.token })).status).toBe(403)
})

test('C21 whoever opens a planted customer or request, or takes customers out at night, raises an alarm that says who, from where, what and when', async () => {
  const plant = (token: string) => desk.call<{ rows: Canary[] }>('POST', '/api/canaries', { token, body: { name: '董事長夫人', subject: '保密專案', text: '請直接聯絡我', teamId: people.teamId } })
  expect((await plant(people.lead.token)).status).toBe(403)
  const [canary] = (await plant(guard.token)).body.rows
  const [row] = await desk.app.pool<{ id: string; subject: string; stage: string; holderId: null }[]>`select id, subject, stage, holder_id from requests.request where number = ${canary!.number}`
  expect([row!.stage, row!.holderId, row!.subject.includes('保密')]).toEqual(['closed', null, false])
  const canaryAlarms = async () => (await desk.call<{ rows: Alarm[] }>('GET', '/api/alarms?state=open', { token: guard.token })).body.rows.filter((one) => one.kind === 'canary-read')
  await desk.settle()
  expect(await canaryAlarms()).toEqual([])
  // Found like any other, by its words; finding is not opening.
  const found = await desk.call<{ rows: { id: string; number: number }[] }>('GET', `/api/requests?view=all&search=${encodeURIComponent('保密專案')}`, { token: people.lead.token })
  expect(found.body.rows.map((one) => one.number)).toEqual([canary!.number])
  await desk.settle()
  expect(await canaryAlarms()).toEqual([])
  expect((await desk.call('GET', `/api/requests/${row!.id}`, { token: people.lead.token })).status).toBe(200)
  await desk.settle()
  const now = desk.clock.now().toISOString()
  expect(await canaryAlarms()).toMatchObject([{ actor: { name: 'lead' }, source: '127.0.0.1', target: `#${canary!.number}`, count: 1, lastAt: now, owner: { name: expect.any(String) as string } }])
  expect((await desk.call('GET', `/api/customers/${canary!.customerId}`, { token: people.admin.token })).status).toBe(200)
  await desk.settle()
  expect((await canaryAlarms()).map((one) => one.actor.name).sort()).toEqual(['admin', 'lead'])
  expect((await desk.call('DELETE', `/api/canaries/${canary!.id}`, { token: guard.token })).status).toBe(204)
  expect((await desk.call('DELETE', `/api/canaries/${canary!.id}`, { token: guard.token })).status).toBe(404)
  await desk.call('GET', `/api/customers/${canary!.customerId}`, { token: people.outsider.token })
  await desk.settle()
  expect(await canaryAlarms()).toHaveLength(2)
})

test('C16 less than 184 days is refused; what is older than the rule leaves with an event of its own, and the chain still holds', async () => {
  const short = await desk.call<{ fault: { code: string } }>('PUT', '/api/audit/retention', { token: guard.token, body: { days: 183 } })
  expect([short.status, short.body.fault.code]).toEqual([422, 'governance.retention-too-short'])
  await desk.app.pool`insert into platform.setting (key, value, at) values ('governance.audit-retention', '{"days": 3}', now()) on conflict (key) do update set value = excluded.value`
  expect((await desk.call('GET', '/api/audit/retention', { token: auditor.token })).body).toEqual({ days: 184, least: 184 })
  expect((await desk.call('PUT', '/api/audit/retention', { token: guard.token, body: { days: 200 } })).body).toEqual({ days: 200, least: 184 })
  await sealEvents(desk.app)
  await desk.pass(201 * 86_400_000)
  await desk.pass(86_400_000)
  await sealEvents(desk.app)
  expect((await events({ type: 'platform.events-removed' })).rows.length).toBeGreaterThanOrEqual(9)
  const old = () => desk.app.pool<{ subject: string; type: string }[]>`select subject, type from platform.event e where at < '2026-03-03' order by seq`
  // The request is still open: its history stands, of all else nothing does.
  const open = (await desk.app.pool<{ id: string }[]>`select id from requests.request where closed_at is null`).map((one) => one.id)
  expect(open).toContain(request.id)
  expect((await old()).filter((event) => !open.includes(event.subject))).toEqual([])
  expect((await old()).filter((event) => event.subject === request.id)[0]).toMatchObject({ type: 'request.accepted' })
  await desk.app.pool`update requests.request set closed_at = ${desk.clock.now()}`
  await desk.pass(201 * 86_400_000)
  await desk.pass(86_400_000)
  expect(await old()).toEqual([])
  await sealEvents(desk.app)
  expect(await verifyEvents(desk.app)).toMatchObject({ damage: null })
}, 120_000)
