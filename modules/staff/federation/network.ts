/**
 * Where sign-in may connect to. The setting `staff.network` widens it: `{"privateProviders": true, "clearText": true, "ldapPorts":
 * [1389]}`; it is written with the database's own tools, so a stolen session can't search the inner network.
 */
import { lookup } from 'node:dns/promises'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { isPublicAddress } from '../../../lib/network/index.ts'
import type { App, Ctx } from '../../../platform/context.ts'
import { Fault } from '../../../platform/fault.ts'
import { goOutside } from '../../../platform/outside.ts'
import { readSetting } from '../../../platform/setting.ts'

export interface Network { privateProviders: boolean; clearText: boolean; ldapPorts: readonly number[] }
const KEY = 'staff.network'
const LDAP = [389, 636, 3268, 3269]
export const TIMEOUT_MS = 10_000
const ANSWER_BYTES = 512 * 1024

export async function readNetwork(ctx: Pick<Ctx, 'db'>): Promise<Network> {
  const set = await readSetting<Network>(ctx, KEY)
  return { privateProviders: set?.privateProviders === true, clearText: set?.clearText === true, ldapPorts: [...LDAP, ...(set?.ldapPorts ?? [])] }
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '')
const refused = (path: string): Fault => new Fault('staff.federation.address-refused', 422, {}, [{ path, code: 'staff.federation.address-refused' }])

/** Refuses what can be seen without asking the DNS; a page a browser is only sent to may be inside. */
export function checkAddress(text: string, path: string, network: Network, isConnectedTo: boolean): void {
  const url = new URL(text)
  const host = hostOf(url)
  if (url.username || url.password || url.hash) throw refused(path)
  if (url.protocol !== 'https:' && !(network.clearText && url.protocol === 'http:')) throw refused(path)
  if (!isConnectedTo || network.privateProviders) return
  if (isIP(host) ? !isPublicAddress(host) : !host.includes('.') || /\.(localhost|local|internal|home\.arpa)\.?$/i.test(host)) throw refused(path)
}
/** A directory stands inside: only its ports are its own. */
export function checkDirectory(text: string, startTls: boolean, network: Network): void {
  const url = new URL(text)
  const port = Number(url.port || (url.protocol === 'ldaps:' ? 636 : 389))
  if (!/^ldaps?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash || !/^\/?$/.test(url.pathname) || !network.ldapPorts.includes(port)) throw refused('settings.url')
  if (url.protocol === 'ldap:' && !startTls) throw new Fault('staff.federation.tls-needed', 422, {}, [{ path: 'settings.startTls', code: 'staff.federation.tls-needed' }])
}

/** Every address the name has must be allowed, and the one connected to is one of those: a second look-up could differ. */
async function pin(url: URL, network: Network): Promise<{ address: string; family: number }> {
  const host = hostOf(url)
  const found = isIP(host) ? [{ address: host, family: isIP(host) }] : await lookup(host, { all: true, verbatim: false })
  if (!found[0] || (!network.privateProviders && found.some((one) => !isPublicAddress(one.address)))) throw refused('settings.issuer')
  return found[0]
}

interface Asked { method?: string; headers?: Record<string, string>; body?: unknown; signal?: AbortSignal | null }
/** `fetch` to a provider: to the address that was checked, not followed anywhere, bounded in time and size. */
export const fetchFrom = (app: App, network: Network) => async (text: string, { method, headers, body, signal }: Asked): Promise<Response> => {
  checkAddress(text, 'settings.issuer', network, true)
  const url = new URL(text)
  await goOutside(app, 'sign-in', url.hostname)
  const pinned = await pin(url, network)
  const bytes = body === undefined || body === null ? null : Buffer.from(body instanceof Uint8Array ? body : String(body))
  return new Promise((resolve, reject) => {
    const open = url.protocol === 'https:' ? httpsRequest : httpRequest
    const timeout = AbortSignal.timeout(TIMEOUT_MS)
    const request = open(url, {
      method, agent: false, signal: signal ? AbortSignal.any([signal, timeout]) : timeout, headers: { ...headers, ...(bytes ? { 'content-length': bytes.length } : {}) },
      lookup: (_host, options, done) => { if (options.all) done(null, [pinned]); else done(null, pinned.address, pinned.family) },
    }, (response) => {
      const parts: Buffer[] = []
      let size = 0
      response.on('data', (part: Buffer) => {
        parts.push(part)
        if ((size += part.length) > ANSWER_BYTES) request.destroy(new Error('the answer is too long'))
      })
      response.on('end', () => {
        const status = response.statusCode ?? 502
        resolve(new Response([204, 205, 304].includes(status) ? null : Buffer.concat(parts), { status, headers: Object.entries(response.headers).flatMap(([name, value]) => [value ?? []].flat().map((one): [string, string] => [name, one])) }))
      })
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(bytes)
  })
}
