/** What is missing in the catalogue: promises nobody wrote, measures or owns, reviews that are due, and channels nobody placed or priced. */
import type { Ctx } from '../../../platform/context.ts'
import type { z } from 'zod'
import { listChannels } from '../channels/record.ts'
import { listServices } from '../store.ts'
import type { Gap } from './contract.ts'

export async function listGaps(ctx: Ctx): Promise<{ rows: z.infer<typeof Gap>[] }> {
  const today = ctx.now.toISOString().slice(0, 10)
  const rows: z.infer<typeof Gap>[] = []
  for (const service of (await listServices(ctx)).rows.filter((one) => one.isActive)) {
    const say = (kind: z.infer<typeof Gap>['kind'], clause: string | null = null, reviewOn: string | null = null) => { rows.push({ kind, serviceId: service.id, clause, reviewOn }) }
    const { standard } = service
    if (!standard) { say('no-standard'); continue }
    const { clauses, ownerId, reviewOn } = standard.content
    if (!ownerId) say('no-standard-owner')
    if (!reviewOn) say('no-review')
    else if (reviewOn < today) say('review-overdue', null, reviewOn)
    if (standard.isAlone) say('one-pair-of-eyes')
    for (const clause of clauses) {
      if (clause.measure === null) say('no-measure', clause.key)
      if (clause.ownerId === null && ownerId === null) say('no-owner', clause.key)
    }
  }
  for (const { channel, record } of (await listChannels(ctx)).rows) {
    const say = (kind: z.infer<typeof Gap>['kind']) => { rows.push({ kind, serviceId: null, channel, clause: null, reviewOn: null }) }
    if (!record) { say('no-channel-record'); continue }
    if (record.responseMinutes === null) say('channel-no-limit')
    if (record.cost === null) say('channel-no-cost')
  }
  return { rows }
}
