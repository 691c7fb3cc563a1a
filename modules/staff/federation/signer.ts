/** The key our SAML messages are signed with, and the certificate providers know it by. */
import { webcrypto } from 'node:crypto'

export interface Signer { privateKey: string; certificate: string }
const YEARS_MS = 20 * 365 * 86_400_000
const ALGORITHM = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 3072 }

/** RSA with 3,072 bits; the certificate is its own authority, as is usual between two parties who exchange it. */
export async function makeSigner(now: Date): Promise<Signer> {
  // Read when first wanted, once in an installation's life: the program starts without it.
  await import('reflect-metadata')
  const { X509CertificateGenerator, cryptoProvider } = await import('@peculiar/x509')
  cryptoProvider.set(webcrypto as never)
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({ name: 'CN=Loopdesk', notBefore: new Date(now.getTime() - 86_400_000), notAfter: new Date(now.getTime() + YEARS_MS), signingAlgorithm: ALGORITHM, keys: keys as never })
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  return { privateKey: `-----BEGIN PRIVATE KEY-----\n${der.replace(/(.{64})/g, '$1\n').trim()}\n-----END PRIVATE KEY-----`, certificate: certificate.toString('pem') }
}
