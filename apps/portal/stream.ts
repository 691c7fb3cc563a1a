/**
 * A stream of server-sent events that carries its token in a header, comes back by itself, and notices a
 * connection that died without saying so (a sleeping laptop, a tunnel).
 */
export interface StreamEvents {
  path: () => string
  headers: () => Record<string, string>
  hear: (event: string, data: unknown) => void
  /** up: answers arrive · down: trying again · refused: the server does not know the token. */
  change: (state: 'up' | 'down' | 'refused') => void
}

const SILENT_MS = 40_000

export function openStream({ path, headers, hear, change }: StreamEvents): { close: () => void } {
  let closed = false
  let failures = 0
  let stop = new AbortController()
  let wake = () => {}

  const read = async () => {
    stop = new AbortController()
    const { signal } = stop
    let watch = 0
    const alive = () => {
      clearTimeout(watch)
      watch = setTimeout(() => stop.abort(), SILENT_MS) as unknown as number
    }
    try {
      alive()
      const response = await fetch(path(), { headers: headers(), signal, credentials: 'omit', cache: 'no-store' })
      if (response.status === 401) { closed = true; change('refused'); return }
      if (!response.ok || !response.body) throw new Error(String(response.status))
      failures = 0
      change('up')
      let rest = ''
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
      for (;;) {
        const { value, done } = await reader.read()
        if (done) return
        alive()
        const blocks = (rest + value).split('\n\n')
        rest = blocks.pop()!
        for (const block of blocks) {
          // By the line feed alone: a dot of a pattern ends at U+2028 too, which people do write.
          const field = (name: string) => block.split('\n').find((line) => line.startsWith(name))?.slice(name.length)
          const event = field('event: ')
          const data = field('data: ')
          if (event && data && event !== 'beat') hear(event, JSON.parse(data))
        }
      }
    } finally {
      clearTimeout(watch)
    }
  }
  const again = () => { failures = 0; if (document.visibilityState === 'visible') wake() }
  const run = async () => {
    while (!closed) {
      await read().catch(() => {})
      if (closed) return
      change('down')
      const pause = Math.min(15_000, 500 * 2 ** failures++) * (0.7 + Math.random() * 0.6)
      await new Promise<void>((go) => { wake = go; setTimeout(go, pause) })
    }
  }
  // Wi-Fi came back, or the person did: don't wait for the next try. What slept is probed by asking anew.
  const online = () => { stop.abort(); again() }
  addEventListener('online', online)
  document.addEventListener('visibilitychange', again)
  void run()
  return {
    close() {
      closed = true
      removeEventListener('online', online)
      document.removeEventListener('visibilitychange', again)
      stop.abort()
      wake()
    },
  }
}
