/**
 * Carries "something is new" between the processes: one NOTIFY for many commits, a dedicated listening
 * connection, and a slow sweep for the case that a notification was lost.
 */
import { newId } from '../../lib/id/index.ts'
import type { App } from '../context.ts'

/** Where processes on one database hear of each other. */
export const CHANNEL = 'loopdesk'
const GATHER_MS = 8
/** At a busy hour one word to the others serves many commits. */
const TELL_MS = 25
const SWEEP_MS = 2_000
/** Listeners may wait a blink: at a busy hour one walk serves many commits. */
const DISPATCH_MS = 60

/** An event that waits behind an older transaction is looked for again after so long, then twice as long. */
const AGAIN_MS = { first: 20, most: 1_000 }

export interface Pulse { stop(): Promise<void>; signal(topic: string, value: unknown): void; onSignal(hear: (topic: string, value: unknown) => void): () => void }

/** Starts publishing to live subscribers and, when `listen` is true, running the rooms' listeners. */
export async function startPulse(app: App, options: { listen: boolean; onError: (error: unknown) => void; onWake?: () => void; sweepMs?: number }): Promise<Pulse> {
  const node = newId()
  const hearers = new Set<(topic: string, value: unknown) => void>()
  let timer: NodeJS.Timeout | null = null
  let walk: NodeJS.Timeout | null = null
  let walkedAt = -DISPATCH_MS
  let toldAt = -TELL_MS
  /** Types of the events since the last walk; all: some may be unknown. */
  let heard: Set<string> | 'all' = new Set()
  /** Types of our own commits that the other processes have not been told of. */
  let untold = new Set<string>()
  let again: NodeJS.Timeout | null = null
  let againMs = AGAIN_MS.first
  let stopped = false
  const underWay = new Set<Promise<void>>()
  const start = (work: () => Promise<void>) => (): void => {
    const done: Promise<void> = work().finally(() => underWay.delete(done))
    underWay.add(done)
  }

  const beat = async () => {
    timer = null
    toldAt = performance.now()
    const types = [...untold]
    untold = new Set()
    try {
      if (types.length) await app.pool`select pg_notify(${CHANNEL}, ${JSON.stringify({ node, types })})`
      await app.book.publish(app)
      lookAgain()
    } catch (error) {
      if (!stopped) options.onError(error)
    }
  }
  const dispatch = async () => {
    walk = null
    walkedAt = performance.now()
    const types = heard
    heard = new Set()
    try {
      await app.book.dispatch(app, types === 'all' ? undefined : types)
      lookAgain()
    } catch (error) {
      if (!stopped) options.onError(error)
    }
  }
  const wake = (types?: Iterable<string>) => {
    if (stopped) return
    if (!types) heard = 'all'
    else if (heard !== 'all') for (const type of types) heard.add(type)
    timer ??= setTimeout(start(beat), Math.max(GATHER_MS, toldAt + TELL_MS - performance.now()))
    if (options.listen) walk ??= setTimeout(start(dispatch), Math.max(GATHER_MS, walkedAt + DISPATCH_MS - performance.now()))
  }
  const lookAgain = () => {
    if (stopped || again) return
    if (!app.book.hasWaiting) { againMs = AGAIN_MS.first; return }
    again = setTimeout(() => { again = null; wake(app.book.takeWaiting()) }, againMs)
    againMs = Math.min(2 * againMs, AGAIN_MS.most)
  }
  const stopWaking = app.book.onCommit((events) => {
    const types = events.map((event) => event.type)
    for (const type of types) untold.add(type)
    wake(types)
    options.onWake?.()
  })

  const subscription = await app.pool.listen(CHANNEL, (payload) => {
    const message = JSON.parse(payload) as { node: string; types?: string[]; topic?: string; value?: unknown }
    if (message.node === node) return
    if (message.topic) for (const hear of hearers) hear(message.topic, message.value)
    else { wake(message.types); options.onWake?.() }
  }, () => wake())
  const sweep = setInterval(() => wake(), options.sweepMs ?? SWEEP_MS)
  sweep.unref()

  return {
    signal(topic, value) {
      for (const hear of hearers) hear(topic, value)
      app.pool`select pg_notify(${CHANNEL}, ${JSON.stringify({ node, topic, value })})`.catch(options.onError)
    },
    onSignal(hear) { hearers.add(hear); return () => hearers.delete(hear) },
    async stop() {
      stopped = true
      if (options.listen) app.book.halt()
      stopWaking()
      clearInterval(sweep)
      if (timer) clearTimeout(timer)
      if (walk) clearTimeout(walk)
      if (again) clearTimeout(again)
      await subscription.unlisten().catch(() => {})
      // A pool that is closed around an open transaction waits for it in vain.
      await Promise.all(underWay)
    },
  }
}
