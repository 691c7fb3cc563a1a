/** Somebody with all rights on the database touches what has been sealed; the verifier must name what, each time. */
import { execFile } from 'node:child_process'
import { openPool, type Pool } from '../../platform/database/index.ts'
import type { Outcome } from './faults.ts'
import type { Site } from './site.ts'

interface Said { damage: { kind: string; event?: string; seal: number } | null; events: number; unsealed: number }

/** `loopdesk audit verify` on a worker's folder, where its part of the heads is written down. */
function verify(site: Site, dataDir: string): Promise<Said> {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: dataDir, ...(site.secret ? { DATABASE_URL: site.databaseUrl(), LOOPDESK_KEY: site.secret } : {}) }
  return new Promise((done, fail) => {
    execFile(process.execPath, [new URL('../../apps/cli.ts', import.meta.url).pathname, 'audit', 'verify', '--json'], { env, maxBuffer: 1e7 }, (error, stdout, stderr) => {
      try { done(JSON.parse(stdout) as Said) } catch { fail(new Error(`audit verify: ${stderr || error?.message}`)) }
    })
  })
}

export async function tamper(site: Site): Promise<Outcome> {
  const db = openPool(site.databaseUrl(), { max: 1, name: 'faults-tamper' })
  const outcome: Outcome = { strikes: 0, ms: [], wrong: [], words: 'to be told which row; the chain was whole before it was touched and after all was put back' }
  const dataDirs = [...new Set(site.workers.map((one) => one.dataDir))]
  const isWhole = async (when: string): Promise<void> => {
    for (const said of await Promise.all(dataDirs.map((dataDir) => verify(site, dataDir)))) if (said.damage) outcome.wrong.push(`the chain is not whole ${when}: ${JSON.stringify(said)}`)
  }
  const expect = async (how: string, is: (said: Said) => boolean): Promise<void> => {
    const began = performance.now()
    // Each verifier has its own worker's heads; a cut end shows at whoever sealed it.
    const said = await Promise.all(dataDirs.map((dataDir) => verify(site, dataDir)))
    outcome.strikes++
    outcome.ms.push(Math.round(performance.now() - began))
    if (!said.some(is)) outcome.wrong.push(`${how} was not found: ${JSON.stringify(said)}`)
  }
  try {
    await isWhole('before it was touched')
    await db`alter table platform.event disable trigger user`
    await touch(db, expect)
    await db`alter table platform.event enable trigger user`
    await isWhole('after everything was put back')
    // The sealer goes on behind the cut, so this can't be put back, and is last.
    await db`delete from platform.seal where nr >= (select max(nr) - 1 from platform.seal)`
    await expect('a cut end', ({ damage }) => damage !== null && ['head-cut', 'head-changed'].includes(damage.kind))
    return outcome
  } finally {
    await db.end({ timeout: 1 })
  }
}

type Expect = (how: string, is: (said: Said) => boolean) => Promise<void>
async function touch(db: Pool, expect: Expect): Promise<void> {
  const [one] = await db<{ id: string; seq: number; xid: string; at: string }[]>`select id, seq, xid::text, at from platform.event where type = 'request.accepted' order by seq offset (select count(*) / 2 from platform.event where type = 'request.accepted') limit 1`
  const names = (kind: string) => ({ damage }: Said): boolean => damage?.kind === kind && damage.event === one!.id
  await db`update platform.event set at = at + interval '1 second' where id = ${one!.id}`
  await expect('an edited event', names('changed'))
  await db`update platform.event set at = at - interval '1 second' where id = ${one!.id}`

  await db`create temporary table kept as select * from platform.event where id = ${one!.id}`
  await db`delete from platform.event where id = ${one!.id}`
  await expect('a removed event', names('missing'))
  await db`insert into platform.event overriding system value select * from kept`

  const forged = '0198aaaa-0000-7000-8000-000000000001'
  await db`insert into platform.event (seq, xid, id, type, actor_kind, at, data) overriding system value select -seq, xid, ${forged}, type, actor_kind, at, data from kept`
  await expect('an inserted event', ({ damage }) => damage?.kind === 'inserted' && damage.event === forged)
  await db`delete from platform.event where id = ${forged}`

  await db`delete from platform.event where id = ${one!.id}`
  await db`create temporary table moved as select * from kept`
  await db`update moved set seq = -seq`
  await db`insert into platform.event overriding system value select * from moved`
  await expect('a moved event', ({ damage }) => damage !== null && damage.event !== undefined)
  await db`delete from platform.event where id = ${one!.id}`
  await db`insert into platform.event overriding system value select * from kept`
}
