/** The faults that can be had here, by their ids in the matrix: each strikes while the load runs and says what it saw. */
import { setTimeout as sleep } from 'node:timers/promises'
import { openPool } from '../../platform/database/index.ts'
import { withDatabase } from '../../platform/testing/template.ts'
import { freePort, isReady, startProgram } from '../program.ts'
import type { Load } from './clients.ts'
import type { Node, Site, Topology } from './site.ts'

export interface Rig { site: Site; load: Load; random: () => number; isShort: boolean; say(line: string): void }
export interface Outcome {
  strikes: number
  /** What was measured, milliseconds. */
  ms: number[]
  wrong: string[]
  /** What the milliseconds are of, and what else there is to say. */
  words: string
}
export interface FaultCase { id: string; title: string; on: readonly Topology[]; strike(rig: Rig): Promise<Outcome> }

const BOTH: readonly Topology[] = ['program', 'nodes']
const NODES: readonly Topology[] = ['nodes']
const pause = (rig: Rig): Promise<void> => sleep(rig.isShort ? 600 + rig.random() * 900 : 1_000 + rig.random() * 2_000)
const pick = <T>(all: readonly T[], random: () => number): T => all[Math.floor(random() * all.length)]!
const until = async (is: () => boolean | Promise<boolean>, ms: number): Promise<number | null> => {
  const began = performance.now()
  while (!(await is())) {
    if (performance.now() - began > ms) return null
    await sleep(25)
  }
  return Math.round(performance.now() - began)
}

interface Leased { id: string; queue: string; lane: string; leasedBy: string; attempts: number }
async function leased(site: Site): Promise<Leased[]> {
  const db = openPool(site.databaseUrl(), { max: 1, name: 'faults-look' })
  try { return [...await db<Leased[]>`select id, queue, lane, leased_by, attempts from platform.job where leased_until > clock_timestamp()`] } finally { await db.end({ timeout: 1 }) }
}
/** Until none of these is as it was: done, tried again, or taken by another. */
async function goneOn(site: Site, jobs: readonly Leased[], ms: number): Promise<number | null> {
  const db = openPool(site.databaseUrl(), { max: 1, name: 'faults-look' })
  const isAsItWas = async (): Promise<boolean> => (await db<Leased[]>`select id, leased_by, attempts from platform.job where id = any(${jobs.map((job) => job.id)})`
    .catch(() => jobs)).some((now) => jobs.some((job) => job.id === now.id && job.leasedBy === now.leasedBy && job.attempts === now.attempts))
  try { return await until(async () => !(await isAsItWas()), ms) } finally { await db.end({ timeout: 1 }) }
}

/** Whoever works on something right now, by its own metrics. */
async function busyWorker(rig: Rig): Promise<Node> {
  let found: Node | undefined
  await until(async () => {
    for (const worker of rig.site.workers) {
      const text = await fetch(`${worker.url}/metrics`, { signal: AbortSignal.timeout(1_000) }).then((answer) => answer.text(), () => '')
      if (Number(/^loopdesk_jobs_running (\d+)/m.exec(text)?.[1] ?? 0) > 0) found = worker
    }
    return found !== undefined
  }, 5_000)
  return found ?? pick(rig.site.workers, rig.random)
}

const RESUME_MS = 30_000
const READY_MS = 120_000
const ALONE_MS = 10_000

const killServers: FaultCase = {
  id: 'F01', title: 'kill -9 of a process that serves', on: BOTH,
  async strike(rig) {
    const outcome: Outcome = { strikes: 0, ms: [], wrong: [], words: '' }
    let longest = 0
    for (let nr = 0; nr < (rig.isShort ? 1 : 3); nr++) {
      await pause(rig)
      rig.load.reset()
      const node = pick(rig.site.servers, rig.random)
      await node.program.kill()
      outcome.strikes++
      outcome.ms.push(await rig.site.start(node))
      await sleep(500)
      if (rig.site.topology === 'nodes' && rig.load.trouble.mostRetries > 2) outcome.wrong.push(`a call needed ${rig.load.trouble.mostRetries} retries although the other node was there: ${rig.load.trouble.met.join(', ')}`)
      longest = Math.max(longest, rig.load.trouble.longestMs)
    }
    outcome.words = `ready after the new start; the longest call took ${Math.round(longest)} ms`
    return outcome
  },
}

