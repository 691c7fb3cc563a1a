/**
 * The one way to PostgreSQL: a pool, and transactions on a reserved connection. Statements are tagged
 * templates, prepared by themselves, and are pipelined: a statement not yet awaited costs no round trip.
 */
import postgres from 'postgres'
import { socketHost } from './embedded-url.ts'
import { renewing } from './renew.ts'
import { watchedSocket } from './silence.ts'

export type Db = postgres.Sql<Types>
export type Pool = Db
/** A part of a statement, to be put into another. */
export type Fragment = postgres.PendingQuery<postgres.Row[]>
type Types = { instant: Date | string; bigint: number }

export interface PoolOptions {
  max?: number
  name?: string
  /** Server parameters of each connection. */
  parameters?: Record<string, string>
  /** After this long without a word from the server a connection is made anew; null: it may be silent, e.g. to hold a lock. */
  silentMs?: number | null
}

const STATEMENT_MS = 30_000
const SILENT_MS = STATEMENT_MS + 5_000

/** Instants come out as ISO 8601 strings (UTC, ms), bigint and numeric as numbers, columns in camelCase. */
export function openPool(url: string, options: PoolOptions = {}): Pool {
  const silentMs = options.silentMs === undefined ? SILENT_MS : options.silentMs
  return renewing((onLoss) => postgres(url, {
    ...socketHost(url),
    ...(silentMs === null || socketHost(url).host ? {} : { socket: watchedSocket(silentMs) }),
    max: options.max ?? 10,
    onclose: onLoss,
    connect_timeout: 5,
    idle_timeout: null,
    max_lifetime: null,
    backoff: (attempt: number) => Math.min(0.05 * 2 ** attempt, 1),
    onnotice: () => {},
    connection: { application_name: options.name ?? 'loopdesk', TimeZone: 'UTC', statement_timeout: STATEMENT_MS, lock_timeout: 10_000, idle_in_transaction_session_timeout: 60_000, ...options.parameters },
    // Only the columns' names: postgres.camel alone also renames the keys inside jsonb, which are the callers' own.
    transform: { column: postgres.camel.column, undefined: null },
    types: {
      instant: {
        to: 1184, from: [1184],
        serialize: (value: Date | string) => (value instanceof Date ? value.toISOString() : value),
        parse: (text: string) => new Date(text).toISOString(),
      },
      day: { to: 1082, from: [1082], serialize: (value: string) => value, parse: (text: string) => text },
      bigint: { to: 20, from: [20, 1700], serialize: (value: number) => String(value), parse: (text: string) => Number(text) },
    },
  } as never) as unknown as postgres.Sql) as unknown as Pool
}

type Later = (query: PromiseLike<unknown>) => void

/**
 * Runs `work` between begin and commit on one connection. `later` registers writes that are sent at once
 * and awaited only with the commit, so begin, deferred writes and commit ride along with other statements.
 */
export async function transaction<T>(pool: Pool, work: (db: Db, later: Later) => Promise<T>): Promise<T> {
  const connection = await (pool as unknown as postgres.Sql).reserve()
  const guard = guardOf(connection)
  const { db } = guard
  const pending: Promise<unknown>[] = []
  const later: Later = (query) => {
    const sent = Promise.resolve(query)
    sent.catch(() => {})
    pending.push(sent)
  }
  let result: T
  try {
    later(guard.begin())
    try {
      result = await Promise.race([work(db, later), guard.lost])
    } catch (error) {
      if (guard.isLost()) throw error
      guard.end()
      // A failed deferred write makes every later statement fail with 25P02: report the cause, not the echo.
      const cause = await Promise.race([firstFailure(pending), guard.lost])
      if (!guard.isLost()) await Promise.race([guard.rollback().catch(() => {}), guard.lost])
      throw cause && (error as { code?: string }).code === '25P02' ? cause : error
    }
    const commit = Promise.resolve(db`commit`)
    commit.catch(() => {})
    // To the last answer: a connection given back with a statement under way answers the next holder with it.
    // A lost one never answers for what still waited its turn.
    const failed = await Promise.race([firstFailure(pending), guard.lost])
    const done = await Promise.race([commit, guard.lost])
    if (failed) throw failed
    if (done.command !== 'COMMIT') throw new Error('the transaction was rolled back at commit')
  } finally {
    guard.release()
  }
  return result
}

