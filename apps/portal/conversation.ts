/**
 * One visitor's conversation in this browser. What was typed is kept until the server has it: every word has a
 * key made here, so sending it again after a lost answer, a reload or a night offline makes no second message.
 */
import type { ChatState, CustomerMessageRow, NewMessages } from '../../modules/channels/chat/contract.ts'
import type { Locale } from '../../lib/text/index.ts'
import { call, Refusal } from './api.ts'
import { keep, keptJson, newKey } from './keep.ts'
import { openStream } from './stream.ts'

export interface Waiting { key: string; text: string; at: string; attachmentIds?: string[]; fileNames?: string[]; state: 'sending' | 'waiting' | 'failed'; code?: string }
interface Kept { token: string | null; outbox: Waiting[] }
const KEY = 'loopdesk.chat'

export class Conversation {
  messages: CustomerMessageRow[] = []
  state: ChatState | null = null
  typing: string | null = null
  link: 'idle' | 'up' | 'down' = 'idle'
  outbox: Waiting[]
  #token: string | null
  #stream: { close: () => void } | null = null
  #sending = false
  #changed: () => void
  #about: { locale: Locale; page: string | null }
  #typingUntil = 0
  #retry = 0
  #number = 0
  /** Ids of the present request's messages, which the server is told the count of. */
  #ofRequest = new Set<string>()

