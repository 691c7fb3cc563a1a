/** Migrations: numbered without gaps, tables in the room's own schema, foreign keys only to the left. */
import { row } from '../../platform/row.ts'
import { files, matchesIn, type Finding, type Part } from './tree.ts'

const order = ['platform', ...row] as string[]

export function migrations(): Part {
  const findings: Finding[] = []
  const steps = files.filter((path) => /(^|\/)migrations\/[^/]+\.sql$/.test(path))
  const counts = new Map<string, number>()
  // Two branches may have given one name to two things.
  const made = new Map<string, string>()
  for (const path of steps) {
    const [, room, name] = /^(?:modules\/)?(\w+)\/migrations\/(.+)$/.exec(path) ?? []
    if (!room || !name || !order.includes(room)) {
      findings.push({ at: path, says: 'lies in no room of the row' })
      continue
    }
    const number = (counts.get(room) ?? 0) + 1
    counts.set(room, number)
    if (!new RegExp(`^${String(number).padStart(4, '0')}_[a-z-]+\\.sql$`).test(name)) findings.push({ at: path, says: `expected ${String(number).padStart(4, '0')}_name.sql here` })
    for (const { at, match } of matchesIn(path, /\bcreate (?:unlogged )?(?:table|view|sequence|function|type)(?: if not exists)? (?:(\w+)\.)?(\w+)/gi)) {
      if (match[1] !== room) findings.push({ at, says: `${match[1] ?? 'public'}.${match[2]}: a room makes tables only in its own schema, ${room}` })
    }
    for (const { at, match } of matchesIn(path, /\b(create|drop) (?:unlogged )?table (?:if exists )?(\w+\.\w+)/gi)) {
      const [, verb, table] = match
      if (verb!.toLowerCase() === 'drop') { made.delete(table!); continue }
      const before = made.get(table!)
      if (before) findings.push({ at, says: `${table} is made in ${before} too` })
      made.set(table!, at)
    }
    for (const { at, match } of matchesIn(path, /\breferences (?:(\w+)\.)?(\w+)/gi)) {
      const schema = match[1] ?? 'public'
      if (!order.includes(schema) || order.indexOf(schema) > order.indexOf(room)) findings.push({ at, says: `foreign key to ${schema}.${match[2]}: only to the left of ${room}` })
    }
  }
  return { findings, looked: `${steps.length} migrations` }
}
