/**
 * Events: one row per change, written in the change's own transaction. Followers run inside it, for what must
 * be true at once; listeners run after commit, at least once, in order, each room behind its own cursor.
 */
import type { App, Ctx } from '../context.ts'
import { run } from '../context.ts'
import { withoutAddresses } from '../fault.ts'
import { isBusy, isDiskFull, isUnavailable } from '../database/index.ts'
import { systemActor } from '../access/index.ts'
import type { NewEvent } from './write.ts'

export type { NewEvent } from './write.ts'
export { emit } from './write.ts'
export interface StoredEvent extends Omit<NewEvent, 'source' | 'call'> { seq: number; xid: string }

export type Follower = (ctx: Ctx, event: NewEvent) => Promise<void>
export type Listener = (ctx: Ctx, event: StoredEvent) => Promise<void>
/** Hears what came since the last time in one call, in order: for rooms whose work on many costs little more than on one. */
export interface GroupListener { types: readonly string[]; hear(ctx: Ctx, events: readonly StoredEvent[]): Promise<void> }
export interface EventHandlers { followers?: Record<string, Follower>; listeners?: Record<string, Listener>; together?: readonly GroupListener[] }

export interface Subscription { wants(event: StoredEvent): boolean; send(event: StoredEvent): void }
interface Place { xid: string; seq: number }
interface Room {
  name: string; listeners: Record<string, Listener>; together: readonly GroupListener[]; types: string[]; failures: number; runningNow: boolean; again: boolean
  /** Up to here there is nothing for this room that its cursor does not know: final, so any process may skip it. */
  searched: Place | null
}

const BATCH = 50
const MOST_AT_ONCE = 500
/** Of those that wait it is enough to know that there are some. */
const MOST_WAITING = 5
/** An advisory lock: whoever holds it alone holds all listeners back. */
export const HELD_LISTENERS = 7_101_003
/** Transactions. */
const KEEP_SEARCHED_AFTER = 5_000n
const POISON_AFTER = 5

export class EventBook {
  #followers = new Map<string, Follower[]>()
  #rooms: Room[] = []
  #subscriptions = new Set<Subscription>()
  #onCommit = new Set<(events: readonly NewEvent[]) => void>()
  #cursor: Place | null = null
  #reading = false
  #readAgain = false
  #halted = false
  #waiting = new Set<string>()

  register(room: string, handlers: EventHandlers): void {
    for (const [type, follow] of Object.entries(handlers.followers ?? {})) {
      this.#followers.set(type, [...(this.#followers.get(type) ?? []), follow])
    }
    const { listeners = {}, together = [] } = handlers
    const types = [...new Set([...Object.keys(listeners), ...together.flatMap((one) => one.types)])]
    if (types.length) this.#rooms.push({ name: room, listeners, together, types, failures: 0, runningNow: false, again: false, searched: null })
  }

