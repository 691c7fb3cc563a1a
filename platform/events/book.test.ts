/** The order in which events are read: by transaction and place, as numbers. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import { sealEvents } from '../audit/seal.ts'
import { verifyEvents } from '../audit/verify.ts'
import { EventBook } from './book.ts'

let desk: TestDesk
beforeEach(async () => {
  desk = await openDesk()
  // From one number of digits to the next: as texts, 1000 stands before 999.
  await desk.app.pool`insert into platform.event (xid, id, type, actor_kind, at, data) select n::text::xid8, gen_random_uuid(), 'probe.happened', 'system', '2026-03-02', jsonb_build_object('nr', n) from generate_series(900, 1100) n`
})
afterEach(() => desk.close())

test('4.1-a a listener hears every event, in order, also when the numbers of transactions get a digit more', async () => {
  const heard: number[] = []
  const book = new EventBook()
  book.register('probe', { listeners: { 'probe.happened': async (_ctx, event) => { heard.push(event.data.nr as number) } } })
  await book.prepare(desk.app)
  await book.dispatch({ ...desk.app, book })
  expect(heard).toEqual(Array.from({ length: 201 }, (_, nr) => 900 + nr))
})

test('F28 the check of the chain reads events in the order they were sealed', async () => {
  expect(await sealEvents(desk.app)).toBeGreaterThan(200)
  expect(await verifyEvents(desk.app)).toMatchObject({ damage: null, unsealed: 0 })
})
