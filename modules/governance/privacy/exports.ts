/**
 * Data leaves in a file only for a reason. Personal columns, or many rows, need a second person; what was agreed can be
 * fetched by whoever asked, for a day; every row carries the mark of its download; and there is so much a month that
 * nobody takes everything in small pieces.
 */
import type { Ctx } from '../../../platform/context.ts'
import { may } from '../../../platform/access/index.ts'
import { keyedHash } from '../../../platform/crypto/index.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault } from '../../../platform/fault.ts'
import { writeCsv } from '../../../lib/csv/index.ts'
import { newId } from '../../../lib/id/index.ts'
import { countForExport, type ExportedCustomer, type ExportFilter, personalFields, selectForExport, withoutGuardian } from '../../customers/index.ts'
import { findPeople } from '../../staff/index.ts'
import { mustBeApproved } from '../outside/assessments.ts'
import { countAbroad, readRules as readOutsideRules } from '../outside/store.ts'
import { agreeing } from './consent.ts'
import { type ExportColumn, type ExportPurpose, type ExportRow, type ExportRules, purposes } from './contract.ts'
import { readSetting, writeSetting } from '../../../platform/setting.ts'

const DAY_MS = 86_400_000
const QUOTA_DAYS = 30
/** One file; more is a matter for the database's own tools and whoever answers for them. */
const MOST_ROWS = 50_000
const KEY = 'governance.exports'

const personal = new Set<string>(personalFields.filter((one) => one.class === 'personal').map((one) => one.field))
export const isPersonal = (columns: readonly string[]): boolean => columns.some((column) => personal.has(column))

export async function readRules(ctx: Pick<Ctx, 'db'>): Promise<ExportRules> {
  const set = await readSetting<ExportRules>(ctx, KEY)
  return { freeRows: set?.freeRows ?? 200, monthlyRows: set?.monthlyRows ?? 5_000 }
}

export async function changeRules(ctx: Ctx, rules: ExportRules): Promise<ExportRules> {
  const before = await readRules(ctx)
  if (before.freeRows === rules.freeRows && before.monthlyRows === rules.monthlyRows) return before
  ctx.later(writeSetting(ctx, KEY, rules))
  await emit(ctx, 'privacy.export-rules-changed', { data: { before, after: rules } })
  return rules
}

interface Stored {
  id: string; number: number; kind: 'customers'; purpose: ExportPurpose; columns: ExportColumn[]; filter: ExportFilter; reason: string; rows: number; isPersonal: boolean; askedById: string; askedAt: string
  verdict: 'approved' | 'refused' | null; decidedById: string | null; decidedAt: string | null; decisionReason: string | null; expiresAt: string | null; downloads: number
}
const columns = ({ db }: Pick<Ctx, 'db'>) => db`e.id, e.number, e.kind, e.purpose, e.columns, e.filter, e.reason, e.rows, e.is_personal, e.asked_by_id, e.asked_at, e.verdict, e.decided_by_id, e.decided_at, e.decision_reason, e.expires_at,
  (select count(*)::int from governance.export_download d where d.export_id = e.id) as downloads`

/** Only people ask: a program has no name to write into a file. */
function asker(ctx: Ctx): string {
  if (ctx.actor.kind !== 'agent' || ctx.actor.id === null) throw new Fault('governance.privacy.people-only', 403)
  return ctx.actor.id
}

export interface Wanted { purpose: ExportPurpose; columns: readonly ExportColumn[]; filter: ExportFilter; reason: string; assessmentId?: string }
/** PIPL 55: to others, to everybody, abroad. */
const leaving = new Set<ExportPurpose>(['third-party', 'disclosure', 'cross-border', 'sensitive'])

