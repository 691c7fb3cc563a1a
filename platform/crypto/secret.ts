/** Secrets the program must read again (passwords of foreign servers, keys of codes): AES-256-GCM under a key the database has not. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { App } from '../context.ts'

const NONCE = 12
const TAG = 16

export interface Secrets {
  /** nonce | tag | ciphertext; `owner` (e.g. `mailbox:<id>:smtp`) is authenticated, so a row's secret opens in no other row. */
  seal(app: Pick<App, 'keys'>, owner: string, secret: string): Buffer
  /** Throws when the bytes were changed, belong to another owner or were sealed under another root key. */
  unseal(app: Pick<App, 'keys'>, owner: string, bytes: Buffer): string
}

/** Under a key of this purpose, derived from the root key. */
export const secretsFor = (purpose: string): Secrets => ({
  seal(app, owner, secret) {
    const nonce = randomBytes(NONCE)
    const cipher = createCipheriv('aes-256-gcm', app.keys.for(purpose), nonce).setAAD(Buffer.from(owner))
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed])
  },
  unseal(app, owner, bytes) {
    const opener = createDecipheriv('aes-256-gcm', app.keys.for(purpose), bytes.subarray(0, NONCE), { authTagLength: TAG }).setAAD(Buffer.from(owner))
    opener.setAuthTag(bytes.subarray(NONCE, NONCE + TAG))
    return Buffer.concat([opener.update(bytes.subarray(NONCE + TAG)), opener.final()]).toString('utf8')
  },
})
