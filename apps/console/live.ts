import type { QueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useSyncExternalStore } from 'react'

/**
 * One message of `/api/live`: something changed (`request.assigned`), or a passing sign (`looking`, `presence`) with its
 * own fields. Rows are not in it; whoever shows them asks again.
 */
export interface LiveEvent {
  type: string
  subject?: string
  at?: string
  [name: string]: unknown
}

export interface Connection {
  state: 'off' | 'connecting' | 'on'
  /** Epoch ms of the last sign of life; the page shows the world of that moment while it is cut off. */
  heardAt: number
  /** Milliseconds the server's clock is ahead of this machine's. */
  clockOffset: number
}

const BEAT_LIMIT_MS = 25_000
const CHECK_MS = 2_000
const GATHER_MS = 120

let connection: Connection = { state: 'off', heardAt: 0, clockOffset: 0 }
const watchers = new Set<() => void>()
const hearers = new Set<(event: LiveEvent) => void>()

function setConnection(next: Connection): void {
  const isNews = next.state !== connection.state || next.clockOffset !== connection.clockOffset
  connection = next
  if (isNews) for (const watcher of watchers) watcher()
}

/** Whether the page is up to date, and until when it was. */
export function useConnection(): Connection {
  return useSyncExternalStore((watcher) => { watchers.add(watcher); return () => { watchers.delete(watcher) } }, () => connection)
}

/** Hears live events of a type or prefix (`request.`) while the component is shown. */
export function useLive(type: string, hear: (event: LiveEvent) => void): void {
  const latest = useRef(hear)
  latest.current = hear
  useEffect(() => {
    const each = (event: LiveEvent) => { if (event.type.startsWith(type)) latest.current(event) }
    hearers.add(each)
    return () => { hearers.delete(each) }
  }, [type])
}

/** Asks again when live events of a type arrive: at the first at once, then at most once in `ms`. */
export function useRenewal(type: string, refetch: () => unknown, ms: number): void {
  const latest = useRef(refetch)
  latest.current = refetch
  const rest = useRef<{ timer: ReturnType<typeof setTimeout> | undefined; isWanted: boolean }>({ timer: undefined, isWanted: false })
  useLive(type, () => {
    const now = rest.current
    if (now.timer !== undefined) { now.isWanted = true; return }
    void latest.current()
    const again = () => {
      now.timer = undefined
      if (!now.isWanted) return
      now.isWanted = false
      void latest.current()
      now.timer = setTimeout(again, ms)
    }
    now.timer = setTimeout(again, ms)
  })
  useEffect(() => () => clearTimeout(rest.current.timer), [])
}

function concerns(live: unknown, events: readonly LiveEvent[]): boolean {
  if (typeof live === 'function') return events.some((event) => (live as (event: LiveEvent) => boolean)(event))
  return Array.isArray(live) && events.some((event) => live.some((type: string) => event.type.startsWith(type)))
}

/** Events of a burst are gathered: the first is answered at once, the rest together. */
function createRenewal(client: QueryClient): (event: LiveEvent) => void {
  let waiting: LiveEvent[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  const renew = () => {
    const events = waiting
    waiting = []
    if (events.length > 0) void client.invalidateQueries({ predicate: (query) => concerns(query.meta?.['live'], events) })
  }
  return (event) => {
    waiting.push(event)
    if (timer !== undefined) return
    renew()
    timer = setTimeout(() => { timer = undefined; renew() }, GATHER_MS)
  }
}

/**
 * Keeps one event stream open: `GET /api/live` with the messages `hello` {at}, `event` {type, subject, at}, the signs
 * `looking` and `presence`, and `beat` every 15 s. Nothing heard for 25 s, no network or a machine that slept means cut
 * off; after every return with a gap all answers on screen are fetched again. `onCut` is told at once: the session may
 * be over. Returns how to end it.
 */
export function startLive(client: QueryClient, onCut: () => void = () => undefined, address = '/api/live'): () => void {
  let source: EventSource | null = null
  let lastId = ''
  let tries = 0
  let retry: ReturnType<typeof setTimeout> | undefined
  let hasGap = false
  let checkedAt = Date.now()
  const renew = createRenewal(client)

  const alive = () => {
    tries = 0
    setConnection({ ...connection, state: 'on', heardAt: Date.now() })
    if (hasGap) {
      hasGap = false
      void client.invalidateQueries()
    }
  }
  const cut = () => {
    // Answered, but with a refusal: a session that ended before the stream was open is told by nothing else.
    const isRefused = source?.readyState === EventSource.CLOSED
    source?.close()
    source = null
    if (connection.state === 'on' || isRefused) onCut()
    hasGap ||= connection.heardAt > 0
    setConnection({ ...connection, state: connection.heardAt > 0 ? 'off' : 'connecting' })
    clearTimeout(retry)
    // Thousands of pages must not come back in the same second.
    retry = setTimeout(open, Math.min(15_000, 500 * 2 ** tries++) * (0.5 + Math.random() / 2))
  }
  const open = () => {
    clearTimeout(retry)
    source?.close()
    if (!navigator.onLine) return cut()
    source = new EventSource(lastId ? `${address}?after=${encodeURIComponent(lastId)}` : address)
    source.onopen = alive
    source.onerror = cut
    source.addEventListener('beat', alive)
    source.addEventListener('hello', (message) => {
      const { at } = JSON.parse(String(message.data)) as { at: string }
      setConnection({ ...connection, clockOffset: Date.parse(at) - Date.now() })
    })
    for (const name of ['event', 'looking', 'presence'] as const) source.addEventListener(name, (message) => {
      alive()
      if (message.lastEventId) lastId = message.lastEventId
      const event = { type: name, ...JSON.parse(String(message.data)) as object } as LiveEvent
      renew(event)
      for (const hear of hearers) hear(event)
    })
  }
  const check = () => {
    const now = Date.now()
    const hasSlept = now - checkedAt > CHECK_MS * 5
    checkedAt = now
    if (source && (hasSlept || now - connection.heardAt > BEAT_LIMIT_MS) && connection.state === 'on') {
      tries = 0
      cut()
    }
  }
  const back = () => { tries = 0; if (!source) open() }
  const seen = () => { if (document.visibilityState === 'visible') check() }
  const timer = setInterval(check, CHECK_MS)
  window.addEventListener('online', back)
  window.addEventListener('offline', cut)
  document.addEventListener('visibilitychange', seen)
  setConnection({ state: 'connecting', heardAt: 0, clockOffset: 0 })
  open()
  return () => {
    clearInterval(timer)
    clearTimeout(retry)
    source?.close()
    window.removeEventListener('online', back)
    window.removeEventListener('offline', cut)
    document.removeEventListener('visibilitychange', seen)
    setConnection({ state: 'off', heardAt: 0, clockOffset: 0 })
  }
}
