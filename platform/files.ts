/** Files: sealed as they come in, each under a key of its own, which goes over to the person it turns out to belong to. */
import { newId } from '../lib/id/index.ts'
import type { Ctx } from './context.ts'
import { openBytes, placeOf } from './crypto/envelope.ts'
import { findKeys } from './crypto/vault.ts'

const BYTES = 'platform.file/bytes'
const KEY = 'platform.file/key'

/** Keeps bytes with this transaction and answers the file's id. The key is at hand until `giveFiles`. */
export function storeFile(ctx: Ctx, bytes: Uint8Array): string {
  const id = newId()
  const { masterId, wrapped } = ctx.app.vault.create(id)
  ctx.later(ctx.db`
    with keyed as (insert into platform.data_key (id, master_id, wrapped) values (${id}, ${masterId}, ${wrapped}))
    insert into platform.file (id, size, bytes, at) values (${id}, ${bytes.length}, ${ctx.app.vault.sealBytes(id, BYTES, id, bytes)}, ${ctx.now})`)
  return id
}

/** From now on the files are this person's, whose key is at hand: they end with it. Those that are somebody's already stay. */
export async function giveFiles(ctx: Ctx, owner: string, ids: readonly string[]): Promise<void> {
  await findKeys(ctx, ids)
  for (const id of ids) if (ctx.app.vault.has(id)) {
    const key = ctx.app.vault.sealBytes(owner, KEY, id, ctx.app.vault.key(id).secret)
    ctx.later(ctx.db`with gone as (delete from platform.data_key where id = ${id} returning id) update platform.file f set key = ${key} from gone where f.id = gone.id and f.key is null`)
    ctx.app.vault.forget(id)
  }
}

/** What the rows need that are to be opened, as columns of `f`. */
export const fileColumns = ({ db }: Pick<Ctx, 'db'>) => db`f.id as file_id, f.key as file_key, f.bytes`
export interface FileRow { fileId: string; fileKey: Buffer | null; bytes: Buffer }

/** The rows with their bytes opened; empty when the key is gone. */
export async function openFiles<R extends FileRow>(ctx: Pick<Ctx, 'app' | 'db'>, rows: PromiseLike<readonly R[]> | readonly R[]): Promise<Omit<R, Exclude<keyof FileRow, 'bytes'>>[]> {
  const { vault } = ctx.app
  const found = await rows
  await findKeys(ctx, found.map((row) => (row.fileKey ? vault.ownerOf(row.fileKey) : row.fileId)))
  return found.map(({ fileId, fileKey, ...row }) => {
    const secret = fileKey ? vault.openBytes(KEY, fileId, fileKey) : vault.has(fileId) ? vault.key(fileId).secret : null
    return { ...row, bytes: secret ? openBytes({ id: fileId, secret }, placeOf(BYTES, fileId), row.bytes) : Buffer.alloc(0) }
  })
}
