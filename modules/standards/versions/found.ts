/** The first standard of a service that comes with the program, in force from the beginning and signed by nobody. */
import type { Ctx } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { newId } from '../../../lib/id/index.ts'
import { revised } from '../revision.ts'
import { type Content, type Priority, priorities } from './contract.ts'
import { mustMakeSense } from './store.ts'

/** What comes with the program holds for all that has been. */
export const FOREVER = '2000-01-01T00:00:00.000Z'

/** Minutes to first response and resolution by priority, as the clauses of a standard with nothing else in it. */
export function timed(minutes: Record<Priority, readonly [first: number, resolution: number]>): Content {
  const clause = (measure: 'first-response' | 'resolution', priority: Priority, target: number) => ({ key: `${measure}-${priority}`, words: '', measure, target, when: { priority }, ownerId: null, dimension: 'delivery' as const })
  return {
    clauses: priorities.flatMap((priority) => [clause('first-response', priority, minutes[priority][0]), clause('resolution', priority, minutes[priority][1])]),
    steps: [], pausesOn: ['customer'], duties: '', rules: '', appraisal: '', ownerId: null, reviewOn: null,
  }
}

/** Puts version 1 in force; returns its id. */
export async function foundStandard(ctx: Ctx, serviceId: string, content: Content): Promise<string> {
  await mustMakeSense(ctx, content)
  const id = newId()
  ctx.later(ctx.db`insert into standards.version (id, service_id, number, state, content, reason, written_at, decided_at, effective_at)
    values (${id}, ${serviceId}, 1, 'approved', ${ctx.db.json(content as never)}, '', ${ctx.now}, ${ctx.now}, ${FOREVER})`)
  revised(ctx)
  await emit(ctx, 'standard.version-approved', { subject: serviceId, data: { version: id, number: 1, effectiveAt: FOREVER } })
  return id
}
