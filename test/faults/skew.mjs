// Read before a program starts: its wall clock runs SKEW_MS ahead of the machine's.
const skew = Number(process.env.SKEW_MS)
const Real = Date
globalThis.Date = class extends Real {
  constructor(...words) { if (words.length) super(...words); else super(Real.now() + skew) }
  static now() { return Real.now() + skew }
}
