/** The real program in a process of its own, for tests that measure it or kill it: `apps/server.ts` on its own folder and port. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findRunningDatabase } from '../platform/database/embedded.ts'

export { freePort } from '../platform/testing/ports.ts'

const ROOT = new URL('..', import.meta.url).pathname

export interface Program {
  readonly url: string
  readonly dataDir: string
  readonly child: ChildProcess
  /** Everything it has said since the start. */
  said(): string
  /** Milliseconds until /readyz answered 200. Throws with what it said when it ended or took longer than `ms`. */
  ready(ms?: number): Promise<number>
  isRunning(): boolean
  /** Ends it politely and waits. */
  stop(): Promise<void>
  /** Ends it with SIGKILL and waits until the process is gone. */
  kill(): Promise<void>
}

/** Starts `node apps/server.ts`; nothing of the caller's environment but PATH and HOME reaches it. */
export function startProgram(options: { dataDir: string; port: number; env?: Record<string, string>; flags?: string[]; entry?: string; args?: string[] }): Program {
  const { dataDir, port } = options
  mkdirSync(dataDir, { recursive: true })
  const began = performance.now()
  const child = spawn(process.execPath, [...(options.flags ?? ['--max-semi-space-size=16']), join(ROOT, options.entry ?? 'apps/server.ts'), ...(options.args ?? [])], {
    cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'production', LOG_LEVEL: 'warn', DATA_DIR: dataDir, HOST: '127.0.0.1', PORT: String(port), NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/compiled'), ...options.env },
  })
  let output = ''
  const hear = (chunk: Buffer): void => { output = (output + chunk.toString()).slice(-20_000) }
  child.stdout!.on('data', hear)
  child.stderr!.on('data', hear)
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null
  const gone = new Promise<void>((done) => { child.once('exit', () => done()) })
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (isRunning()) { child.kill(signal); await gone }
  }
  const url = `http://127.0.0.1:${port}`
  return {
    url, dataDir, child, isRunning,
    said: () => output,
    async ready(ms = 30_000) {
      for (;;) {
        if (!isRunning()) throw new Error(`the program ended before it was ready: ${output}`)
        if (performance.now() - began > ms) throw new Error(`not ready after ${ms} ms: ${output}`)
        if (await isReady(url)) return Math.round(performance.now() - began)
        await sleep(25)
      }
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  }
}

export const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).then((answer) => answer.ok, () => false)

/** Process id of the folder's running postmaster, or null. */
export const postmasterOf = (dataDir: string): number | null => findRunningDatabase(dataDir)?.pid ?? null
