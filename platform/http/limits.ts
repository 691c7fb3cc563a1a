/**
 * How often one address may write without signing in. Token buckets in memory: the burst an office behind one
 * address needs, then a steady rate. Measured by the machine's steady clock, because it protects the machine.
 */
import type { FastifyRequest } from 'fastify'
import { networkOf } from '../../lib/network/index.ts'
import { Fault } from '../fault.ts'

export interface Limit { burst: number; perSecond: number }
interface Bucket { left: number; at: number }
const MOST_BUCKETS = 20_000

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
