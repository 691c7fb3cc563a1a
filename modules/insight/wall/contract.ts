/** Wallboards over HTTP: making and revoking links, and the figures such a link shows. No name of anybody is in them. */
import { z } from 'zod'
import type { Endpoints } from '../../../platform/http/contract.ts'
import { byId, id, instant, line, locale } from '../../../platform/http/shapes.ts'
import { columns, Flow } from '../contract.ts'

export const themes = ['dark', 'light'] as const
const look = { name: line(80), locale, theme: z.enum(themes), /** How long each page stays. */ seconds: z.int().min(5).max(300) }
export const Wallboard = z.object({ id, ...look, team: z.object({ id, name: z.string() }).nullable(), madeBy: z.object({ id, name: z.string() }), madeAt: instant, lastSeenAt: instant.nullable() })
export type Wallboard = z.infer<typeof Wallboard>

const share = z.object({ count: z.int(), inTime: z.int() })
export const Wall = z.object({
  ...look, team: z.string().nullable(), zone: z.string(),
  /** When the figures were counted, and how long ago. */
  asOf: instant, ageMs: z.number(),
  columns: z.array(z.object({ id: z.enum(columns), count: z.int() })), doneToday: z.int(),
  waitingSince: instant.nullable(), overdue: z.int(), dueSoon: z.int(), /** The next deadline that is not missed yet. */ nextDueAt: instant.nullable(),
  firstResponses: share, resolutions: share, opened: Flow, closed: Flow,
  /** People who work on requests, by state. */
  people: z.object({ free: z.int(), full: z.int(), away: z.int(), offline: z.int() }),
  /** Open alarms on metrics. */
  alarms: z.int(),
})
export type Wall = z.infer<typeof Wall>

const byToken = z.strictObject({ token: z.string().max(100) })
export const wallboards = {
  wallboards: { method: 'GET', path: '/api/wallboards', access: 'insight.arrange', response: z.object({ rows: z.array(Wallboard) }), summary: 'Links that are open: the caller’s, or all for who sees everything.' },
  makeWallboard: { method: 'POST', path: '/api/wallboards', access: 'insight.arrange', status: 201, idempotency: 'none', body: z.strictObject({ ...look, teamId: id.nullable() }), response: z.object({ row: Wallboard, /** Shown only here. */ link: z.string() }), faults: ['insight.wall.team-beyond', 'insight.wall.too-many'] },
  revokeWallboard: { method: 'DELETE', path: '/api/wallboards/:id', access: 'insight.arrange', params: byId, faults: ['insight.wall.not-found'] },
  wall: { method: 'GET', path: '/api/wall/:token', access: 'public', params: byToken, response: Wall, faults: ['insight.wall.ended', 'access.too-many'], summary: 'The figures of a wallboard, counted at most a second ago.' },
} as const satisfies Endpoints
