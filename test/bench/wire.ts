/** A proxy in front of PostgreSQL that counts what goes over the wire: statements and round trips. */
import { type AddressInfo, type Socket, connect, createServer } from 'node:net'

export interface Wire { port: number; /** Sums over all connections since the last `reset`. */ counts: { statements: number; roundTrips: number }; reset(): void; close(): void }

const BIND = 0x42
const QUERY = 0x51

/** `socketDir`: the folder of the server's Unix socket. */
export async function openWire(socketDir: string): Promise<Wire> {
  const counts = { statements: 0, roundTrips: 0 }
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const database = connect(`${socketDir}/.s.PGSQL.5432`)
    let pending = Buffer.alloc(0)
    let isStarted = false
    let isAsking = false
    client.on('data', (chunk: Buffer) => {
      // Whatever the client sends until the server speaks again travels together.
      if (isStarted && !isAsking) counts.roundTrips++
      isAsking = true
      pending = Buffer.concat([pending, chunk])
      for (;;) {
        // The first message has no type byte.
        const head = isStarted ? 1 : 0
        if (pending.length < head + 4) break
        const size = head + pending.readInt32BE(head)
        if (pending.length < size) break
        if (isStarted && (pending[0] === BIND || pending[0] === QUERY)) counts.statements++
        isStarted = true
        pending = pending.subarray(size)
      }
      database.write(chunk)
    })
    database.on('data', (chunk: Buffer) => { isAsking = false; client.write(chunk) })
    for (const [one, other] of [[client, database], [database, client]] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => { sockets.delete(one); other.destroy() })
    }
  })
  await new Promise<void>((done) => { server.listen(0, '127.0.0.1', done) })
  return {
    port: (server.address() as AddressInfo).port, counts,
    reset() { counts.statements = counts.roundTrips = 0 },
    close() { for (const socket of sockets) socket.destroy(); server.close() },
  }
}
