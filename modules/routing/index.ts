/**
 * Routing: who gets which request. Answers the allocation question of the requests room and hands out what
 * waits in the queues whenever somebody becomes free.
 */
import type { Module } from '../../platform/module.ts'
import { ALLOCATOR } from '../requests/index.ts'
import { enqueue } from '../../platform/jobs/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { allocateRequest, drainQueues } from './allocate.ts'

export { drainQueues } from './allocate.ts'

// A place became free or a person came: look at the queues soon, once for many such moments.
const lookSoon = async (ctx: Ctx): Promise<void> => { enqueue(ctx, 'routing.drain', {}, { key: 'drain', runAt: new Date(ctx.now.getTime() + 500) }) }

export const routingRoom: Module = {
  name: 'routing',
  text: new URL('./text/', import.meta.url),
  provides: { [ALLOCATOR]: allocateRequest },
  events: {
    listeners: {
      'request.unassigned': lookSoon, 'request.waiting': lookSoon, 'request.submitted': lookSoon, 'request.answered': lookSoon, 'request.closed': lookSoon, 'request.moved': lookSoon, 'staff.presence-changed': lookSoon,
    },
  },
  queues: {
    'routing.drain': { perLane: 1, work: async (app) => { await drainQueues(app) } },
    // People also become free by the clock: working hours begin without any event.
    'routing.patrol': { every: 60_000, perLane: 1, work: async (app) => { await drainQueues(app) } },
  },
}
