import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../lib/id/index.ts'
import { openDesk, type TestDesk } from '../test/harness.ts'
import { run } from './context.ts'
import { destroyKey, holdKey } from './crypto/vault.ts'
import { fileColumns, type FileRow, giveFiles, openFiles, storeFile } from './files.ts'

let desk: TestDesk
beforeAll(async () => { desk = await openDesk() })
afterAll(() => desk?.close())
const read = (id: string) => openFiles({ app: desk.app, db: desk.app.pool }, desk.app.pool<FileRow[]>`select ${fileColumns({ db: desk.app.pool })} from platform.file f where f.id = ${id}`)
const text = '身分證影本 A123456789'
const keep = () => run(desk.app, {}, async (ctx) => storeFile(ctx, Buffer.from(text)))

test('C25 P13 a file is sealed as it comes in, goes over to a person, and ends with their key', async () => {
  const id = await keep()
  const owner = newId()
  expect((await desk.app.pool<{ text: string }[]>`select encode(bytes, 'escape') as text from platform.file where id = ${id}`)[0]!.text).not.toContain('A123456789')
  expect((await read(id))[0]!.bytes.toString()).toBe(text)
  desk.app.vault.forget(id)
  await run(desk.app, {}, async (ctx) => { await holdKey(ctx, owner); await giveFiles(ctx, owner, [id]) })
  expect(await desk.app.pool`select 1 from platform.data_key where id = ${id}`).toHaveLength(0)
  desk.app.vault.forget(owner)
  expect((await read(id))[0]!.bytes.toString()).toBe(text)
  await run(desk.app, {}, async (ctx) => destroyKey(ctx, owner))
  expect((await read(id))[0]!.bytes.length).toBe(0)
})

test('a file that is somebody’s is not given to another', async () => {
  const [one, other] = [newId(), newId()]
  const id = await keep()
  await run(desk.app, {}, async (ctx) => { await holdKey(ctx, one); await holdKey(ctx, other); await giveFiles(ctx, one, [id]) })
  await run(desk.app, {}, (ctx) => giveFiles(ctx, other, [id]))
  await run(desk.app, {}, async (ctx) => destroyKey(ctx, other))
  expect((await read(id))[0]!.bytes.toString()).toBe(text)
})

test('C24 one changed byte, or the bytes of another file, do not open', async () => {
  const [id, other] = [await keep(), await keep()]
  await desk.app.pool`update platform.file set bytes = set_byte(bytes, 60, get_byte(bytes, 60) # 1) where id = ${id}`
  await expect(read(id)).rejects.toThrow('platform.sealed-changed')
  await desk.app.pool`update platform.file set bytes = (select bytes from platform.file where id = ${other}) where id = ${id}`
  await expect(read(id)).rejects.toThrow('platform.sealed-changed')
})
