/**
 * The live stream of the staff console: which objects changed, never what they say, so that the page asks
 * again with its own rights. Also who looks at a request and who writes there.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Actor, may } from '../../platform/access/index.ts'
import type { App } from '../../platform/context.ts'
import type { StoredEvent } from '../../platform/events/book.ts'
import type { Pulse } from '../../platform/events/pulse.ts'
import { changesAccess, stillHolds } from '../staff/index.ts'
import { regionOf } from './visible.ts'

const BEAT_MS = 15_000
/** Changes of staff come in bursts. */
const LOOK_MS = 100
const LOOK_EVERY_MS = 60_000
/**
 * A client that does not read is cut off before it fills our memory; it catches up after reconnecting. What it is told
 * first may be more, a whole conversation: a slow line that was cut off over that would never get to its end. One that
 * takes nothing at all of it for ten seconds is not slow.
 */
const MOST_BUFFERED = 256 * 1024
const STUCK_MS = 10_000

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
  let most = 0
  let taken = 0
  let watch: NodeJS.Timeout | null = null
  raw.on('drain', () => { most = MOST_BUFFERED })
  const look = (): void => {
    const { bytesWritten } = request.raw.socket
    if (raw.writableLength > MOST_BUFFERED && bytesWritten === taken) { raw.destroy(); finish() }
    taken = bytesWritten
    if (watch && raw.writableLength <= MOST_BUFFERED) { clearInterval(watch); watch = null }
  }
  let ended = false
  const finish = () => {
    if (ended) return
    ended = true
    beats.delete(beat)
    if (watch) clearInterval(watch)
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
      most ||= MOST_BUFFERED + raw.writableLength
      if (raw.writableLength > most) { raw.destroy(); finish() } else if (raw.writableLength > MOST_BUFFERED) watch ??= setInterval(look, STUCK_MS).unref()
    },
    end: finish,
    onEnd(done) { if (ended) done(); else ends.add(done) },
  }
}

/** Also inside what was before and what is after: whoever something is taken from or given to hears of it. */
const isIn = (data: Readonly<Record<string, unknown>>, id: string): boolean =>
  Object.entries(data).some(([key, value]) => value === id || ((key === 'before' || key === 'after') && typeof value === 'object' && value !== null && Object.values(value).includes(id)))
const names = (actor: Actor, event: StoredEvent): boolean => actor.id !== null && (event.actorId === actor.id || event.subject === actor.id || isIn(event.data, actor.id))
// `request.taken` is for who may `requests.read`, `staff.presence-changed` for who may `staff.read`.
function mayHear(actor: Actor, type: string): boolean {
  const noun = type.slice(0, type.indexOf('.'))
  return may(actor, `${noun}.read`) || may(actor, `${noun}s.read`)
}
const ofTeam = (actor: Actor, teamId: string | null): boolean => teamId === null || actor.teamIds.includes(teamId)

/**
 * An event is for whom it names, and among those who may read its kind for who sees everything, and for its team.
 * Whether a request is somebody's own, or of their region, only the request itself can say.
 */
export function concerns(actor: Actor, event: StoredEvent): boolean | 'ask' {
  if (names(actor, event)) return true
  if (!mayHear(actor, event.type)) return false
  if (actor.scope === 'all') return true
  return event.type.startsWith('request.') && actor.scope !== 'team' ? 'ask' : ofTeam(actor, event.teamId)
}

interface Place { holderId: string | null; answerableId: string | null; region: string | null }
const ASKED_MS = 1_000
const asked = new Map<string, Promise<Place | undefined>>()
/** One question an event, however many streams want to know. */
function placeOf(app: App, requestId: string): Promise<Place | undefined> {
  const known = asked.get(requestId)
  if (known) return known
  const answer = app.pool<Place[]>`
    select r.holder_id, r.answerable_id, ${regionOf(app.pool as never, app.pool`r.customer_id`)} as region from requests.request r where r.id = ${requestId}`.then(([row]) => row)
  asked.set(requestId, answer)
  setTimeout(() => asked.delete(requestId), ASKED_MS).unref()
  return answer
}
async function isTheirs(app: App, actor: Actor, requestId: string | null): Promise<boolean> {
  const place = requestId === null ? undefined : await placeOf(app, requestId).catch(() => undefined)
  if (!place) return false
  return place.holderId === actor.id || place.answerableId === actor.id || (actor.scope === 'region' && place.region !== null && (actor.regions ?? []).includes(place.region))
}

/**
 * An event that changes who somebody is reaches every process, so a stream whose session has ended ends with it, and
 * one whose holder has changed teams shows what they may see now. What ends by the clock alone is looked for in between.
 */
function watchHolder(app: App, request: FastifyRequest, changed: (actor: Actor | null) => void): { look(): void; stop(): void } {
  let pending: NodeJS.Timeout | null = null
  const look = (): void => {
    pending ??= setTimeout(() => {
      pending = null
      // While the database is away nobody is told anything either; the next look decides.
      stillHolds(app, request).then(changed, () => {})
    }, LOOK_MS).unref()
  }
  const regularly = setInterval(look, LOOK_EVERY_MS).unref()
  return { look, stop() { clearInterval(regularly); if (pending) clearTimeout(pending) } }
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

export async function serveLive(app: App, pulse: Pulse | null, opener: Actor, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const stream = openStream(request, reply)
  let actor = opener
  const holder = watchHolder(app, request, (found) => { if (found) actor = found; else stream.end() })
  stream.onEnd(() => holder.stop())
  makeRoom(app, opener.id ?? '', stream)
  stream.onEnd(app.book.subscribe({
    wants: (event) => { if (changesAccess(event) && event.type !== 'staff.presence-changed') holder.look(); return concerns(actor, event) !== false },
    send: (event) => {
      const tell = () => stream.send('event', { type: event.type, subject: event.subject, at: event.at }, `${event.xid}-${event.seq}`)
      if (concerns(actor, event) === true) tell()
      else void isTheirs(app, actor, event.subject).then((yes) => { if (yes) tell() })
    },
  }))
  // The first subscriber makes the book forget its place: taken before, the next event would be passed over.
  await app.book.prime(app)
  stream.send('hello', { at: app.clock.now().toISOString() })
  if (!pulse) return
  const looking = (value: Looking): void => {
    if (!may(actor, 'requests.read')) return
    if (actor.scope === 'all' || (actor.scope === 'team' && ofTeam(actor, value.teamId))) stream.send('looking', value)
    else if (actor.scope !== 'team') void isTheirs(app, actor, value.requestId).then((yes) => { if (yes) stream.send('looking', value) })
  }
  stream.onEnd(pulse.onSignal((topic, value) => {
    if (topic === 'presence') stream.send(topic, value)
    else if (topic === 'looking') looking(value as Looking)
  }))
}
