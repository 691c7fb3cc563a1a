/** Knows whether the web apps in dist/ are of the present sources. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './install.mjs'
import { refuse, words } from './words.mjs'

const stamp = join(root, 'dist/.stamp')
const ignored = /(\.test\.tsx?|\.md)$/

const list = (folder) => { try { return readdirSync(join(root, folder), { withFileTypes: true }) } catch { return [] } }

function* filesUnder(folder) {
  for (const entry of list(folder)) {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) yield* filesUnder(path)
    else if (!ignored.test(path)) yield path
  }
}

/** Everything the pages are made of. A module's server files reach a browser through contract.ts only. */
function* sources() {
  yield* ['package-lock.json', 'bin/build.mjs']
  for (const folder of ['apps/console', 'apps/portal', 'ui', 'lib', 'platform/http', 'platform/text']) yield* filesUnder(folder)
  for (const { name } of list('modules')) {
    for (const part of ['screens', 'portal', 'text']) yield* filesUnder(`modules/${name}/${part}`)
    for (const path of [`modules/${name}`, ...list(`modules/${name}`).filter((one) => one.isDirectory()).map((one) => `modules/${name}/${one.name}`)]) {
      if (existsSync(join(root, path, 'contract.ts'))) yield `${path}/contract.ts`
    }
  }
}

const sum = (parts) => createHash('sha256').update(parts.join('\n')).digest('hex')

/** Builds the pages when their sources changed. Untouched files cost a stat each, touched ones one reading. */
export function ensureBuilt(node) {
  const paths = [...sources()].sort()
  const touched = sum(paths.map((path) => { const { size, mtimeMs } = statSync(join(root, path)); return `${path} ${size} ${mtimeMs}` }))
  const known = read(stamp)
  if (known?.touched === touched) return
  const content = sum(paths.map((path) => `${path} ${createHash('sha256').update(readFileSync(join(root, path))).digest('hex')}`))
  if (known?.content !== content) {
    console.log(words('start.building'))
    const built = spawnSync(node, [join(root, 'bin/build.mjs')], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
    if (built.status !== 0) refuse('start.build-failed')
  }
  mkdirSync(join(root, 'dist'), { recursive: true })
  writeFileSync(stamp, JSON.stringify({ touched, content }))
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
