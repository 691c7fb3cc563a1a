/**
 * An installation to be broken. `program`: one process with its own PostgreSQL. `nodes`: two that serve and two that
 * work on one PostgreSQL, each with a network line of its own to it and a folder of its own.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, cpSync } from 'node:fs'
import { join } from 'node:path'
import { assemble } from '../../apps/assemble.ts'
import { rooms } from '../../apps/rooms.ts'
import { authenticator } from '../../modules/staff/index.ts'
import { readConfig, type Role } from '../../platform/config.ts'
import { loadKeys } from '../../platform/crypto/index.ts'
import { findRunningDatabase, removeData, startEmbeddedDatabase } from '../../platform/database/embedded.ts'
import { type Company, foundCompany, foundInstallation } from '../company.ts'
import { freePort, postmasterOf, type Program, startProgram } from '../program.ts'
import { type Line, openLine } from './line.ts'

export type Topology = 'program' | 'nodes'
export interface Node {
  readonly name: string
  readonly role: Role
  readonly url: string
  readonly dataDir: string
  /** Null where the database is the program's own. */
  readonly line: Line | null
  program: Program
}
export interface Site {
  readonly topology: Topology
  readonly company: Company
  readonly nodes: readonly Node[]
  readonly servers: readonly Node[]
  readonly workers: readonly Node[]
  /** The root key, where the nodes share one; null: it lies in the program's folder. */
  readonly secret: string | null
  /** Straight to the database, past every line. */
  databaseUrl(): string
  postmaster(): number | null
  /** Starts a node that has ended; answers the milliseconds until it was ready. */
  start(node: Node): Promise<number>
  /** One more process of the installation, on a line of its own. */
  add(name: string, options: { role: Role; env?: Record<string, string>; flags?: string[] }): Promise<Node>
  close(): Promise<void>
}

/** Two cores that others use too. */
const READY_MS = 120_000
const SIZE = { agents: 4, capacity: 2_000 }
const QUIET = { info() {}, warn() {}, error: (what: unknown) => console.error(what) }

const open = new Set<Site>()
export async function openSite(topology: Topology, folder: string): Promise<Site> {
  const site = await (topology === 'program' ? openProgram(folder) : openNodes(folder))
  open.add(site)
  return { ...site, async close() { open.delete(site); await site.close() } }
}
/** For whoever is interrupted: no process stays behind. */
export const closeSites = (): Promise<unknown> => Promise.all([...open].map((site) => site.close()))

async function openProgram(folder: string): Promise<Site> {
  const dataDir = join(folder, 'data')
  const company = await foundInstallation(dataDir, SIZE)
  const port = await freePort()
  const run = (): Program => startProgram({ dataDir, port })
  const node: Node = { name: 'program', role: 'all', url: `http://127.0.0.1:${port}`, dataDir, line: null, program: run() }
  const site = {
    topology: 'program' as const, secret: null, company, nodes: [node], servers: [node], workers: [node],
    databaseUrl: () => findRunningDatabase(dataDir)!.url,
    postmaster: () => postmasterOf(dataDir),
    start(one: Node) { one.program = run(); return one.program.ready(READY_MS) },
    async add(name: string, options: { role: Role; env?: Record<string, string>; flags?: string[] }) {
      const own = join(folder, name)
      const second = await freePort()
      cpSync(join(dataDir, 'keys'), join(own, 'keys'), { recursive: true })
      // As somebody would do it who does not know that the program works by itself: on its database, with its keys.
      const env = { ROLE: options.role, DATABASE_URL: findRunningDatabase(dataDir)!.url, LOOPDESK_KEY: readKey(dataDir), ...options.env }
      return { name, role: options.role, url: `http://127.0.0.1:${second}`, dataDir: own, line: null, program: startProgram({ dataDir: own, port: second, env, ...(options.flags ? { flags: options.flags } : {}) }) }
    },
    async close() {
      await node.program.kill()
      await removeData(dataDir)
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await node.program.ready(READY_MS)
  return site
}

const readKey = (dataDir: string): string => readFileSync(join(dataDir, 'root.key'), 'utf8').trim()

async function openNodes(folder: string): Promise<Site> {
  const home = join(folder, 'database')
  const database = await startEmbeddedDatabase({ dataDir: home, settings: { max_connections: '150' } })
  const key = randomBytes(32).toString('hex')
  const socket = join(database.socketDir, '.s.PGSQL.5432')
  const made: Node[] = []
  const company = await found(folder, database.url, key)
  const open = async (name: string, options: { role: Role; env?: Record<string, string>; flags?: string[] }): Promise<Node> => {
    const dataDir = join(folder, name)
    mkdirSync(dataDir, { recursive: true })
    const [line, port] = await Promise.all([openLine(socket), freePort()])
    const env = { ROLE: options.role, DATABASE_URL: `postgres://loopdesk@127.0.0.1:${line.port}/loopdesk`, LOOPDESK_KEY: key, ...options.env }
    starts.set(name, () => startProgram({ dataDir, port, env, ...(options.flags ? { flags: options.flags } : {}) }))
    const node = { name, role: options.role, url: `http://127.0.0.1:${port}`, dataDir, line, program: starts.get(name)!() }
    made.push(node)
    return node
  }
  const starts = new Map<string, () => Program>()
  const nodes = [await open('serve-1', { role: 'serve' }), await open('serve-2', { role: 'serve' }), await open('work-1', { role: 'work' }), await open('work-2', { role: 'work' })]
  await Promise.all(nodes.map((node) => node.program.ready(READY_MS)))
  return {
    topology: 'nodes', secret: key, company, nodes, servers: nodes.slice(0, 2), workers: nodes.slice(2),
    databaseUrl: () => database.url,
    postmaster: () => (database.state === 'running' ? database.pid : null),
    start(node) { node.program = starts.get(node.name)!(); return node.program.ready(READY_MS) },
    add: open,
    async close() {
      await Promise.all(made.map(async ({ program, line }) => { await program.kill(); await line?.close() }))
      await database.stop()
      await removeData(home)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function found(folder: string, databaseUrl: string, key: string): Promise<Company> {
  const dataDir = join(folder, 'founder')
  const desk = await assemble({ config: readConfig({ DATA_DIR: dataDir }), databaseUrl, keys: await loadKeys(dataDir, { LOOPDESK_KEY: key }), rooms, authenticate: authenticator, log: QUIET, serve: false, work: false, poolSize: 2 })
  try { return await foundCompany(desk.app, SIZE) } finally { await desk.close() }
}
