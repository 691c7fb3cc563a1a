/** Loading and removing the demonstration company from the console. */
import { z } from 'zod'
import type { Endpoints } from '../../platform/http/contract.ts'

const State = z.object({ state: z.enum(['none', 'filling', 'ready', 'removing', 'cancelled']), done: z.number(), total: z.number() })

export const demo = {
  state: { method: 'GET', path: '/api/demo', access: 'signed-in', response: State, summary: 'Whether the demonstration company is there, and how far it is.' },
  start: { method: 'POST', path: '/api/demo', access: 'staff.configure', status: 202, response: State, body: z.strictObject({ days: z.number().int().min(1).max(366).default(30), requests: z.number().int().min(1).max(50_000).default(4000) }), faults: ['demo.exists', 'demo.not-empty'] },
  cancel: { method: 'DELETE', path: '/api/demo/filling', access: 'staff.configure', response: State },
  remove: { method: 'DELETE', path: '/api/demo', access: 'staff.configure', response: State, faults: ['demo.none'] },
} as const satisfies Endpoints
