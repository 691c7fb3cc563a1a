/**
 * What every command is handed: the open transaction, the clock, who acts. The runner (HTTP, job, listener,
 * test) makes it; no function has an optional transaction to forget.
 */
import type { Actor } from './access/index.ts'
import type { Db, Pool } from './database/index.ts'
import { openView } from './database/view.ts'
import type { EventBook } from './events/book.ts'
import type { NewEvent } from './events/write.ts'
import type { Keys } from './crypto/index.ts'
import { hasStaleMaster, type Vault } from './crypto/vault.ts'
import type { Clock } from './clock/index.ts'
import type { Config } from './config.ts'
import type { PersonalRoom } from './personal-data.ts'
import type { Locale } from '../lib/text/index.ts'
import type { Origin } from './origin.ts'
import { transaction, violatedKey } from './database/index.ts'
import { flushEvents } from './events/write.ts'
import { presentOrigin, withOrigin } from './origin.ts'
import { Fault } from './fault.ts'
import { askerOf, systemActor } from './access/index.ts'

/** What lives as long as the process: wiring, never business state. */
export interface App {
  pool: Pool
  /** Connections bound by the tables' policies; null while the backstop does not stand (database/viewer.ts). */
  viewer: Pool | null
  config: Config
  clock: Clock
  keys: Keys
  vault: Vault
  book: EventBook
  /** What rooms on the right provide for rooms on the left to ask, by name; filled at start, never later. */
  ports: ReadonlyMap<string, unknown>
  /** Every permission the rooms know. */
  permissions: ReadonlySet<string>
  /** What each room keeps about people, in the order of the row, the house itself last. */
  personal: ReadonlyMap<string, PersonalRoom>
}

export interface Ctx {
  app: App
  db: Db
  now: Date
  actor: Actor
  locale: Locale
  /** The call this belongs to; null in jobs and listeners. */
  origin: Origin | null
  /** Events of this transaction, written in one statement just before commit. */
  events: NewEvent[]
  /** Sends a write without waiting for it; its failure fails the commit. Saves a round trip each. */
  later(query: PromiseLike<unknown>): void
  /**
   * Adds a row to what one statement writes. Commands that share a transaction share that statement too, which is sent
   * with the commit; otherwise it is sent at once. Nothing the command sends afterwards may depend on the row.
   */
  gather<R>(write: (ctx: Pick<Ctx, 'db'>, rows: readonly R[]) => PromiseLike<unknown>, row: R): void
  /**
   * Asks one question of a kind. Commands that share a transaction and ask at the same moment share one statement:
   * `read` gets every question and answers them in their order.
   */
  ask<Q, A>(read: (ctx: Pick<Ctx, 'db'>, questions: readonly Q[]) => Promise<readonly A[]>, question: Q): Promise<A>
  /** False when the context only reads (no transaction, nothing may be emitted). */
  writes: boolean
}

export interface RunOptions { actor?: Actor; locale?: Locale; now?: Date; origin?: Origin | null }

const RETRIED = new Set(['40001', '40P01'])
// The loser of two identical commands runs again and then finds the winner's result.
const RETRIED_KEYS = new Set(['intake_pkey', 'idempotency_pkey'])
const isRetried = (error: unknown): boolean =>
  RETRIED.has((error as { code?: string } | null)?.code ?? '') || RETRIED_KEYS.has(violatedKey(error) ?? '')
/** Raised by our own functions in the database when others were quicker: each time somebody got on, so it ends. */
const isOvertaken = (error: unknown): boolean => (error as { code?: string } | null)?.code === 'LD001'
const MOST_ATTEMPTS = 4
const MOST_OVERTAKEN = 40

/** Runs a command in one transaction; commits its writes, events and jobs together or not at all. */
export async function run<T>(app: App, options: RunOptions, command: (ctx: Ctx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await commit(app, (open) => command(open(options)))
    } catch (error) {
      if (!(isRetried(error) && attempt < MOST_ATTEMPTS) && !(isOvertaken(error) && attempt < MOST_OVERTAKEN) && !(attempt < MOST_ATTEMPTS && await hasStaleMaster(app, error))) throw error
      await new Promise((wake) => setTimeout(wake, 5 * attempt + Math.random() * 20))
    }
  }
}

/** One transaction with the contexts that `work` opens in it; answers what `work` answers, after commit. */
async function commit<T>(app: App, work: (open: (options: RunOptions) => Ctx) => Promise<T>, isShared = false): Promise<T> {
  const events: NewEvent[] = []
  const result = await transaction(app.pool, async (db, later) => {
    const opened: Ctx[] = []
    const gathered = new Map<Parameters<Ctx['gather']>[0], unknown[]>()
    const gather: Ctx['gather'] = (write, row) => {
      const rows = gathered.get(write as never)
      if (!isShared) later(write({ db }, [row]))
      else if (rows) rows.push(row)
      else gathered.set(write as never, [row])
    }
    const ask: Ctx['ask'] = isShared ? askingTogether(db) : askAlone(db)
    const value = await work((options) => {
      const ctx: Ctx = {
        app, db, later, gather, ask, writes: true, events: [],
        now: options.now ?? app.clock.now(),
        actor: options.actor ?? systemActor,
        locale: options.locale ?? 'zh-Hant',
        origin: options.origin ?? presentOrigin(),
      }
      opened.push(ctx)
      return ctx
    })
    for (const [write, rows] of gathered) later(write({ db }, rows as never))
    for (const ctx of opened) events.push(...ctx.events)
    flushEvents(db, later, events)
    return value
  })
  // Timers started here belong to whoever hears of the events, not to this call.
  if (events.length) withOrigin(null, () => app.book.committed(events))
  return result
}

