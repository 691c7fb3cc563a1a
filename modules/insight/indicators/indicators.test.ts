import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../../lib/id/index.ts'
import { scoreOf, usualIndicators, type Indicator, type MetricKey } from '../../../lib/metrics/index.ts'
import { run } from '../../../platform/context.ts'
import { createPerson, createToken } from '../../staff/index.ts'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { staffed, type Staffed, type TestPerson } from '../../../test/people.ts'
import type { Figures } from '../metrics/contract.ts'
import { measure } from '../metrics/measure.ts'
import type { IndexFigures, IndexVersion } from './contract.ts'

// Monday 2026-03-02, 10:00 in Taipei.
const DAY = 86_400_000
let desk: TestDesk
let people: Staffed
let director: TestPerson
const as = <T>(who: TestPerson, method: string, path: string, body?: unknown) => desk.call<T>(method, path, { token: who.token, ...(body === undefined ? {} : { body }) })
const codeOf = ({ status, body }: { status: number; body: unknown }) => `${status} ${(body as { fault?: { code: string } }).fault?.code ?? ''}`
const indexOf = async (query: string, who = people.admin): Promise<IndexFigures> => {
  const { status, body } = await as<IndexFigures>(who, 'GET', `/api/quality-index?${query}`)
  expect([status, status === 200 ? null : body]).toEqual([200, null])
  return body
}
const propose = (who: TestPerson, indicators: readonly Indicator[], effectiveOn = '2026-03-02', reason = '年度檢討') => as<IndexVersion>(who, 'POST', '/api/quality-index/versions', { indicators, effectiveOn, reason })
const one = (metric: MetricKey, target: number, zero: number, weight: number, ownerId: string | null = null): Indicator => ({ metric, group: 'reliability', ownerId, target, zero, weight })

interface Row { at: string; teamId?: string; channel?: string; score?: number; late?: boolean; reopened?: number; nextLate?: boolean | undefined }
async function put(rows: Row[]): Promise<void> {
  await run(desk.app, {}, async (ctx) => {
    const customerId = newId()
    await ctx.db`insert into customers.customer (id, name, created_at) values (${customerId}, '陳', ${ctx.now})`
    const ids: string[] = []
    for (const row of rows) {
      const id = newId()
      ids.push(id)
      await ctx.db`insert into requests.request (id, subject, stage, stage_since, priority, channel, language, customer_id, team_id, opened_by_kind, opened_at, first_response_at, resolution_at, closed_at, score, scored_at, reopened, last_message_at)
        values (${id}, '查詢', 'closed', ${row.at}, 'normal', ${row.channel ?? 'email'}, 'zh-Hant', ${customerId}, ${row.teamId ?? people.teamId}, 'customer', ${row.at}, ${row.at}, ${row.at}, ${row.at}, ${row.score ?? null}, ${row.score ? row.at : null}, ${row.reopened ?? 0}, ${row.at})`
      const clock = (kind: string, isLate: boolean) => ctx.db`insert into requests.clock (id, request_id, kind, run, version_id, clause, target_ms, calendar_version, state, started_at, used_ms, due_at, breached_at, noted_at, ended_at)
        values (${newId()}, ${id}, ${kind}, 1, (select id from standards.version limit 1), 'x', 1, 0, 'met', ${row.at}, 1, ${row.at}, ${isLate ? row.at : null}, ${isLate ? row.at : null}, ${row.at})`
      await clock('resolution', row.late ?? false)
      if (row.nextLate !== undefined) await clock('next-response', row.nextLate)
    }
    await measure(ctx, ids)
  })
}

beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  director = await run(desk.app, {}, async (ctx) => {
    const { id } = await createPerson(ctx, { name: 'director', login: 'director@example.com', role: 'director', locale: 'zh-Hant', zone: 'Asia/Taipei' })
    return { id, name: 'director', token: (await createToken(ctx, { name: 'test', personId: id })).token }
  })
})
afterAll(() => desk?.close())