const killWorkers: FaultCase = {
  id: 'F02', title: 'kill -9 of a process that works, in the middle of jobs', on: BOTH,
  async strike(rig) {
    const outcome: Outcome = { strikes: 0, ms: [], wrong: [], words: '' }
    let orphans = 0
    for (let nr = 0; nr < 1; nr++) {
      await pause(rig)
      const node = await busyWorker(rig)
      await node.program.kill()
      outcome.strikes++
      const left = await leased(rig.site)
      const [startMs, ms] = await Promise.all([rig.site.start(node), goneOn(rig.site, left, 2 * READY_MS)])
      // Where it was the only one, nobody can go on before it is back.
      const limit = rig.site.workers.length > 1 ? RESUME_MS : Math.max(RESUME_MS, startMs + ALONE_MS)
      if (ms === null || ms > limit) outcome.wrong.push(`jobs of a killed worker did not go on within ${limit} ms: ${JSON.stringify(left)}`)
      orphans += left.length
      outcome.ms.push(ms ?? Infinity)
    }
    outcome.words = `until the last of ${orphans} jobs in hand went on`
    return outcome
  },
}

const killDatabase: FaultCase = {
  id: 'F03', title: 'kill -9 of the database server', on: BOTH,
  async strike({ site, ...rig }) {
    const outcome: Outcome = { strikes: 0, ms: [], wrong: [], words: 'until every process that serves was ready again' }
    for (let nr = 0; nr < (rig.isShort ? 1 : 3); nr++) {
      await pause({ site, ...rig })
      const before = site.postmaster()
      if (before === null) { outcome.wrong.push('no database runs'); break }
      process.kill(before, 'SIGKILL')
      outcome.strikes++
      const ms = await until(async () => site.postmaster() !== null && site.postmaster() !== before && (await Promise.all(site.servers.map(({ url }) => isReady(url)))).every(Boolean), 20_000)
      if (ms === null || ms > 10_000) outcome.wrong.push(`not back within 10 s (${ms ?? 'never'})`)
      for (const { name, program } of site.nodes) if (!program.isRunning()) outcome.wrong.push(`${name} ended with its database: ${program.said().slice(-400)}`)
      outcome.ms.push(ms ?? Infinity)
    }
    return outcome
  },
}

const freezeWorker: FaultCase = {
  id: 'F04', title: 'a process that works stands still until its leases have ended, and goes on', on: NODES,
  async strike(rig) {
    await pause(rig)
    const node = await busyWorker(rig)
    node.program.child.kill('SIGSTOP')
    const left = await leased(rig.site)
    const ms = await goneOn(rig.site, left, RESUME_MS + 15_000)
    await sleep(2_000)
    node.program.child.kill('SIGCONT')
    await sleep(3_000)
    return { strikes: 1, ms: [ms ?? Infinity], wrong: ms === null || ms > RESUME_MS ? [`its jobs did not go on within 30 s: ${JSON.stringify(left)}`] : [], words: `until the last of ${left.length} jobs in hand went on` }
  },
}

const rollingRestart: FaultCase = {
  id: 'F06', title: 'every process restarted politely, one after the other', on: BOTH,
  async strike(rig) {
    const outcome: Outcome = { strikes: 0, ms: [], wrong: [], words: '' }
    await pause(rig)
    rig.load.reset()
    for (const node of rig.site.nodes) {
      const began = performance.now()
      await node.program.stop()
      outcome.ms.push(Math.round(performance.now() - began))
      rig.say(`        ${node.name} stopped in ${outcome.ms.at(-1)} ms ${/cut off at the stop: [a-z.-]+/.exec(node.program.said())?.[0] ?? ''}`)
      outcome.strikes++
      await rig.site.start(node)
      await sleep(300)
    }
    const { calls, refused, mostRetries, met, longestMs } = rig.load.trouble
    if (rig.site.topology === 'nodes' && mostRetries > 1) outcome.wrong.push(`a call needed ${mostRetries} retries: ${met.join(', ')}`)
    outcome.words = `to stop; of ${calls} calls ${refused} tries were turned away, at most ${mostRetries} for one call, the longest took ${Math.round(longestMs)} ms`
    return outcome
  },
}

const clockAhead: FaultCase = {
  id: 'F18', title: 'a worker more whose clock runs 90 s ahead', on: BOTH,
  async strike(rig) {
    const extra = await rig.site.add('work-ahead', { role: 'work', env: { SKEW_MS: '90000' }, flags: ['--import', new URL('skew.mjs', import.meta.url).pathname] })
    const ms = await extra.program.ready(READY_MS)
    await sleep(rig.isShort ? 4_000 : 10_000)
    await extra.program.stop()
    return { strikes: 1, ms: [ms], wrong: [], words: 'until it was ready; the oracle looks for timers that came early' }
  },
}

