/** The demonstration company as part of the running program: filled by a process of its own, so that serving stays quick. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { emit } from '../../platform/events/book.ts'
import { Fault } from '../../platform/fault.ts'
import type { App } from '../../platform/context.ts'
import type { Log, Module } from '../../platform/module.ts'
import { demo } from './contract.ts'
import { demoState, removeDemo, saveState } from './index.ts'

const cli = fileURLToPath(new URL('../cli.ts', import.meta.url))

function fill(app: App, log: Log, size: { days: number; requests: number }): void {
  const child = spawn(process.execPath, [cli, 'demo', '--json', '--days', String(size.days), '--requests', String(size.requests)], {
    stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, PUBLIC_URL: app.config.publicUrl, DATA_DIR: app.config.dataDir },
  })
  let trouble = ''
  child.stderr.on('data', (chunk: Buffer) => { trouble = (trouble + chunk).slice(-2000) })
  child.on('exit', (code) => {
    if (!code) return
    log.error({ trouble }, 'the demonstration company could not be made')
    demoState(app).then((now) => saveState(app, { ...now, state: now.personIds.length ? 'cancelled' : 'none' })).catch((error: unknown) => log.error({ err: error }, 'demonstration state not saved'))
  })
}

export const demoRoom: Module = {
  name: 'demo',
  contract: demo,
  routes: (mount, app, { log }) => {
    // Chosen at the first visit: the company moves in while the administrator looks around.
    app.book.onCommit((events) => {
      if (events.some((event) => event.type === 'staff.set-up' && event.data.start === 'demo')) fill(app, log, { days: 30, requests: 4000 })
    })
    mount(demo.state, () => demoState(app))
    mount(demo.start, async (ctx, { body }) => {
      const now = await demoState(app)
      if (!['none', 'cancelled'].includes(now.state)) throw new Fault('demo.exists', 409)
      const [any] = await ctx.db`select 1 from requests.request limit 1`
      if (any) throw new Fault('demo.not-empty', 409)
      fill(app, log, body)
      await emit(ctx, 'platform.demo-started', { data: body })
      return { state: 'filling' as const, done: 0, total: body.requests }
    })
    mount(demo.cancel, async (ctx) => {
      const now = await demoState(app)
      if (now.state === 'filling') {
        await saveState(app, { ...now, state: 'cancelled' })
        await emit(ctx, 'platform.demo-cancelled', {})
      }
      return demoState(app)
    })
    mount(demo.remove, async (ctx) => { await removeDemo(app); await emit(ctx, 'platform.demo-removed', {}); return demoState(app) })
  },
}
