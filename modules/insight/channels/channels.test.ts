import { unzipSync } from 'fflate'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { measureReturns } from '../metrics/measure.ts'
import { newId } from '../../../lib/id/index.ts'
import { aggregateOf, metrics } from '../../../lib/metrics/index.ts'
import { shareInterval } from '../../../lib/statistics/index.ts'
import { run } from '../../../platform/context.ts'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { type Staffed, staffed } from '../../../test/people.ts'
import { approveStandard, draftStandard, proposeStandard, setChannel, type ChannelFields, type ChannelKey } from '../../standards/index.ts'
import type { Behinds, Figures } from '../metrics/contract.ts'
import { measure } from '../metrics/measure.ts'
import { type Effect, type EffectMetric, effectMetrics, type EffectRow, type Tiers } from './contract.ts'

// Monday 2026-03-02, 10:00 in Taipei. February is the period, January the one before.
let desk: TestDesk
let people: Staffed
const NOW = '2026-03-02T02:00:00.000Z'
const asked = 'from=2026-02-01&to=2026-02-28'
const get = async <T>(path: string, token = people.admin.token): Promise<T> => {
  const { status, body } = await desk.call<T>('GET', path, { token })
  expect({ path, status, body: status === 200 ? null : body }).toEqual({ path, status: 200, body: null })
  return body
}
const effect = (query = asked, token?: string) => get<Effect>(`/api/channel-effect?${query}`, token)
const rowOf = (of: Effect, channel: string | null, metric: EffectMetric): EffectRow => of.channels.find((one) => one.channel === channel)!.rows.find((row) => row.metric === metric)!

interface Made { channel: string; customer: number; openedAt: string; firstSeconds?: number | null; isLate?: boolean; byClause?: boolean; resolved?: boolean; asked?: number; score?: number | null; transfers?: number; handling?: number; team?: string }
let count = 0
/** A measured request as the history would have made it. */
async function fact({ channel, customer, openedAt, firstSeconds = 600, isLate = false, byClause = false, resolved = true, asked: times = 1, score = null, transfers = 0, handling = 3_600, team = people.teamId }: Made): Promise<string> {
  const id = newId()
  const later = (ms: number) => new Date(Date.parse(openedAt) + ms).toISOString()
  await desk.app.pool`insert into insight.fact ${desk.app.pool({
    id, number: 500_000 + ++count, customerId: `01890000-0000-7000-8000-${String(customer).padStart(12, '0')}`, teamId: team, channel, priority: 'normal', tier: 'standard', openedAt, acceptedAt: later(60_000),
    firstResponseAt: firstSeconds === null ? null : later(firstSeconds * 1000), firstResponseS: firstSeconds, firstResponseLate: isLate, resolutionAt: resolved ? later(7_200_000) : null, resolutionS: resolved ? 7_200 : null, handlingS: handling,
    resolutionLate: false, closedAt: resolved ? later(7_300_000) : null, score, scoredAt: score === null ? null : later(7_400_000), transfers, reopened: 0, failedVerifications: 0, asked: times, byChannelClause: byClause,
  })}`
  await measureReturns({ db: desk.app.pool }, [id])
  return id
}
const on = (month: number, day: number, hour = 3): string => new Date(Date.UTC(2026, month - 1, day, hour)).toISOString()
const priced = (channel: ChannelKey, cost: number, effectiveAt: string, more: Partial<ChannelFields> = {}, after = 0) => run(desk.app, {}, (ctx) => setChannel(ctx, channel, {
  tier: 'auxiliary', flow: '', responseMinutes: 15, targets: [{ metric: 'satisfied-share', target: 0.85 }, { metric: 'first-response-in-limit', target: 0.9 }], cost, currency: 'TWD', ...more, reason: '試', effectiveAt, after,
}))

