/**
 * How a customer is kept: what tells who somebody is, sealed under their own key; what they are found by, as keyed
 * digests that show nothing. Only this room's statements meet the one or the other.
 */
import type { App, Ctx } from '../../platform/context.ts'
import { destroyKey, opened, type Places } from '../../platform/crypto/vault.ts'
import { coverQuery, coverWords, indexOf } from '../../platform/crypto/words.ts'
import { emit } from '../../platform/events/book.ts'
import { toTsquery } from '../../lib/search/index.ts'
import { customerWords } from './address.ts'

/** The column of a customer's name, for the rooms that show it beside something else. */
export const NAME = 'customers.customer/name'
const SHOWN = 'customers.identity/shown'
type Words = 'name' | 'company' | 'note'
export const sealedWords = { name: [NAME, 'id'], company: ['customers.customer/company', 'id'], note: ['customers.customer/note', 'id'] } as const

/** Of a customer whose key is at hand. */
export const sealWord = <T extends string | null | undefined>({ vault }: Pick<App, 'vault'>, id: string, field: Words, text: T) => vault.seal(id, sealedWords[field][0], id, text)
export const sealShown = ({ vault }: Pick<App, 'vault'>, customerId: string, identityId: string, shown: string): string => vault.seal(customerId, SHOWN, identityId, shown)
export const openShown = <R extends { shown: string }>(ctx: Pick<Ctx, 'app' | 'db'>, rows: PromiseLike<readonly R[]>, id: keyof R): Promise<R[]> => opened(ctx, rows, { shown: [SHOWN, id] } as unknown as Places<R>)

/** By what an address is found. */
export const addressIndex = ({ vault }: Pick<App, 'vault'>, kind: string, value: string): string => indexOf(vault.index, kind, value)
/** National and international spellings of one number end alike. */
export const endingIndex = ({ vault }: Pick<App, 'vault'>, kind: string, value: string): string | null => (kind === 'phone' && value.length >= 9 ? indexOf(vault.index, 'phone-end', value.slice(-9)) : null)
export const nameIndex = ({ vault }: Pick<App, 'vault'>, name: string): string => indexOf(vault.index, 'name', name.toLowerCase())
export const alikeIndex = ({ vault }: Pick<App, 'vault'>, name: string, company: string | null): string | null => (name && company ? indexOf(vault.index, 'name-company', `${name}\n${company}`) : null)

export const coveredWords = ({ vault }: Pick<App, 'vault'>, ...parts: Parameters<typeof customerWords>): string[] => coverWords(vault.index, customerWords(...parts))
/** '' when there is nothing in it to search for. */
export const coveredQuery = ({ vault }: Pick<App, 'vault'>, search: string): string => { const query = toTsquery(search); return query && coverQuery(vault.index, query) }

/** A visitor is shown by the first signs of their mark. */
export const shownAs = (kind: string, shown: string): string => (kind === 'chat' ? shown.slice(0, 8) : shown)

/**
 * Destroys the keys of a customer and of all records folded together with it: what they sealed, here, in files, logs and
 * copies, can't be read again, while numbers, times, scores and the chain of events stay as they are. What the customer
 * was found by goes too. Rooms that keep digests of the customer's words listen to `customer.key-destroyed` in the
 * same transaction. Doing it again changes nothing.
 */
export async function forgetKey(ctx: Ctx, customerId: string): Promise<void> {
  const rows = await ctx.db<{ id: string }[]>`
    select c.id from customers.customer c where coalesce(c.merged_into, c.id) = (select coalesce(merged_into, id) from customers.customer where id = ${customerId}) order by c.id for update`
  for (const { id } of rows) destroyKey(ctx, id)
  const ids = rows.map((row) => row.id)
  const erased = await ctx.db`delete from customers.identity where customer_id = any(${ids}::uuid[]) returning 1`
  const changed = await ctx.db`
    update customers.customer set name = '', company = null, region = null, note = null, name_index = null, alike = null, words = '', version = version + 1
    where id = any(${ids}::uuid[]) and (name <> '' or words <> '' or company is not null or note is not null or region is not null) returning 1`
  if (changed.length + erased.length) for (const id of ids) await emit(ctx, 'customer.key-destroyed', { subject: id, data: { records: ids.length } })
}