  constructor(changed: () => void, about: { locale: Locale; page: string | null }) {
    this.#changed = changed
    this.#about = about
    const { token, outbox } = keptJson<Kept>(KEY, { token: null, outbox: [] })
    this.#token = token
    this.outbox = outbox.map((one) => (one.state === 'sending' ? { ...one, state: 'waiting' } : one))
    addEventListener('online', () => void this.flush())
    // Another tab of the same site wrote: take over its token, keep one outbox.
    addEventListener('storage', (event) => {
      if (event.key !== KEY) return
      const other = keptJson<Kept>(KEY, { token: null, outbox: [] })
      if (!this.#sending) this.outbox = other.outbox
      if (other.token !== this.#token) { this.#token = other.token; this.#connect() }
      this.#changed()
    })
    if (token) this.#connect()
    if (this.outbox.length) void this.flush()
  }

  get hasBegun(): boolean { return this.#token !== null }
  /** Names the conversation in this browser without giving its secret away. */
  get id(): string { return (this.#token ?? '').slice(0, 8) }
  get headers(): Record<string, string> { return this.#token ? { 'x-chat': this.#token } : {} }

  #keep(): void { keep(KEY, JSON.stringify({ token: this.#token, outbox: this.outbox } satisfies Kept)) }

  /** Makes sure the server knows this browser; throws Refusal. */
  async begin(): Promise<void> {
    if (this.#token) return
    const { token } = await call<{ token: string }>('POST', '/api/chat/sessions', { body: { locale: this.#about.locale, ...(this.#about.page ? { page: this.#about.page } : {}) } })
    this.#token = token
    this.#keep()
    this.#connect()
  }

  #connect(): void {
    this.#stream?.close()
    this.#stream = null
    if (!this.#token) return
    this.#stream = openStream({
      path: () => `/api/chat/stream?have=${this.#ofRequest.size}`,
      headers: () => this.headers,
      hear: (event, data) => this.#hear(event, data),
      change: (state) => {
        if (state === 'refused') return this.#forget()
        this.link = state
        if (state === 'up') void this.flush()
        this.#changed()
      },
    })
  }

  // The server has forgotten this conversation: what waits here begins a new one.
  #forget(): void {
    this.#stream?.close()
    this.#stream = null
    this.#token = null
    this.messages = []
    this.#ofRequest.clear()
    this.state = null
    this.link = 'idle'
    this.#keep()
    this.#changed()
    if (this.outbox.length) void this.flush()
  }

  #hear(event: string, data: unknown): void {
    if (event === 'state') this.state = data as ChatState
    else if (event === 'messages') this.#take(data as NewMessages)
    else if (event === 'typing') {
      this.typing = (data as { name: string | null }).name
      // Nobody is told that the other side stopped because the network did.
      this.#typingUntil = Date.now() + 8_000
      setTimeout(() => { if (Date.now() >= this.#typingUntil) { this.typing = null; this.#changed() } }, 8_100)
    }
    this.#changed()
  }

  #take({ number, rows }: NewMessages): void {
    // A linked request carries on an ended one: the page keeps both, the server counts only the present one.
    if (number !== this.#number) this.#ofRequest.clear()
    this.#number = number
    for (const row of rows) this.#ofRequest.add(row.id)
    const known = new Map(this.messages.map((one) => [one.id, one]))
    for (const row of rows) {
      known.set(row.id, row)
      if (row.from === 'us') this.typing = null
    }
    this.messages = [...known.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  /** Own words the server has but whose answer is still under way are shown once. */
  get pending(): Waiting[] {
    const shown = this.messages.filter((one) => one.from === 'you').slice(-20).map((one) => one.text)
    return this.outbox.filter((one) => one.state !== 'sending' || !shown.includes(one.text))
  }

  say(text: string, files: { id: string; name: string }[] = []): void {
    this.outbox = [...this.outbox, { key: newKey(), text, at: new Date().toISOString(), state: 'waiting', ...(files.length ? { attachmentIds: files.map((one) => one.id), fileNames: files.map((one) => one.name) } : {}) }]
    this.#keep()
    this.#changed()
    void this.flush()
  }

  retry(key: string): void { this.#mark(key, { state: 'waiting', code: undefined }); void this.flush() }
  drop(key: string): void { this.outbox = this.outbox.filter((one) => one.key !== key); this.#keep(); this.#changed() }

  #mark(key: string, change: Partial<Waiting>): void {
    this.outbox = this.outbox.map((one) => (one.key === key ? { ...one, ...change } : one))
    this.#keep()
    this.#changed()
  }

  /** Sends what waits, one after the other and in order; stops at what can't be reached now. */
  async flush(): Promise<void> {
    if (this.#sending) return
    this.#sending = true
    try {
      for (let next; (next = this.outbox.find((one) => one.state === 'waiting')); ) {
        if (!(await this.#sendOne(next))) {
          // Not every network tells when it is back.
          setTimeout(() => void this.flush(), Math.min(30_000, 2_000 * 2 ** this.#retry++))
          return
        }
        this.#retry = 0
      }
    } finally {
      this.#sending = false
    }
  }

  async #sendOne({ key, text, attachmentIds }: Waiting): Promise<boolean> {
    try {
      await this.begin()
      this.#mark(key, { state: 'sending' })
      const { id, number } = await call<{ id: string; number: number }>('POST', '/api/chat/messages', { body: { clientKey: key, text, ...(attachmentIds ? { attachmentIds } : {}) }, headers: this.headers })
      // Shown at once; with files the stream brings it, which knows their ids.
      if (!attachmentIds && !this.messages.some((one) => one.id === id)) this.#take({ number, rows: [{ id, from: 'you', author: '', isResult: false, text, at: new Date().toISOString(), files: [] }] })
      this.drop(key)
      return true
    } catch (error) {
      const refusal = error as Refusal
      if (refusal.status === 401) { this.#mark(key, { state: 'waiting' }); this.#forget(); return false }
      this.#mark(key, refusal.isPassing ? { state: 'waiting' } : { state: 'failed', code: refusal.code })
      return !refusal.isPassing
    }
  }

  /** Tells the server that these replies have arrived, or have been looked at. */
  async acknowledge(ids: string[], isRead: boolean): Promise<void> {
    if (ids.length) await call('PUT', '/api/chat/seen', { body: { ids: ids.slice(-100), isRead }, headers: this.headers }).catch(() => {})
  }
}
