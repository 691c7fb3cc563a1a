/** Figures that many look at: counted once, kept for a moment, shared. */
import type { App } from '../../platform/context.ts'

interface Kept { at: number; clockAt: number; value: Promise<unknown> }
const keptOf = new WeakMap<App, Map<string, Kept>>()
const MOST = 400

/**
 * Answers a copy that is no older than `ms`, with the moment it was asked for; whoever asks meanwhile waits for the same
 * count. The age of a copy is by the steady clock; where business time goes faster, in a replay, it ages by that too. The
 * key says all the answer depends on, whose rights among it.
 */
export function young<T>(app: App, key: string, ms: number, count: () => Promise<T>): { at: number; value: Promise<T> } {
  let copies = keptOf.get(app)
  if (!copies) keptOf.set(app, (copies = new Map()))
  const [now, clockAt] = [performance.now(), app.clock.now().getTime()]
  let one = copies.get(key)
  if (!one || now - one.at > ms || Math.abs(clockAt - one.clockAt) > ms) {
    one = { at: now, clockAt, value: count() }
    const mine = one
    // The latest stands last, so that the first is the one to go.
    copies.delete(key)
    copies.set(key, one)
    one.value.catch(() => { if (copies.get(key) === mine) copies.delete(key) })
    if (copies.size > MOST) copies.delete(copies.keys().next().value!)
  }
  return { at: one.at, value: one.value as Promise<T> }
}
