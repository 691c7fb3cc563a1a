/**
 * Reads holidays from elsewhere, each time in a worker thread that is ended at its limits: a file may hold rules the
 * parser never finishes with, and the library of countries takes a second to load and stays out of this process.
 */
import { Worker } from 'node:worker_threads'
import type { Place } from './country.ts'
import type { IcsTrouble, ReadHolidays } from './ics.ts'

export type { Place } from './country.ts'
export { type IcsTrouble, type ReadDay, type ReadHolidays, MOST_DAYS } from './ics.ts'

export type Task =
  | { kind: 'ics'; text: string; from: number; to: number }
  | { kind: 'country'; country: string; state?: string | undefined; from: number; to: number; language: string }
  | { kind: 'places'; country?: string | undefined; language: string }

/** Milliseconds, with the start of the worker. */
const LIMIT_MS = 10_000
export class ReadTimeout extends Error {}

let last: Promise<unknown> = Promise.resolve()
/** One at a time: whoever comes meanwhile waits. Throws ReadTimeout. */
function ask<T>(task: Task, limitMs: number): Promise<T> {
  const turn = last.then(() => inWorker<T>(task, limitMs))
  last = turn.catch(() => undefined)
  return turn
}

function inWorker<T>(task: Task, limitMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: task, resourceLimits: { maxOldGenerationSizeMb: 192 } })
    const end = (settle: () => void): void => { clearTimeout(timer); settle(); void worker.terminate() }
    const timer = setTimeout(() => end(() => reject(new ReadTimeout('not finished in time'))), limitMs)
    worker.on('message', (answer: T) => end(() => resolve(answer)))
    worker.on('error', (error: Error & { code?: string }) => end(() => reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new ReadTimeout('too large') : error)))
  })
}

export const readIcsFile = (task: Omit<Task & { kind: 'ics' }, 'kind'>, limitMs = LIMIT_MS): Promise<ReadHolidays | { trouble: IcsTrouble; line: number }> => ask({ kind: 'ics', ...task }, limitMs)
/** Null when there is no such place. */
export const readCountryHolidays = (task: Omit<Task & { kind: 'country' }, 'kind'>): Promise<ReadHolidays | null> => ask({ kind: 'country', ...task }, LIMIT_MS)
export const readPlaces = (task: Omit<Task & { kind: 'places' }, 'kind'>): Promise<{ countries: Place[]; states: Place[] }> => ask({ kind: 'places', ...task }, LIMIT_MS)
