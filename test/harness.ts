/** A whole installation on a database of its own, for tests: real HTTP, real PostgreSQL, a clock that can be moved. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { assemble, type AssembleOptions, type Installation } from '../apps/assemble.ts'
import { rooms } from '../apps/rooms.ts'
import { authenticator } from '../modules/staff/index.ts'
import { VirtualClock } from '../platform/clock/index.ts'
import { readConfig } from '../platform/config.ts'
import { deriveKeys, newToken } from '../platform/crypto/index.ts'
import { openPool } from '../platform/database/index.ts'
import { TEMPLATE, withDatabase } from '../platform/testing/template.ts'
import { callWire } from './wire.ts'

declare module 'vitest' { interface ProvidedContext { databaseUrl: string } }

export interface TestDesk extends Installation {
  clock: VirtualClock
  url: string
  databaseUrl: string
  /** JSON call; throws nothing, answers status and body. */
  call<T = Record<string, never>>(method: string, path: string, options?: { token?: string; cookie?: string; body?: unknown; headers?: Record<string, string> }): Promise<{ status: number; body: T; headers: Headers }>
  /** Moves the clock and settles. */
  pass(ms: number): Promise<void>
}

const databaseServer = (): string => process.env.TEST_DATABASE_URL ?? inject('databaseUrl')

export async function cloneDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = openPool(databaseServer(), { max: 1 })
  const name = `t_${newToken().replace(/[^a-z0-9]/gi, '').slice(0, 16).toLowerCase()}`
  await server`select pg_advisory_lock(7101002)`
  await server.unsafe(`create database ${name} template ${TEMPLATE} strategy file_copy`)
  await server.end()
  return {
    url: withDatabase(databaseServer(), name),
    async drop() {
      const again = openPool(databaseServer(), { max: 1 })
      await again.unsafe(`drop database if exists ${name} with (force)`)
      await again.end()
    },
  }
}

/** Starts a desk at a fixed Monday morning in Taipei; `work: true` runs listeners and jobs by themselves. */
export async function openDesk(options: Partial<AssembleOptions> & { start?: string; env?: NodeJS.ProcessEnv } = {}): Promise<TestDesk> {
  return startDesk(await cloneDatabase(), new VirtualClock(options.start ?? '2026-03-02T02:00:00.000Z'), options)
}

/** One more process of the same installation, as on another machine; the first one is closed last. */
export const joinDesk = (first: TestDesk, options: Partial<AssembleOptions> = {}): Promise<TestDesk> => startDesk({ url: first.databaseUrl, drop: async () => {} }, first.clock, options)

async function startDesk(database: { url: string; drop(): Promise<void> }, clock: VirtualClock, options: Partial<AssembleOptions> & { env?: NodeJS.ProcessEnv }): Promise<TestDesk> {
  const dataDir = mkdtempSync(join(tmpdir(), 'loopdesk-test-'))
  const config = { ...readConfig(options.env ?? {}), port: 0, dataDir, publicUrl: 'http://127.0.0.1' }
  const problems: unknown[] = []
  const log = { info() {}, warn(what: unknown) { if (process.env.SHOW_ERRORS) console.error(what) }, error(what: unknown) { problems.push(what); if (process.env.SHOW_ERRORS) console.error(what) } }
  const desk = await assemble({ config, databaseUrl: database.url, keys: deriveKeys(Buffer.alloc(32, 7)), rooms, authenticate: authenticator, log, clock, serve: true, work: false, poolSize: 5, migrate: false, ...options })
  const url = desk.http ? await desk.http.listen({ host: '127.0.0.1', port: 0 }) : ''
  config.publicUrl = url
  return {
    ...desk, clock, url, databaseUrl: database.url,
    async call(method, path, { token, cookie, body, headers } = {}) {
      const answer = await callWire(url + path, method, {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...(token ? { authorization: `Bearer ${token}` } : {}), ...(cookie ? { cookie } : {}), ...headers,
      }, body === undefined ? undefined : JSON.stringify(body))
      return { status: answer.status, body: (answer.text ? JSON.parse(answer.text) : {}) as never, headers: answer.headers }
    },
    async pass(ms) { clock.advance(ms); await desk.settle() },
    async close() {
      await desk.close()
      await database.drop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Another process on the same database, as far as it serves: same clock, same keys, nothing shared but PostgreSQL. */
export async function secondNode(desk: TestDesk): Promise<{ url: string; close(): Promise<void> }> {
  const log = { info() {}, warn() {}, error() {} }
  const node = await assemble({ config: { ...desk.app.config }, databaseUrl: desk.databaseUrl, keys: desk.app.keys, rooms, authenticate: authenticator, log, clock: desk.clock, serve: true, work: false, poolSize: 4, migrate: false })
  return { url: await node.http!.listen({ host: '127.0.0.1', port: 0 }), close: () => node.close() }
}
