/** `node bin/run.mjs test/faults/run.ts [--kills 8] [--clients 4] seed…`: the storm with seeds of one's own choice. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describe, storm } from './storm.ts'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { kills: { type: 'string', default: '8' }, clients: { type: 'string', default: '4' } } })
const seeds = positionals.length ? positionals.map(Number) : [1]
for (const seed of seeds) {
  const began = performance.now()
  const verdict = await storm({ seed, kills: Number(values.kills), clients: Number(values.clients), dataDir: mkdtempSync(join(tmpdir(), 'loopdesk-storm-')), say: (line) => console.log(`  ${line}`) })
  console.log(describe(seed, verdict, (performance.now() - began) / 1000))
  if (!verdict.isGood) process.exitCode = 1
}
