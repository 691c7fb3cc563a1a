/**
 * `npm run bench [-- --quick] [--part calendar|memory|deadlines|accepting|mail|live|pages|reports|audit] [--profile FOLDER]`: what Loopdesk costs beside the least any program could do, measured in the same
 * run on the same machine and database. Bounds are ratios, so that they hold on any machine. Linux only.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { findRunningDatabase, removeData } from '../../platform/database/embedded.ts'
import { openPool } from '../../platform/database/index.ts'
import { type Company, foundInstallation } from '../company.ts'
import { freePort, type Program, startProgram } from '../program.ts'
import { measureAudited } from './audited.ts'
import { measureCalendar } from './calendar.ts'
import { median, openMany } from './load.ts'
import { cpuMs, describeMachine, familyOf } from './machine.ts'
import { measureDeadlines } from './deadlines.ts'
import { measureLive } from './live.ts'
import { measureMail } from './mail.ts'
import { measureIdle, measureVisitors } from './memory.ts'
import { measureReads } from './pages.ts'
import { measureReports } from './reports.ts'
import { countWire } from './statements.ts'

const { values: { quick, part, profile } } = parseArgs({ options: { quick: { type: 'boolean', default: false }, part: { type: 'string' }, profile: { type: 'string' } } })
const isWanted = (name: string): boolean => !part || part === name
const size = quick ? { warmUp: 300, accepts: 600, rounds: 1, few: 2_000, many: 10_000, reads: 60, visitors: 100, mails: 600, words: 20, deadlines: 100_000, facts: 100_000 } : { warmUp: 1_000, accepts: 3_000, rounds: 3, few: 10_000, many: 100_000, reads: 200, visitors: 500, mails: 3_000, words: 60, deadlines: 1_000_000, facts: 1_000_000 }

interface Line { what: string; figures: string; ratio?: number; most?: number }
const lines: Line[] = []
function add(line: Line): void {
  lines.push(line)
  const verdict = line.most === undefined ? '' : line.ratio! <= line.most ? '  ✓' : '  ✗'
  console.log(`${line.what.padEnd(46)} ${line.figures.padEnd(52)} ${line.ratio === undefined ? '' : `${line.ratio.toFixed(2)}${line.most === undefined ? '' : ` ≤ ${line.most}`}`}${verdict}`)
}

/** With every event sealed and what the customer says encrypted, both of which the bare row does without. */
const MOST_OF_BARE = 5

/** Requests between two tidyings: twelve agents have twenty in hand at most, as people do. */
const IN_HAND = 240

/** CPU milliseconds a request costs the program and the database together; `tidy` stands between slices and is not counted. */
async function costOf(program: Program, database: number, work: (count: number) => Promise<void>, tidy: () => Promise<unknown>): Promise<{ app: number; database: number }> {
  const app = (): number => cpuMs([program.child.pid!])
  const server = (): number => { const family = familyOf(database); return cpuMs(family) + cpuMs([database], true) - cpuMs([database]) }
  const used = { app: 0, database: 0 }
  for (let left = size.accepts; left > 0; left -= IN_HAND) {
    const before = { app: app(), database: server() }
    await work(Math.min(left, IN_HAND))
    // What the work leaves to be done a moment later (events, notifications) is its cost too.
    await sleep(100)
    used.app += app() - before.app
    used.database += server() - before.database
    await tidy()
  }
  return { app: used.app / size.accepts, database: used.database / size.accepts }
}

