import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Minutes long each: begun first, so that none is left alone at the end; what waits beside what works. */
const LONG = ['journeys/sweep', 'faults/faults', 'attacks/exhaustion', 'ui/ui', 'database/embedded', 'journeys/federation', 'secrecy/secrecy', 'journeys/loop', 'mail/dovecot', 'attacks/rendering', 'demo/year', 'journeys/insight', 'input/refused', 'input/naughty']
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => { const nr = LONG.findIndex((one) => moduleId.includes(`/${one}.test.`)); return nr < 0 ? LONG.length : nr }
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  test: {
    // File names of customers are not ASCII, and a browser under the plain C locale would rename them.
    env: { LANG: 'C.UTF-8' },
    // postgres.js asks each new connection for the array types and lets nobody hear when a test has killed the server meanwhile.
    onUnhandledError: (error) => !('query' in error && String(error.query).includes('b.typarray')),
    include: ['**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', 'dist/**', 'data/**'],
    globalSetup: './test/setup/global.ts',
    pool: 'forks',
    // No test replaces a module, and each has a database and an installation of its own: a worker reads the program once for all its files.
    isolate: false,
    // As many as the processors of a small machine: a third makes the browsers and the waiting tests miss their time.
    maxWorkers: 2,
    sequence: { sequencer: LongFirst },
    // Two browsers and two servers on two shared processors: a stolen second is not a fault. What is broken fails three times.
    retry: 2,
    // A browser beside a busy neighbour: what comes late has come, and how late is the bench's to measure.
    expect: { poll: { timeout: 15_000 } },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