const allDown: FaultCase = {
  id: 'F19', title: 'everything down while replies come due', on: BOTH,
  async strike(rig) {
    await pause(rig)
    await Promise.all(rig.site.nodes.map((node) => node.program.kill()))
    await sleep(12_000)
    const ms = await Promise.all(rig.site.nodes.map((node) => rig.site.start(node)))
    return { strikes: 1, ms, wrong: [], words: 'ready after the new start; down for 12 s' }
  },
}

const PARTITION_MS = 24_000
const GIVEN_UP_MS = 60_000

const brokenLines: FaultCase = {
  id: 'F20', title: 'the network to the database stalls, breaks, and forgets connections', on: NODES,
  async strike(rig) {
    const outcome: Outcome = { strikes: 0, ms: [], wrong: [], words: 'until the node was ready again after: a stall of 6 s, a break of 3 s, a worker cut off past its leases, connections gone silent for good' }
    const back = async (node: Node, limit: number, what: string): Promise<void> => {
      outcome.strikes++
      const ms = await until(() => isReady(node.url), limit)
      if (ms === null) outcome.wrong.push(`${node.name} was not ready ${limit} ms after ${what}`)
      outcome.ms.push(ms ?? Infinity)
    }
    const [server] = rig.site.servers
    server!.line!.stall()
    await sleep(6_000)
    server!.line!.mend()
    await back(server!, 5_000, 'a stall')
    server!.line!.cut()
    await sleep(3_000)
    server!.line!.mend()
    await back(server!, 5_000, 'a break')
    const worker = await busyWorker(rig)
    worker.line!.cut()
    const left = await leased(rig.site)
    const resumed = await goneOn(rig.site, left, RESUME_MS + 15_000)
    if (resumed === null || resumed > RESUME_MS) outcome.wrong.push(`jobs of a worker that was cut off did not go on within 30 s: ${JSON.stringify(left)}`)
    await sleep(Math.max(0, PARTITION_MS - (resumed ?? 0)))
    worker.line!.mend()
    await back(worker, 5_000, 'a long break')
    const other = rig.site.servers[1]!
    other.line!.lose()
    await back(other, GIVEN_UP_MS, 'its connections had gone silent')
    return outcome
  },
}

const startedTogether: FaultCase = {
  id: 'F22', title: 'three processes start on an empty database at once, one is killed in the middle', on: BOTH,
  async strike(rig) {
    const url = rig.site.databaseUrl()
    const admin = openPool(url, { max: 1, name: 'faults-look' })
    const name = `fresh_${Math.floor(rig.random() * 1e9)}`
    try {
      await admin.unsafe(`create database ${name}`)
      const ports = [await freePort(), await freePort(), await freePort()]
      const start = (nr: number) => startProgram({ dataDir: `${rig.site.nodes[0]!.dataDir}-${name}-${nr}`, port: ports[nr]!, env: { DATABASE_URL: withDatabase(url, name), LOOPDESK_KEY: '7'.repeat(64), ROLE: nr === 0 ? 'serve' : 'work' } })
      const programs = [start(0), start(1), start(2)]
      await sleep(700 + rig.random() * 500)
      await programs[0]!.kill()
      programs[0] = start(0)
      const ready = await Promise.all(programs.map((program) => program.ready(READY_MS).catch((error: unknown) => String(error))))
      await Promise.all(programs.map((program) => program.kill()))
      return { strikes: 1, ms: ready.filter((one) => typeof one === 'number'), wrong: ready.filter((one) => typeof one === 'string'), words: 'until ready, migration included' }
    } finally {
      await admin.unsafe(`drop database if exists ${name} with (force)`)
      await admin.end({ timeout: 1 })
    }
  },
}

const oneTooMany: FaultCase = {
  id: 'F24', title: 'started once more by mistake: another scheduler and sealer', on: BOTH,
  async strike(rig) {
    const wrong: string[] = []
    const extra = await rig.site.add('one-too-many', { role: 'work' })
    const ms = await extra.program.ready(READY_MS)
    if (rig.site.topology === 'program') {
      const [{ dataDir }] = rig.site.nodes as [Node]
      const twin = startProgram({ dataDir, port: await freePort() })
      const isRefused = await until(() => !twin.isRunning(), READY_MS)
      if (isRefused === null || !twin.said().includes(String(rig.site.nodes[0]!.program.child.pid))) wrong.push(`a second program on the same folder was not turned away: ${twin.said().slice(-300)}`)
      await twin.kill()
    }
    await sleep(rig.isShort ? 3_000 : 8_000)
    await extra.program.kill()
    return { strikes: 1, ms: [ms], wrong, words: 'until the one too many was ready; the oracle looks for what was done twice' }
  },
}

export const cases: readonly FaultCase[] = [killServers, killDatabase, rollingRestart, killWorkers, oneTooMany, clockAhead, freezeWorker, brokenLines, allDown, startedTogether]
