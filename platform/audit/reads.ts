/**
 * Who looked at what. An endpoint that says `reads` is answered only when the look is written down: one row a person,
 * kind and object in fifteen minutes. What this process has written it remembers, so that most looks cost nothing.
 */
import { type App, type RunOptions, run } from '../context.ts'
import { emit } from '../events/write.ts'

const APART_MS = 15 * 60_000
const MOST_REMEMBERED = 50_000
const remembered = new WeakMap<App, Map<string, number>>()

/** Customers who look at what is theirs are not written down. */
export async function noteRead(app: App, options: RunOptions, kind: string, object: string | null): Promise<void> {
  const { actor } = options
  if (!actor?.id || actor.kind === 'customer' || actor.kind === 'system') return
  let known = remembered.get(app)
  if (!known) remembered.set(app, (known = new Map()))
  const key = `${actor.id} ${kind} ${object ?? ''}`
  const now = app.clock.now().getTime()
  const at = known.get(key)
  if (at !== undefined && now - at < APART_MS && now >= at) return
  await run(app, options, async (ctx) => {
    // Another process may have written it, or this one before it was started again.
    const [row] = object ? await ctx.db`select from platform.event where subject = ${object} and type = 'access.read' and actor_id = ${actor.id} and data->>'kind' = ${kind} and at > ${new Date(now - APART_MS)} limit 1` : []
    if (!row) await emit(ctx, 'access.read', { subject: object, data: { kind } })
  })
  if (known.size >= MOST_REMEMBERED) known.clear()
  known.set(key, now)
}
