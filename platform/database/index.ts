/**
 * The one way to PostgreSQL: a pool, and transactions on a reserved connection. Statements are tagged
 * templates, prepared by themselves, and are pipelined: a statement not yet awaited costs no round trip.
 */
import postgres from 'postgres'
import { socketHost } from './embedded-url.ts'

export type Db = postgres.Sql<Types>
export type Pool = Db
type Types = { instant: Date | string; bigint: number }

export interface PoolOptions { max?: number; name?: string; /** Server parameters of each connection. */ parameters?: Record<string, string> }

/** Instants come out as ISO 8601 strings (UTC, ms), bigint and numeric as numbers, columns in camelCase. */
export function openPool(url: string, options: PoolOptions = {}): Pool {
  return postgres(url, {
    ...socketHost(url),
    max: options.max ?? 10,
    connect_timeout: 5,
    idle_timeout: 120,
    max_lifetime: null,
    backoff: (attempt: number) => Math.min(0.05 * 2 ** attempt, 1),
    onnotice: () => {},
    connection: { application_name: options.name ?? 'loopdesk', TimeZone: 'UTC', statement_timeout: 30_000, lock_timeout: 10_000, idle_in_transaction_session_timeout: 60_000, ...options.parameters },
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
  }) as unknown as Pool
}

type Later = (query: PromiseLike<unknown>) => void

/**
 * Runs `work` between begin and commit on one connection. `later` registers writes that are sent at once
 * and awaited only with the commit, so begin, deferred writes and commit ride along with other statements.
 */
export async function transaction<T>(pool: Pool, work: (db: Db, later: Later) => Promise<T>): Promise<T> {
  const connection = await (pool as unknown as postgres.Sql).reserve()
  const db = connection as unknown as Db
  const pending: Promise<unknown>[] = []
  const later: Later = (query) => {
    const sent = Promise.resolve(query)
    sent.catch(() => {})
    pending.push(sent)
  }
  let result: T
  try {
    later(db`begin`)
    try {
      result = await work(db, later)
    } catch (error) {
      // A failed deferred write makes every later statement fail with 25P02: report the cause, not the echo.
      const cause = await firstFailure(pending)
      await db`rollback`.catch(() => {})
      throw cause && (error as { code?: string }).code === '25P02' ? cause : error
    }
    const commit = Promise.resolve(db`commit`)
    commit.catch(() => {})
    await Promise.all(pending)
    const done = await commit
    if (done.command !== 'COMMIT') throw new Error('the transaction was rolled back at commit')
  } finally {
    connection.release()
  }
  return result
}

async function firstFailure(pending: Promise<unknown>[]): Promise<unknown> {
  for (const outcome of await Promise.allSettled(pending)) if (outcome.status === 'rejected') return outcome.reason
  return undefined
}

const UNAVAILABLE = /^(08|57P0|53300|CONNECTION_|CONNECT_TIMEOUT|ECONN|ENOENT|EPIPE)/
/** True when the database could not be reached or is restarting: the caller may try again. */
export const isUnavailable = (error: unknown): boolean => UNAVAILABLE.test(String((error as { code?: unknown } | null)?.code ?? ''))
export const isDiskFull = (error: unknown): boolean => ['53100', 'ENOSPC'].includes(String((error as { code?: unknown } | null)?.code ?? ''))
/** Name of the violated unique constraint, or null. */
export function violatedKey(error: unknown): string | null {
  const fault = error as { code?: string; constraint_name?: string } | null
  return fault?.code === '23505' ? (fault.constraint_name ?? '') : null
}
