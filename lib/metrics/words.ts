/** Figures in words, the same on screens and in mails. Pure; words come by key. */
import { intlTag, type Locale } from '../text/index.ts'
import { isOfTime, metrics, type Bucket, type Dimension, type MetricKey } from './catalogue.ts'

type Text = (key: string) => string

/** What a figure is made of, in words: requests, or quarters of an hour of people's time. */
export const madeOf = (metric: MetricKey) => isOfTime(metric)
  ? { head: 'insight.report.quarters', of: 'insight.report.of-quarters', behind: 'insight.report.behind-time', empty: 'insight.report.empty-time' } as const
  : { head: 'insight.report.requests', of: 'insight.report.of-requests', behind: 'insight.report.behind', empty: 'insight.report.empty' } as const

/** Minutes in the unit that can be read at a glance. */
export function readable(t: Text, minutes: number | null): { value: number | null; digits: number; unit: string } {
  if (minutes === null || minutes < 120) return { value: minutes, digits: minutes !== null && minutes < 10 ? 1 : 0, unit: t('insight.minutes') }
  return minutes < 2880 ? { value: minutes / 60, digits: 1, unit: t('insight.hours') } : { value: minutes / 1440, digits: 1, unit: t('insight.days') }
}

/** A value in words: 1.5 小時, 87%, 4.6; money with its currency where that is known. */
export function valueWords(metric: MetricKey, locale: Locale, t: Text, currency: string | null = null): (value: number | null) => string {
  const format = (value: number, digits: number, style: 'decimal' | 'percent' = 'decimal') => new Intl.NumberFormat(intlTag(locale), { maximumFractionDigits: digits, style }).format(value)
  const money = new Intl.NumberFormat(intlTag(locale), { minimumFractionDigits: 2, maximumFractionDigits: 2, ...(currency ? { style: 'currency', currency, currencyDisplay: 'code' } : {}) })
  return (value) => {
    if (value === null) return '–'
    switch (metrics[metric].unit) {
      case 'requests': return format(value, 0)
      case 'share': return format(value, 1, 'percent')
      case 'score': case 'times': return format(value, 2)
      case 'money': return money.format(value)
      case 'minutes': { const { value: shown, digits, unit } = readable(t, value); return `${format(shown!, digits)} ${unit}` }
    }
  }
}

/** What a row of figures stands for, in words. */
export function rowWords({ by, bucket, from, to }: { by: Dimension; bucket: Bucket; from: string; to: string }, locale: Locale, timeZone: string, t: Text): (row: { id: string; label: string | null }) => string {
  const parts: Intl.DateTimeFormatOptions = bucket === 'hour' ? { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...(from !== to ? { month: 'numeric', day: 'numeric' } : {}) } : bucket === 'month' ? { year: 'numeric', month: 'short' } : { month: 'numeric', day: 'numeric' }
  const time = new Intl.DateTimeFormat(intlTag(locale), { ...parts, timeZone })
  return ({ id, label }) => {
    if (by === 'time') return time.format(new Date(id))
    if (id === '') return t(`insight.report.none-${by}`)
    if (label !== null) return label
    if (by === 'channel') return t(`requests.channel.${id}`)
    if (by === 'priority') return t(`requests.priority.${id}`)
    return id
  }
}
