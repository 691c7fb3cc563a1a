/** The customer asks about their own data, by the link of one of their requests. */
import type { Ctx } from '../../../platform/context.ts'
import { Fault } from '../../../platform/fault.ts'
import { opened } from '../../../platform/crypto/vault.ts'
import { CUSTOMER_NAME } from '../../customers/index.ts'
import { asVisitor, requestOfToken } from '../../channels/index.ts'
import type { Kind, OwnRequest } from './contract.ts'
import { openPersonRequest } from './handle.ts'
import { selectOpen } from './store.ts'

async function customerOf(ctx: Ctx, token: string): Promise<{ id: string; name: string }> {
  const [row] = await opened(ctx, ctx.db<{ id: string; ownId: string; name: string }[]>`
    select coalesce(c.merged_into, c.id) as id, c.id as own_id, c.name from requests.request r join customers.customer c on c.id = r.customer_id where r.id = ${requestOfToken(ctx.app, token)}`, { name: [CUSTOMER_NAME, 'ownId'] })
  if (!row) throw new Fault('channels.chat.link-unknown', 404)
  return { id: row.id, name: row.name }
}

const selectOwn = (ctx: Ctx, customerId: string) => ctx.db<OwnRequest[]>`
  select number, kind, stage, opened_at, due_at, ground, reason, ended_at from governance.person_request where customer_id = ${customerId} and via = 'portal' order by id desc limit 20`

/** Those that came by the portal: what a person told us elsewhere is not shown to whoever has a link. */
export async function listOwn(ctx: Ctx, token: string): Promise<{ rows: OwnRequest[] }> {
  const customer = await customerOf(ctx, token)
  return { rows: [...await selectOwn(ctx, customer.id)] }
}

/** The same kind again while it is open answers the open one. */
export async function askOwn(ctx: Ctx, token: string, { kind, wish }: { kind: Kind; wish: string }): Promise<OwnRequest> {
  const customer = await customerOf(ctx, token)
  await ctx.db`select 1 from customers.customer where id = ${customer.id} for update`
  const open = await selectOpen(ctx, customer.id, kind)
  const id = open?.id ?? await openPersonRequest(asVisitor(ctx, customer.id, customer.name), { customerId: customer.id, kind, wish, via: 'portal' })
  const [row] = await ctx.db<OwnRequest[]>`select number, kind, stage, opened_at, due_at, ground, reason, ended_at from governance.person_request where id = ${id}`
  return row!
}
