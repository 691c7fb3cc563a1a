/** What a wallboard shows: the numbers of the lead's board, counted with its maker's rights, and nobody's name. */
import { type App, reading } from '../../../platform/context.ts'
import { openAlarms } from '../alarms/alarms.ts'
import { boardFigures } from '../board/figures.ts'
import { scopeOf } from '../board/scope.ts'
import { workStateOf, type workStates } from '../contract.ts'
import { dayOf } from '../store.ts'
import { young } from '../young.ts'
import type { Wall } from './contract.ts'
import { openLink } from './links.ts'

/** Several screens on one link ask for its maker's alarms once. */
const FRESH_MS = 1_000

export async function wallOf(app: App, token: string): Promise<Wall> {
  const { id, name, locale, theme, seconds, teamId, teamName, maker } = await openLink(app, token)
  const ctx = reading(app, { actor: maker, locale })
  const { at, value } = boardFigures(ctx, scopeOf(ctx, teamId ?? undefined), await dayOf(ctx))
  const [counted, alarms] = await Promise.all([value, young(app, `wall ${id}`, FRESH_MS, () => openAlarms(ctx)).value])
  const { people, columns, ahead, oldest: _, ...figures } = counted
  const inState = (state: (typeof workStates)[number]): number => people.filter((person) => workStateOf(person) === state).length
  return {
    ...figures, name, locale, theme, seconds, team: teamName, ageMs: Math.max(0, Math.round(performance.now() - at)), alarms,
    columns: columns.map((column) => ({ id: column.id, count: column.count })), doneToday: figures.resolutions.count, nextDueAt: ahead[0]?.dueAt ?? null,
    people: { free: inState('free'), full: inState('full'), away: inState('away'), offline: inState('offline') },
  }
}
