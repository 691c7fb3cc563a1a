/**
 * `npm run attacks [-- --full]`: runs the tests that stand for the attacks of the catalogue against the built program
 * and prints each attack with its verdict, tests and time. `--full` adds the whole corpora. Exit 1 when one is red or
 * was not run: what was not tried is not called safe.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { root } from '../../bin/install.mjs'
import { prove } from '../../bin/proof.mjs'
import { attacks, idsIn } from './catalogue.ts'

const isFull = process.argv.includes('--full')
if (isFull) process.env.ATTACKS_FULL = '1'
const files = [...new Set(Object.values(attacks).flatMap((one) => one.proof ?? []))]
const began = performance.now()

const tests = await prove(async ({ run, scratch }) => {
  const results = join(scratch, 'attacks.json')
  // Whole files: their tests stand on each other.
  await run(join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=json', `--outputFile.json=${results}`, ...files)
  if (!existsSync(results)) return []
  return JSON.parse(readFileSync(results, 'utf8')).testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ title, status, duration, failureMessages }) => ({ file: relative(root, name), title, status, ms: Math.round(duration ?? 0), why: failureMessages?.[0] ?? '', ids: idsIn(title) })))
})

const counts = { safe: 0, red: 0, 'not run': 0, 'not applicable': 0 }
const reds = []
for (const [id, attack] of Object.entries(attacks)) {
  if (attack.not) { counts['not applicable']++; console.log(`${id.padEnd(5)} not applicable   ${attack.what}: ${attack.not}`); continue }
  const mine = tests.filter((test) => test.ids.includes(id))
  const ran = mine.filter((test) => test.status === 'passed' || test.status === 'failed')
  const failed = ran.filter((test) => test.status === 'failed')
  const verdict = failed.length ? 'red' : attack.proof.every((file) => ran.some((test) => test.file === file)) ? 'safe' : 'not run'
  counts[verdict]++
  if (verdict !== 'safe') reds.push(`${id} ${verdict}: ${attack.what}. Safe is: ${attack.safe}\n${failed.map((test) => `  ${test.file}: ${test.title}\n    ${test.why.split('\n')[0]}`).join('\n')}`)
  console.log(`${id.padEnd(5)} ${(verdict === 'safe' ? 'safe' : verdict.toUpperCase()).padEnd(8)} ${String(ran.reduce((sum, test) => sum + test.ms, 0)).padStart(6)} ms  ${attack.what}  [${[...new Set(mine.map((test) => test.file))].join(', ')}]`)
}
for (const red of reds) console.log(`\n${red}`)
const skipped = tests.filter((test) => test.ids.length && test.status !== 'passed' && test.status !== 'failed').length
console.log(`\n${Object.keys(attacks).length} attacks: ${Object.entries(counts).map(([verdict, count]) => `${count} ${verdict}`).join(', ')}; ${tests.filter((test) => test.ids.length).length - skipped} tests, ${skipped} left out${isFull ? '' : ' (the corpora: --full)'}, ${Math.round((performance.now() - began) / 1000)} s`)
process.exit(counts.red || counts['not run'] ? 1 : 0)
