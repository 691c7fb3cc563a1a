import { createHmac, timingSafeEqual } from 'node:crypto'
import type { ParsedMail } from './mail.ts'

/*
 * Signed thread marks. A reply belongs to a request only when it carries a mark that this installation signed: numbers
 * in subjects, guessed ids and forged References lead nowhere.
 */

/** Secret of at least 16 bytes. Several are tried when reading, the first signs: so keys can be changed. */
export type SigningKey = Uint8Array | string

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** RFC 4648 base32 in lower case without padding: survives servers that change the case of addresses. */
export function toBase32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = (value << 8) | byte
    bits += 8
    while (bits >= 5) {
      text += alphabet[(value >> (bits - 5)) & 31]
      bits -= 5
    }
    value &= (1 << bits) - 1
  }
  return bits > 0 ? text + alphabet[(value << (5 - bits)) & 31] : text
}

/** Undefined for anything that `toBase32` would not have written. */
export function fromBase32(text: string): Uint8Array | undefined {
  const bytes: number[] = []
  let bits = 0
  let value = 0
  for (const character of text.toLowerCase()) {
    const digit = alphabet.indexOf(character)
    if (digit < 0) return undefined
    value = (value << 5) | digit
    bits += 5
    if (bits >= 8) {
      bytes.push((value >> (bits - 8)) & 255)
      bits -= 8
    }
    value &= (1 << bits) - 1
  }
  const result = Uint8Array.from(bytes)
  return toBase32(result) === text.toLowerCase() ? result : undefined
}

function uuidBytes(id: string): Buffer {
  if (!uuidPattern.test(id.toLowerCase())) throw new TypeError(`not a UUID: ${id.slice(0, 50)}`)
  return Buffer.from(id.replaceAll('-', ''), 'hex')
}

function uuidText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function mac(purpose: string, id: Uint8Array, key: SigningKey, length: number): Buffer {
  if (key.length < 16) throw new RangeError('a signing key has at least 16 bytes')
  return createHmac('sha256', key).update(`loopdesk ${purpose}\0`).update(id).digest().subarray(0, length)
}

function isSigned(purpose: string, id: Uint8Array, signature: Uint8Array, keys: SigningKey | SigningKey[]): boolean {
  // Every key is tried, so the time does not tell which one signed.
  let found = false
  for (const key of Array.isArray(keys) ? keys : [keys]) {
    if (timingSafeEqual(mac(purpose, id, key, signature.length), signature)) found = true
  }
  return found
}

const replyMacBytes = 8
const messageMacBytes = 10

/**
 * `support@host` → `support+r.<token>@host`; the token is the id and 64 bits of HMAC-SHA256, 39 characters of base32.
 * @throws RangeError when the local part would exceed the 64 characters of RFC 5321: it may have 22 of its own
 */
export function signReplyAddress(address: string, id: string, key: SigningKey): string {
  const at = address.lastIndexOf('@')
  const bytes = uuidBytes(id)
  const local = `${address.slice(0, at)}+r.${toBase32(Buffer.concat([bytes, mac('reply', bytes, key, replyMacBytes)]))}`
  if (at < 1 || local.length > 64) throw new RangeError(`no reply address can be made of ${address}`)
  return `${local}@${address.slice(at + 1)}`
}

/** The id an address carries, undefined when there is none or it is not ours. */
export function readReplyAddress(address: string, keys: SigningKey | SigningKey[]): string | undefined {
  const token = /\+r\.([a-z2-7]{39})@[^@]{1,255}$/i.exec(address)?.[1]
  const bytes = token === undefined ? undefined : fromBase32(token)
  if (bytes === undefined || bytes.length !== 16 + replyMacBytes) return undefined
  return isSigned('reply', bytes.subarray(0, 16), bytes.subarray(16), keys) ? uuidText(bytes.subarray(0, 16)) : undefined
}

/** `<uuid.mac@host>`, with 80 bits of HMAC-SHA256. */
export function signMessageId(id: string, host: string, key: SigningKey): string {
  if (!/^[a-z0-9.-]{1,253}$/i.test(host)) throw new TypeError(`not a host name: ${host.slice(0, 50)}`)
  return `<${id.toLowerCase()}.${toBase32(mac('message', uuidBytes(id), key, messageMacBytes))}@${host}>`
}

/** The id of a Message-ID that this installation made, whatever the host part has become. */
export function readMessageId(messageId: string, keys: SigningKey | SigningKey[]): string | undefined {
  const match = /^<?([0-9a-f-]{36})\.([a-z2-7]{16})@[^<>@\s]{1,255}>?$/i.exec(messageId.trim())
  const id = match?.[1]?.toLowerCase()
  const signature = fromBase32(match?.[2] ?? '')
  if (id === undefined || !uuidPattern.test(id) || signature?.length !== messageMacBytes) return undefined
  return isSigned('message', uuidBytes(id), signature, keys) ? id : undefined
}

export interface ThreadMark {
  by: 'reply-address' | 'message-id'
  /** Of the request for a reply address, of the sent message for a Message-ID. */
  id: string
}

/** The signed marks of a mail, best first: reply address, In-Reply-To, References newest first. */
export function listThreadMarks(mail: ParsedMail, keys: SigningKey | SigningKey[]): ThreadMark[] {
  const marks: ThreadMark[] = []
  for (const address of [...mail.to.map(mailbox => mailbox.address), ...mail.cc.map(mailbox => mailbox.address), ...mail.deliveredTo]) {
    const id = readReplyAddress(address, keys)
    if (id !== undefined) marks.push({ by: 'reply-address', id })
  }
  for (const messageId of [...mail.inReplyTo, ...mail.references.toReversed()]) {
    const id = readMessageId(messageId, keys)
    if (id !== undefined) marks.push({ by: 'message-id', id })
  }
  return marks.filter((mark, index) => marks.findIndex(other => other.by === mark.by && other.id === mark.id) === index)
}
