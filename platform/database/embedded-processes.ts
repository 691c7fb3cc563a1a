/** Which processes live, since when, and which of them belong to one database folder. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const linux = process.platform === 'linux'

/**
 * When a process started, as text that differs for every process that ever had this number since boot;
 * undefined when there is none. A zombie counts as none: it holds nothing, and PID 1 may never reap it.
 */
export function startOf(pid: number): string | undefined {
  try {
    if (!linux) {
      const [state, ...start] = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim().split(/\s+/)
      return state && !state.startsWith('Z') ? start.join(' ') : undefined
    }
    // proc(5): after the command in brackets come state (field 3) … starttime in clock ticks (field 22).
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)!.split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

/** The command line of a process, words joined by blanks; empty when there is none. Readable for every user. */
export function commandOf(pid: number): string {
  try {
    return linux
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      : execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  } catch {
    return ''
  }
}

function everyPid(): number[] {
  const names = linux ? readdirSync('/proc') : execFileSync('ps', ['-axo', 'pid='], { encoding: 'utf8' }).split(/\s+/)
  return names.map(Number).filter((pid) => pid > 0)
}

/** The name PostgreSQL shows in the title of each of its processes: the only mark a stranger's process can't share. */
export const clusterName = (cluster: string): string => `loopdesk-${createHash('sha256').update(cluster).digest('hex').slice(0, 12)}`

export const isPostmasterOf = (pid: number, cluster: string): boolean =>
  startOf(pid) !== undefined && ` ${commandOf(pid)} `.includes(` -D ${cluster} `)

function backendsOf(cluster: string): number[] {
  const title = `postgres: ${clusterName(cluster)}: `
  return everyPid().filter((pid) => commandOf(pid).startsWith(title) && startOf(pid) !== undefined)
}

export interface PostmasterFile { pid: number; socketDir: string; isReady: boolean }

/** PostgreSQL's own lock file; undefined when there is none or it is half written. */
export function readPostmasterFile(cluster: string): PostmasterFile | undefined {
  try {
    const lines = readFileSync(`${cluster}/postmaster.pid`, 'utf8').split('\n')
    const pid = Number(lines[0])
    return pid > 0 ? { pid, socketDir: lines[4] ?? '', isReady: lines[7]?.trim() === 'ready' } : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Waits until `isGone` holds; false when `milliseconds` pass first. */
export async function waitUntil(isGone: () => boolean, milliseconds: number): Promise<boolean> {
  for (const end = performance.now() + milliseconds; performance.now() < end; await sleep(15)) if (isGone()) return true
  return isGone()
}

/** Fast shutdown, after 10 s the immediate one, after 6 s more the end of the process; crash recovery mends the rest. */
export async function stopPostmaster(pid: number, isGone: () => boolean): Promise<void> {
  signal(pid, 'SIGINT')
  if (await waitUntil(isGone, 10_000)) return
  signal(pid, 'SIGQUIT')
  if (await waitUntil(isGone, 6_000)) return
  signal(pid, 'SIGKILL')
  await waitUntil(isGone, 2_000)
}

/**
 * Leaves no process of an earlier server on this cluster: PostgreSQL refuses to start while one still holds
 * the shared memory. Backends end by themselves when their postmaster is gone, except in the middle of work.
 */
export async function endLeftovers(cluster: string): Promise<void> {
  const file = readPostmasterFile(cluster)
  if (file && isPostmasterOf(file.pid, cluster)) await stopPostmaster(file.pid, () => !isPostmasterOf(file.pid, cluster))
  let left = backendsOf(cluster)
  const areGone = (): boolean => (left = left.filter((pid) => startOf(pid) !== undefined)).length === 0
  for (const [name, patience] of [[undefined, 1_000], ['SIGQUIT', 2_000], ['SIGKILL', 2_000]] as const) {
    if (areGone()) break
    if (name) for (const pid of left) signal(pid, name)
    await waitUntil(areGone, patience)
  }
  // PostgreSQL believes any living process with the pid in this file, also a stranger that got the number since.
  if (!file || !isPostmasterOf(file.pid, cluster)) rmSync(`${cluster}/postmaster.pid`, { force: true })
}
