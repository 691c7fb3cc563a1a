/** Stopping without breaking a word off: what was asked is answered before the door closes. */
import type { FastifyInstance, FastifyReply } from 'fastify'

const STEP_MS = 10

export interface Drain {
  isDraining(): boolean
  /** Takes no new connections, answers what is under way for up to `ms`, then ends what is left, streams included. */
  close(ms: number): Promise<void>
}

/** To be called before any route is added. */
export function drainable(http: FastifyInstance): Drain {
  const open = new Set<FastifyReply>()
  let isDraining = false
  http.addHook('onRequest', async (_request, reply) => {
    if (isDraining) reply.header('connection', 'close')
    open.add(reply)
    reply.raw.once('close', () => { open.delete(reply) })
  })
  // A stream has been taken over and never ends by itself: its reader connects again elsewhere.
  const isUnderWay = (reply: FastifyReply): boolean => !(reply.sent && !reply.raw.writableEnded)
  return {
    isDraining: () => isDraining,
    async close(ms) {
      isDraining = true
      const until = performance.now() + ms
      if (http.server.listening) http.server.close()
      http.server.closeIdleConnections()
      while ([...open].some(isUnderWay) && performance.now() < until) await new Promise((wake) => setTimeout(wake, STEP_MS))
      await http.close()
    },
  }
}
