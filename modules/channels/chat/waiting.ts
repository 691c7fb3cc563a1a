/** Is somebody there, and how long will it take? Answered from presence, hours and what really happened. */
import type { App, Ctx } from '../../../platform/context.ts'
import { calendarOf, defaultCalendar, listCandidates, listTeams } from '../../staff/index.ts'
import { loadRecognition } from '../../standards/index.ts'
import type { Availability, ChatState } from './contract.ts'
import { countAhead, medianWaitMinutes, type RequestHead } from './store.ts'

/** Somebody of the team that new chats go to is online, at work and takes chats. Without a team: of any team. */
export async function availabilityOf(ctx: Ctx): Promise<Availability> {
  const serving = (await loadRecognition(ctx)).fallback?.teamId
  const all = await listTeams(ctx)
  const teams = all.filter((team) => !serving || team.id === serving)
  for (const team of teams) {
    const people = await listCandidates(ctx, team.id)
    if (people.some((person) => person.presence === 'online' && person.isWorking && (person.capacity.chat ?? 1) > 0)) return { isOpen: true, opensAt: null }
  }
  const now = ctx.now.getTime()
  const calendars = await Promise.all(teams.map((team) => (team.calendarId ? calendarOf(ctx, team.calendarId) : defaultCalendar(ctx))))
  const opens = Math.min(...calendars.map((calendar) => calendar.nextOpen(now)))
  return { isOpen: false, opensAt: Number.isFinite(opens) && opens > now ? new Date(opens).toISOString() : null }
}

const FRESH_MS = 15_000
interface Known { minutes: number | null; at: number }
const medians = new WeakMap<App, Map<string, Known>>()

// The median moves slowly and every waiting visitor asks for it; freshness by the product's clock, so replays see theirs.
async function median(ctx: Ctx, teamId: string | null): Promise<number | null> {
  let known = medians.get(ctx.app)
  if (!known) medians.set(ctx.app, (known = new Map()))
  const key = teamId ?? ''
  const before = known.get(key)
  const at = ctx.now.getTime()
  if (before && Math.abs(at - before.at) < FRESH_MS) return before.minutes
  const minutes = await medianWaitMinutes(ctx, teamId)
  known.set(key, { minutes, at })
  return minutes
}

/** Place and expected wait of a chat nobody has answered; null once somebody has, or when it is over. */
export async function queueOf(ctx: Ctx, request: RequestHead): Promise<ChatState['queue']> {
  if (request.firstResponseAt || !['accept', 'assign', 'execute'].includes(request.stage)) return null
  const [ahead, waitMinutes] = await Promise.all([countAhead(ctx, request), median(ctx, request.teamId)])
  return { place: ahead + 1, waitMinutes }
}
