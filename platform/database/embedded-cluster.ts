/** The folders of the embedded database: where they lie, who owns them, and how a new cluster is made. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, realpathSync, renameSync, rmSync, statfsSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { databaseAccount, findBlocked, isRoot, withParents, type Account } from './embedded-account.ts'
import type { Binaries } from './embedded-binaries.ts'
import { StartRefusal } from './refusals.ts'

export const MAJOR = 18

export interface Place {
  account: Account
  /** Real path of the cluster; it may not exist yet. */
  cluster: string
  /** Folder around the cluster that the account can enter. */
  home: string
  isNew: boolean
}

const own = (path: string, { spawn: { uid, gid } }: Account): void => { if (uid !== undefined) chownSync(path, uid, gid!) }

/**
 * Finds the place of the cluster and opens the way to it. As root the database runs as another user, which
 * must be able to pass through the folders above: `dataDir` itself is opened for it when it is ours, folders
 * above never are. With `mayMove` a cluster that can't lie there goes to /var/lib/loopdesk, linked from
 * `dataDir`. Throws StartRefusal.
 */
export function findPlace(dataDir: string, mayMove: boolean, log: (line: string, args?: Record<string, string>) => void): Place {
  const link = join(dataDir, 'postgres')
  let cluster = existsSync(link) ? realpathSync(link) : join(realpathSync(dataDir), 'postgres')
  const account = databaseAccount(cluster)
  openFolder(realpathSync(dataDir), account)
  let blocked = findBlocked(account, withParents(dirname(cluster)))
  if (blocked && mayMove && isRoot() && !existsSync(cluster)) {
    const home = moveHome(link)
    log('start.moved', { from: blocked, to: home })
    cluster = join(home, 'postgres')
    blocked = findBlocked(account, withParents(home))
  }
  blocked ??= existsSync(cluster) ? findBlocked(account, [cluster], [join(cluster, 'PG_VERSION')]) : undefined
  if (blocked) throw new StartRefusal('start.data-unreadable', { path: blocked, user: account.name })
  return { account, cluster, home: dirname(cluster), isNew: !existsSync(cluster) }
}

/** A folder of its own below /var/lib/loopdesk: whoever deletes `data` begins anew and must not meet old rows there. */
function moveHome(link: string): string {
  const roof = '/var/lib/loopdesk'
  mkdirSync(roof, { recursive: true })
  // A link to nothing is left by a first start that was interrupted.
  const home = lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() ? dirname(readlinkSync(link)) : mkdtempSync(join(roof, 'data-'))
  mkdirSync(home, { recursive: true })
  for (const folder of [roof, home]) chmodSync(folder, 0o711)
  rmSync(link, { force: true })
  symlinkSync(join(home, 'postgres'), link)
  return home
}

/** A folder that is new or already Loopdesk's lets the database's group pass; a stranger's (DATA_DIR=/root) stays shut. */
function openFolder(folder: string, { spawn: { gid } }: Account): void {
  const { mode, uid } = statSync(folder)
  if (gid === undefined || uid !== 0 || (mode & 0o001) !== 0 || (mode & 0o700) !== 0o700) return
  const isOurs = readdirSync(folder).every((name) => name.startsWith('loopdesk.lock')) || existsSync(join(folder, 'postgres')) || existsSync(join(folder, 'postgres.new'))
  if (!isOurs) return
  chownSync(folder, -1, gid)
  chmodSync(folder, (mode & 0o7777) | 0o010)
}

/** Throws StartRefusal start.disk-full below 120 MB for a new cluster, 24 MB (a WAL segment and a half) for an old one. */
export function checkDisk({ home, isNew }: Place): void {
  const { bavail, bsize } = statfsSync(home)
  const freeMb = Math.floor((bavail * bsize) / 2 ** 20)
  const needMb = isNew ? 120 : 24
  if (freeMb < needMb) throw new StartRefusal('start.disk-full', { path: home, freeMb, needMb })
}

