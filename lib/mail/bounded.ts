import { Worker } from 'node:worker_threads'
import { cleanHtml, textToHtml, type CleanHtml } from './clean.ts'
import type { ParsedMail } from './mail.ts'
import { parseMail } from './parse.ts'
import type { Work } from './worker.ts'

export interface Bounds {
  /** Longest time of one mail in milliseconds; default 2,000, and a second more for every 4 MB, which take that long on a slow machine. */
  ms?: number
  /** Largest heap of the worker in megabytes; default 192, the bytes of the mail itself come on top. */
  megabytes?: number
  /** Largest raw mail in bytes; default 40 MiB. */
  maxBytes?: number
}

export type BoundedMail = { mail: ParsedMail } | { quarantined: 'too-large' | 'time-out' | 'out-of-memory' | 'worker-failed' }

const inlineBytes = 256 * 1024
const inlineParts = 100
const poolSize = 2
const startMs = 10_000
const DEFAULT_MS = 2_000
const BYTES_A_MS = 4_000

interface Job {
  work: Work
  ms: number
  megabytes: number
  settle: (answer: Answer) => void
}

type Answer = { mail: ParsedMail } | { clean: CleanHtml } | { failed: 'time-out' | 'out-of-memory' | 'worker-failed' }

interface Seat {
  worker: Worker
  megabytes: number
  isReady: boolean
  job: Job | undefined
  timer: NodeJS.Timeout | undefined
}

const seats: Seat[] = []
const waiting: Job[] = []
let lastId = 0

/**
 * Reads a raw mail within time and memory. Small ordinary mails are read at once; others in a worker thread that is
 * ended when it exceeds the bounds, so that no mail can hold up or end the program. Never rejects.
 */
export async function parseMailBounded(raw: Uint8Array, bounds: Bounds = {}): Promise<BoundedMail> {
  if (raw.length > (bounds.maxBytes ?? 40 * 1024 * 1024)) return { quarantined: 'too-large' }
  if (isOrdinary(raw)) return { mail: await parseMail(raw) }
  const answer = await ask({ id: ++lastId, task: 'parse', raw }, { ...bounds, ms: bounds.ms ?? DEFAULT_MS + raw.length / BYTES_A_MS })
  if ('mail' in answer) return { mail: answer.mail }
  return { quarantined: 'failed' in answer ? answer.failed : 'worker-failed' }
}

/** Cleans HTML within time and memory; when it fails, a sentence-free empty frame with the given text is answered. */
export async function cleanHtmlBounded(html: string, cid: Record<string, string>, plainText: string, bounds: Bounds = {}): Promise<CleanHtml> {
  if (html.length <= 64 * 1024) return cleanHtml(html, { cid })
  const answer = await ask({ id: ++lastId, task: 'clean', html, cid }, bounds)
  return 'clean' in answer ? answer.clean : { html: textToHtml(plainText), text: plainText, blockedRemote: 0, fallback: 'cleaner-failed' }
}

/** Ends all workers; call it when the program ends. A later call starts new ones. */
export async function closeMailWorkers(): Promise<void> {
  for (const job of waiting.splice(0)) job.settle({ failed: 'worker-failed' })
  await Promise.all(seats.splice(0).map(seat => {
    clearTimeout(seat.timer)
    seat.job?.settle({ failed: 'worker-failed' })
    return seat.worker.terminate()
  }))
}

/** Cheap signs of a mail whose reading can't take long: small, few parts, small header block. */
function isOrdinary(raw: Uint8Array): boolean {
  if (raw.length > inlineBytes) return false
  const buffer = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  let parts = 0
  for (let at = buffer.indexOf('\n--'); at >= 0; at = buffer.indexOf('\n--', at + 3)) if (++parts > inlineParts) return false
  return true
}

function ask(work: Work, bounds: Bounds): Promise<Answer> {
  return new Promise(settle => {
    waiting.push({ work, ms: bounds.ms ?? DEFAULT_MS, megabytes: bounds.megabytes ?? 192, settle })
    seatNext()
  })
}

function seatNext(): void {
  const job = waiting[0]
  if (job === undefined) return
  const free = seats.find(seat => seat.job === undefined && seat.megabytes === job.megabytes)
  if (free !== undefined) {
    waiting.shift()
    give(free, job)
    return
  }
  // A free worker with another heap size makes room for one with the size asked for.
  const other = seats.find(seat => seat.job === undefined)
  if (other !== undefined && seats.length >= poolSize) dismiss(other)
  if (seats.length < poolSize) {
    waiting.shift()
    give(openSeat(job.megabytes), job)
  }
}

function openSeat(megabytes: number): Seat {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: megabytes, stackSizeMb: 4 } })
  const seat: Seat = { worker, megabytes, isReady: false, job: undefined, timer: undefined }
  seats.push(seat)
  worker.on('message', (message: { ready: true } | ({ id: number } & Answer)) => {
    if ('ready' in message) {
      seat.isReady = true
      if (seat.job !== undefined) send(seat, seat.job)
      else worker.unref()
    } else if (message.id === seat.job?.work.id) release(seat, message)
  })
  worker.on('error', (error: Error & { code?: string }) => {
    if (seats.includes(seat)) abandon(seat, error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'out-of-memory' : 'worker-failed')
  })
  worker.on('exit', () => {
    if (seats.includes(seat)) abandon(seat, 'worker-failed')
  })
  return seat
}

function give(seat: Seat, job: Job): void {
  seat.job = job
  seat.worker.ref()
  // The clock of the mail starts when the worker can read it; starting has its own.
  if (seat.isReady) send(seat, job)
  else seat.timer = setTimeout(() => abandon(seat, 'worker-failed'), startMs)
}

function send(seat: Seat, job: Job): void {
  clearTimeout(seat.timer)
  seat.timer = setTimeout(() => abandon(seat, 'time-out'), job.ms)
  seat.worker.postMessage(job.work)
}

function release(seat: Seat, answer: Answer): void {
  clearTimeout(seat.timer)
  const job = seat.job
  seat.job = undefined
  seat.worker.unref()
  job?.settle(answer)
  seatNext()
}

function dismiss(seat: Seat): void {
  clearTimeout(seat.timer)
  seats.splice(seats.indexOf(seat), 1)
  void seat.worker.terminate()
}

function abandon(seat: Seat, failed: 'time-out' | 'out-of-memory' | 'worker-failed'): void {
  dismiss(seat)
  seat.job?.settle({ failed })
  seatNext()
}
