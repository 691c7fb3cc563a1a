/** A report's rows in the words of its reader, where no browser is: for mails and files. */
import { createTranslator, type Locale, type Translate } from '../../../lib/text/index.ts'
import { madeOf, rowWords } from '../../../lib/metrics/index.ts'
import { requestText } from '../../requests/index.ts'
import type { Asked, Figures } from '../metrics/contract.ts'
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

export interface Told { name: string; asked: Asked; figures: Figures; locale: Locale; zone: string }

/** Rows in words and numbers, in the order of the screen: the latest first by time, else the largest. */
export function tableOf({ asked, figures, locale, zone }: Told) {
  const t = insightText(locale, zone)
  const named = rowWords(asked, locale, zone, t)
  const isCompared = asked.compare !== 'none'
  const rows = (asked.by === 'time' ? figures.rows.filter((row) => row.id <= figures.asOf).reverse() : figures.rows).map((row) => ({ name: named(row), value: row.value, count: row.count, before: row.before }))
  return { t, isCompared, rows, head: { name: t(`insight.report.by-${asked.by}`), value: t(`insight.metric.${asked.metric}`), count: t(madeOf(asked.metric).head), before: t(`insight.report.compare-${asked.compare}`) } }
}
