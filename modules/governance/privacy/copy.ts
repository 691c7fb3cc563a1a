/**
 * All that is kept about a person, for the person: as a documented file for machines and as a page to read. Made from
 * what the rooms declare, so no store can be forgotten; mail addresses and telephone numbers of others are covered.
 */
import { createTranslator, locales, type Locale, type Translate } from '../../../lib/text/index.ts'
import { maskForeign } from '../../../lib/masking/index.ts'
import type { Ctx } from '../../../platform/context.ts'
import { bytesOf, isSealed } from '../../../platform/crypto/envelope.ts'
import { findKeys } from '../../../platform/crypto/vault.ts'
import { fileColumns, type FileRow, openFiles } from '../../../platform/files.ts'
import { draftRow } from '../../requests/index.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault } from '../../../platform/fault.ts'
import type { Declaration, Person } from '../../../platform/personal-data.ts'
import type { Kind } from './contract.ts'
import { conditionsOf, personOf } from './person.ts'
import { refusalOf } from './person-request.ts'
import { portableOf } from './portable.ts'
import { getStored, situationOf } from './store.ts'
import en from '../text/privacy.en.json' with { type: 'json' }
import hans from '../text/privacy.zh-Hans.json' with { type: 'json' }
import hant from '../text/privacy.zh-Hant.json' with { type: 'json' }

export const FORMAT = 'loopdesk.personal-copy/1'
/** Files larger than this together are named and not enclosed. */
const MOST_BYTES = 20 * 1024 * 1024
/** What only the program reads, made from the rest of the same row or of no meaning to a reader: hashes, index words, keys. */
const isDerived = (declared: Declaration): boolean => declared.readers === 'nobody'

export interface Copy {
  format: typeof FORMAT
  madeAt: string
  /** By column: what it is kept for. */
  register: Record<string, Declaration>
  /** By table, then row by row: column and value. */
  stores: Record<string, Record<string, unknown>[]>
  /** Columns that are not in here, and files too large to enclose. */
  leftOut: { what: string; why: 'derived' | 'not-provided-by-the-person' | 'too-large' }[]
}

/** `move` gives what the person provided, the others everything. */
export async function copyOf(ctx: Ctx, person: Person, kind: Kind): Promise<Copy> {
  const copy: Copy = { format: FORMAT, madeAt: ctx.now.toISOString(), register: {}, stores: {}, leftOut: [] }
  const own = person.addresses.flatMap((one) => [one.value, one.shown])
  const rooms = [...ctx.app.personal.values()]
  const conditions = conditionsOf(ctx)
  for (const [table, entry] of rooms.flatMap((room) => Object.entries(room.data))) {
    const condition = conditions.get(table)
    if (entry === 'impersonal' || !condition) continue
    const shown: string[] = []
    for (const [column, declared] of Object.entries(entry)) {
      if (declared === 'technical') { shown.push(column); continue }
      const why = isDerived(declared) ? 'derived' : kind === 'move' && declared.source !== 'customer' && declared.source !== 'channel' ? 'not-provided-by-the-person' : null
      if (why) copy.leftOut.push({ what: `${table}.${column}`, why })
      else { shown.push(column); copy.register[`${table}.${column}`] = declared }
    }
    if (!shown.some((column) => entry[column] !== 'technical')) continue
    const rows = await ctx.db<{ row: Record<string, unknown> }[]>`
      select to_jsonb(x) as row from (select ${shown.map((column, nr) => ctx.db`${nr ? ctx.db`, ` : ctx.db``}${valueOf(ctx, table, column)} as ${ctx.db(column)}`)} from ${ctx.db(table)} t where ${condition(ctx.db, person)}) x`
    if (rows.length) copy.stores[table] = (await openRows(ctx, table, rows.map(({ row }) => row))).sort((a, b) => String(a['id'] ?? a['seq'] ?? '') < String(b['id'] ?? b['seq'] ?? '') ? -1 : 1).map((row) => covered(table, row, own))
  }
  if (kind === 'move') leaveNotes(copy)
  encloseFiles(copy)
  return copy
}

const valueOf = ({ db }: Ctx, table: string, column: string) => table === 'platform.file' && column === 'bytes' ? db`null` : db`t.${db(column)}`

/** Rows without an id of their own, by what they are sealed as. */
const placeRow: Record<string, (row: Record<string, unknown>) => string> = {
  'quality.rating': (row) => String(row['request_id']),
  'requests.draft': (row) => draftRow({ requestId: String(row['request_id']), personId: String(row['person_id']), kind: String(row['kind']) }),
}
async function openRows(ctx: Ctx, table: string, rows: Record<string, unknown>[]): Promise<Record<string, unknown>[]> {
  const { vault } = ctx.app
  await findKeys(ctx, rows.flatMap((row) => Object.values(row).flatMap((value) => (typeof value === 'string' && isSealed(value) ? [vault.ownerOf(bytesOf(value))] : []))))
  const place = placeRow[table] ?? ((row) => String(row['id']))
  for (const row of rows) for (const [column, value] of Object.entries(row)) if (typeof value === 'string' && isSealed(value)) row[column] = vault.open(`${table}/${column}`, place(row), value)
  if (table !== 'platform.file') return rows
  const files = await openFiles(ctx, ctx.db<(FileRow & { id: string })[]>`select f.id, ${fileColumns(ctx)} from platform.file f where f.id = any(${rows.map((row) => String(row['id']))}::uuid[])`)
  const bytes = new Map(files.map((file) => [file.id, file.bytes.toString('base64')]))
  return rows.map((row) => ({ ...row, bytes: bytes.get(String(row['id'])) ?? null }))
}

