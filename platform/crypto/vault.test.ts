import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../lib/id/index.ts'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import { run } from '../context.ts'
import { deriveKeys } from './index.ts'
import { openMasters } from './masters.ts'
import { transitWrapper } from './transit.ts'
import { countWrapped, destroyKey, destroyMaster, findKeys, GONE, holdKey, opened, rewrapKeys, Vault } from './vault.ts'

let desk: TestDesk
let folder: string
beforeAll(async () => { desk = await openDesk(); folder = mkdtempSync(join(tmpdir(), 'loopdesk-keys-')) })
afterAll(async () => { await desk.close(); rmSync(folder, { recursive: true, force: true }) })

/** Another process on the same database. */
async function another(): Promise<{ pool: TestDesk['app']['pool']; vault: Vault; db: TestDesk['app']['pool']; app: TestDesk['app'] }> {
  const vault = new Vault(await openMasters(join(desk.app.config.dataDir, 'keys'), desk.app.keys))
  await vault.start(desk.app.pool)
  return { pool: desk.app.pool, vault, db: desk.app.pool, app: { ...desk.app, vault } }
}

test('one key a person, whoever makes it first, known to every process', async () => {
  const id = newId()
  const other = await another()
  await Promise.all([run(desk.app, {}, (ctx) => holdKey(ctx, id)), holdKey(other, id)])
  const sealed = desk.app.vault.seal(id, 'a.b.c', id, '陳美玲')
  expect(other.vault.open('a.b.c', id, sealed)).toBe('陳美玲')
  const third = await another()
  expect(await opened(third, [{ id, name: sealed, plain: 'x' }], { name: ['a.b.c', 'id'] })).toEqual([{ id, name: '陳美玲', plain: 'x' }])
})

test('7.3-a C25 the master key changes while another process serves: every key is wrapped anew and opens what it sealed', async () => {
  const ids = Array.from({ length: 1200 }, () => newId())
  for (const id of ids) { const { masterId, wrapped } = desk.app.vault.create(id); await desk.app.pool`insert into platform.data_key (id, master_id, wrapped) values (${id}, ${masterId}, ${wrapped})` }
  const sealed = desk.app.vault.seal(ids[7]!, 'a.b.c', ids[7]!, 'before')
  const serving = await another()
  const before = desk.app.vault.masters.current().id
  await desk.app.vault.masters.add()
  const seen: [number, number][] = []
  expect(await rewrapKeys(desk.app, (done, total) => { seen.push([done, total]) })).toBeGreaterThanOrEqual(1201)
  expect(seen.length).toBeGreaterThan(3)
  expect(seen.at(-1)![0]).toBe(seen.at(-1)![1])
  const now = await countWrapped(desk.app)
  expect(now.find((one) => one.id === before)).toMatchObject({ wraps: 0, isCurrent: false })
  expect(now.find((one) => one.isCurrent)!.wraps).toBeGreaterThanOrEqual(1201)
  // It had never met this key, nor the new master.
  await findKeys(serving, [ids[7]!])
  expect(serving.vault.open('a.b.c', ids[7]!, sealed)).toBe('before')
})

test('C25 a destroyed master key wraps nothing, not even in a process that has not heard of it', async () => {
  const late = await another()
  const before = desk.app.vault.masters.current().id
  const [kept] = await desk.app.pool<{ id: string; wrapped: Buffer }[]>`select id, wrapped from platform.data_key where master_id = ${before} limit 1`
  await desk.app.vault.masters.add()
  await destroyMaster(desk.app, before)
  expect(late.vault.masters.current().id).toBe(before)
  const id = newId()
  await run(late.app, {}, async (ctx) => { const { masterId, wrapped } = ctx.app.vault.create(id); await ctx.db`insert into platform.data_key (id, master_id, wrapped) values (${id}, ${masterId}, ${wrapped})` })
  expect((await desk.app.pool`select 1 from platform.data_key where id = ${id} and master_id = ${desk.app.vault.masters.current().id}`)).toHaveLength(1)
  // What a backup of before holds can't be opened any more.
  expect((await another()).vault.unwrap(kept!.id, kept!.wrapped)).toBeNull()
  await expect(destroyMaster(desk.app, desk.app.vault.masters.current().id)).rejects.toThrow()
})

