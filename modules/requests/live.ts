/**
 * The live stream of the staff console: which objects changed, never what they say, so that the page asks
 * again with its own rights. Also who looks at a request and who writes there.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor } from '../../platform/access/index.ts'
import type { App } from '../../platform/context.ts'
import type { StoredEvent } from '../../platform/events/book.ts'
import type { Pulse } from '../../platform/events/pulse.ts'
import { authenticator } from '../staff/index.ts'

const BEAT_MS = 15_000
/** A client that does not read is cut off before it fills our memory; it catches up after reconnecting. */
const MOST_BUFFERED = 256 * 1024

export interface Looking { requestId: string; teamId: string | null; personId: string; name: string; typing: string | null; at: number }

/** An open stream of server-sent events on a raw reply. `onEnd` runs once, at once when it has ended already. */
export interface Stream { send(event: string, value: unknown, id?: string): void; end(): void; onEnd(done: () => void): void }

// One heart for all streams: five hundred visitors need no five hundred timers.
const beats = new Set<() => void>()
let heart: NodeJS.Timeout | null = null
function addBeat(beat: () => void): void {
  beats.add(beat)
  heart ??= setInterval(() => { for (const one of beats) one() }, BEAT_MS).unref()
}

export function openStream(request: FastifyRequest, reply: FastifyReply, headers: Record<string, string> = {}): Stream {
  const own = reply.getHeaders() as Record<string, string>
  reply.hijack()
  const raw = reply.raw
  raw.writeHead(200, { ...own, 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no', connection: 'keep-alive', 'x-content-type-options': 'nosniff', ...headers })
  const ends = new Set<() => void>()
  const beat = (): void => { raw.write('event: beat\ndata: {}\n\n') }
  addBeat(beat)
  let ended = false
  const finish = () => {
    if (ended) return
    ended = true
    beats.delete(beat)
    for (const done of ends) done()
    raw.end()
  }
  raw.on('close', finish)
  raw.on('error', finish)
  // Who went away before the stream began is heard of by no event any more.
  if (request.raw.socket.destroyed) finish()
  return {
    send(event, value, id) {
      if (ended) return
      raw.write(`${id ? `id: ${id}\n` : ''}event: ${event}\ndata: ${JSON.stringify(value)}\n\n`)
      if (raw.writableLength > MOST_BUFFERED) { raw.destroy(); finish() }
    },
    end: finish,
    onEnd(done) { if (ended) done(); else ends.add(done) },
  }
}

/** An event is for those of its team, for who sees everything, and for whom it names. */
export const concerns = (actor: Actor, event: StoredEvent): boolean =>
  actor.scope === 'all' || event.teamId === null || actor.teamIds.includes(event.teamId) || event.actorId === actor.id || Object.values(event.data).includes(actor.id)

const isTheirs = (actor: Actor, { teamId }: Looking): boolean => actor.scope === 'all' || teamId === null || actor.teamIds.includes(teamId)

/** Rights may end without an event: a session that ran out, a token past its day. */
const ASK_AGAIN_MS = 60_000
/** Who the caller is is remembered for three seconds, here and on other nodes: then it is asked once more. */
const SURE_MS = 3_500

/** Follows who the caller is: after every change of the staff, and now and then. `tell` hears null when they are nobody any more. */
function followActor(app: App, request: FastifyRequest, tell: (actor: Actor | null) => void): { changed(): void; stop(): void } {
  const authenticate = authenticator(app)
  const ask = (): void => { authenticate(request).then((found) => tell(found?.actor ?? null), () => {}) }
  const often = setInterval(ask, ASK_AGAIN_MS).unref()
  let later: NodeJS.Timeout | null = null
  return {
    changed() {
      ask()
      later ??= setTimeout(() => { later = null; ask() }, SURE_MS).unref()
    },
    stop() { clearInterval(often); if (later) clearTimeout(later) },
  }
}

/** Windows of one person; the oldest makes room, and a page that is still open comes back by itself. */
const MOST_STREAMS = 30
const streamsOf = new WeakMap<App, Map<string, Set<Stream>>>()
function makeRoom(app: App, personId: string, stream: Stream): void {
  const all = streamsOf.get(app) ?? new Map<string, Set<Stream>>()
  streamsOf.set(app, all)
  const mine = all.get(personId) ?? new Set()
  all.set(personId, mine.add(stream))
  stream.onEnd(() => { mine.delete(stream); if (!mine.size && all.get(personId) === mine) all.delete(personId) })
  const [oldest] = mine
  if (mine.size > MOST_STREAMS) oldest!.end()
}

export async function serveLive(app: App, pulse: Pulse | null, who: Actor, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  let actor = who
  const stream = openStream(request, reply)
  const rights = followActor(app, request, (now) => { if (now) actor = now; else stream.end() })
  stream.onEnd(() => rights.stop())
  makeRoom(app, who.id ?? '', stream)
  stream.onEnd(app.book.subscribe({
    wants: (event) => {
      if (event.type.startsWith('staff.') && event.type !== 'staff.presence-changed') rights.changed()
      return concerns(actor, event)
    },
    send: (event) => stream.send('event', { type: event.type, subject: event.subject, at: event.at }, `${event.xid}-${event.seq}`),
  }))
  // The first subscriber makes the book forget its place: taken before, the next event would be passed over.
  await app.book.prime(app)
  stream.send('hello', { at: app.clock.now().toISOString() })
  if (pulse) stream.onEnd(pulse.onSignal((topic, value) => { if (topic === 'presence' || (topic === 'looking' && isTheirs(actor, value as Looking))) stream.send(topic, value) }))
}
