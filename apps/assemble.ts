/** Puts an installation together from configuration and rooms. Programs and tests differ only in what they pass. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { Gauge, Registry, collectDefaultMetrics } from 'prom-client'
import { isLoopbackAddress } from '../lib/network/index.ts'
import { startSealer } from '../platform/audit/seal.ts'
import { mustMay } from '../platform/access/index.ts'
import type { Clock } from '../platform/clock/index.ts'
import { DatabaseClock } from '../platform/clock/database.ts'
import type { Config } from '../platform/config.ts'
import type { App } from '../platform/context.ts'
import type { Keys } from '../platform/crypto/index.ts'
import { openMasters } from '../platform/crypto/masters.ts'
import { transitWrapper } from '../platform/crypto/transit.ts'
import { hearOfDestroyed, rewrapKeys, Vault } from '../platform/crypto/vault.ts'
import { openPool, type Pool } from '../platform/database/index.ts'
import { migrate } from '../platform/database/migrate.ts'
import { openViewer } from '../platform/database/viewer.ts'
import { Fault } from '../platform/fault.ts'
import { EventBook } from '../platform/events/book.ts'
import { type Pulse, startPulse } from '../platform/events/pulse.ts'
import type { Endpoint } from '../platform/http/contract.ts'
import { openApi } from '../platform/http/openapi.ts'
import { drainable } from '../platform/http/drain.ts'
import { followCertificate, readCertificate } from '../platform/http/tls.ts'
import { type Authenticate, type Mounted, createHttp, createMount } from '../platform/http/server.ts'
import { JobRunner, type Queues } from '../platform/jobs/index.ts'
import { platformPersonal } from '../platform/own-data.ts'
import type { PersonalRoom } from '../platform/personal-data.ts'
import type { Log, Module, Service, Wiring } from '../platform/module.ts'
import { migrationRooms } from '../platform/testing/template.ts'

export const version = (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version

/** What is under way when a process is told to stop has this long. */
const STOP_MS = 10_000
const SETTLE_MS = 10_000

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
  /** Answers /livez, /readyz and /metrics, also when it serves nothing else. */
  health?: boolean
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

/** A step may take its time, and so may waiting for another process that is at it. */
async function bringUp(databaseUrl: string, rooms: readonly Module[]): Promise<void> {
  const pool = openPool(databaseUrl, { max: 1, name: 'loopdesk-migrate', silentMs: null, parameters: { statement_timeout: '0', lock_timeout: '0' } })
  try { await migrate(pool, migrationRooms(), policiesOf(rooms)) } finally { await pool.end({ timeout: 1 }) }
}

