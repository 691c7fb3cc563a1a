import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../../lib/id/index.ts'
import { run } from '../../../platform/context.ts'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { staffed, type Staffed, type TestPerson } from '../../../test/people.ts'
import type { Column, Today } from '../contract.ts'
import type { Figures } from '../metrics/contract.ts'
import { measure } from '../metrics/measure.ts'
import type { Wall, Wallboard } from './contract.ts'

// Monday 2026-03-02, 10:00 in Taipei.
let desk: TestDesk
let people: Staffed
const customers: string[] = []
const as = <T>(who: TestPerson, method: string, path: string, body?: unknown) => desk.call<T>(method, path, { token: who.token, ...(body === undefined ? {} : { body }) })
const codeOf = ({ status, body }: { status: number; body: unknown }) => `${status} ${(body as { fault?: { code: string } }).fault?.code ?? ''}`
const make = async (who: TestPerson, teamId: string | null = null) => (await as<{ row: Wallboard; link: string }>(who, 'POST', '/api/wallboards', { name: '大廳', locale: 'zh-Hant', theme: 'dark', seconds: 15, teamId })).body
const tokenOf = (link: string): string => new URL(link).hash.slice(1)
const wallOf = (link: string) => desk.call<Wall>('GET', `/api/wall/${tokenOf(link)}`)
/** A board keeps its figures for a second; a new one counts at once. */
const fresh = async (): Promise<Wall> => (await wallOf((await make(people.admin)).link)).body

interface Row { at: string; teamId?: string; stage?: string; firstAt?: string; late?: boolean; resolvedAt?: string; closedAt?: string; dueAt?: string }
async function put(rows: Row[]): Promise<void> {
  const ids: string[] = []
  for (const row of rows) {
    ids.push(newId())
    await desk.app.pool`insert into requests.request (id, subject, stage, stage_since, priority, channel, language, customer_id, team_id, opened_by_kind, opened_at, first_response_at, resolution_at, closed_at, next_due_at, last_message_at)
      values (${ids.at(-1)!}, '無法撥打國際電話', ${row.stage ?? 'accept'}, ${row.at}, 'normal', 'email', 'zh-Hant', ${customers[0]!}, ${row.teamId ?? people.teamId}, 'customer', ${row.at}, ${row.firstAt ?? null}, ${row.resolvedAt ?? null}, ${row.closedAt ?? null}, ${row.dueAt ?? null}, ${row.at})`
    if (row.late) await desk.app.pool`
      insert into requests.clock (id, request_id, kind, run, version_id, clause, target_ms, calendar_version, state, started_at, used_ms, due_at, breached_at, noted_at, ended_at)
      values (${newId()}, ${ids.at(-1)!}, 'first-response', 1, (select id from standards.version limit 1), 'x', 1, 0, 'met', ${row.at}, 1, ${row.firstAt!}, ${row.firstAt!}, ${row.firstAt!}, ${row.firstAt!})`
  }
  await run(desk.app, {}, (ctx) => measure(ctx, ids))
}

beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  await desk.app.pool`update staff.person set name = '值班人員' || login`
  customers.push(newId())
  await desk.app.pool`insert into customers.customer (id, name, created_at) values (${customers[0]!}, '王大明客戶', ${desk.clock.now()})`
  await put([
    { at: '2026-03-02T00:10:00Z', dueAt: '2026-03-02T01:00:00Z' }, { at: '2026-03-02T00:30:00Z', dueAt: '2026-03-02T02:30:00Z' }, { at: '2026-03-01T17:00:00Z', stage: 'execute', firstAt: '2026-03-02T01:00:00Z', dueAt: '2026-03-02T09:00:00Z' },
    { at: '2026-03-01T18:00:00Z', stage: 'track', firstAt: '2026-03-02T01:10:00Z', late: true }, { at: '2026-03-01T19:00:00Z', stage: 'closed', firstAt: '2026-03-01T20:00:00Z', resolvedAt: '2026-03-02T01:00:00Z', closedAt: '2026-03-02T01:30:00Z' },
    { at: '2026-03-02T01:00:00Z', teamId: people.otherTeamId, stage: 'verify' },
  ])
})
afterAll(() => desk?.close())

