import { inject, expect, onTestFinished, test } from 'vitest'
import { openPool } from '../database/index.ts'
import { DatabaseClock } from './database.ts'

test('F18 a machine whose clock is 90 s ahead, or jumps by an hour, goes by the database’s time', async () => {
  const pool = openPool(process.env.TEST_DATABASE_URL ?? inject('databaseUrl'), { max: 1 })
  onTestFinished(() => pool.end({ timeout: 1 }))
  let wrongByMs = 90_000
  const clock = new DatabaseClock(() => Date.now() + wrongByMs)
  const awayMs = async (): Promise<number> => {
    const [row] = await pool<{ at: string }[]>`select clock_timestamp() as at`
    return Math.abs(clock.now().getTime() - Date.parse(row!.at))
  }
  expect(await awayMs()).toBeGreaterThan(80_000)
  expect(await clock.compare(pool)).toBeGreaterThan(89_000)
  expect(await awayMs()).toBeLessThan(500)
  wrongByMs = -3_600_000
  expect(await awayMs()).toBeLessThan(500)
  expect(await clock.compare(pool)).toBeLessThan(-3_590_000)
  expect(await awayMs()).toBeLessThan(500)
})

test('comparing again and again never sets a right clock back', async () => {
  const pool = openPool(process.env.TEST_DATABASE_URL ?? inject('databaseUrl'), { max: 1 })
  onTestFinished(() => pool.end({ timeout: 1 }))
  let steadyMs = 0
  const clock = new DatabaseClock(Date.now, () => (steadyMs = Math.max(steadyMs, performance.now())))
  await clock.compare(pool)
  let last = clock.now().getTime()
  for (let time = 0; time < 200; time++) {
    await clock.compare(pool)
    const now = clock.now().getTime()
    expect(now).toBeGreaterThanOrEqual(last - 5)
    last = now
  }
})
