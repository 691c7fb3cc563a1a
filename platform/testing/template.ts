/** The migrated template database that every test file clones. */
import { fileURLToPath } from 'node:url'
import { openPool } from '../database/index.ts'
import { migrate, type MigrationRoom } from '../database/migrate.ts'
import type { Policy } from '../database/viewer.ts'
import { row } from '../row.ts'

const root = new URL('../../', import.meta.url)
export const TEMPLATE = 'loopdesk_template'

/** Every folder of migrations, in the order they run. */
export const migrationRooms = (): MigrationRoom[] => [
  { name: 'platform', folder: fileURLToPath(new URL('platform/migrations/', root)) },
  ...row.map((name) => ({ name, folder: fileURLToPath(new URL(`modules/${name}/migrations/`, root)) })),
]

/** The same server, another database. */
export function withDatabase(url: string, name: string): string {
  const parsed = new URL(url)
  parsed.pathname = `/${name}`
  return parsed.toString()
}

/** Builds the template anew; `url` is any database of the server. */
export async function prepareTemplate(url: string, policies: readonly Policy[]): Promise<void> {
  const server = openPool(url, { max: 1 })
  await server`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${TEMPLATE}`
  await server.unsafe(`drop database if exists ${TEMPLATE}`)
  await server.unsafe(`create database ${TEMPLATE}`)
  await server.end()
  const template = openPool(withDatabase(url, TEMPLATE), { max: 1 })
  await migrate(template, migrationRooms(), policies)
  await template.end()
}