export interface Guard {
  db: Db
  /** Sends a statement that was made elsewhere, at once; one after the other they go out in this order. */
  send(statement: Statement): void
  /** The same with the first one, in place of begin. */
  first(statement: Statement): void
  begin(): PromiseLike<unknown>
  rollback(): Promise<unknown>
  lost: Promise<never>
  isLost(): boolean
  end(): void
  release(): void
}
export type Statement = { handler: (statement: Statement) => void; resolve: (rows: unknown) => void; reject: (error: unknown) => void; options: Record<string, unknown>; executed: boolean }
type Wire = { onclose: ((error: unknown) => void) | null }

/**
 * postgres.js does not tell who holds a reserved connection that it is gone: a statement sent then would be
 * written to no socket, and a release would put the dead connection back among the living. This hears of the
 * end, fails the transaction and keeps its hands off the connection, which the pool opens anew by itself. It also
 * stops what outlives a failure: of two branches at work one was refused, and the other would go on sending into
 * whatever the connection is used for next.
 */
export function guardOf(connection: postgres.ReservedSql): Guard {
  let wire: Wire | null = null
  let error: unknown = null
  let ended = false
  let fail: (error: unknown) => void = () => {}
  const lost = new Promise<never>((_, reject) => { fail = reject })
  lost.catch(() => {})
  const hear = (opened: Wire): boolean => {
    wire = opened
    opened.onclose = (reason) => { error = reason ?? new Error('the connection ended'); fail(error) }
    return true
  }
  const { handler } = connection`` as unknown as Statement
  const send = (statement: Statement): void => {
    statement.executed = true
    if (error) statement.reject(error)
    else handler(statement)
  }
  return {
    db: new Proxy(connection, { apply(target, self, args) {
      if (error) throw error
      const made = Reflect.apply(target as never, self, args) as Partial<Statement>
      // A statement is handed over when it is awaited, which may be long after it was made.
      const hand = made.handler
      if (hand) made.handler = (statement) => { if (ended) statement.reject(new Error('the transaction has ended')); else hand(statement) }
      return made
    } }) as unknown as Db,
    send,
    first(statement) {
      statement.options = { ...statement.options, onexecute: hear }
      send(statement)
      // A statement that must be described first tells nobody where it went.
      if (wire) return
      const telling = connection.unsafe('', [], { onexecute: hear } as never)
      send(telling as unknown as Statement)
      telling.catch(() => {})
    },
    rollback: () => Promise.resolve(connection`rollback`),
    end: () => { ended = true },
    begin: () => connection.unsafe('begin', [], { onexecute: hear } as never),
    lost,
    isLost: () => error !== null,
    release() {
      ended = true
      if (error) return
      if (wire) wire.onclose = null
      connection.release()
    },
  }
}

async function firstFailure(pending: Promise<unknown>[]): Promise<unknown> {
  for (const outcome of await Promise.allSettled(pending)) if (outcome.status === 'rejected') return outcome.reason
  return undefined
}

const UNAVAILABLE = /^(08|57P0|53300|CONNECTION_|CONNECT_TIMEOUT|ECONN|ENOENT|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)/
/** True when the database could not be reached or is restarting: the caller may try again. */
export const isUnavailable = (error: unknown): boolean => UNAVAILABLE.test(String((error as { code?: unknown } | null)?.code ?? ''))
/** True when only the moment was wrong: another's lock, or a race that was lost too often. */
export const isBusy = (error: unknown): boolean => ['55P03', '40001', '40P01'].includes(String((error as { code?: unknown } | null)?.code ?? ''))
export const isDiskFull = (error: unknown): boolean => ['53100', 'ENOSPC'].includes(String((error as { code?: unknown } | null)?.code ?? ''))
/** Name of the violated unique constraint, or null. */
export function violatedKey(error: unknown): string | null {
  const fault = error as { code?: string; constraint_name?: string } | null
  return fault?.code === '23505' ? (fault.constraint_name ?? '') : null
}