  followersOf(type: string): readonly Follower[] { return this.#followers.get(type) ?? [] }
  get listening(): readonly string[] { return this.#rooms.map((room) => room.name) }

  /** Called after every commit that wrote events; wakes whoever wants to know. */
  committed(events: readonly NewEvent[]): void { for (const wake of this.#onCommit) wake(events) }
  onCommit(wake: (events: readonly NewEvent[]) => void): () => void { this.#onCommit.add(wake); return () => this.#onCommit.delete(wake) }

  subscribe(subscription: Subscription): () => void {
    if (this.#subscriptions.size === 0) this.#cursor = null
    this.#subscriptions.add(subscription)
    return () => this.#subscriptions.delete(subscription)
  }
  get subscribers(): number { return this.#subscriptions.size }

  get hasWaiting(): boolean { return this.#waiting.size > 0 }
  /** Types of events that were found committed but not yet final since they were last taken: they are read once older transactions have ended, which nobody tells. */
  takeWaiting(): ReadonlySet<string> {
    const waiting = this.#waiting
    this.#waiting = new Set()
    return waiting
  }

  /** Reads what is new since the last call and hands it to the live subscribers of this process. */
  async publish(app: App): Promise<void> {
    if (!this.#subscriptions.size) { this.#cursor = null; return }
    if (this.#reading) { this.#readAgain = true; return }
    this.#reading = true
    try {
      do {
        this.#readAgain = false
        this.#cursor ??= await newest(app)
        const fresh = await this.#read(app.pool, this.#cursor, MOST_AT_ONCE)
        for (const event of fresh) {
          this.#cursor = { xid: event.xid, seq: event.seq }
          for (const subscription of this.#subscriptions) if (subscription.wants(event)) subscription.send(event)
        }
        if (fresh.length === MOST_AT_ONCE) this.#readAgain = true
      } while (this.#readAgain)
    } finally {
      this.#reading = false
    }
  }

  /** Starts following from now; to be called before the first subscriber reads its state. */
  async prime(app: App): Promise<void> { this.#cursor ??= await newest(app) }

  /** Runs the listeners until nothing is left, of every room or of those who listen to these types; returns how many events were handled. */
  async dispatch(app: App, only?: ReadonlySet<string>): Promise<number> {
    let handled = 0
    for (const room of this.#rooms) if (!only || room.types.some((type) => only.has(type))) handled += await this.#dispatchRoom(app, room)
    return handled
  }

  /** The program stops: listeners end behind the events they have in hand, and whoever comes next goes on there. */
  halt(): void { this.#halted = true }

  async #dispatchRoom(app: App, room: Room): Promise<number> {
    if (this.#halted) return 0
    if (room.runningNow) { room.again = true; return 0 }
    room.runningNow = true
    let handled = 0
    try {
      for (;;) {
        room.again = false
        let count = 0
        let isAll = true
        try {
          ({ count, isAll } = await this.#batch(app, room, room.failures ? 1 : BATCH))
          room.failures = 0
        } catch (error) {
          // Nothing is wrong with the event: it is heard at the next walk.
          if (isUnavailable(error) || isBusy(error) || isDiskFull(error)) throw error
          room.failures++
          if (room.failures > POISON_AFTER) { await this.#skipPoison(app, room, error); room.failures = 0; continue }
          if (this.#halted) return handled
          if (room.failures > 1) await new Promise((wake) => setTimeout(wake, 50 * 2 ** room.failures))
          continue
        }
        handled += count
        if (this.#halted || (isAll && !room.again)) return handled
      }
    } finally {
      room.runningNow = false
    }
  }

  /** Handles the next events; `isAll`: there were no more. */
  async #batch(app: App, room: Room, size: number): Promise<{ count: number; isAll: boolean }> {
    const { count, searched } = await run(app, { actor: systemActor }, async (ctx) => {
      const cursor = await this.#take(ctx, room)
      if (!cursor) return { count: 0, searched: room.searched }
      const { horizon, ...stored } = cursor
      // Events of other rooms' types are walked over once, not again with every beat.
      const events = await this.#read(ctx.db, room.searched && isBehind(stored, room.searched) ? room.searched : stored, size, room.types)
      const searched = events.length < size ? { xid: String(BigInt(horizon) - 1n), seq: Number.MAX_SAFE_INTEGER } : null
      for (const event of events) await room.listeners[event.type]?.(ctx, event)
      for (const { types, hear } of room.together) {
        const heard = events.filter((event) => types.includes(event.type))
        if (heard.length > 0) await hear(ctx, heard)
      }
      const last = events.at(-1)
      // What is only walked over is kept now and then, so that a new process need not walk from the beginning either.
      const place = last ?? (BigInt(horizon) - BigInt(stored.xid) > KEEP_SEARCHED_AFTER ? searched : null)
      if (place) ctx.later(ctx.db`update platform.cursor set xid = ${place.xid}::xid8, seq = ${place.seq}, at = ${ctx.now} where listener = ${room.name}`)
      return { count: events.length, searched }
    })
    // Not before it is committed: what a listener failed at is read again.
    if (searched) room.searched = searched
    return { count, isAll: searched !== null || count === 0 }
  }

  // The row lock lets one process at a time follow for a room; the others find it taken and leave.
  async #take(ctx: Ctx, room: Room): Promise<(Place & { horizon: string }) | null> {
    const [row] = await ctx.db<(Place & { horizon: string })[]>`
      select xid::text, seq, pg_snapshot_xmin(pg_current_snapshot())::text as horizon from platform.cursor
      where listener = ${room.name} and pg_try_advisory_xact_lock_shared(${HELD_LISTENERS}) for update skip locked`
    return row ?? null
  }

  async #skipPoison(app: App, room: Room, error: unknown): Promise<void> {
    await run(app, { actor: systemActor }, async (ctx) => {
      const cursor = await this.#take(ctx, room)
      if (!cursor) return
      const [event] = await this.#read(ctx.db, cursor, 1, room.types)
      if (!event) return
      await ctx.db`insert into platform.event_failure (listener, xid, seq, error, at)
        values (${room.name}, ${event.xid}::xid8, ${event.seq}, ${withoutAddresses(error)}, ${ctx.now})`
      await ctx.db`update platform.cursor set xid = ${event.xid}::xid8, seq = ${event.seq}, at = ${ctx.now} where listener = ${room.name}`
    })
  }

  // A bare `order by xid` would mean the text that is selected, and 1000 would come before 999.
  // xid < xmin: everything older than the oldest running transaction is final, so (xid, seq) can't be overtaken.
  // The place as a subselect: for a plain value a plan is made at every read, which costs as much as reading.
  async #read(db: Ctx['db'], after: Place, limit: number, types?: string[]): Promise<StoredEvent[]> {
    const kind = types ? db`and type = any(${types})` : db``
    const rows = await db<(StoredEvent & { isFinal: boolean })[]>`
      select seq, xid::text, id, type, subject, team_id, at, actor_kind, actor_id, data, is_final from (
        (select *, true as is_final from platform.event
          where (xid, seq) > ((select ${after.xid}::xid8), (select ${after.seq}::bigint)) and xid < pg_snapshot_xmin(pg_current_snapshot()) ${kind} order by xid, seq limit ${limit})
        union all
        (select *, false from platform.event where xid >= pg_snapshot_xmin(pg_current_snapshot()) ${kind} order by xid, seq limit ${MOST_WAITING})) e
      order by e.xid, e.seq`
    const events: StoredEvent[] = []
    for (const { isFinal, ...event } of rows) if (isFinal) events.push(event); else this.#waiting.add(event.type)
    return events
  }

  /** False while events that are committed wait behind an older transaction, be it another database's of the same server. */
  async isRead(app: App): Promise<boolean> {
    const [row] = await app.pool<{ waits: boolean }[]>`select exists (select 1 from platform.event where xid >= pg_snapshot_xmin(pg_current_snapshot())) as waits`
    return !row!.waits
  }

  /** Makes sure each listening room has its cursor; a new room starts at the beginning. */
  async prepare(app: App): Promise<void> {
    for (const room of this.#rooms) await app.pool`insert into platform.cursor (listener) values (${room.name}) on conflict do nothing`
  }
}

const isBehind = (a: Place, b: Place): boolean => BigInt(a.xid) < BigInt(b.xid) || (a.xid === b.xid && a.seq < b.seq)

async function newest(app: App): Promise<Place> {
  const [row] = await app.pool<{ xid: string }[]>`select pg_snapshot_xmin(pg_current_snapshot())::text as xid`
  return { xid: String(BigInt(row!.xid) - 1n), seq: Number.MAX_SAFE_INTEGER }
}
