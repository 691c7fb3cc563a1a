/** Seals the words of requests that the database itself made, plain, so that pages are measured as they are kept. */
import { type Ctx } from '../../platform/context.ts'
import { isSealed } from '../../platform/crypto/envelope.ts'
import { holdKey } from '../../platform/crypto/vault.ts'
import { sealedMessage, sealedRequest, sealFields } from '../../modules/requests/kept.ts'
import { toColumns } from '../../modules/requests/store.ts'

type Row = { id: string; customerId: string } & Record<string, string | null>

export async function sealRequests(ctx: Ctx, ids: readonly string[]): Promise<void> {
  const { db } = ctx
  const requests = await db<Row[]>`select id, customer_id, subject, last_snippet, result from requests.request where id = any(${ids as string[]}::uuid[])`
  const messages = await db<Row[]>`select m.id, r.customer_id, m.author_name, m.body, m.html, m.quoted from requests.message m join requests.request r on r.id = m.request_id where r.id = any(${ids as string[]}::uuid[])`
  for (const { customerId } of requests) await holdKey(ctx, customerId)
  sealRows(ctx, 'requests.request', sealedRequest, requests)
  sealRows(ctx, 'requests.message', sealedMessage, messages)
}

function sealRows(ctx: Ctx, table: string, places: Readonly<Record<string, readonly [string, string]>>, rows: readonly Row[]): void {
  for (const row of rows) {
    const plain = Object.fromEntries(Object.keys(places).filter((name) => typeof row[name] === 'string' && !isSealed(row[name])).map((name) => [name, row[name]!]))
    if (Object.keys(plain).length) ctx.later(ctx.db`update ${ctx.db(table)} set ${ctx.db(toColumns(sealFields(ctx, row.customerId, row.id, places, plain)) as never)} where id = ${row.id}`)
  }
}
