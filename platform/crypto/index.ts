/** Keys of the installation and the few primitives the rooms need: random tokens, keyed hashes, constant-time compare. */
import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { chmod, mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StartRefusal } from '../database/refusals.ts'

export interface Keys {
  /** A 32-byte key for one purpose, derived from the installation's root key (HKDF-SHA-256). */
  for(purpose: string): Buffer
  /** The root key was given from outside, the same to every node. */
  isShared: boolean
}

export function deriveKeys(root: Buffer, isShared = true): Keys {
  const cache = new Map<string, Buffer>()
  return {
    isShared,
    for(purpose) {
      let key = cache.get(purpose)
      if (!key) cache.set(purpose, (key = Buffer.from(hkdfSync('sha256', root, 'loopdesk', purpose, 32))))
      return key
    },
  }
}

/** The root key from LOOPDESK_KEY (64 hex digits, for several nodes) or from a file beside the data, made on first use. */
export async function loadKeys(dataDir: string, env: NodeJS.ProcessEnv = process.env): Promise<Keys> {
  // Buffer.from stops at the first wrong digit without a word: a typing error must not become a short key.
  if (env.LOOPDESK_KEY && !/^[0-9a-f]{64}$/i.test(env.LOOPDESK_KEY)) throw new StartRefusal('start.setting-wrong', { name: 'LOOPDESK_KEY', value: '…' })
  if (env.LOOPDESK_KEY) return deriveKeys(Buffer.from(env.LOOPDESK_KEY, 'hex'))
  const file = join(dataDir, 'root.key')
  await mkdir(dataDir, { recursive: true })
  try {
    const handle = await open(file, 'wx', 0o600)
    await handle.writeFile(randomBytes(32).toString('hex'))
    await handle.sync()
    await handle.close()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  await chmod(file, 0o600).catch(() => {})
  const root = Buffer.from((await readFile(file, 'utf8')).trim(), 'hex')
  if (root.length !== 32) throw new Error(`${file} does not hold a key of 32 bytes`)
  return deriveKeys(root, false)
}

/** 256 random bits, URL-safe. */
export const newToken = (): string => randomBytes(32).toString('base64url')
export const keyedHash = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b)
