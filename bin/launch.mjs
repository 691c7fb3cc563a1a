/** Hands over to the pinned Node: machines come with any, the program runs on one. */
import { spawn } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './install.mjs'
import { refuse } from './words.mjs'

/** The Node of package.json, else a present one that is new enough. */
export function pinnedNode() {
  const pinned = join(root, 'node_modules/.bin/node')
  if (existsSync(pinned)) return pinned
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  return refuse('start.node-missing', { platform: `${process.platform} ${process.arch}` })
}

/** Compiled code is kept between starts: beside the packages, or with the data when those are not ours to write. */
function cacheFolder() {
  try {
    accessSync(join(root, 'node_modules'), constants.W_OK)
    return join(root, 'node_modules/.cache/compiled')
  } catch {
    return join(process.env.DATA_DIR || join(root, 'data'), 'cache')
  }
}

/** `program` of the checkout with the pinned Node, in this process's place where the system can; never returns. */
export function launch(program, args, { flags = [], env = {} } = {}) {
  const node = pinnedNode()
  const words = [...flags, '--import', new URL('preload.mjs', import.meta.url).href, join(root, program), ...args]
  const all = { NODE_COMPILE_CACHE: cacheFolder(), ...process.env, ...env }
  // One process less, and signals need no passing on. Node 20 can't.
  if (process.execve) process.execve(node, [node, ...words], all)

  // The child sees this pipe close when we are killed outright, and ends itself: see preload.mjs.
  const child = spawn(node, words, { env: { ...all, LOOPDESK_TETHER: '3' }, stdio: ['inherit', 'inherit', 'inherit', 'pipe'] })
  child.stdio[3].on('error', () => {})
  for (const name of ['SIGTERM', 'SIGHUP', 'SIGINT']) {
    process.on(name, () => {
      // Ctrl-C reaches the child from the terminal itself, and a second one would cut its tidying up short.
      if (name === 'SIGINT' && process.stdin.isTTY) setTimeout(() => child.kill('SIGTERM'), 15_000)
      else child.kill(name)
    })
  }
  const parent = process.ppid
  // Killing npm or the shell around us means the program too; see preload.mjs.
  if (process.env.npm_lifecycle_event === 'start') setInterval(() => { if (process.ppid !== parent) child.kill('SIGTERM') }, 500)
  child.on('error', (error) => {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    if (!signal) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}
