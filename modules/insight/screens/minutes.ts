import type { Text } from '../../../apps/console/text.tsx'

/** Minutes in the unit that can be read at a glance. */
export function readable(t: Text, minutes: number | null): { value: number | null; digits: number; unit: string } {
  if (minutes === null || minutes < 120) return { value: minutes, digits: minutes !== null && minutes < 10 ? 1 : 0, unit: t('insight.minutes') }
  return minutes < 2880 ? { value: minutes / 60, digits: 1, unit: t('insight.hours') } : { value: minutes / 1440, digits: 1, unit: t('insight.days') }
}
