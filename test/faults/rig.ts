/** One run: an installation under load, one fault after the other, then the judge. */
import { chmodSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startLoad } from './clients.ts'
import { cases, type FaultCase, type Outcome } from './faults.ts'
import { numbersOf, openJournal } from './journal.ts'
import { type Finding, judge, settle } from './oracle.ts'
import { meetPeers } from './peers.ts'
import { openSite, type Site, type Topology } from './site.ts'
import { tamper } from './tamper.ts'

export interface RigOptions { topology: Topology; seed: number; isShort?: boolean; only?: readonly string[]; say?: (line: string) => void }
export interface Struck extends Outcome { id: string; title: string; seconds: number }
export interface Report { topology: Topology; seed: number; seconds: number; struck: Struck[]; findings: Finding[]; counts: Record<string, number>; settledMs: number | null; isGood: boolean }

const SETTLE_MS = 120_000
const LEAST_CALLS = 300

export async function runRig(options: RigOptions): Promise<Report> {
  const { topology, seed, say = () => {} } = options
  const began = performance.now()
  const random = numbersOf(seed)
  const folder = mkdtempSync(join(tmpdir(), 'loopdesk-faults-'))
  // As root, the database's own user must be able to pass.
  chmodSync(folder, 0o711)
  const site = await openSite(topology, folder)
  try {
    const journal = openJournal(join(folder, 'journal.jsonl'))
    const peers = await meetPeers(site, journal, numbersOf(seed * 47))
    try {
      const load = startLoad(site, journal, peers, { seed, programs: options.isShort ? 2 : 3, mailEveryMs: options.isShort ? 600 : 400 })
      const struck: Struck[] = []
      for (const one of cases.filter((each) => isWanted(each, options))) struck.push(await strike(one, { site, load, random, isShort: options.isShort ?? false, say }))
      // A slow machine is given the time to have something to lose.
      for (const until = performance.now() + SETTLE_MS; load.answered < LEAST_CALLS && performance.now() < until;) await sleep(200)
      await load.stop()
      const settledMs = await settle(site.databaseUrl(), SETTLE_MS)
      const { findings, counts } = await judge(journal.path, site.databaseUrl(), { dataDir: site.nodes[0]!.dataDir, secret: site.secret })
      if (settledMs === null) findings.find((one) => one.id === 'I-12')!.wrong.push(`not everything was done ${SETTLE_MS / 1000} s after the last command`)
      if (!options.only || options.only.includes('F28')) struck.push(await timed('F28', 'audit rows edited, removed, inserted, moved, the end cut', () => tamper(site)))
      await stopAll(site, struck)
      const isGood = struck.every((one) => !one.wrong.length) && findings.every((one) => !one.wrong.length)
      return { topology, seed, seconds: (performance.now() - began) / 1000, struck, findings, counts, settledMs, isGood }
    } finally {
      await peers.close()
      await journal.close()
    }
  } finally {
    await site.close()
  }
}

const isWanted = (one: FaultCase, { topology, only }: RigOptions): boolean => one.on.includes(topology) && (!only || only.includes(one.id))

async function timed(id: string, title: string, work: () => Promise<Outcome>): Promise<Struck> {
  const began = performance.now()
  const outcome = await work().catch((error: unknown): Outcome => ({ strikes: 0, ms: [], wrong: [String((error as Error).stack ?? error)], words: '' }))
  return { id, title, seconds: (performance.now() - began) / 1000, ...outcome }
}

async function strike(one: FaultCase, rig: Parameters<FaultCase['strike']>[0]): Promise<Struck> {
  const struck = await timed(one.id, one.title, () => one.strike(rig))
  rig.say(lineOf(struck))
  return struck
}

/** A polite end leaves nothing behind. */
async function stopAll(site: Site, struck: Struck[]): Promise<void> {
  await Promise.all(site.nodes.map((node) => node.program.stop()))
  if (site.topology === 'program' && site.postmaster() !== null) struck.at(-1)!.wrong.push('the database runs on after the program was stopped')
}

const range = (ms: readonly number[]): string => (!ms.length ? '' : ms.length === 1 ? `${ms[0]} ms ` : `${Math.min(...ms)}–${Math.max(...ms)} ms `)
const lineOf = ({ id, title, strikes, ms, wrong, words, seconds }: Struck): string =>
  `  ${wrong.length ? 'WRONG' : 'ok   '} ${id} ${title} ×${strikes} (${seconds.toFixed(0)} s): ${range(ms)}${words}${wrong.map((one) => `\n          ${one}`).join('')}`

export function describe(report: Report): string {
  const { topology, seed, seconds, struck, findings, counts, settledMs, isGood } = report
  return [
    `topology ${topology}, seed ${seed}: ${isGood ? 'nothing lost, nothing doubled unmarked' : 'WRONG'} (${seconds.toFixed(0)} s)`,
    ...struck.map(lineOf),
    ...findings.map(({ id, title, wrong }) => `  ${wrong.length ? 'WRONG' : 'ok   '} ${id} ${title}${wrong.map((one) => `\n          ${one}`).join('')}`),
    `  ${Object.entries(counts).map(([name, value]) => `${name} ${Number.isInteger(value) ? value : value.toFixed(1)}`).join(', ')}; quiet ${settledMs === null ? 'never' : `${(settledMs / 1000).toFixed(1)} s`} after the last command`,
  ].join('\n')
}
