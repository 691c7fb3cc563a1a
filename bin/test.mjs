/**
 * `npm test [-- vitest's words]`: everything that proves the product. Types, the checks of the house, then all
 * tests against a PostgreSQL of their own that is gone afterwards. Last line: `N passed, N failed[, N skipped]`.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureInstalled, root } from './install.mjs'
import { launch } from './launch.mjs'

ensureInstalled()
if (process.env.LOOPDESK_TEST === 'inside') await test()
else launch('bin/test.mjs', process.argv.slice(2), { env: { LOOPDESK_TEST: 'inside' } })

async function test() {
  delete process.env.LOOPDESK_TEST
  const { prove } = await import('./proof.mjs')
  const counts = { passed: 0, failed: 0, skipped: 0 }
  const count = (name, isGood) => {
    counts[isGood ? 'passed' : 'failed']++
    console.log(`${isGood ? '✓' : '✗'} ${name}`)
  }
  await prove(async ({ run, scratch }) => {
    count('types', await run(join(root, 'node_modules/typescript/bin/tsc'), '--noEmit'))
    if (existsSync(join(root, 'test/check.ts'))) count('checks of the house', await run('test/check.ts'))
    const results = join(scratch, 'results.json')
    const isGood = await run(join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${results}`, ...process.argv.slice(2))
    addResults(counts, results, isGood)
  })
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
