/**
 * The time of the database, which all processes of an installation share: a machine whose clock is wrong or jumps makes
 * nothing due early or late. Between comparisons the machine's steady clock carries it on.
 */
import type { Pool } from '../database/index.ts'
import type { Clock } from './index.ts'

/** Smaller differences than a comparison can tell are left alone, so that time does not tremble. */
const TREMBLE_MS = 5
const MOST_DOUBT_MS = 250

export class DatabaseClock implements Clock {
  #anchorMs: number
  #anchoredAt: number
  #isCompared = false
  readonly #wall: () => number
  readonly #steady: () => number
  /** How far the machine's clock was ahead at the last comparison. */
  aheadMs = 0

  constructor(wall: () => number = Date.now, steady: () => number = () => performance.now()) {
    this.#wall = wall
    this.#steady = steady
    this.#anchorMs = wall()
    this.#anchoredAt = steady()
  }

  now(): Date { return new Date(this.#anchorMs + this.#steady() - this.#anchoredAt) }

  /** Asks the database; answers by how many milliseconds this machine is ahead of it. */
  async compare(pool: Pool): Promise<number> {
    const askedAt = this.#steady()
    const [row] = await pool<{ ms: number }[]>`select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`
    const heardAt = this.#steady()
    // It said so somewhere between question and answer.
    const doubtMs = (heardAt - askedAt) / 2
    const nowMs = row!.ms + doubtMs
    // The network or we ourselves were too busy: the steady clock knows better.
    if (doubtMs > MOST_DOUBT_MS && this.#isCompared) return this.aheadMs
    if (Math.abs(this.now().getTime() - nowMs) > doubtMs + TREMBLE_MS) {
      this.#anchorMs = nowMs
      this.#anchoredAt = heardAt
    }
    if (doubtMs <= MOST_DOUBT_MS) this.aheadMs = this.#wall() - nowMs
    this.#isCompared = true
    return this.aheadMs
  }
}
