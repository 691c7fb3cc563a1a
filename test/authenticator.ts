/** A passkey in software: what an authenticator does, without a browser around it (WebAuthn level 3, ES256, no attestation). */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { PasskeyReply } from '../modules/staff/contract.ts'

const sha256 = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest()
const b64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
const bytes = (...parts: (number | Uint8Array)[]): Buffer => Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : part)))
const text = (word: string): Buffer => bytes(0x60 + word.length, Buffer.from(word))
const PRESENT_AND_VERIFIED = 0x05
const WITH_KEY = 0x40

export interface SoftKey { create(options: { challenge: string }): PasskeyReply; answer(options: { challenge: string }): PasskeyReply }

/** A key for the address; `counter` grows with each answer unless it is told to stand still, as a copy's would. */
export function softKey(address: string, { isCopy = false } = {}): SoftKey {
  const { origin, hostname } = new URL(address)
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x, y } = publicKey.export({ format: 'jwk' }) as { x: string; y: string }
  const id = randomBytes(32)
  let counter = 0
  const count = (): Buffer => { if (!isCopy || counter === 0) counter++; const four = Buffer.alloc(4); four.writeUInt32BE(counter); return four }
  const clientData = (type: string, challenge: string): Buffer => Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
  const reply = (response: PasskeyReply['response']): PasskeyReply => ({ id: b64(id), rawId: b64(id), type: 'public-key', clientExtensionResults: {}, response })
  return {
    create({ challenge }) {
      // COSE: {1: EC2, 3: ES256, -1: P-256, -2: x, -3: y}
      const key = bytes(0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 32, Buffer.from(x, 'base64url'), 0x22, 0x58, 32, Buffer.from(y, 'base64url'))
      const data = bytes(sha256(hostname), PRESENT_AND_VERIFIED | WITH_KEY, count(), Buffer.alloc(16), 0, id.length, id, key)
      const attestation = bytes(0xa3, text('fmt'), text('none'), text('attStmt'), 0xa0, text('authData'), 0x58, data.length, data)
      return reply({ clientDataJSON: b64(clientData('webauthn.create', challenge)), attestationObject: b64(attestation), transports: ['internal'] })
    },
    answer({ challenge }) {
      const client = clientData('webauthn.get', challenge)
      const data = bytes(sha256(hostname), PRESENT_AND_VERIFIED, count())
      return reply({ clientDataJSON: b64(client), authenticatorData: b64(data), signature: b64(sign('sha256', bytes(data, sha256(client)), privateKey)) })
    },
  }
}
