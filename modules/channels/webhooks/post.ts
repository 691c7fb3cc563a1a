/** One HTTP POST to somebody else's server: to the address that was checked, not followed anywhere, bounded in time and size. */
import { lookup } from 'node:dns/promises'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { isPublicAddress, type Network } from '../network.ts'

const TIMEOUT_MS = 15_000
const ANSWER_BYTES = 16 * 1024

export class AddressRefused extends Error {}
/** Status, or null when no answer came; `why` is for the log. */
export interface Answer { status: number | null; why: string | null }

/** Refuses what can be seen without asking the DNS. Throws AddressRefused. */
export function checkUrl(text: string, network: Network): URL {
  const url = new URL(text)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (url.username || url.password) throw new AddressRefused('credentials in the address')
  if (network.privateWebhooks) return url
  if (url.protocol !== 'https:') throw new AddressRefused('not https')
  if (isIP(host) && !isPublicAddress(host)) throw new AddressRefused('an inner address')
  if (!isIP(host) && (!host.includes('.') || /\.(localhost|local|internal|home\.arpa)\.?$/i.test(host))) throw new AddressRefused('an inner name')
  return url
}

/** Every address the name has must be public, and the one connected to is one of those: a second look-up could differ. */
async function pin(url: URL, network: Network): Promise<{ address: string; family: number }> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const found = isIP(host) ? [{ address: host, family: isIP(host) }] : await lookup(host, { all: true, verbatim: false })
  if (!network.privateWebhooks && found.some((one) => !isPublicAddress(one.address))) throw new AddressRefused('an inner address')
  const [first] = found
  if (!first) throw new AddressRefused('no address')
  return first
}

export async function post(text: string, headers: Record<string, string>, body: string, network: Network): Promise<Answer> {
  try {
    const url = checkUrl(text, network)
    const pinned = await pin(url, network)
    return { status: await send(url, pinned, headers, body), why: null }
  } catch (error) {
    return { status: null, why: error instanceof AddressRefused ? 'channels.webhooks.address-refused' : ((error as { code?: string }).code ?? (error as Error).message).slice(0, 200) }
  }
}

function send(url: URL, pinned: { address: string; family: number }, headers: Record<string, string>, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const open = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = open(url, {
      method: 'POST', agent: false, signal: AbortSignal.timeout(TIMEOUT_MS), headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      lookup: (_host, options, done) => { if (options.all) done(null, [pinned]); else done(null, pinned.address, pinned.family) },
    }, (response) => {
      let size = 0
      // The status is all that counts; a server that never stops talking is cut off.
      response.on('data', (chunk: Buffer) => { size += chunk.length; if (size > ANSWER_BYTES) response.destroy() })
      response.on('close', () => resolve(response.statusCode ?? 0))
      response.on('error', () => resolve(response.statusCode ?? 0))
    })
    request.on('error', reject)
    request.end(body)
  })
}
