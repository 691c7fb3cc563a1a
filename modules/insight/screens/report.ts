/** What the two report pages share: the question as it stands in the address, and figures in words. */
import { useMemo } from 'react'
import { useSearchState } from '../../../apps/console/location.ts'
import type { Search } from '../../../apps/console/paths.ts'
import { useSession } from '../../../apps/console/session.tsx'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { intlTag } from '../../../lib/text/index.ts'
import { dimensions, metricKeys, metrics, type Bucket, type Dimension, type MetricKey } from '../../../lib/metrics/index.ts'
import { readable } from './minutes.ts'

export const periods = ['today', 'week', 'month', 'this-month', 'last-month', 'quarter', 'year', 'own'] as const
export type PeriodName = (typeof periods)[number]
export const comparisons = ['none', 'previous', 'year'] as const
const filters = ['teamId', 'personId', 'serviceId', 'channel', 'priority', 'tier', 'type'] as const
type Name = 'metric' | 'by' | 'period' | 'from' | 'to' | 'compare' | 'key' | (typeof filters)[number]

export interface Question {
  metric: MetricKey; by: Dimension; period: PeriodName; from: string; to: string; bucket: Bucket; compare: (typeof comparisons)[number]
  /** Filters that are set. */
  filters: Partial<Record<(typeof filters)[number], string>>
}

const DAY_MS = 86_400_000
const dayIn = (zone: string, at: number): string => new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(at)
const plus = (day: string, days: number): string => new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10)

/** The days of a named period as of `today`, both included. */
export function daysOf(period: PeriodName, today: string, own: { from?: string; to?: string } = {}): { from: string; to: string } {
  const first = `${today.slice(0, 8)}01`
  const lastOfBefore = plus(first, -1)
  switch (period) {
    case 'today': return { from: today, to: today }
    case 'week': return { from: plus(today, -6), to: today }
    case 'month': return { from: plus(today, -29), to: today }
    case 'this-month': return { from: first, to: today }
    case 'last-month': return { from: `${lastOfBefore.slice(0, 8)}01`, to: lastOfBefore }
    case 'quarter': return { from: plus(today, -90), to: today }
    case 'year': return { from: plus(today, -364), to: today }
    case 'own': return { from: own.from ?? plus(today, -29), to: own.to ?? today }
  }
}

/** As many points as the eye can take in. */
export function bucketOf(from: string, to: string): Bucket {
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1
  return days <= 2 ? 'hour' : days <= 62 ? 'day' : days <= 200 ? 'week' : 'month'
}

const oneOf = <T extends string>(all: readonly T[], value: string | undefined, usual: T): T => all.includes(value as T) ? value as T : usual

export function useQuestion(): { question: Question; key: string | undefined; set: (change: Partial<Record<Name, string | null>>) => void; search: Search } {
  const [search, set] = useSearchState<Name>()
  const { person } = useSession()
  const zone = person?.zone ?? 'UTC'
  const today = dayIn(zone, Date.now())
  const question = useMemo(() => {
    const period = oneOf(periods, search.period, 'month')
    const days = daysOf(period, today, search)
    return {
      metric: oneOf(metricKeys, search.metric, 'volume'), by: oneOf(dimensions, search.by, 'time'), period, ...days, bucket: bucketOf(days.from, days.to), compare: oneOf(comparisons, search.compare, 'previous'),
      filters: Object.fromEntries(filters.flatMap((name) => (search[name] ? [[name, search[name]]] : []))) as Question['filters'],
    }
  }, [search, today])
  return { question, key: search.key, set, search }
}

export const queryOf = ({ metric, by, from, to, bucket, filters: narrowed }: Question) => ({ metric, by, from, to, bucket, ...narrowed })

/** A value in words: 1.5 小時, 87%, 4.6. */
export function useFigureWords(metric: MetricKey): (value: number | null) => string {
  const t = useText()
  const { locale } = useLanguage()
  return useMemo(() => {
    const format = (value: number, digits: number, style: 'decimal' | 'percent' = 'decimal') => new Intl.NumberFormat(intlTag(locale), { maximumFractionDigits: digits, style }).format(value)
    return (value) => {
      if (value === null) return '–'
      switch (metrics[metric].unit) {
        case 'requests': return format(value, 0)
        case 'share': return format(value, 1, 'percent')
        case 'score': case 'times': return format(value, 2)
        case 'minutes': { const { value: shown, digits, unit } = readable(t, value); return `${format(shown!, digits)} ${unit}` }
      }
    }
  }, [metric, locale, t])
}

/** What a row stands for, in words. */
export function useKeyWords(question: Question): (row: { id: string; label: string | null }) => string {
  const t = useText()
  const { locale } = useLanguage()
  const { person } = useSession()
  return useMemo(() => {
    const parts: Intl.DateTimeFormatOptions = question.bucket === 'hour' ? { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...(question.from !== question.to ? { month: 'numeric', day: 'numeric' } : {}) } : question.bucket === 'month' ? { year: 'numeric', month: 'short' } : { month: 'numeric', day: 'numeric' }
    const time = new Intl.DateTimeFormat(intlTag(locale), { ...parts, timeZone: person?.zone ?? 'UTC' })
    return ({ id, label }) => {
      if (question.by === 'time') return time.format(new Date(id))
      if (id === '') return t(`insight.report.none-${question.by}`)
      if (label !== null) return label
      if (question.by === 'channel') return t(`requests.channel.${id}`)
      if (question.by === 'priority') return t(`requests.priority.${id}`)
      return id
    }
  }, [question.by, question.bucket, question.from, question.to, locale, person?.zone, t])
}
