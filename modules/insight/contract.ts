/** The insight room's API: what today looks like, and the board of who leads. */
import { z } from 'zod'
import type { Endpoints } from '../../platform/http/contract.ts'
import { id, instant } from '../../platform/http/shapes.ts'
import { Priority, Stage } from '../requests/contract.ts'
import { clockKinds } from '../standards/versions/contract.ts'

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

/** Of who is here: those with room for another request, and those whose hands are full. */
export const workStates = ['free', 'full', 'away', 'offline'] as const
export const workStateOf = ({ presence, channels }: Pick<Load, 'presence' | 'channels'>): (typeof workStates)[number] =>
  presence !== 'online' ? presence : channels.some((one) => one.inHand < one.capacity) ? 'free' : 'full'

const BoardRow = z.object({ id, number: z.number(), subject: z.string(), priority: Priority, customerName: z.string(), teamId: id.nullable(), holder: z.object({ id, name: z.string() }).nullable(), stageSince: instant })
export type BoardRow = z.infer<typeof BoardRow>
/** Columns of the lead's board; `in-hand` joins what is offered and what is being executed. */
export const columns = ['waiting', 'in-hand', 'others', 'verify'] as const
export const Column = z.object({
  id: z.enum(columns), count: z.int(),
  /** How many have been in this column for less than an hour, four hours, a day, and longer. */
  ages: z.array(z.int()).length(4),
  /** The three that have been there longest. */
  oldest: z.array(BoardRow),
})
export type Column = z.infer<typeof Column>

/** A deadline that is not missed yet. */
const Ahead = BoardRow.extend({ dueAt: instant, /** Of which clock, or of an offer somebody is to accept; null when it is of neither. */ kind: z.enum([...clockKinds, 'offer']).nullable() })
export type Ahead = z.infer<typeof Ahead>

/** Today's number beside the mean of the same weekday up to the same time of day, and the weeks that rests on; null with fewer than three. */
export const Flow = z.object({ count: z.int(), usual: z.object({ mean: z.number(), weeks: z.int() }).nullable() })
export const Board = z.object({
  zone: z.string(), /** When it was counted, and how long ago. */ asOf: instant, ageMs: z.number(),
  columns: z.array(Column), /** Since when the one waits that waits longest. */ waitingSince: instant.nullable(),
  overdue: z.int(), /** Within an hour. */ dueSoon: z.int(), /** The next deadlines, soonest first. */ ahead: z.array(Ahead),
  opened: Flow, closed: Flow, firstResponses: share, resolutions: share,
  /** Null for who may not see colleagues. */
  people: z.array(Load).nullable(),
  /** Open alarms on metrics the caller sees to; null for who may see none. */
  alarms: z.int().nullable(),
})
export type Board = z.infer<typeof Board>

const ofTeam = z.strictObject({ teamId: id.optional() })

export const insight = {
  today: { method: 'GET', path: '/api/today', access: 'requests.read', query: ofTeam, response: Today, summary: "Today's figures over the requests the caller may see; the day begins at midnight in the caller's zone." },
  board: { method: 'GET', path: '/api/today/board', access: 'requests.read', query: ofTeam, response: Board, summary: 'The work of the caller’s teams (or all) as it flows: what waits and since when, what is due next, who carries what, today beside the usual. Counted at most once a second for all who see the same.' },
} as const satisfies Endpoints