test('5.1-a before there is a formula nothing is made up; whoever does not arrange proposes none, and nonsense is refused at its place', async () => {
  expect(await indexOf('from=2026-02-01&to=2026-03-02')).toMatchObject({ version: null, versions: [], total: { value: null, coverage: 0, before: null }, indicators: [], rows: [] })
  expect(codeOf(await as(people.agents[0]!, 'GET', '/api/quality-index?from=2026-02-01&to=2026-03-02'))).toBe('403 access.denied')
  expect(codeOf(await propose(people.agents[0]!, usualIndicators))).toBe('403 access.denied')
  expect(codeOf(await as(people.admin, 'GET', '/api/quality-index?from=2026-03-02&to=2026-02-01'))).toBe('422 insight.period-backwards')
  for (const [indicators, code] of [
    [[one('rating', 4.5, 3, 50), one('rating', 4.5, 3, 50)], 'metric-twice'], [[one('volume', 9, 1, 100)], 'no-direction'], [[one('rating', 3, 4.5, 100)], 'wrong-way'], [[one('reopen-rate', 0, 5, 100)], 'beyond-share'], [[one('rating', 4.5, 3, 99)], 'weights-sum'],
  ] as const) expect(codeOf(await propose(director, indicators))).toBe(`422 insight.index.${code}`)
  expect(codeOf(await propose(director, [one('rating', 4.5, 3, 100, newId())]))).toBe('422 staff.unknown-reference')
  expect(codeOf(await as(director, 'POST', '/api/quality-index/versions', { indicators: [], effectiveOn: '2026-03-02', reason: 'x' }))).toBe('422 input.invalid')
})

test('5.1-a a lead’s first formula waits for somebody who sees everything; taken back it leaves only its event', async () => {
  const proposed = await propose(people.lead, usualIndicators)
  expect([proposed.status, proposed.body.state]).toEqual([201, 'proposed'])
  expect((await indexOf('from=2026-02-01&to=2026-03-02')).version).toBeNull()
  expect(codeOf(await propose(director, usualIndicators))).toBe('409 insight.index.proposal-open')
  expect(codeOf(await as(people.lead, 'PUT', `/api/quality-index/versions/${proposed.body.id}/approval`))).toBe('403 insight.index.oversees-all')
  expect((await as(people.lead, 'DELETE', `/api/quality-index/versions/${proposed.body.id}/proposal?reason=${encodeURIComponent('先問過大家')}`)).status).toBe(204)
  expect((await as<{ rows: IndexVersion[] }>(people.lead, 'GET', '/api/quality-index/versions')).body.rows).toEqual([])
  const [event] = await desk.app.pool<{ data: { reason: string; indicators: unknown[] } }[]>`select data from platform.event where type = 'index.proposal-dropped'`
  expect([event!.data.reason, event!.data.indicators.length]).toEqual(['先問過大家', usualIndicators.length])
})

test('5.1-a the index is the weighted mean of what the reports of its indicators say, and says what has no data', async () => {
  await put([
    { at: '2026-02-17T02:00:00Z', score: 5 }, { at: '2026-02-18T02:00:00Z', score: 3, late: true, channel: 'chat' }, { at: '2026-02-19T02:00:00Z', score: 4, reopened: 1, teamId: people.otherTeamId }, { at: '2026-02-24T02:00:00Z', late: true, nextLate: true }, { at: '2026-02-25T02:00:00Z', score: 5, nextLate: false },
  ])
  const formula = [one('rating', 4.5, 3, 40, people.lead.id), one('deadlines-kept', 0.95, 0.55, 30), one('reopen-rate', 0, 0.5, 20), one('follow-up-in-time', 1, 0, 10)]
  const made = await propose(director, formula)
  // Nothing had been in force before, so nothing that was shown changes.
  expect(made.body).toMatchObject({ number: 1, state: 'approved', isFirst: true, isEffective: true, isAlone: true, decidedBy: { id: director.id } })
  const shown = await indexOf('from=2026-02-16&to=2026-03-01&by=time&bucket=week')
  for (const part of shown.indicators) {
    const report = (await as<Figures>(people.admin, 'GET', `/api/reports/figures?metric=${part.metric}&from=2026-02-16&to=2026-03-01`)).body.total
    expect([part.metric, part.value, part.count]).toEqual([part.metric, report.value, report.count])
    expect(part.score).toBe(scoreOf(report.value, part))
  }
  expect(shown.indicators.map((part) => [part.metric, part.value, part.score!.toFixed(1)])).toEqual([['rating', 4.25, '83.3'], ['deadlines-kept', 0.6, '12.5'], ['reopen-rate', 0.2, '60.0'], ['follow-up-in-time', 0.5, '50.0']])
  expect(shown.indicators[0]!.owner).toEqual({ id: people.lead.id, name: 'lead' })
  const byHand = (40 * (1.25 / 1.5) * 100 + 30 * (0.05 / 0.4) * 100 + 20 * 60 + 10 * 50) / 100
  expect(shown.total.value).toBeCloseTo(byHand, 9)
  expect(shown.indicators.reduce((sum, part) => sum + part.points!, 0)).toBeCloseTo(byHand, 9)
  expect([shown.total.coverage, shown.version, shown.versions]).toEqual([1, 1, [1]])
  // The first week has no request with a follow-up: its other weights make the whole, openly.
  expect(shown.rows.map((row) => [row.value === null, Math.round(row.coverage * 100)])).toEqual([[false, 90], [false, 100]])
  const [first] = shown.rows
  const firstByHand = (40 * (1 / 1.5) * 100 + 30 * ((2 / 3 - 0.55) / 0.4) * 100 + 20 * ((0.5 - 1 / 3) / 0.5) * 100) / 90
  expect(first!.value).toBeCloseTo(firstByHand, 9)
})

