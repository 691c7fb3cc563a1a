/** The insight room's API: what today looks like, and who carries what. */
import { z } from 'zod'
import type { Endpoints } from '../../platform/http/contract.ts'
import { id, instant } from '../../platform/http/shapes.ts'
import { Priority, Stage } from '../requests/contract.ts'

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

/** Columns of the lead's board; `in-hand` joins what is offered and what is being executed. */
export const columns = ['waiting', 'in-hand', 'others', 'verify'] as const
export const Column = z.object({
  id: z.enum(columns), count: z.int(),
  /** How many have been in this column for less than an hour, four hours, a day, and longer. */
  ages: z.array(z.int()).length(4),
  /** The three that have been there longest. */
  oldest: z.array(z.object({ id, number: z.number(), subject: z.string(), priority: Priority, customerName: z.string(), teamId: id.nullable(), holder: z.object({ id, name: z.string() }).nullable(), stageSince: instant })),
})
export type Column = z.infer<typeof Column>

const ofTeam = z.strictObject({ teamId: id.optional() })

export const insight = {
  today: { method: 'GET', path: '/api/today', access: 'requests.read', query: ofTeam, response: Today, summary: "Today's figures over the requests the caller may see; the day begins at midnight in the caller's zone." },
  columns: { method: 'GET', path: '/api/today/columns', access: 'requests.read', query: ofTeam, response: z.object({ rows: z.array(Column) }), summary: 'The open requests as they flow: how many in each column, since when, and the three oldest.' },
  loads: { method: 'GET', path: '/api/today/people', access: 'staff.read', query: ofTeam, response: z.object({ rows: z.array(Load) }), summary: 'The people of the caller\'s teams (or all) with presence and what they hold now.' },
} as const satisfies Endpoints
