/** One server process of PostgreSQL: its settings, its log, the moment it is ready and the moment it is gone. */
import { spawn } from 'node:child_process'
import { appendFileSync, renameSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Account } from './embedded-account.ts'
import { databaseEnvironment } from './embedded-cluster.ts'
import { clusterName, isPostmasterOf } from './embedded-processes.ts'

export interface Postmaster {
  pid: number
  /** Settled when the process is gone, whatever ended it. */
  gone: Promise<void>
  /** Lets this program end while the server runs on. */
  release(): void
}

/** For two cores and little memory; what an installation needs more of it sets by `settings`. */
const builtIn: Record<string, string> = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '60',
  shared_buffers: '32MB',
  work_mem: '8MB',
  maintenance_work_mem: '32MB',
  effective_cache_size: '512MB',
  random_page_cost: '1.1',
  huge_pages: 'off',
  jit: 'off',
  // Workers for reading ahead and for parallel plans cost memory while idle, and shared memory containers lack.
  io_method: 'sync',
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  max_logical_replication_workers: '0',
  autovacuum_max_workers: '2',
  autovacuum_vacuum_cost_limit: '400',
  fsync: 'on',
  synchronous_commit: 'on',
  wal_compression: 'on',
  min_wal_size: '64MB',
  max_wal_size: '512MB',
  checkpoint_timeout: '10min',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Failed statements carry people's data and are reported to the program anyway: the log keeps to the server's own life.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
}

export interface Launch {
  postgres: string
  account: Account
  cluster: string
  socketDir: string
  settings: Record<string, string>
  write(text: string): void
}

const READY = 'database system is ready to accept connections'

/** Starts the server and waits until it accepts connections; throws with its own words when it ends before. */
export function launchPostmaster({ postgres, account, cluster, socketDir, settings, write }: Launch): Promise<Postmaster> {
  const all = { ...builtIn, ...settings, cluster_name: clusterName(cluster), unix_socket_directories: `"${socketDir}"` }
  const args = ['-D', cluster, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  // A session of its own: Ctrl-C in the terminal reaches every process of ours, and this one must be the last to go.
  const child = spawn(postgres, args, { ...account.spawn, cwd: '/', env: databaseEnvironment, detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()))
  return new Promise((resolve, reject) => {
    let said = ''
    let isReady = false
    child.stderr.on('data', (chunk: Buffer) => {
      write(chunk.toString())
      if (isReady) return
      said = (said + chunk).slice(-8_000)
      if (!said.includes(READY)) return
      isReady = true
      resolve({
        pid: child.pid!,
        gone,
        release() {
          child.unref()
          child.stderr.destroy()
        },
      })
    })
    child.once('error', reject)
    child.once('close', (code, signal) => reject(new Error(said.trim() || `postgres ended with ${code ?? signal}`)))
  })
}

/** A server started by another program: it is no child of ours, so we have to look whether it is there. */
export function adoptPostmaster(pid: number, cluster: string): Postmaster {
  const looking = new AbortController()
  const gone = (async () => {
    while (!looking.signal.aborted && isPostmasterOf(pid, cluster)) await sleep(500, undefined, { ref: false, signal: looking.signal }).catch(() => {})
  })()
  return { pid, gone, release: () => looking.abort() }
}

const LOG_LIMIT = 10 * 2 ** 20

/** Appends to a file of at most 10 MB; what was before it is kept once, as `<file>.1`. */
export function openLog(file: string): (text: string) => void {
  let size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  return (text) => {
    try {
      if (size > LOG_LIMIT) {
        renameSync(file, `${file}.1`)
        size = 0
      }
      appendFileSync(file, text, { mode: 0o600 })
      size += Buffer.byteLength(text)
    } catch { /* a full disk is reported by the database itself; its log can't be the place for it */ }
  }
}