test('5.1-a 1.3-a by team, channel and service, narrowed, beside the period before, each by the rights of who asks', async () => {
  const days = 'from=2026-02-16&to=2026-03-01'
  const byTeam = await indexOf(`${days}&by=team`)
  expect(byTeam.rows.map((row) => row.label).sort()).toEqual(['一線', '二線'])
  const alone = await indexOf(`${days}&teamId=${people.otherTeamId}`)
  expect(byTeam.rows.find((row) => row.id === people.otherTeamId)!.value).toBeCloseTo(alone.total.value!, 9)
  const own = await indexOf(`${days}&by=team`, people.lead)
  expect(own.rows.map((row) => row.id)).toEqual([people.teamId])
  expect(own.total.value).toBeCloseTo(byTeam.rows.find((row) => row.id === people.teamId)!.value!, 9)
  const chat = await indexOf(`${days}&channel=chat`)
  expect((await indexOf(`${days}&by=channel`)).rows.find((row) => row.id === 'chat')!.value).toBeCloseTo(chat.total.value!, 9)
  expect((await indexOf(`${days}&by=service`)).rows).toHaveLength(1)
  const week = await indexOf('from=2026-02-23&to=2026-03-01&compare=previous&by=team')
  expect(week.total.before).toBeCloseTo((await indexOf('from=2026-02-16&to=2026-02-22')).total.value!, 9)
  expect(week.rows.find((row) => row.id === people.teamId)!.before).not.toBeNull()
})

test('5.1-a another formula counts from its day on, approved by somebody else; what was counted before keeps its own', async () => {
  const february = await indexOf('from=2026-02-16&to=2026-03-01')
  expect(codeOf(await propose(director, usualIndicators, '2026-03-01'))).toBe('422 insight.index.effective-past')
  const next = [one('rating', 5, 1, 100)]
  const proposed = (await propose(people.lead, next, '2026-03-09', '滿意才算數')).body
  expect(proposed).toMatchObject({ number: 2, state: 'proposed', isEffective: false, effectiveOn: '2026-03-09' })
  const own = (await propose(people.lead, next)).body
  expect(own.id).toBeUndefined()
  const approved = await as<IndexVersion>(people.admin, 'PUT', `/api/quality-index/versions/${proposed.id}/approval`)
  expect(approved.body).toMatchObject({ state: 'approved', effectiveOn: '2026-03-09', isAlone: false, isEffective: false })
  expect(codeOf(await as(people.admin, 'PUT', `/api/quality-index/versions/${proposed.id}/approval`))).toBe('409 insight.index.not-proposed')
  await put([{ at: '2026-03-03T02:00:00Z', score: 4 }, { at: '2026-03-10T02:00:00Z', score: 4 }])
  desk.clock.advance(12 * DAY)
  expect(await indexOf('from=2026-02-16&to=2026-03-01')).toMatchObject({ version: 1, total: february.total, indicators: february.indicators })
  const march = await indexOf('from=2026-03-02&to=2026-03-15&by=time&bucket=week&compare=previous')
  expect([march.version, march.versions, march.versionBefore]).toEqual([2, [1, 2], 1])
  expect(march.rows.map((row) => row.version)).toEqual([1, 2])
  expect(march.total.value).toBeCloseTo(75, 9)
  expect(march.rows[1]!.value).toBeCloseTo(75, 9)
  expect(march.rows[0]!.value).toBeCloseTo((40 * (1 / 1.5) * 100 + 30 * 100 + 20 * 100) / 90, 9)
  expect(march.total.before).toBeCloseTo(february.total.value!, 9)
  const own2 = (await propose(director, next, '2026-03-20')).body
  expect(codeOf(await as(director, 'PUT', `/api/quality-index/versions/${own2.id}/approval`))).toBe('409 insight.index.own-approval')
  expect((await as(people.admin, 'DELETE', `/api/quality-index/versions/${own2.id}/proposal?reason=x`)).status).toBe(204)
})
