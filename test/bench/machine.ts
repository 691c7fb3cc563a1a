/** What processes use, from /proc: CPU milliseconds and memory. Linux only. */
import { readFileSync, readdirSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'

/** Clock ticks of /proc/<pid>/stat per second; 100 on every Linux in use (USER_HZ). */
const TICKS = 100

interface Stat { parent: number; ticks: number; endedTicks: number }
function statOf(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]), endedTicks: Number(fields[13]) + Number(fields[14]) }
  } catch {
    return null
  }
}

/** A process and everything below it. */
export function familyOf(pid: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : null
    if (stat) children.set(stat.parent, [...(children.get(stat.parent) ?? []), Number(name)])
  }
  const family = [pid]
  for (const one of family) family.push(...(children.get(one) ?? []))
  return family
}

/** User and system milliseconds so far of these processes; with `ended` also of their children that have ended. */
export function cpuMs(pids: readonly number[], ended = false): number {
  return pids.reduce((sum, pid) => {
    const stat = statOf(pid)
    return sum + ((stat?.ticks ?? 0) + (ended ? stat?.endedTicks ?? 0 : 0)) * (1000 / TICKS)
  }, 0)
}

/** Proportional set size in MB: shared pages are divided among those who share them. */
export function pssMb(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    try {
      return sum + Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))![1]) / 1024
    } catch {
      return sum
    }
  }, 0)
}

export const describeMachine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${(totalmem() / 2 ** 30).toFixed(1)} GB, Linux ${readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim()}, Node ${process.version}`
