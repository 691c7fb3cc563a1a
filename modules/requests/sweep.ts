/** The sweep lets nothing lie: due acceptances, breaches, waits that ended, agreed silences. */
import type { App, Ctx } from '../../platform/context.ts'
import { run } from '../../platform/context.ts'
import { takeBack } from './assign.ts'
import { noteBreaches } from './clocks.ts'
import { closeSilently } from './feedback.ts'
import { silenceForHuman } from './human.ts'
import { lockRequest } from './store.ts'
import { resume } from './track.ts'

const SWEEP_BATCH = 100

/** Due acceptances, breaches, waits that ended and agreed silences, each in its own transaction. Returns how many were touched. */
export async function sweepDue(app: App): Promise<number> {
  const now = app.clock.now()
  const due = await app.pool<{ id: string }[]>`
    (select id from requests.request where sweep_at <= ${now} order by sweep_at limit ${SWEEP_BATCH})
    union (select id from requests.request where wait_until <= ${now} limit ${SWEEP_BATCH})
    union (select id from requests.request where close_after <= ${now} limit ${SWEEP_BATCH})`
  for (const { id } of due) await run(app, {}, (ctx) => sweepRequest(ctx, id))
  return due.length
}

/** Looks at one request: whatever is due by now happens. */
export async function sweepRequest(ctx: Ctx, id: string): Promise<void> {
  const request = await lockRequest(ctx, id)
  const now = ctx.now.toISOString()
  if (request.closeAfter && request.closeAfter <= now && request.stage === 'feedback') {
    return request.humanAskedAt ? silenceForHuman(ctx, request) : closeSilently(ctx, request)
  }
  if (request.stage === 'track' && request.waitUntil && request.waitUntil <= now) await resume(ctx, request, 'time')
  const [offer] = await ctx.db<{ acceptDueAt: string | null }[]>`select accept_due_at from requests.assignment where request_id = ${id} and state = 'offered'`
  if (offer?.acceptDueAt && offer.acceptDueAt <= now && request.offeredTo) {
    await takeBack(ctx, request)
    const [next] = await ctx.db<{ acceptDueAt: string | null }[]>`select accept_due_at from requests.assignment where request_id = ${id} and state = 'offered'`
    return noteBreaches(ctx, request, next?.acceptDueAt ?? null)
  }
  await noteBreaches(ctx, request, offer?.acceptDueAt ?? null)
}
