/** Forward-only SQL migrations, one folder a room, in the order of the row; safe when several nodes start at once. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Pool } from './index.ts'
import { type Policy, raiseBackstop } from './viewer.ts'

export interface MigrationRoom { name: string; folder: string }
interface Step { room: string; name: string; sql: string; hash: string }

export class DatabaseNewer extends Error {
  readonly unknown: string[]
  constructor(unknown: string[]) { super('the database is newer than the program'); this.unknown = unknown }
}

async function stepsOf(rooms: MigrationRoom[]): Promise<Step[]> {
  const steps: Step[] = []
  for (const room of rooms) {
    const names = (await readdir(room.folder).catch(() => [])).filter((name) => name.endsWith('.sql')).sort()
    for (const name of names) {
      const sql = await readFile(join(room.folder, name), 'utf8')
      steps.push({ room: room.name, name, sql, hash: createHash('sha256').update(sql).digest('hex') })
    }
  }
  return steps
}

/**
 * Brings the database to the program's state in one transaction under an advisory lock; returns how many
 * steps ran. Then raises the policies behind what people may see (viewer.ts). Throws DatabaseNewer when the database knows steps the program does not.
 */
export async function migrate(pool: Pool, rooms: MigrationRoom[], policies: readonly Policy[]): Promise<number> {
  const steps = await stepsOf(rooms)
  return pool.begin(async (db) => {
    await db`select pg_advisory_xact_lock(7101001)`
    await db`create schema if not exists platform`
    await db`create table if not exists platform.migration (
      room text, name text, hash text not null, at timestamptz not null default now(), primary key (room, name))`
    const known = await db<{ room: string; name: string; hash: string }[]>`select room, name, hash from platform.migration`
    const have = new Map(known.map((row) => [`${row.room}/${row.name}`, row.hash]))
    const ours = new Set(steps.map((step) => `${step.room}/${step.name}`))
    const unknown = [...have.keys()].filter((key) => !ours.has(key))
    if (unknown.length) throw new DatabaseNewer(unknown)
    let ran = 0
    for (const step of steps) {
      const before = have.get(`${step.room}/${step.name}`)
      if (before === step.hash) continue
      if (before) throw new Error(`migration ${step.room}/${step.name} was changed after it ran`)
      await db.unsafe(step.sql)
      await db`insert into platform.migration (room, name, hash) values (${step.room}, ${step.name}, ${step.hash})`
      ran++
    }
    await raiseBackstop(db as never, rooms.map((room) => room.name), policies, ran > 0)
    return ran
  }) as Promise<number>
}
