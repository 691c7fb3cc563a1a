/** A network that swallows connections, between a real pool and a real PostgreSQL. */
import { join } from 'node:path'
import { expect, inject, onTestFinished, test } from 'vitest'
import { openLine } from '../../test/faults/line.ts'
import { isUnavailable, openPool, transaction } from './index.ts'
import { socketHost } from './embedded-url.ts'

test('F20 I-11 statements on connections that have gone silent fail as unavailable within the limit, and the pool goes on', async () => {
  const url = process.env.TEST_DATABASE_URL ?? inject('databaseUrl')
  const line = await openLine(join(socketHost(url).host!, '.s.PGSQL.5432'))
  const pool = openPool(`postgres://loopdesk@127.0.0.1:${line.port}/${url.split('/').at(-1)}`, { max: 3, silentMs: 800 })
  onTestFinished(async () => { await pool.end({ timeout: 1 }); await line.close() })
  let isAsked = false
  const heard: string[] = []
  await pool.listen('silence_probe', (payload) => { heard.push(payload) })
  const inside = transaction(pool, async (db) => {
    await db`select 1`
    isAsked = true
    await new Promise((wake) => setTimeout(wake, 300))
    await db`select 2`
  })
  while (!isAsked) await new Promise((wake) => setTimeout(wake, 5))
  await Promise.all([pool`select 1`, pool`select 1`])
  line.lose()
  const began = performance.now()
  const outcomes = await Promise.allSettled([pool`select 3`, pool`select 4`, inside])
  expect(outcomes.map((one) => one.status === 'rejected' && isUnavailable(one.reason))).toEqual([true, true, true])
  expect(performance.now() - began).toBeLessThan(3_000)
  expect((await pool<{ five: number }[]>`select 5 as five`)[0]!.five).toBe(5)
})

test('a pool that lies idle or listens outlives the limit', async () => {
  const url = process.env.TEST_DATABASE_URL ?? inject('databaseUrl')
  const line = await openLine(join(socketHost(url).host!, '.s.PGSQL.5432'))
  const pool = openPool(`postgres://loopdesk@127.0.0.1:${line.port}/${url.split('/').at(-1)}`, { max: 2, silentMs: 300 })
  onTestFinished(async () => { await pool.end({ timeout: 1 }); await line.close() })
  const heard: string[] = []
  let listens = 0
  await pool.listen('silence_probe_2', (payload) => { heard.push(payload) }, () => { listens++ })
  await new Promise((wake) => setTimeout(wake, 1_000))
  await pool`select pg_notify('silence_probe_2', 'still here')`
  await new Promise((wake) => setTimeout(wake, 100))
  expect(heard).toEqual(['still here'])
  expect(listens).toBe(1)
})
