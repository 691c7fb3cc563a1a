/** The browser that all files of a worker share: to start one costs more than many a test in it. */
import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'

/** The shell lays out, draws, runs and refuses as the whole browser does, without the windows nobody sees. */
const executablePath = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'].map((name) => `/usr/bin/${name}`).find((path) => existsSync(path))
export const hasBrowser = executablePath !== undefined && !(process.env.LOOPDESK_SKIP ?? '').split(',').includes('chromium')

let running: Promise<Browser> | undefined
async function browser(): Promise<Browser> {
  // One that died under a test is not handed on.
  if (running && !(await running).isConnected()) running = undefined
  // No page here lives long enough to earn back what its last and dearest translation costs.
  return running ??= chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run', '--js-flags=--no-turbofan'] })
}

/** One file's share: each context is a stranger to every other, and `close` ends those that were opened through it. */
export type Share = Pick<Browser, 'newContext' | 'close'>

export async function openBrowser(): Promise<Share> {
  const contexts = new Set<BrowserContext>()
  await browser()
  return {
    async newContext(options) {
      const context = await (await browser()).newContext(options)
      contexts.add(context)
      context.once('close', () => contexts.delete(context))
      return context
    },
    async close() { await Promise.all([...contexts].map((context) => context.close())) },
  }
}