beforeAll(async () => {
  desk = await openDesk({ start: '2025-12-31T00:00:00.000Z' })
  people = await staffed(desk)
  await desk.app.pool`delete from standards.channel`
  await priced('chat', 40, on(1, 1, 0))
  await priced('email', 60, on(1, 1, 0), { responseMinutes: null, targets: [] })
  desk.clock.advance(Date.parse('2026-02-14T00:00:00Z') - desk.clock.now().getTime())
  // From mid-February a contact by chat costs half; what was before keeps its price.
  await priced('chat', 20, on(2, 14, 0), { tier: 'core' }, 1)
  desk.clock.advance(Date.parse(NOW) - desk.clock.now().getTime())
  for (let day = 1; day <= 28; day++) {
    for (const month of [1, 2]) {
      const isNow = month === 2
      // Answers by chat take half as long in February, and satisfy more.
      for (let nr = 0; nr < 4; nr++) await fact({ channel: 'chat', customer: day * 10 + nr, openedAt: on(month, day, nr), firstSeconds: (isNow ? 400 : 900) + nr * 100 + day, score: nr === 0 && !isNow ? 2 : 5, asked: nr === 3 ? 3 : 1 })
      // Mail stays as it was.
      for (let nr = 0; nr < 2; nr++) await fact({ channel: 'email', customer: 5_000 + day * 10 + nr + month * 1000, openedAt: on(month, day, nr), firstSeconds: 3_000 + (nr + day % 5) * 100, score: (day + nr) % 5 === 0 ? 3 : 4, transfers: 1, handling: 14_400 })
    }
  }
})
afterAll(() => desk?.close())

test('3.1-d each channel beside the period before: more than chance is told from what may be chance', async () => {
  const of = await effect()
  expect([of.from, of.to, of.beforeFrom, of.beforeTo, of.currency]).toEqual(['2026-01-31T16:00:00.000Z', '2026-02-28T16:00:00.000Z', '2026-01-03T16:00:00.000Z', '2026-01-31T16:00:00.000Z', 'TWD'])
  expect(of.channels.map((one) => one.channel)).toEqual([null, 'email', 'chat'])
  const speed = rowOf(of, 'chat', 'first-response-time')
  expect(speed.now.value!).toBeLessThan(speed.before.value!)
  expect(speed.now.low!).toBeLessThanOrEqual(speed.now.value!)
  expect(speed.now.high!).toBeGreaterThanOrEqual(speed.now.value!)
  expect(speed.change).toMatchObject({ isChance: false })
  expect(speed.change!.high!).toBeLessThan(0)
  expect(rowOf(of, 'email', 'first-response-time').change).toMatchObject({ isChance: true })
  expect(rowOf(of, 'chat', 'satisfied-share').change).toMatchObject({ isChance: false })
  expect(rowOf(of, 'email', 'satisfied-share').change).toMatchObject({ isChance: true })
  // Four a day by chat, day after day: no ups and downs, no doubt.
  expect(rowOf(of, 'chat', 'volume').now).toEqual({ value: 112, count: 112, low: 112, high: 112 })
  expect(of.changes).toMatchObject([{ channel: 'chat', tier: 'core', tierBefore: 'auxiliary', effectiveAt: on(2, 14, 0) }])
})

test('3.2-c 4.3-b every figure is what the catalogue says and what the requests behind it make', async () => {
  const of = await effect()
  for (const metric of effectMetrics) {
    const figures = await get<Figures>(`/api/reports/figures?metric=${metric}&by=channel&compare=previous&${asked}`)
    for (const channel of ['chat', 'email', null]) {
      const { now, before } = rowOf(of, channel, metric)
      const one = channel === null ? figures.total : figures.rows.find((row) => row.id === channel)
      expect({ metric, channel, value: now.value?.toFixed(6), before: before.value?.toFixed(6) }).toEqual({ metric, channel, value: one?.value?.toFixed(6), before: one?.before?.toFixed(6) })
      const behind = await get<Behinds>(`/api/reports/requests?metric=${metric}&by=channel&${asked}&limit=200${channel === null ? '' : `&key=${channel}`}`)
      expect(behind.rows).toHaveLength(now.count)
      expect({ metric, channel, value: aggregateOf(metrics[metric].aggregate, behind.rows.map((row) => row.value))?.toFixed(6) }).toEqual({ metric, channel, value: now.value?.toFixed(6) })
    }
  }
})

