/** The words a request is found by: kept as codes, because a search index of plain words would be the text over again. */
import type { App, Ctx } from '../../platform/context.ts'
import { coverQuery, coverWords, indexOf } from '../../platform/crypto/words.ts'
import { isAddress } from '../../lib/masking/index.ts'
import { searchTokens, toTsquery } from '../../lib/search/index.ts'
import { foldEmail, foldPhone } from '../customers/index.ts'

/** Stands before the words of notes, which only colleagues may find a request by; no code begins with it. */
export const NOTE_MARK = '~'
/** Stands before an address, by which a request is found when all of it is typed; no code and no beginning begins with it. */
const EXACT_MARK = '='
const MOST_CHARACTERS = 8000

/** An address as one word. A number counts by its last nine digits, so that it is found as it is dialled at home and from abroad. */
function exactWord({ vault }: Pick<App, 'vault'>, address: string): string | null {
  if (!isAddress(address)) return null
  return EXACT_MARK + indexOf(vault.index, 'exact', address.includes('@') ? foldEmail(address) : foldPhone(address).slice(-9))
}

/** Words of a new request: what it says, who asks by name, and by which addresses. */
export function arrivalWords({ app }: Pick<Ctx, 'app'>, about: string, name: string, addresses: readonly (string | undefined)[], text: string): string[] {
  const exact = [name, ...addresses].flatMap((one) => (one && exactWord(app, one)) || [])
  return [...coverWords(app.vault.index, searchTokens(`${about}\n${isAddress(name) ? '' : name}\n${text.slice(0, MOST_CHARACTERS)}`)), ...new Set(exact)]
}

/** Adds what a message says to what a search finds. */
export function addSearchText(ctx: Ctx, requestId: string, text: string, mark: '' | typeof NOTE_MARK = ''): void {
  const words = coverWords(ctx.app.vault.index, searchTokens(text.slice(0, MOST_CHARACTERS))).map((word) => mark + word)
  ctx.later(ctx.db`update requests.search set tokens = tokens || array_to_tsvector(${words}) where request_id = ${requestId}`)
}

/** What somebody typed, as a query over the codes; '' when there is nothing in it to search for. */
export function wordsQuery(ctx: Ctx, text: string): string {
  const plain = toTsquery(text)
  const covered = plain && coverQuery(ctx.app.vault.index, plain)
  return orExactly(ctx, text, ctx.actor.kind === 'client' ? covered : alsoInNotes(covered))
}

// 'word' & 'start':* → ('word' | '~word') & ('start':* | '~start':*)
const alsoInNotes = (query: string): string => query.replace(/'([^']*)'(:\*)?/g, (term, word: string, start = '') => `(${term} | '${NOTE_MARK}${word}'${String(start)})`)

// An address is found whole or not at all: by its beginnings one could spell out what is covered.
function orExactly(ctx: Ctx, text: string, query: string): string {
  const word = exactWord(ctx.app, text)
  return word ? [query, `'${word}'`].filter(Boolean).map((part) => `(${part})`).join(' | ') : query
}

/** A customer's key was destroyed: nobody finds their requests by what was said. Their numbers stay. */
export async function forgetWords(ctx: Ctx, customerId: string): Promise<void> {
  ctx.later(ctx.db`update requests.search s set tokens = '' from requests.request r where r.id = s.request_id and r.customer_id = ${customerId}`)
}
