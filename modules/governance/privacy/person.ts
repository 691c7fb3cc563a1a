/** The person behind a record, as every room knows them. */
import type { Ctx } from '../../../platform/context.ts'
import type { Fragment } from '../../../platform/database/index.ts'
import { notFound } from '../../../platform/fault.ts'
import type { Person } from '../../../platform/personal-data.ts'
import { opened } from '../../../platform/crypto/vault.ts'
import { addressesOf, CUSTOMER_NAME, getCustomer, recordIdsOf, seesAll, shownName } from '../../customers/index.ts'
import { requestsOf } from '../../requests/index.ts'
import type { Scope } from './contract.ts'
import { activeHold } from './store.ts'

export interface Known extends Person { rootId: string; openRequests: number }

/** Everything folded together with this record. Throws 404 `customers.not-found`. */
export async function personOf(ctx: Ctx, customerId: string): Promise<Known> {
  const { id, mergedInto } = await getCustomer(ctx, customerId)
  const customerIds = await recordIdsOf(ctx, customerId)
  if (!customerIds.length) throw notFound('customers')
  const [addresses, asked] = await Promise.all([addressesOf(ctx, customerIds), requestsOf(ctx, customerIds)])
  return { rootId: mergedInto ?? id, customerIds, addresses, requestIds: asked.ids, openRequests: asked.open }
}

type Condition = (db: Ctx['db'], person: Person) => Fragment
/** By table: the rows that speak of a person. Files belong to more rooms than one. */
export function conditionsOf({ app }: Pick<Ctx, 'app'>): Map<string, Condition> {
  const found = new Map<string, Condition>()
  for (const [table, condition] of [...app.personal.values()].flatMap((room) => Object.entries(room.rows ?? {}))) {
    const other = found.get(table)
    found.set(table, other ? (db, person) => db`(${other(db, person)} or ${condition(db, person)})` : condition)
  }
  return found
}

/** Rows by table that speak of the person, and what stands in the way of erasing them. */
export async function scopeOf(ctx: Ctx, customerId: string): Promise<Scope> {
  const person = await personOf(ctx, customerId)
  const [counts, hold, alike] = await Promise.all([
    Promise.all([...conditionsOf(ctx)].map(async ([table, condition]) => {
      const [row] = await ctx.db<{ rows: number }[]>`select count(*)::int as rows from ${ctx.db(table)} t where ${condition(ctx.db, person)}`
      return { table, rows: row!.rows }
    })),
    activeHold(ctx, person.customerIds),
    alikeOf(ctx, person),
  ])
  return { tables: counts.filter((one) => one.rows > 0), openRequests: person.openRequests, hold, alike }
}

/** Other records that hold one of the person's addresses. */
async function alikeOf(ctx: Ctx, person: Person): Promise<Scope['alike']> {
  const rows = await opened(ctx, ctx.db<{ id: string; name: string }[]>`
    select distinct c.id, c.name from customers.identity i join customers.customer c on c.id = i.customer_id
    where (i.kind, i.value) in (select * from unnest(${person.addresses.map((one) => one.kind)}::text[], ${person.addresses.map((one) => one.index)}::text[])) and c.id <> all(${person.customerIds as string[]}::uuid[]) order by c.id limit 20`, { name: [CUSTOMER_NAME, 'id'] })
  return rows.map(({ id, name }) => ({ id, name: shownName(name, seesAll(ctx) ? 'serves' : null) }))
}

