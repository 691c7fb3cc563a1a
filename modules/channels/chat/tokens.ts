/**
 * What lets a stranger in: a follow token names one request and proves that we gave it out; a visitor key is a
 * secret of one browser. Neither can be guessed or turned into another.
 */
import { createHash } from 'node:crypto'
import type { App } from '../../../platform/context.ts'
import { keyedHash, sameBytes } from '../../../platform/crypto/index.ts'
import { Fault } from '../../../platform/fault.ts'

const MAC_BYTES = 16
const mac = (app: App, id: Buffer): Buffer => keyedHash(app.keys.for('follow'), id.toString('hex')).subarray(0, MAC_BYTES)

/** 43 URL-safe characters: the request's 16 bytes and a 128-bit keyed hash of them. */
export function followToken(app: App, requestId: string): string {
  const id = Buffer.from(requestId.replaceAll('-', ''), 'hex')
  return Buffer.concat([id, mac(app, id)]).toString('base64url')
}

/** The request a follow token was made for. Throws 404 `channels.chat.link-unknown`, whatever is wrong with it. */
export function requestOfToken(app: App, token: string): string {
  const bytes = Buffer.from(token, 'base64url')
  const id = bytes.subarray(0, 16)
  // Base64 has several spellings of the same bytes; only the one we write is ours.
  if (bytes.length !== 16 + MAC_BYTES || bytes.toString('base64url') !== token || !sameBytes(mac(app, id), bytes.subarray(16))) throw new Fault('channels.chat.link-unknown', 404)
  return uuidOf(id)
}

const uuidOf = (bytes: Buffer): string => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

/** Page on which the customer follows the request, answers and confirms; works without signing in. */
export const followLink = (app: App, requestId: string): string => `${app.config.publicUrl}/r/${followToken(app, requestId)}`

/** Page that rates the request; with a score it comes preselected. Opening it by a GET alone changes nothing. */
export const rateLink = (app: App, requestId: string, score?: 1 | 2 | 3 | 4 | 5): string =>
  `${app.config.publicUrl}/rate/${followToken(app, requestId)}${score ? `?score=${score}` : ''}`

export const chatTokenHash = (app: App, token: string): Buffer => keyedHash(app.keys.for('chat'), token)

/** The name under which a browser's 128-bit key owns its uploads: the key itself is stored nowhere. */
export function visitorId(key: string): string {
  const bytes = createHash('sha256').update(`visitor\n${key}`).digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return uuidOf(bytes)
}
