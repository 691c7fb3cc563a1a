/** The order in which listeners hear, on a real database. */
import { expect, onTestFinished, test } from 'vitest'
import { openDesk } from '../../test/harness.ts'
import { sealEvents } from '../audit/seal.ts'
import { verifyEvents } from '../audit/verify.ts'
import { run } from '../context.ts'
import { emit, EventBook } from './book.ts'
import { startPulse } from './pulse.ts'

// Found by kill -9 of a fresh installation: transactions 999 and 1000 were read in the order of their digits.
test('7.3-b I-7 events are heard once and in order, and verify, where the numbers of transactions grow by a digit', async () => {
  const desk = await openDesk()
  onTestFinished(() => desk.close())
  await desk.app.pool`
    insert into platform.event (xid, id, type, actor_kind, at, data)
    select xid::text::xid8, gen_random_uuid(), 'probe.happened', 'system', now(), jsonb_build_object('place', (xid - 9) * 60 + nr) from generate_series(9, 10) xid, generate_series(1, 60) nr order by xid, nr`
  const heard: number[] = []
  const book = new EventBook()
  book.register('probe', { listeners: { 'probe.happened': async (_ctx, event) => { heard.push(Number(event.data.place)) } } })
  const app = { ...desk.app, book }
  await book.prepare(app)
  while (!(await book.isRead(app))) await new Promise((wake) => setTimeout(wake, 20))
  await book.dispatch(app)
  expect(heard).toEqual(Array.from({ length: 120 }, (_, nr) => nr + 1))
  await sealEvents(desk.app)
  expect(await verifyEvents(desk.app)).toMatchObject({ events: 120, damage: null })
})

// Found by a bench whose program did not stop: a hundred thousand events waited for its listeners.
test('4.1-a F06 a stop ends listening behind the events in hand; whoever comes next hears the rest, each once', async () => {
  const desk = await openDesk()
  onTestFinished(() => desk.close())
  await desk.app.pool`insert into platform.event (id, type, actor_kind, at, data) select gen_random_uuid(), 'probe.happened', 'system', now(), jsonb_build_object('nr', nr) from generate_series(1, 1500) nr order by nr`
  const heard: number[] = []
  const bookOf = (pauseMs: number) => {
    const book = new EventBook()
    book.register('probe', { listeners: { 'probe.happened': async (_ctx, event) => { heard.push(Number(event.data.nr)); await new Promise((wake) => setTimeout(wake, pauseMs)) } } })
    return { ...desk.app, book }
  }
  const slow = bookOf(5)
  await slow.book.prepare(slow)
  while (!(await slow.book.isRead(slow))) await new Promise((wake) => setTimeout(wake, 20))
  const pulse = await startPulse(slow, { listen: true, onError: (error) => { throw error } })
  await expect.poll(() => heard.length).toBeGreaterThan(0)
  await pulse.stop()
  const stoppedAt = heard.length
  expect(stoppedAt).toBeLessThan(1500)
  const next = bookOf(0)
  await next.book.dispatch(next)
  expect(heard).toEqual(Array.from({ length: 1500 }, (_, nr) => nr + 1))
})

// Found where a visitor's words came to the agent's page two seconds late, each time: somebody else's transaction was open meanwhile.
test('7.2-a an event that waits behind another’s open transaction is told and heard when that ends, not at the next sweep', async () => {
  const desk = await openDesk()
  onTestFinished(() => desk.close())
  const heard: string[] = []
  const told: string[] = []
  const book = new EventBook()
  book.register('probe', { listeners: { 'probe.happened': async (_ctx, event) => { heard.push(String(event.data.word)) } } })
  const app = { ...desk.app, book }
  await book.prepare(app)
  book.subscribe({ wants: (event) => event.type === 'probe.happened', send: (event) => told.push(String(event.data.word)) })
  await book.prime(app)
  const pulse = await startPulse(app, { listen: true, sweepMs: 600_000, onError: (error) => { throw error } })
  onTestFinished(() => pulse.stop())
  await run(app, {}, (ctx) => emit(ctx, 'probe.happened', { data: { word: 'before' } }))
  await expect.poll(() => [heard, told]).toEqual([['before'], ['before']])
  let end: () => void = () => {}
  const held = new Promise<void>((resolve) => { end = resolve })
  const other = desk.app.pool.begin(async (db) => { await db`select pg_current_xact_id()`; await held })
  await new Promise((wake) => setTimeout(wake, 50))
  await run(app, {}, (ctx) => emit(ctx, 'probe.happened', { data: { word: 'behind' } }))
  await new Promise((wake) => setTimeout(wake, 400))
  expect([heard, told]).toEqual([['before'], ['before']])
  end()
  await other
  await expect.poll(() => [heard, told]).toEqual([['before', 'behind'], ['before', 'behind']])
})