/** Throws StartRefusal when the cluster is of another major version of PostgreSQL. */
export function checkVersion({ cluster, isNew }: Place): void {
  if (isNew) return
  const found = Number(readFileSync(join(cluster, 'PG_VERSION'), 'utf8'))
  if (found > MAJOR) throw new StartRefusal('start.database-newer', { found: `PostgreSQL ${found}`, known: `PostgreSQL ${MAJOR}` })
  if (found !== MAJOR) throw new StartRefusal('start.database-failed', { reason: `PostgreSQL ${found} ≠ ${MAJOR}`, log: join(cluster, 'PG_VERSION') })
}

/**
 * The folder of the Unix socket: in `home` when the path fits into a socket address (103 bytes on every
 * system), else in the folder for temporary files.
 */
export function chooseSocketDir({ account, cluster, home }: Place): string {
  const near = join(home, 'socket')
  if (Buffer.byteLength(join(near, '.s.PGSQL.5432')) <= 103) return near
  const roof = findBlocked(account, withParents(tmpdir())) || tmpdir().length > 70 ? '/tmp' : tmpdir()
  const path = join(roof, `loopdesk-${createHash('sha256').update(`${process.getuid?.()} ${cluster}`).digest('hex').slice(0, 12)}`)
  const there = lstatSync(path, { throwIfNoEntry: false })
  // Anybody may have made this name in a shared folder before us.
  const isStrange = there && (!there.isDirectory() || (there.uid !== account.spawn.uid && there.uid !== process.getuid?.()))
  return isStrange ? mkdtempSync(join(roof, 'loopdesk-')) : path
}

/** Makes the socket's folder, 0700 and the account's: who can't enter it can't connect. */
export function openSocketDir(path: string, account: Account): void {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  own(path, account)
  chmodSync(path, 0o700)
  // Of an earlier server, which is gone: their pids may be another process's by now.
  for (const name of readdirSync(path)) if (name.startsWith('.s.PGSQL.')) rmSync(join(path, name))
}

/** Locale that orders and folds Chinese; macOS has no C.UTF-8 before version 15. */
const locale = process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8'
export const databaseEnvironment = { PATH: '/usr/bin:/bin', LC_ALL: locale, TZ: 'UTC' }

/** Runs one of PostgreSQL's programs to its end; throws with what it wrote last. */
export function run(program: string, args: string[], account: Account, input = ''): Promise<void> {
  const child = spawn(program, args, { ...account.spawn, cwd: '/', env: databaseEnvironment, stdio: ['pipe', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { said = (said + chunk).slice(-4_000) })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      // The single-user server reports a failed statement only in words.
      if (code === 0 && !/^.*(ERROR|FATAL|PANIC): /m.test(said)) resolve()
      else reject(new Error(said.trim() || `${basename(program)} ended with ${code}`))
    })
  })
}

/**
 * Makes a cluster with the database `loopdesk` under another name and renames it when it is whole: what was
 * interrupted is begun anew. `isDurable: false` leaves writing to the disk to the system.
 */
export async function createCluster({ account, cluster }: Place, binaries: Binaries, isDurable: boolean): Promise<void> {
  const draft = `${cluster}.new`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { mode: 0o700 })
  own(draft, account)
  // Trust is right here: only who may enter the socket's folder gets as far as being asked.
  await run(binaries.initdb, ['-D', draft, '--username=loopdesk', '--auth=trust', '--encoding=UTF8', '--locale-provider=libc', `--locale=${locale}`, '--no-sync', '--no-instructions'], account)
  await run(binaries.postgres, ['--single', '-D', draft, '-c', 'fsync=off', '-c', 'log_min_messages=warning', 'postgres'], account, 'create database loopdesk\n')
  if (isDurable) await run(binaries.initdb, ['--sync-only', '-D', draft], account)
  // When home is root's, as DATA_DIR is, only root can rename; as an ordinary user both are ours.
  renameSync(draft, cluster)
}