test('C25 master keys lie in files for their owner alone, and not in the database', async () => {
  const files = readdirSync(join(desk.app.config.dataDir, 'keys'))
  expect(files.length).toBeGreaterThan(0)
  const [row] = await desk.app.pool<{ all: string }[]>`select string_agg(encode(wrapped, 'hex'), ' ') as all from platform.data_key`
  for (const file of files) expect(row!.all).not.toContain(readFileSync(join(desk.app.config.dataDir, 'keys', file), 'utf8').trim())
})

test('a wrapped key that was exchanged with another’s is refused', async () => {
  const [one, other] = [newId(), newId()]
  const { wrapped } = desk.app.vault.create(one)
  desk.app.vault.forget(one)
  expect(() => desk.app.vault.learn(other, wrapped)).toThrow('platform.sealed-changed')
})

test('P13 a destroyed key opens nothing more and is not made again', async () => {
  const id = newId()
  await run(desk.app, {}, (ctx) => holdKey(ctx, id))
  const sealed = desk.app.vault.seal(id, 'a.b.c', id, 'gone soon')
  await run(desk.app, {}, async (ctx) => destroyKey(ctx, id))
  expect(await opened({ app: desk.app, db: desk.app.pool }, [{ id, text: sealed }], { text: ['a.b.c', 'id'] })).toEqual([{ id, text: GONE }])
  await expect(run(desk.app, {}, (ctx) => holdKey(ctx, id))).rejects.toThrow('platform.key-destroyed')
})

test('a Vault keeps the master keys: what lies in the folder is only what its transit engine has encrypted', async () => {
  const secret = randomBytes(32)
  const asked: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => { body += chunk.toString() }).on('end', () => {
      asked.push(request.url!)
      const { plaintext, ciphertext } = JSON.parse(body) as Record<string, string>
      if (request.headers['x-vault-token'] !== 'right') { response.statusCode = 403; response.end('{"errors":["permission denied"]}'); return }
      if (plaintext) {
        const nonce = randomBytes(12)
        const cipher = createCipheriv('aes-256-gcm', secret, nonce)
        const hidden = Buffer.concat([cipher.update(Buffer.from(plaintext, 'base64')), cipher.final()])
        response.end(JSON.stringify({ data: { ciphertext: `vault:v1:${Buffer.concat([nonce, cipher.getAuthTag(), hidden]).toString('base64')}`, key_version: 1 } }))
      } else {
        const bytes = Buffer.from(ciphertext!.replace('vault:v1:', ''), 'base64')
        const opener = createDecipheriv('aes-256-gcm', secret, bytes.subarray(0, 12)).setAuthTag(bytes.subarray(12, 28))
        response.end(JSON.stringify({ data: { plaintext: Buffer.concat([opener.update(bytes.subarray(28)), opener.final()]).toString('base64') } }))
      }
    })
  })
  await new Promise<void>((done) => { server.listen(0, '127.0.0.1', done) })
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const keys = deriveKeys(Buffer.alloc(32, 1), false)
    const first = await openMasters(folder, keys, transitWrapper({ url, token: 'right', key: 'loop desk' }))
    expect(readFileSync(join(folder, readdirSync(folder)[0]!), 'utf8')).toMatch(/^vault:v1:/)
    const again = await openMasters(folder, keys, transitWrapper({ url, token: 'right', key: 'loop desk' }))
    expect(again.current()).toEqual(first.current())
    expect(asked).toEqual(['/v1/transit/encrypt/loop%20desk', '/v1/transit/decrypt/loop%20desk'])
    await expect(openMasters(folder, keys, transitWrapper({ url, token: 'wrong', key: 'x' }))).rejects.toThrow('permission denied')
  } finally { server.close() }
})
