/** Documents that can be compared with the code: links, a handbook page a room with its events and permissions, decisions, settings. */
import { existsSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { files, isTest, matchesIn, read, root, type Finding, type Part } from './tree.ts'

const MOST_DECISION_LINES = 25

function* links(): Generator<Finding> {
  for (const path of files.filter((one) => one.endsWith('.md'))) {
    for (const { at, match } of matchesIn(path, /\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (!existsSync(join(root, posix.join(dirname(path), match[1]!)))) yield { at, says: `${match[1]} is not there` }
    }
  }
}

/** Last parts of the events a room tells of, as far as they stand in its source in words. */
function eventsOf(room: string): Set<string> {
  const names = new Set<string>()
  for (const path of files.filter((one) => one.startsWith(`modules/${room}/`) && /\.ts$/.test(one) && !isTest(one))) {
    for (const { match } of matchesIn(path, /\bemit\(\w+, ([^{]*)/g)) for (const [, name] of match[1]!.matchAll(/'\w+\.([a-z-]+)'/g)) names.add(name!)
  }
  return names
}

function permissionsOf(room: string): Set<string> {
  const names = new Set<string>()
  for (const path of files.filter((one) => one.startsWith(`modules/${room}/`) && /contract\.ts$/.test(one))) {
    for (const { match } of matchesIn(path, /\baccess: '([a-z]+\.[a-z]+)'/g)) names.add(match[1]!)
  }
  return names
}

function* handbook(): Generator<Finding> {
  const rooms = new Set(files.map((path) => /^modules\/(\w+)\/index\.ts$/.exec(path)?.[1]).filter((room) => room !== undefined))
  for (const room of rooms) {
    const at = `docs/handbook/${room}.md`
    if (!files.includes(at)) { yield { at, says: `the room ${room} has no page` }; continue }
    const page = read(at)
    for (const name of eventsOf(room)) if (!new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(expand(page))) yield { at, says: `does not name the event …${name}` }
    for (const name of permissionsOf(room)) if (!page.includes(name) && !page.includes(`\`.${name.split('.')[1]!}\``)) yield { at, says: `does not name the permission ${name}` }
  }
}

/** `team-created / -changed` tells of team-created and team-changed. */
const expand = (page: string): string => page.replace(/([a-z]+)-[a-z-]+((?: \/ -[a-z-]+)+)/g, (whole, stem: string, more: string) => `${whole} ${more.replaceAll(' / -', ` ${stem}-`)}`)

function* decisions(): Generator<Finding> {
  const records = files.filter((path) => path.startsWith('docs/decisions/'))
  for (const [index, path] of records.entries()) {
    if (!path.startsWith(`docs/decisions/${String(index + 1).padStart(3, '0')}-`)) yield { at: path, says: `expected number ${index + 1} here` }
    if (read(path).trimEnd().split('\n').length > MOST_DECISION_LINES) yield { at: path, says: `longer than ${MOST_DECISION_LINES} lines: nobody will read it` }
  }
}

/** Settings of tests and between our own processes, and what belongs to the system. */
const notSettings = /^(?:TEST_|SHOW_|NODE_|LC_|npm_|CI$|LANG$|PATH$|HOME$|LOOPDESK_(?:TEST|SKIP|TETHER)$)/

function* settings(): Generator<Finding> {
  const readme = read('README.md')
  const told = new Set<string>()
  for (const path of files.filter((one) => /^(?:apps|platform|modules|bin)\/.*\.(?:ts|mjs)$/.test(one) && !isTest(one))) {
    for (const { at, match } of matchesIn(path, /\benv\.([A-Z][A-Z_]{2,})\b/g)) {
      const name = match[1]!
      if (notSettings.test(name) || told.has(name) || readme.includes(`\`${name}\``)) continue
      told.add(name)
      yield { at, says: `the setting ${name} is not in README.md` }
    }
  }
}

export function documents(): Part {
  const pages = files.filter((path) => path.endsWith('.md')).length
  return { findings: [...links(), ...handbook(), ...decisions(), ...settings()], looked: `${pages} documents` }
}
