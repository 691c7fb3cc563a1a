/** Which calendar a promise is counted by: the service's own, else the team's, else the installation's. The more exact wins. */
import type { Ctx } from '../../platform/context.ts'
import { type Chosen, calendarOfTeam, chosenCalendar } from '../staff/index.ts'
import type { Service } from './contract.ts'

export type ChosenBy = 'service' | 'team' | 'default'
export interface CalendarChoice extends Chosen { by: ChosenBy }

/** The calendar as it stands, with what decided. `teamId` is the request's team; without one the service's. */
export async function chooseCalendar(ctx: Ctx, service: Pick<Service, 'calendarId' | 'teamId'> | undefined, teamId: string | null): Promise<CalendarChoice> {
  if (service?.calendarId) return { ...(await chosenCalendar(ctx, service.calendarId)), by: 'service' }
  const team = teamId ?? service?.teamId ?? null
  const ofTeam = team ? await calendarOfTeam(ctx, team) : null
  return ofTeam ? { ...(await chosenCalendar(ctx, ofTeam)), by: 'team' } : { ...(await chosenCalendar(ctx, null)), by: 'default' }
}

/** Services, by key, that have this calendar of their own. */
export const servicesWith = async (ctx: Ctx, calendarId: string): Promise<string[]> =>
  (await ctx.db<{ key: string }[]>`select key from standards.service where calendar_id = ${calendarId} order by key limit 10`).map((row) => row.key)
