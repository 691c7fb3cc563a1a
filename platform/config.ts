/** Everything the outside may set, read once. Names and defaults are part of the product's interface. */
import { resolve } from 'node:path'
import { type Algorithm, algorithms } from './crypto/envelope.ts'
import type { Transit } from './crypto/transit.ts'

export interface Config {
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
  /** How personal data is sealed from now on; what was sealed otherwise stays readable. */
  cipher: Algorithm
  /** A Vault that keeps the master keys; null: their files are plain, and only the folder's rights keep them. */
  transit: Transit | null
}

/** Reads the environment. Throws RangeError when PORT is no port or a cipher is unknown. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const host = env.HOST || '127.0.0.1'
  const port = Number(env.PORT || 3000)
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new RangeError(`PORT is not a port: ${env.PORT}`)
  const cipher = algorithms.find((one) => one === (env.LOOPDESK_CIPHER || algorithms[0]))
  if (!cipher) throw new RangeError(`LOOPDESK_CIPHER is none of ${algorithms.join(', ')}: ${env.LOOPDESK_CIPHER}`)
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return {
    host,
    port,
    dataDir: resolve(env.DATA_DIR || './data'),
    databaseUrl: env.DATABASE_URL || '',
    publicUrl: (env.PUBLIC_URL || `http://${shown}:${port}`).replace(/\/+$/, ''),
    logLevel: env.LOG_LEVEL || 'info',
    trustProxy: (env.TRUST_PROXY ?? '').split(',').map((one) => one.trim()).filter(Boolean),
    cipher,
    transit: env.VAULT_ADDR && env.VAULT_TOKEN ? { url: env.VAULT_ADDR.replace(/\/+$/, ''), token: env.VAULT_TOKEN, key: env.VAULT_TRANSIT_KEY || 'loopdesk' } : null,
  }
}
