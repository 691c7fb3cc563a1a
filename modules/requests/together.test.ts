/** Arrivals that come at once share transactions, statements and round trips; nobody may notice but the clock. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { opened } from '../../platform/crypto/vault.ts'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import { staffed, type Staffed } from '../../test/people.ts'

interface Opened { id: string; number: number; customerId: string }
let desk: TestDesk
let people: Staffed
beforeAll(async () => { desk = await openDesk(); people = await staffed(desk) })
afterAll(() => desk.close())

const open = (key: string, email: string, text = '寬頻斷線') =>
  desk.call<Opened & { fault?: { code: string } }>('POST', '/api/requests', { token: people.intake.token, headers: { 'idempotency-key': key }, body: { subject: `工單 ${key}`, text, customer: { name: '陳美玲', email } } })
const many = <T>(count: number, one: (nr: number) => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: count }, (_, nr) => one(nr)))

test('4.1-a sixty arrivals at once are sixty requests with their own texts, words and histories', async () => {
  const answers = await many(60, (nr) => open(`at-once-${nr}`, `c${nr}@example.com`, `第 ${nr} 通`))
  expect(answers.map((answer) => answer.status)).toEqual(Array<number>(60).fill(201))
  expect(new Set(answers.map((answer) => answer.body.number)).size).toBe(60)
  const ids = answers.map((answer) => answer.body.id)
  const rows = await opened({ app: desk.app, db: desk.app.pool }, desk.app.pool<{ id: string; subject: string; messageId: string; body: string; identityId: string; email: string; words: number }[]>`
    select r.id, r.subject, m.id as message_id, m.body, i.id as identity_id, i.shown as email, length(s.tokens) as words from requests.request r join requests.message m on m.request_id = r.id
    join customers.identity i on i.customer_id = r.customer_id join requests.search s on s.request_id = r.id where r.id = any(${ids}::uuid[])`, { subject: ['requests.request/subject', 'id'], body: ['requests.message/body', 'messageId'], email: ['customers.identity/shown', 'identityId'] })
  expect(rows.length).toBe(60)
  for (const [nr, { body }] of answers.entries()) {
    expect(rows.find((row) => row.id === body.id)).toMatchObject({ subject: `工單 at-once-${nr}`, body: `第 ${nr} 通`, email: `c${nr}@example.com` })
  }
  expect(Math.min(...rows.map((row) => row.words))).toBeGreaterThan(3)
  const events = await desk.app.pool<{ subject: string; xid: string; type: string }[]>`select subject, xid::text, type from platform.event e where subject = any(${ids}::uuid[]) order by e.xid, e.seq`
  for (const id of ids) expect(events.filter((event) => event.subject === id).map((event) => event.type).slice(0, 2)).toEqual(['request.accepted', 'request.recognised'])
  // What this is about: fewer transactions than requests.
  expect(new Set(events.map((event) => event.xid)).size).toBeLessThan(40)
})

test('4.1-a one that is refused among many takes nothing from the others', async () => {
  await open('taken', 'first@example.com', '原文')
  const answers = await many(20, (nr) => (nr % 5 === 2 ? open('taken', 'first@example.com', '別的內容') : open(`beside-${nr}`, `d${nr}@example.com`)))
  expect(answers.map((answer) => answer.status)).toEqual(answers.map((_, nr) => (nr % 5 === 2 ? 422 : 201)))
  expect(answers[2]!.body.fault!.code).toBe('input.idempotency-reused')
  const [row] = await desk.app.pool<{ count: number }[]>`select count(*)::int as count from requests.request r join requests.intake i on i.request_id = r.id where i.key like 'beside-%'`
  expect(row!.count).toBe(16)
})

test('4.1-a 7.1-a the same key at once is one request, the same address at once one customer', async () => {
  const answers = await many(24, (nr) => open(nr % 2 ? 'twin' : `kin-${nr}`, 'twins@example.com'))
  expect(answers.every((answer) => answer.status === 201)).toBe(true)
  expect(new Set(answers.filter((_, nr) => nr % 2).map((answer) => answer.body.id)).size).toBe(1)
  expect(new Set(answers.map((answer) => answer.body.customerId)).size).toBe(1)
  const [row] = await desk.app.pool<{ count: number }[]>`select count(*)::int as count from requests.request r where r.customer_id = ${answers[0]!.body.customerId}`
  expect(row!.count).toBe(13)
})
