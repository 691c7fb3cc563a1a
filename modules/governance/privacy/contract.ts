/** The privacy part's API: the register of personal data. */
import { z } from 'zod'
import type { Endpoints } from '../../../platform/http/contract.ts'

const classes = ['public', 'internal', 'personal', 'sensitive'] as const
const bases = ['consent', 'contract', 'legal-duty', 'legitimate-interest', 'employment'] as const
const sources = ['customer', 'colleague', 'channel', 'system'] as const
export const RegisterRow = z.object({
  room: z.string(), table: z.string(), column: z.string(), class: z.enum(classes), purpose: z.string(), basis: z.enum(bases),
  /** as-customer, as-request, as-account, or days. */
  retention: z.union([z.enum(['as-customer', 'as-request', 'as-account']), z.int()]), source: z.enum(sources), readers: z.string(),
})
export type RegisterRow = z.infer<typeof RegisterRow>
export const Register = z.object({
  rows: z.array(RegisterRow),
  /** Columns that are declared to say nothing of a person by themselves, and tables about no person. */
  technical: z.int(), impersonal: z.array(z.string()),
})

export const privacy = {
  register: { method: 'GET', path: '/api/personal-data', access: 'privacy.read', response: Register, summary: 'Every column kept about people: class, purpose, legal basis, retention, source, readers.' },
} as const satisfies Endpoints
