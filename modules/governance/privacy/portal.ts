/** The customer asks about their own data, by the link of one of their requests. */
import type { Ctx } from '../../../platform/context.ts'
import { Fault } from '../../../platform/fault.ts'
import { opened } from '../../../platform/crypto/vault.ts'
import { CUSTOMER_NAME } from '../../customers/index.ts'
import { asVisitor, requestOfToken } from '../../channels/index.ts'
import { consentsOf, giveConsent, optOut, withdrawConsent } from './consent.ts'
import type { ConsentRow, Kind, OwnConsent, OwnRequest, Purpose } from './contract.ts'
import { openPersonRequest } from './handle.ts'
import { selectOpen } from './store.ts'

async function customerOf(ctx: Ctx, token: string): Promise<{ id: string; name: string; number: number }> {
  const [row] = await opened(ctx, ctx.db<{ id: string; ownId: string; name: string; number: number }[]>`
    select coalesce(c.merged_into, c.id) as id, c.id as own_id, c.name, r.number from requests.request r join customers.customer c on c.id = r.customer_id where r.id = ${requestOfToken(ctx.app, token)}`, { name: [CUSTOMER_NAME, 'ownId'] })
  if (!row) throw new Fault('channels.chat.link-unknown', 404)
  return { id: row.id, name: row.name, number: row.number }
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

const ownRows = ({ rows }: { rows: ConsentRow[] }): { rows: OwnConsent[] } => ({ rows: rows.map((row) => ({ purpose: row.purpose, isGiven: row.state === 'valid', noticeId: row.noticeId, version: row.version, words: row.words, since: row.state === 'valid' ? row.givenAt : null })) })

export const listOwnConsents = async (ctx: Ctx, token: string): Promise<{ rows: OwnConsent[] }> => ownRows(await consentsOf(ctx, (await customerOf(ctx, token)).id))

export async function agreeByLink(ctx: Ctx, token: string, purpose: Purpose, noticeId: string): Promise<{ rows: OwnConsent[] }> {
  const customer = await customerOf(ctx, token)
  return ownRows(await giveConsent(asVisitor(ctx, customer.id, customer.name), customer.id, purpose, { noticeId, channel: 'portal', evidence: `#${customer.number}` }))
}

export async function disagreeByLink(ctx: Ctx, token: string, purpose: Purpose): Promise<{ rows: OwnConsent[] }> {
  const customer = await customerOf(ctx, token)
  return ownRows(await withdrawConsent(asVisitor(ctx, customer.id, customer.name), customer.id, purpose, 'portal'))
}

export async function optOutByLink(ctx: Ctx, token: string): Promise<{ rows: OwnConsent[] }> {
  const customer = await customerOf(ctx, token)
  return ownRows(await optOut(asVisitor(ctx, customer.id, customer.name), customer.id, 'portal'))
}