// A colleague's name under an answer was told to the customer; under a note it was not.
function covered(table: string, row: Record<string, unknown>, own: readonly string[]): Record<string, unknown> {
  const cover = (value: unknown, name: string): unknown => {
    if (typeof value === 'string') return name === 'bytes' || /^[0-9a-f-]{36}$/.test(value) || /^\d{4}-\d\d-\d\dT/.test(value) ? value : maskForeign(value, own)
    if (Array.isArray(value)) return value.map((one) => cover(one, name))
    if (value !== null && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, cover(one, key)]))
    return value
  }
  const shown = cover(row, '') as Record<string, unknown>
  return table === 'requests.message' && row['kind'] === 'note' ? { ...shown, author_name: '***' } : shown
}

/** Nothing that colleagues wrote among themselves, and no file of it. */
function leaveNotes({ stores }: Copy): void {
  const notes = new Set((stores['requests.message'] ?? []).filter((row) => row['kind'] === 'note').map((row) => row['id']))
  const files = new Set((stores['requests.attachment'] ?? []).filter((row) => notes.has(row['message_id'])).map((row) => row['file_id']))
  const without = (table: string, isOut: (row: Record<string, unknown>) => boolean): void => { if (stores[table]) stores[table] = stores[table].filter((row) => !isOut(row)) }
  without('requests.message', (row) => notes.has(row['id']))
  without('requests.attachment', (row) => files.has(row['file_id']))
  without('platform.file', (row) => files.has(row['id']))
}

function encloseFiles(copy: Copy): void {
  let total = 0
  for (const file of copy.stores['platform.file'] ?? []) {
    total += Number(file['size'])
    if (total <= MOST_BYTES) { file['bytes'] = String(file['bytes']).replaceAll('\n', ''); continue }
    file['bytes'] = null
    copy.leftOut.push({ what: `platform.file ${String(file['id'])}`, why: 'too-large' })
  }
}

const texts: Record<Locale, Translate> = { 'zh-Hant': createTranslator<string>(hant, 'zh-Hant'), 'zh-Hans': createTranslator<string>(hans, 'zh-Hans'), en: createTranslator<string>(en, 'en') }
const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

/** The same as one page without script or outside reference, in the person's language. Empty fields are left out. */
export function pageOf(copy: Copy, language: string): string {
  const locale = locales.find((one) => one === language) ?? 'zh-Hant'
  const t = texts[locale]
  const nameOf = (kind: 'table' | 'column', name: string): string => {
    const key = `governance.privacy.${kind}.${name}`
    const words = t(key)
    return words === key ? name : words
  }
  const shown = (value: unknown): string => typeof value === 'string' ? value : JSON.stringify(value)
  const isWord = (table: string, [column, value]: [string, unknown]): boolean => `${table}.${column}` in copy.register && column !== 'bytes' && value !== null && value !== '' && shown(value) !== '[]' && shown(value) !== '{}'
  const sections = Object.entries(copy.stores).map(([table, rows]) => {
    const lists = rows.map((row) => {
      const at = row['created_at'] ?? row['at'] ?? row['opened_at']
      const fields = Object.entries(row).filter((entry) => isWord(table, entry)).map(([column, value]) => `<dt>${escaped(nameOf('column', column))}</dt><dd>${escaped(shown(value))}</dd>`).join('')
      return fields && `<dl>${typeof at === 'string' ? `<dt>${escaped(t('governance.privacy.copy-at'))}</dt><dd><time>${escaped(at)}</time></dd>` : ''}${fields}</dl>`
    }).filter(Boolean)
    return lists.length ? `<section><h2>${escaped(nameOf('table', table))}</h2>${lists.join('')}</section>` : ''
  })
  const title = escaped(t('governance.privacy.copy-title'))
  return `<!doctype html><html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style></head>
<body><h1>${title}</h1><p>${escaped(t('governance.privacy.copy-intro', { at: copy.madeAt }))}</p>${sections.join('\n')}</body></html>`
}
const STYLE = 'body{font:16px/1.6 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}h2{border-top:1px solid #999;padding-top:.5rem;font-size:1.1rem}dl{display:grid;grid-template-columns:9em 1fr;gap:.1rem 1rem;margin:0 0 1rem}dt{color:#555}dd{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}@media(prefers-color-scheme:dark){body{background:#111;color:#eee}dt{color:#aaa}}'

/** Throws 409 until the person's identity is made sure of and the request granted. */
export async function makeCopy(ctx: Ctx, id: string, format: 'json' | 'html'): Promise<{ name: string; type: 'application/json' | 'text/html'; text: string }> {
  const row = await getStored(ctx, id, true)
  const refusal = refusalOf(situationOf(row), 'copy')
  if (refusal) throw new Fault(refusal, 409)
  const copy = await copyOf(ctx, await personOf(ctx, row.customerId), row.kind)
  await emit(ctx, 'privacy.copy-made', { subject: id, data: { customer: row.customerId, kind: row.kind, format } })
  const [customer] = await ctx.db<{ language: string | null }[]>`select language from customers.customer where id = ${row.customerId}`
  if (format === 'json' && row.kind === 'move') return { name: `portable-person-${row.number}.json`, type: 'application/json', text: JSON.stringify(portableOf(copy), null, 2) }
  return format === 'json' ? { name: `personal-data-${row.number}.json`, type: 'application/json', text: JSON.stringify(copy, null, 2) }
    : { name: `personal-data-${row.number}.html`, type: 'text/html', text: pageOf(copy, customer?.language ?? ctx.locale) }
}
