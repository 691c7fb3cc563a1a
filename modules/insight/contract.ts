/** The insight room's API: what today looks like, and who carries what. */
import { z } from 'zod'
import type { Endpoints } from '../../platform/http/contract.ts'
import { id, instant } from '../../platform/http/shapes.ts'
import { Stage } from '../requests/contract.ts'

const share = z.object({ count: z.int(), inTime: z.int() })
/** `early`: the same weekday a week ago up to the same time of day. */
const flow = z.object({ count: z.int(), early: z.int() })

export const Today = z.object({
  /** Midnight in the person's own zone. */
  dayStartAt: instant, zone: z.string(),
  opened: flow, closed: flow,
  firstResponses: share.extend({ medianMinutes: z.number().nullable() }),
  resolutions: share,
  rating: z.object({ count: z.int(), mean: z.number().nullable() }),
  /** Open requests by stage, every stage but closed. */
  stages: z.array(z.object({ stage: Stage, count: z.int() })),
  mine: z.object({ held: z.int(), unaccepted: z.int(), dueSoon: z.int(), overdue: z.int(), waiting: z.int() }),
})
export type Today = z.infer<typeof Today>

export const Load = z.object({
  id, name: z.string(), presence: z.enum(['online', 'away', 'offline']), presenceAt: instant, teamIds: z.array(id),
  /** Requests in hand (offered or being executed) of what the person may hold, per channel that has either. */
  channels: z.array(z.object({ channel: z.string(), inHand: z.int(), capacity: z.int() })),
  overdue: z.int(),
  /** The one in hand that is due first. */
  current: z.object({ id, number: z.number(), subject: z.string() }).nullable(),
})
export type Load = z.infer<typeof Load>

const ofTeam = z.strictObject({ teamId: id.optional() })

export const insight = {
  today: { method: 'GET', path: '/api/today', access: 'requests.read', query: ofTeam, response: Today, summary: "Today's figures over the requests the caller may see; the day begins at midnight in the caller's zone." },
  loads: { method: 'GET', path: '/api/today/people', access: 'staff.read', query: ofTeam, response: z.object({ rows: z.array(Load) }), summary: 'The people of the caller\'s teams (or all) with presence and what they hold now.' },
} as const satisfies Endpoints
