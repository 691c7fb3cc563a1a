/** Puts an installation together from configuration and rooms. Programs and tests differ only in what they pass. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { Registry, collectDefaultMetrics } from 'prom-client'
import { startSealer } from '../platform/audit/seal.ts'
import type { Clock } from '../platform/clock/index.ts'
import { systemClock } from '../platform/clock/index.ts'
import type { Config } from '../platform/config.ts'
import type { App } from '../platform/context.ts'
import type { Keys } from '../platform/crypto/index.ts'
import { openMasters } from '../platform/crypto/masters.ts'
import { transitWrapper } from '../platform/crypto/transit.ts'
import { hearOfDestroyed, rewrapKeys, Vault } from '../platform/crypto/vault.ts'
import { openPool } from '../platform/database/index.ts'
import { migrate } from '../platform/database/migrate.ts'
import { EventBook } from '../platform/events/book.ts'
import { type Pulse, startPulse } from '../platform/events/pulse.ts'
import type { Endpoint } from '../platform/http/contract.ts'
import { openApi } from '../platform/http/openapi.ts'
import { type Authenticate, type Mounted, createHttp, createMount } from '../platform/http/server.ts'
import { JobRunner, type Queues } from '../platform/jobs/index.ts'
import type { Log, Module, Service, Wiring } from '../platform/module.ts'
import { migrationRooms } from '../platform/testing/template.ts'

export const version = (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version

export interface AssembleOptions {
  config: Config
  databaseUrl: string
  keys: Keys
  rooms: Module[]
  authenticate: (app: App) => Authenticate
  log: Log
  clock?: Clock
  /** Serves HTTP. */
  serve?: boolean
  /** Runs listeners, jobs and connections by itself; false: the caller drives them (replay, tests). */
  work?: boolean
  poolSize?: number
  /** Adds pages and static files. */
  pages?: (http: FastifyInstance, app: App) => Promise<void>
  /** Migrates first (default). */
  migrate?: boolean
}

export interface Installation {
  app: App
  http: FastifyInstance | null
  jobs: JobRunner
  pulse: Pulse | null
  endpoints: Map<string, Endpoint>
  /** Runs listeners and due jobs until nothing is left to do at the present time of the clock. */
  settle(): Promise<void>
  close(): Promise<void>
}

export async function assemble(options: AssembleOptions): Promise<Installation> {
  const { rooms, log, config } = options
  const masters = await openMasters(join(config.dataDir, 'keys'), options.keys, config.transit ? transitWrapper(config.transit) : undefined)
  const pool = openPool(options.databaseUrl, { max: options.poolSize ?? 10 })
  const app: App = { pool, config, clock: options.clock ?? systemClock, keys: options.keys, vault: new Vault(masters, config.cipher), book: new EventBook(), ports: new Map(rooms.flatMap((room) => Object.entries(room.provides ?? {}))) }
  for (const room of rooms) app.book.register(room.name, room.events ?? {})
  try {
    if (options.migrate ?? true) await migrate(pool, migrationRooms())
    await app.vault.start(pool)
    for (const room of rooms) { await room.selfTest?.(app); room.attach?.(app) }
    await app.book.prepare(app)
  } catch (error) {
    await pool.end({ timeout: 1 })
    throw error
  }
  const queues: Queues = Object.assign({}, ...rooms.map((room) => room.queues ?? {}), housekeeping)
  const jobs = new JobRunner(app, queues, (error, job) => log.error({ err: error, queue: job?.queue, job: job?.id }, 'job failed'))
  await jobs.prepare()

  const work = options.work ?? true
  const sealer = work ? startSealer(app, (error) => log.error({ err: error }, 'sealing failed')) : null
  const pulse = options.serve || work ? await startPulse(app, { listen: work, onError: (error) => log.error({ err: error }, 'listener failed'), onWake: () => { if (work) { jobs.wake(); sealer?.wake() } } }) : null
  if (pulse) hearOfDestroyed(app.vault, pulse)
  const endpoints = new Map<string, Endpoint>()
  for (const room of rooms) for (const [name, endpoint] of Object.entries(room.contract ?? {})) endpoints.set(`${room.name}.${name}`, endpoint)
  const http = options.serve ? createHttp({ trustProxy: options.config.trustProxy, logError: (error, request) => log.error({ err: error, method: request.method, route: request.routeOptions.url }, 'request failed') }) : null
  const wiring: Wiring = { http, pulse, log }
  const services: Service[] = []
  if (http) {
    const mounted: Mounted[] = []
    const mount = createMount(app, http, options.authenticate(app), mounted)
    for (const room of rooms) room.routes?.(mount, app, wiring)
    serveBasics(http, app, endpoints)
    await options.pages?.(http, app)
    const missing = [...endpoints].filter(([, endpoint]) => !mounted.some((one) => one.endpoint === endpoint)).map(([name]) => name)
    if (missing.length) throw new Error(`endpoints without a route: ${missing.join(', ')}`)
  }
  if (work) {
    for (const room of rooms) services.push(...((await room.services?.(app, wiring)) ?? []))
    jobs.start()
  }

  return {
    app, http, jobs, pulse, endpoints,
    async settle() {
      for (;;) {
        if ((await app.book.dispatch(app)) + (await jobs.runDue()) > 0) continue
        if (await app.book.isRead(app)) return
        await new Promise((wake) => setTimeout(wake, 5))
      }
    },
    async close() {
      await http?.close()
      await Promise.all(services.map((service) => service.stop()))
      await jobs.stop()
      await sealer?.stop()
      await pulse?.stop()
      await pool.end({ timeout: 5 })
    },
  }
}

const housekeeping: Queues = {
  // What a process wrapped that had not heard of a new master key yet.
  'platform.rewrap-keys': { every: 600_000, work: async (app: App) => { await rewrapKeys(app) } },
  // Kept answers to repeated keys are forgotten after three days.
  'platform.forget-idempotency': {
    every: 3_600_000,
    work: async (app: App) => { await app.pool`delete from platform.idempotency where at < ${new Date(app.clock.now().getTime() - 3 * 86_400_000)}` },
  },
}

function serveBasics(http: FastifyInstance, app: App, endpoints: Map<string, Endpoint>): void {
  const metrics = new Registry()
  collectDefaultMetrics({ register: metrics })
  http.get('/livez', async () => ({ ok: true }))
  http.get('/readyz', async () => { await app.pool`select 1`; return { ok: true, version } })
  http.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()))
  let document: string | null = null
  http.get('/openapi.json', async (_request, reply) => {
    document ??= JSON.stringify(openApi(endpoints, app.config.publicUrl, version))
    return reply.type('application/json; charset=utf-8').send(document)
  })
}
