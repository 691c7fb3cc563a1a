/** serve · work · migrate in one image; `--role serve` or `--role work` for a process that does one of them. */
import { parseArgs } from 'node:util'
import pino from 'pino'
import { assemble, type Installation } from './assemble.ts'
import { demoRoom } from './demo/room.ts'
import { servePages } from './pages.ts'
import { rooms } from './rooms.ts'
import { maskForeign } from '../lib/masking/index.ts'
import { loadKeys } from '../platform/crypto/index.ts'
import { configOrEnd, openDatabase } from './open.ts'
import { StartRefusal, explainRefusal, startupText } from '../platform/database/refusals.ts'
import { run } from '../platform/context.ts'
import { authenticator, createSetupLink, needsSetup } from '../modules/staff/index.ts'

const began = performance.now()
const config = configOrEnd(parseArgs({ options: { role: { type: 'string' } }, strict: false }).values.role as string | undefined)
// What other servers and the database say of an error often names somebody.
const namesNobody = (error: unknown): unknown => { const shown = pino.stdSerializers.err(error as Error) as unknown as Record<string, unknown>; return Object.fromEntries(Object.entries(shown).map(([key, value]) => [key, typeof value === 'string' ? maskForeign(value, []) : value])) }
const log = pino({ level: config.logLevel, serializers: { err: namesNobody }, redact: { paths: ['*.password', '*.token', '*.authorization', '*.cookie', 'err.parameters', 'err.args', 'err.query'], remove: true } }, pino.destination(process.env.LOG_FILE ? { dest: process.env.LOG_FILE, mkdir: true } : 2))
const say = (line: string) => process.stdout.write(`${line}\n`)

const serve = config.role !== 'work'

async function start(): Promise<() => Promise<void>> {
  const database = await openDatabase(config, { log: say })
  let desk: Installation | undefined
  try {
    desk = await assemble({ config, databaseUrl: database.url, keys: await loadKeys(config.dataDir), rooms: [...rooms, demoRoom], authenticate: authenticator, log, serve, work: config.role !== 'serve', health: true, pages: servePages })
    await desk.http!.listen({ host: config.host, port: config.port })
  } catch (error) {
    await desk?.close().catch(() => {})
    await database.stop()
    throw await asRefusal(error)
  }
  const { app } = desk
  const ms = Math.round(performance.now() - began)
  say(startupText(serve ? 'start.ready' : 'start.working', { url: serve ? config.publicUrl : `http://${config.host}:${config.port}`, seconds: (ms / 1000).toFixed(1) }))
  if (serve && (await needsSetup(app))) {
    const path = await run(app, {}, (ctx) => createSetupLink(ctx))
    say(startupText('start.setup', { url: `${config.publicUrl}${path}` }))
  }
  return async () => {
    await desk.close()
    await database.stop()
  }
}

async function asRefusal(error: unknown): Promise<unknown> {
  const { code, unknown: steps } = error as { code?: string; unknown?: string[] }
  if (code === 'EADDRINUSE') return new StartRefusal('start.port-taken', { host: config.host, port: config.port, next: config.port + 1 }, error)
  if (code === 'EACCES') return new StartRefusal('start.port-taken', { host: config.host, port: config.port, next: 3000 }, error)
  if (steps) return new StartRefusal('start.database-newer', { found: steps.join(', '), known: steps.length }, error)
  return error
}

let stopping = false
let close: (() => Promise<void>) | undefined
async function stop(): Promise<void> {
  // A terminal's Ctrl-C reaches us twice, once through npm: the first one already closes everything.
  if (stopping) return
  stopping = true
  await close?.().catch((error: unknown) => log.error({ err: error }, 'stopping failed'))
  process.exit(0)
}
process.on('SIGINT', stop)
process.on('SIGTERM', stop)
// A lost database connection may reject far from any caller; the program outlives it and says so.
process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'))
// The driver may still write once to a socket that has just gone (porsager/postgres nextWrite); anything else is fatal.
process.on('uncaughtException', (error) => {
  log.fatal({ err: error }, 'uncaught')
  if (!/nextWrite .*postgres/.test(error.stack ?? '')) process.exit(1)
})

start().then((stopper) => { close = stopper }, (error: unknown) => {
  process.stderr.write(`${error instanceof StartRefusal ? explainRefusal(error) : `${(error as Error).stack ?? error}`}\n`)
  process.exit(1)
})
