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
const GRACE_MS = 3_000
const END_SECONDS = 5

export function renewing(open: (onLoss: () => void) => Sql): Sql {
  const old = new Map<Sql, NodeJS.Timeout>()
  /** Who waits for a connection of a pool, to be told when it ends. */
  const waiters = new WeakMap<Sql, Set<(error: Error) => void>>()
  let renewedAt = -RENEW_EVERY_MS
  let waiting: NodeJS.Timeout | null = null
  let hasEnded = false
  let listener: Sql | null = null

  const retire = (pool: Sql): void => {
    old.set(pool, setTimeout(() => { void pool.end({ timeout: END_SECONDS }).finally(() => { old.delete(pool); for (const letGo of waiters.get(pool)!) letGo(Object.assign(new Error('the pool ended'), { code: 'CONNECTION_DESTROYED' })) }) }, GRACE_MS).unref())
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
    waiters.set(pool, new Set())
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
  // One that is asked for while its connection opens and dies is forgotten without a word.
  const reserve: Sql['reserve'] = () => new Promise((resolve, reject) => {
    const here = waiters.get(current)!
    here.add(reject)
    current.reserve().then((connection) => { here.delete(reject); resolve(connection) }, (error: unknown) => { here.delete(reject); reject(error) })
  })
  const own: Record<string, unknown> = { end, listen, reserve }
  return new Proxy(current, {
    apply: (_target, _self, words) => Reflect.apply(current, undefined, words) as unknown,
    get: (_target, name) => (own[name as string] ?? Reflect.get(current, name)) as unknown,
  })
}
