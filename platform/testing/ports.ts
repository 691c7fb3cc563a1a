/** Loopback ports for servers that tests start. */
import { connect, createServer } from 'node:net'

export const freePort = (): Promise<number> => new Promise((done) => {
  const server = createServer().listen(0, '127.0.0.1', () => { const { port } = server.address() as { port: number }; server.close(() => done(port)) })
})

/** Resolves when somebody listens; throws after ten seconds. */
export async function untilListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const isOpen = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1', () => { socket.destroy(); done(true) })
      socket.on('error', () => done(false))
    })
    if (isOpen) return
    await new Promise((wake) => setTimeout(wake, 100))
  }
  throw new Error(`nobody listens on port ${port}`)
}
