import { clsx } from 'clsx'
import { Table2, ChartNoAxesColumn } from 'lucide-react'
import { useEffect, useRef, useState, type ReactElement, type RefObject } from 'react'
import { IconButton } from './IconButton.tsx'
import { Num } from './Num.tsx'
import { useNumberFormatter } from './number.ts'

export interface ChartPoint {
  label: string
  value: number
  /** The rows behind it. */
  href?: string
  tone?: 'accent' | 'late' | 'soon' | 'ok' | 'paused'
}

export interface BarsProps {
  title: string
  points: readonly ChartPoint[]
  unit?: string
  digits?: number
  /** A target drawn as a line. */
  target?: { value: number; label: string }
  labels: { showTable: string; showChart: string; point: string; value: string }
}

const fill = { accent: 'fill-accent', late: 'fill-late', soon: 'fill-soon', ok: 'fill-ok', paused: 'fill-paused' }

/** A few values side by side; the same figures as a table by one press. */
export function Bars({ title, points, unit, digits = 0, target, labels }: BarsProps): ReactElement {
  const [isTable, setTable] = useState(false)
  return (
    <figure className="flex min-w-0 flex-col gap-2">
      <figcaption className="flex items-center justify-between">
        <span className="font-bold">{title}{unit !== undefined && <span className="ms-1 text-sm font-normal text-faint">{unit}</span>}</span>
        <IconButton size="sm" label={isTable ? labels.showChart : labels.showTable} onPress={() => setTable(!isTable)} icon={isTable ? <ChartNoAxesColumn className="size-4" aria-hidden="true" /> : <Table2 className="size-4" aria-hidden="true" />} />
      </figcaption>
      {isTable ? (
        <table className="w-full">
          <thead><tr className="border-b border-line text-sm text-faint"><th scope="col" className="py-1 text-start font-bold">{labels.point}</th><th scope="col" className="text-end font-bold">{labels.value}</th></tr></thead>
          <tbody>{points.map((point) => <tr key={point.label} className="border-b border-line"><th scope="row" className="py-1 text-start font-normal">{point.label}</th><td className="text-end"><Num value={point.value} digits={digits} {...(point.href !== undefined ? { href: point.href } : {})} /></td></tr>)}</tbody>
        </table>
      ) : <BarPicture title={title} points={points} digits={digits} {...(target ? { target } : {})} />}
    </figure>
  )
}

function BarPicture({ title, points, digits, target }: Pick<BarsProps, 'title' | 'points' | 'target'> & { digits: number }) {
  const format = useNumberFormatter({ maximumFractionDigits: digits })
  const top = Math.max(1e-9, target?.value ?? 0, ...points.map((point) => point.value))
  const [width, height, foot, head] = [48 * points.length, 120, 18, 14]
  const y = (value: number) => height - foot - (value / top) * (height - foot - head)
  const told = points.map((point) => `${point.label} ${format.format(point.value)}`).join(', ')
  return (
    <svg role="img" aria-label={`${title}: ${told}`} viewBox={`0 0 ${width} ${height}`} className="h-30 w-full" preserveAspectRatio="xMinYMid meet">
      <line x1="0" x2={width} y1={height - foot} y2={height - foot} className="stroke-line" />
      {points.map((point, at) => (
        <g key={point.label}>
          <rect x={at * 48 + 10} width="28" rx="2" y={y(point.value)} height={Math.max(1, height - foot - y(point.value))} className={fill[point.tone ?? 'accent']} />
          <text x={at * 48 + 24} y={y(point.value) - 4} textAnchor="middle" className="fill-muted text-[0.6875rem]">{format.format(point.value)}</text>
          <text x={at * 48 + 24} y={height - 4} textAnchor="middle" className="fill-faint text-[0.6875rem]">{point.label}</text>
        </g>
      ))}
      {target && (
        <g>
          <line x1="0" x2={width} y1={y(target.value)} y2={y(target.value)} className="stroke-text" strokeDasharray="3 3" />
          <text x={width} y={y(target.value) - 3} textAnchor="end" className="fill-text text-[0.6875rem]">{target.label}</text>
        </g>
      )}
    </svg>
  )
}

export interface TrendPoint {
  label: string
  value: number | null
  /** The same point of an earlier period. */
  before?: number | null
}
export interface TrendProps {
  title: string
  points: readonly TrendPoint[]
  format: (value: number) => string
  beforeLabel?: string
  /** What the values do by themselves: their mean and the limits of chance. */
  limits?: { mean: number; lower: number; upper: number }
  /** Places of points that are more than chance. */
  outstanding?: ReadonlySet<number>
  /** Ticks of the axis, ascending; they hold all values and limits. */
  scale: readonly number[]
}

