/**
 * PostgreSQL as a part of the program: its binaries come from npm, it listens on a Unix socket only, runs as
 * a user without rights, and comes back by itself when it dies. The data lie in `<dataDir>/postgres`.
 */
import { chmodSync, existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isRoot, ownName, withParents } from './embedded-account.ts'
import { findBinaries } from './embedded-binaries.ts'
import { checkDisk, checkVersion, chooseSocketDir, createCluster, findPlace, openSocketDir } from './embedded-cluster.ts'
import { findHolder, lockData, type DataLock } from './embedded-lock.ts'
import { adoptPostmaster, launchPostmaster, openLog, type Postmaster } from './embedded-postmaster.ts'
import { endLeftovers, isPostmasterOf, readPostmasterFile, signal, startOf, stopPostmaster } from './embedded-processes.ts'
import { socketUrl } from './embedded-url.ts'
import { StartRefusal, startupText } from './refusals.ts'

export { socketHost } from './embedded-url.ts'
export { findHolder } from './embedded-lock.ts'

export type DatabaseState = 'running' | 'restarting' | 'stopped'

export interface EmbeddedDatabase {
  /** `postgres://loopdesk@<encoded socket folder>/loopdesk`; stays the same through restarts. See socketHost. */
  readonly url: string
  readonly socketDir: string
  /** Of the postmaster that runs now. */
  readonly pid: number
  readonly state: DatabaseState
  /** Calls back on every change of `state`; answers how to stop listening. */
  onState(listener: (state: DatabaseState) => void): () => void
  /** Fast shutdown (sessions are ended, nothing acknowledged is lost), by force after 10 s. Frees the folder. */
  stop(): Promise<void>
  /** Frees the folder and lets the server run on when this process ends; `adopt` finds it again. */
  leaveRunning(): void
}

export interface EmbeddedOptions {
  dataDir: string
  /** One line a person may read, without line end: restarts, a moved cluster. */
  log?: (line: string) => void
  /** PostgreSQL settings over the built-in ones, for example `{ shared_buffers: '256MB' }`. */
  settings?: Record<string, string>
  /** As root, keep the cluster in /var/lib/loopdesk when its user can't enter `dataDir` (for a DATA_DIR nobody chose). */
  mayMove?: boolean
  /** Take over a server that was left running instead of starting it anew. */
  adopt?: boolean
}

/** Starts the database, making it when there is none. Throws StartRefusal with the reason and the way out. */
export async function startEmbeddedDatabase(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const dataDir = resolve(options.dataDir)
  let lock: DataLock | undefined
  try {
    makeDataDir(dataDir)
    lock = await lockData(dataDir)
    return await supervise(dataDir, options, lock)
  } catch (error) {
    lock?.release()
    throw asRefusal(error, dataDir)
  }
}

/** Folders made here let the database's user pass, whatever umask the shell has. */
function makeDataDir(dataDir: string): void {
  const first = mkdirSync(dataDir, { recursive: true })
  if (first && isRoot()) for (const folder of withParents(dataDir)) if (folder.length >= first.length) chmodSync(folder, 0o711)
}

/** The running server of a folder, to be used beside the program that started it; undefined when there is none. */
export function findRunningDatabase(dataDir: string): { url: string; socketDir: string; pid: number } | undefined {
  let cluster: string
  try {
    cluster = realpathSync(join(dataDir, 'postgres'))
  } catch {
    return undefined
  }
  const file = readPostmasterFile(cluster)
  if (!file?.isReady || !isPostmasterOf(file.pid, cluster)) return undefined
  return { url: socketUrl(file.socketDir), socketDir: file.socketDir, pid: file.pid }
}

/** Deletes a data folder and ends the server somebody left on it; false, and nothing done, while a program uses it. */
export async function removeData(dataDir: string): Promise<boolean> {
  if (findHolder(dataDir) !== undefined) return false
  const cluster = join(dataDir, 'postgres')
  if (existsSync(cluster)) await endLeftovers(realpathSync(cluster))
  rmSync(dataDir, { recursive: true, force: true })
  return true
}

