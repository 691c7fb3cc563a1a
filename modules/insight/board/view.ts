/** A lead's board: the shared figures, with the names that who looks may see. */
import { may } from '../../../platform/access/index.ts'
import type { Ctx } from '../../../platform/context.ts'
import { opened } from '../../../platform/crypto/vault.ts'
import { CUSTOMER_NAME } from '../../customers/index.ts'
import { nameOnRequest, SUBJECT } from '../../requests/index.ts'
import { openAlarms } from '../alarms/alarms.ts'
import type { Board } from '../contract.ts'
import { dayOf } from '../store.ts'
import { boardFigures } from './figures.ts'
import { scopeOf } from './scope.ts'

export async function boardOf(ctx: Ctx, { teamId }: { teamId?: string }): Promise<Board> {
  const { at, value } = boardFigures(ctx, scopeOf(ctx, teamId), await dayOf(ctx))
  const { oldest, ahead, people, columns, ...counted } = await value
  const places = { subject: [SUBJECT, 'id'], customerName: [CUSTOMER_NAME, 'customerId'] } as const
  // Others open the same rows: each opens copies.
  const [oldestOpened, aheadOpened, alarms] = await Promise.all([
    opened(ctx, oldest.map((row) => ({ ...row })), places), opened(ctx, ahead.map((row) => ({ ...row })), places), may(ctx.actor, 'insight.read') ? openAlarms(ctx) : null,
  ])
  const row = <T extends { holderId: string | null; holderName: string | null; customerId: string; customerName: string }>({ holderId, holderName, customerId: _, ...rest }: T, stage: string) =>
    ({ ...rest, customerName: nameOnRequest(ctx, rest.customerName, { stage, holderId }), holder: holderId ? { id: holderId, name: holderName ?? '' } : null })
  const firsts = await opened(ctx, people.map(({ first, ...person }) => ({ ...person, currentId: first?.id ?? null, number: first?.number ?? 0, subject: first?.subject ?? '' })), { subject: [SUBJECT, 'currentId'] })
  return {
    ...counted, ageMs: Math.max(0, Math.round(performance.now() - at)), alarms,
    columns: columns.map((column) => ({ ...column, oldest: oldestOpened.filter((one) => one.column === column.id).map(({ column: stage, ...one }) => row(one, stage)) })),
    ahead: aheadOpened.map((one) => row(one, 'execute')),
    people: may(ctx.actor, 'staff.read') ? firsts.map(({ currentId, number, subject, ...person }) => ({ ...person, current: currentId ? { id: currentId, number, subject } : null })) : null,
  }
}
