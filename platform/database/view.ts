/**
 * Statements of one reader, behind a statement that says who asks: both travel together, and what is asked in answer to
 * an answer joins them, so nothing is waited for that was not waited for before. No transaction: each statement looks
 * for itself, as it would straight from the pool.
 */
import type postgres from 'postgres'
import { type Db, guardOf, type Guard, type Pool, type Statement } from './index.ts'

/** What the policies go by; null and empty show nothing. */
export interface Asker {
  /** The person; null for a program. */
  me: string | null
  program: string | null
  teams: readonly string[]
  regions: readonly string[]
}

const naming = (db: Db, { me, program, teams, regions }: Asker): Statement & PromiseLike<unknown> =>
  db`select set_config('loopdesk.me', ${me ?? ''}, false), set_config('loopdesk.program', ${program ?? ''}, false),
    set_config('loopdesk.teams', ${teams as string[]}::uuid[]::text, false), set_config('loopdesk.regions', ${regions as string[]}::text[]::text, false)` as unknown as Statement & PromiseLike<unknown>

/** A connection that goes by the reader's name, for as long as answers are awaited. */
class Turn {
  #fault: unknown = null
  #guard: Guard | null = null
  #waiting: Statement[] = []
  readonly #open = new Set<Statement>()
  readonly #onEnd: () => void

  constructor(pool: Pool, asker: Asker, onEnd: () => void) {
    this.#onEnd = onEnd
    ;(pool as unknown as postgres.Sql).reserve().then((connection) => this.#begin(guardOf(connection), asker)).catch((error: unknown) => this.#fail(error))
  }

  #begin(guard: Guard, asker: Asker): void {
    this.#guard = guard
    guard.lost.catch((error: unknown) => this.#fail(error))
    const named = naming(guard.db, asker)
    const { reject } = named
    // At once, not a moment later: the answers behind it may lie in the same packet. They are waited for all the same,
    // because a connection goes back only when nothing is under way on it.
    named.reject = (error) => { this.#fault ??= error; reject(error) }
    guard.first(named)
    named.then(undefined, () => {})
    for (const statement of this.#waiting.splice(0)) guard.send(statement)
  }

  /** There is no connection any more to answer anybody. */
  #fail(error: unknown): void {
    this.#fault ??= error
    this.#waiting = []
    for (const statement of this.#open) statement.reject(error)
  }

  send(statement: Statement): void {
    const { resolve } = statement
    // The last reader's name stays where this one's was not taken: what was read under it reaches nobody.
    statement.resolve = (rows) => { if (this.#fault) statement.reject(this.#fault); else resolve(rows) }
    this.#open.add(statement)
    // Whoever awaited the answer has asked on by then, and the next statement still belongs here.
    const done = (): void => { this.#open.delete(statement); if (!this.#open.size) setImmediate(() => { if (!this.#open.size) this.#end() }) }
    ;(statement as Statement & PromiseLike<unknown>).then(done, done)
    if (this.#fault) statement.reject(this.#fault)
    else if (this.#guard) this.#guard.send(statement)
    else this.#waiting.push(statement)
  }

  #end(): void {
    this.#onEnd()
    this.#guard?.release()
    this.#guard = null
  }
}

/** The pool's database as this reader may see it. */
export function openView(pool: Pool, asker: Asker): Db {
  let turn: Turn | null = null
  const hand = (statement: Statement): void => {
    turn ??= new Turn(pool, asker, () => { turn = null })
    turn.send(statement)
  }
  const routed = (made: unknown): unknown => {
    const statement = made as Partial<Statement>
    if (typeof statement.handler === 'function') statement.handler = hand
    return made
  }
  return new Proxy(pool, {
    apply: (target, _self, words) => routed(Reflect.apply(target as never, undefined, words)),
    get: (target, name) => {
      if (name === 'unsafe') return (...words: Parameters<Db['unsafe']>) => routed(target.unsafe(...words))
      if (name === 'begin' || name === 'reserve' || name === 'listen') throw new Error(`a reader has no ${name}`)
      return Reflect.get(target, name) as unknown
    },
  })
}