async function measureAccepting(product: Program, bare: Program, database: number, url: string, company: Company): Promise<void> {
  const db = openPool(url, { max: 1, name: 'bench-tidy' })
  const tidy = async (): Promise<void> => {
    await db`update requests.assignment set state = 'ended' where state in ('offered', 'accepted')`
    await db`update requests.clock set state = 'cancelled', ended_at = started_at, since = null, wake_at = null where ended_at is null`
    await db`update requests.request set stage = 'closed', next_due_at = null where stage <> 'closed'`
  }
  let number = 0
  const open = async (program: Program, count: number): Promise<void> => {
    await openMany(program.url, company.intakeToken, number, count)
    number += count
  }
  for (let warm = 0; warm < size.warmUp; warm += IN_HAND) {
    await open(product, IN_HAND)
    await tidy()
  }
  await open(bare, size.warmUp)
  await db`vacuum analyze`
  const rounds: { real: { app: number; database: number }; bare: { app: number; database: number } }[] = []
  for (let round = 0; round < size.rounds; round++) {
    rounds.push({
      real: await costOf(product, database, (count) => open(product, count), tidy),
      bare: await costOf(bare, database, (count) => open(bare, count), async () => {}),
    })
  }
  await db.end()
  const of = (which: 'real' | 'bare', part: 'app' | 'database'): number => median(rounds.map((round) => round[which][part]))
  const figures = (which: 'real' | 'bare'): string => `${(of(which, 'app') + of(which, 'database')).toFixed(2)} ms (program ${of(which, 'app').toFixed(2)}, database ${of(which, 'database').toFixed(2)})`
  add({ what: 'one row and two events, bare (CPU)', figures: figures('bare') })
  add({ what: 'one accepted request (CPU)', figures: figures('real'), ratio: median(rounds.map(({ real, bare: least }) => (real.app + real.database) / (least.app + least.database))), most: MOST_OF_BARE })
}

async function main(): Promise<void> {
  console.log(`${describeMachine()}${quick ? ' (quick: fewer of everything)' : ''}\n`)
  if (isWanted('calendar')) for (const line of measureCalendar()) add(line)
  if (part !== 'calendar') await measureInstallation()
  const missed = lines.filter(({ ratio, most }) => most !== undefined && ratio! > most)
  console.log(missed.length ? `\n${missed.length} of ${lines.filter(({ most }) => most !== undefined).length} bounds missed: ${missed.map(({ what }) => what).join('; ')}` : '\nevery bound holds')
  if (missed.length) process.exitCode = 1
}

async function measureInstallation(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'loopdesk-bench-'))
  const programs: Program[] = []
  const start = async (options: Omit<Parameters<typeof startProgram>[0], 'port' | 'dataDir'>): Promise<Program> => {
    const program = startProgram({ dataDir, port: await freePort(), ...options })
    programs.push(program)
    await program.ready()
    return program
  }
  try {
    const company = await foundInstallation(dataDir, { agents: 12, capacity: 100_000 })
    const product = await start(profile ? { flags: ['--max-semi-space-size=16', '--cpu-prof', `--cpu-prof-dir=${profile}`] } : {})
    const { url, pid, socketDir } = findRunningDatabase(dataDir)!
    if (isWanted('memory')) {
      add(await measureIdle([product.child.pid!, ...familyOf(pid)]))
      add(await measureVisitors(product.url, () => [product.child.pid!, ...familyOf(pid)], size.visitors))
    }
    if (isWanted('deadlines')) add(await measureDeadlines(url, () => [product.child.pid!, ...familyOf(pid)], size.deadlines))
    const bare = await start({ entry: 'test/bench/bare.ts', env: { DATABASE_URL: url } })
    if (isWanted('accepting')) {
      await measureAccepting(product, bare, pid, url, company)
      for (const line of await countWire(url, socketDir, dataDir)) add(line)
    }
    if (isWanted('live')) for (const line of await measureLive({ url: product.url, databaseUrl: url, company, times: size.words })) add(line)
    if (isWanted('mail')) {
      const line = await measureMail(product.url, url, company.administrator.token, size.mails)
      if (line) add(line)
      else console.log('mails are not measured: Dovecot is not installed')
    }
    if (isWanted('audit')) for (const line of await measureAudited(url, pid, dataDir, quick ? 4 : 10)) add(line)
    if (isWanted('reports')) for (const line of await measureReports({ url, dataDir, company, count: size.facts })) add(line)
    if (isWanted('pages')) for (const line of await measureReads({ url, product, bare, company, few: size.few, many: size.many, times: size.reads })) add(line)
  } finally {
    for (const program of programs.reverse()) await program.stop()
    await removeData(dataDir)
  }
}

await main()
