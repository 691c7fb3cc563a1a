/** Ticks of an axis that people can read. Pure. */

const DECIMAL = [1, 2, 2.5, 5, 10]
/** Steps of time in minutes: what a clock or a calendar would say. */
const TIME = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 10_080]

/**
 * Three to six ticks, ascending, that hold all values of `series`, gaps aside; with none, 0 and 1. The axis begins at zero unless the values
 * lie so near each other that nothing could be told of them; then it still covers a tenth of the largest, so that a
 * ripple looks like one. `isTime`: values are minutes. Round steps: Heckbert, Graphics Gems (1990), "Nice numbers for graph labels".
 */
export function scaleOf(series: readonly (number | null | undefined)[], { isTime = false } = {}): number[] {
  const values = series.filter((value) => value != null)
  const [low, high] = [Math.min(...values), Math.max(...values)]
  if (values.length === 0 || (low === 0 && high === 0)) return [0, 1]
  const [from, to] = low > high / 2 ? [Math.min(low, high * 0.9), high] : [Math.min(0, low), Math.max(0, high)]
  const step = stepOver((to - from) / 3, isTime)
  const [first, last] = [Math.floor(from / step + 1e-9), Math.ceil(to / step - 1e-9)]
  return Array.from({ length: last - first + 1 }, (_, nr) => Number(((first + nr) * step).toPrecision(12)))
}

function stepOver(least: number, isTime: boolean): number {
  const known = isTime && least >= 0.5 ? TIME.find((step) => step >= least) : undefined
  if (known !== undefined) return known
  const size = 10 ** Math.floor(Math.log10(least))
  return DECIMAL.find((step) => step * size >= least * (1 - 1e-9))! * size
}
