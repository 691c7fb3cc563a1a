/** The network between a program and its database: a relay that can fall silent, break, and be mended. */
import { connect, createServer, type Server, type Socket } from 'node:net'

export interface Line {
  readonly port: number
  /** Bytes stay where they are; nobody hears of an end. */
  stall(): void
  /** What is open falls silent for good, as behind a firewall that forgot it; new connections work. */
  lose(): void
  /** Every connection breaks, and new ones are refused. */
  cut(): void
  mend(): void
  close(): Promise<void>
}

/** Relays a free port to the Unix socket of a PostgreSQL, whichever runs there at the moment. */
export async function openLine(socketPath: string): Promise<Line> {
  interface Pair { outside: Socket; inside: Socket }
  const pairs = new Set<Pair>()
  const lost = new Set<Pair>()
  let state: 'open' | 'stalled' | 'cut' = 'open'
  const server: Server = createServer((outside) => {
    if (state === 'cut') { outside.destroy(); return }
    const inside = connect(socketPath)
    const pair = { outside, inside }
    pairs.add(pair)
    for (const socket of [outside, inside]) socket.on('error', () => {}).on('close', () => { pairs.delete(pair); outside.destroy(); inside.destroy() })
    outside.pipe(inside).pipe(outside)
    if (state === 'stalled') hold(pair)
  })
  const hold = ({ outside, inside }: Pair): void => {
    outside.unpipe(inside).pause()
    inside.unpipe(outside).pause()
  }
  await new Promise<void>((ready) => { server.listen(0, '127.0.0.1', ready) })
  const breakAll = (): void => { for (const { outside, inside } of [...pairs, ...lost]) { outside.destroy(); inside.destroy() } }
  return {
    port: (server.address() as { port: number }).port,
    stall() { state = 'stalled'; for (const pair of pairs) hold(pair) },
    lose() { for (const pair of pairs) { hold(pair); pairs.delete(pair); lost.add(pair) } },
    cut() { state = 'cut'; breakAll() },
    mend() {
      state = 'open'
      for (const { outside, inside } of pairs) outside.pipe(inside).pipe(outside)
    },
    async close() { breakAll(); await new Promise((done) => { server.close(done) }) },
  }
}
