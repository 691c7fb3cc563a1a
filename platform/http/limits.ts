/**
 * How often one address may write without signing in. Token buckets in memory: the burst an office behind one
 * address needs, then a steady rate. Measured by the machine's steady clock, because it protects the machine.
 */
import type { FastifyRequest } from 'fastify'
import { Fault } from '../fault.ts'

export interface Limit { burst: number; perSecond: number }
interface Bucket { left: number; at: number }
const MOST_BUCKETS = 20_000

/** IPv6 customers own a whole /64. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped) return mapped[1]!
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const before = head ? head.split(':') : []
  const after = tail ? tail.split(':') : []
  const groups = tail === undefined ? before : [...before, ...Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after]
  return groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, '').toLowerCase()).join(':')
}

/** Answers a check that throws 429 `access.too-many` when the caller's network has used up its share; `cost` counts in the unit of the limit. */
export function limiter({ burst, perSecond }: Limit, now: () => number = () => performance.now()): (request: Pick<FastifyRequest, 'ip'>, cost?: number) => void {
  const buckets = new Map<string, Bucket>()
  return ({ ip }, cost = 1) => {
    const at = now()
    const network = networkOf(ip)
    const bucket = buckets.get(network) ?? { left: burst, at }
    bucket.left = Math.min(burst, bucket.left + ((at - bucket.at) / 1000) * perSecond)
    bucket.at = at
    // Re-inserting keeps the map in order of last use, so that the forgotten ones are in front.
    buckets.delete(network)
    buckets.set(network, bucket)
    if (buckets.size > MOST_BUCKETS) buckets.delete(buckets.keys().next().value!)
    if (bucket.left < cost) throw new Fault('access.too-many', 429)
    bucket.left -= cost
  }
}
