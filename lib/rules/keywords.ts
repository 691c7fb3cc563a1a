import { fold, foldInto, isWordUnit, units } from '../search/index.ts'

/** where in the text a keyword counts: anywhere, not inside a longer word, at its start, at its end, or as the whole of it */
export type Place = 'anywhere' | 'word' | 'start' | 'end' | 'whole'

/** longer facts are read up to here, so that one text cannot hold up the queue */
const maxUnits = 100_000
/** entries of the dense table: 1 MB */
const denseEntries = 1 << 19

type Node = { edges: Map<number, Node>; ending: number[] }
type Pattern = { folded: string; place: Place }

/**
 * Finds any number of keywords in one pass over a text (Aho & Corasick 1975). Keywords are added, then the
 * search is built. Shallow states have a full row of transitions, where nearly all characters of a text are
 * met; deeper ones a hash look-up and a failure link.
 */
export class KeywordSearch {
  private readonly patterns: Pattern[] = []
  private readonly ids = new Map<string, number>()
  private classes = new Uint16Array(0)
  private width = 1
  private denseStates = 0
  private dense = new Int32Array(0)
  private deep = new Map<number, number>()
  private fail = new Int32Array(0)
  /** patterns that end in a state; the longest suffix state in which any end, itself included (0: none); the next shorter one */
  private ending: number[][] = []
  private reports = new Int32Array(0)
  private suffix = new Int32Array(0)

  get size(): number {
    return this.patterns.length
  }

  /** Registers a keyword and returns its number; -1 for one that folds to nothing. */
  add(keyword: string, place: Place): number {
    const folded = fold(keyword).trim()
    if (folded === '') return -1
    const key = `${place} ${folded}`
    const known = this.ids.get(key)
    if (known !== undefined) return known
    this.ids.set(key, this.patterns.length)
    return this.patterns.push({ folded, place }) - 1
  }

  build(): void {
    // Only characters that occur in keywords have a class of their own; all others share class 0.
    this.classes = new Uint16Array(0x10000)
    this.width = 1
    for (const { folded } of this.patterns)
      for (let i = 0; i < folded.length; i++) this.classes[folded.charCodeAt(i)] ||= this.width++
    const edges = this.numberByDepth()
    const states = this.ending.length
    this.denseStates = Math.max(1, Math.min(states, Math.floor(denseEntries / this.width)))
    this.dense = new Int32Array(this.denseStates * this.width)
    this.fail = new Int32Array(states)
    this.suffix = new Int32Array(states)
    this.reports = new Int32Array(states)
    for (let state = 0; state < states; state++) {
      const row = state * this.width
      this.suffix[state] = this.reports[this.fail[state]!]!
      this.reports[state] = this.ending[state]!.length > 0 ? state : this.suffix[state]!
      if (state > 0 && state < this.denseStates) this.dense.copyWithin(row, this.fail[state]! * this.width, (this.fail[state]! + 1) * this.width)
      for (const [kind, target] of edges[state]!) {
        // The failure of a child is where its parent's failure goes by the same character.
        if (state > 0) this.fail[target] = this.step(this.fail[state]!, kind)
        if (state < this.denseStates) this.dense[row + kind] = target
        else this.deep.set(state * this.width + kind, target)
      }
    }
  }

  /** Makes the tree of keywords with states numbered breadth first; returns each state's edges by class. */
  private numberByDepth(): Map<number, number>[] {
    const root: Node = { edges: new Map(), ending: [] }
    this.patterns.forEach(({ folded }, id) => {
      let node: Node = root
      for (let i = 0; i < folded.length; i++) {
        const kind = this.classes[folded.charCodeAt(i)]!
        let child = node.edges.get(kind)
        if (!child) node.edges.set(kind, (child = { edges: new Map(), ending: [] }))
        node = child
      }
      node.ending.push(id)
    })
    const order: Node[] = [root]
    const edges: Map<number, number>[] = []
    for (let state = 0; state < order.length; state++) {
      const numbered = new Map<number, number>()
      for (const [kind, child] of order[state]!.edges) numbered.set(kind, order.push(child) - 1)
      edges.push(numbered)
    }
    this.ending = order.map((node) => node.ending)
    return edges
  }

  private step(from: number, kind: number): number {
    let state = from
    while (state >= this.denseStates) {
      const target = this.deep.get(state * this.width + kind)
      if (target !== undefined) return target
      state = this.fail[state]!
    }
    return this.dense[state * this.width + kind]!
  }

  /** Writes `round` into `found[number]` for every keyword that is in the text in its place. */
  scan(text: string, found: Uint32Array, round: number): void {
    const length = foldInto(text.length > maxUnits ? text.slice(0, maxUnits) : text)
    const { classes, dense, width, denseStates, ending, reports, suffix } = this
    const source = units
    let begin = 0
    let end = length
    while (begin < end && source[begin] === 0x20) begin++
    while (end > begin && source[end - 1] === 0x20) end--
    let state = 0
    for (let i = begin; i < end; i++) {
      const kind = classes[source[i]!]!
      if (kind === 0) {
        // a character of no keyword: nothing can be half found
        state = 0
        continue
      }
      state = state < denseStates ? dense[state * width + kind]! : this.step(state, kind)
      if (reports[state] === 0) continue
      for (let at = reports[state]!; at !== 0; at = suffix[at]!)
        for (const id of ending[at]!) if (found[id] !== round && this.counts(id, i + 1, begin, end)) found[id] = round
    }
  }

  private counts(id: number, after: number, begin: number, end: number): boolean {
    const { folded, place } = this.patterns[id]!
    const first = after - folded.length
    switch (place) {
      case 'anywhere': return true
      case 'start': return first === begin
      case 'end': return after === end
      case 'whole': return first === begin && after === end
      case 'word': return !(first > begin && isWordUnit(units[first]!) && isWordUnit(units[first - 1]!)) &&
        !(after < end && isWordUnit(units[after - 1]!) && isWordUnit(units[after]!))
    }
  }
}
