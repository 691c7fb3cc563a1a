import { defineConfig } from 'vitest/config'

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
    maxWorkers: 2,
    // Two browsers and two servers on two shared processors: a stolen second is not a fault. What is broken fails three times.
    retry: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
