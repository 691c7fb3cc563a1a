/**
 * Before all tests: a PostgreSQL and the migrated template each test file clones. `npm test` brings a server
 * of its own (TEST_DATABASE_URL); `vitest run` by hand shares one per checkout that stays up between runs.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { policiesOf } from '../../apps/assemble.ts'
import { rooms } from '../../apps/rooms.ts'
import { openPool, type Pool } from '../../platform/database/index.ts'
import { findRunningDatabase, startEmbeddedDatabase } from '../../platform/database/embedded.ts'
import { TEMPLATE, migrationRooms, prepareTemplate } from '../../platform/testing/template.ts'
import { testSettings } from './settings.ts'

declare module 'vitest' { interface ProvidedContext { databaseUrl: string } }

export default async function setup(project: TestProject): Promise<void> {
  const url = process.env.TEST_DATABASE_URL || await shareServer()
  const server = openPool(url, { max: 1, name: 'loopdesk-test-setup' })
  try {
    // The lock that cloning takes too: nobody clones while the template is being replaced.
    await server`select pg_advisory_lock(7101002)`
    await dropForgotten(server)
    const hash = migrationsHash()
    const [known] = await server<{ comment: string | null }[]>`select shobj_description(oid, 'pg_database') as comment from pg_database where datname = ${TEMPLATE}`
    if (known?.comment !== hash) {
      await prepareTemplate(url, policiesOf(rooms))
      await server.unsafe(`comment on database ${TEMPLATE} is '${hash}'`)
    }
  } finally {
    await server.end()
  }
  project.provide('databaseUrl', url)
  process.env.TEST_DATABASE_URL = url
}

async function shareServer(): Promise<string> {
  const dataDir = join(tmpdir(), `loopdesk-test-${createHash('sha256').update(process.cwd()).digest('hex').slice(0, 8)}`)
  const running = findRunningDatabase(dataDir)
  if (running) return running.url
  const database = await startEmbeddedDatabase({ dataDir, settings: testSettings, adopt: true })
  database.leaveRunning()
  return database.url
}

/** Databases of runs that were killed: nobody is connected, and they are older than any run. */
async function dropForgotten(server: Pool): Promise<void> {
  const forgotten = await server<{ name: string }[]>`
    select datname as name from pg_database d
    where datname like 't\\_%' and not exists (select from pg_stat_activity a where a.datid = d.oid)
      and (pg_stat_file('base/' || oid || '/PG_VERSION')).modification < now() - interval '1 hour'`
  for (const { name } of forgotten) await server.unsafe(`drop database if exists ${name}`)
}

function migrationsHash(): string {
  const hash = createHash('sha256').update(JSON.stringify(policiesOf(rooms)))
  for (const { folder } of migrationRooms()) {
    if (!existsSync(folder)) continue
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.sql')).sort()) hash.update(`${folder}/${name}\n`).update(readFileSync(join(folder, name)))
  }
  return hash.digest('hex')
}
