/**
 * A pool that is made anew when it has lost a connection. postgres.js keeps a connection that died in the middle of
 * something: what was not yet written stays before the next greeting, the last words of the server are said once more
 * to the next statement, and one reserved at that moment is never given out again. What goes on in the old pool has
 * time to end; everything new finds fresh connections.
 */
import type postgres from 'postgres'

type Sql = postgres.Sql
/** A server that is away loses connections all the time. */
const RENEW_EVERY_MS = 1_000
const GRACE_MS = 10_000
const END_SECONDS = 5

export function renewing(open: (onLoss: () => void) => Sql): Sql {
  const old = new Map<Sql, NodeJS.Timeout>()
  let renewedAt = -RENEW_EVERY_MS
  let waiting: NodeJS.Timeout | null = null
  let hasEnded = false
  let listener: Sql | null = null

  const retire = (pool: Sql): void => {
    old.set(pool, setTimeout(() => { void pool.end({ timeout: END_SECONDS }).finally(() => old.delete(pool)) }, GRACE_MS).unref())
  }
  const start = (): Sql => {
    let isTold = false
    const pool = open(() => {
      if (isTold || hasEnded || pool !== current) return
      isTold = true
      const wait = renewedAt + RENEW_EVERY_MS - performance.now()
      if (wait <= 0) renew()
      else waiting ??= setTimeout(renew, wait).unref()
    })
    return pool
  }
  const renew = (): void => {
    waiting = null
    if (hasEnded) return
    renewedAt = performance.now()
    const before = current
    current = start()
    retire(before)
  }
  let current = start()

  const end: Sql['end'] = async (options) => {
    hasEnded = true
    if (waiting) clearTimeout(waiting)
    for (const timer of old.values()) clearTimeout(timer)
    await Promise.all([current, ...old.keys(), ...(listener ? [listener] : [])].map((pool) => pool.end(options)))
  }
  // Its one connection waits and asks nothing, and finds its way back by itself.
  const listen = ((...words: Parameters<Sql['listen']>) => (listener ??= open(() => {})).listen(...words)) as Sql['listen']
  return new Proxy(current, {
    apply: (_target, _self, words) => Reflect.apply(current, undefined, words) as unknown,
    get: (_target, name) => (name === 'end' ? end : name === 'listen' ? listen : Reflect.get(current, name)) as unknown,
  })
}