export async function assemble(options: AssembleOptions): Promise<Installation> {
  const { rooms, log, config } = options
  const { certificate } = config
  const tls = (options.serve || options.health) && certificate ? readCertificate(certificate) : null
  const masters = await openMasters(join(config.dataDir, 'keys'), options.keys, config.transit ? transitWrapper(config.transit) : undefined)
  const pool = openPool(options.databaseUrl, { max: options.poolSize ?? 10 })
  const clock = options.clock ?? new DatabaseClock()
  const personal = new Map([...rooms.flatMap((room): [string, PersonalRoom][] => room.personal ? [[room.name, room.personal]] : []), ['platform', platformPersonal]])
  const app: App = { pool, viewer: null, config, clock, keys: options.keys, vault: new Vault(masters, config.cipher), book: new EventBook(), ports: new Map(rooms.flatMap((room) => Object.entries(room.provides ?? {}))), personal, permissions: permissionsOf(rooms) }
  for (const room of rooms) app.book.register(room.name, room.events ?? {})
  try {
    if (options.migrate ?? true) await bringUp(options.databaseUrl, rooms)
    const { viewer, missing } = await openViewer(pool, options.databaseUrl, options.poolSize ?? 10)
    app.viewer = viewer
    if (missing) log.warn({ missing }, 'no row policies stand behind what people may see: npm run loopdesk -- doctor says why')
    await app.vault.start(pool)
    for (const room of rooms) { await room.selfTest?.(app); room.attach?.(app) }
    if (clock instanceof DatabaseClock) await clock.compare(pool)
    await app.book.prepare(app)
  } catch (error) {
    await Promise.all([pool.end({ timeout: 1 }), app.viewer?.end({ timeout: 1 })])
    throw error
  }
  const queues: Queues = Object.assign({}, ...rooms.map((room) => room.queues ?? {}), housekeeping)
  const jobs = new JobRunner(app, queues, (error, job) => log.error({ err: error, queue: job?.queue, job: job?.id }, 'job failed'))
  await jobs.prepare()

  const work = options.work ?? true
  const sealer = work ? startSealer(app, (error) => log.error({ err: error }, 'sealing failed')) : null
  const pulse = options.serve || work ? await startPulse(app, { listen: work, onError: (error) => log.error({ err: error }, 'listener failed'), onWake: () => { if (work) { jobs.wake(); sealer?.wake() } } }) : null
  if (pulse) {
    hearOfDestroyed(app.vault, pulse)
    for (const room of rooms) room.connect?.(app, pulse)
  }
  const endpoints = new Map<string, Endpoint>()
  for (const room of rooms) for (const [name, endpoint] of Object.entries(room.contract ?? {})) endpoints.set(`${room.name}.${name}`, endpoint)
  const http = options.serve || options.health ? createHttp({ trustProxy: options.config.trustProxy, tls, isEncrypted: options.config.publicUrl.startsWith('https:'), logError: (error, request) => log.error({ err: error, method: request.method, route: request.routeOptions.url }, 'request failed') }) : null
  const wiring: Wiring = { http, pulse, log }
  const services: Service[] = []
  if (clock instanceof DatabaseClock && pulse) services.push(keepTime(clock, pool, log))
  const drain = http && drainable(http)
  if (http) serveHealth(http, app, jobs, () => drain!.isDraining(), options.authenticate(app))
  if (http && options.serve) {
    const mounted: Mounted[] = []
    const mount = createMount(app, http, options.authenticate(app), mounted)
    for (const room of rooms) room.routes?.(mount, app, wiring)
    serveDescription(http, app, endpoints)
    await options.pages?.(http, app)
    const missing = [...endpoints].filter(([, endpoint]) => !mounted.some((one) => one.endpoint === endpoint)).map(([name]) => name)
    if (missing.length) throw new Error(`endpoints without a route: ${missing.join(', ')}`)
  }
  const unfollow = http && certificate ? followCertificate(http.server as never, certificate, (outcome) => {
    if ('until' in outcome) log.info(outcome, 'certificate taken up')
    else log.error({ err: outcome.error }, 'certificate kept as it was')
  }) : null
  if (work) {
    for (const room of rooms) services.push(...((await room.services?.(app, wiring)) ?? []))
    jobs.start()
  }

  return {
    app, http, jobs, pulse, endpoints,
    async settle() {
      // Our own worker may have taken a job in hand a moment ago; one that waits for something from outside is not waited for.
      const until = performance.now() + SETTLE_MS
      for (;;) {
        // Asked before they are heard: what becomes readable in between was not, nor what a job in hand still says.
        const isQuiet = (): boolean => !jobs.isBusy || performance.now() > until
        const [wasQuiet, taken] = [isQuiet(), jobs.taken]
        const isRead = await app.book.isRead(app)
        if ((await app.book.dispatch(app)) + (await jobs.runDue()) > 0) continue
        // A job the worker took in the meantime is not due to anybody else, and may have more to say.
        if (wasQuiet && isRead && isQuiet() && jobs.taken === taken) return
        await new Promise((wake) => setTimeout(wake, 5))
      }
    },
    async close() {
      unfollow?.()
      await drain?.close(STOP_MS)
      // Jobs first: they use what the services hold open, and a mail that is cut off is of unknown fate.
      await jobs.stop()
      await Promise.all(services.map((service) => service.stop()))
      await sealer?.stop()
      await pulse?.stop()
      await Promise.all([pool.end({ timeout: 5 }), app.viewer?.end({ timeout: 5 })])
    },
  }
}

