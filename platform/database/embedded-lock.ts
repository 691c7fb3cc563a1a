/** One running program per data folder. */
import { linkSync, mkdirSync, readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startOf } from './embedded-processes.ts'
import { StartRefusal } from './refusals.ts'

export interface DataLock {
  /** Says that this program is on its way out, so that a starting one waits instead of refusing. */
  markStopping(): void
  release(): void
}

interface Holder { pid: number; start: string; machine: string; stopping?: boolean }

const readOr = (read: () => string): string => { try { return read().trim() } catch { return '' } }

/** A pid means something only within one boot and one pid namespace (container). */
const machine = (): string =>
  `${readOr(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'))} ${readOr(() => readlinkSync('/proc/self/ns/pid'))}`

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The pid of the running program that holds the folder; undefined when nobody does. */
export function findHolder(dataDir: string): number | undefined {
  const holder = readHolder(join(dataDir, 'loopdesk.lock'))
  return holder && isAlive(holder) ? holder.pid : undefined
}

const isAlive = (holder: Holder): boolean => holder.machine === machine() && startOf(holder.pid) === holder.start

/**
 * Takes the folder, creating it when missing. A holder that died is replaced; one that lives gets 2 s
 * (12 s when it is already stopping) to go, then StartRefusal start.data-in-use is thrown.
 */
export async function lockData(dataDir: string): Promise<DataLock> {
  mkdirSync(dataDir, { recursive: true })
  const file = join(dataDir, 'loopdesk.lock')
  const mine = `${file}.${process.pid}`
  const self: Holder = { pid: process.pid, start: startOf(process.pid) ?? '', machine: machine() }
  writeFileSync(mine, JSON.stringify(self))
  try {
    for (const began = performance.now(); ;) {
      try {
        // link() fails when the name exists: taking the lock is one atomic step, content included.
        linkSync(mine, file)
        break
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      const holder = readHolder(file)
      if (holder && isAlive(holder)) {
        if (performance.now() - began > (holder.stopping ? 12_000 : 2_000)) throw new StartRefusal('start.data-in-use', { path: dataDir, pid: holder.pid })
        await sleep(50)
      } else clearDead(file, holder)
    }
  } finally {
    rmSync(mine, { force: true })
  }
  const replace = (holder: Holder): void => {
    writeFileSync(mine, JSON.stringify(holder))
    renameSync(mine, file)
  }
  return {
    markStopping() { try { replace({ ...self, stopping: true }) } catch { /* a full disk must not stop the stopping */ } },
    release() { if (readHolder(file)?.pid === process.pid) rmSync(file, { force: true }) },
  }
}

/** Two starters may find the same dead holder: whoever moved away a lock that is not that one puts it back. */
function clearDead(file: string, dead: Holder | undefined): void {
  const aside = `${file}.dead.${process.pid}`
  try {
    renameSync(file, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  const moved = readHolder(aside)
  if (moved && JSON.stringify(moved) !== JSON.stringify(dead)) try { linkSync(aside, file) } catch { /* taken again meanwhile */ }
  rmSync(aside, { force: true })
}