test('3.1-b the limit of the channel counts, unless the standard has a clause for the channel; without either nothing does', async () => {
  const of = await effect()
  // Fifteen minutes: of each February day all four by chat; of each January day 900 + day seconds is beyond already.
  expect(rowOf(of, 'chat', 'first-response-in-limit').now).toMatchObject({ value: 1, count: 112, ...shareInterval(112, 112) })
  expect(rowOf(of, 'chat', 'first-response-in-limit').before).toMatchObject({ value: 0, count: 100 })
  expect(rowOf(of, 'chat', 'first-response-in-limit').target).toEqual({ value: 0.9, verdict: 'met' })
  expect(rowOf(of, 'email', 'first-response-in-limit')).toMatchObject({ now: { value: null, count: 0 }, change: null, target: null })
  // Late by a clause for the channel, whatever the channel's own limit says.
  const id = await fact({ channel: 'chat', customer: 1, openedAt: on(2, 3), firstSeconds: 60, byClause: true, isLate: true })
  expect(rowOf(await effect(), 'chat', 'first-response-in-limit').now.value).toBeCloseTo(112 / 113, 9)
  await desk.app.pool`delete from insight.fact where id = ${id}`
})

test('3.1-d past contacts keep their price, and a solved request costs its contacts', async () => {
  const of = await effect()
  // Thirteen days at 40, fifteen at 20; one in four wrote three times.
  const mean = (13 * 40 + 15 * 20) / 28
  expect(rowOf(of, 'chat', 'cost-per-contact').now).toEqual({ value: expect.closeTo(mean, 9), count: 112, low: null, high: null })
  expect(rowOf(of, 'chat', 'cost-per-contact').before.value).toBe(40)
  expect(rowOf(of, 'chat', 'cost-per-contact').change).toEqual({ value: expect.closeTo(mean - 40, 9), low: null, high: null, isChance: null })
  expect(rowOf(of, 'chat', 'cost-per-resolution').now.value).toBeCloseTo(mean * 1.5, 6)
  expect(rowOf(of, 'chat', 'cost-per-resolution').change).toMatchObject({ isChance: false })
})

test('3.1-d retention is who came back within thirty days of being served, once those are over', async () => {
  const of = await effect()
  // By chat everybody comes back a month later, 31 days after in January: only what is within thirty counts.
  expect(rowOf(of, 'chat', 'retention').now.value).toBe(0)
  const back = await fact({ channel: 'email', customer: 10, openedAt: on(1, 20) })
  const { now } = rowOf(await effect(), 'chat', 'retention')
  // Back through another channel is back; the 1st of January is the day before the thirty days of the period begin.
  expect(now.value! * now.count).toBeCloseTo(0, 9)
  const other = await fact({ channel: 'email', customer: 60, openedAt: on(1, 20) })
  const later = rowOf(await effect(), 'chat', 'retention').now
  expect(later.value! * later.count).toBeCloseTo(1, 9)
  expect(later.high!).toBeGreaterThan(later.value!)
  await desk.app.pool`delete from insight.fact where id in ${desk.app.pool([back, other])}`
  await measureReturns({ db: desk.app.pool }, (await desk.app.pool<{ id: string }[]>`select id from insight.fact`).map((row) => row.id))
})

test('3.1-d few say that they are few, narrowing narrows, and a lead sees what a lead may', async () => {
  const none = await effect('from=2025-11-01&to=2025-11-02')
  expect(none.channels.map((one) => one.channel)).toEqual([null])
  expect(rowOf(none, null, 'volume').now).toMatchObject({ value: 0, count: 0 })
  const two = await effect('from=2026-02-02&to=2026-02-02')
  expect(rowOf(two, 'email', 'first-response-time')).toMatchObject({ now: { count: 2, low: null, high: null }, change: { isChance: null } })
  const others = await fact({ channel: 'phone', customer: 9, openedAt: on(2, 5), team: people.otherTeamId })
  expect((await effect()).channels.map((one) => one.channel)).toContain('phone')
  expect((await effect(asked, people.lead.token)).channels.map((one) => one.channel)).not.toContain('phone')
  expect((await effect(`${asked}&teamId=${people.otherTeamId}`)).channels.map((one) => one.channel)).toEqual([null, 'phone'])
  await desk.app.pool`delete from insight.fact where id = ${others}`
  expect(await desk.call<{ fault: { code: string } }>('GET', '/api/channel-effect?from=2026-02-02&to=2026-02-01', { token: people.admin.token })).toMatchObject({ status: 422, body: { fault: { code: 'insight.period-backwards' } } })
})