/** Throws 422 `governance.privacy.export-empty` and `export-too-large`, 429 `quota-spent`. */
export async function askExport(ctx: Ctx, wanted: Wanted): Promise<ExportRow> {
  const by = asker(ctx)
  if (wanted.assessmentId !== undefined || (leaving.has(wanted.purpose) && (await readOutsideRules(ctx)).needsAssessment)) await mustBeApproved(ctx, wanted.assessmentId)
  const rules = await readRules(ctx)
  const rows = await rowsOf(ctx, wanted, ctx.now.toISOString())
  if (rows.length === 0) throw new Fault('governance.privacy.export-empty', 422)
  const hasPersonal = isPersonal(wanted.columns)
  if (hasPersonal) await mustBeWithin(ctx, by, rows.length, rules)
  const isFree = !hasPersonal && rows.length <= rules.freeRows
  const id = newId()
  await ctx.db`
    insert into governance.export (id, kind, purpose, columns, filter, reason, rows, is_personal, asked_by_id, asked_at, verdict, decided_at, expires_at, assessment_id)
    values (${id}, 'customers', ${wanted.purpose}, ${[...new Set(wanted.columns)]}, ${ctx.db.json({ ...wanted.filter })}, ${wanted.reason}, ${rows.length}, ${hasPersonal}, ${by}, ${ctx.now}, ${isFree ? 'approved' : null}, ${isFree ? ctx.now : null}, ${isFree ? new Date(ctx.now.getTime() + DAY_MS) : null}, ${wanted.assessmentId ?? null})`
  await emit(ctx, 'privacy.export-asked', { subject: id, data: { kind: 'customers', purpose: wanted.purpose, columns: wanted.columns, filter: { ...wanted.filter }, count: rows.length, isFree } })
  return viewExport(ctx, id)
}

/** What would be in the file now; for a purpose that needs consent only who agrees to it. */
async function rowsOf(ctx: Ctx, wanted: Pick<Wanted, 'purpose' | 'filter'>, before: string): Promise<ExportedCustomer[]> {
  if (await countForExport(ctx, wanted.filter, before) > MOST_ROWS) throw new Fault('governance.privacy.export-too-large', 422, { most: MOST_ROWS })
  const found = await selectForExport(ctx, wanted.filter, before, MOST_ROWS)
  const children = await withoutGuardian(ctx, found.map((row) => row.id))
  const rows = found.filter((row) => !children.has(row.id))
  const purpose = purposes.find((one) => one === wanted.purpose)
  if (!purpose) return rows
  const agree = await agreeing(ctx, rows.map((row) => row.id), purpose)
  return rows.filter((row) => agree.has(row.id))
}

/** Rows with personal columns a person has taken within 30 days, and whether these still fit. */
async function mustBeWithin(ctx: Ctx, by: string, rows: number, rules: ExportRules): Promise<void> {
  await ctx.db`select pg_advisory_xact_lock(hashtextextended(${`exports:${by}`}, 0))`
  const [taken] = await ctx.db<{ rows: number }[]>`
    select coalesce(sum(d.rows), 0)::int as rows from governance.export_download d join governance.export e on e.id = d.export_id where d.by_id = ${by} and e.is_personal and d.at > ${new Date(ctx.now.getTime() - QUOTA_DAYS * DAY_MS)}`
  if (taken!.rows + rows > rules.monthlyRows) throw new Fault('governance.privacy.quota-spent', 429, { taken: taken!.rows, monthly: rules.monthlyRows })
}

async function lockExport(ctx: Ctx, id: string): Promise<Stored> {
  const [row] = await ctx.db<Stored[]>`select ${columns(ctx)} from governance.export e where e.id = ${id} for update of e`
  if (!row) throw new Fault('governance.privacy.export-not-found', 404)
  return row
}

/** Nobody decides about their own. */
export async function decideExport(ctx: Ctx, id: string, { verdict, reason }: { verdict: 'approved' | 'refused'; reason?: string }): Promise<ExportRow> {
  const by = asker(ctx)
  const row = await lockExport(ctx, id)
  if (row.askedById === by) throw new Fault('governance.privacy.own-export', 403)
  if (row.verdict !== null) throw new Fault('governance.privacy.export-decided', 409)
  await ctx.db`update governance.export set verdict = ${verdict}, decided_by_id = ${by}, decided_at = ${ctx.now}, decision_reason = ${reason ?? null}, expires_at = ${verdict === 'approved' ? new Date(ctx.now.getTime() + DAY_MS) : null} where id = ${id}`
  await emit(ctx, verdict === 'approved' ? 'privacy.export-approved' : 'privacy.export-refused', { subject: id, data: { askedBy: row.askedById, count: row.rows } })
  return viewExport(ctx, id)
}

