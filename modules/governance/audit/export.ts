/** The audit as a file: a ZIP, made while it is sent, with the events, oldest first, and a manifest that ties them to the chain of seals. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { Zip, ZipDeflate } from 'fflate'
import { cell } from '../../../lib/csv/index.ts'
import { type Ctx, reading, run } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import type { Filter } from './contract.ts'
import { namesOf, plain, selectStretch, type StoredRow } from './search.ts'

export type Format = 'csv' | 'jsonl'
const AT_ONCE = 2_000

const columns = ['at', 'type', 'outcome', 'actor_kind', 'actor', 'actor_id', 'object_kind', 'object', 'object_id', 'source', 'call', 'difference', 'details', 'event_id', 'digest'] as const
type Line = Record<(typeof columns)[number], string>

function lineOf(row: StoredRow, names: Parameters<typeof plain>[1]): Line {
  const shown = plain(row, names)
  return {
    at: shown.at, type: shown.type, outcome: shown.outcome, actor_kind: shown.actor.kind, actor: shown.actor.name ?? '', actor_id: shown.actor.id ?? '',
    object_kind: shown.object?.kind ?? '', object: shown.object?.name ?? '', object_id: shown.object?.id ?? '', source: shown.source ?? '', call: shown.call ?? '',
    difference: shown.difference.map((part) => part.isCovered ? `${part.field}: …` : `${part.field}: ${part.before ?? '–'} → ${part.after ?? '–'}`).join('; '),
    details: shown.details.map((part) => `${part.field}: ${part.value}`).join('; '), event_id: row.id, digest: row.digest.toString('hex'),
  }
}
const writers: Record<Format, { head: string; line: (row: StoredRow, names: Parameters<typeof plain>[1]) => string }> = {
  // The mark at the beginning tells spreadsheets that it is UTF-8.
  csv: { head: `\ufeff${columns.join(',')}\r\n`, line: (row, names) => { const line = lineOf(row, names); return `${columns.map((column) => cell(line[column])).join(',')}\r\n` } },
  jsonl: { head: '', line: (row, names) => `${JSON.stringify({ ...plain(row, names), digest: row.digest.toString('hex') })}\n` },
}

/** Says in the audit that an export begins before its first byte leaves, and when it ends what it held. */
export async function exportAudit(ctx: Ctx, { format, ...filter }: Filter & { format: Format }, reply: FastifyReply): Promise<FastifyReply> {
  const { app } = ctx
  const by = { actor: ctx.actor, locale: ctx.locale, origin: ctx.origin }
  const begun = await run(app, by, (inner) => emit(inner, 'audit.exported', { data: { format, ...filter } }))
  const pages = async function* (): AsyncGenerator<Buffer> {
    let chunks: Uint8Array[] = []
    const take = (): Buffer => { const all = Buffer.concat(chunks); chunks = []; return all }
    const zip = new Zip((error, chunk) => { if (error) throw error; chunks.push(chunk) })
    const name = `events.${format}`
    const file = new ZipDeflate(name, { level: 6 })
    zip.add(file)
    const hash = createHash('sha256')
    const push = (text: string): void => { const bytes = Buffer.from(text); hash.update(bytes); file.push(bytes) }
    push(writers[format].head)
    const found: { rows: number; first: StoredRow | null; last: StoredRow | null } = { rows: 0, first: null, last: null }
    const bounded = { ...filter, until: filter.until ?? ctx.now.toISOString() }
    for (let after: { at: string; seq: number } | null = null; ;) {
      const page = reading(app, by)
      const { rows, stoppedAt } = await selectStretch(page, bounded, { after, limit: AT_ONCE, oldestFirst: true })
      const names = await namesOf(page, rows.flatMap((row) => [row.subject, row.actorId]).filter((id) => id !== null))
      push(rows.map((row) => writers[format].line(row, names)).join(''))
      found.rows += rows.length
      found.first ??= rows[0] ?? null
      found.last = rows.at(-1) ?? found.last
      yield take()
      after = rows.length === AT_ONCE ? rows.at(-1)! : stoppedAt
      if (!after) break
    }
    file.push(new Uint8Array(0), true)
    const sha256 = hash.digest('hex')
    const manifest = new ZipDeflate('manifest.json', { level: 6 })
    zip.add(manifest)
    manifest.push(Buffer.from(JSON.stringify(await manifestOf(ctx, { format, filter: bounded, event: begun.id, name, sha256, ...found }), null, 2)), true)
    zip.end()
    await run(app, by, (inner) => emit(inner, 'audit.export-finished', { data: { export: begun.id, rows: found.rows, sha256 } }))
    yield take()
  }
  return reply.header('content-type', 'application/zip').header('content-disposition', `attachment; filename="audit-${ctx.now.toISOString().slice(0, 10)}.zip"`).send(Readable.from(pages()))
}

interface Made { format: Format; filter: Filter; event: string; name: string; sha256: string; rows: number; first: StoredRow | null; last: StoredRow | null }
async function manifestOf({ app, actor, now }: Ctx, made: Made) {
  const sealOf = async (row: StoredRow | null): Promise<number | null> => row && ((await app.pool<{ nr: number }[]>`select nr from platform.seal where (last_xid, last_seq) >= (${row.xid}::xid8, ${row.seq}) order by nr limit 1`)[0]?.nr ?? null)
  // By the order of sealing, which is not quite the order of time.
  const [first, last] = await Promise.all([sealOf(made.first), sealOf(made.last)])
  const [head] = await app.pool<{ nr: number; at: string; mark: Buffer }[]>`select nr, at, mark from platform.seal order by nr desc limit 1`
  const [checked] = await app.pool<{ doneAt: string; verdict: unknown }[]>`select done_at, verdict from governance.verification where done_at is not null order by done_at desc limit 1`
  return {
    of: 'Loopdesk audit', exportedAt: now.toISOString(), exportedBy: { kind: actor.kind, id: actor.id, name: actor.name }, event: made.event, filter: made.filter,
    file: { name: made.name, format: made.format, rows: made.rows, sha256: made.sha256 },
    digests: 'digest is SHA-256 over the whole event as it was sealed; the seals hold the same digests in their order',
    seals: { ofFirstRow: first, ofLastRow: last, head: head ? { nr: head.nr, at: head.at, mark: head.mark.toString('hex') } : null }, lastVerification: checked ?? null,
  }
}
