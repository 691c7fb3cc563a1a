/** Canary records: a planted customer with a planted request. Nobody has a reason to open them; whoever does raises an alarm. */
import { personIdOf } from '../../../platform/access/index.ts'
import type { Ctx } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { notFound } from '../../../platform/fault.ts'
import { newId } from '../../../lib/id/index.ts'
import { createCustomer } from '../../customers/index.ts'
import { plantRequest } from '../../requests/index.ts'
import { getTeam } from '../../staff/index.ts'
import type { Canary } from './contract.ts'

export const listCanaries = async ({ db }: Pick<Ctx, 'db'>): Promise<{ rows: Canary[] }> => ({
  rows: await db<Canary[]>`select c.id, c.customer_id, r.number, c.planted_at, p.name as planted_by from governance.canary c join requests.request r on r.id = c.request_id left join staff.person p on p.id = c.planted_by
    where c.ended_at is null order by c.planted_at desc, c.id desc limit 200`,
})

export async function plantCanary(ctx: Ctx, { name, subject, text, teamId }: { name: string; subject: string; text: string; teamId: string | null }): Promise<{ rows: Canary[] }> {
  if (teamId) await getTeam(ctx, teamId)
  const { id: customerId } = await createCustomer(ctx, { name })
  const requestId = plantRequest(ctx, { customerId, name, subject, text, teamId })
  const id = newId()
  ctx.later(ctx.db`insert into governance.canary (id, customer_id, request_id, planted_at, planted_by) values (${id}, ${customerId}, ${requestId}, ${ctx.now}, ${personIdOf(ctx)})`)
  await emit(ctx, 'alarm.canary-planted', { subject: id })
  return listCanaries(ctx)
}

/** The records stay; opening them raises nothing any more. */
export async function endCanary(ctx: Ctx, id: string): Promise<void> {
  const { count } = await ctx.db`update governance.canary set ended_at = ${ctx.now} where id = ${id} and ended_at is null`
  if (!count) throw notFound('governance.canary')
  await emit(ctx, 'alarm.canary-ended', { subject: id })
}

export const isCanary = async ({ db }: Pick<Ctx, 'db'>, object: string): Promise<boolean> =>
  (await db`select from governance.canary where (customer_id = ${object} or request_id = ${object}) and ended_at is null limit 1`).count > 0
