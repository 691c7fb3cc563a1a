/** How often the program speaks to the database for one accepted request. */
import { assemble } from '../../apps/assemble.ts'
import { rooms } from '../../apps/rooms.ts'
import { acceptRequest } from '../../modules/requests/index.ts'
import { authenticator } from '../../modules/staff/index.ts'
import { readConfig } from '../../platform/config.ts'
import { run } from '../../platform/context.ts'
import { loadKeys } from '../../platform/crypto/index.ts'
import { openPool } from '../../platform/database/index.ts'
import { bodyOf } from './load.ts'
import { openWire } from './wire.ts'

const COUNT = 100

/** Accepts requests one by one through a proxy that counts; nothing else runs on these connections. */
export async function countWire(databaseUrl: string, socketDir: string, dataDir: string) {
  const wire = await openWire(socketDir)
  const outside = openPool(databaseUrl, { max: 1 })
  const log = { info() {}, warn() {}, error: (what: unknown) => console.error(what) }
  const desk = await assemble({ config: readConfig({ DATA_DIR: dataDir }), databaseUrl: `postgres://loopdesk@127.0.0.1:${wire.port}/loopdesk`, keys: await loadKeys(dataDir), rooms, authenticate: authenticator, log, serve: false, work: false, poolSize: 1 })
  const open = async (from: number, count: number): Promise<void> => {
    for (let number = from; number < from + count; number++) {
      const { channel, ...rest } = JSON.parse(bodyOf(number)) as { subject: string; text: string; channel: string; customer: { name: string; email: string } }
      await run(desk.app, {}, (ctx) => acceptRequest(ctx, { ...rest, channel, source: 'bench', key: `wire-${number}`, customer: { ...rest.customer, verified: true, channel } }))
    }
  }
  const commits = async (): Promise<number> => {
    const [row] = await outside<{ count: number }[]>`select count(distinct xid)::int as count from platform.event`
    return row!.count
  }
  try {
    await open(0, 20)
    const before = await commits()
    wire.reset()
    await open(20, COUNT)
    const { statements, roundTrips } = wire.counts
    const committed = (await commits()) - before
    const each = (count: number): string => (count / COUNT).toFixed(1)
    return [{ what: 'round trips for one accepted request', figures: `${each(roundTrips)} round trips, ${each(statements)} statements, ${each(committed)} commits`, ratio: roundTrips / COUNT, most: 5 }]
  } finally {
    await desk.close()
    await outside.end()
    wire.close()
  }
}