test('1.3-a 4.3-b wallboard, board, start page and report tell the same figures, each by the rights of who made or asks', async () => {
  for (const [who, total] of [[people.admin, 6], [people.lead, 5]] as const) {
    const { link } = await make(who)
    const wall = (await wallOf(link)).body
    const [board, today, counts] = await Promise.all([
      as<{ rows: Column[] }>(who, 'GET', '/api/today/columns'), as<Today>(who, 'GET', '/api/today'), as<{ views: Record<string, number> }>(who, 'GET', '/api/requests/counts')])
    expect(wall.columns).toEqual(board.body.rows.map(({ id, count }) => ({ id, count })))
    expect(wall.columns.map((one) => one.count)).toEqual([2, 1, 1, who === people.admin ? 1 : 0])
    expect(wall.waitingSince).toBe(board.body.rows[0]!.oldest[0]!.stageSince)
    expect([wall.overdue, wall.overdue + wall.dueSoon]).toEqual([counts.body.views.overdue, counts.body.views['due-soon']])
    expect([wall.overdue, wall.dueSoon]).toEqual([1, 1])
    expect([wall.opened.count, wall.closed.count, wall.doneToday]).toEqual([today.body.opened.count, today.body.closed.count, today.body.resolutions.count])
    const told = async (metric: string) => (await as<Figures>(who, 'GET', `/api/reports/figures?metric=${metric}&from=2026-03-02&to=2026-03-02`)).body.total
    expect(wall.opened.count).toBe(total)
    expect((await told('volume')).value).toBe(wall.opened.count)
    expect((await told('closed')).value).toBe(wall.closed.count)
    expect((await told('first-response-in-time')).value).toBeCloseTo(wall.firstResponses.inTime / wall.firstResponses.count, 9)
    expect((await told('resolution-in-time')).count).toBe(wall.resolutions.count)
    expect((await told('backlog')).value).toBe(wall.columns.reduce((sum, one) => sum + one.count, 0))
    expect(wall.people).toEqual({ online: who === people.admin ? 5 : 3, away: 0, offline: 0 })
  }
})

test('1.3-a a wallboard names nobody, needs no session, and says how old its figures are', async () => {
  const { link } = await make(people.admin)
  const { status, body } = await wallOf(link)
  expect(status).toBe(200)
  const text = JSON.stringify(body)
  for (const word of ['王大明', '值班人員', '國際電話', people.agents[0]!.id, customers[0]!]) expect(text).not.toContain(word)
  expect(Object.keys(body).sort()).toEqual(['ageMs', 'alarms', 'asOf', 'closed', 'columns', 'doneToday', 'dueSoon', 'firstResponses', 'locale', 'name', 'opened', 'overdue', 'people', 'resolutions', 'seconds', 'team', 'theme', 'waitingSince', 'zone'])
  const before = (await fresh()).columns[0]!.count
  await put([{ at: '2026-03-02T01:59:00Z' }])
  const after = await fresh()
  expect(after.columns[0]!.count).toBe(before + 1)
  expect(after.ageMs).toBeGreaterThanOrEqual(0)
})

test('E02 a link is 256 random bits kept as a keyed hash; revoked, guessed or of somebody who may no longer, it answers the same nothing', async () => {
  const { row, link } = await make(people.lead, people.teamId)
  const secret = tokenOf(link)
  expect(secret).toMatch(/^[\w-]{43}$/)
  expect(JSON.stringify(await desk.app.pool`select w::text as row from insight.wallboard w`)).not.toContain(secret)
  expect(JSON.stringify((await as(people.admin, 'GET', '/api/wallboards')).body)).not.toContain(secret)
  for (const guess of ['x', `${secret.slice(0, 42)}${secret.endsWith('A') ? 'B' : 'A'}`]) expect(codeOf(await desk.call('GET', `/api/wall/${guess}`))).toBe('404 insight.wall.ended')
  expect(codeOf(await as(people.lead, 'POST', '/api/wallboards', { name: 'x', locale: 'en', theme: 'dark', seconds: 15, teamId: people.otherTeamId }))).toBe('422 insight.wall.team-beyond')
  expect(codeOf(await as(people.agents[0]!, 'POST', '/api/wallboards', { name: 'x', locale: 'en', theme: 'dark', seconds: 15, teamId: null }))).toBe('403 access.denied')
  const ofAdmin = await make(people.admin)
  expect(codeOf(await as(people.lead, 'DELETE', `/api/wallboards/${ofAdmin.row.id}`))).toBe('404 insight.wall.not-found')
  expect((await wallOf(link)).status).toBe(200)
  expect((await as(people.admin, 'DELETE', `/api/wallboards/${row.id}`)).status).toBe(204)
  expect(codeOf(await wallOf(link))).toBe('404 insight.wall.ended')
  const again = await make(people.lead)
  await desk.app.pool`update staff.person set disabled_at = ${desk.clock.now()} where id = ${people.lead.id}`
  expect(codeOf(await wallOf(again.link))).toBe('404 insight.wall.ended')
})

test('1.3-a today stands beside the mean of the same weekday up to the same hour, with its weeks, and beside nothing when they are few', async () => {
  const weeksAgo = (weeks: number, hour: number) => new Date(Date.parse('2026-03-02T00:00:00Z') - weeks * 7 * 86_400_000 + hour * 3_600_000).toISOString()
  // One minute of the installation's first day, then two Mondays: 4 and 2 before ten, more after it.
  await put([{ at: weeksAgo(2, -10), stage: 'closed' }, ...[1, 1, 1, 1, 2, 2].map((weeks) => ({ at: weeksAgo(weeks, 1), stage: 'closed' })), ...[1, 2].map((weeks) => ({ at: weeksAgo(weeks, 5), stage: 'closed' }))])
  expect((await fresh()).opened.usual).toBeNull()
  await put([{ at: weeksAgo(3, -10), stage: 'closed' }, { at: weeksAgo(3, -1), stage: 'closed' }, { at: weeksAgo(3, 1), stage: 'closed' }, { at: weeksAgo(3, 2), stage: 'closed' }])
  expect((await fresh()).opened.usual).toEqual({ mean: (4 + 2 + 3) / 3, weeks: 3 })
})
