/** The program's own TLS: a certificate and its key from two files, taken up again whenever they change. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import type { Server } from 'node:https'
import { createSecureContext } from 'node:tls'
import { StartRefusal } from '../database/refusals.ts'

/** Paths of PEM files: the certificate with its chain, and its unencrypted key. */
export interface CertificateFiles { cert: string; key: string }

/** TLS 1.3, and 1.2 with forward secrecy and authenticated encryption only. */
const MANNERS = { minVersion: 'TLSv1.2', ciphers: 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256' } as const
const LOOK_EVERY_MS = 2_000

/** What `https.createServer` needs. Throws StartRefusal `start.certificate-unusable` when the files don't make a pair. */
export function readCertificate({ cert, key }: CertificateFiles) {
  const read = (path: string): Buffer => {
    try { return readFileSync(path) } catch (error) { throw new StartRefusal('start.certificate-unusable', { path, reason: (error as Error).message }, error) }
  }
  const pair = { cert: read(cert), key: read(key) }
  try {
    createSecureContext(pair)
    if (!new X509Certificate(pair.cert).checkPrivateKey(createPrivateKey(pair.key))) throw new Error('the key belongs to another certificate')
  } catch (error) {
    throw new StartRefusal('start.certificate-unusable', { path: cert, reason: (error as Error).message }, error)
  }
  return { ...MANNERS, ...pair }
}

/** New connections get the new certificate; while the files make no pair, as between writing one and the other, the old one stays. */
export function followCertificate(server: Server, files: CertificateFiles, hear: (outcome: { until: string } | { error: unknown }) => void): () => void {
  const look = (): void => {
    try {
      const pair = readCertificate(files)
      server.setSecureContext(pair)
      hear({ until: new X509Certificate(pair.cert).validToDate.toISOString() })
    } catch (error) {
      hear({ error })
    }
  }
  const paths = [files.cert, files.key]
  for (const path of paths) watchFile(path, { interval: LOOK_EVERY_MS, persistent: false }, look)
  return () => { for (const path of paths) unwatchFile(path, look) }
}
