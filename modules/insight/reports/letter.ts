/** A report as a mail: a short table in the text, all of it as files. */
import { createTranslator, type Locale, type Translate } from '../../../lib/text/index.ts'
import { bucketOf, dayIn, daysOf, metrics, rowWords, valueWords } from '../../../lib/metrics/index.ts'
import { writeCsv } from '../../../lib/csv/index.ts'
import { requestText } from '../../requests/index.ts'
import type { Asked, Figures } from '../metrics/contract.ts'
import type { NewMailing, Question } from './contract.ts'
import { workbookOf } from './workbook.ts'
import channelsEn from '../text/channels.en.json' with { type: 'json' }
import channelsHans from '../text/channels.zh-Hans.json' with { type: 'json' }
import channelsHant from '../text/channels.zh-Hant.json' with { type: 'json' }
import en from '../text/en.json' with { type: 'json' }
import hans from '../text/zh-Hans.json' with { type: 'json' }
import hant from '../text/zh-Hant.json' with { type: 'json' }
import metricsEn from '../text/metrics.en.json' with { type: 'json' }
import metricsHans from '../text/metrics.zh-Hans.json' with { type: 'json' }
import metricsHant from '../text/metrics.zh-Hant.json' with { type: 'json' }
import reportsEn from '../text/reports.en.json' with { type: 'json' }
import reportsHans from '../text/reports.zh-Hans.json' with { type: 'json' }
import reportsHant from '../text/reports.zh-Hant.json' with { type: 'json' }
import alarmsEn from '../text/alarms.en.json' with { type: 'json' }
import alarmsHans from '../text/alarms.zh-Hans.json' with { type: 'json' }
import alarmsHant from '../text/alarms.zh-Hant.json' with { type: 'json' }
import savedEn from '../text/saved.en.json' with { type: 'json' }
import savedHans from '../text/saved.zh-Hans.json' with { type: 'json' }
import savedHant from '../text/saved.zh-Hant.json' with { type: 'json' }

const texts: Record<Locale, Record<string, string>> = {
  'zh-Hant': { ...hant, ...metricsHant, ...reportsHant, ...savedHant, ...alarmsHant, ...channelsHant }, 'zh-Hans': { ...hans, ...metricsHans, ...reportsHans, ...savedHans, ...alarmsHans, ...channelsHans }, en: { ...en, ...metricsEn, ...reportsEn, ...savedEn, ...alarmsEn, ...channelsEn },
}
/** The room's words where no browser is. */
export function insightText(locale: Locale, zone: string): Translate {
  const [ours, requests] = [createTranslator(texts[locale], locale, undefined, zone), requestText(locale)]
  return (key, args) => (key.startsWith('requests.') ? requests : ours)(key, args)
}

const MOST_ROWS = 20

/** The question with its days as of the moment it is due, where the reader lives. */
export function askedAt(question: Question, zone: string, at: number): Asked {
  const { period, from, to, ...rest } = question
  const days = daysOf(period, dayIn(zone, at), { ...(from ? { from } : {}), ...(to ? { to } : {}) })
  return { ...rest, ...days, bucket: bucketOf(days.from, days.to) }
}

interface Told { name: string; asked: Asked; figures: Figures; locale: Locale; zone: string }

/** Rows in words and numbers, in the order of the screen: the latest first by time, else the largest. */
export function tableOf({ asked, figures, locale, zone }: Told) {
  const t = insightText(locale, zone)
  const named = rowWords(asked, locale, zone, t)
  const isCompared = asked.compare !== 'none'
  const rows = (asked.by === 'time' ? figures.rows.filter((row) => row.id <= figures.asOf).reverse() : figures.rows).map((row) => ({ name: named(row), value: row.value, count: row.count, before: row.before }))
  return { t, isCompared, rows, head: { name: t(`insight.report.by-${asked.by}`), value: t(`insight.metric.${asked.metric}`), count: t('insight.report.requests'), before: t(`insight.report.compare-${asked.compare}`) } }
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
    `${words(figures.total.value)}${isCompared ? ` ${t(`insight.report.before-${asked.compare}`, { value: words(figures.total.before) })}` : ''}${metrics[asked.metric].aggregate === 'count' ? '' : ` · ${t('insight.report.of-requests', { count: figures.total.count })}`}`, '',
    ...(rows.length ? rows.slice(0, MOST_ROWS).map(line) : [t('insight.report.empty')]),
    ...(rows.length > MOST_ROWS ? [t('insight.saved.mail-more', { count: rows.length - MOST_ROWS })] : []), '',
    t(`insight.metric.${asked.metric}-formula`), t('insight.saved.mail-rights'), `${t('insight.saved.mail-open')} ${address}/reports?${search}`,
  ].join('\n')
  return { subject: `${name} · ${period}`, text }
}

const fileName = (name: string, { from, to }: Asked): string => `${name.replace(/[\\/:*?"<>|\p{Cc}]/gu, ' ').trim()} ${from === to ? from : `${from} ${to}`}`

export async function attachmentsOf(formats: NewMailing['attachments'], told: Told): Promise<{ name: string; contentType: string; content: Uint8Array }[]> {
  const table = tableOf(told)
  const { head, rows, isCompared, t } = table
  const { total } = told.figures
  const base = fileName(told.name, told.asked)
  const made = []
  for (const format of formats) {
    if (format === 'csv') {
      const csv = writeCsv([head.name, head.value, head.count, ...(isCompared ? [head.before] : [])], [
        ...rows.map((row) => [row.name, row.value, row.count, ...(isCompared ? [row.before] : [])]), [t('insight.saved.total'), total.value, total.count, ...(isCompared ? [total.before] : [])],
      ])
      made.push({ name: `${base}.csv`, contentType: 'text/csv', content: Buffer.from(csv) })
    } else made.push({ name: `${base}.xlsx`, contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', content: await workbookOf({ table, metric: told.asked.metric, total }) })
  }
  return made
}
