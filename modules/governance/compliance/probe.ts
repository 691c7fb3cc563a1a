/** What checks may ask this installation: its database, its own answers over HTTP, commands that are rolled back. */
import type { Actor } from '../../../platform/access/index.ts'
import { systemActor } from '../../../platform/access/index.ts'
import { type App, type Ctx, run } from '../../../platform/context.ts'
import { Fault } from '../../../platform/fault.ts'
import type { Evidence, Open } from './contract.ts'

export interface Probe {
  app: App
  /** Where this installation answers over HTTP now; null when it does not. */
  base: string | null
}
/** One clause: what of it is asked here, and what is not. */
export interface Clause { id: string; clause: string; ask?: (probe: Probe) => Promise<Evidence[]>; needsHttp?: true; open?: readonly Open[] }

export const ok = (what: string, args: Evidence['args'] = {}): Evidence => ({ result: 'ok', what, args })
export const bad = (what: string, args: Evidence['args'] = {}): Evidence => ({ result: 'bad', what, args })
export const info = (what: string, args: Evidence['args'] = {}): Evidence => ({ result: 'info', what, args })
export const judged = (isOk: boolean, what: string, args: Evidence['args'] = {}): Evidence => ({ result: isOk ? 'ok' : 'bad', what, args })
export const notBuilt = (what: string): Open => ({ why: 'not-built', what })
export const byYou = (what: string): Open => ({ why: 'by-you', what })
export const elsewhere = (what: string): Open => ({ why: 'elsewhere', what })

class RolledBack extends Error {}
/** Does a command for real in a transaction that is then rolled back; answers the fault's code when it was refused. */
export async function tried(app: App, command: (ctx: Ctx) => Promise<unknown>, actor: Actor = systemActor): Promise<string | null> {
  try {
    await run(app, { actor }, async (ctx) => { await command(ctx); throw new RolledBack() })
  } catch (error) {
    if (error instanceof RolledBack) return null
    return error instanceof Fault ? error.code : String((error as Error).message)
  }
  return null
}

/** First column of the first row, as a number. */
export async function count(app: App, query: (db: App['pool']) => PromiseLike<readonly { count: number }[]>): Promise<number> {
  return Number((await query(app.pool))[0]?.count ?? 0)
}

export interface Answered { status: number; headers: Headers; text: string }
export async function ask(base: string, method: string, path: string, options: { body?: string; headers?: Record<string, string> } = {}): Promise<Answered> {
  const response = await fetch(base + path, { method, redirect: 'manual', signal: AbortSignal.timeout(10_000), ...(options.body === undefined ? {} : { body: options.body }), headers: { ...(options.body === undefined ? {} : { 'content-type': 'application/json' }), ...options.headers } })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** The first of the places this installation may answer at that does. */
export async function findBase({ config }: App): Promise<string | null> {
  const host = config.host === '0.0.0.0' ? '127.0.0.1' : config.host === '::' ? '[::1]' : config.host.includes(':') ? `[${config.host}]` : config.host
  for (const base of [config.publicUrl, `http://${host}:${config.port}`]) {
    const answer = await ask(base, 'GET', '/readyz').catch(() => null)
    if (answer?.status === 200 && answer.headers.get('x-request-id')) return base
  }
  return null
}
