/** How many changes a second are stored with their event, each in a transaction of its own, while the sealer follows. */
import { setTimeout as sleep } from 'node:timers/promises'
import { assemble } from '../../apps/assemble.ts'
import { rooms } from '../../apps/rooms.ts'
import { authenticator } from '../../modules/staff/index.ts'
import { newId } from '../../lib/id/index.ts'
import { startSealer } from '../../platform/audit/seal.ts'
import { verifyEvents } from '../../platform/audit/verify.ts'
import { readConfig } from '../../platform/config.ts'
import { run } from '../../platform/context.ts'
import { loadKeys } from '../../platform/crypto/index.ts'
import { emit } from '../../platform/events/book.ts'
import { cpuMs, familyOf } from './machine.ts'

const LANES = 16
/** A thousand a second on two cores: what one write may cost program and database together. */
const MOST_CPU_MS = 2
const LATEST_SEAL_MS = 1_000

export async function measureAudited(databaseUrl: string, database: number, dataDir: string, seconds: number) {
  const log = { info() {}, warn() {}, error: (what: unknown) => console.error(what) }
  const desk = await assemble({ config: readConfig({ DATA_DIR: dataDir }), databaseUrl, keys: await loadKeys(dataDir), rooms, authenticate: authenticator, log, serve: false, work: false, poolSize: LANES })
  const { app } = desk
  const sealer = startSealer(app, (error) => console.error(error))
  const still = app.book.onCommit(() => sealer.wake())
  await app.pool`create table if not exists audited_write (id uuid primary key, nr int not null, at timestamptz not null)`
  const left = async (): Promise<number> => (await app.pool<{ count: number }[]>`select count(*)::int as count from platform.event where (xid, seq) > (select last_xid, last_seq from (select last_xid, last_seq, nr from platform.seal union all select '0', 0, 0 order by nr desc limit 1) head)`)[0]!.count
  let written = 0
  try {
    while (await left()) await sleep(50)
    const began = performance.now()
    const cpu = (): number => { const family = familyOf(database); return cpuMs([process.pid, ...family]) + cpuMs([database], true) - cpuMs([database]) }
    const before = cpu()
    const lane = async (): Promise<void> => {
      while (performance.now() - began < seconds * 1000) {
        const nr = written++
        await run(app, { origin: { source: '203.0.113.17', call: newId() } }, async (ctx) => {
          const id = newId()
          ctx.later(ctx.db`insert into audited_write (id, nr, at) values (${id}, ${nr}, ${ctx.now})`)
          await emit(ctx, 'bench.written', { subject: id, data: { nr } })
        })
      }
    }
    await Promise.all(Array.from({ length: LANES }, lane))
    const perSecond = written / ((performance.now() - began) / 1000)
    const ended = performance.now()
    while (await left()) await sleep(10)
    const sealedAfter = performance.now() - ended
    const cost = (cpu() - before) / written
    const looked = performance.now()
    const { damage, events } = await verifyEvents(app)
    if (damage) throw new Error(`the chain is damaged: ${JSON.stringify(damage)}`)
    const verified = events / ((performance.now() - looked) / 1000)
    return [
      { what: 'one audited write, sealed (CPU)', figures: `${cost.toFixed(2)} ms: ${Math.round(2000 / cost)} a second on two cores; ${Math.round(perSecond)} a second on this machine as busy as it is`, ratio: cost / MOST_CPU_MS, most: 1 },
      { what: 'from the last write to its seal', figures: `${Math.round(sealedAfter)} ms; the check reads ${Math.round(verified)} events a second`, ratio: sealedAfter / LATEST_SEAL_MS, most: 1 },
    ]
  } finally {
    still()
    await sealer.stop()
    await app.pool`drop table if exists audited_write`
    await desk.close()
  }
}
