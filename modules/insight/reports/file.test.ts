import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../../lib/id/index.ts'
import { run } from '../../../platform/context.ts'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { staffed, type Staffed } from '../../../test/people.ts'
import type { Asked, Figures } from '../metrics/contract.ts'
import { measure } from '../metrics/measure.ts'
import { chartOf } from './chart.ts'
import { faceFor } from './font.ts'
import { pdfOf } from './page.ts'

const face = await faceFor('zh-Hant', '')
let desk: TestDesk
let people: Staffed
beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  const [customerId, ids] = [newId(), [newId(), newId(), newId()]]
  await desk.app.pool`insert into customers.customer (id, name, created_at) values (${customerId}, '王大明', ${desk.clock.now()})`
  for (const [nr, id] of ids.entries()) await desk.app.pool`insert into requests.request (id, subject, stage, stage_since, priority, channel, language, customer_id, team_id, opened_by_kind, opened_at, last_message_at)
    values (${id}, '斷線', 'accept', '2026-03-01T02:00:00Z', 'normal', 'email', 'zh-Hant', ${customerId}, ${nr ? people.teamId : people.otherTeamId}, 'customer', '2026-03-01T02:00:00Z', '2026-03-01T02:00:00Z')`
  await run(desk.app, {}, (ctx) => measure(ctx, ids))
})
afterAll(() => desk?.close())

const fetched = async (format: string, query = 'metric=volume&by=team&from=2026-02-24&to=2026-03-02') => {
  const response = await fetch(`${desk.url}/api/reports/files/${format}?${query}`, { headers: { authorization: `Bearer ${people.admin.token}` } })
  return { status: response.status, type: response.headers.get('content-type'), name: response.headers.get('content-disposition') ?? '', bytes: Buffer.from(await response.arrayBuffer()) }
}

test('4.3-b a report is had as a workbook and CSV anywhere, as page and picture where the machine has a Chinese face, and what it lacks is told', async () => {
  const { body } = await desk.call<{ rows: { format: string; reason: string | null }[] }>('GET', '/api/reports/formats', { token: people.admin.token })
  expect(body.rows.map(({ format, reason }) => [format, reason])).toEqual([['xlsx', null], ['csv', null], ['pdf', face ? null : 'insight.file.no-font'], ['png', face ? null : 'insight.file.no-font']])
  const [book, csv] = [await fetched('xlsx'), await fetched('csv')]
  expect([book.status, book.bytes.subarray(0, 2).toString()]).toEqual([200, 'PK'])
  expect(csv.bytes.toString()).toMatch(/一線,2,2/)
  expect(decodeURIComponent(csv.name)).toContain('新增工單 2026-02-24 2026-03-02.csv')
  expect((await fetched('doc')).status).toBe(404)
  expect((await fetched('csv', 'metric=volume&by=team&from=2026-03-02&to=2026-02-24')).status).toBe(422)
  expect(await faceFor('zh-Hant', '', [])).toBeNull()
  expect(await faceFor('zh-Hant', new URL(import.meta.url).pathname, [])).toBeNull()
})

test.skipIf(!face)('4.3-b the page holds its words as words in a face cut to the signs it needs; the picture is twice as fine as it is wide', async () => {
  const page = await fetched('pdf')
  expect([page.status, page.type, page.bytes.subarray(0, 5).toString()]).toEqual([200, 'application/pdf', '%PDF-'])
  const source = page.bytes.toString('latin1')
  for (const part of ['/ToUnicode', '/Lang (zh-Hant)', face!.postscript]) expect(source).toContain(part)
  expect(page.bytes.length).toBeLessThan(300_000)
  const picture = await fetched('png', 'metric=volume&by=time&bucket=day&from=2026-02-24&to=2026-03-02')
  expect([picture.status, picture.type, picture.bytes.subarray(1, 4).toString(), picture.bytes.readUInt32BE(16)]).toEqual([200, 'image/png', 'PNG', 1920])
})

const asked: Asked = { metric: 'volume', by: 'time', bucket: 'day', from: '2026-01-01', to: '2026-12-31', compare: 'none' }
const figures: Figures = { asOf: '2026-12-31T16:00:00.000Z', zone: 'Asia/Taipei', from: '2025-12-31T16:00:00.000Z', to: '2026-12-31T16:00:00.000Z', currency: null, total: { value: 3650, count: 3650, before: null },
  rows: Array.from({ length: 365 }, (_, day) => ({ id: new Date(Date.parse('2025-12-31T16:00:00Z') + day * 86_400_000).toISOString(), label: null, value: day === 200 ? 90 : 10 + (day % 3), count: 10, before: null })) }

test('4.3-b the chart marks what the control chart of the page marks, and leaves a gap where there is no value', () => {
  const told = { name: 'x', asked, figures, locale: 'zh-Hant' as const, zone: 'Asia/Taipei' }
  const marks = (drawn: typeof told) => chartOf(drawn, 800, 300).parts.filter((part) => part.kind === 'stroke' && part.fill === '#b3261e').length
  expect(marks(told)).toBeGreaterThanOrEqual(1)
  const holed = { ...told, figures: { ...figures, rows: figures.rows.map((row, at) => (at === 100 ? { ...row, value: null } : row)) } }
  const line = chartOf(holed, 800, 300).parts.find((part) => part.kind === 'stroke' && part.stroke === '#1f5fbf')
  expect(line?.kind === 'stroke' && line.path.match(/M/g)).toHaveLength(2)
})

test.skipIf(!face)('4.3-b a year of days is a page after page with every row, in bounded memory', async () => {
  const before = process.memoryUsage().rss
  const bytes = Buffer.from(await pdfOf({ name: '每日新增', asked, figures, locale: 'zh-Hant', zone: 'Asia/Taipei' }, face!))
  expect(Number(/\/Count (\d+)/.exec(bytes.toString('latin1'))![1])).toBeGreaterThanOrEqual(9)
  expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024)
}, 30_000)
