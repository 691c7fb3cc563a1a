/** What a room hands to the house: its manifest. The programs in apps/ wire the manifests; no room reads another's. */
import type { EventHandlers } from './events/book.ts'
import type { Endpoints } from './http/contract.ts'
import type { Mount } from './http/server.ts'
import type { Queues } from './jobs/index.ts'
import type { Policy } from './database/viewer.ts'
import type { PersonalRoom } from './personal-data.ts'
import type { App, Ctx } from './context.ts'
import type { FastifyInstance } from 'fastify'
import type { Pulse } from './events/pulse.ts'

/** Long-running work outside requests and jobs, e.g. an IMAP connection. */
export interface Service { stop(): Promise<void> }

export interface Module {
  name: string
  /** Folder URL of the SQL migrations, usually `new URL('./migrations/', import.meta.url)`. */
  migrations?: URL
  contract?: Endpoints
  /** Runs once a process, whatever its role: to hear of commits and forget copies. */
  attach?: (app: App) => void
  /** Runs once a process that lives on, whatever its role: to tell the other processes and hear of them. */
  connect?: (app: App, pulse: Pulse) => void
  /** Permissions the room knows, beside those its endpoints name. */
  permissions?: readonly string[]
  routes?: (mount: Mount, app: App, wiring: Wiring) => void
  events?: EventHandlers
  queues?: Queues
  /** Answers for rooms on the left: they declare a port by name and type, this room fills it. */
  provides?: Readonly<Record<string, unknown>>
  /** Started with the worker role, stopped with the process. */
  services?: (app: App, wiring: Wiring) => Promise<Service[]>
  /** Runs once before serving; throwing stops the start (fail closed). */
  selfTest?: (app: App) => Promise<void> | void
  /** Whom the room's tables speak of, and how somebody is taken out of them. */
  personal?: PersonalRoom
  /** Text folder URL holding {zh-Hant,zh-Hans,en}.json. */
  text?: URL
  /** Who may see which rows of the room's tables, said to the database itself. */
  policies?: readonly Policy[]
}

/** Parts of the running process some rooms need beyond the app. */
export interface Wiring { http: FastifyInstance | null; pulse: Pulse | null; log: Log }
export interface Log {
  info(what: Record<string, unknown> | string, message?: string): void
  warn(what: Record<string, unknown> | string, message?: string): void
  error(what: Record<string, unknown> | string, message?: string): void
}

/** One manifest from the parts of a large room, each in a folder of its own. */
export function compose(name: string, base: Pick<Module, 'migrations' | 'text' | 'policies'>, parts: readonly Omit<Module, 'name'>[]): Module {
  const merged = <T extends object>(pick: (part: Omit<Module, 'name'>) => T | undefined): T => Object.assign({}, ...parts.map((part) => pick(part) ?? {}))
  return {
    name, ...base,
    contract: merged((part) => part.contract), queues: merged((part) => part.queues), provides: merged((part) => part.provides as Record<string, unknown> | undefined),
    personal: { data: merged((part) => part.personal?.data), rows: merged((part) => part.personal?.rows), erase: async (ctx, person) => Object.assign({}, ...await inTurn(parts, (part) => part.personal?.erase?.(ctx, person))) },
    permissions: parts.flatMap((part) => part.permissions ?? []),
    events: { followers: chain(parts.map((part) => part.events?.followers ?? {})), listeners: chain(parts.map((part) => part.events?.listeners ?? {})), together: parts.flatMap((part) => part.events?.together ?? []) },
    routes: (mount, app, wiring) => { for (const part of parts) part.routes?.(mount, app, wiring) },
    services: async (app, wiring) => (await Promise.all(parts.map((part) => part.services?.(app, wiring) ?? []))).flat(),
    attach: (app) => { for (const part of parts) part.attach?.(app) },
    connect: (app, pulse) => { for (const part of parts) part.connect?.(app, pulse) },
    selfTest: async (app) => { for (const part of parts) await part.selfTest?.(app) },
  }
}

async function inTurn<T, R>(all: readonly T[], work: (one: T) => Promise<R> | undefined): Promise<R[]> {
  const done: R[] = []
  for (const one of all) { const result = await work(one); if (result !== undefined) done.push(result) }
  return done
}

// Two parts may hear of the same event; both do, in the order of the parts.
function chain<E>(all: Record<string, (ctx: Ctx, event: E) => Promise<void>>[]): Record<string, (ctx: Ctx, event: E) => Promise<void>> {
  const result: Record<string, (ctx: Ctx, event: E) => Promise<void>> = {}
  for (const listeners of all) for (const [type, listen] of Object.entries(listeners)) {
    const before = result[type]
    result[type] = before ? async (ctx, event) => { await before(ctx, event); await listen(ctx, event) } : listen
  }
  return result
}
