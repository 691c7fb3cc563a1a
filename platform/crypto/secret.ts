/**
 * Secrets the program must read again (passwords of foreign servers, keys of codes), under a key the database has not:
 * AES-256-GCM, or the national ciphers where the installation is set to them. Either opens whatever the setting says now.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { App } from '../context.ts'
import { type Algorithm, keyIdOf, openBytes, sealBytes } from './envelope.ts'

const NONCE = 12
const TAG = 16
/** In the place of a key's id: these keys have none, and no nonce begins like this by chance. */
const NAMELESS = 'ffffffff-ffff-8fff-8fff-ffffffffffff'

type Keeper = Pick<App, 'keys'> & { config?: { cipher: Algorithm } }
export interface Secrets {
  /** nonce | tag | ciphertext, or an envelope; `owner` (e.g. `mailbox:<id>:smtp`) is authenticated, so a row's secret opens in no other row. */
  seal(app: Keeper, owner: string, secret: string): Buffer
  /** Throws when the bytes were changed, belong to another owner or were sealed under another root key. */
  unseal(app: Keeper, owner: string, bytes: Buffer): string
}

const isEnvelope = (bytes: Buffer): boolean => bytes.length > 18 && keyIdOf(bytes) === NAMELESS

/** Under a key of this purpose, derived from the root key. */
export const secretsFor = (purpose: string): Secrets => ({
  seal(app, owner, secret) {
    if (app.config?.cipher === 'sm4-ctr-hmac-sm3') return sealBytes({ id: NAMELESS, secret: app.keys.for(purpose) }, owner, Buffer.from(secret), 'sm4-ctr-hmac-sm3')
    const nonce = randomBytes(NONCE)
    const cipher = createCipheriv('aes-256-gcm', app.keys.for(purpose), nonce).setAAD(Buffer.from(owner))
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed])
  },
  unseal(app, owner, bytes) {
    if (isEnvelope(bytes)) return openBytes({ id: NAMELESS, secret: app.keys.for(purpose) }, owner, bytes).toString()
    const opener = createDecipheriv('aes-256-gcm', app.keys.for(purpose), bytes.subarray(0, NONCE), { authTagLength: TAG }).setAAD(Buffer.from(owner))
    opener.setAuthTag(bytes.subarray(NONCE, NONCE + TAG))
    return Buffer.concat([opener.update(bytes.subarray(NONCE + TAG)), opener.final()]).toString('utf8')
  },
})
