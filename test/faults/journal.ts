/** What was acknowledged to whom, written to the disk outside the database before anybody relies on it. */
import { closeSync, fdatasync, openSync, readFileSync, writeSync } from 'node:fs'

export type Entry =
  /** A request that was answered 201 under this key. */
  | { what: 'request'; key: string; id: string; number: number }
  /** A command that was answered 2xx. `made`: the id it answered, or null. */
  | { what: 'command'; key: string; verb: Verb; request: string; by: string; made: string | null }
  /** Sent and given up without an answer: it may have happened or not. */
  | { what: 'given-up'; key: string }
  /** Put into the customer's mailbox at our side. */
  | { what: 'mail-in'; id: string; from: string }
  /** What a peer has taken: an SMTP server a mail, a receiver a webhook. */
  | { what: 'mail-out'; id: string; to: string }
  | { what: 'webhook'; id: string; type: string; subject: string; body: string }
  /** Something a client must never see. */
  | { what: 'wrong'; says: string }
export type Verb = 'accept' | 'reply' | 'submit' | 'verify'

export interface Journal {
  readonly path: string
  /** Resolves when it is on the disk; entries that come together share one wait. */
  write(entry: Entry): Promise<void>
  close(): Promise<void>
}

export function openJournal(path: string): Journal {
  const file = openSync(path, 'a')
  let last: Promise<void> = Promise.resolve()
  let next: Promise<void> | null = null
  const sync = (): Promise<void> => new Promise((done, fail) => { fdatasync(file, (error) => { if (error) fail(error); else done() }) })
  return {
    path,
    write(entry) {
      writeSync(file, `${JSON.stringify({ at: Date.now(), ...entry })}\n`)
      next ??= last = last.then(() => { next = null; return sync() })
      return next
    },
    async close() { await last; closeSync(file) },
  }
}

export const readJournal = (path: string): (Entry & { at: number })[] => readFileSync(path, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as Entry & { at: number })


/** A sequence of numbers in [0, 1) that is the same for the same seed (mulberry32). */
export function numbersOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
