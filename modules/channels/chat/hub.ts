/**
 * The visitors who are connected now. However many there are: one subscription to the event book, one timer. A
 * visitor is told the state of their own conversation anew whenever something happened to it.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type App, type Ctx, reading } from '../../../platform/context.ts'
import type { StoredEvent } from '../../../platform/events/book.ts'
import type { Wiring } from '../../../platform/module.ts'
import { customerView, openStream, type Stream } from '../../requests/index.ts'
import type { ChatState, NewMessages } from './contract.ts'
import { chatSource, messageRow } from './speak.ts'
import { selectRequest, type Session } from './store.ts'
import { followToken } from './tokens.ts'
import { availabilityOf, queueOf } from './waiting.ts'

const BEAT_MS = 20_000
/** Presence changes come in bursts when a shift begins. */
const PRESENCE_MS = 1_000

interface Visitor {
  sessionId: string
  requestId: string | null
  stream: Stream
  /** Messages this page has. */
  shown: Set<string>
  waits: boolean
  state: string
  busy: boolean
  again: boolean
}

/** The state of a conversation as its visitor may see it, with all its messages. */
export async function stateOf(ctx: Ctx, requestId: string | null): Promise<{ state: ChatState; messages: ReturnType<typeof messageRow>[] }> {
  const [head, view, availability] = await Promise.all([requestId ? selectRequest(ctx, requestId) : undefined, requestId ? customerView(ctx, requestId) : undefined, availabilityOf(ctx)])
  if (!head || !view) return { state: { request: null, queue: null, availability }, messages: [] }
  const { number, subject, step, holderName, isYourTurn, asksYou, closedAt, canReopen, humanAskedAt, mayScore, score } = view
  return {
    state: { request: { number, subject, step, holderName, isYourTurn, asksYou, closedAt, canReopen, humanAskedAt, mayScore, score, follow: followToken(ctx.app, head.id) }, queue: await queueOf(ctx, head), availability },
    messages: view.messages.map(messageRow),
  }
}

export class ChatHub {
  #app: App
  #visitors = new Set<Visitor>()
  #byRequest = new Map<string, Set<Visitor>>()
  #bySource = new Map<string, Set<Visitor>>()
  #leaveBook: (() => void) | null = null
  #beat: NodeJS.Timeout | null = null
  #presence: NodeJS.Timeout | null = null

  constructor(app: App, { pulse }: Pick<Wiring, 'pulse'>) {
    this.#app = app
    pulse?.onSignal((topic, value) => {
      if (topic !== 'looking') return
      const { requestId, name, typing } = value as { requestId: string; name: string; typing: string | null }
      // That somebody writes a note is nobody's business outside.
      for (const visitor of this.#byRequest.get(requestId) ?? []) visitor.stream.send('typing', { name: typing === 'reply' ? name : null })
    })
  }

  get connected(): number { return this.#visitors.size }

  /** Connects a page that has the first `have` messages of its conversation. */
  async join(session: Session, have: number, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const stream = openStream(request, reply)
    const visitor: Visitor = { sessionId: session.id, requestId: null, stream, shown: new Set(), waits: false, state: '', busy: false, again: false }
    // Among the visitors before anything is awaited: whoever leaves meanwhile must not take the subscription along.
    this.#visitors.add(visitor)
    enter(this.#bySource, chatSource(session.id), visitor)
    if (session.requestId) this.#attach(visitor, session.requestId)
    this.#leaveBook ??= this.#app.book.subscribe({ wants: (event) => this.#wants(event), send: (event) => this.#hear(event) })
    this.#beat ??= setInterval(() => this.#refreshWaiting(), BEAT_MS).unref()
    stream.onEnd(() => this.#leave(visitor))
    // After subscribing, before the state is read: nothing can happen in between unheard.
    await this.#app.book.prime(this.#app)
    await this.#push(visitor, have)
  }

  #attach(visitor: Visitor, requestId: string): void {
    if (visitor.requestId) exit(this.#byRequest, visitor.requestId, visitor)
    visitor.requestId = requestId
    enter(this.#byRequest, requestId, visitor)
  }

  #leave(visitor: Visitor): void {
    this.#visitors.delete(visitor)
    exit(this.#bySource, chatSource(visitor.sessionId), visitor)
    if (visitor.requestId) exit(this.#byRequest, visitor.requestId, visitor)
    if (this.#visitors.size) return
    this.#leaveBook?.()
    this.#leaveBook = null
    if (this.#beat) clearInterval(this.#beat)
    this.#beat = null
  }

  #wants(event: StoredEvent): boolean {
    return (event.subject !== null && this.#byRequest.has(event.subject)) || event.type === 'staff.presence-changed' || (event.type === 'request.accepted' && this.#bySource.has(String(event.data.source)))
  }

  #hear(event: StoredEvent): void {
    if (event.type === 'staff.presence-changed') {
      this.#presence ??= setTimeout(() => { this.#presence = null; void this.#tellAvailability() }, PRESENCE_MS).unref()
      return
    }
    if (event.type === 'request.accepted') for (const visitor of this.#bySource.get(String(event.data.source)) ?? []) this.#attach(visitor, event.subject!)
    for (const visitor of this.#byRequest.get(event.subject!) ?? []) void this.#push(visitor)
  }

  /** Tells a visitor what is new; calls that come meanwhile become one more round. */
  async #push(visitor: Visitor, have = 0): Promise<void> {
    if (visitor.busy) { visitor.again = true; return }
    visitor.busy = true
    try {
      do {
        visitor.again = false
        const { state, messages } = await stateOf(reading(this.#app, {}), visitor.requestId)
        visitor.waits = state.queue !== null
        // Messages are only ever added, so an equal count means the same messages. A held reply has an earlier id
        // than words that came while it was held, which is why no "after this id" can say what is missing.
        if (have && have === messages.length) for (const message of messages) visitor.shown.add(message.id)
        have = 0
        const fresh = messages.filter((message) => !visitor.shown.has(message.id))
        for (const message of fresh) visitor.shown.add(message.id)
        if (fresh.length) visitor.stream.send('messages', { number: state.request!.number, rows: fresh } satisfies NewMessages)
        this.#tell(visitor, state)
      } while (visitor.again)
    } catch {
      // The page connects again by itself and then sees everything.
      visitor.stream.end()
    } finally {
      visitor.busy = false
    }
  }

  #tell(visitor: Visitor, state: ChatState): void {
    const text = JSON.stringify(state)
    if (text === visitor.state) return
    visitor.state = text
    visitor.stream.send('state', state)
  }

  #refreshWaiting(): void {
    for (const visitor of this.#visitors) if (visitor.waits) void this.#push(visitor)
    void this.#tellAvailability()
  }

  // Asked once for all: it is the same for everybody.
  async #tellAvailability(): Promise<void> {
    const availability = await availabilityOf(reading(this.#app, {})).catch(() => null)
    if (!availability) return
    for (const visitor of this.#visitors) if (visitor.state) this.#tell(visitor, { ...(JSON.parse(visitor.state) as ChatState), availability })
  }
}

function enter(map: Map<string, Set<Visitor>>, key: string, visitor: Visitor): void {
  const set = map.get(key)
  if (set) set.add(visitor)
  else map.set(key, new Set([visitor]))
}
function exit(map: Map<string, Set<Visitor>>, key: string, visitor: Visitor): void {
  const set = map.get(key)
  set?.delete(visitor)
  if (set?.size === 0) map.delete(key)
}
