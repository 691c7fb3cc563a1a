/** Everything the outside may set, read once. Names and defaults are part of the product's interface. */
import { resolve } from 'node:path'
import { type Algorithm, algorithms } from './crypto/envelope.ts'
import type { Transit } from './crypto/transit.ts'
import { StartRefusal } from './database/refusals.ts'
import type { CertificateFiles } from './http/tls.ts'

/** What a process does: everything, only answer, or only work in the background. */
export const ROLES = ['all', 'serve', 'work'] as const
export type Role = (typeof ROLES)[number]

export interface Config {
  role: Role
  host: string
  port: number
  /** Absolute path of the folder that holds the embedded database, keys and logs. */
  dataDir: string
  /** Empty: the embedded PostgreSQL is used. */
  databaseUrl: string
  /** Origin customers and staff reach this installation by; never taken from a Host header. */
  publicUrl: string
  logLevel: string
  /** Addresses (CIDR) of reverse proxies whose X-Forwarded-For is believed; empty: nobody's. */
  trustProxy: string[]
  /** The program speaks TLS itself; null: plain, for this machine alone or behind a proxy. */
  certificate: CertificateFiles | null
  /** How personal data is sealed from now on; what was sealed otherwise stays readable. */
  cipher: Algorithm
  /** A Vault that keeps the master keys; null: their files are plain, and only the folder's rights keep them. */
  transit: Transit | null
  /** A font file with the signs of both Chinese scripts, for reports as PDF and PNG; empty: the usual places are looked at. */
  reportFont: string
}

/** Reads the environment. Throws StartRefusal `start.setting-wrong` when PORT is no port, ROLE no role, a cipher is unknown, or one of TLS_CERT and TLS_KEY is missing. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const host = env.HOST || '127.0.0.1'
  const port = Number(env.PORT || 3000)
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new StartRefusal('start.setting-wrong', { name: 'PORT', value: env.PORT! })
  const role = ROLES.find((one) => one === (env.ROLE || 'all'))
  if (!role) throw new StartRefusal('start.setting-wrong', { name: 'ROLE', value: env.ROLE! })
  const certificate = env.TLS_CERT && env.TLS_KEY ? { cert: resolve(env.TLS_CERT), key: resolve(env.TLS_KEY) } : null
  if (!certificate && (env.TLS_CERT || env.TLS_KEY)) throw new StartRefusal('start.setting-wrong', { name: env.TLS_CERT ? 'TLS_KEY' : 'TLS_CERT', value: '' })
  const cipher = algorithms.find((one) => one === (env.LOOPDESK_CIPHER || algorithms[0]))
  if (!cipher) throw new StartRefusal('start.setting-wrong', { name: 'LOOPDESK_CIPHER', value: env.LOOPDESK_CIPHER! })
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return {
    role,
    host,
    port,
    dataDir: resolve(env.DATA_DIR || './data'),
    databaseUrl: env.DATABASE_URL || '',
    publicUrl: (env.PUBLIC_URL || `${certificate ? 'https' : 'http'}://${shown}:${port}`).replace(/\/+$/, ''),
    logLevel: env.LOG_LEVEL || 'info',
    trustProxy: (env.TRUST_PROXY ?? '').split(',').map((one) => one.trim()).filter(Boolean),
    certificate,
    cipher,
    transit: env.VAULT_ADDR && env.VAULT_TOKEN ? { url: env.VAULT_ADDR.replace(/\/+$/, ''), token: env.VAULT_TOKEN, key: env.VAULT_TRANSIT_KEY || 'loopdesk' } : null,
    reportFont: env.REPORT_FONT ? resolve(env.REPORT_FONT) : '',
  }
}
