/** The only clock of the product. Commands read it as `ctx.now`; a virtual one replays a year in seconds. */
export interface Clock { now(): Date }

export const systemClock: Clock = { now: () => new Date() }

/** A clock that stands still until it is moved. Used by the demonstration company and by tests. */
export class VirtualClock implements Clock {
  #ms: number
  constructor(start: Date | string) { this.#ms = new Date(start).getTime() }
  now(): Date { return new Date(this.#ms) }
  set(to: Date | number): void { this.#ms = Number(to) }
  advance(ms: number): void { this.#ms += ms }
}