test('3.1-d the same goes out as CSV and as a workbook', async () => {
  const file = async (format: string) => { const answer = await fetch(`${desk.url}/api/channel-effect/export?${asked}&format=${format}`, { headers: { authorization: `Bearer ${people.admin.token}` } }); expect(answer.status).toBe(200); return Buffer.from(await answer.arrayBuffer()) }
  const lines = (await file('csv')).toString('utf8').slice(1).trim().split('\r\n')
  expect(lines).toHaveLength(1 + 3 * effectMetrics.length)
  const price = lines.find((one) => one.includes('TWD') && one.startsWith('線上客服'))!
  expect(price.split(',').slice(0, 4)).toEqual(['線上客服', '核心', '每次接觸成本 (TWD)', String((13 * 40 + 15 * 20) / 28)])
  const sheet = new TextDecoder().decode(unzipSync(await file('xlsx'))['xl/worksheets/sheet1.xml'])
  expect(sheet.match(/<row /g)).toHaveLength(1 + 3 * effectMetrics.length)
})

test('3.1-b tiers are proposed from the figures, taken with one action, and the reason is written down', async () => {
  const tiers = () => get<Tiers>('/api/channel-tiers?from=2025-12-02&to=2026-03-01')
  const { rows, all, rule } = await tiers()
  expect(all).toBe(rows.reduce((sum, row) => sum + row.volume, 0))
  const chat = rows.find((row) => row.channel === 'chat')!
  // Two channels: two thirds of the requests, everybody back in the next month, less work than mail.
  expect(chat).toMatchObject({ volume: 224, customers: 112, returned: 112, verdict: 'keep', record: { tier: 'core' } })
  expect(chat.score!.parts.volume).toBeCloseTo(rule.weights.volume * Math.min(1, ((224 / all) * 2) / rule.fulls.volume), 9)
  expect(rows.find((row) => row.channel === 'phone')).toMatchObject({ volume: 0, record: null })
  await priced('chat', 20, on(3, 2, 3), { tier: 'supplementary' }, 2)
  desk.clock.advance(3_600_000)
  const proposal = (await tiers()).rows.find((row) => row.channel === 'chat')!
  expect(proposal).toMatchObject({ verdict: 'move', latest: 3, score: { tier: 'core' } })
  const take = (body: object, token = people.admin.token) => desk.call<{ tier: string; number: number; reason: string; cost: number; fault: { code: string } }>('PUT', '/api/channel-tiers/chat', { token, body: { from: '2025-12-02', to: '2026-03-01', after: 3, ...body } })
  expect((await take({ tier: 'core' }, people.lead.token)).status).toBe(403)
  expect((await take({ tier: 'auxiliary' })).body.fault.code).toBe('insight.tier.not-proposed')
  expect((await take({ tier: 'core', after: 2 })).body.fault.code).toBe('standards.changed-meanwhile')
  const taken = await take({ tier: 'core' })
  expect(taken).toMatchObject({ status: 200, body: { tier: 'core', number: 4, cost: 20 } })
  expect(taken.body.reason).toContain(proposal.score!.score.toFixed(2))
  expect((await tiers()).rows.find((row) => row.channel === 'chat')).toMatchObject({ verdict: 'keep' })
  expect((await get<Tiers>('/api/channel-tiers?from=2026-02-01&to=2026-02-02')).rows.every((row) => row.verdict === 'few')).toBe(true)
})

test('3.1-b a clause of the standard for the channel is known to the facts', async () => {
  const [service] = (await get<{ rows: { id: string; standard: { content: never } }[] }>('/api/services')).rows
  const content = service!.standard.content as { clauses: object[] }
  await run(desk.app, {}, async (ctx) => {
    const draft = await draftStandard(ctx, service!.id, { reason: '', content: { ...content, clauses: [...content.clauses, { key: 'chat', words: '', measure: 'first-response', target: 5, when: { channel: 'chat' }, ownerId: null, dimension: 'delivery' }] } as never })
    await proposeStandard(ctx, draft.id, '線上客服要快')
    await approveStandard(ctx, draft.id, {})
  })
  const open = async (channel: string) => (await desk.call<{ id: string }>('POST', '/api/requests', { token: people.intake.token, body: { subject: '詢問', text: '請問', channel, customer: { name: '王', email: `${channel}@example.com` } } })).body.id
  const [chat, email] = [await open('chat'), await open('email')]
  await run(desk.app, {}, (ctx) => measure(ctx, [chat, email]))
  const known = new Map((await desk.app.pool<{ id: string; byChannelClause: boolean }[]>`select id, by_channel_clause from insight.fact where id in ${desk.app.pool([chat, email])}`).map((row) => [row.id, row.byChannelClause]))
  expect([known.get(chat), known.get(email)]).toEqual([true, false])
})
