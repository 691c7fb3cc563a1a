/** `npm start`: installs, builds the pages, serves; each only when it is needed. */
import { ensureInstalled } from './install.mjs'
import { launch, pinnedNode } from './launch.mjs'
import { ensureBuilt } from './pages.mjs'

ensureInstalled()
ensureBuilt(pinnedNode())
launch('apps/server.ts', process.argv.slice(2), { flags: ['--max-semi-space-size=16'], env: { NODE_ENV: process.env.NODE_ENV || 'production' } })
