/**
 * Sealed bytes: version, algorithm, key id, nonce, tag, ciphertext. Head and place (table, column, row) are authenticated,
 * so that sealed bytes open only where they were written, and not at all when a bit of them was changed.
 */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject, randomFillSync, timingSafeEqual } from 'node:crypto'
import { Fault } from '../fault.ts'

export const algorithms = ['aes-256-gcm', 'sm4-ctr-hmac-sm3'] as const
export type Algorithm = (typeof algorithms)[number]
/** `id` is a UUID; `secret` has 32 bytes. */
export interface DataKey { id: string; secret: Buffer }

const VERSION = 1
const HEAD = 18
const AES_GCM = 1
const SM4_HMAC = 2
const GCM_NONCE = 12
const GCM_TAG = 16
const SM4_NONCE = 16
const SM3_TAG = 32

/** Where sealed bytes belong, e.g. `requests.message.body` of this row. */
export const placeOf = (field: string, row: string): string => `${field} ${row}`
const broken = (place: string): Fault => new Fault('platform.sealed-changed', 500, { place })

// One call for a few hundred nonces: the system call dominates when it is made for each.
const pool = Buffer.alloc(4096)
let next = pool.length
function nonceOf(length: number): Buffer {
  if (next + length > pool.length) { randomFillSync(pool); next = 0 }
  return Buffer.from(pool.subarray(next, (next += length)))
}

export function sealBytes(key: DataKey, place: string, plain: Uint8Array, algorithm: Algorithm = 'aes-256-gcm'): Buffer {
  const isGcm = algorithm === 'aes-256-gcm'
  const head = Buffer.alloc(HEAD)
  head[0] = VERSION
  head[1] = isGcm ? AES_GCM : SM4_HMAC
  head.write(key.id.replaceAll('-', ''), 2, 'hex')
  const bound = Buffer.concat([head, Buffer.from(place)])
  if (isGcm) {
    const nonce = nonceOf(GCM_NONCE)
    const cipher = createCipheriv('aes-256-gcm', readyKey(key.secret), nonce).setAAD(bound)
    const hidden = cipher.update(plain)
    cipher.final()
    return Buffer.concat([head, nonce, cipher.getAuthTag(), hidden])
  }
  const nonce = nonceOf(SM4_NONCE)
  const { enc, mac } = separated(key.secret)
  const hidden = createCipheriv('sm4-ctr', enc, nonce).update(plain)
  return Buffer.concat([head, nonce, tagOf(mac, bound, nonce, hidden), hidden])
}

/** Throws 500 `platform.sealed-changed` when the bytes were changed, belong elsewhere or were sealed with another key. */
export function openBytes(key: DataKey, place: string, sealed: Uint8Array): Buffer {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  const isGcm = bytes[1] === AES_GCM
  const nonceEnd = HEAD + (isGcm ? GCM_NONCE : SM4_NONCE)
  const tagEnd = nonceEnd + (isGcm ? GCM_TAG : SM3_TAG)
  if (bytes.length < tagEnd || bytes[0] !== VERSION || (!isGcm && bytes[1] !== SM4_HMAC)) throw broken(place)
  const bound = Buffer.concat([bytes.subarray(0, HEAD), Buffer.from(place)])
  const [nonce, tag, hidden] = [bytes.subarray(HEAD, nonceEnd), bytes.subarray(nonceEnd, tagEnd), bytes.subarray(tagEnd)]
  if (isGcm) {
    try {
      const opener = createDecipheriv('aes-256-gcm', readyKey(key.secret), nonce, { authTagLength: GCM_TAG }).setAAD(bound).setAuthTag(tag)
      const plain = opener.update(hidden)
      opener.final()
      return plain
    } catch { throw broken(place) }
  }
  const { enc, mac } = separated(key.secret)
  if (!timingSafeEqual(tag, tagOf(mac, bound, nonce, hidden))) throw broken(place)
  return createDecipheriv('sm4-ctr', enc, nonce).update(hidden)
}

/** The id of the key that opens these bytes. */
export function keyIdOf(sealed: Buffer): string {
  const hex = sealed.toString('hex', 2, HEAD)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

// Node makes a key ready each time it is handed bytes, which costs more than what is done with it.
const ready = new WeakMap<Buffer, KeyObject>()
export function readyKey(secret: Buffer): KeyObject {
  let key = ready.get(secret)
  if (!key) ready.set(secret, (key = createSecretKey(secret)))
  return key
}

// Encrypting and authenticating never share a key.
const separate = new WeakMap<Buffer, { enc: Buffer; mac: Buffer }>()
function separated(secret: Buffer): { enc: Buffer; mac: Buffer } {
  let keys = separate.get(secret)
  if (!keys) separate.set(secret, (keys = { enc: Buffer.from(hkdfSync('sm3', secret, 'loopdesk', 'sm4-ctr', 16)), mac: Buffer.from(hkdfSync('sm3', secret, 'loopdesk', 'hmac-sm3', 32)) }))
  return keys
}

// The length stands before what it measures, so that no byte can move from one part to the next.
function tagOf(mac: Buffer, bound: Buffer, nonce: Buffer, hidden: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bound.length)
  return createHmac('sm3', mac).update(length).update(bound).update(nonce).update(hidden).digest()
}

/** Begins a sealed text in a text column; nothing anybody types begins so. */
const MARK = '\u0002'
export const isSealed = (text: string): boolean => text.startsWith(MARK)
export const sealText = (key: DataKey, place: string, text: string, algorithm?: Algorithm): string => MARK + sealBytes(key, place, Buffer.from(text), algorithm).toString('base64url')
export const bytesOf = (sealed: string): Buffer => Buffer.from(sealed.slice(1), 'base64url')
