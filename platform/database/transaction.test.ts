import { afterAll, beforeAll, expect, test } from 'vitest'
import { cloneDatabase } from '../../test/harness.ts'
import { openPool, transaction, type Pool } from './index.ts'

let pool: Pool
let drop: () => Promise<void>
beforeAll(async () => {
  const database = await cloneDatabase()
  drop = database.drop
  pool = openPool(database.url, { max: 1 })
})
afterAll(async () => { await pool?.end(); await drop?.() })

test('a branch that outlives its failed transaction sends nothing more, neither alone nor into the next one', async () => {
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
