/** The sweep lets nothing lie: due acceptances, clocks that ran out, steps of escalation, waits that ended, agreed silences. */
import type { App, Ctx } from '../../platform/context.ts'
import { run } from '../../platform/context.ts'
import { takeBack } from './assign.ts'
import { settleClocks } from './clocks.ts'
import { takeSteps } from './escalate.ts'
import { closeSilently } from './feedback.ts'
import { silenceForHuman } from './human.ts'
import { type LockedRequest, lockRequest } from './store.ts'
import { resume } from './track.ts'

const SWEEP_BATCH = 100

/** Whatever is due, each request in its own transaction; each list is read from its index. Returns how many were touched. */
export async function sweepDue(app: App): Promise<number> {
  const now = app.clock.now()
  const due = await app.pool<{ id: string }[]>`
    (select request_id as id from requests.clock where wake_at <= ${now} order by wake_at limit ${SWEEP_BATCH})
    union (select a.request_id from requests.assignment a join requests.request r on r.id = a.request_id where a.state = 'offered' and a.accept_due_at <= ${now} and r.paused_at is null limit ${SWEEP_BATCH})
    union (select id from requests.request where wait_until <= ${now} limit ${SWEEP_BATCH})
    union (select id from requests.request where close_after <= ${now} limit ${SWEEP_BATCH})`
  // One that fails must not hold up the others; it is told of when they are done.
  const failures: unknown[] = []
  for (const { id } of due) await run(app, {}, (ctx) => sweepRequest(ctx, id)).catch((error: unknown) => { failures.push(error) })
  if (failures.length) throw failures[0]
  return due.length
}

/** Looks at one request: whatever is due by now happens. */
export async function sweepRequest(ctx: Ctx, id: string): Promise<void> {
  const request = await lockRequest(ctx, id)
  const now = ctx.now.toISOString()
  if (request.closeAfter && request.closeAfter <= now && request.stage === 'feedback') return request.humanAskedAt ? silenceForHuman(ctx, request) : closeSilently(ctx, request)
  await lookAtClocks(ctx, request)
  if (request.stage === 'track' && request.waitUntil && request.waitUntil <= now) {
    await resume(ctx, request, 'time')
    // A step whose hour passed while the clock stood is due as it goes on.
    await lookAtClocks(ctx, request)
  }
  if (request.offeredTo && request.acceptDueAt && request.acceptDueAt <= now && request.pausedAt === null) await takeBack(ctx, request)
}

async function lookAtClocks(ctx: Ctx, request: LockedRequest): Promise<void> {
  if (!request.clocks.some((clock) => clock.wakeAt !== null && clock.wakeAt <= ctx.now.getTime())) return
  await settleClocks(ctx, request, 'due')
  await takeSteps(ctx, request)
}
