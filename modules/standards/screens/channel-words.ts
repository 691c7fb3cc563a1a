/** A channel's record in words. Pure. */
import type { Text } from '../../../apps/console/text.tsx'
import { intlTag, type Locale } from '../../../lib/text/index.ts'
import type { ChannelFields, ChannelRecord } from '../channels/contract.ts'
import { targetWords } from './standard-words.ts'
import { duration } from './words.ts'

export function priceWords(t: Text, locale: Locale, { cost, currency }: Pick<ChannelFields, 'cost' | 'currency'>): string {
  if (cost === null || currency === null) return t('standards.channel.no-cost')
  return new Intl.NumberFormat(intlTag(locale), { style: 'currency', currency, currencyDisplay: 'code', maximumFractionDigits: 4 }).format(cost)
}

export const limitWords = (t: Text, { responseMinutes }: Pick<ChannelFields, 'responseMinutes'>): string => (responseMinutes === null ? t('standards.channel.no-limit') : duration(t, responseMinutes))

export const targetsWords = (t: Text, targets: ChannelFields['targets']): string =>
  targets.length === 0 ? t('standards.channel.no-targets') : targets.map(({ metric, target }) => t('standards.channel.target-of', { metric: t(`insight.metric.${metric}`), target: targetWords(t, { measure: metric, target }) })).join(t('standards.comma'))

/** "電話：核心渠道，5 分鐘內首次回應，每次接觸 TWD 95.00。" */
export const channelSentence = (t: Text, locale: Locale, record: ChannelRecord): string => t('standards.channel.sentence', {
  channel: t(`requests.channel.${record.channel}`), tier: t(`standards.channel.tier.${record.tier}`),
  limit: record.responseMinutes === null ? t('standards.channel.sentence-no-limit') : t('standards.channel.sentence-limit', { time: duration(t, record.responseMinutes) }),
  cost: record.cost === null ? t('standards.channel.sentence-no-cost') : priceWords(t, locale, record),
})
