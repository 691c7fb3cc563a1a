/**
 * Statements of one reader, sent with the words that say who asks: begin, the settings and the first statement travel
 * together, and what is asked in answer to an answer joins them, so nothing is waited for that was not waited for before.
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

type Sent = Statement & Promise<unknown> & { executed: boolean }
/** A statement is otherwise handed over a moment after it was asked for, and what follows would overtake it. */
function atOnce(made: PromiseLike<unknown>): Promise<unknown> {
  const statement = made as Sent
  statement.executed = true
  statement.handler(statement)
  return statement
}

/** One transaction, as long as answers are awaited. A statement that fails takes with it those sent behind it, and no others. */
class Turn {
  hasFailed = false
  #cause: unknown = null
  #guard: Guard | null = null
  #isClosed = false
  #waiting: Statement[] = []
  readonly #open = new Set<Statement>()
  readonly #onIdle: () => void

  constructor(pool: Pool, asker: Asker, onIdle: () => void) {
    this.#onIdle = onIdle
    ;(pool as unknown as postgres.Sql).reserve().then((connection) => this.#begin(guardOf(connection), asker)).catch((error: unknown) => this.#fail(error))
  }

  #begin(guard: Guard, { me, program, teams, regions }: Asker): void {
    this.#guard = guard
    guard.lost.catch((error: unknown) => this.#fail(error))
    const said = [guard.begin(), guard.db`select set_config('loopdesk.me', ${me ?? ''}, true), set_config('loopdesk.program', ${program ?? ''}, true),
      set_config('loopdesk.teams', ${teams as string[]}::uuid[]::text, true), set_config('loopdesk.regions', ${regions as string[]}::text[]::text, true)`]
    for (const one of said) atOnce(one).catch((error: unknown) => { this.hasFailed = true; this.#cause ??= error })
    for (const statement of this.#waiting.splice(0)) guard.send(statement)
  }

  #fail(error: unknown): void {
    this.hasFailed = true
    this.#waiting = []
    for (const statement of this.#open) statement.reject(error)
  }

  send(statement: Statement): void {
    const { reject } = statement
    statement.reject = (error) => {
      this.hasFailed = true
      this.#cause ??= error
      // 25P02 is only the echo of a statement that failed before.
      reject((error as { code?: string }).code === '25P02' ? this.#cause : error)
    }
    this.#open.add(statement)
    // Whoever awaited the answer has asked on by then, and the next statement still belongs here.
    const done = (): void => { this.#open.delete(statement); if (!this.#open.size) setImmediate(() => { if (!this.#open.size) this.#close() }) }
    ;(statement as Sent).then(done, done)
    if (this.#guard) this.#guard.send(statement)
    else this.#waiting.push(statement)
  }

  /** To the last answer: a connection given back with a statement under way answers the next holder with it. */
  #close(): void {
    this.#onIdle()
    const guard = this.#guard
    if (this.#isClosed || !guard) return
    this.#isClosed = true
    const ended = guard.isLost() ? Promise.resolve() : Promise.race([atOnce(guard.db`commit`), guard.lost]).catch(() => {})
    guard.end()
    void ended.then(() => guard.release())
  }
}

/** What this reader may see of the pool's database. Holds a connection only while answers are awaited. */
export function openView(pool: Pool, asker: Asker): Db {
  let turn: Turn | null = null
  const hand = (statement: Statement): void => {
    if (!turn || turn.hasFailed) {
      const one: Turn = new Turn(pool, asker, () => { if (turn === one) turn = null })
      turn = one
    }
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
