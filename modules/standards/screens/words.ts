import type { Option } from '../../../ui/index.ts'
import type { Text } from '../../../apps/console/text.tsx'
import type { Locale } from '../../../lib/text/index.ts'
import type { Rule, Service } from '../contract.ts'
import { selectClause } from '../../../lib/clauses/index.ts'
import { channelKeys } from '../channels/contract.ts'
import type { ClockKind, Priority } from '../versions/contract.ts'

/** A condition as rules store it; see lib/rules. */
export type Condition = { field: string; op: string; value?: Value } | { all: Condition[] } | { any: Condition[] } | { not: Condition }
export type Scalar = string | number | boolean
export type Value = Scalar | Scalar[]
export type { Priority }

export const channelOptions = channelKeys
export const tierOptions = ['standard', 'silver', 'gold', 'platinum'] as const
export const languageOptions = ['zh-Hant', 'zh-Hans', 'en'] as const
/** Fields whose values are known beforehand. */
export const choices: Record<string, readonly string[]> = { channel: channelOptions, customerTier: tierOptions, language: languageOptions, customerLanguage: languageOptions }
export const listOps = new Set(['in', 'not-in', 'contains-any', 'contains-all'])
export const bareOps = new Set(['exists', 'missing'])

/** Working minutes as people say them: "15 分鐘", "4 小時", "1.5 小時". */
export function duration(t: Text, minutes: number): string {
  return minutes < 60 || (minutes % 30 !== 0 && minutes < 600) ? t('standards.minutes', { count: minutes }) : t('standards.hours', { count: Math.round((minutes / 60) * 10) / 10 })
}

/** Minutes a customer without tier is promised by mail; null without a clause. */
export const targetOf = (service: Service, measure: ClockKind, priority: Priority): number | null =>
  selectClause(service.standard?.content.clauses ?? [], measure, { priority, tier: 'standard', channel: 'email' })?.target ?? null

/** "一般服務，緊急：15 分鐘內首次回應，4 小時內解決。" */
export function sentence(t: Text, locale: Locale, service: Service, priority: Priority): string {
  const [first, resolution] = [targetOf(service, 'first-response', priority), targetOf(service, 'resolution', priority)]
  if (first === null || resolution === null) return service.name[locale]
  return t('standards.sentence', { name: service.name[locale], priority: t(`standards.priority.${priority}`), first: duration(t, first), resolution: duration(t, resolution) })
}

export function valueWords(t: Text, field: string, value: unknown, tiers: readonly Option[]): string {
  const tier = (scalar: unknown) => field === 'customerTier' ? tiers.find((one) => one.id === scalar)?.label : undefined
  const one = (scalar: unknown) => tier(scalar) ?? (choices[field]?.includes(String(scalar)) ? t(`standards.value.${String(scalar)}`) : t('standards.quote', { what: String(scalar) }))
  return (Array.isArray(value) ? value : [value]).map(one).join(t('standards.comma'))
}

/** A condition in words, as deep as it goes. */
export function conditionWords(t: Text, condition: Condition, tiers: readonly Option[], isInner = false): string {
  if ('field' in condition) return `${t(`standards.field.${condition.field}`)} ${t(`standards.op.${condition.op}`)}${bareOps.has(condition.op) ? '' : ` ${valueWords(t, condition.field, condition.value, tiers)}`}`
  if ('not' in condition) return t('standards.not', { what: conditionWords(t, condition.not, tiers, true) })
  const [parts, joint] = 'all' in condition ? [condition.all, 'standards.and'] : [condition.any, 'standards.or']
  if (parts.length === 0) return t('all' in condition ? 'standards.always' : 'standards.never')
  const words = parts.map((part) => conditionWords(t, part, tiers, parts.length > 1)).join(t(joint))
  return isInner && parts.length > 1 ? t('standards.bracket', { what: words }) : words
}

export interface Named { services: readonly Service[]; teams: readonly { id: string; name: string }[] }

/** What a rule decides, in words. */
export function outcomeWords(t: Text, locale: Locale, outcome: Rule['outcome'], known: Named): string {
  const parts: string[] = []
  if (outcome.service !== undefined) parts.push(t('standards.then.service', { name: known.services.find((service) => service.key === outcome.service)?.name[locale] ?? outcome.service }))
  if (outcome.type !== undefined) parts.push(t('standards.then.type', { name: typeName(known.services, locale, outcome.type) }))
  if (outcome.priority !== undefined) parts.push(t('standards.then.priority', { name: t(`standards.priority.${outcome.priority}`) }))
  if (outcome.team !== undefined) parts.push(t('standards.then.team', { name: known.teams.find((team) => team.id === outcome.team)?.name ?? outcome.team }))
  return parts.join(t('standards.comma'))
}

export const typeName = (services: readonly Service[], locale: Locale, key: string): string => services.flatMap((service) => service.types).find((type) => type.key === key)?.name[locale] ?? key
