/** Every column kept about people has its declaration: class, purpose, basis, retention, source, readers. */
import { rooms } from '../../apps/rooms.ts'
import { platformPersonal } from '../../platform/own-data.ts'
import { isOfPerson, type PersonalData, type PersonalRoom } from '../../platform/personal-data.ts'
import { files, read, type Finding, type Part } from './tree.ts'

const isConstraint = /^(?:constraint|primary|unique|check|foreign|exclude|like)\b/i

/** Columns of each table as the steps of these migrations leave them. Pure. */
export function columnsOf(steps: readonly string[]): Map<string, Set<string>> {
  const tables = new Map<string, Set<string>>()
  // One after the other: what a step drops it may make anew.
  for (const statement of steps.flatMap((step) => step.replace(/--[^\n]*/g, '').split(';'))) {
    for (const [, table] of statement.matchAll(/\bdrop table (?:if exists )?([a-z_]+\.[a-z_]+)/gi)) tables.delete(table!)
    for (const match of statement.matchAll(/\bcreate (?:unlogged )?table (?:if not exists )?([a-z_]+\.[a-z_]+) \(/gi)) {
      const body = balanced(statement, match.index + match[0].length)
      tables.set(match[1]!, new Set(topLevel(body).filter((part) => !isConstraint.test(part)).map((part) => /^"?([a-z_0-9]+)"?/i.exec(part)![1]!)))
    }
    for (const [, table, acts] of statement.matchAll(/\balter table (?:only )?([a-z_]+\.[a-z_]+)(.*)/gis)) {
      for (const [, verb, name] of acts!.matchAll(/\b(add|drop) column (?:if (?:not )?exists )?"?([a-z_0-9]+)/gi)) {
        if (verb!.toLowerCase() === 'add') tables.get(table!)?.add(name!)
        else tables.get(table!)?.delete(name!)
      }
      for (const [, from, to] of acts!.matchAll(/\brename column "?([a-z_]+)"? to "?([a-z_0-9]+)/gi)) { tables.get(table!)?.delete(from!); tables.get(table!)?.add(to!) }
    }
  }
  return tables
}

/** The text up to the bracket that closes the one before `start`. */
function balanced(sql: string, start: number): string {
  let depth = 1
  let at = start
  for (; at < sql.length && depth > 0; at++) depth += sql[at] === '(' ? 1 : sql[at] === ')' ? -1 : 0
  return sql.slice(start, at - 1)
}
function topLevel(body: string): string[] {
  const parts: string[] = ['']
  let depth = 0
  for (const sign of body) {
    depth += sign === '(' ? 1 : sign === ')' ? -1 : 0
    if (sign === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += sign
  }
  return parts.map((part) => part.trim()).filter(Boolean)
}

/** What a declaration lacks, or names that is not there. Pure. */
export function undeclared(schema: string, tables: ReadonlyMap<string, ReadonlySet<string>>, data: PersonalData): string[] {
  const wrong: string[] = []
  for (const [table, names] of tables) {
    if (!table.startsWith(`${schema}.`) || table === 'platform.migration') continue
    const entry = data[table]
    if (!entry) wrong.push(`${table} is not declared: what of it is about people?`)
    else if (entry !== 'impersonal') for (const name of names) if (!(name in entry)) wrong.push(`${table}.${name} has no declaration of class, purpose, basis, retention, source and readers`)
  }
  for (const [table, entry] of Object.entries(data)) {
    const names = tables.get(table)
    if (!names) wrong.push(`${table} is declared and not there`)
    else if (entry !== 'impersonal') for (const name of Object.keys(entry)) if (!names.has(name)) wrong.push(`${table}.${name} is declared and not there`)
  }
  return wrong
}

/** Tables that go with a person and of which no room says how the person's rows are found. Pure. */
export function unfound(data: PersonalData, found: ReadonlySet<string>): string[] {
  return Object.entries(data).filter(([table, entry]) => isOfPerson(entry) && !found.has(table)).map(([table]) => `${table} goes with a person, and nothing says which rows of it are theirs`)
}

export function personalData(): Part {
  const findings: Finding[] = []
  const tables = columnsOf(files.filter((path) => /(^|\/)migrations\/[^/]+\.sql$/.test(path)).map(read))
  const declared = new Map<string, PersonalRoom>([...rooms.flatMap((room): [string, PersonalRoom][] => room.personal ? [[room.name, room.personal]] : []), ['platform', platformPersonal]])
  const found = new Set([...declared.values()].flatMap((room) => Object.keys(room.rows ?? {})))
  let count = 0
  for (const schema of new Set([...tables.keys()].map((table) => table.slice(0, table.indexOf('.'))))) {
    const data = declared.get(schema)?.data ?? {}
    const at = schema === 'platform' ? 'platform/own-data.ts' : `modules/${schema}/index.ts`
    count += Object.values(data).reduce((sum, entry) => sum + (entry === 'impersonal' ? 0 : Object.keys(entry).length), 0)
    for (const says of [...undeclared(schema, tables, data), ...unfound(data, found)]) findings.push({ at, says })
  }
  return { findings, looked: `${count} columns` }
}
