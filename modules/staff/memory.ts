/**
 * What this process remembers of the staff for a moment: who a token belongs to, the members of a team, compiled
 * calendars. Dropped as soon as a commit of this process or a signal of another changes it; never older than its
 * limit otherwise. Freshness is measured by the machine's steady clock, not by business time.
 */
import type { App } from '../../platform/context.ts'
import type { NewEvent } from '../../platform/events/book.ts'
import type { Known } from '../../platform/http/server.ts'
import type { Pulse } from '../../platform/events/pulse.ts'
import type { Chosen } from './calendars.ts'
import type { Member } from './store/people.ts'

/** Whose credential it is; the same object is handed out as long as it is remembered. */
export interface Found extends Known {
  /** By the business clock: what rests or ends by it is looked at again when it has moved on. */
  readAt: Date
}

export interface Remembered<T> { value: T; until: number }
/** A bounded map whose entries expire. */
export class Shelf<T> {
  #entries = new Map<string, Remembered<T>>()
  #generation = 0
  readonly lifeMs: number
  readonly most: number
  constructor(lifeMs: number, most: number) { this.lifeMs = lifeMs; this.most = most }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key)
    return entry !== undefined && entry.until > performance.now() ? entry.value : undefined
  }

  /** The remembered value, else what `load` gives; not kept when something was dropped while it was loading. */
  async take(key: string, load: () => Promise<T>, worthKeeping: (value: T) => boolean = () => true): Promise<T> {
    const known = this.get(key)
    if (known !== undefined) return known
    const generation = this.#generation
    const value = await load()
    if (generation === this.#generation && worthKeeping(value)) {
      if (this.#entries.size >= this.most) this.#entries.clear()
      this.#entries.set(key, { value, until: performance.now() + this.lifeMs })
    }
    return value
  }

  forget(key: string): void { this.#entries.delete(key) }
  drop(): void { this.#generation++; this.#entries.clear() }
}

export interface Memory {
  actors: Shelf<Found | null>
  members: Shelf<Member[]>
  calendars: Shelf<Chosen>
  /** Which calendar a team has of its own. */
  teamCalendars: Shelf<string | null>
  /** Tells the other processes too. */
  connect(pulse: Pulse): void
  /** Called when what is remembered of people may be wrong by now. */
  onDrop(hear: () => void): void
}

const SIGNAL = 'staff.changed'
// What these tell is not part of anything remembered.
const HARMLESS = new Set(['staff.signed-in', 'staff.sign-in-locked', 'staff.link-made', 'staff.proposed', 'staff.proposal-refused'])
const memories = new WeakMap<App, Memory>()

/** The memory of this process's application. */
export function memoryOf(app: App): Memory {
  let memory = memories.get(app)
  if (!memory) memories.set(app, (memory = createMemory(app)))
  return memory
}

function createMemory(app: App): Memory {
  const actors = new Shelf<Found | null>(3_000, 50_000)
  const members = new Shelf<Member[]>(2_000, 1_000)
  const calendars = new Shelf<Chosen>(2_000, 1_000)
  const teamCalendars = new Shelf<string | null>(2_000, 10_000)
  const hearers: (() => void)[] = []
  let pulse: Pulse | null = null
  const drop = (onlyPresence: boolean) => {
    members.drop()
    if (onlyPresence) return
    actors.drop()
    calendars.drop()
    teamCalendars.drop()
    for (const hear of hearers) hear()
  }
  app.book.onCommit((events) => {
    const ours = events.filter(touches)
    if (!ours.length) return
    const onlyPresence = ours.every((event) => event.type === 'staff.presence-changed')
    drop(onlyPresence)
    pulse?.signal(SIGNAL, onlyPresence)
  })
  return {
    actors, members, calendars, teamCalendars,
    onDrop(hear) { hearers.push(hear) },
    connect(connected) {
      pulse = connected
      pulse.onSignal((topic, onlyPresence) => { if (topic === SIGNAL) drop(onlyPresence === true) })
    },
  }
}

/** True for what may change who somebody is and what they may do. */
export const touches = (event: Pick<NewEvent, 'type'>): boolean => event.type.startsWith('staff.') && !HARMLESS.has(event.type)
/** True when the open transaction itself changed staff: then only the database knows. */
export const changedHere = (events: readonly NewEvent[]): boolean => events.some(touches)
