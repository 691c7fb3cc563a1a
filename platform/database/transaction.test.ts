/** Transactions that fail or whose connection is taken away, on a real PostgreSQL. */
import { expect, inject, onTestFinished, test } from 'vitest'
import { cloneDatabase } from '../../test/harness.ts'
import { openPool, type Pool, transaction } from './index.ts'

async function twoPools(): Promise<{ pool: Pool; killer: Pool }> {
  const url = process.env.TEST_DATABASE_URL ?? inject('databaseUrl')
  const pool = openPool(url, { max: 1, name: 'to-be-cut' })
  const killer = openPool(url, { max: 1 })
  onTestFinished(async () => { await Promise.all([pool.end({ timeout: 1 }), killer.end({ timeout: 1 })]) })
  return { pool, killer }
}
const within = <T>(ms: number, work: Promise<T>): Promise<T | 'still waiting'> => Promise.race([work, new Promise<'still waiting'>((done) => setTimeout(() => { done('still waiting') }, ms))])
const cut = async (killer: Pool, pid: number): Promise<void> => { await killer`select pg_terminate_backend(${pid})` }
const one = async (pool: Pool): Promise<number> => transaction(pool, async (db) => (await db<{ one: number }[]>`select 1 as one`)[0]!.one)

// Found by kill -9 of the database under load: the next accepted requests waited for ever behind such a transaction.
test('F03 I-12 a transaction that loses its connection while its last statements still wait their turn fails', async () => {
  const { pool, killer } = await twoPools()
  let pid = 0
  const lost = transaction(pool, async (db, later) => {
    pid = (await db<{ pid: number }[]>`select pg_backend_pid() as pid`)[0]!.pid
    later(db`select pg_sleep(5), ${'a statement that must be described first'}::text`)
    for (let nr = 0; nr < 5; nr++) later(db`select ${nr}::int + 1, ${'and others behind it'}::text`)
    setTimeout(() => void cut(killer, pid), 100)
  }).catch((error: unknown) => error)
  expect(await within(4_000, lost)).toBeInstanceOf(Error)
  expect(await one(pool)).toBe(1)
})

test('F03 I-12 so does one that has failed already and is about to be rolled back', async () => {
  const { pool, killer } = await twoPools()
  const lost = transaction(pool, async (db, later) => {
    const [row] = await db<{ pid: number }[]>`select pg_backend_pid() as pid`
    later(db`select pg_sleep(5), ${'first'}::text`)
    for (let nr = 0; nr < 5; nr++) later(db`select ${nr}::int + 1, ${'behind it'}::text`)
    setTimeout(() => void cut(killer, row!.pid), 100)
    throw new Error('no')
  }).catch((error: unknown) => error)
  expect(await within(4_000, lost)).toBeInstanceOf(Error)
  expect(await one(pool)).toBe(1)
})

test('F03 I-12 after many losses at once every connection of the pool is there', async () => {
  const url = process.env.TEST_DATABASE_URL ?? inject('databaseUrl')
  const pool = openPool(url, { max: 4, name: 'to-be-cut-often' })
  const killer = openPool(url, { max: 1 })
  onTestFinished(async () => { await Promise.all([pool.end({ timeout: 1 }), killer.end({ timeout: 1 })]) })
  for (let round = 0; round < 6; round++) {
    const busy = [
      ...Array.from({ length: 6 }, (_, nr) => transaction(pool, async (db, later) => { later(db`select pg_sleep(0.2), ${nr}::int`); for (let more = 0; more < 20; more++) later(db`select ${more}::int, ${'x'.repeat(100)}`) })),
      ...Array.from({ length: 6 }, async (_, nr) => pool`select pg_sleep(0.1), ${nr}::int`),
    ].map((work) => work.catch(() => {}))
    await new Promise((wake) => setTimeout(wake, 60))
    await killer`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'to-be-cut-often'`
    expect(await within(8_000, Promise.all(busy))).not.toBe('still waiting')
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: 4 }, () => transaction(pool, async (db) => { await db`select pg_sleep(0.3)` })))
  expect(performance.now() - began).toBeLessThan(4_000)
})

test('a branch that outlives its failed transaction sends nothing more, neither alone nor into the next one', async () => {
  const database = await cloneDatabase()
  const pool = openPool(database.url, { max: 1 })
  onTestFinished(async () => { await pool.end({ timeout: 1 }); await database.drop() })
  await pool`create table mark (what text)`
  let outlives: Promise<unknown> = Promise.resolve()
  await expect(transaction(pool, async (db) => {
    const kept = db`insert into mark values ('made before, sent after')`
    const slow = async () => {
      await db`select pg_sleep(0.05)`
      await new Promise((wake) => setTimeout(wake, 50))
      await Promise.allSettled([kept, db`insert into mark values ('made after')`.then()])
      await db`insert into mark values ('later still')`
    }
    outlives = slow()
    await Promise.all([outlives, Promise.reject(new Error('refused'))])
  })).rejects.toThrow('refused')
  await transaction(pool, async (db) => {
    await db`insert into mark values ('of the next one')`
    await outlives.catch(() => {})
    await new Promise((wake) => setTimeout(wake, 50))
  })
  await expect(outlives).rejects.toThrow('the transaction has ended')
  expect((await pool<{ what: string }[]>`select what from mark`).map((row) => row.what)).toEqual(['of the next one'])
})
