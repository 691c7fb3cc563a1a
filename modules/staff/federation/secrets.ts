/** What must not be read from the database: secrets of providers and what is kept of a sign-in on its way. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { App } from '../../../platform/context.ts'

const NONCE = 12
const TAG = 16
const keyOf = (app: App): Buffer => app.keys.for('federation secrets')

/** nonce | tag | ciphertext; `owner` is authenticated, so what belongs to one row opens in no other. */
export function seal(app: App, owner: string, secret: string): Buffer {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv('aes-256-gcm', keyOf(app), nonce).setAAD(Buffer.from(owner))
  const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed])
}

/** Throws when the bytes were changed, belong to another owner or were sealed under another root key. */
export function unseal(app: App, owner: string, bytes: Buffer): string {
  const opener = createDecipheriv('aes-256-gcm', keyOf(app), bytes.subarray(0, NONCE), { authTagLength: TAG }).setAAD(Buffer.from(owner))
  opener.setAuthTag(bytes.subarray(NONCE, NONCE + TAG))
  return Buffer.concat([opener.update(bytes.subarray(NONCE + TAG)), opener.final()]).toString('utf8')
}
