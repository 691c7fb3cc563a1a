/** Addresses: which of them anybody on the internet could reach too, which are this machine's own, which belong to one subscriber. Pure. */
import { BlockList, isIP } from 'node:net'

// IANA special-purpose registries: loopback, link-local (cloud metadata), private, shared, benchmark, documentation, multicast, reserved.
const inner = new BlockList()
for (const range of ['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4']) {
  const [net, bits] = range.split('/')
  inner.addSubnet(net!, Number(bits), 'ipv4')
}
// Beside IPv6's own: every form that carries an IPv4 address inside, because that one would be reached.
for (const range of ['::/96', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20', '5f00::/16', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8']) {
  const [net, bits] = range.split('/')
  inner.addSubnet(net!, Number(bits), 'ipv6')
}

/** True for an address that anybody on the internet could reach too. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 0) return false
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped) return isPublicAddress(mapped)
  return !inner.check(address, family === 4 ? 'ipv4' : 'ipv6')
}
export const isLoopbackName = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host)
/** An address of this very machine, as a socket tells it. */
export const isLoopbackAddress = (address: string): boolean => /^(?:::ffff:)?127\.|^::1$/.test(address)

/** An IPv4 address, or the first four groups of an IPv6 one: a subscriber owns a whole /64. */
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
