/** `node bin/run.mjs FILE args…`: a program of this checkout on the pinned Node, with everything installed. */
import { ensureInstalled } from './install.mjs'
import { launch } from './launch.mjs'

ensureInstalled()
launch(process.argv[2], process.argv.slice(3))