/** Drawn in the pixels there are, so that its words keep their size. */
function useWidth(usual: number): { frame: RefObject<HTMLDivElement | null>; width: number } {
  const frame = useRef<HTMLDivElement | null>(null)
  const [width, setWidth] = useState(usual)
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => { if (entry) setWidth(Math.max(240, Math.round(entry.contentRect.width))) })
    if (frame.current) observer.observe(frame.current)
    return () => observer.disconnect()
  }, [])
  return { frame, width }
}

/** Many values in their order, with an earlier period as a quiet line behind. The page shows the same as a table. */
export function Trend({ title, points, format, beforeLabel, limits, outstanding, scale }: TrendProps): ReactElement {
  const { frame, width } = useWidth(720)
  const [height, foot, head, left] = [180, 20, 12, 56]
  const [bottom, top] = [scale[0]!, scale.at(-1)!]
  const x = (at: number): number => left + (points.length === 1 ? 0.5 : at / (points.length - 1)) * (width - left - 8)
  const y = (value: number): number => height - foot - ((value - bottom) / (top - bottom)) * (height - foot - head)
  // A gap in the values is a gap in the line.
  const line = (of: (point: TrendPoint) => number | null): string => points.map((point, at) => ({ value: of(point), at })).reduce((path, { value, at }, nr, all) => value === null ? path : `${path}${nr > 0 && all[nr - 1]!.value !== null ? 'L' : 'M'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`, '')
  const every = Math.max(1, Math.ceil((points.length * 72) / (width - left)))
  const shown = points.map((point) => point.value).filter((value): value is number => value !== null)
  const told = shown.length ? `${points[0]!.label} – ${points.at(-1)!.label}: ${format(Math.min(...shown))} – ${format(Math.max(...shown))}` : '–'
  return (
    <div ref={frame} className="max-w-240">
      <svg role="img" aria-label={`${title}. ${told}`} width={width} height={height} viewBox={`0 0 ${width} ${height}`} className="block max-w-full">
        {scale.map((tick) => (
          <g key={tick}>
            <line x1={left} x2={width} y1={y(tick)} y2={y(tick)} className="stroke-line" />
            <text x={left - 6} y={y(tick) + 4} textAnchor="end" className="fill-faint text-[0.6875rem]">{format(tick)}</text>
          </g>
        ))}
        {limits && (
          <g>
            <rect x={left} width={width - left} y={y(limits.upper)} height={y(limits.lower) - y(limits.upper)} className="fill-sunken" />
            <line x1={left} x2={width} y1={y(limits.mean)} y2={y(limits.mean)} className="stroke-muted" strokeDasharray="1 3" />
          </g>
        )}
        {beforeLabel !== undefined && <path d={line((point) => point.before ?? null)} fill="none" className="stroke-faint" strokeWidth="1.5" strokeDasharray="4 3" />}
        <path d={line((point) => point.value)} fill="none" className="stroke-accent" strokeWidth="2" strokeLinejoin="round" strokeLinecap="round" />
        {points.map((point, at) => point.value !== null && !outstanding?.has(at) && points.length <= 62 && <circle key={point.label} cx={x(at)} cy={y(point.value)} r="2.5" className="fill-accent"><title>{`${point.label}: ${format(point.value)}`}</title></circle>)}
        {points.map((point, at) => point.value !== null && outstanding?.has(at) && <rect key={point.label} x={x(at) - 4} y={y(point.value) - 4} width="8" height="8" transform={`rotate(45 ${x(at)} ${y(point.value)})`} className="fill-late"><title>{`${point.label}: ${format(point.value)}`}</title></rect>)}
        {points.map((point, at) => at % every === 0 && <text key={point.label} x={x(at)} y={height - 4} textAnchor={at === 0 ? 'start' : at === points.length - 1 ? 'end' : 'middle'} className="fill-faint text-[0.6875rem]">{point.label}</text>)}
      </svg>
    </div>
  )
}

/** A trend the size of a word. `label` tells first, last, lowest and highest in words. */
export function Spark({ label, values, className }: { label: string; values: readonly number[]; className?: string }): ReactElement {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const x = (at: number) => 2 + (at / Math.max(1, values.length - 1)) * 76
  const y = (value: number) => 18 - ((value - low) / (high - low || 1)) * 16
  return (
    <svg role="img" aria-label={label} viewBox="0 0 80 20" className={clsx('inline-block h-5 w-20 align-middle', className)}>
      <polyline points={values.map((value, at) => `${x(at)},${y(value)}`).join(' ')} fill="none" className="stroke-accent" strokeWidth="1.5" strokeLinejoin="round" />
      {values.length > 0 && <circle cx={x(values.length - 1)} cy={y(values.at(-1)!)} r="2" className="fill-accent" />}
    </svg>
  )
}
