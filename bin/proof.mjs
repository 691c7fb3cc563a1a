/** What every proof stands on: tools, built pages, and a PostgreSQL of its own that is gone afterwards. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './install.mjs'
import { pinnedNode } from './launch.mjs'
import { ensureBuilt } from './pages.mjs'
import { ensureTools } from './tools.mjs'

/** Calls `work` with `run` (a program of the checkout on the pinned Node; answers whether it ended well) and a scratch folder. */
export async function prove(work) {
  const missing = ensureTools()
  if (missing.length > 0) console.log(`Skipping the tests that need ${missing.join(', ')}: install ${missing.length > 1 ? 'them' : 'it'} (apt-get install ${missing.join(' ')}) to run them.`)
  ensureBuilt(pinnedNode())

  const { startEmbeddedDatabase, removeData } = await import('../platform/database/embedded.ts')
  const { testSettings } = await import('../test/setup/settings.ts')
  const scratch = await freeFolder(removeData)
  const database = await startEmbeddedDatabase({ dataDir: scratch, settings: testSettings })
  let child
  const clear = async () => {
    await database.stop()
    await removeData(scratch)
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(name, async () => {
      child?.kill('SIGTERM')
      await clear()
      process.exit(1)
    })
  }

  const env = { ...process.env, TEST_DATABASE_URL: database.url, LOOPDESK_SKIP: missing.join(','), PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` }
  const run = (...words) => new Promise((resolve) => {
    child = spawn(pinnedNode(), words, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] })
    child.on('exit', (code) => resolve(code === 0))
    child.on('error', () => resolve(false))
  })
  try {
    return await work({ run, scratch })
  } finally {
    await clear()
  }
}

/** One folder per checkout, so that a run that was killed is tidied up by the next one; two runs at a time get two. */
async function freeFolder(removeData) {
  const name = join(tmpdir(), `loopdesk-npm-test-${createHash('sha256').update(root).digest('hex').slice(0, 8)}`)
  for (let number = 1; ; number++) {
    const folder = `${name}-${number}`
    if (!(await removeData(folder))) continue
    mkdirSync(folder)
    return folder
  }
}
