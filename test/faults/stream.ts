/** A reader of the console's live stream. */
export interface Emitted { event: string; data: { type?: string; subject?: string }; at: number }
export interface Page { got: Emitted[]; isEnded(): boolean; close(): void }

/** Connects and waits for the first word. Throws when it is refused. */
export async function listen(url: string, headers: Record<string, string>): Promise<Page> {
  const stop = new AbortController()
  const response = await fetch(`${url}/api/live`, { headers, signal: stop.signal })
  if (response.status !== 200) throw new Error(`the live stream answered ${response.status}`)
  const got: Emitted[] = []
  let ended = false
  let hello: () => void = () => {}
  const greeted = new Promise<void>((done) => { hello = done })
  const read = async (): Promise<void> => {
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of response.body!) {
      text += decoder.decode(chunk as Uint8Array, { stream: true })
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const lines = text.slice(0, end).split('\n')
        text = text.slice(end + 2)
        const part = (name: string): string => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? ''
        got.push({ event: part('event'), data: JSON.parse(part('data') || '{}') as Emitted['data'], at: performance.now() })
        hello()
      }
    }
  }
  read().catch(() => {}).finally(() => { ended = true; hello() })
  await greeted
  return { got, isEnded: () => ended, close: () => stop.abort() }
}
