/** Builds the web apps into dist/: apps/<app>/vite.config.ts and further vite.<part>.config.ts beside it. */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))

for (const app of ['console', 'portal']) {
  const folder = join(root, 'apps', app)
  if (!existsSync(join(folder, 'vite.config.ts'))) continue
  const parts = readdirSync(folder).filter((name) => /^vite\.\w+\.config\.ts$/.test(name)).sort()
  const target = join(root, 'dist', app)
  // A running program serves the old pages until the new ones are whole.
  const draft = `${target}.new`
  rmSync(draft, { recursive: true, force: true })
  try {
    for (const config of ['vite.config.ts', ...parts]) {
      await build({ configFile: join(folder, config), logLevel: 'silent', mode: 'production', build: { outDir: draft, emptyOutDir: false } })
    }
  } catch (error) {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
  rmSync(target, { recursive: true, force: true })
  renameSync(draft, target)
}
