/** A short seed of the rig in each topology; `npm run faults` has them all. */
import { describe, expect, test } from 'vitest'
import { describe as tell, runRig } from './rig.ts'

const SEED = 20260302

// Most of the time goes by waiting for leases to end, so both may wait together.
describe.concurrent('faults', () => {
  test.for([
    ['program', ['F01', 'F03']],
    ['nodes', ['F01', 'F02', 'F03']],
  ] as const)('4.1-a F01 F02 F03 kill -9 under load, topology %s: nothing acknowledged is lost, nothing doubled without its mark', { timeout: 240_000, retry: 1 }, async ([topology, only]) => {
    const report = await runRig({ topology, seed: SEED, isShort: true, only })
    console.log(tell(report))
    expect([...report.struck, ...report.findings].flatMap(({ id, wrong }) => wrong.map((one) => `${id} ${one}`))).toEqual([])
    expect(report.counts.acknowledged).toBeGreaterThan(30)
    expect(report.counts.commands).toBeGreaterThan(30)
    expect(report.counts.webhooks).toBeGreaterThan(30)
  })
})