/**
 * Several commands in one transaction, each with the context that `open` gives it; events, jobs and writes of all of
 * them are committed together or not at all. They may run side by side as long as none reads what another writes.
 */
export const severally = <T>(app: App, work: (open: (options: RunOptions) => Ctx) => Promise<T>): Promise<T> => commit(app, work)

export interface Together { (options: RunOptions, command: (ctx: Ctx) => Promise<unknown>): Promise<unknown> }
interface Waiting { options: RunOptions; command: (ctx: Ctx) => Promise<unknown>; resolve(value: unknown): void; reject(error: unknown): void }
const MOST_TOGETHER = 32

/**
 * A way to run commands that come by the dozen: those that arrive while one transaction is being committed share the
 * next one, each with its own actor, and so share its round trips and its wait for the disk. When one of them fails,
 * nothing of that transaction happened and each runs again by itself, so that none suffers for another.
 */
export function gathering(app: App): Together {
  const waiting: Waiting[] = []
  let isRunning = false
  const next = async (): Promise<void> => {
    while (waiting.length) await runTogether(app, waiting.splice(0, MOST_TOGETHER))
    isRunning = false
  }
  return (options, command) => new Promise((resolve, reject) => {
    waiting.push({ options, command, resolve, reject })
    if (isRunning) return
    isRunning = true
    // What else this turn of the program reads from its sockets comes along.
    setImmediate(() => void next())
  })
}

async function runTogether(app: App, together: readonly Waiting[]): Promise<void> {
  const alone = () => Promise.all(together.map(({ options, command, resolve, reject }) => run(app, options, command).then(resolve, reject)))
  if (together.length === 1) { await alone(); return }
  try {
    const values = await commit(app, async (open) => {
      const outcomes = await Promise.allSettled(together.map(({ options, command }) => command(open(options))))
      return outcomes.map((outcome) => { if (outcome.status === 'rejected') throw outcome.reason; return outcome.value as unknown })
    }, true)
    together.forEach(({ resolve }, nr) => { resolve(values[nr]) })
  } catch {
    await alone()
  }
}

const askAlone = (db: Db): Ctx['ask'] => async (read, question) => (await read({ db }, [question]))[0]!

interface Asked { question: unknown; resolve(answer: unknown): void; reject(error: unknown): void }
function askingTogether(db: Db): Ctx['ask'] {
  const open = new Map<unknown, Asked[]>()
  return ((read: (ctx: Pick<Ctx, 'db'>, questions: readonly unknown[]) => Promise<readonly unknown[]>, question: unknown) => new Promise((resolve, reject) => {
    const asked = open.get(read)
    if (asked) { asked.push({ question, resolve, reject }); return }
    const all: Asked[] = [{ question, resolve, reject }]
    open.set(read, all)
    // After everything this turn of the program still has to say.
    process.nextTick(() => {
      open.delete(read)
      read({ db }, all.map((one) => one.question)).then(
        (answers) => { all.forEach((one, nr) => { one.resolve(answers[nr]) }) },
        (error: unknown) => { for (const one of all) one.reject(error) })
    })
  })) as Ctx['ask']
}

/**
 * A context that only reads, straight from the pool: no transaction to pay for. For people and programs that do not see
 * everything it sees what the database's own policies let them see, whatever the statement forgets to ask.
 */
export function reading(app: App, options: RunOptions): Ctx {
  const actor = options.actor ?? systemActor
  const asker = actor.kind === 'agent' || actor.kind === 'client' ? askerOf(actor) : null
  const db = asker && app.viewer ? openView(app.viewer, asker) : app.pool
  return {
    app, db, actor, writes: false, events: [],
    now: options.now ?? app.clock.now(),
    locale: options.locale ?? 'zh-Hant',
    origin: options.origin ?? presentOrigin(),
    later: () => { throw new Fault('platform.read-only', 500) },
    gather: () => { throw new Fault('platform.read-only', 500) },
    ask: askAlone(db),
  }
}

/** The reader's way to ask a second question while the first is answered; a command has one connection and asks in turn. */
export const beside = (ctx: Ctx): Ctx => (ctx.writes ? ctx : reading(ctx.app, ctx))

/**
 * The same question asked by the house itself, where an answer is more than its reader may see one by one: a number, or
 * that something is there. What comes back is for the caller to narrow.
 */
export const asHouse = (ctx: Ctx): Ctx => (ctx.writes ? ctx : { ...ctx, db: ctx.app.pool, ask: askAlone(ctx.app.pool) })
