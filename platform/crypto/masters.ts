/**
 * Master keys: outside the database, one file each in DATA_DIR/keys. They wrap the data keys, which are in the database,
 * and nothing else. The newest wraps; older ones stay until nothing is wrapped by them and somebody destroys them, which
 * makes every backup of their time unreadable.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { newId } from '../../lib/id/index.ts'
import type { Keys } from './index.ts'
import type { DataKey } from './envelope.ts'

/** What keeps a master key's file useless to whoever copies it: nothing, a Vault, a key service, a hardware module. */
export interface Wrapper { wrap(secret: Buffer): Promise<string>; unwrap(text: string): Promise<Buffer> }
export const bare: Wrapper = { wrap: async (secret) => secret.toString('hex'), unwrap: async (text) => Buffer.from(text, 'hex') }

export interface Masters {
  current(): DataKey
  get(id: string): DataKey | undefined
  list(): DataKey[]
  /** Looks for keys that another process has added. */
  reload(): Promise<void>
  add(): Promise<DataKey>
  /** For good. The caller has made sure that nothing is wrapped by it. */
  destroy(id: string): Promise<void>
}

const FILE = /^master-([0-9a-f-]{36})\.key$/
const FIRST = '00000000-0000-7000-8000-000000000001'
const AGE_MS = 5_000

/**
 * Reads the folder. An empty one gets a first key; where the root key is shared by several nodes, the first master key is
 * derived from it, so that they need no shared folder until the first rotation.
 */
export async function openMasters(folder: string, keys: Keys, wrapper: Wrapper = bare): Promise<Masters> {
  const known = new Map<string, DataKey>()
  if (keys.isShared) known.set(FIRST, { id: FIRST, secret: keys.for('first master key') })
  let current: DataKey
  let readAt = 0
  const reload = async (): Promise<void> => {
    readAt = performance.now()
    for (const name of await readdir(folder).catch(() => [])) {
      const id = FILE.exec(name)?.[1]
      if (!id || known.has(id)) continue
      const secret = await wrapper.unwrap((await readFile(join(folder, name), 'utf8')).trim())
      if (secret.length !== 32) throw new Error(`${join(folder, name)} does not hold a key of 32 bytes`)
      known.set(id, { id, secret })
    }
    // Ids are made in the order of time.
    const newest = [...known.keys()].sort().at(-1)
    if (newest) current = known.get(newest)!
  }
  const add = async (): Promise<DataKey> => {
    const key = { id: newId(), secret: randomBytes(32) }
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const file = await open(join(folder, `master-${key.id}.key`), 'wx', 0o600)
    await file.writeFile(await wrapper.wrap(key.secret))
    await file.sync()
    await file.close()
    known.set(key.id, key)
    current = key
    return key
  }
  await reload()
  if (!known.size) await add()
  return {
    current() {
      if (performance.now() - readAt > AGE_MS) void reload().catch(() => {})
      return current
    },
    get: (id) => known.get(id),
    list: () => [...known.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    reload, add,
    async destroy(id) {
      if (id === current.id) throw new Error('the newest master key stays')
      if (id === FIRST && keys.isShared) throw new Error('the first master key comes from LOOPDESK_KEY and ends with it')
      await rm(join(folder, `master-${id}.key`))
      known.delete(id)
    },
  }
}
