/** What is to be done, in the order of a virtual time. */
export interface Timed { at: number; nr: number }

/** Binary heap by time, then by order of entry, so that a seed always plays the same. */
export class Agenda<E extends Timed> {
  #heap: E[] = []
  #nr = 0
  add(entry: Omit<E, 'nr'>): void { this.putBack({ ...entry, nr: this.#nr++ } as E) }
  /** One that was taken goes where it stood. */
  putBack(entry: E): void {
    const heap = this.#heap
    heap.push(entry)
    for (let i = heap.length - 1; i > 0;) {
      const up = (i - 1) >> 1
      if (!before(heap[i]!, heap[up]!)) break
      ;[heap[i], heap[up]] = [heap[up]!, heap[i]!]
      i = up
    }
  }
  get next(): E | undefined { return this.#heap[0] }
  take(): E {
    const heap = this.#heap
    const first = heap[0]!
    const last = heap.pop()!
    if (heap.length) {
      heap[0] = last
      for (let i = 0; ;) {
        const left = 2 * i + 1
        const best = [left, left + 1].filter((child) => child < heap.length && before(heap[child]!, heap[i]!)).sort((a, b) => (before(heap[a]!, heap[b]!) ? -1 : 1))[0]
        if (best === undefined) break
        ;[heap[i], heap[best]] = [heap[best]!, heap[i]!]
        i = best
      }
    }
    return first
  }
}
const before = (a: Timed, b: Timed): boolean => a.at < b.at || (a.at === b.at && a.nr < b.nr)
