/** Settling: what replays and tests stand on. */
import { expect, onTestFinished, test } from 'vitest'
import { run } from '../platform/context.ts'
import { enqueue } from '../platform/jobs/index.ts'
import type { Module } from '../platform/module.ts'
import { openDesk } from '../test/harness.ts'
import { rooms } from './rooms.ts'

// Found by an alarm that was not there yet: the desk's own worker had taken the job that raises it.
test('4.1-a settling waits for a job the desk’s own worker took while it was listening', async () => {
  let isDone = false
  const probe: Module = { name: 'probe', queues: { 'probe.slow': { work: async () => { await new Promise((wake) => setTimeout(wake, 300)); isDone = true } } } }
  const own = await openDesk({ work: true, rooms: [...rooms, probe] })
  onTestFinished(() => own.close())
  await own.settle()
  await run(own.app, {}, async (ctx) => { enqueue(ctx, 'probe.slow', {}, { runAt: new Date(ctx.now.getTime() + 60_000) }) })
  const { book } = own.app
  const dispatch = book.dispatch.bind(book)
  book.dispatch = async (...words) => {
    const handled = await dispatch(...words)
    if (!isDone) { own.jobs.wake(); await expect.poll(() => own.jobs.running).toBe(1) }
    return handled
  }
  await own.pass(60_000)
  expect(isDone).toBe(true)
})
