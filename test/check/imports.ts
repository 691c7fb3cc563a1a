/** Who may import whom: rooms see platform, lib and the rooms on their left; browsers see contracts, never servers. */
import { dirname, posix } from 'node:path'
import { row } from '../../platform/row.ts'
import { files, isCode, isTest, matchesIn, type Finding, type Part } from './tree.ts'

interface Import { from: string; to: string; at: string; isErased: boolean }

/** What a screen may take from the console around it: docs/decisions/011. */
export const seenByScreens = new Set(['api', 'text', 'paths', 'location', 'session', 'live', 'theme', 'Loaded', 'display', 'DeadlineSteps', 'WhisperDialog'])

const statement = /^[ \t]*(?:import|export)\s+(type\s)?(?:[^'";()]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm

function importsOf(path: string): Import[] {
  return [...matchesIn(path, statement)].map(({ at, match }) => {
    const to = match[2] ?? match[3]!
    return { from: path, at, to: to.startsWith('.') ? posix.join(dirname(path), to).replace(/\?\w+$/, '') : to, isErased: match[1] !== undefined }
  })
}

const place = (room: string): number => (row as readonly string[]).indexOf(room)
const roomOf = (path: string): string | null => /^modules\/([^/]+)\//.exec(path)?.[1] ?? null
const isScreen = (path: string): boolean => /^modules\/[^/]+\/(screens|portal)\//.test(path)
const isContract = (path: string): boolean => /^modules\/[^/]+\/(\w+\/)?contract\.ts$/.test(path)
const isDoor = (path: string): boolean => /^modules\/[^/]+\/index\.ts$/.test(path)
const isOurs = (to: string): boolean => /^(apps|modules|platform|ui|lib|test|bin)\//.test(to)

/** Null when the import is allowed, else the rule it breaks. */
export function ruleBroken(from: string, to: string): string | null {
  const area = from.slice(0, from.indexOf('/'))
  if (!isOurs(to)) {
    if (isContract(from) && to !== 'zod') return 'a contract is read by browsers: only zod, shapes, lib and contracts'
    return isScreen(from) && !isTest(from) && to.startsWith('node:') ? 'screens run in browsers' : null
  }
  if (area === 'apps' || area === 'test' || area === 'bin' || area === from) return null
  if (isTest(from)) return to.startsWith('apps/') ? 'only apps and test/ import apps' : null
  if (area === 'lib') return to.startsWith('lib/') ? null : 'lib imports nothing of ours'
  if (area === 'platform') return /^(platform|lib)\//.test(to) ? null : 'platform imports lib only'
  if (area === 'ui') return /^(ui|lib\/text)\//.test(to) ? null : 'ui imports nothing of ours but lib/text'
  return area === 'modules' ? ruleOfRooms(from, to) : null
}

function ruleOfRooms(from: string, to: string): string | null {
  const [ours, theirs] = [roomOf(from)!, roomOf(to)]
  if (isContract(from)) return isContract(to) || /^lib\/|^platform\/http\/(contract|shapes)\.ts$/.test(to) ? null : 'a contract is read by browsers: only zod, shapes, lib and contracts'
  if (isScreen(from)) {
    if (/^(ui|lib)\/|^platform\/http\/(contract|shapes)\.ts$/.test(to) || isContract(to) || (theirs === ours && (isScreen(to) || to.includes('/text/')))) return null
    const console = /^apps\/console\/(\w+)\.tsx?$/.exec(to)?.[1]
    if (console && seenByScreens.has(console)) return null
    return 'screens import ui, lib, contracts and the console’s open files only'
  }
  if (/^(platform|lib)\//.test(to)) return null
  if (!theirs) return `a room’s server side imports neither ${to.slice(0, to.indexOf('/'))} nor programs`
  if (theirs === ours) return isScreen(to) ? 'the server side knows no screens' : null
  if (place(theirs) > place(ours)) return `${theirs} stands on the right of ${ours}: use an event or a port`
  return isDoor(to) || isContract(to) ? null : `${theirs} is entered by its index.ts`
}

/** Import circles that exist at run time (type imports are erased), each once, as paths. */
function circles(graph: Map<string, string[]>): string[][] {
  const found: string[][] = []
  const depth = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const open = new Set<string>()
  const visit = (node: string): void => {
    depth.set(node, depth.size)
    low.set(node, depth.get(node)!)
    stack.push(node)
    open.add(node)
    for (const next of graph.get(node) ?? []) {
      if (!depth.has(next)) visit(next)
      if (open.has(next)) low.set(node, Math.min(low.get(node)!, low.get(next)!))
    }
    if (low.get(node) !== depth.get(node)) return
    const ring = stack.splice(stack.indexOf(node))
    for (const member of ring) open.delete(member)
    if (ring.length > 1) found.push(ring.sort())
  }
  for (const node of graph.keys()) if (!depth.has(node)) visit(node)
  return found
}

export function imports(): Part {
  const findings: Finding[] = []
  const graph = new Map<string, string[]>()
  const known = new Set(files)
  let count = 0
  for (const path of files.filter(isCode)) {
    const room = roomOf(path)
    if (room && place(room) < 0) findings.push({ at: path, says: `${room} has no place in platform/row.ts` })
    const all = importsOf(path)
    count += all.length
    graph.set(path, all.filter(({ to, isErased }) => !isErased && known.has(to)).map(({ to }) => to))
    for (const { to, at } of all) {
      const rule = ruleBroken(path, to)
      if (rule) findings.push({ at, says: `${to}: ${rule}` })
    }
  }
  for (const ring of circles(graph)) findings.push({ at: ring[0]!, says: `import circle: ${ring.join(' ↔ ')}` })
  return { findings, looked: `${count} imports` }
}
