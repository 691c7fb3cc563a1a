/** A look at covered fields: for one customer, with a reason, told as an event and counted against a limit. */
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault } from '../../platform/fault.ts'
import { newId } from '../../lib/id/index.ts'
import type { Customer, Revelation } from './contract.ts'
import { wholeCustomer } from './store.ts'
import { readSetting, writeSetting } from '../../platform/setting.ts'

const DAY_MS = 86_400_000
const USUAL_LIMIT = 100
const KEY = 'customers.revelation-limit'

export async function readLimit(ctx: Pick<Ctx, 'db'>): Promise<{ perDay: number }> {
  const set = await readSetting<{ perDay: number }>(ctx, KEY)
  return { perDay: set?.perDay ?? USUAL_LIMIT }
}

export async function changeLimit(ctx: Ctx, { perDay }: { perDay: number }): Promise<{ perDay: number }> {
  const before = await readLimit(ctx)
  if (before.perDay === perDay) return before
  ctx.later(writeSetting(ctx, KEY, { perDay }))
  await emit(ctx, 'customers.revelation-limit-changed', { data: { from: before.perDay, to: perDay } })
  return { perDay }
}

/**
 * The fields as they are, for the page that is open. Nothing is kept that would show them again. Throws 429
 * `customers.revelations-spent` when the person has looked at as many customers within 24 hours as the company allows.
 */
export async function revealCustomer(ctx: Ctx, id: string, { fields, reason }: { fields: readonly string[]; reason: string }): Promise<Revelation> {
  const whole = await wholeCustomer(ctx, id)
  // Two looks of one person come one after the other, so that a volley can't outrun the count.
  const locked = ctx.db`select pg_advisory_xact_lock(hashtextextended(${`revelations:${ctx.actor.id}`}, 0))`
  ctx.later(locked)
  const [[spent], { perDay }] = await Promise.all([
    ctx.db<{ count: number }[]>`select count(*)::int as count from customers.revelation where by_id = ${ctx.actor.id} and at > ${new Date(ctx.now.getTime() - DAY_MS)}`,
    readLimit(ctx),
  ])
  if (spent!.count >= perDay) throw new Fault('customers.revelations-spent', 429, { limit: perDay })
  const wanted = [...new Set(fields)].sort()
  ctx.later(ctx.db`insert into customers.revelation (id, customer_id, by_kind, by_id, fields, reason, at) values (${newId()}, ${id}, ${ctx.actor.kind}, ${ctx.actor.id}, ${wanted}, ${reason}, ${ctx.now})`)
  await emit(ctx, 'customers.field-revealed', { subject: id, data: { fields: wanted, reason } })
  return { ...revealed(whole, new Set(wanted)), left: perDay - spent!.count - 1 }
}

function revealed(whole: Omit<Customer, 'masked'>, wanted: ReadonlySet<string>): Omit<Revelation, 'left'> {
  const words = (['name', 'company', 'region', 'note'] as const).filter((field) => wanted.has(field))
  return {
    values: Object.fromEntries(words.map((field) => [field, whole[field]])),
    identities: whole.identities.filter((one) => wanted.has(one.kind)).map(({ id, shown }) => ({ id, shown })),
  }
}
