/** The runner against a real database whose connection is lost at the worst moment. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import { run } from '../context.ts'
import type { Pool } from '../database/index.ts'
import { enqueue, type Job, JobRunner } from './index.ts'

let desk: TestDesk
beforeAll(async () => { desk = await openDesk() })
afterAll(() => desk.close())

/** The pool, whose first statement that says this is lost with its connection. */
function losing(pool: Pool, words: string): Pool {
  let isLost = false
  return new Proxy(pool, {
    apply(target, self, args: [TemplateStringsArray]) {
      if (isLost || !args[0].join('').includes(words)) return Reflect.apply(target as never, self, args) as unknown
      isLost = true
      return Promise.reject(Object.assign(new Error('write CONNECTION_CLOSED'), { code: 'CONNECTION_CLOSED' }))
    },
  })
}

test('4.1-a F03 jobs that were taken when the connection is lost are worked on, not held for ever', async () => {
  const done: string[] = []
  const problems: unknown[] = []
  const app = { ...desk.app, pool: losing(desk.app.pool, 'attempts = attempts - 1') }
  const runner = new JobRunner(app, { 'test.work': { perLane: 1, work: async (_app: unknown, job: Job) => { done.push(job.id) } } }, (error) => { problems.push(error) })
  const ids = await run(desk.app, {}, async (ctx) => [1, 2, 3].map((nr) => enqueue(ctx, 'test.work', { nr }, { lane: 'one' })))
  runner.start()
  try {
    await expect.poll(() => done.length, { timeout: 5_000 }).toBe(1)
    expect(problems).toHaveLength(1)
    // What was not given back is taken again when its lease has ended.
    await desk.app.pool`update platform.job set leased_until = clock_timestamp() where id = any(${ids})`
    await expect.poll(() => done.length, { timeout: 5_000 }).toBe(3)
    await expect.poll(() => runner.isBusy).toBe(false)
    expect(new Set(done)).toEqual(new Set(ids))
  } finally { await runner.stop() }
})
