/** `npm run faults [-- --seeds 5 --topology nodes --only F02,F03 --short seed…]`: exit 0 when every seed of every topology is good. */
import { parseArgs } from 'node:util'
import { describe, runRig } from './rig.ts'
import { closeSites } from './site.ts'
import type { Topology } from './site.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: 'string', default: '1' }, topology: { type: 'string', default: 'all' }, only: { type: 'string' }, short: { type: 'boolean' } },
})
const topologies = (['program', 'nodes'] as const).filter((one: Topology) => values.topology === 'all' || values.topology === one)
if (!topologies.length) throw new RangeError(`--topology is program, nodes or all: ${values.topology}`)
const seeds = positionals.length ? positionals.map(Number) : Array.from({ length: Number(values.seeds) }, (_, nr) => nr + 1)

for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => { void closeSites().finally(() => process.exit(1)) })

const verdicts: string[] = []
for (const topology of topologies) {
  for (const seed of seeds) {
    const report = await runRig({ topology, seed, isShort: values.short ?? false, ...(values.only ? { only: values.only.split(',') } : {}), say: (line) => console.error(line) })
    console.log(describe(report))
    verdicts.push(`${topology} ${seed} ${report.isGood ? 'good' : 'WRONG'}`)
    if (!report.isGood) process.exitCode = 1
  }
}
console.log(verdicts.join(' · '))
