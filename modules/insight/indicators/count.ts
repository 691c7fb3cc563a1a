/** The index of a period: each indicator's figure as its report shows it, made comparable and weighed by the formula of its day. */
import { dayIn, scoreOf, weigh, type Comparison } from '../../../lib/metrics/index.ts'
import { mustMay } from '../../../platform/access/index.ts'
import type { Ctx } from '../../../platform/context.ts'
import type { Figures } from '../metrics/contract.ts'
import { figuresOf } from '../metrics/report.ts'
import type { Asked, IndexFigures } from './contract.ts'
import { type Formula, formulas, inForce } from './versions.ts'

const DAY_MS = 86_400_000
const plus = (day: string, days: number): string => new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10)

/** The same day of the period that is compared with. */
function earlier(day: string, { from, to }: Asked, compare: Comparison): string {
  if (compare !== 'year') return plus(day, -((Date.parse(to) - Date.parse(from)) / DAY_MS + 1))
  const year = String(Number(day.slice(0, 4)) - 1)
  return day.endsWith('-02-29') ? `${year}-02-28` : year + day.slice(4)
}

interface Value { value: number | null; before: number | null }
const scores = (formula: Formula, of: (metric: string) => number | null) => formula.indicators.map((one) => ({ score: scoreOf(of(one.metric), one), weight: one.weight }))
const indexBy = (formula: Formula | null, of: (metric: string) => number | null) => (formula ? weigh(scores(formula, of)) : { value: null, coverage: 0, points: [] })

export async function qualityIndexOf(ctx: Ctx, asked: Asked): Promise<IndexFigures> {
  // An index tells of requests, whatever else the role may see.
  mustMay(ctx.actor, 'requests.read')
  const all = await formulas(ctx)
  const compare = asked.compare
  const beforeOn = (day: string) => (compare === 'none' ? null : inForce(all, earlier(day, asked, compare)))
  const now = inForce(all, asked.to)
  const within = all.filter((one, at) => one.effectiveOn <= asked.to && (all[at + 1]?.effectiveOn ?? '9999') > asked.from)
  const earliest = compare === 'none' ? asked.from : earlier(asked.from, asked, compare)
  const metrics = [...new Set(all.filter((one, at) => one.effectiveOn <= asked.to && (all[at + 1]?.effectiveOn ?? '9999') > earliest).flatMap((one) => one.indicators.map(({ metric }) => metric)))]
  // Without a formula the period is still told, and refused when it makes no sense.
  const counted = await figuresOfAll(ctx, asked, metrics.length ? metrics : ['volume'])
  const longest = [...counted.values()].reduce((a, b) => (b.rows.length > a.rows.length ? b : a))
  const { asOf, zone, from, to } = longest
  const total = (metric: string): Value & { count: number } => counted.get(metric)?.total ?? { value: null, before: null, count: 0 }
  const whole = indexBy(now, (metric) => total(metric).value)
  const before = indexBy(beforeOn(asked.to), (metric) => total(metric).before)
  return {
    asOf, zone, from, to, version: now?.number ?? null, versions: within.map((one) => one.number), versionBefore: beforeOn(asked.to)?.number ?? null,
    total: { value: whole.value, coverage: whole.coverage, before: before.value },
    indicators: (now?.indicators ?? []).map((one, at) => {
      const { value, before: earlierValue, count } = total(one.metric)
      return { ...one, value, count, before: compare === 'none' ? null : earlierValue, score: scoreOf(value, one), points: whole.points[at] ?? null }
    }),
    rows: now ? rowsOf(asked, all, counted, { zone, to, beforeOn, now }) : [],
  }
}

async function figuresOfAll(ctx: Ctx, { by, bucket, from, to, compare, teamId, serviceId, channel }: Asked, metrics: readonly string[]): Promise<Map<string, Figures>> {
  const filters = { ...(teamId ? { teamId } : {}), ...(serviceId ? { serviceId } : {}), ...(channel ? { channel } : {}) }
  const found = await Promise.all(metrics.map(async (metric) => [metric, await figuresOf(ctx, { metric: metric as never, by, bucket, from, to, compare, ...filters })] as const))
  return new Map(found)
}

interface Frame { zone: string; to: string; beforeOn: (day: string) => Formula | null; now: Formula }
function rowsOf({ by, to: lastDay }: Asked, all: readonly Formula[], counted: ReadonlyMap<string, Figures>, { zone, to, beforeOn, now }: Frame): IndexFigures['rows'] {
  const cells = new Map([...counted].map(([metric, { rows }]) => [metric, new Map(rows.map((row) => [row.id, row]))]))
  const labels = new Map([...counted.values()].flatMap(({ rows }) => rows.map((row) => [row.id, row.label] as const)))
  const ids = [...labels.keys()]
  if (by === 'time') ids.sort((a, b) => Date.parse(a) - Date.parse(b))
  const rows = ids.map((id, at) => {
    const day = by === 'time' ? dayIn(zone, Date.parse(ids[at + 1] ?? to) - 1) : lastDay
    const formula = by === 'time' ? inForce(all, day) ?? now : now
    const { value, coverage } = indexBy(formula, (metric) => cells.get(metric)?.get(id)?.value ?? null)
    return { id, label: labels.get(id) ?? null, value, coverage, before: indexBy(beforeOn(day), (metric) => cells.get(metric)?.get(id)?.before ?? null).value, version: formula.number }
  })
  return by === 'time' ? rows : rows.sort((a, b) => (b.value ?? -1) - (a.value ?? -1) || a.id.localeCompare(b.id))
}
