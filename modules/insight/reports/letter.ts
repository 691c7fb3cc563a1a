/** A report as a mail: a short table in the text; the files go with it. */
import { bucketOf, dayIn, daysOf, madeOf, metrics, valueWords } from '../../../lib/metrics/index.ts'
import type { Asked } from '../metrics/contract.ts'
import type { Question } from './contract.ts'
import { tableOf, type Told } from './table.ts'

const MOST_ROWS = 20

/** The question with its days as of the moment it is due, where the reader lives. */
export function askedAt(question: Question, zone: string, at: number): Asked {
  const { period, from, to, ...rest } = question
  const days = daysOf(period, dayIn(zone, at), { ...(from ? { from } : {}), ...(to ? { to } : {}) })
  return { ...rest, ...days, bucket: bucketOf(days.from, days.to) }
}

export function letterOf(told: Told & { question: Question; address: string }): { subject: string; text: string } {
  const { name, asked, figures, question, address } = told
  const { t, rows, isCompared } = tableOf(told)
  const words = valueWords(asked.metric, told.locale, t, figures.currency)
  const line = (row: { name: string; value: number | null; before: number | null }) => `${row.name}\t${words(row.value)}${isCompared ? `\t(${words(row.before)})` : ''}`
  const search = new URLSearchParams(Object.entries(question).filter((one): one is [string, string] => typeof one[1] === 'string'))
  const period = asked.from === asked.to ? asked.from : `${asked.from} – ${asked.to}`
  const text = [
    `${t(`insight.metric.${asked.metric}`)} · ${period}`, '',
    `${words(figures.total.value)}${isCompared ? ` ${t(`insight.report.before-${asked.compare}`, { value: words(figures.total.before) })}` : ''}${metrics[asked.metric].aggregate === 'count' ? '' : ` · ${t(madeOf(asked.metric).of, { count: figures.total.count })}`}`, '',
    ...(rows.length ? rows.slice(0, MOST_ROWS).map(line) : [t('insight.report.empty')]),
    ...(rows.length > MOST_ROWS ? [t('insight.saved.mail-more', { count: rows.length - MOST_ROWS })] : []), '',
    t(`insight.metric.${asked.metric}-formula`), t('insight.saved.mail-rights'), `${t('insight.saved.mail-open')} ${address}/reports?${search}`,
  ].join('\n')
  return { subject: `${name} · ${period}`, text }
}