function asRefusal(error: unknown, dataDir: string): unknown {
  if (error instanceof StartRefusal) return error
  const { code, path, message } = error as NodeJS.ErrnoException
  const isFull = code === 'ENOSPC' || code === 'EDQUOT' || (/No space left on device/.test(message) && !/shared memory/.test(message))
  if (isFull) return new StartRefusal('start.disk-full', { path: dataDir, freeMb: 0, needMb: 120 }, error)
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(code ?? '')) return new StartRefusal('start.data-unreadable', { path: path ?? dataDir, user: ownName() }, error)
  const lines = (message || String(error)).split('\n')
  const reason = lines.find((line) => /FATAL|PANIC/.test(line)) ?? lines.find((line) => /ERROR|error:/.test(line)) ?? lines.at(-1)!
  return new StartRefusal('start.database-failed', { reason: reason.replace(/^.*(FATAL|PANIC|ERROR|error): +/, ''), log: join(dataDir, 'postgres.log') }, error)
}

/** Starts the server of a locked folder and keeps it up until told to stop. */
async function supervise(dataDir: string, options: EmbeddedOptions, lock: DataLock): Promise<EmbeddedDatabase> {
  const say = (key: string, args?: Record<string, string>): void => options.log?.(startupText(key, args))
  const place = findPlace(dataDir, options.mayMove ?? false, say)
  const { account, cluster } = place
  checkVersion(place)
  checkDisk(place)
  const binaries = findBinaries(account, place.home)
  const adopted = options.adopt ? findRunningDatabase(dataDir) : undefined
  const socketDir = adopted?.socketDir ?? chooseSocketDir(place)
  const write = openLog(join(dataDir, 'postgres.log'))

  const launch = async (): Promise<Postmaster> => {
    await endLeftovers(cluster)
    openSocketDir(socketDir, account)
    return launchPostmaster({ postgres: binaries.postgres, account, cluster, socketDir, settings: options.settings ?? {}, write })
  }
  if (place.isNew) await createCluster(place, binaries, options.settings?.fsync !== 'off')
  let postmaster = adopted ? adoptPostmaster(adopted.pid, cluster) : await launch()

  let state: DatabaseState = 'running'
  const listeners = new Set<(state: DatabaseState) => void>()
  const turn = (next: DatabaseState): void => {
    state = next
    for (const listener of listeners) listener(next)
  }
  const end = new AbortController()
  let restarting: Promise<void> | undefined

  const watch = (watched: Postmaster): void => void watched.gone.then(() => { if (!end.signal.aborted) restarting = restart() })
  async function restart(): Promise<void> {
    turn('restarting')
    say('start.database-lost')
    for (let wait = 100; !end.signal.aborted; wait = Math.min(wait * 2, 10_000)) {
      try {
        postmaster = await launch()
        turn('running')
        say('start.database-back')
        watch(postmaster)
        return
      } catch (error) {
        write(`${(error as Error).message}\n`)
        await sleep(wait, undefined, { signal: end.signal }).catch(() => {})
      }
    }
  }
  watch(postmaster)

  // A program that ends by an uncaught fault must not leave its server behind.
  const atExit = (): void => { if (state === 'running') signal(postmaster.pid, 'SIGINT') }
  process.once('exit', atExit)

  let stopped: Promise<void> | undefined
  async function stop(): Promise<void> {
    lock.markStopping()
    end.abort()
    await restarting
    const { pid } = postmaster
    let isGone = false
    void postmaster.gone.then(() => { isGone = true })
    await stopPostmaster(pid, () => isGone || startOf(pid) === undefined)
    process.off('exit', atExit)
    rmSync(socketDir, { recursive: true, force: true })
    turn('stopped')
    lock.release()
  }
  return {
    url: socketUrl(socketDir),
    socketDir,
    get pid() { return postmaster.pid },
    get state() { return state },
    onState(listener) {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
    stop: () => (stopped ??= stop()),
    leaveRunning() {
      end.abort()
      process.off('exit', atExit)
      postmaster.release()
      lock.release()
    },
  }
}
