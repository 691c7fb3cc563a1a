/** The order in which listeners hear, on a real database. */
import { expect, onTestFinished, test } from 'vitest'
import { openDesk } from '../../test/harness.ts'
import { sealEvents } from '../audit/seal.ts'
import { verifyEvents } from '../audit/verify.ts'
import { EventBook } from './book.ts'

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
