/** Looks an installation over and says, line by line, what is wrong and how to mend it. */
import { readdir, stat, statfs } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Config } from '../platform/config.ts'
import { findHolder, findRunningDatabase } from '../platform/database/embedded.ts'
import { loadKeys } from '../platform/crypto/index.ts'
import { openMasters } from '../platform/crypto/masters.ts'
import { transitWrapper } from '../platform/crypto/transit.ts'
import { countWrapped, Vault } from '../platform/crypto/vault.ts'
import { openPool, type Pool } from '../platform/database/index.ts'
import { findBackstop, type Missing, VIEWER } from '../platform/database/viewer.ts'

/** Prints one line a check; true when nothing is wrong. */
export async function diagnose(config: Config, print: (line: string) => void): Promise<boolean> {
  let well = true
  const check = (ok: boolean, what: string, mend: string) => {
    print(`${ok ? 'ok   ' : 'WRONG'} ${what}${ok ? '' : ` → ${mend}`}`)
    well &&= ok
  }
  check(Number(process.versions.node.split('.')[0]) >= 24, `Node ${process.versions.node}`, 'start by npm start, which uses the pinned Node 24')
  check(existsSync(fileURLToPath(new URL('../dist/console/index.html', import.meta.url))), 'console is built', 'run npm start once, it builds the pages')
  const disk = await statfs(existsSync(config.dataDir) ? config.dataDir : '.')
  const freeMb = Math.round((disk.bavail * disk.bsize) / 1048576)
  check(freeMb > 500, `${freeMb} MB free where the data lies`, 'free some space; below 500 MB a busy day may fill the disk')
  const running = config.databaseUrl ? { url: config.databaseUrl } : findRunningDatabase(config.dataDir)
  if (!running) {
    print(`-     no database runs for ${config.dataDir}; start the program to check further`)
    return well
  }
  if (!config.databaseUrl) check(findHolder(config.dataDir) !== undefined, 'the program holds its data folder', 'a database was left behind without its program: npm start adopts or stops it')
  const pool = openPool(running.url, { max: 1, name: 'loopdesk-doctor' })
  try {
    await lookInside(pool, check)
    await lookAtKeys(config, pool, check)
  } catch (error) {
    check(false, `database: ${(error as Error).message}`, 'correct DATABASE_URL or read the database log')
  } finally {
    await pool.end({ timeout: 1 })
  }
  return well
}

async function lookAtKeys(config: Config, pool: Pool, check: (ok: boolean, what: string, mend: string) => void): Promise<void> {
  const masters = await openMasters(join(config.dataDir, 'keys'), await loadKeys(config.dataDir), config.transit ? transitWrapper(config.transit) : undefined)
  const wrapped = await countWrapped({ pool, vault: new Vault(masters) })
  const missing = wrapped.filter((one) => one.wraps && !masters.get(one.id))
  check(missing.length === 0, `${wrapped.reduce((sum, one) => sum + one.wraps, 0)} data keys under ${masters.list().length} master keys`, `put the files of ${missing.map((one) => one.id).join(', ')} back into ${join(config.dataDir, 'keys')}; what they wrap can’t be read`)
  const open = (await readdir(join(config.dataDir, 'keys')).catch(() => [])).length && (await stat(join(config.dataDir, 'keys'))).mode & 0o077
  check(!open, 'the keys folder is its owner’s alone', `chmod 700 ${join(config.dataDir, 'keys')}`)
}

const MENDS: Record<Missing, string> = {
  role: `as a user who may: create role ${VIEWER} nologin; grant ${VIEWER} to the user of DATABASE_URL with inherit false, set true`,
  might: `${VIEWER} must own nothing, be member of nothing and have none of login, superuser, createrole, bypassrls`,
  set: `as a user who may: grant ${VIEWER} to the user of DATABASE_URL with inherit false, set true`,
  policies: 'the role is there and the policies are not: they are set at the next start or by npm run loopdesk -- migrate, as the owner of the tables',
}

async function lookInside(pool: Pool, check: (ok: boolean, what: string, mend: string) => void): Promise<void> {
  const [server] = await pool<{ version: string; ctype: string; fsync: string }[]>`select current_setting('server_version') as version, (select datctype from pg_database where datname = current_database()) as ctype, current_setting('fsync') as fsync`
  check(true, `PostgreSQL ${server!.version}`, '')
  check(server!.ctype !== 'C', `character type ${server!.ctype}`, 'create the database with locale C.UTF-8, or searching Chinese text finds nothing')
  check(server!.fsync === 'on', 'fsync is on', 'set fsync = on; without it a power cut loses accepted requests')
  const { missing, tables } = await findBackstop(pool)
  check(missing === null, `row policies stand behind what people may see, on ${tables.length} tables`, missing ? `${MENDS[missing]}, then restart; until then the program’s own conditions stand alone` : '')
  const [jobs] = await pool<{ failed: number; late: number }[]>`select count(*) filter (where failed_at is not null)::int as failed, count(*) filter (where failed_at is null and run_at < now() - interval '5 minutes' and (leased_until is null or leased_until < now()))::int as late from platform.job`
  check(jobs!.failed === 0, `${jobs!.failed} jobs set aside as failed`, 'look at platform.job.error; mend the cause and resend from the console')
  check(jobs!.late === 0, `${jobs!.late} jobs waiting for more than five minutes`, 'is a worker running? npm start runs one')
  const [events] = await pool<{ skipped: number }[]>`select count(*)::int as skipped from platform.event_failure`
  check(events!.skipped === 0, `${events!.skipped} events a listener gave up on`, 'look at platform.event_failure for the error')
  const [seals] = await pool<{ waiting: number }[]>`select count(*)::int as waiting from platform.event where (xid, seq) > (select last_xid, last_seq from (select last_xid, last_seq, nr from platform.seal union all select '0', 0, 0 order by nr desc limit 1) head) and xid < pg_snapshot_xmin(pg_current_snapshot()) and at < now() - interval '1 minute'`
  check(seals!.waiting === 0, `${seals!.waiting} events unsealed for more than a minute`, 'is a worker running? npm start runs one; its log says why it can’t seal')
  const [loop] = await pool<{ orphans: number }[]>`select count(*)::int as orphans from requests.request r where r.stage in ('execute', 'assign') and r.holder_id is null`
  check(loop!.orphans === 0, `${loop!.orphans} requests in hand without a holder`, 'assign them from the lead’s queues')
  const [unsent] = await pool<{ count: number }[]>`select count(*)::int as count from requests.message where state in ('failed', 'uncertain')`
  check(unsent!.count === 0, `${unsent!.count} messages failed to send`, 'open the list “failed to send” in the inbox and resend')
}
