/**
 * Personal texts and files, sealed under a key of the person they belong to. The keys lie in the database, wrapped by a
 * master key from outside it; this process keeps the unwrapped ones it met last. Rooms seal and open in their store and
 * nowhere else. Destroying a person's key ends everything sealed with it, in every copy of the database.
 */
import { createHmac, hkdfSync, randomBytes } from 'node:crypto'
import type { App, Ctx } from '../context.ts'
import type { Db } from '../database/index.ts'
import { CHANNEL, type Pulse } from '../events/pulse.ts'
import { Fault } from '../fault.ts'
import { type Algorithm, bytesOf, type DataKey, isSealed, keyIdOf, openBytes, placeOf, sealBytes, sealText } from './envelope.ts'
import type { Masters } from './masters.ts'

/** Owns what belongs to no customer; its key is never destroyed. */
export const HOUSE = '00000000-0000-0000-0000-000000000000'
/** Stands where a text was whose key is gone. */
export const GONE = '—'
const MOST_KEYS = 20_000
const KEY_DESTROYED = 'platform.key-destroyed'
const WRAPPED = 'platform.data_key/wrapped'

export interface NewKey { masterId: string; wrapped: Buffer }
type Reader = Pick<Ctx, 'app' | 'db'>

export class Vault {
  readonly masters: Masters
  readonly #algorithm: Algorithm
  /** Last used last. */
  readonly #keys = new Map<string, DataKey>()
  /** Destroyed ones met here. */
  readonly #gone = new Set<string>()
  #house: DataKey | null = null
  #index: Buffer | null = null

  constructor(masters: Masters, algorithm: Algorithm = 'aes-256-gcm') {
    this.masters = masters
    this.#algorithm = algorithm
  }

  /** Finds or makes the key of what belongs to nobody. Fails when the master key of this database is not here. */
  async start(db: Db): Promise<void> {
    await listMaster(this, db)
    await ensureKey(this, db, HOUSE)
    this.#house = this.key(HOUSE)
    this.#keys.delete(HOUSE)
    this.#index = indexKeyOf(this.#house)
  }

