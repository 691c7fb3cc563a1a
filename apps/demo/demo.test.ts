import { afterAll, beforeAll, expect, test } from 'vitest'
import { opened } from '../../platform/crypto/vault.ts'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import { demoState, makeDemo, removeDemo } from './index.ts'

let desk: TestDesk
beforeAll(async () => { desk = await openDesk({ start: '2026-03-20T02:00:00.000Z' }) })
afterAll(() => desk.close())

const count = async (table: string): Promise<number> => (await desk.app.pool.unsafe<{ n: number }[]>(`select count(*)::int as n from ${table}`))[0]!.n

test('4.3-a the demonstration company plays the loop through the real commands, and one action removes it', { timeout: 120_000 }, async () => {
  const people = await makeDemo(desk.app, desk.databaseUrl, { days: 8, requests: 150 }, () => {})
  expect(people.map((person) => person.role)).toEqual(expect.arrayContaining(['administrator', 'lead', 'agent', 'intake']))
  expect(await count('requests.request')).toBeGreaterThanOrEqual(150)
  const stages = await desk.app.pool<{ stage: string; n: number }[]>`select stage, count(*)::int as n from requests.request group by stage`
  expect(stages.find((row) => row.stage === 'closed')!.n).toBeGreaterThan(30)
  const [loop] = await desk.app.pool<{ failed: number; replied: number; scored: number; breached: number }[]>`
    select count(*) filter (where type = 'request.sent-back')::int as failed, count(*) filter (where type = 'request.replied')::int as replied,
      count(*) filter (where type = 'request.scored')::int as scored, count(*) filter (where type like '%breached')::int as breached from platform.event`
  expect(Math.min(loop!.failed, loop!.replied, loop!.scored, loop!.breached)).toBeGreaterThan(0)
  // What the listeners would do now, they would do a second time: the past is not acted on by today's clock.
  const before = await count('requests.request')
  await desk.settle()
  expect(await count('requests.request')).toBe(before)
  const intake = people.find((person) => person.role === 'intake')!
  const mine = await desk.call<{ id: string }>('POST', '/api/requests', { token: intake.token!, headers: { 'idempotency-key': 'own' }, body: { subject: '自己的工單', text: '要留下', customer: { name: '留下', email: 'stays@example.com' } } })
  expect(mine.status).toBe(201)
  await removeDemo(desk.app)
  expect((await demoState(desk.app)).state).toBe('none')
  expect(await opened({ app: desk.app, db: desk.app.pool }, desk.app.pool<{ id: string; subject: string }[]>`select id, subject from requests.request`, { subject: ['requests.request/subject', 'id'] })).toMatchObject([{ subject: '自己的工單' }])
  expect(await desk.app.pool`select 1 from platform.data_key where id not in (select id from customers.customer) and id <> '00000000-0000-0000-0000-000000000000'`).toHaveLength(0)
  expect(await count(`platform.event where type = 'request.replied'`)).toBe(0)
})

test('4.3-a the same seed plays the same story, whoever of two at a time was answered first', { timeout: 120_000 }, async () => {
  const told = async () => {
    const other = await openDesk({ start: '2026-03-20T02:00:00.000Z' })
    try {
      await makeDemo(other.app, other.databaseUrl, { days: 4, requests: 60, seed: 5 }, () => {})
      return (await other.app.pool<{ number: number; story: string[] }[]>`select r.number, array_agg(e.at || ' ' || e.type order by e.at, e.type) as story from platform.event e join requests.request r on r.id = e.subject group by r.number order by r.number`).map((row) => [row.number, ...row.story])
    } finally { await other.close() }
  }
  const [once, again] = [await told(), await told()]
  expect(once.length).toBeGreaterThanOrEqual(60)
  expect(again).toEqual(once)
})
