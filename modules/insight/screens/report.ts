/** What the two report pages share: the question as it stands in the address, and figures in words. */
import { useMemo } from 'react'
import { useSearchState } from '../../../apps/console/location.ts'
import type { Search } from '../../../apps/console/paths.ts'
import { useSession } from '../../../apps/console/session.tsx'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import type { Question as Saved } from '../reports/contract.ts'
import { bucketOf, comparisons, dayIn, daysOf, dimensions, metricKeys, periods, rowWords, valueWords, type Bucket, type Comparison, type Dimension, type MetricKey, type PeriodName } from '../../../lib/metrics/index.ts'

const filters = ['teamId', 'personId', 'serviceId', 'channel', 'priority', 'tier', 'type'] as const
type Name = 'metric' | 'by' | 'period' | 'from' | 'to' | 'compare' | 'key' | 'saved' | (typeof filters)[number]

export interface Question {
  metric: MetricKey; by: Dimension; period: PeriodName; from: string; to: string; bucket: Bucket; compare: Comparison
  /** Filters that are set. */
  filters: Partial<Record<(typeof filters)[number], string>>
}

const oneOf = <T extends string>(all: readonly T[], value: string | undefined, usual: T): T => all.includes(value as T) ? value as T : usual

/** `unknown`: what the address asks for and nobody knows; the usual is shown in its place. */
export function useQuestion(): { question: Question; unknown: readonly string[]; key: string | undefined; saved: string | undefined; set: (change: Partial<Record<Name, string | null>>) => void; search: Search } {
  const [search, set] = useSearchState<Name>()
  const { person } = useSession()
  const zone = person?.zone ?? 'UTC'
  const today = dayIn(zone, Date.now())
  const question = useMemo(() => {
    const period = oneOf(periods, search.period, '4-weeks')
    const days = daysOf(period, today, search)
    return {
      metric: oneOf(metricKeys, search.metric, 'volume'), by: oneOf(dimensions, search.by, 'time'), period, ...days, bucket: bucketOf(days.from, days.to), compare: oneOf(comparisons, search.compare, 'previous'),
      filters: Object.fromEntries(filters.flatMap((name) => (search[name] ? [[name, search[name]]] : []))) as Question['filters'],
    }
  }, [search, today])
  const known = { metric: metricKeys, by: dimensions, period: periods, compare: comparisons } as const
  const unknown = (Object.keys(known) as (keyof typeof known)[]).flatMap((name) => (search[name] === undefined || (known[name] as readonly string[]).includes(search[name]) ? [] : [search[name]]))
  return { question, unknown, key: search.key, saved: search.saved, set, search }
}

/** The question as it is saved: a named period moves on by itself. */
export const savedOf = ({ metric, by, period, from, to, compare, filters: narrowed }: Question): Saved => ({ metric, by, period, compare, ...(period === 'own' ? { from, to } : {}), ...narrowed })
export const queryOf = ({ metric, by, from, to, bucket, filters: narrowed }: Question) => ({ metric, by, from, to, bucket, ...narrowed })

/** A value in words: 1.5 小時, 87%, 4.6. */
export function useFigureWords(metric: MetricKey, currency: string | null = null): (value: number | null) => string {
  const t = useText()
  const { locale } = useLanguage()
  return useMemo(() => valueWords(metric, locale, t, currency), [metric, locale, t, currency])
}

/** What a row stands for, in words. */
export function useKeyWords(question: Question): (row: { id: string; label: string | null }) => string {
  const t = useText()
  const { locale } = useLanguage()
  const { person } = useSession()
  return useMemo(() => rowWords(question, locale, person?.zone ?? 'UTC', t), [question, locale, person?.zone, t])
}
