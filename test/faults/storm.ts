/**
 * Kills the program, its database or both with SIGKILL while requests come in, starts again, and then asks the
 * database itself what is left: every acknowledged request once, every change with one event, every job done.
 */
import { readFileSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { findRunningDatabase, removeData } from '../../platform/database/embedded.ts'
import { openPool } from '../../platform/database/index.ts'
import { foundInstallation } from '../company.ts'
import { type Program, freePort, isReady, postmasterOf, startProgram } from '../program.ts'
import { answerRequests, type Journal, newJournal, numbersOf, openRequests } from './journal.ts'

export interface StormOptions { seed: number; kills: number; clients: number; dataDir: string; say?: (line: string) => void }
export interface Verdict { isGood: boolean; wrong: string[]; counts: Record<string, number>; startsMs: number[]; recoveriesMs: number[] }

type Target = 'program' | 'database' | 'both'
const TARGETS: readonly Target[] = ['program', 'database', 'both']

export async function storm(options: StormOptions): Promise<Verdict> {
  const { seed, dataDir, say = () => {} } = options
  const random = numbersOf(seed)
  const company = await foundInstallation(dataDir, { agents: 4, capacity: 900 })
  const port = await freePort()
  const start = (): Program => startProgram({ dataDir, port })
  const journal = newJournal()
  const startsMs: number[] = []
  const recoveriesMs: number[] = []
  let program = start()
  try {
    startsMs.push(await program.ready())
    let isOver = false
    const clients = Array.from({ length: options.clients }, (_, index) => openRequests(program.url, company, journal, { name: `s${seed}c${index}`, random: numbersOf(seed * 31 + index), isOver: () => isOver }))
    const agents = company.agents.map((agent) => answerRequests(program.url, agent, journal, () => isOver))
    for (let kill = 0; kill < options.kills; kill++) {
      await sleep(700 + random() * 2_300)
      // Each target once, then by chance.
      const target = kill < TARGETS.length ? TARGETS[(kill + seed) % TARGETS.length]! : TARGETS[Math.floor(random() * TARGETS.length)]!
      program = await strike(target, program, start, journal, { startsMs, recoveriesMs, say })
    }
    await sleep(1_000)
    isOver = true
    await Promise.all([...clients, ...agents])
    const restarted = performance.now()
    const counts = await judge(dataDir, journal, restarted)
    await program.stop()
    if (postmasterOf(dataDir)) journal.wrong.push('the database runs on after the program was stopped')
    return { isGood: journal.wrong.length === 0, wrong: journal.wrong, counts, startsMs, recoveriesMs }
  } finally {
    await program.kill()
    await removeData(dataDir)
    rmSync(dataDir, { recursive: true, force: true })
  }
}

interface Notes { startsMs: number[]; recoveriesMs: number[]; say: (line: string) => void }
async function strike(target: Target, program: Program, start: () => Program, journal: Journal, notes: Notes): Promise<Program> {
  const database = postmasterOf(program.dataDir)
  if (target !== 'program' && database) process.kill(database, 'SIGKILL')
  if (target === 'database') {
    const struck = performance.now()
    while (postmasterOf(program.dataDir) === database || !(await isReady(program.url))) {
      if (!program.isRunning() || performance.now() - struck > 20_000) break
      await sleep(25)
    }
    const ms = Math.round(performance.now() - struck)
    notes.recoveriesMs.push(ms)
    if (!program.isRunning()) journal.wrong.push(`the program ended with its database: ${program.said()}`)
    else if (ms > 20_000) journal.wrong.push('the database did not come back within 20 s')
    notes.say(`database killed, back after ${ms} ms`)
    return program.isRunning() ? program : restarted(start(), target, notes)
  }
  await program.kill()
  const orphan = postmasterOf(program.dataDir)
  const next = await restarted(start(), target, notes)
  const now = postmasterOf(program.dataDir)
  if (!now) journal.wrong.push('ready without a running database')
  if (orphan && orphan !== now && isAlive(orphan)) journal.wrong.push(`the orphaned database ${orphan} still runs beside ${now}`)
  return next
}

async function restarted(program: Program, target: Target, { startsMs, say }: Notes): Promise<Program> {
  const ms = await program.ready()
  startsMs.push(ms)
  say(`${target} killed, ready again ${ms} ms after the new start`)
  return program
}
// A dead child nobody has waited for yet still has its number: that is no running server.
function isAlive(pid: number): boolean {
  try { return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')) } catch { return false }
}

const RELEASE_LIMIT_MS = 30_000

async function judge(dataDir: string, journal: Journal, since: number): Promise<Record<string, number>> {
  const db = openPool(findRunningDatabase(dataDir)!.url, { max: 2, name: 'storm-oracle' })
  const expectNone = (what: string, rows: readonly object[]): void => { if (rows.length) journal.wrong.push(`${what}: ${rows.length}, e.g. ${JSON.stringify(rows[0])}`) }
  try {
    const keys = await db<{ key: string; requestId: string; count: number }[]>`
      select i.key, i.request_id, count(r.id)::int as count from requests.intake i left join requests.request r on r.id = i.request_id group by i.source, i.key, i.request_id`
    const stored = new Map<string, string[]>()
    for (const row of keys) stored.set(row.key, [...(stored.get(row.key) ?? []), row.requestId])
    expectNone('acknowledged but not there', [...journal.acknowledged].filter(([key, id]) => !stored.get(key)?.includes(id)).map(([key, id]) => ({ key, id })))
    expectNone('a key more than once', [...stored].filter(([, ids]) => ids.length > 1).map(([key, ids]) => ({ key, ids })))
    expectNone('a key without its request', keys.filter((row) => row.count !== 1))
    const sent = new Set([...journal.acknowledged.keys(), ...journal.abandoned])
    expectNone('requests nobody sent', [...stored.keys()].filter((key) => !sent.has(key)).map((key) => ({ key })))
    expectNone('requests without key, message, search words or first assignment', await db`
      select r.id from requests.request r where (select count(*) from requests.intake i where i.request_id = r.id) <> 1
        or (select count(*) from requests.message m where m.request_id = r.id and m.kind = 'customer') <> 1
        or not exists (select from requests.search s where s.request_id = r.id) or not exists (select from requests.assignment a where a.request_id = r.id)`)
    expectNone('requests with the same text', await db`select fingerprint, count(*)::int as count from requests.intake where fingerprint <> '' group by fingerprint having count(*) > 1`)
    expectNone('requests whose acceptance is not recorded exactly once', await db`
      select r.id, count(e.seq)::int as count from requests.request r left join platform.event e on e.subject = r.id and e.type = 'request.accepted' group by r.id having count(e.seq) <> 1`)
    expectNone('customers twice for one address', await db`select value, count(*)::int as count from customers.identity group by kind, value having count(*) > 1`)
    await waitForReplies(db, journal, since)
    expectNone('replies not recorded exactly once as held and as sent', await db`
      select m.id, (select count(*) from platform.event e where e.subject = m.request_id and e.type = 'request.reply-held' and e.data->>'message' = m.id::text)::int as held,
        (select count(*) from platform.event e where e.subject = m.request_id and e.type = 'request.replied' and e.data->>'message' = m.id::text)::int as sent
      from requests.message m where m.kind = 'reply' and ((select count(*) from platform.event e where e.subject = m.request_id and e.type = 'request.reply-held' and e.data->>'message' = m.id::text) <> 1
        or (select count(*) from platform.event e where e.subject = m.request_id and e.type = 'request.replied' and e.data->>'message' = m.id::text) <> 1)`)
    expectNone('failed jobs', await db`select queue, error from platform.job where failed_at is not null`)
    expectNone('events a listener gave up', await db`select listener, error from platform.event_failure`)
    const [row] = await db<Record<string, number>[]>`select (select count(*) from requests.request)::int as requests, (select count(*) from platform.event)::int as events,
      (select count(*) from requests.message where kind = 'reply')::int as replies`
    return { ...row!, acknowledged: journal.acknowledged.size, abandoned: journal.abandoned.size, attempts: journal.attempts, refused: journal.refused, acknowledgedReplies: journal.replies.size }
  } finally {
    await db.end({ timeout: 2 })
  }
}

/** Every reply, acknowledged or not, must have left its ten seconds of grace soon after the last restart. */
async function waitForReplies(db: ReturnType<typeof openPool>, journal: Journal, since: number): Promise<void> {
  const missing = await db<{ id: string }[]>`select id from unnest(${[...journal.replies]}::uuid[]) as r(id) where not exists (select from requests.message m where m.id = r.id)`
  if (missing.length) journal.wrong.push(`acknowledged replies that are not there: ${missing.length}, e.g. ${missing[0]!.id}`)
  for (;;) {
    const [row] = await db<{ held: number }[]>`select count(*)::int as held from requests.message where state = 'held'`
    if (!row!.held) return
    if (performance.now() - since > RELEASE_LIMIT_MS) { journal.wrong.push(`${row!.held} replies still held ${RELEASE_LIMIT_MS / 1000} s after the last restart`); return }
    await sleep(100)
  }
}

export function describe(seed: number, { isGood, wrong, counts, startsMs, recoveriesMs }: Verdict, seconds: number): string {
  const figures = Object.entries(counts).map(([name, count]) => `${name} ${count}`).join(', ')
  return [`seed ${seed}: ${isGood ? 'nothing lost, nothing twice' : 'WRONG'} (${seconds.toFixed(0)} s)`, `  starts ${startsMs.join(', ')} ms; database back after ${recoveriesMs.join(', ')} ms`, `  ${figures}`, ...wrong.map((line) => `  ✗ ${line}`)].join('\n')
}
