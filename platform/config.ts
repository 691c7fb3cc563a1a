/** Everything the outside may set, read once. Names and defaults are part of the product's interface. */
import { resolve } from 'node:path'

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
}

/** Reads the environment. Throws RangeError when PORT is no port or ROLE no role. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const host = env.HOST || '127.0.0.1'
  const port = Number(env.PORT || 3000)
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new RangeError(`PORT is not a port: ${env.PORT}`)
  const role = ROLES.find((one) => one === (env.ROLE || 'all'))
  if (!role) throw new RangeError(`ROLE is none of ${ROLES.join(', ')}: ${env.ROLE}`)
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return {
    role,
    host,
    port,
    dataDir: resolve(env.DATA_DIR || './data'),
    databaseUrl: env.DATABASE_URL || '',
    publicUrl: (env.PUBLIC_URL || `http://${shown}:${port}`).replace(/\/+$/, ''),
    logLevel: env.LOG_LEVEL || 'info',
    trustProxy: (env.TRUST_PROXY ?? '').split(',').map((one) => one.trim()).filter(Boolean),
  }
}
