/** Clauses, steps and differences in words. Pure. */
import type { Text } from '../../../apps/console/text.tsx'
import { metrics, type MetricKey } from '../../../lib/metrics/index.ts'
import type { Option } from '../../../ui/index.ts'
import { isClockKind, type Clause, type Step } from '../versions/contract.ts'
import { duration } from './words.ts'

/** Names that clauses know only by id or key. */
export interface Known { people: readonly { id: string; name: string }[]; teams: readonly { id: string; name: string }[]; tiers: readonly Option[]; roles: readonly Option[] }
const nameIn = (all: readonly { id: string; name: string }[], id: string | null | undefined): string => all.find((one) => one.id === id)?.name ?? '–'

export const measureWords = (t: Text, measure: Clause['measure']): string => measure === null ? t('standards.no-measure') : isClockKind(measure) ? t(`standards.clock.${measure}`) : t(`insight.metric.${measure}`)

/** The target with its unit, and which side of it is good. */
export function targetWords(t: Text, { measure, target }: Pick<Clause, 'measure' | 'target'>): string {
  if (measure === null || target === null) return '–'
  if (isClockKind(measure)) return t('standards.within', { time: duration(t, target) })
  const { unit, better } = metrics[measure as MetricKey]
  const amount = unit === 'minutes' ? duration(t, target) : unit === 'share' ? t('standards.percent', { value: Math.round(target * 1000) / 10 }) : String(target)
  return t(better === 'less' ? 'standards.at-most' : 'standards.at-least', { amount })
}

/** For which case it holds: "緊急・即時通訊"; for every case when nothing is asked. */
export function caseWords(t: Text, when: Clause['when'] | Record<string, string>, known: Known): string {
  const parts = [
    when.fromTeam && t('standards.from-team-is', { name: nameIn(known.teams, when.fromTeam) }), when.toTeam && t('standards.to-team-is', { name: nameIn(known.teams, when.toTeam) }),
    when.tier && (known.tiers.find((one) => one.id === when.tier)?.label ?? when.tier), when.channel && t(`standards.value.${when.channel}`), when.priority && t(`standards.priority.${when.priority}`),
  ].filter(Boolean)
  return parts.length ? parts.join(t('standards.comma')) : t('standards.every-case')
}

export const clauseWords = (t: Text, clause: Clause, known: Known): string =>
  clause.measure === null ? clause.words || clause.key : t('standards.clause-sentence', { case: caseWords(t, clause.when, known), measure: measureWords(t, clause.measure), target: targetWords(t, clause) })

/** "解決期限前 30 分鐘（工作時間）". */
export function momentWords(t: Text, step: Pick<Step, 'measure' | 'offsetMinutes' | 'time'>): string {
  const side = step.offsetMinutes < 0 ? 'before' : step.offsetMinutes > 0 ? 'after' : 'at'
  return t('standards.step-moment', { clock: t(`standards.clock.${step.measure}`), side, span: duration(t, Math.abs(step.offsetMinutes)), time: step.time })
}
export function deedWords(t: Text, step: Step, known: Known): string {
  const who = step.to === 'person' ? nameIn(known.people, step.personId) : step.to === 'role' ? (known.roles.find((one) => one.id === step.role)?.label ?? step.role ?? '') : step.to ? t(`standards.recipient.${step.to}`) : ''
  if (step.does === 'reassign' && step.teamId) return t('standards.deed-to-team', { team: nameIn(known.teams, step.teamId) })
  return who ? t('standards.deed-to', { deed: t(`standards.deed.${step.does}`), who }) : t(`standards.deed.${step.does}`)
}
export function stepConditionWords(t: Text, { when }: Step, known: Known): string {
  const parts = [...when.priorities.map((one) => t(`standards.priority.${one}`)), ...when.tiers.map((one) => known.tiers.find((tier) => tier.id === one)?.label ?? one), ...when.channels.map((one) => t(`standards.value.${one}`)), ...when.stages]
  return parts.length ? parts.join(t('standards.comma')) : t('standards.every-case')
}
export const stepWords = (t: Text, step: Step, known: Known): string => t('standards.step-sentence', { level: t(`standards.level.${step.level}`), moment: momentWords(t, step), deed: deedWords(t, step, known) })

/** What a difference says on one of its sides. */
export function sideWords(t: Text, part: 'clause' | 'step' | 'field', key: string, value: unknown, known: Known): string {
  if (value === null || value === undefined || value === '') return t('standards.nothing')
  if (part === 'clause') return clauseWords(t, value as Clause, known)
  if (part === 'step') return stepWords(t, value as Step, known)
  if (key === 'ownerId') return nameIn(known.people, value as string)
  if (key === 'pausesOn') return (value as string[]).map((one) => t(`standards.wait.${one}`)).join(t('standards.comma')) || t('standards.nothing')
  return String(value)
}
