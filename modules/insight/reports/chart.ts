/** A report's picture as strokes and words, drawn the same into a PNG and onto a page. Pure. */
import { metrics, rowWords, valueWords } from '../../../lib/metrics/index.ts'
import { controlChart, scaleOf } from '../../../lib/statistics/index.ts'
import { insightText, type Told } from './table.ts'

export interface Stroke { kind: 'stroke'; /** An SVG path. */ path: string; stroke?: string; fill?: string; width?: number; dash?: readonly [number, number] }
export interface Words { kind: 'words'; x: number; y: number; text: string; size: number; colour: string; anchor: 'start' | 'middle' | 'end' }
export interface Drawing { width: number; height: number; parts: (Stroke | Words)[] }

/** As on the light screen. */
const colour = { line: '#d8dce1', text: '#1d2530', muted: '#5b6673', band: '#eef1f4', accent: '#1f5fbf', late: '#b3261e' }
const MOST_BARS = 20

export function chartOf(told: Told, width: number, height: number): Drawing {
  return told.asked.by === 'time' ? trend(told, width, height) : bars(told, width)
}

function trend({ asked, figures, locale, zone }: Told, width: number, height: number): Drawing {
  const t = insightText(locale, zone)
  const words = valueWords(asked.metric, locale, t, figures.currency)
  const named = rowWords(asked, locale, zone, t)
  const [foot, head, left] = [22, 10, 64]
  const { rows } = figures
  // What has not begun has no value; what is not over is drawn and not judged.
  const values = rows.map((row) => (row.id <= figures.asOf ? row.value : null))
  const isOver = (at: number): boolean => (rows[at + 1]?.id ?? figures.to) <= figures.asOf
  const control = controlChart(values.map((value, at) => (isOver(at) ? value : null)), { least: 0, ...(metrics[asked.metric].unit === 'share' ? { most: 1 } : {}) })
  const before = asked.compare === 'none' ? [] : rows.map((row) => row.before)
  const scale = scaleOf([...values, ...before, control?.lower, control?.upper], { isTime: metrics[asked.metric].unit === 'minutes' })
  const [bottom, top] = [scale[0]!, scale.at(-1)!]
  const x = (at: number): number => left + (rows.length === 1 ? 0.5 : at / (rows.length - 1)) * (width - left - 8)
  const y = (value: number): number => height - foot - ((value - bottom) / (top - bottom)) * (height - foot - head)
  const line = (series: readonly (number | null)[]): string => series.map((value, at) => (value === null ? '' : `${at > 0 && series[at - 1] !== null ? 'L' : 'M'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`)).join('')
  const parts: Drawing['parts'] = []
  if (control) {
    parts.push({ kind: 'stroke', path: box(left, y(control.upper), width - left, y(control.lower) - y(control.upper)), fill: colour.band })
    parts.push({ kind: 'stroke', path: `M${left} ${y(control.mean).toFixed(1)}H${width}`, stroke: colour.muted, width: 0.75, dash: [2, 3] })
  }
  for (const tick of scale) {
    parts.push({ kind: 'stroke', path: `M${left} ${y(tick).toFixed(1)}H${width}`, stroke: colour.line, width: 0.75 })
    parts.push({ kind: 'words', x: left - 6, y: y(tick) + 4, text: words(tick), size: 10, colour: colour.muted, anchor: 'end' })
  }
  if (before.length) parts.push({ kind: 'stroke', path: line(before), stroke: colour.muted, width: 1.25, dash: [4, 3] })
  parts.push({ kind: 'stroke', path: line(values), stroke: colour.accent, width: 2 })
  values.forEach((value, at) => {
    if (value === null) return
    if (control?.signals.has(at)) parts.push({ kind: 'stroke', path: `M${x(at).toFixed(1)} ${(y(value) - 5).toFixed(1)}l5 5l-5 5l-5 -5z`, fill: colour.late })
    else if (values.length <= 62) parts.push({ kind: 'stroke', path: box(x(at) - 2, y(value) - 2, 4, 4), fill: colour.accent })
  })
  const every = Math.max(1, Math.ceil((rows.length * 72) / (width - left)))
  rows.forEach((row, at) => { if (at % every === 0) parts.push({ kind: 'words', x: x(at), y: height - 6, text: named(row), size: 10, colour: colour.muted, anchor: at === 0 ? 'start' : at === rows.length - 1 ? 'end' : 'middle' }) })
  return { width, height, parts: parts.filter((part) => part.kind === 'words' || part.path !== '') }
}

/** The longest first, as the page lists them. */
function bars({ asked, figures, locale, zone }: Told, width: number): Drawing {
  const t = insightText(locale, zone)
  const words = valueWords(asked.metric, locale, t, figures.currency)
  const named = rowWords(asked, locale, zone, t)
  const rows = figures.rows.slice(0, MOST_BARS)
  const [left, right, line] = [150, 80, 20]
  const top = Math.max(1e-9, ...rows.map((row) => row.value ?? 0))
  const parts = rows.flatMap((row, at): Drawing['parts'] => {
    const length = ((row.value ?? 0) / top) * (width - left - right)
    return [
      { kind: 'words', x: left - 8, y: at * line + 14, text: clipped(named(row), 22), size: 10, colour: colour.text, anchor: 'end' },
      { kind: 'stroke', path: box(left, at * line + 4, Math.max(1, length), 12), fill: colour.accent },
      { kind: 'words', x: left + length + 6, y: at * line + 14, text: words(row.value), size: 10, colour: colour.muted, anchor: 'start' },
    ]
  })
  return { width, height: Math.max(line, rows.length * line), parts }
}

const clipped = (text: string, most: number): string => ([...text].length > most ? `${[...text].slice(0, most - 1).join('')}…` : text)
const box = (x: number, y: number, width: number, height: number): string => `M${x.toFixed(1)} ${y.toFixed(1)}h${width.toFixed(1)}v${height.toFixed(1)}h${(-width).toFixed(1)}z`
