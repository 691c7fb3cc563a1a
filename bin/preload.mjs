/** Loaded before every program: writes the compile cache early, and ends with the process that started it. */
import { flushCompileCache } from 'node:module'
import { Socket } from 'node:net'

// Node writes it on a calm exit only, which a server that is killed never has.
setTimeout(() => flushCompileCache?.(), 4_000).unref()

function end() {
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 15_000).unref()
}

const tether = Number(process.env.LOOPDESK_TETHER)
if (tether) {
  delete process.env.LOOPDESK_TETHER
  const pipe = new Socket({ fd: tether, readable: true, writable: false })
  pipe.on('error', () => {})
  pipe.on('close', end)
  pipe.resume()
  pipe.unref()
} else if (process.env.npm_lifecycle_event === 'start') {
  // Whoever ends npm means the program, but npm passes no signal on when it is killed outright.
  const parent = process.ppid
  const look = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(look)
    end()
  }, 500)
  look.unref()
}