export const policiesOf = (rooms: readonly Module[]) => rooms.flatMap((room) => room.policies ?? [])
const permissionsOf = (rooms: Module[]): Set<string> => new Set(rooms.flatMap((room) => [...(room.permissions ?? []), ...Object.values(room.contract ?? {}).map((endpoint) => endpoint.access)]).filter((one) => one.includes('.')).sort())

const housekeeping: Queues = {
  // What a process wrapped that had not heard of a new master key yet.
  'platform.rewrap-keys': { every: 600_000, work: async (app: App) => { await rewrapKeys(app) } },
  // Kept answers to repeated keys are forgotten after three days.
  'platform.forget-idempotency': {
    every: 3_600_000,
    work: async (app: App) => { await app.pool`delete from platform.idempotency where at < ${new Date(app.clock.now().getTime() - 3 * 86_400_000)}` },
  },
}

function serveHealth(http: FastifyInstance, app: App, jobs: JobRunner, isDraining: () => boolean, authenticate: Authenticate): void {
  const metrics = new Registry()
  collectDefaultMetrics({ register: metrics })
  countJobs(metrics, jobs)
  const { clock } = app
  if (clock instanceof DatabaseClock) new Gauge({ name: 'loopdesk_clock_ahead_seconds', help: 'How far this machine’s clock is ahead of the database’s; the product goes by the latter.', registers: [metrics], collect() { this.set(clock.aheadMs / 1000) } })
  http.get('/livez', async () => ({ ok: true }))
  http.get('/readyz', async (_request, reply) => {
    // Proxies send nothing more to a process that is about to stop.
    if (isDraining()) return reply.code(503).send({ ok: false })
    await app.pool`select 1`
    return { ok: true, version, role: app.config.role }
  })
  // What the process is and does helps an attacker too: from elsewhere it is read with a token, like every figure of the house.
  http.get('/metrics', async (request, reply) => {
    const isNear = isLoopbackAddress(request.socket.remoteAddress ?? '') && request.headers['x-forwarded-for'] === undefined
    if (!isNear) {
      const found = await authenticate(request)
      if (!found) throw new Fault('access.sign-in-first', 401)
      mustMay(found.actor, 'insight.read')
    }
    return reply.type(metrics.contentType).send(await metrics.metrics())
  })
}

const COMPARE_EVERY_MS = 10_000
const DRIFT_MS = 1_000

function keepTime(clock: DatabaseClock, pool: Pool, log: Log): Service {
  let told = 0
  const look = (): void => {
    clock.compare(pool).then((aheadMs) => {
      if (Math.abs(aheadMs - told) < DRIFT_MS) return
      told = aheadMs
      log.warn({ aheadMs: Math.round(aheadMs) }, 'the clock of this machine differs from the database’s, which counts')
    }, () => {})
  }
  look()
  const timer = setInterval(look, COMPARE_EVERY_MS).unref()
  return { stop: async () => { clearInterval(timer) } }
}

function countJobs(metrics: Registry, jobs: JobRunner): void {
  new Gauge({ name: 'loopdesk_jobs_running', help: 'Jobs this process works on.', registers: [metrics], collect() { this.set(jobs.running) } })
  const lateness = new Gauge({ name: 'loopdesk_job_lateness_seconds', help: 'How long the job that is due and waiting longest has waited, whoever works.', registers: [metrics] })
  const failed = new Gauge({ name: 'loopdesk_jobs_failed', help: 'Jobs set aside after their last try.', registers: [metrics] })
  new Gauge({
    name: 'loopdesk_jobs_due', help: 'Jobs that are due and that nobody works on.', registers: [metrics],
    async collect() {
      // Without its database a process still tells of itself.
      const found = await jobs.count().catch(() => null)
      this.set(found?.due ?? NaN)
      lateness.set(found?.lateSeconds ?? NaN)
      failed.set(found?.failed ?? NaN)
    },
  })
}

function serveDescription(http: FastifyInstance, app: App, endpoints: Map<string, Endpoint>): void {
  let document: string | null = null
  http.get('/openapi.json', async (_request, reply) => {
    document ??= JSON.stringify(openApi(endpoints, app.config.publicUrl, version))
    return reply.type('application/json; charset=utf-8').send(document)
  })
}
