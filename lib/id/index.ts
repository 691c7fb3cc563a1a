/**
 * Ids. Every row is named by a UUIDv7 (RFC 9562): 48 bits of time, then a counter, then randomness, so that
 * ids sort by creation, indexes grow at their right edge, and an id can be made before the row exists.
 * Runs in Node and in browsers. An id is a name, never a secret.
 */

/** ids of a clock that stepped back by no more than this still sort after the ones already given */
const clockJitterMs = 1_000

const hex1 = '0123456789abcdef'
const hex3 = Array.from({ length: 4096 }, (_, n) => n.toString(16).padStart(3, '0'))
const pool = new Uint32Array(1024)
let next = pool.length

let lastMs = -1
let counter = 0
let prefix = ''

function random32(): number {
  // One call for a thousand words: the system call dominates when it is made per id.
  if (next === pool.length) {
    crypto.getRandomValues(pool)
    next = 0
  }
  return pool[next++]!
}

function startMillisecond(ms: number): void {
  lastMs = ms
  // 30 counter bits; the top one starts at 0, so at least 2^29 ids fit in a millisecond even of a standing clock.
  counter = random32() >>> 3
  const hex = ms.toString(16).padStart(12, '0')
  prefix = `${hex.slice(0, 8)}-${hex.slice(8)}-7`
}

/**
 * A new UUIDv7 in lower case. `now` is epoch milliseconds (default: the machine's clock).
 * Within a process ids ascend as long as `now` does not step back by more than a second; a larger step
 * back (another virtual clock, a replay of the past) is followed, so that `timeOfId` stays true.
 */
export function newId(now: number = Date.now()): string {
  const ms = Math.trunc(now)
  if (ms > lastMs || ms < lastMs - clockJitterMs) {
    if (!(ms >= 0 && ms < 2 ** 48)) throw new RangeError(`no id has the time ${now}`)
    startMillisecond(ms)
  } else if (ms !== ms) {
    throw new RangeError('no id has the time NaN')
  } else if (++counter >= 0x4000_0000) {
    startMillisecond(lastMs + 1)
  }
  const low = random32()
  const high = random32()
  return (
    prefix + hex3[counter >>> 18]! +
    // two variant bits, then the low 18 counter bits split 10 + 8
    '-' + hex3[0x800 | ((counter >>> 8) & 0x3ff)]! + hex1[(counter >>> 4) & 15]! +
    '-' + hex1[counter & 15]! + hex3[low & 0xfff]! + hex3[(low >>> 12) & 0xfff]! + hex3[high & 0xfff]! +
    hex1[(high >>> 12) & 15]! + hex1[high >>> 28]!
  )
}

/** Epoch milliseconds of a UUIDv7, or undefined when the text is no UUIDv7. */
export function timeOfId(id: string): number | undefined {
  if (!isId(id)) return undefined
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Whether the text is a UUIDv7 in the lower-case form that `newId` gives. */
export function isId(id: string): boolean {
  return shape.test(id)
}
