/**
 * `npm test [-- vitest's words]`: everything that proves the product. Types, the checks of the house, then all
 * tests against a PostgreSQL of their own that is gone afterwards. Last line: `N passed, N failed[, N skipped]`.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureInstalled, root } from './install.mjs'
import { launch, pinnedNode } from './launch.mjs'
import { ensureBuilt } from './pages.mjs'
import { ensureTools } from './tools.mjs'

ensureInstalled()
if (process.env.LOOPDESK_TEST === 'inside') await test()
else launch('bin/test.mjs', process.argv.slice(2), { env: { LOOPDESK_TEST: 'inside' } })

async function test() {
  delete process.env.LOOPDESK_TEST
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
  const counts = { passed: 0, failed: 0, skipped: 0 }
  const count = (name, isGood) => {
    counts[isGood ? 'passed' : 'failed']++
    console.log(`${isGood ? '✓' : '✗'} ${name}`)
  }
  try {
    count('types', await run(join(root, 'node_modules/typescript/bin/tsc'), '--noEmit'))
    if (existsSync(join(root, 'test/check.ts'))) count('checks of the house', await run('test/check.ts'))
    const results = join(scratch, 'results.json')
    const isGood = await run(join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${results}`, ...process.argv.slice(2))
    addResults(counts, results, isGood)
  } finally {
    await clear()
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed${counts.skipped ? `, ${counts.skipped} skipped` : ''}`)
  process.exit(counts.failed ? 1 : 0)
}

/** A file that could not even be read counts as one failed test, and so does a run that failed without saying where. */
function addResults(counts, file, isGood) {
  const before = counts.failed
  if (existsSync(file)) {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(readFileSync(file, 'utf8'))
    counts.passed += numPassedTests
    counts.failed += numFailedTests + testResults.filter((one) => one.status === 'failed' && !one.assertionResults.some((test) => test.status === 'failed')).length
    counts.skipped += numPendingTests + numTodoTests
  }
  if (!isGood && counts.failed === before) counts.failed++
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