/** The file, made now. Throws 409 until it is approved and after its day, 429 when the month's rows are spent. */
export async function takeExport(ctx: Ctx, id: string): Promise<{ name: string; text: string; mark: string; rows: number }> {
  const by = asker(ctx)
  const row = await lockExport(ctx, id)
  // Whose it is not is not told that it is there.
  if (row.askedById !== by) throw new Fault('governance.privacy.export-not-found', 404)
  if (row.verdict !== 'approved') throw new Fault('governance.privacy.export-waiting', 409)
  if (!row.expiresAt || row.expiresAt <= ctx.now.toISOString()) throw new Fault('governance.privacy.export-expired', 409)
  const customers = await rowsOf(ctx, row, row.askedAt)
  if (row.isPersonal) await mustBeWithin(ctx, by, customers.length, await readRules(ctx))
  const downloadId = newId()
  const mark = `LD${row.number}-${keyedHash(ctx.app.keys.for('export mark'), downloadId).toString('hex').slice(0, 10)}`
  await ctx.db`insert into governance.export_download (id, export_id, by_id, at, rows, mark) values (${downloadId}, ${id}, ${by}, ${ctx.now}, ${customers.length}, ${mark})`
  await emit(ctx, 'privacy.export-taken', { subject: id, data: { kind: row.kind, purpose: row.purpose, columns: row.columns, filter: { ...row.filter }, count: customers.length, mark } })
  if (row.purpose === 'cross-border') await countAbroad(ctx, customers.map((customer) => customer.id), false)
  const text = writeCsv([...row.columns, 'mark'], customers.map((customer) => [...row.columns.map((column) => column === 'since' ? customer.createdAt : customer[column]), mark]))
  return { name: `customers-${row.number}.csv`, text, mark, rows: customers.length }
}

/** Whose file a mark is from. */
export async function traceMark(ctx: Ctx, mark: string): Promise<{ export: ExportRow; by: string; at: string }> {
  const [row] = await ctx.db<{ exportId: string; byId: string; at: string }[]>`select export_id, by_id, at from governance.export_download where mark = ${mark}`
  if (!row) throw new Fault('governance.privacy.mark-unknown', 404)
  const [view, people] = await Promise.all([viewExport(ctx, row.exportId), findPeople(ctx, [row.byId])])
  return { export: view, by: people.get(row.byId)?.name ?? '', at: row.at }
}

async function shown(ctx: Ctx, rows: readonly Stored[]): Promise<ExportRow[]> {
  const people = await findPeople(ctx, rows.flatMap((row) => [row.askedById, row.decidedById]).filter((one) => one !== null))
  const someone = (id: string) => ({ id, name: people.get(id)?.name ?? '' })
  const now = ctx.now.toISOString()
  return rows.map((row) => ({
    id: row.id, number: row.number, purpose: row.purpose, columns: row.columns, filter: row.filter, reason: row.reason, rows: row.rows, isPersonal: row.isPersonal, askedBy: someone(row.askedById), askedAt: row.askedAt,
    state: row.verdict === null ? 'waiting' : row.verdict === 'refused' ? 'refused' : (row.expiresAt ?? '') > now ? 'ready' : 'expired',
    decidedBy: row.decidedById === null ? null : someone(row.decidedById), decidedAt: row.decidedAt, decisionReason: row.decisionReason, expiresAt: row.expiresAt, downloads: row.downloads, isMine: row.askedById === ctx.actor.id,
  }))
}

async function viewExport(ctx: Ctx, id: string): Promise<ExportRow> {
  const rows = await ctx.db<Stored[]>`select ${columns(ctx)} from governance.export e where e.id = ${id}`
  return (await shown(ctx, rows))[0]!
}

/** One's own; who may approve sees all. What waits stands first. */
export async function listExports(ctx: Ctx): Promise<{ rows: ExportRow[] }> {
  const rows = await ctx.db<Stored[]>`
    select ${columns(ctx)} from governance.export e where ${may(ctx.actor, 'privacy.approve') ? ctx.db`true` : ctx.db`e.asked_by_id = ${ctx.actor.id}`} order by e.verdict is null desc, e.id desc limit 100`
  return { rows: await shown(ctx, rows) }
}