  /** The key of blind indexes and covered words: one for the installation, or nobody would be found by them. */
  get index(): Buffer { return this.#index! }

  /** A new key, usable at once, to be stored by the statement that makes its owner. */
  create(id: string): NewKey {
    const key = { id, secret: randomBytes(32) }
    this.#keep(key)
    return this.wrap(key)
  }

  wrap(key: DataKey): NewKey {
    const master = this.masters.current()
    return { masterId: master.id, wrapped: sealBytes(master, placeOf(WRAPPED, key.id), key.secret, this.#algorithm) }
  }

  /** Null when the master key that wrapped it is not here. */
  unwrap(id: string, wrapped: Buffer): DataKey | null {
    const master = this.masters.get(keyIdOf(wrapped))
    return master ? { id, secret: openBytes(master, placeOf(WRAPPED, id), wrapped) } : null
  }

  has(id: string): boolean { return this.#keys.has(id) || (id === HOUSE && this.#house !== null) }

  /** A key met in a row, or that it was destroyed. False when it can't be used from here. */
  learn(id: string, wrapped: Buffer | null, isGone = false): boolean {
    if (isGone) this.forget(id)
    if (this.has(id)) return true
    const key = wrapped && this.unwrap(id, wrapped)
    if (key) this.#keep(key)
    return Boolean(key)
  }

  forget(id: string): void {
    this.#keys.delete(id)
    if (this.#gone.size >= MOST_KEYS) this.#gone.clear()
    this.#gone.add(id)
  }

  /** Whoever seals has called `holdKey` or has read the person's row. Throws 409 `platform.key-destroyed`. */
  key(id: string): DataKey {
    if (id === HOUSE && this.#house) return this.#house
    const key = this.#keys.get(id)
    if (!key && this.#gone.has(id)) throw new Fault('platform.key-destroyed', 409)
    if (!key) throw new Error(`the key of ${id} is not at hand`)
    this.#keys.delete(id)
    this.#keys.set(id, key)
    return key
  }

  /** A key of the house that only who knows the words can make. */
  keyOf(words: string): DataKey { return { id: HOUSE, secret: createHmac('sha256', this.key(HOUSE).secret).update(words).digest() } }

  /** For a text column; null stays null. `field` as `room.table/column`, `row` the id of the row. */
  seal<T extends string | null | undefined>(owner: string, field: string, row: string, text: T): T extends string ? string : string | null {
    return (text === null || text === undefined ? null : sealText(this.key(owner), placeOf(field, row), text, this.#algorithm)) as never
  }

  /** A text written before it was sealed is answered as it is. */
  open(field: string, row: string, text: string): string {
    if (!isSealed(text)) return text
    const bytes = bytesOf(text)
    const owner = keyIdOf(bytes)
    return this.has(owner) ? openBytes(this.key(owner), placeOf(field, row), bytes).toString() : GONE
  }

  sealBytes(owner: string, field: string, row: string, bytes: Uint8Array): Buffer { return sealBytes(this.key(owner), placeOf(field, row), bytes, this.#algorithm) }
  /** Whose key sealed this. */
  ownerOf(sealed: Buffer): string { return keyIdOf(sealed) }
  /** Null when the key is gone. */
  openBytes(field: string, row: string, bytes: Buffer): Buffer | null {
    const owner = keyIdOf(bytes)
    return this.has(owner) ? openBytes(this.key(owner), placeOf(field, row), bytes) : null
  }

  #keep(key: DataKey): void {
    if (this.#keys.size >= MOST_KEYS) for (const oldest of this.#keys.keys()) { this.#keys.delete(oldest); break }
    this.#keys.set(key.id, key)
  }
}

const indexKeyOf = (house: DataKey): Buffer => Buffer.from(hkdfSync('sha256', house.secret, 'loopdesk', 'index', 32))

/** Gets the keys of these owners to hand, in one question for all that are not. Owners without a key are passed over. */
export async function findKeys({ app: { vault }, db }: Reader, owners: Iterable<string>): Promise<void> {
  const wanted = [...new Set(owners)].filter((id) => !vault.has(id))
  if (!wanted.length) return
  const rows = await db<{ id: string; wrapped: Buffer }[]>`select id, wrapped from platform.data_key where id = any(${wanted}::uuid[]) and wrapped is not null`
  if (rows.every((row) => vault.learn(row.id, row.wrapped))) return
  await vault.masters.reload()
  for (const row of rows) if (!vault.learn(row.id, row.wrapped)) throw new Fault('platform.master-key-missing', 503, { id: keyIdOf(row.wrapped) })
}

/** Gets the key of an owner to hand, making one for whoever has none. Throws 409 `platform.key-destroyed`. */
export async function holdKey(ctx: Reader, owner: string): Promise<void> {
  if (!ctx.app.vault.has(owner)) await ensureKey(ctx.app.vault, ctx.db, owner)
}

const listMaster = (vault: Vault, db: Db) => db`insert into platform.master_key (id) values (${vault.masters.current().id}) on conflict do nothing`

/** True when this process wrapped by a master key that was destroyed meanwhile; it has looked for the new one now. */
export async function hasStaleMaster({ vault }: Pick<App, 'vault'>, error: unknown): Promise<boolean> {
  const { code, constraint_name: constraint } = error as { code?: string; constraint_name?: string }
  if (code !== '23503' || constraint !== 'data_key_master_id_fkey') return false
  await vault.masters.reload()
  return true
}

async function ensureKey(vault: Vault, db: Db, owner: string): Promise<void> {
  const key = { id: owner, secret: randomBytes(32) }
  const { masterId, wrapped } = vault.wrap(key)
  // Waits for whoever is making one at this moment; the one that was first counts.
  await db`insert into platform.data_key (id, master_id, wrapped) values (${owner}, ${masterId}, ${wrapped}) on conflict do nothing`
  const [row] = await db<{ wrapped: Buffer | null }[]>`select wrapped from platform.data_key where id = ${owner}`
  if (!row?.wrapped) { vault.forget(owner); throw new Fault('platform.key-destroyed', 409) }
  if (vault.learn(owner, row.wrapped)) return
  await vault.masters.reload()
  if (!vault.learn(owner, row.wrapped)) throw new Fault('platform.master-key-missing', 503, { id: keyIdOf(row.wrapped) })
}

/** Which fields of a row are sealed: the column, and the field that holds the id of the column's row. */
export type Places<T> = { readonly [K in keyof T]?: readonly [field: string, row: keyof T] }

/** The rows with their sealed fields opened. */
export async function opened<T extends object>(ctx: Reader, rows: PromiseLike<readonly T[]> | readonly T[], places: Places<T>): Promise<T[]> {
  const found = [...(await rows)]
  const fields = Object.entries(places) as [keyof T, readonly [string, keyof T]][]
  const sealed = (row: T, name: keyof T): string | null => { const value = row[name]; return typeof value === 'string' && isSealed(value) ? value : null }
  const owners = new Set<string>()
  for (const row of found) for (const [name] of fields) { const text = sealed(row, name); if (text !== null) owners.add(keyIdOf(bytesOf(text.slice(0, 25)))) }
  await findKeys(ctx, owners)
  for (const row of found) for (const [name, [field, id]] of fields) {
    const text = sealed(row, name)
    if (text !== null) row[name] = ctx.app.vault.open(field, String(row[id]), text) as T[keyof T]
  }
  return found
}

/** Destroys the key of a person. What it sealed can't be read again from this database, nor from a backup once its master key is gone. */
export function destroyKey(ctx: Ctx, owner: string): void {
  ctx.later(ctx.db`insert into platform.data_key (id, forgotten_at) values (${owner}, ${ctx.now})
    on conflict (id) do update set wrapped = null, master_id = null, forgotten_at = coalesce(platform.data_key.forgotten_at, excluded.forgotten_at)`)
  ctx.app.vault.forget(owner)
  // With the commit, to every process and to this one, where somebody may have met the key again meanwhile.
  ctx.later(ctx.db`select pg_notify(${CHANNEL}, ${JSON.stringify({ node: '', topic: KEY_DESTROYED, value: owner })})`)
}

/** Whoever had read the key's row just before has done with it by then. */
const AGAIN_MS = 5_000
/** Hears of keys that were destroyed elsewhere. */
export function hearOfDestroyed(vault: Vault, pulse: Pick<Pulse, 'onSignal'>): void {
  pulse.onSignal((topic, value) => {
    if (topic !== KEY_DESTROYED || typeof value !== 'string') return
    vault.forget(value)
    setTimeout(() => { vault.forget(value) }, AGAIN_MS).unref()
  })
}

const AT_ONCE = 500
/** Wraps every data key by the newest master key, some at a time, while everybody works on. Answers how many. */
export async function rewrapKeys(app: Pick<App, 'pool' | 'vault'>, onProgress: (done: number, total: number) => void = () => {}): Promise<number> {
  const { pool, vault } = app
  await vault.masters.reload()
  await listMaster(vault, pool)
  let done = 0
  for (;;) {
    const master = vault.masters.current()
    const [left] = await pool<{ count: number }[]>`select count(*)::int as count from platform.data_key where master_id <> ${master.id}`
    onProgress(done, done + left!.count)
    if (!left!.count) return done
    done += await pool.begin(async (db) => {
      const rows = await db<{ id: string; wrapped: Buffer }[]>`select id, wrapped from platform.data_key where master_id <> ${master.id} order by id limit ${AT_ONCE} for update`
      const fresh = rows.map(({ id, wrapped }) => {
        const key = vault.unwrap(id, wrapped)
        if (!key) throw new Fault('platform.master-key-missing', 503, { id: keyIdOf(wrapped) })
        return { id, ...vault.wrap(key) }
      })
      await db`update platform.data_key k set master_id = f.master_id, wrapped = decode(f.wrapped, 'hex')
        from unnest(${fresh.map((one) => one.id)}::uuid[], ${fresh.map((one) => one.masterId)}::uuid[], ${fresh.map((one) => one.wrapped.toString('hex'))}::text[]) f (id, master_id, wrapped) where k.id = f.id`
      return rows.length
    })
  }
}

/** How many data keys each master key wraps. */
export async function countWrapped(app: Pick<App, 'pool' | 'vault'>): Promise<{ id: string; wraps: number; isCurrent: boolean }[]> {
  const rows = await app.pool<{ id: string; count: number }[]>`select master_id as id, count(*)::int as count from platform.data_key where master_id is not null group by 1`
  const counts = new Map(rows.map((row) => [row.id, row.count]))
  const current = app.vault.masters.current().id
  return [...new Set([...app.vault.masters.list().map((key) => key.id), ...counts.keys()])].sort().map((id) => ({ id, wraps: counts.get(id) ?? 0, isCurrent: id === current }))
}

/** Destroys a master key for good, and with it every backup of its time. Throws when something is still wrapped by it. */
export async function destroyMaster({ pool, vault }: Pick<App, 'pool' | 'vault'>, id: string): Promise<void> {
  if (!vault.masters.get(id)) throw new Error(`${id}: there is no such master key`)
  await rewrapKeys({ pool, vault })
  await pool`delete from platform.master_key where id = ${id}`
  await vault.masters.destroy(id)
}
