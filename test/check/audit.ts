/** Every endpoint has its place in the audit catalogue: what it writes, or that a look at it is written down, or why not. */
import { plainReads, writes } from '../audit/catalogue.ts'
import type { Endpoint } from '../../platform/http/contract.ts'
import { files, isTest, read, type Finding, type Part } from './tree.ts'

const contracts = await Promise.all(files.filter((path) => /^(?:modules\/\w+\/(?:\w+\/)?|apps\/demo\/)contract\.ts$/.test(path))
  .map(async (path) => ({ path, room: /^(?:modules|apps)\/(\w+)\//.exec(path)![1]!, parts: await import(new URL(`../../${path}`, import.meta.url).href) as Record<string, unknown> })))

const isEndpoint = (value: unknown): value is Endpoint => typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'access' in value

/** `room.name` → endpoint, from every contract in the house. */
function* endpoints(): Generator<{ at: string; name: string; endpoint: Endpoint }> {
  for (const { path, room, parts } of contracts) for (const part of Object.values(parts)) {
    if (typeof part !== 'object' || part === null) continue
    for (const [key, value] of Object.entries(part)) if (isEndpoint(value)) yield { at: path, name: `${room}.${key}`, endpoint: value }
  }
}

/** Why the catalogue does not cover an endpoint; null when it does. */
export function uncovered(name: string, endpoint: Endpoint): string | null {
  if (endpoint.method !== 'GET') return name in writes ? null : `${name} changes something and has no line in test/audit/catalogue.ts`
  if (endpoint.reads) return plainReads.includes(name) ? `${name} says what it reads and is called plain in test/audit/catalogue.ts` : null
  return plainReads.includes(name) ? null : `${name} neither says what it \`reads\` nor is called plain in test/audit/catalogue.ts`
}

export function audit(): Part {
  const findings: Finding[] = []
  const known = new Set<string>()
  for (const { at, name, endpoint } of endpoints()) {
    known.add(name)
    const why = uncovered(name, endpoint)
    if (why) findings.push({ at, says: why })
  }
  for (const name of [...Object.keys(writes), ...plainReads]) if (!known.has(name)) findings.push({ at: 'test/audit/catalogue.ts', says: `${name} is no endpoint` })
  const told = new Set(files.filter((path) => /^(?:modules|platform|apps)\/.*\.ts$/.test(path) && !isTest(path)).flatMap((path) => [...read(path).matchAll(/'([a-z]+\.[a-z-]+)'/g)].map((match) => match[1]!)))
  for (const [name, entry] of Object.entries(writes)) if (!('none' in entry)) for (const type of entry) if (!told.has(type)) findings.push({ at: 'test/audit/catalogue.ts', says: `${name}: nothing in the source tells of ${type}` })
  return { findings, looked: `${known.size} endpoints` }
}
