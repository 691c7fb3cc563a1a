/** Files in and out. What customers send is never served as a page: always a download, except re-checked raster images. */
import type { FastifyRequest } from 'fastify'
import { type App, type Ctx, run } from '../../platform/context.ts'
import { opened } from '../../platform/crypto/vault.ts'
import { fileColumns, type FileRow, openFiles, storeFile } from '../../platform/files.ts'
import { Fault, notFound } from '../../platform/fault.ts'
import { newId } from '../../lib/id/index.ts'
import { NAME } from './kept.ts'
import { MOST_PIXELS, pixelsOf, rasterType, withoutPlace } from '../../lib/picture/index.ts'
import { ownerOf } from './store.ts'
import { visible } from './visible.ts'

const DAY_MS = 86_400_000
export const MOST_BYTES = 25 * 1024 * 1024
export interface FileIn { name: string; contentType: string; bytes: Uint8Array; contentId?: string | null }
export interface AttachmentRow { id: string; name: string; contentType: string; size: number; contentId: string | null }

/** Display name only: no path, no control or direction characters, at most 200 units. */
export function displayName(name: string): string {
  // The end of an endless name: trimming takes the square of its length.
  const bare = name.slice(-1_000).normalize('NFC').split(/[\\/]/).at(-1)!.replace(/[\u0000-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '').replace(/[<>:"|?*]/g, '_').replace(/^[.\s]+|[.\s]+$/g, '')
  const short = bare.length > 200 ? bare.slice(0, 150) + bare.slice(-50) : bare
  return short.toWellFormed() || 'file'
}

/**
 * The one file of a multipart request. Read completely before a transaction begins: a slow sender must not hold a
 * connection to the database. Throws 413 `input.too-large`, 415 `input.media-type`, 422 `requests.attachment-empty`.
 */
export async function receiveFile(request: FastifyRequest): Promise<FileIn> {
  const part = await request.file({ limits: { fileSize: MOST_BYTES, files: 1 } }).catch((error: unknown) => {
    if ((error as { statusCode?: number }).statusCode === 406) throw new Fault('input.media-type', 415)
    throw error
  })
  if (!part) throw new Fault('requests.attachment-empty', 422)
  const bytes = await part.toBuffer()
  // The parser may see only after the last piece that it has cut the file off.
  if (part.file.truncated) throw new Fault('input.too-large', 413)
  return { name: part.filename, contentType: part.mimetype, bytes }
}

/** Stores an upload that a message may claim later. Throws 413 `input.too-large`, 422 `requests.attachment-empty`. */
export async function addAttachment(ctx: Ctx, file: FileIn, owner = ownerOf(ctx)): Promise<AttachmentRow> {
  if (file.bytes.length > MOST_BYTES) throw new Fault('input.too-large', 413)
  if (file.bytes.length === 0) throw new Fault('requests.attachment-empty', 422)
  const fileId = storeFile(ctx, withoutPlace(file.bytes))
  const row = { id: newId(), name: displayName(file.name), contentType: cleanType(file.contentType), size: file.bytes.length, contentId: file.contentId ?? null }
  await ctx.db`insert into requests.attachment (id, file_id, name, content_type, size, content_id, owner, created_at)
    values (${row.id}, ${fileId}, ${ctx.app.vault.seal(fileId, NAME, row.id, row.name)}, ${row.contentType}, ${row.size}, ${row.contentId}, ${owner}, ${ctx.now})`
  return row
}

const cleanType = (type: string): string => (/^[a-z0-9.+-]{1,60}\/[a-z0-9.+-]{1,100}$/i.test(type) ? type.toLowerCase() : 'application/octet-stream')

/** Uploads that no message claimed within a day, and their bytes unless another room keeps them. */
export async function forgetUploads(app: App): Promise<void> {
  const before = new Date(app.clock.now().getTime() - DAY_MS)
  await run(app, {}, ({ db }) => db`delete from requests.attachment where message_id is null and created_at < ${before}`)
  const lone = await app.pool<{ id: string }[]>`
    select f.id from platform.file f where f.at < ${before} and f.at > ${new Date(before.getTime() - 2 * DAY_MS)}
      and not exists (select 1 from requests.attachment a where a.file_id = f.id) and not exists (select 1 from requests.message m where m.raw_file_id = f.id)`
  for (const { id } of lone) {
    // A room to our right may hold it (a mail in quarantine): its foreign key says so.
    await run(app, {}, ({ db }) => db`with keyed as (delete from platform.data_key where id = ${id}) delete from platform.file where id = ${id}`).catch((error: unknown) => { if ((error as { code?: string }).code !== '23503') throw error })
  }
}

export interface StoredFile { name: string; bytes: Buffer; contentType: string }

/** The file, if the actor may see its request (or uploaded it just now); files of notes are for staff only. */
export async function readAttachment(ctx: Ctx, id: string): Promise<StoredFile> {
  const rows = openFiles(ctx, ctx.db<(StoredFile & FileRow & { id: string })[]>`
    select a.id, a.name, a.content_type, ${fileColumns(ctx)} from requests.attachment a join platform.file f on f.id = a.file_id left join requests.request r on r.id = a.request_id
    where a.id = ${id} and ((r.id is not null and ${visible(ctx)}
      ${ctx.actor.kind === 'client' ? ctx.db`and not exists (select 1 from requests.message m where m.id = a.message_id and m.kind = 'note')` : ctx.db``}) or (r.id is null and a.owner = ${ownerOf(ctx)}))`)
  const [row] = await opened(ctx, rows, { name: [NAME, 'id'] })
  if (!row) throw notFound('requests.attachment')
  return row
}

/** The type to show it under: a picture of a size that can be decoded, nothing else. */
const shownType = (bytes: Uint8Array): string | null => ((pixelsOf(bytes) ?? Infinity) <= MOST_PIXELS ? rasterType(bytes) : null)

/** Headers under which bytes of strangers may leave: a sandbox, a download, and never their own idea of a type. */
export function fileHeaders(file: { name: string; bytes: Uint8Array }, inline: boolean): Record<string, string> {
  const raster = shownType(file.bytes)
  const ascii = file.name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  return {
    'content-type': inline && raster ? raster : 'application/octet-stream',
    'content-disposition': `${inline && raster ? 'inline' : 'attachment'}; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(file.name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)}`,
    'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-store',
  }
}
